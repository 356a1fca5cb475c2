"""Where a vehicle may be, judged from one position: pure. Coordinates are WGS-84 degrees, times ms since 1970 UTC."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from anlan.base.errors import Refused
from anlan.science.geo.earth import in_the_country

Point = tuple[float, float]  # longitude, latitude
EARTH_M = 6_371_008.8  # mean radius
STANDING_KMH = 3.0  # a fix of a vehicle that stands still drifts by this much
CHINA_MS, DAY_MS = 28_800_000, 86_400_000
MOST_POINTS = 500


@dataclass(frozen=True)
class Area:
    """A ring without its closing point. `kind`: forbidden or parking; `start`..`end`: minutes of the civil day in which it counts
    (equal: all day); in force from `valid_from` until `valid_to`."""

    kind: str
    ring: tuple[Point, ...]
    start: int = 0
    end: int = 0
    valid_from: int = 0
    valid_to: int = 1 << 62

    def counts(self, at: int) -> bool:
        minute = (at + CHINA_MS) % DAY_MS // 60_000
        inside = self.start <= minute < self.end if self.start < self.end else minute >= self.start or minute < self.end
        return self.valid_from <= at < self.valid_to and (self.start == self.end or inside)


@dataclass(frozen=True)
class Corridor:
    """The allowed way: a line and how far beside it still counts, in m."""

    line: tuple[Point, ...]
    half_width: float
    valid_from: int = 0
    valid_to: int = 1 << 62


@dataclass(frozen=True)
class Limits:
    """What holds for one vehicle."""

    areas: tuple[Area, ...] = ()
    corridors: tuple[Corridor, ...] = ()


def read_ring(text: str) -> tuple[Point, ...]:
    """The corners of an area; a closing point equal to the first is dropped. Raises Refused with the place that is wrong."""
    points = _points(text)
    return _enough(points[:-1] if len(points) > 1 and points[0] == points[-1] else points, 3)


def read_line(text: str) -> tuple[Point, ...]:
    """The points of a way, which may come back to where it began. Raises Refused."""
    return _enough(_points(text), 2)


def _points(text: str) -> list[Point]:
    """`117.20,39.15; 117.21,39.16`; full-width marks and line breaks are allowed."""
    plain = text.translate(str.maketrans("，；、（）\n", ",;;  ;"))
    return [_point(one.strip(), place) for place, one in enumerate(filter(str.strip, plain.split(";")), 1)]


def _enough(points: list[Point], least: int) -> tuple[Point, ...]:
    if not least <= len(points) <= MOST_POINTS:
        raise Refused(
            "points", f"至少 {least} 个点，最多 {MOST_POINTS} 个；写成“117.20,39.15; 117.21,39.16”。", "points"
        )
    return tuple(points)


def _point(text: str, place: int) -> Point:
    try:
        longitude, latitude = (float(one) for one in text.split(","))
    except ValueError:
        raise Refused("points", f"第 {place} 个点“{text[:30]}”读不懂，写成“117.20,39.15”。", "points") from None
    if not in_the_country(longitude, latitude):
        raise Refused("points", f"第 {place} 个点不在国内。先写经度，再写纬度。", "points")
    return (longitude, latitude)


def crosses_itself(ring: Sequence[Point]) -> bool:
    """Whether two sides that do not meet at a corner cut each other."""
    count = len(ring)
    sides = [(ring[place], ring[(place + 1) % count]) for place in range(count)]
    return any(
        _cut(*sides[one], *sides[other])
        for one in range(count)
        for other in range(one + 2, count)
        if not (one == 0 and other == count - 1)
    )


def _cut(a: Point, b: Point, c: Point, d: Point) -> bool:
    def turn(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def within(ring: Sequence[Point], point: Point) -> bool:
    """Even-odd rule; a point on the edge may fall on either side."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def metres_from(line: Sequence[Point], point: Point) -> float:
    """The distance to the nearest place of a line, on a plane that touches the earth at the point: right to a metre within 50 km."""
    east = EARTH_M * math.radians(1) * math.cos(math.radians(point[1]))
    north = EARTH_M * math.radians(1)
    flat = [((x - point[0]) * east, (y - point[1]) * north) for x, y in line]
    if len(flat) == 1:
        return math.hypot(*flat[0])
    return min(_to_side(*one, *other) for one, other in pairwise(flat))


def _to_side(x1: float, y1: float, x2: float, y2: float) -> float:
    """From the origin to a side."""
    dx, dy = x2 - x1, y2 - y1
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else max(0.0, min(1.0, -(x1 * dx + y1 * dy) / length))
    return math.hypot(x1 + share * dx, y1 + share * dy)


def derive(limits: Limits, at: int, values: Mapping[str, float]) -> Mapping[str, float]:
    """`off_route`: m beyond the nearest corridor, 0 within, nothing without a route in force; `forbidden`: in how many forbidden
    areas; `standing`: 1 when it stands outside every parking area, else 0."""
    if "lon" not in values or "lat" not in values:
        return {}
    point = (values["lon"], values["lat"])
    areas = [one for one in limits.areas if one.counts(at)]
    told = {"forbidden": float(sum(one.kind == "forbidden" and within(one.ring, point) for one in areas))}
    ways = [one for one in limits.corridors if one.valid_from <= at < one.valid_to]
    if ways:
        beyond = min(metres_from(one.line, point) - one.half_width for one in ways)
        told["off_route"] = round(max(0.0, beyond), 1)
    if "speed" in values:
        parked = any(one.kind == "parking" and within(one.ring, point) for one in areas)
        told["standing"] = float(values["speed"] < STANDING_KMH and not parked)
    return told
