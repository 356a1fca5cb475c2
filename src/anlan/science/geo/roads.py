"""Ways along a road network: a graph of line strings, Dijkstra from one place to many. Degrees of WGS-84, kilometres.

Lines that end or bend at the same point (to 1e-6 degrees, a decimetre) are joined there; a crossing without a common point is a bridge.
Every road is taken to be open both ways: for the order of teams, not for guidance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from math import asin, cos, hypot, radians, sin, sqrt

EARTH = 6371.0088  # km, mean radius (IUGG)
Place = tuple[float, float]


def straight(a: Place, b: Place) -> float:
    """Great-circle distance in km of (longitude, latitude)."""
    y, v = radians(a[1]), radians(b[1])
    half = sin((v - y) / 2) ** 2 + cos(y) * cos(v) * sin(radians(b[0] - a[0]) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


class Roads:
    """The network. `far` is how far (km) a place may lie from a road to be joined to it."""

    def __init__(self, lines: Iterable[Sequence[Sequence[float]]], *, far: float = 2.0) -> None:
        self.far = far
        self._ways: dict[Place, dict[Place, float]] = {}
        self._pieces: list[tuple[Place, Place]] = []
        for line in lines:
            points = [(round(float(one[0]), 6), round(float(one[1]), 6)) for one in line]
            for a, b in pairwise(points):
                if a != b:
                    self._join(a, b, straight(a, b))
                    self._pieces.append((a, b))

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def _join(self, a: Place, b: Place, km: float) -> None:
        for one, other in ((a, b), (b, a)):
            known = self._ways.setdefault(one, {})
            known[other] = min(km, known.get(other, km))

    def _foot(self, place: Place) -> tuple[Place, Place, Place, float] | None:
        """The piece of road that is nearest, the point on it, and how far it is in km; None when none is within `far`."""
        best: tuple[float, Place, Place, Place] | None = None
        scale = cos(radians(place[1]))
        for a, b in self._pieces:
            ax, ay, bx, by = (a[0] - place[0]) * scale, a[1] - place[1], (b[0] - place[0]) * scale, b[1] - place[1]
            length = (bx - ax) ** 2 + (by - ay) ** 2
            share = 0.0 if not length else max(0.0, min(1.0, -(ax * (bx - ax) + ay * (by - ay)) / length))
            gap = hypot(ax + share * (bx - ax), ay + share * (by - ay))
            if best is None or gap < best[0]:
                best = (gap, a, b, (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])))
        if best is None:
            return None
        km = straight(place, best[3])
        return None if km > self.far else (best[1], best[2], best[3], km)

    def to_many(self, start: Place, goals: Mapping[int, Place]) -> dict[int, float]:
        """Kilometres by road from `start` to each goal that can be reached, with the way to the road and from it."""
        foot = self._foot(start)
        if foot is None:
            return {}
        a, b, there, off = foot
        known: dict[Place, float] = {}
        open_: list[tuple[float, Place]] = []
        for node in (a, b):
            heappush(open_, (off + straight(there, node), node))
        ends = {key: found for key, place in goals.items() if (found := self._foot(place)) is not None}
        wanted = {node for one in ends.values() for node in one[:2]}
        while open_ and wanted:
            so_far, node = heappop(open_)
            if node in known:
                continue
            known[node] = so_far
            wanted.discard(node)
            for other, more in self._ways[node].items():
                if other not in known:
                    heappush(open_, (so_far + more, other))
        return {key: km for key, end in ends.items() if (km := _last(end, foot, known)) is not None}


def _last(end: tuple[Place, Place, Place, float], foot: tuple[Place, Place, Place, float], known: Mapping[Place, float]) -> float | None:  # fmt: skip
    """The shortest way onto the goal's piece of road; on the start's own piece, along it."""
    a, b, there, off = end
    found = [known[node] + straight(node, there) + off for node in (a, b) if node in known]
    if {a, b} == {foot[0], foot[1]}:
        found.append(foot[3] + straight(foot[2], there) + off)
    return min(found, default=None)
