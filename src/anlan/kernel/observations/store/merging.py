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
        return not len(self._window) and all(unit.last < self.place for unit in self.units)

    def ready(self) -> bool:
        """Whether `take` has rows to give; reads some more units when it has not."""
        if len(self._window) or self.done:
            return True
        self.place = max(self.place, min(unit.first for unit in self.units if unit.last >= self.place))
        mine = [unit for unit in self.units if unit.first <= self.place <= unit.last]
        ahead = [unit.first for unit in self.units if unit.first > self.place]
        until = min([unit.last + 1 for unit in mine] + ahead)
        self._read = {unit: rows for unit, rows in self._read.items() if unit in mine}
        missing = [unit for unit in mine if unit not in self._read]
        for unit in missing[:_READ_AT_ONCE]:
            self._read[unit] = self.load(unit)
        if len(missing) > _READ_AT_ONCE:
            return False
        parts = []
        for unit in mine:
            rows = self._read[unit]
            low, high = np.searchsorted(rows.stream, (self.place, until))
            parts.append(rows.take(slice(low, high)))
        self._window, self.place = merge.newest(joined(parts)), until
        return True

    def take(self, count: int) -> Columns:
        """The next `count` rows, or what the window still has."""
        given, self._window = self._window.take(slice(0, count)), self._window.take(slice(count, None))
        return given

    def take_days(self, count: int, most_rows: int) -> Columns:
        """The next rows, whole stream-days: at most `count` of them, and about `most_rows` rows."""
        window = self._window
        edges = np.append(merge.firsts(window.stream, merge.day_of(window.end)), len(window))
        days = max(1, min(count, int(np.searchsorted(edges, most_rows, "right")) - 1, len(edges) - 1))
        return self.take(int(edges[days])) if len(window) else window
