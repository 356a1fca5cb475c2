"""Several streams at once, read piece by piece: how far back there is anything, and what lies in a span."""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.observations.store.reader import Reader, day_key
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS, Columns, joined


def span(reader: Reader, streams: Sequence[int], after: int, until: int) -> Columns:
    """Observations of these streams with `after` < end <= `until` (ms), the newest version of each."""
    return joined(reader.raw(one, after, until) for one in streams)


def first(reader: Reader, streams: Sequence[int]) -> int | None:
    """An instant (ms) before which none of these streams has an observation; None when nothing is stored."""
    ((hot,),) = reader.database.query("SELECT MIN(low) FROM obs_commit")
    found = [] if hot is None else [int(hot)]
    for stream in streams:
        low, high = day_key(stream, 0), day_key(stream + 1, 0) - 1
        ((day,),) = reader.database.query("SELECT MIN(id) FROM obs_day WHERE id BETWEEN ? AND ?", (low, high))
        if day is not None:
            found.append((int(day) - low) * DAY_MS - CHINA_MS)
    return min(found) if found else None
