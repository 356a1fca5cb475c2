"""The environment pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack
from anlan.packs.environment.air_quality.capability import CAPABILITY as AIR_QUALITY

PACK = Pack(slug="environment", title="生态环境", capabilities=(AIR_QUALITY,))
