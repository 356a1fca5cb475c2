"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.education.registers.school_building import SchoolBuilding

__all__ = ["SchoolBuilding"]
