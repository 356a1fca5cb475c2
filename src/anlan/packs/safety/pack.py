"""The safety pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack
from anlan.packs.safety.accountability.capability import CAPABILITY as ACCOUNTABILITY
from anlan.packs.safety.dangerous_goods_vehicle.capability import CAPABILITY as DANGEROUS_GOODS_VEHICLE
from anlan.packs.safety.dual_prevention.capability import CAPABILITY as DUAL_PREVENTION
from anlan.packs.safety.enforcement.capability import CAPABILITY as ENFORCEMENT
from anlan.packs.safety.fire_iot.capability import CAPABILITY as FIRE_IOT
from anlan.packs.safety.grass_roots.capability import CAPABILITY as GRASS_ROOTS
from anlan.packs.safety.hazchem_monitoring.capability import CAPABILITY as HAZCHEM_MONITORING
from anlan.packs.safety.hidden_danger.capability import CAPABILITY as HIDDEN_DANGER
from anlan.packs.safety.rain_and_water.capability import CAPABILITY as RAIN_AND_WATER
from anlan.packs.safety.registers.shelter import CAPABILITY as SHELTER
from anlan.packs.safety.underground.capability import CAPABILITY as UNDERGROUND

PACK = Pack(
    slug="safety",
    title="安全与应急",
    capabilities=(
        HIDDEN_DANGER,
        DUAL_PREVENTION,
        GRASS_ROOTS,
        SHELTER,
        FIRE_IOT,
        HAZCHEM_MONITORING,
        RAIN_AND_WATER,
        DANGEROUS_GOODS_VEHICLE,
        UNDERGROUND,
        ENFORCEMENT,
        ACCOUNTABILITY,
    ),
)
