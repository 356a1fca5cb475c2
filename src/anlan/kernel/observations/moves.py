"""What may happen to a device. Silence is no state: it is computed from when it was last heard."""

from __future__ import annotations

from anlan.kernel.access.types import Move

_WRITE = "observations.manage"
DEVICE_MOVES = (
    Move(slug="admit", title="接入", sources=("waiting", "refused", "suspended"), target="admitted", permission=_WRITE),
    Move(slug="refuse", title="不予接入", sources=("waiting",), target="refused", permission=_WRITE),
    Move(slug="suspend", title="停用", sources=("admitted",), target="suspended", permission=_WRITE),
    Move(
        slug="retire", title="退役", sources=("admitted", "suspended", "refused"), target="retired", permission=_WRITE
    ),
)
