"""Hydrants on the map."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.maps.types import Layer
from anlan.packs.safety.fire_iot import queries
from anlan.packs.safety.fire_iot.kinds import PERMISSION


def features(actor: Actor, _at: datetime) -> Mapping[str, Any]:
    found = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            "properties": {"name": row.code, "sign": "", "url": reverse("hydrants_detail", args=[row.pk]),
                           "value": "没有检查过" if row.sound is None else "完好" if row.sound else row.fault},
        }
        for row in queries.hydrants(actor) if row.longitude is not None and row.latitude is not None
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": found}


HYDRANTS = Layer(
    slug="hydrants",
    title="市政消火栓",
    permission=PERMISSION,
    kind="point",
    features=features,
    source="市政消火栓台账和检查记录",
)
