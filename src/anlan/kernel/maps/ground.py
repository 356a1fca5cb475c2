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
from anlan.kernel.maps.labels import SIZE, Box, place, width
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
    """Something to stand on the picture: a labelled box, a house for a shelter, a flag for the event itself. Of a label the first 8 letters."""

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
    parts, names = [], list[Box]()
    for one in features:
        kind, given, name = one["geometry"]["type"], one["geometry"]["coordinates"], one["properties"]
        if kind.endswith("Polygon") and name.get("layer") != "district":
            rings = [given] if kind == "Polygon" else given
            parts += [
                f'<polygon points="{" ".join(map(at, polygon[0]))}" fill="{land}" stroke="{line}"/>'
                for polygon in rings
            ]
            called = str(name.get("name") or "")
            centre = shape(one["geometry"]).representative_point()
            x, y = at((centre.x, centre.y)).split(",")
            parts.append(
                f'<text x="{x}" y="{y}" font-size="{SIZE}" text-anchor="middle" fill="{quiet}">{escape(called)}</text>'
            )
            half = width(called) / 2
            names.append((float(x) - half, float(y) - SIZE, float(x) + half, float(y) + 3))
        elif kind == "LineString":
            drawn_in, wide = (water, 5) if name.get("sign") == "water" else (road, 3)
            parts.append(
                f'<polyline points="{" ".join(map(at, given))}" fill="none" stroke="{drawn_in}" stroke-width="{wide}"/>'
            )
    parts.sort(key=lambda part: part.startswith("<text"))  # names over lines
    if mark:
        x, y = at(mark).split(",")
        parts.append(f'<circle cx="{x}" cy="{y}" r="8" fill="{accent}" stroke="{land}" stroke-width="3"/>')
    placed = []
    for spot in points:
        left, _comma, top = at((spot.longitude, spot.latitude)).partition(",")
        placed.append((spot, float(left), float(top)))
    parts += _points(placed, names, (ink, land, accent, on_accent))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{paper}"/>{"".join(parts)}</svg>'
    )


def _event(one: Spot, x: float, y: float, taken: list[Box], paint: tuple[str, ...]) -> str:
    """A flag with its label, its pole where it happened."""
    ink, land, accent, on_accent = paint
    wide = 10 + width(one.label[:8])
    taken.append((x, y - 28, x + wide, y + 4))
    return (
        f'<path d="M{x} {y}v-28h{wide:.1f}v17h-{wide:.1f}" fill="{accent}" stroke="{land}"/><path d="M{x} {y}v-28" stroke="{ink}" stroke-width="2"/>'
        f'<circle cx="{x}" cy="{y}" r="4" fill="{ink}" stroke="{land}"/>'
        f'<text x="{x + wide / 2:.1f}" y="{y - 15}" font-size="{SIZE}" font-weight="700" text-anchor="middle" fill="{on_accent}">{escape(one.label[:8])}</text>'
    )


def _shelter(x: float, y: float, taken: list[Box], paint: tuple[str, ...]) -> str:
    taken.append((x - 8, y - 8, x + 8, y + 9))
    return f'<path d="M{x - 7} {y}l7-7 7 7v8h-14z" fill="{paint[1]}" stroke="{paint[0]}" stroke-width="1.5"/>'


def _label(one: Spot, x: float, y: float, taken: list[Box], paint: tuple[str, ...]) -> str:
    """The name beside a house; elsewhere a labelled box on its place, or beside it with a line to it when something stands there."""
    ink, land, accent, on_accent = paint
    text, boxed = one.label[:8], one.kind != "shelter"
    wide, high = width(text) + (8 if boxed else 2), 18.0 if boxed else 14.0
    side, near = wide / 2 + (8 if boxed else 10), high / 2 + (7 if boxed else 10)
    around = [(x + side, y), (x - side, y), (x, y + near), (x, y - near)]
    around += [(x + side, y + near), (x - side, y + near), (x + side, y - near), (x - side, y - near)]
    around += [(x, y + near + high), (x, y - near - high), (x + side, y + near + high), (x - side, y - near - high)]
    box = place(wide, high, [(x, y), *around] if boxed else around, taken, (WIDTH, HEIGHT))
    taken.append(box)
    middle, line = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    written = f'x="{middle:.1f}" y="{line + 4.5:.1f}" font-size="{SIZE}" text-anchor="middle"'
    if not boxed:
        return (
            f'<text {written} fill="{ink}" paint-order="stroke" stroke="{land}" stroke-width="3">{escape(text)}</text>'
        )
    lead = "" if middle == x and line == y else f'<path d="M{x} {y}L{middle:.1f} {line:.1f}" stroke="{accent}" stroke-width="1.5"/><circle cx="{x}" cy="{y}" r="3" fill="{accent}"/>'  # fmt: skip
    return f'{lead}<rect x="{box[0]:.1f}" y="{box[1]:.1f}" width="{wide:.1f}" height="{high:g}" rx="2" fill="{accent}"/><text {written} fill="{on_accent}">{escape(text)}</text>'


def _points(points: Sequence[tuple[Spot, float, float]], names: Sequence[Box], paint: tuple[str, ...]) -> list[str]:
    """What is fixed first (flags, houses), then the labels, each where it covers least."""
    taken = list(names)
    found = [_event(one, x, y, taken, paint) for one, x, y in points if one.kind == "event"]
    houses = [_shelter(x, y, taken, paint) for one, x, y in points if one.kind == "shelter"]
    labels = [_label(one, x, y, taken, paint) for one, x, y in points if one.kind != "event"]
    return [*houses, *labels, *found]
