"""Sections on the map, with the class of their last month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.maps.types import Layer
from anlan.packs.environment.water_station import queries
from anlan.packs.environment.water_station.kinds import PERMISSION
from anlan.packs.environment.water_station.rules import class_words


def _features(actor: Actor, at: datetime) -> Mapping[str, Any]:
    lines, _month = queries.overview(actor, at)
    features = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [one.section.longitude, one.section.latitude]},
            "properties": {"name": one.section.name, "sign": class_words(one.last.water_class) if one.last else "没有监测",
                           "value": f"目标 {one.section.get_target_display()}", "url": reverse("water_section", args=[one.section.code])},
        }
        for one in lines if one.section.longitude is not None and one.section.latitude is not None
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


SECTIONS = Layer(
    slug="water_sections",
    title="地表水断面",
    permission=PERMISSION,
    kind="point",
    features=_features,
    source="断面台账、手工监测、自动站",
)
