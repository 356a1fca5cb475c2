"""The tables of the pack's rooms, for Django to find."""

from anlan.packs.safety.accountability.models import DutyItem, Investigation, WorkItem
from anlan.packs.safety.dangerous_goods_vehicle.models import GoodsVehicle, VehicleArea, VehicleRoute
from anlan.packs.safety.dual_prevention.models import (
    Adoption,
    Edition,
    Measure,
    NearMiss,
    Risk,
    RiskConsultation,
    RiskPoint,
    RiskUnit,
    RiskVersion,
    Signal,
    Standard,
)
from anlan.packs.safety.enforcement.models import EnforcementPlan, Reward, SafetyInspector, SafetyRecusal, SafetyTarget
from anlan.packs.safety.fire_iot.models import FireUnit, FireVerdict, Hydrant, HydrantCheck, HydrantNeed
from anlan.packs.safety.grass_roots.models import MicroStation, Reserve, ReserveNorm, ReservePlan, ReserveScenario
from anlan.packs.safety.hazchem_monitoring.models import DutyEntry, DutyPost, HazardUnit, UnitAssessment
from anlan.packs.safety.hidden_danger.models import HiddenDanger
from anlan.packs.safety.rain_and_water.models import WarningLine
from anlan.packs.safety.registers.shelter import Shelter
from anlan.packs.safety.underground.models import UndergroundSpace

__all__ = [
    "Adoption",
    "DutyEntry",
    "DutyItem",
    "DutyPost",
    "Edition",
    "EnforcementPlan",
    "FireUnit",
    "FireVerdict",
    "GoodsVehicle",
    "HazardUnit",
    "HiddenDanger",
    "Hydrant",
    "HydrantCheck",
    "HydrantNeed",
    "Investigation",
    "Measure",
    "MicroStation",
    "NearMiss",
    "Reserve",
    "ReserveNorm",
    "ReservePlan",
    "ReserveScenario",
    "Reward",
    "Risk",
    "RiskConsultation",
    "RiskPoint",
    "RiskUnit",
    "RiskVersion",
    "SafetyInspector",
    "SafetyRecusal",
    "SafetyTarget",
    "Shelter",
    "Signal",
    "Standard",
    "UndergroundSpace",
    "UnitAssessment",
    "VehicleArea",
    "VehicleRoute",
    "WarningLine",
    "WorkItem",
]
