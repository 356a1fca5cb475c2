"""The education pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack

PACK = Pack(slug="education", title="教育", capabilities=())
