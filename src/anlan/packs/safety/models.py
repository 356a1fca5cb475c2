"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.safety.hidden_danger.models import HiddenDanger
from anlan.packs.safety.registers.shelter import Shelter

__all__ = ["HiddenDanger", "Shelter"]
