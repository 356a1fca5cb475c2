"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.environment.air_quality.models import AirFile, AirStation, DustDay, StationDay, Substitution
from anlan.packs.environment.inspection.models import Card, GreenInspector, GreenPlan, GreenRecusal, GreenTarget
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.pollution_source.models import Bulletin, DayReview, Dosing, HourReview, Limit
from anlan.packs.environment.registers.bare_land import BareLand
from anlan.packs.environment.registers.cooking_fume import FumeSource
from anlan.packs.environment.registers.dry_cleaner import DryCleaner
from anlan.packs.environment.registers.dust_site import DustSite
from anlan.packs.environment.registers.fleet import Fleet
from anlan.packs.environment.registers.machinery import Machine
from anlan.packs.environment.registers.oil_quality import OilSample
from anlan.packs.environment.registers.outfall import Outfall, OutfallSource
from anlan.packs.environment.registers.repair_shop import RepairShop
from anlan.packs.environment.registers.roadside_check import RoadsideCheck, RoadsidePenalty
from anlan.packs.environment.registers.sewer_connection import SewerConnection
from anlan.packs.environment.registers.vapour_recovery import VapourStation
from anlan.packs.environment.registers.voc_source import VocSource
from anlan.packs.environment.subjects.looks import SiteLook
from anlan.packs.environment.water_station.models import BlackReading, BlackWater, DrinkingResult, Sample, Section

__all__ = [
    "AirFile",
    "AirStation",
    "BareLand",
    "BlackReading",
    "BlackWater",
    "Bulletin",
    "Card",
    "DayReview",
    "Dosing",
    "DrinkingResult",
    "DryCleaner",
    "DustDay",
    "DustSite",
    "Fleet",
    "FumeSource",
    "GreenInspector",
    "GreenPlan",
    "GreenRecusal",
    "GreenTarget",
    "HourReview",
    "InspectorItem",
    "Limit",
    "Machine",
    "OilSample",
    "Outfall",
    "OutfallSource",
    "RepairShop",
    "RoadsideCheck",
    "RoadsidePenalty",
    "Sample",
    "Section",
    "SewerConnection",
    "SiteLook",
    "StationDay",
    "Substitution",
    "VapourStation",
    "VocSource",
]
