"""Anlan 安澜: a district's five-year plans, carried out. See docs/developer/house.md for the storeys."""
