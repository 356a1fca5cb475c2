"""Ecological environment: one Django app; each capability is a folder."""
