"""Registers (台账): organisations, places, stations, and `Sheet`, the declaration from which a register is made."""
