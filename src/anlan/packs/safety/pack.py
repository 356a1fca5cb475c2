"""The safety pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack

PACK = Pack(slug="safety", title="安全与应急", capabilities=())
