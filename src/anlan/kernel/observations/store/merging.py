"""A merge on its way: several hot units become rows sorted by stream and end, a slice at a time.

Streams are gone through from the lowest up. Where a unit begins or ends the merge looks again which ones take part, so that
only the parts around the present stream are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from anlan.kernel.observations.store import merge
from anlan.kernel.observations.store.reader import Unit
from anlan.kernel.observations.store.types import EMPTY, Columns, joined

_READ_AT_ONCE = 64  # units decoded in one slice


@dataclass
class Merge:
    """`units` in the order they were written; `place` is the lowest stream that is still to come."""

    units: Sequence[Unit]
    load: Callable[[Unit], Columns]
    place: int = 0
    _read: dict[Unit, Columns] = field(default_factory=dict)
    _window: Columns = EMPTY
    _until: int = 0

    @property
    def id(self) -> int:
        return self.units[-1].id

    @property
    def rows(self) -> int:
        return sum(unit.count for unit in self.units)

    @property
    def done(self) -> bool:
        return not len(self._window) and self._through

    @property
    def _through(self) -> bool:
        return all(unit.last < self.place for unit in self.units)

    def ready(self, count: int) -> bool:
        """Gather `count` rows for `take`, or all that are left; False when it is not so far yet and wants to be asked again."""
        parts, rows, budget = [self._window], len(self._window), _READ_AT_ONCE
        while rows < count and not self._through and budget > 0:
            part, read = self._next(budget)
            parts.append(part)
            rows, budget = rows + len(part), budget - read
        self._window = joined(parts)
        return rows >= count or self._through

    def _next(self, budget: int) -> tuple[Columns, int]:
        """The rows of the next streams in which the same units take part, and how many units were decoded for it.

        Nothing yet when more than `budget` had to be decoded.
        """
        self.place = max(self.place, min(unit.first for unit in self.units if unit.last >= self.place))
        mine = [unit for unit in self.units if unit.first <= self.place <= unit.last]
        until = min([unit.last + 1 for unit in mine] + [unit.first for unit in self.units if unit.first > self.place])
        self._read = {unit: rows for unit, rows in self._read.items() if unit.last >= self.place}
        missing = [unit for unit in mine if unit not in self._read]
        for unit in missing[:budget]:
            self._read[unit] = self.load(unit)
        if len(missing) > budget:
            return EMPTY, budget
        parts = []
        for unit in mine:
            rows = self._read[unit]
            low, high = np.searchsorted(rows.stream, (self.place, until))
            parts.append(rows.take(slice(low, high)))
        self.place = until
        return merge.newest(joined(parts)), len(missing)

    def take(self, count: int) -> Columns:
        """The next `count` rows, or what is left."""
        given, self._window = self._window.take(slice(0, count)), self._window.take(slice(count, None))
        return given

    def take_days(self, count: int, most_rows: int) -> Columns:
        """The next rows, whole stream-days: at most `count` of them, and about `most_rows` rows."""
        window = self._window
        edges = np.append(merge.firsts(window.stream, merge.day_of(window.end)), len(window))
        days = max(1, min(count, int(np.searchsorted(edges, most_rows, "right")) - 1, len(edges) - 1))
        return self.take(int(edges[days])) if len(window) else window
