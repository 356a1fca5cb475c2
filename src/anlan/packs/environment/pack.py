"""The environment pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack
from anlan.packs.environment.air_quality.capability import CAPABILITY as AIR_QUALITY
from anlan.packs.environment.data_quality.capability import CAPABILITY as DATA_QUALITY
from anlan.packs.environment.inspector_rectification.capability import CAPABILITY as INSPECTOR_RECTIFICATION
from anlan.packs.environment.pollution_source.capability import CAPABILITY as POLLUTION_SOURCE
from anlan.packs.environment.public_report.capability import CAPABILITY as PUBLIC_REPORT
from anlan.packs.environment.water_station.capability import CAPABILITY as WATER_STATION

PACK = Pack(
    slug="environment",
    title="生态环境",
    capabilities=(
        AIR_QUALITY,
        POLLUTION_SOURCE,
        WATER_STATION,
        DATA_QUALITY,
        PUBLIC_REPORT,
        INSPECTOR_RECTIFICATION,
    ),
)
