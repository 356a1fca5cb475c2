"""Checks (检查): dated forms, plans that give tasks on the clock, what was found, and the case that each failed item opens."""
