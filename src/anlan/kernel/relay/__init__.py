"""Handing an incident and its log to another instance (移送): every entry, in order, equal by hash, read-only there."""
