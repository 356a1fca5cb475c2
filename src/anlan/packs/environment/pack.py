"""The environment pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack
from anlan.packs.environment.air_quality.capability import CAPABILITY as AIR_QUALITY
from anlan.packs.environment.data_quality.capability import CAPABILITY as DATA_QUALITY
from anlan.packs.environment.inspection.capability import CAPABILITY as INSPECTION
from anlan.packs.environment.inspector_rectification.capability import CAPABILITY as INSPECTOR_RECTIFICATION
from anlan.packs.environment.pollution_source.capability import CAPABILITY as POLLUTION_SOURCE
from anlan.packs.environment.public_report.capability import CAPABILITY as PUBLIC_REPORT
from anlan.packs.environment.registers.bare_land import CAPABILITY as BARE_LAND
from anlan.packs.environment.registers.cooking_fume import CAPABILITY as COOKING_FUME
from anlan.packs.environment.registers.dry_cleaner import CAPABILITY as DRY_CLEANER
from anlan.packs.environment.registers.dust_site import CAPABILITY as DUST_SITE
from anlan.packs.environment.registers.fleet import CAPABILITY as FLEET
from anlan.packs.environment.registers.machinery import CAPABILITY as MACHINERY
from anlan.packs.environment.registers.oil_quality import CAPABILITY as OIL_QUALITY
from anlan.packs.environment.registers.outfall import CAPABILITY as OUTFALL
from anlan.packs.environment.registers.repair_shop import CAPABILITY as REPAIR_SHOP
from anlan.packs.environment.registers.roadside_check import CAPABILITY as ROADSIDE_CHECK
from anlan.packs.environment.registers.sewer_connection import CAPABILITY as SEWER_CONNECTION
from anlan.packs.environment.registers.vapour_recovery import CAPABILITY as VAPOUR_RECOVERY
from anlan.packs.environment.registers.voc_source import CAPABILITY as VOC_SOURCE
from anlan.packs.environment.subjects import overview
from anlan.packs.environment.water_station.capability import CAPABILITY as WATER_STATION

REGISTERS = (
    DUST_SITE,
    BARE_LAND,
    MACHINERY,
    FLEET,
    ROADSIDE_CHECK,
    OIL_QUALITY,
    VAPOUR_RECOVERY,
    COOKING_FUME,
    DRY_CLEANER,
    REPAIR_SHOP,
    OUTFALL,
    VOC_SOURCE,
    SEWER_CONNECTION,
)
PACK = Pack(
    slug="environment",
    title="生态环境",
    capabilities=(
        AIR_QUALITY,
        POLLUTION_SOURCE,
        WATER_STATION,
        DATA_QUALITY,
        INSPECTION,
        PUBLIC_REPORT,
        INSPECTOR_RECTIFICATION,
        overview.capability(REGISTERS),
        *REGISTERS,
    ),
)
