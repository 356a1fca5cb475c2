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
from anlan.packs.safety.duty.models import (
    Beat,
    Called,
    CallUp,
    CrowdCount,
    HandOver,
    LargeEvent,
    Manning,
    SelfCheck,
    SensitivePeriod,
    ShiftTrade,
)
from anlan.packs.safety.enforcement.models import EnforcementPlan, SafetyInspector, SafetyRecusal, SafetyTarget
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
from anlan.packs.safety.grass_roots.models import MicroStation
from anlan.packs.safety.hazchem_monitoring.models import DutyEntry, DutyPost, HazardUnit, UnitAssessment
from anlan.packs.safety.hidden_danger.models import HiddenDanger
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
from anlan.packs.safety.registers.special_equipment import GasCylinder, SpecialEquipment
from anlan.packs.safety.registers.warehouse import Warehouse
from anlan.packs.safety.relief.models import (
    Community,
    Confirmation,
    CropLoss,
    EnterpriseLoss,
    Household,
    HouseLoss,
    Opening,
    PaperForm,
    RecoveryWork,
    ReliefTold,
    Stay,
    Transition,
)
from anlan.packs.safety.relief.sites import Shelter
from anlan.packs.safety.subjects.reserve_models import Reserve, ReserveNorm, ReservePlan, ReserveScenario
from anlan.packs.safety.subjects.visits import CampaignVisit
from anlan.packs.safety.supplies.models import (
    Lot,
    OrderLine,
    Requisition,
    StockBalance,
    StockMove,
    StockPlace,
    SupplyAgreement,
    SupplyItem,
    SupplyNeed,
    SupplyOffer,
    SupplyOrder,
    SupplyStore,
)
from anlan.packs.safety.team.models import Dispatch, Expert, Team, TeamLink, TeamMark
from anlan.packs.safety.underground.models import UndergroundSpace

__all__ = [
    "Adoption",
    "Beat",
    "BusinessPark",
    "CallUp",
    "Called",
    "CampaignVisit",
    "Certificate",
    "Community",
    "Confirmation",
    "Contractor",
    "CropLoss",
    "CrowdCount",
    "DangerousWork",
    "Dispatch",
    "Dock",
    "DutyEntry",
    "DutyItem",
    "DutyPost",
    "Edition",
    "EnforcementPlan",
    "EnterpriseFile",
    "EnterpriseLoss",
    "Expert",
    "FeeAccount",
    "FeeEntry",
    "FireKeyPlace",
    "FireLane",
    "FireUnit",
    "FireVerdict",
    "GasCylinder",
    "GasReading",
    "GoodsVehicle",
    "HandOver",
    "HazardUnit",
    "HiddenDanger",
    "HouseLoss",
    "Household",
    "Hydrant",
    "HydrantCheck",
    "HydrantNeed",
    "Investigation",
    "LargeEvent",
    "Lot",
    "MajorRisk",
    "Manning",
    "Measure",
    "MicroStation",
    "NearMiss",
    "OldCompound",
    "Opening",
    "OrderLine",
    "PaperForm",
    "ParcelOutlet",
    "ProjectOpinion",
    "Promise",
    "RailwaySide",
    "RecoveryWork",
    "ReliefTold",
    "Requisition",
    "Reserve",
    "ReserveNorm",
    "ReservePlan",
    "ReserveScenario",
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
    "SelfCheck",
    "SensitivePeriod",
    "Shelter",
    "ShiftTrade",
    "Signal",
    "SpecialEquipment",
    "StaffDuty",
    "Standard",
    "Stay",
    "StockBalance",
    "StockMove",
    "StockPlace",
    "SupplyAgreement",
    "SupplyItem",
    "SupplyNeed",
    "SupplyOffer",
    "SupplyOrder",
    "SupplyStore",
    "Team",
    "TeamLink",
    "TeamMark",
    "Transition",
    "UndergroundSpace",
    "UndergroundWork",
    "UnitAssessment",
    "VehicleArea",
    "VehicleRoute",
    "Warehouse",
    "WarningLine",
    "WorkItem",
    "WorkPermit",
]
