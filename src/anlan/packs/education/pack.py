"""The education pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack
from anlan.packs.education.campus_safety.capability import CAPABILITY as CAMPUS_SAFETY
from anlan.packs.education.school_building.capability import CAPABILITY as SCHOOL_BUILDING

PACK = Pack(slug="education", title="教育", capabilities=(CAMPUS_SAFETY, SCHOOL_BUILDING))
