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
from anlan.packs.safety.enterprise_duty.models import (
    Certificate,
    Contractor,
    EnterpriseFile,
    FeeAccount,
    FeeEntry,
    GasReading,
    ProjectOpinion,
    Promise,
    SafetyProject,
    StaffDuty,
    WorkPermit,
)
from anlan.packs.safety.fire_iot.models import FireUnit, FireVerdict, Hydrant, HydrantCheck, HydrantNeed
from anlan.packs.safety.grass_roots.models import MicroStation, Reserve, ReserveNorm, ReservePlan, ReserveScenario
from anlan.packs.safety.hazchem_monitoring.models import DutyEntry, DutyPost, HazardUnit, UnitAssessment
from anlan.packs.safety.hidden_danger.models import HiddenDanger
from anlan.packs.safety.mutual_aid.models import AidAgreement, AidRequest, JointDrill
from anlan.packs.safety.rain_and_water.models import WarningLine
from anlan.packs.safety.registers.business_park import BusinessPark
from anlan.packs.safety.registers.dangerous_work import DangerousWork
from anlan.packs.safety.registers.dock import Dock
from anlan.packs.safety.registers.fire_key_place import FireKeyPlace
from anlan.packs.safety.registers.fire_lane import FireLane
from anlan.packs.safety.registers.major_risk import MajorRisk, RiskAssessment, UndergroundWork
from anlan.packs.safety.registers.old_compound import OldCompound
from anlan.packs.safety.registers.parcel_outlet import ParcelOutlet
from anlan.packs.safety.registers.railway_side import RailwaySide
from anlan.packs.safety.registers.shelter import Shelter
from anlan.packs.safety.registers.special_equipment import GasCylinder, SpecialEquipment
from anlan.packs.safety.registers.warehouse import Warehouse
from anlan.packs.safety.underground.models import UndergroundSpace
from anlan.packs.safety.warning.models import (
    WarningCounter,
    WarningMessage,
    WarningNotice,
    WarningReference,
    WarningRefusal,
    WarningResponse,
    WarningSource,
    WarningSubscription,
    WarningTemplate,
)

__all__ = [
    "Adoption",
    "AidAgreement",
    "AidRequest",
    "BusinessPark",
    "Certificate",
    "Contractor",
    "DangerousWork",
    "Dock",
    "DutyEntry",
    "DutyItem",
    "DutyPost",
    "Edition",
    "EnforcementPlan",
    "EnterpriseFile",
    "FeeAccount",
    "FeeEntry",
    "FireKeyPlace",
    "FireLane",
    "FireUnit",
    "FireVerdict",
    "GasCylinder",
    "GasReading",
    "GoodsVehicle",
    "HazardUnit",
    "HiddenDanger",
    "Hydrant",
    "HydrantCheck",
    "HydrantNeed",
    "Investigation",
    "JointDrill",
    "MajorRisk",
    "Measure",
    "MicroStation",
    "NearMiss",
    "OldCompound",
    "ParcelOutlet",
    "ProjectOpinion",
    "Promise",
    "RailwaySide",
    "Reserve",
    "ReserveNorm",
    "ReservePlan",
    "ReserveScenario",
    "Reward",
    "Risk",
    "RiskAssessment",
    "RiskConsultation",
    "RiskPoint",
    "RiskUnit",
    "RiskVersion",
    "SafetyInspector",
    "SafetyProject",
    "SafetyRecusal",
    "SafetyTarget",
    "Shelter",
    "Signal",
    "SpecialEquipment",
    "StaffDuty",
    "Standard",
    "UndergroundSpace",
    "UndergroundWork",
    "UnitAssessment",
    "VehicleArea",
    "VehicleRoute",
    "Warehouse",
    "WarningCounter",
    "WarningLine",
    "WarningMessage",
    "WarningNotice",
    "WarningReference",
    "WarningRefusal",
    "WarningResponse",
    "WarningSource",
    "WarningSubscription",
    "WarningTemplate",
    "WorkItem",
    "WorkPermit",
]
