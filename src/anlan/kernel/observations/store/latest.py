"""The newest observation of every stream, in arrays by the stream's number: a batch costs its own rows, not all streams."""

from __future__ import annotations

import numpy as np

from anlan.kernel.observations.store.merge import firsts
from anlan.kernel.observations.store.types import EMPTY, Columns

_NEVER = np.iinfo(np.int64).min


class Latest:
    """Memory: 34 bytes for each number up to the greatest one."""

    def __init__(self) -> None:
        self._known = EMPTY

    def take(self, rows: Columns) -> None:
        """Rows sorted by stream and end, newer than what was given before where the end is the same."""
        if not len(rows):
            return
        last = np.append(firsts(rows.stream)[1:], len(rows)) - 1
        self._grow(int(rows.stream[-1]) + 1)
        stream, end = rows.stream[last], rows.end[last]
        newer = end >= self._known.end[stream]
        stream, last = stream[newer], last[newer]
        for name in Columns.__slots__:
            getattr(self._known, name)[stream] = getattr(rows, name)[last]

    def _grow(self, size: int) -> None:
        if size > len(self._known):
            more = max(size, 2 * len(self._known)) - len(self._known)
            never = np.full(more, _NEVER)
            none = np.zeros(more, np.uint8)
            fresh = Columns(never, never, never, np.full(more, np.nan), none, none)
            self._known = Columns(
                *(np.append(getattr(self._known, name), getattr(fresh, name)) for name in Columns.__slots__)
            )

    def rows(self) -> Columns:
        """By stream."""
        return self._known.take(np.flatnonzero(self._known.end != _NEVER))
