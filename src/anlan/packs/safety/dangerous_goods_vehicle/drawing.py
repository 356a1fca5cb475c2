"""The track on the schematic district, drawn on the server: it prints, and needs no script."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.maps.base import LINES, STREETS
from anlan.packs.safety.dangerous_goods_vehicle import rules
from anlan.packs.safety.dangerous_goods_vehicle.models import VehicleArea, VehicleRoute
from anlan.packs.safety.dangerous_goods_vehicle.queries import Fix
from anlan.packs.safety.dangerous_goods_vehicle.rules import Point

WIDTH, HEIGHT, MARGIN, MOST = 860.0, 520.0, 18.0, 600
FASTEST_MS = 55.0  # 200 km/h: a step beyond it is no way that was driven


@dataclass(frozen=True)
class Drawing:
    """`svg`; `places` for the slider: x, y, time, words of every fix drawn, as JSON; `shown` those fixes."""

    svg: SafeString
    places: str
    shown: tuple[Fix, ...]


def thinned(fixes: Sequence[Fix]) -> list[Fix]:
    """At most about MOST: every fix that was wrong, and of the others each nth."""
    step = max(1, math.ceil(len(fixes) / MOST))
    last = len(fixes) - 1
    return [one for place, one in enumerate(fixes) if place % step == 0 or place == last or (one.wrong and step < 8)]


def draw(
    fixes: Sequence[Fix], areas: Iterable[VehicleArea], routes: Iterable[VehicleRoute], here: int, at: datetime
) -> Drawing:
    """`here`: which of the drawn fixes is marked; -1 the last."""
    shown = thinned(fixes)
    grounds = [one["geometry"]["coordinates"][0] for one in STREETS.features(SYSTEM, at)["features"]]
    lines = [(one["geometry"]["coordinates"], one["properties"]) for one in LINES.features(SYSTEM, at)["features"]]
    put = _projection([(one.longitude, one.latitude) for one in shown] or [point for ring in grounds for point in ring])
    parts = [
        *(_path(put, ring, "svg-axis", closed=True) for ring in grounds),
        *(_line(put, line, properties) for line, properties in lines),
        *(part for one in routes for part in _corridor(put, one)),
        *(part for one in areas for part in _area(put, one)),
    ]
    places = [put((one.longitude, one.latitude)) for one in shown]
    if places:
        parts.append(format_html('<path class="svg-line" d="{}"/>', _way(shown, places)))
        parts += [_mark(x, y) for one, (x, y) in zip(shown, places, strict=True) if one.wrong]
        parts.append(format_html('<circle class="svg-base" cx="{}" cy="{}" r="5"/>', *_text(places[0])))
        parts.append(
            format_html('<circle class="svg-now" cx="{}" cy="{}" r="8" data-replay-here/>', *_text(places[here]))
        )
    svg = format_html(
        '<svg viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}">{}</svg>',
        round(WIDTH), round(HEIGHT), "轨迹示意图，北在上", format_html_join("", "{}", ((one,) for one in parts)),
    )  # fmt: skip
    told = [[round(x, 1), round(y, 1), words(one)] for one, (x, y) in zip(shown, places, strict=True)]
    return Drawing(svg, json.dumps(told, ensure_ascii=False, separators=(",", ":")), tuple(shown))


def _way(fixes: Sequence[Fix], places: Sequence[tuple[float, float]]) -> str:
    """A line through the fixes; it is not drawn where the vehicle cannot have driven between two of them."""
    path, before = "", None
    for one, (x, y) in zip(fixes, places, strict=True):
        path += f"{'M' if before is None or _jumps(before, one) else 'L'}{x:.1f} {y:.1f}"
        before = one
    return path


def _jumps(one: Fix, other: Fix) -> bool:
    metres = rules.metres_from([(one.longitude, one.latitude)], (other.longitude, other.latitude))
    return metres > FASTEST_MS * max((other.at - one.at).total_seconds(), 1.0)


def words(one: Fix) -> str:
    said = f"{one.at.astimezone(CHINA):%m-%d %H:%M:%S}"
    said += "" if one.speed is None else f"，{one.speed:.0f} km/h"
    said += f"，偏离 {one.off_route:.0f} m" if one.off_route else ""
    return said + ("，在禁行区" if one.forbidden else "")


def _projection(points: Sequence[Point]) -> Callable[[Point], tuple[float, float]]:
    """North up, the same scale both ways, at least a kilometre wide."""
    west, east = min(one[0] for one in points), max(one[0] for one in points)
    south, north = min(one[1] for one in points), max(one[1] for one in points)
    narrow = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * narrow, 0.012) * 1.15, max(north - south, 0.009) * 1.15
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    middle = ((west + east) / 2, (south + north) / 2)

    def put(point: Point) -> tuple[float, float]:
        return (WIDTH / 2 + (point[0] - middle[0]) * narrow * scale, HEIGHT / 2 - (point[1] - middle[1]) * scale)

    return put


def _text(place: tuple[float, float]) -> tuple[str, str]:
    return (f"{place[0]:.1f}", f"{place[1]:.1f}")


def _path(
    put: Callable[[Point], tuple[float, float]], points: Sequence[Point], name: str, *, closed: bool
) -> SafeString:
    line = "M" + "L".join(" ".join(_text(put(one))) for one in points) + ("Z" if closed else "")
    return format_html('<path class="{}" fill="none" d="{}"/>', name, line)


def _label(x: float, y: float, text: str, name: str = "svg-text") -> SafeString:
    return format_html('<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>', name, *_text((x, y)), text)


def _line(put: Callable[[Point], tuple[float, float]], line: Sequence[Point], properties: dict[str, str]) -> SafeString:
    x, y = put(line[len(line) // 2])
    return _path(put, line, "map-road" if properties.get("sign") == "road" else "map-water", closed=False) + _label(
        x, y - 6, properties.get("name", "")
    )


def _corridor(put: Callable[[Point], tuple[float, float]], route: VehicleRoute) -> list[SafeString]:
    try:
        line = rules.read_line(route.points)
    except Refused:
        return []
    return [_path(put, line, "svg-pace", closed=False)]


def _area(put: Callable[[Point], tuple[float, float]], area: VehicleArea) -> list[SafeString]:
    try:
        ring = rules.read_ring(area.points)
    except Refused:
        return []
    places = [put(one) for one in ring]
    middle = (sum(x for x, _y in places) / len(places), sum(y for _x, y in places) / len(places))
    word = "禁" if area.kind == "forbidden" else "停"
    return [
        _path(put, ring, "map-forbidden" if area.kind == "forbidden" else "svg-pace", closed=True),
        _label(*middle, f"{word} {area.name}", "svg-strong"),
    ]


def _mark(x: float, y: float) -> SafeString:
    return format_html('<rect class="svg-over" x="{}" y="{}" width="7" height="7"/>', *_text((x - 3.5, y - 3.5)))
