"""Stations on the map, with their state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.maps.types import Layer
from anlan.kernel.monitor import queries
from anlan.kernel.observations import queries as observed

_WORDS = {"over": "报警", "silent": "没有新数据", "bad": "数据不可用", "none": "还没有数据", "ok": "正常"}
_ORDER = tuple(_WORDS)


def features(actor: Actor, at: datetime) -> Mapping[str, Any]:
    worst: dict[int, str] = {}
    for one in queries.shown(list(observed.streams(actor)), actor, at):
        known = worst.get(one.stream.station_id, "ok")
        worst[one.stream.station_id] = min(known, one.state, key=_ORDER.index)
    found = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            "properties": {"name": row.name, "value": _WORDS[worst.get(row.pk, "none")], "sign": "红" if worst.get(row.pk) == "over" else "",
                           "url": reverse("station", args=[row.code])},
        }
        for row in observed.stations(actor) if row.longitude is not None and row.latitude is not None
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": found}


STATIONS = Layer(
    slug="monitored",
    title="监测点",
    permission="monitor.read",
    kind="point",
    features=features,
    source="观测数据和报警",
    shown=True,
)
