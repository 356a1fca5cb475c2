"""Where a warning holds: its shapes in degrees, and whether a street lies in it. What cannot be known counts as inside: rather told than missed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django.conf import settings
from shapely.errors import ShapelyError
from shapely.geometry import Point, Polygon, shape

from anlan.kernel.access.models import Organisation
from anlan.kernel.maps.base import drawn
from anlan.kernel.maps.models import ImportedLayer
from anlan.packs.safety.warning.models import WarningMessage
from anlan.packs.safety.warning.rules import GEOCODE
from anlan.protocols.cap import rules as cap


@cache
def _named(text: str) -> Mapping[str, Any]:
    return {one["properties"].get("name", ""): shape(one["geometry"]) for one in json.loads(text) if one["geometry"]["type"].endswith("Polygon")}  # fmt: skip


def streets() -> Mapping[str, Any]:
    """Shapes of the streets by name: of the imported layer `streets`, or the drawn ones in the demonstration; none otherwise."""
    layer = ImportedLayer.objects.filter(slug="streets").first()
    if layer is not None:
        return _named(json.dumps(layer.features["features"]))
    if settings.DEMO:
        return _named(json.dumps([one for one in drawn()["features"] if one["properties"]["layer"] == "streets"]))
    return {}


def shapes(areas: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Polygons and circles of a warning as shapes (longitude, latitude); a circle as 32 sides, a degree of latitude being 111.32 km."""
    found = []
    for area in areas:
        for text in area["polygons"]:
            ring = cap.polygon(text)
            if ring:
                found.append(Polygon([(lon, lat) for lat, lon in ring]))
        for text in area["circles"]:
            round_ = cap.circle(text)
            if round_:
                lat, lon, km = round_
                wide = max(math.cos(math.radians(lat)), 0.01)
                points = [
                    (
                        lon + km / 111.32 / wide * math.cos(step * math.pi / 16),
                        lat + km / 111.32 * math.sin(step * math.pi / 16),
                    )
                    for step in range(32)
                ]
                found.append(Polygon(points) if km else Point(lon, lat))
    return found


def codes(areas: Iterable[Mapping[str, Any]]) -> set[str]:
    """Codes of organisations of this house that an own warning names."""
    return {value for area in areas for name, value in area["geocodes"] if name == GEOCODE}


def concerns(message: WarningMessage, place: Organisation) -> bool:
    """Whether the warning holds in this street (or for this organisation)."""
    named = codes(message.areas)
    if named:
        return any(place.path.startswith(path) or path.startswith(place.path) for path in Organisation.objects.filter(code__in=named).values_list("path", flat=True))  # fmt: skip
    there = shapes(message.areas)
    ground = streets().get(place.name) or streets().get(str(place))
    if not there or ground is None:
        return True
    try:
        return any(ground.intersects(one if one.is_valid else one.buffer(0)) for one in there)
    except ShapelyError:
        return True


def features(message: WarningMessage) -> list[dict[str, Any]]:
    """GeoJSON geometries: what it draws itself, else the streets it names."""
    found = shapes(message.areas)
    if not found:
        names = {str(one) for one in Organisation.objects.filter(code__in=codes(message.areas))} | {area["description"] for area in message.areas}  # fmt: skip
        found = [one for name, one in streets().items() if name in names]
    return [one.__geo_interface__ for one in found]
