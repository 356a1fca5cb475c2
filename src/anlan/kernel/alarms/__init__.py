"""Alarms: rules as dated data, an engine without clock or database, and a list a person can live with (ISA-18.2)."""
