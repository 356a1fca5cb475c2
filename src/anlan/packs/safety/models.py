"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.safety.registers.shelter import Shelter

__all__ = ["Shelter"]
