"""Where the district is, for whoever points at it: its bounds, whether a point lies in it, and a picture that needs no script.

The boundary is the imported layer `district` when there is one; the drawn one stands for it in the demonstration only.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.html import escape
from shapely import unary_union
from shapely.geometry import Point, shape

from anlan.kernel.maps.base import drawn
from anlan.kernel.maps.models import ImportedLayer

SLUG = "district"
WIDTH, HEIGHT = 328, 246  # of the picture, in its own units
_MARGIN = 0.004  # degrees around the district


@cache
def _shape(text: str) -> Any:
    return unary_union(
        [shape(one["geometry"]) for one in json.loads(text) if one["geometry"]["type"].endswith("Polygon")]
    )


def boundary() -> Any | None:
    """The district as a shape in degrees, or None when nobody brought it."""
    layer = ImportedLayer.objects.filter(slug=SLUG).first()
    if layer is not None:
        return _shape(json.dumps(layer.features["features"]))
    if settings.DEMO:
        return _shape(json.dumps([one for one in drawn()["features"] if one["properties"]["layer"] == "streets"]))
    return None


def contains(longitude: float, latitude: float) -> bool | None:
    """None when the boundary is not known."""
    there = boundary()
    return None if there is None else bool(there.covers(Point(longitude, latitude)))


def bounds() -> tuple[float, float, float, float] | None:
    """West, south, east, north of the picture."""
    there = boundary()
    if there is None:
        return None
    west, south, east, north = there.bounds
    return west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN


def place_of(x: float, y: float, width: float = WIDTH, height: float = HEIGHT) -> tuple[float, float] | None:
    """Degrees of a point of the picture, from its upper left corner."""
    box = bounds()
    if box is None or not (0 <= x <= width and 0 <= y <= height):
        return None
    west, south, east, north = box
    return round(west + (east - west) * x / width, 6), round(north - (north - south) * y / height, 6)


def picture(mark: tuple[float, float] | None = None) -> str:
    """The district as SVG: its parts, rivers and roads where they are drawn, and a mark. Its colours are its own: it is an image."""
    box = bounds()
    if box is None:
        return ""
    west, south, east, north = box

    def at(point: Any) -> str:
        return f"{(point[0] - west) / (east - west) * WIDTH:.1f},{(north - point[1]) / (north - south) * HEIGHT:.1f}"

    layer = ImportedLayer.objects.filter(slug=SLUG).first()
    features = layer.features["features"] if layer else drawn()["features"]
    parts = []
    for one in features:
        kind, given, name = one["geometry"]["type"], one["geometry"]["coordinates"], one["properties"]
        if kind.endswith("Polygon") and name.get("layer") != "district":
            rings = [given] if kind == "Polygon" else given
            parts += [
                f'<polygon points="{" ".join(map(at, polygon[0]))}" fill="#fff" stroke="#7f8d8a"/>' for polygon in rings
            ]
            centre = shape(one["geometry"]).representative_point()
            x, y = at((centre.x, centre.y)).split(",")
            parts.append(
                f'<text x="{x}" y="{y}" font-size="12" text-anchor="middle" fill="#43514f">{escape(name.get("name", ""))}</text>'
            )
        elif kind == "LineString":
            ink, wide = ("#9cc3d6", 5) if name.get("sign") == "water" else ("#d3dbd9", 3)
            parts.append(
                f'<polyline points="{" ".join(map(at, given))}" fill="none" stroke="{ink}" stroke-width="{wide}"/>'
            )
    parts.sort(key=lambda part: part.startswith("<text"))  # names over lines
    if mark:
        x, y = at(mark).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="8" fill="#0b5f66" stroke="#fff" stroke-width="3"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#e9eeec"/>{"".join(parts)}</svg>'
    )
