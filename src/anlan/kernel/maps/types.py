"""Declaration of a map layer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from anlan.kernel.access.types import Actor


@dataclass(frozen=True, kw_only=True)
class Layer:
    """`features(actor, at)` gives a GeoJSON FeatureCollection (WGS-84, RFC 7946) of what the actor may see.

    Each feature has `properties.name`, `.sign` (level word or ""), `.value`, `.url`; the table twin is built from them.
    """

    slug: str
    title: str
    permission: str
    kind: Literal["base", "area", "line", "point"]
    features: Callable[[Actor, datetime], Mapping[str, Any]]
    source: str
    schematic: bool = False
    shown: bool = False  # ticked when the map is opened
