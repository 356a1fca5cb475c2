"""Public safety and emergency: one Django app."""
