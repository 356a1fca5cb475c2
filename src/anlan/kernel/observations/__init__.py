"""Stations, devices, streams and their values: what was measured, by what, when, and how far it may be trusted."""
