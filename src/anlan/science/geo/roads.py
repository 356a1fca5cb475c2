"""Ways along a road network: a graph of line strings, Dijkstra from one place to many. Degrees of WGS-84, kilometres.

Lines that end or bend at the same point (to 1e-6 degrees, a decimetre) are joined there; a crossing without a common point is a bridge.
Every road is taken to be open both ways: for the order of teams, not for guidance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise
from math import cos, floor, hypot, radians

from anlan.science.geo.earth import kilometres

CELL, _KM = 0.01, 111.0  # degrees; km of a degree of latitude, a little low
Place = tuple[float, float]


def _cell(place: Place) -> tuple[int, int]:
    return floor(place[0] / CELL), floor(place[1] / CELL)


def _ring(x: int, y: int, ring: int) -> Iterator[tuple[int, int]]:
    """The cells at this distance, counted in cells."""
    for across in range(x - ring, x + ring + 1):
        rows = (y - ring, y + ring) if abs(across - x) < ring and ring else range(y - ring, y + ring + 1)
        yield from ((across, up) for up in rows)


def _on(place: Place, a: Place, b: Place, scale: float) -> tuple[float, Place, Place, Place]:
    """(gap in degrees of latitude, the piece, the nearest point on it)."""
    ax, ay, bx, by = (a[0] - place[0]) * scale, a[1] - place[1], (b[0] - place[0]) * scale, b[1] - place[1]
    length = (bx - ax) ** 2 + (by - ay) ** 2
    share = max(0.0, min(1.0, -(ax * (bx - ax) + ay * (by - ay)) / length))
    gap = hypot(ax + share * (bx - ax), ay + share * (by - ay))
    return gap, a, b, (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))


def straight(a: Place, b: Place) -> float:
    """Great-circle distance in km of (longitude, latitude)."""
    return kilometres(*a, *b)


class Roads:
    """The network. `far` is how far (km) a place may lie from a road to be joined to it."""

    def __init__(self, lines: Iterable[Sequence[Sequence[float]]], *, far: float = 2.0) -> None:
        self.far = far
        self._ways: dict[Place, dict[Place, float]] = {}
        self._pieces: list[tuple[Place, Place]] = []
        self._cells: dict[tuple[int, int], list[int]] = {}  # of CELL degrees: the pieces whose box touches it
        for line in lines:
            points = [(round(float(one[0]), 6), round(float(one[1]), 6)) for one in line]
            for a, b in pairwise(points):
                if a != b:
                    self._join(a, b, straight(a, b))
                    self._file(len(self._pieces), a, b)
                    self._pieces.append((a, b))

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def _join(self, a: Place, b: Place, km: float) -> None:
        for one, other in ((a, b), (b, a)):
            known = self._ways.setdefault(one, {})
            known[other] = min(km, known.get(other, km))

    def _file(self, number: int, a: Place, b: Place) -> None:
        (west, south), (east, north) = (
            _cell((min(a[0], b[0]), min(a[1], b[1]))),
            _cell((max(a[0], b[0]), max(a[1], b[1]))),
        )
        for x in range(west, east + 1):
            for y in range(south, north + 1):
                self._cells.setdefault((x, y), []).append(number)

    def _foot(self, place: Place) -> tuple[Place, Place, Place, float] | None:
        """The piece of road that is nearest, the point on it, and how far it is in km; None when none is within `far`."""
        scale, (x, y) = cos(radians(place[1])), _cell(place)
        best: tuple[float, Place, Place, Place] | None = None
        seen: set[int] = set()
        for ring in range(int(self.far / (_KM * CELL * scale)) + 2):
            for cell in _ring(x, y, ring):
                for number in self._cells.get(cell, ()):
                    if number not in seen:
                        seen.add(number)
                        found = _on(place, *self._pieces[number], scale)
                        best = found if best is None or found < best else best
            # What no ring has touched so far lies beyond this.
            if best is not None and best[0] <= ring * CELL * scale:
                break
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
