"""Where the district is, for whoever points at it: its bounds, whether a point lies in it, and a picture that needs no script.

The boundary is the imported layer `district` when there is one; the drawn one stands for it in the demonstration only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.html import escape
from shapely import unary_union
from shapely.geometry import Point, shape

from anlan.kernel.maps.base import drawn
from anlan.kernel.maps.models import ImportedLayer

SLUG, STREETS = "district", "streets"
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


def streets() -> list[tuple[str, float, float]]:
    """(code, longitude, latitude) of a point inside each street whose code the map says: of the imported layer `streets`, else of the layer
    `district`, or of the drawn ones in the demonstration."""
    layer = ImportedLayer.objects.filter(slug__in=(STREETS, SLUG)).order_by("-slug").first()
    if layer is None and not settings.DEMO:
        return []
    found = []
    for one in layer.features["features"] if layer else drawn()["features"]:
        code = str(one["properties"].get("code") or "")
        if code and one["geometry"]["type"].endswith("Polygon"):
            point = shape(one["geometry"]).representative_point()
            found.append((code, point.x, point.y))
    return found


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


@dataclass(frozen=True)
class Spot:
    """Something to stand on the picture: a labelled box, a house for a shelter, a flag for the event itself."""

    longitude: float
    latitude: float
    label: str
    kind: str


# Ink, quiet ink, paper, land, line, water, road, accent, its ink: of the light and of the wall's picture (they are images, not themed).
_LIGHT = ("#14201f", "#43514f", "#e9eeec", "#ffffff", "#7f8d8a", "#9cc3d6", "#d3dbd9", "#0b5f66", "#ffffff")
_DARK = ("#ecf3f1", "#b4c5c1", "#091110", "#13211f", "#6f8783", "#1c3f47", "#2a3d3a", "#6ccbc6", "#0c1615")


def picture(mark: tuple[float, float] | None = None, points: Sequence[Spot] = (), *, dark: bool = False) -> str:
    """The district as SVG: its parts, rivers and roads where they are drawn, a mark, points. Its colours are its own: it is an image."""
    box = bounds()
    if box is None:
        return ""
    west, south, east, north = box
    ink, quiet, paper, land, line, water, road, accent, on_accent = _DARK if dark else _LIGHT

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
                f'<polygon points="{" ".join(map(at, polygon[0]))}" fill="{land}" stroke="{line}"/>'
                for polygon in rings
            ]
            centre = shape(one["geometry"]).representative_point()
            x, y = at((centre.x, centre.y)).split(",")
            parts.append(
                f'<text x="{x}" y="{y}" font-size="12" text-anchor="middle" fill="{quiet}">{escape(name.get("name", ""))}</text>'
            )
        elif kind == "LineString":
            drawn_in, wide = (water, 5) if name.get("sign") == "water" else (road, 3)
            parts.append(
                f'<polyline points="{" ".join(map(at, given))}" fill="none" stroke="{drawn_in}" stroke-width="{wide}"/>'
            )
    parts.sort(key=lambda part: part.startswith("<text"))  # names over lines
    if mark:
        x, y = at(mark).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="8" fill="{accent}" stroke="{land}" stroke-width="3"/>')
    parts += [_point(one, at((one.longitude, one.latitude)), ink, land, accent, on_accent) for one in points]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{paper}"/>{"".join(parts)}</svg>'
    )


def _point(one: Spot, at: str, ink: str, land: str, accent: str, on_accent: str) -> str:
    x, y = (float(part) for part in at.split(","))
    label = escape(one.label[:8])
    halo = f'paint-order="stroke" stroke="{land}" stroke-width="3"'
    if one.kind == "event":
        return (
            f'<path d="M{x} {y}v-22h16l-4 5 4 5h-16" fill="{accent}" stroke="{land}"/><circle cx="{x}" cy="{y}" r="3" fill="{ink}"/>'
            f'<text x="{x + 5}" y="{y + 12}" font-size="11" font-weight="700" fill="{ink}" {halo}>{label}</text>'
        )
    if one.kind == "shelter":
        return (
            f'<path d="M{x - 7} {y}l7-7 7 7v8h-14z" fill="{land}" stroke="{ink}" stroke-width="1.5"/>'
            f'<text x="{x + 10}" y="{y + 6}" font-size="10" fill="{ink}" {halo}>{label}</text>'
        )
    wide = 6 + 10 * min(len(label), 8)
    return (
        f'<rect x="{x - wide / 2}" y="{y - 8}" width="{wide}" height="15" rx="2" fill="{accent}"/>'
        f'<text x="{x}" y="{y + 3}" font-size="10" text-anchor="middle" fill="{on_accent}">{label}</text>'
    )
