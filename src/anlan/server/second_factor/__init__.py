"""Signing in with a second factor: the sign-in library's flows in our words, counted by the lock and journalled."""
