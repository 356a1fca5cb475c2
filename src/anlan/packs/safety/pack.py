"""The safety pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack
from anlan.packs.safety.accountability.capability import CAPABILITY as ACCOUNTABILITY
from anlan.packs.safety.dangerous_goods_vehicle.capability import CAPABILITY as DANGEROUS_GOODS_VEHICLE
from anlan.packs.safety.dual_prevention.capability import CAPABILITY as DUAL_PREVENTION
from anlan.packs.safety.duty.capability import CAPABILITY as DUTY
from anlan.packs.safety.earthquake.capability import CAPABILITY as EARTHQUAKE
from anlan.packs.safety.enforcement.capability import CAPABILITY as ENFORCEMENT
from anlan.packs.safety.enterprise_duty.capability import CAPABILITY as ENTERPRISE_DUTY
from anlan.packs.safety.fire_iot.capability import CAPABILITY as FIRE_IOT
from anlan.packs.safety.grass_roots.capability import CAPABILITY as GRASS_ROOTS
from anlan.packs.safety.hazchem_monitoring.capability import CAPABILITY as HAZCHEM_MONITORING
from anlan.packs.safety.hidden_danger.capability import CAPABILITY as HIDDEN_DANGER
from anlan.packs.safety.mutual_aid.capability import CAPABILITY as MUTUAL_AID
from anlan.packs.safety.publicity.capability import CAPABILITY as PUBLICITY
from anlan.packs.safety.rain_and_water.capability import CAPABILITY as RAIN_AND_WATER
from anlan.packs.safety.registers.business_park import CAMPAIGN as BUSINESS_PARK
from anlan.packs.safety.registers.dangerous_work import CAMPAIGN as DANGEROUS_WORK
from anlan.packs.safety.registers.dock import CAMPAIGN as DOCK
from anlan.packs.safety.registers.fire_key_place import CAMPAIGN as FIRE_KEY_PLACE
from anlan.packs.safety.registers.fire_lane import CAMPAIGN as FIRE_LANE
from anlan.packs.safety.registers.geological_point import CAPABILITY as GEOLOGICAL_POINT
from anlan.packs.safety.registers.low_point import CAPABILITY as LOW_POINT
from anlan.packs.safety.registers.major_risk import CAPABILITY as MAJOR_RISK
from anlan.packs.safety.registers.old_compound import CAMPAIGN as OLD_COMPOUND
from anlan.packs.safety.registers.parcel_outlet import CAMPAIGN as PARCEL_OUTLET
from anlan.packs.safety.registers.railway_side import CAMPAIGN as RAILWAY_SIDE
from anlan.packs.safety.registers.special_equipment import CAPABILITY as SPECIAL_EQUIPMENT
from anlan.packs.safety.registers.warehouse import CAMPAIGN as WAREHOUSE
from anlan.packs.safety.relief.capability import CAPABILITY as RELIEF
from anlan.packs.safety.relief.shelter import CAPABILITY as SHELTER
from anlan.packs.safety.safety_report.capability import CAPABILITY as SAFETY_REPORT
from anlan.packs.safety.subjects.campaign import overview
from anlan.packs.safety.supplies.capability import CAPABILITY as SUPPLIES
from anlan.packs.safety.team.capability import CAPABILITY as TEAM
from anlan.packs.safety.toll.capability import CAPABILITY as TOLL
from anlan.packs.safety.underground.capability import CAPABILITY as UNDERGROUND
from anlan.packs.safety.warning.capability import CAPABILITY as WARNING

# The nine registers of the special campaigns, and the page of all of them.
CAMPAIGNS = (
    WAREHOUSE,
    PARCEL_OUTLET,
    FIRE_LANE,
    FIRE_KEY_PLACE,
    OLD_COMPOUND,
    RAILWAY_SIDE,
    DOCK,
    DANGEROUS_WORK,
    BUSINESS_PARK,
)

PACK = Pack(
    slug="safety",
    title="安全与应急",
    capabilities=(
        HIDDEN_DANGER,
        DUAL_PREVENTION,
        GRASS_ROOTS,
        SUPPLIES,
        SHELTER,
        RELIEF,
        FIRE_IOT,
        HAZCHEM_MONITORING,
        RAIN_AND_WATER,
        LOW_POINT,
        GEOLOGICAL_POINT,
        EARTHQUAKE,
        WARNING,
        MUTUAL_AID,
        PUBLICITY,
        DANGEROUS_GOODS_VEHICLE,
        UNDERGROUND,
        ENFORCEMENT,
        SAFETY_REPORT,
        ACCOUNTABILITY,
        ENTERPRISE_DUTY,
        DUTY,
        TEAM,
        SPECIAL_EQUIPMENT,
        MAJOR_RISK,
        TOLL,
        overview(CAMPAIGNS),
        *(one.capability for one in CAMPAIGNS),
    ),
)
