"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.education.school_building.models import BuildingWork, SchoolBuilding

__all__ = ["BuildingWork", "SchoolBuilding"]
