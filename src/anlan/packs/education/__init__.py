"""Education: one Django app."""
