"""Incidents, contingency plans and command: one log, boards folded from it, plans as data, clocks of the law."""
