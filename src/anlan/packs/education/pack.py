"""The education pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack
from anlan.packs.education.registers.school_building import CAPABILITY as SCHOOL_BUILDING

PACK = Pack(slug="education", title="教育", capabilities=(SCHOOL_BUILDING,))
