"""The environment pack: its capabilities."""

from __future__ import annotations

from anlan.kernel.capability.types import Pack

PACK = Pack(slug="environment", title="生态环境", capabilities=())
