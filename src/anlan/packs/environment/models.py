"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.environment.air_quality.models import AirFile, AirStation, DustDay, StationDay, Substitution
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.pollution_source.models import Bulletin, DayReview, Dosing, HourReview, Limit
from anlan.packs.environment.water_station.models import BlackReading, BlackWater, DrinkingResult, Sample, Section

__all__ = [
    "AirFile",
    "AirStation",
    "BlackReading",
    "BlackWater",
    "Bulletin",
    "DayReview",
    "Dosing",
    "DrinkingResult",
    "DustDay",
    "HourReview",
    "InspectorItem",
    "Limit",
    "Sample",
    "Section",
    "StationDay",
    "Substitution",
]
