"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.education.campus_safety.models import (
    BullyingReport,
    BullyingWords,
    BusDriver,
    BusRide,
    CampusProfile,
    Canteen,
    FoodSample,
    SchoolBus,
    WaterTest,
)
from anlan.packs.education.school_building.models import BuildingWork, SchoolBuilding

__all__ = [
    "BuildingWork",
    "BullyingReport",
    "BullyingWords",
    "BusDriver",
    "BusRide",
    "CampusProfile",
    "Canteen",
    "FoodSample",
    "SchoolBuilding",
    "SchoolBus",
    "WaterTest",
]
