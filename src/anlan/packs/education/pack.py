"""The education pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack
from anlan.packs.education.school_building.capability import CAPABILITY as SCHOOL_BUILDING

PACK = Pack(slug="education", title="教育", capabilities=(SCHOOL_BUILDING,))
