"""The ground of the map: the schematic district drawn for this product, and layers a customer brought."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from anlan.kernel.access.types import Actor
from anlan.kernel.maps.models import ImportedLayer
from anlan.kernel.maps.types import Layer

_FILE = Path(__file__).with_name("district.geojson")


@cache
def drawn() -> dict[str, Any]:
    return json.loads(_FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _part(name: str, _actor: Actor, _at: datetime) -> Mapping[str, Any]:
    features = [feature for feature in drawn()["features"] if feature["properties"]["layer"] == name]
    return {"type": "FeatureCollection", "features": features}


STREETS = Layer(
    slug="streets", title="街道（示意）", permission="maps.read", kind="base", features=partial(_part, "streets"), source="为本产品手绘的虚构示意图",
    schematic=True, shown=True,
)  # fmt: skip
LINES = Layer(
    slug="lines", title="河流道路（示意）", permission="maps.read", kind="line", features=partial(_part, "lines"), source="为本产品手绘的虚构示意图",
    schematic=True, shown=True,
)  # fmt: skip


def _stored(pk: int, _actor: Actor, _at: datetime) -> Mapping[str, Any]:
    found: Mapping[str, Any] = ImportedLayer.objects.get(pk=pk).features
    return found


def imported() -> list[Layer]:
    return [
        Layer(
            slug=row.slug,
            title=row.title,
            permission="maps.read",
            kind="area",
            features=partial(_stored, row.pk),
            source=f"{row.source}（{row.crs}）{row.review_number}",
            shown=True,
        )
        for row in ImportedLayer.objects.order_by("slug")
    ]
