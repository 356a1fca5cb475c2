"""Rounding as the standards round, and trends."""
