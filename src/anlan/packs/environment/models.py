"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.environment.air_quality.models import AirFile, AirStation, DustDay, StationDay, Substitution

__all__ = ["AirFile", "AirStation", "DustDay", "StationDay", "Substitution"]
