"""The nearest of many points under conditions: straight-line distance on the sphere, degrees of WGS-84, kilometres.

All points are columns of numbers; a question is one pass over them, so a condition costs what it selects and nothing is approximated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.science.geo.earth import RADIUS

Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One thing that can be near. `tags`: what can be asked for (skills, states)."""

    key: int
    longitude: float
    latitude: float
    tags: tuple[str, ...] = ()


class Nearest:
    """An index that is built once and asked often; what changes is built anew by its keeper."""

    def __init__(self, points: Iterable[Point]) -> None:
        rows: Sequence[Point] = tuple(points)
        self.keys = np.array([one.key for one in rows], dtype=np.int64)
        self._latitude = np.radians(np.array([one.latitude for one in rows], dtype=np.float64))
        self._longitude = np.radians(np.array([one.longitude for one in rows], dtype=np.float64))
        self._cosine = np.cos(self._latitude)
        places: dict[str, list[int]] = {}
        for place, one in enumerate(rows):
            for tag in one.tags:
                places.setdefault(tag, []).append(place)
        self._tags: Mapping[str, NDArray[np.int64]] = {
            tag: np.array(found, dtype=np.int64) for tag, found in places.items()
        }

    def __len__(self) -> int:
        return len(self.keys)

    def ask(
        self, longitude: float, latitude: float, *, tags: Sequence[str] = (), count: int = 20, within_km: float | None = None
    ) -> list[tuple[int, float]]:  # fmt: skip
        """(key, km) of the nearest that carry every tag, nearest first; equal distances in the order of their keys."""
        chosen = self._chosen(tags)
        if not len(chosen) or count < 1:
            return []
        x, y = np.radians(longitude), np.radians(latitude)
        half = (
            np.sin((self._latitude[chosen] - y) / 2) ** 2
            + np.cos(y) * self._cosine[chosen] * np.sin((self._longitude[chosen] - x) / 2) ** 2
        )
        if within_km is not None:
            inside = half <= np.sin(min(within_km / RADIUS / 2, np.pi / 2)) ** 2 * (1 + 1e-12)
            chosen, half = chosen[inside], half[inside]
        if count < len(chosen):
            # Everything up to the last distance that counts, so that ties are cut by key and not by chance.
            edge = np.partition(half, count - 1)[count - 1]
            near = half <= edge
            chosen, half = chosen[near], half[near]
        order = np.lexsort((self.keys[chosen], half))[:count]
        km: NDArray[Any] = 2 * RADIUS * np.arcsin(np.sqrt(np.minimum(half[order], 1.0)))
        return [(int(key), float(one)) for key, one in zip(self.keys[chosen][order], km, strict=True)]

    def _chosen(self, tags: Sequence[str]) -> NDArray[np.int64]:
        if not tags:
            return np.arange(len(self.keys), dtype=np.int64)
        if any(one not in self._tags for one in tags):
            return np.array([], dtype=np.int64)
        # The rarest first; each list of places is sorted and without doubles by the way it is built.
        lists = sorted((self._tags[one] for one in tags), key=len)
        found = lists[0]
        for one in lists[1:]:
            found = np.intersect1d(found, one, assume_unique=True)
        return found
