"""Reading a published plan: bytes in, plans with indicators, tasks, projects and targets out. Pure; no Django.

`read(data, name)` does it all. What cannot be read for certain is flagged, never guessed; see docs/developer/reading.md.
"""
