"""Reading: hot and cold put together. Cold first, then hot units in their order, and the last given of a key wins, so that an
answer does not depend on what compaction has done so far.

Hot rows lie in units: a commit as it was written, or a part of several put together. Each is sorted by stream and end.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from anlan.kernel.observations.store import merge
from anlan.kernel.observations.store.blob import decode
from anlan.kernel.observations.store.databases import Database
from anlan.kernel.observations.store.days import SPAN, decode_day, decode_hours, read_figures
from anlan.kernel.observations.store.frames import read_frames
from anlan.kernel.observations.store.latest import Latest
from anlan.kernel.observations.store.merge import Buckets
from anlan.kernel.observations.store.types import (
    CHINA_MS,
    DAY_MS,
    HOUR_MS,
    Columns,
    Event,
    Ints,
    Statistics,
    joined,
)

DAY_BITS = 20  # a cold key is stream << 20 | day
SPAN_BITS = 15  # and that of the figures of 32 days stream << 15 | day // 32
_KEPT_ROWS = 1_000_000  # decoded hot rows held in memory by a reader: 34 MB
_AT_ONCE = 500  # parameters of one question


def day_key(stream: int, day: int) -> int:
    return stream << DAY_BITS | day


def day_keys(stream: Ints, day: Ints) -> Ints:
    return stream << DAY_BITS | day


def span_key(stream: int, day: int) -> int:
    return stream << SPAN_BITS | day // SPAN


def span_keys(stream: Ints, day: Ints) -> Ints:
    return stream << SPAN_BITS | day // SPAN


@dataclass(frozen=True, slots=True)
class Unit:
    """Where hot rows lie: `part` numbers the units of one `id`; streams `first` to `last`."""

    id: int
    part: int
    first: int
    last: int
    count: int


class Reader:
    """Answers from committed state; any number of them in any process, each for one thread."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.forget_read()

    def forget_read(self) -> None:
        """Read everything again from the next question on."""
        self._decoded: OrderedDict[Unit, Columns] = OrderedDict()
        self._decoded_rows = self._upto = 0
        self._latest = Latest()

    # ---- hot
    def units(self, where: str = "", args: Sequence[Any] = ()) -> list[Unit]:
        """In the order they were written."""
        sql = f"SELECT id, part, first, last, count FROM obs_commit {where} ORDER BY id, part"  # noqa: S608 - ours alone
        return [Unit(*map(int, row)) for row in self.database.query(sql, args)]

    def load(self, unit: Unit) -> Columns:
        """Its rows, decoded once."""
        if unit in self._decoded:
            self._decoded.move_to_end(unit)
            return self._decoded[unit]
        ((block,),) = self.database.query(
            "SELECT block FROM obs_commit WHERE id = ? AND part = ?", (unit.id, unit.part)
        )
        return self.keep(unit, decode(bytes(block)))

    def keep(self, unit: Unit, rows: Columns) -> Columns:
        """Hold its rows in memory, as long as there is room."""
        self._decoded[unit] = rows
        self._decoded_rows += len(rows)
        while self._decoded_rows > _KEPT_ROWS and len(self._decoded) > 1:
            self._decoded_rows -= len(self._decoded.popitem(last=False)[1])
        return rows

    def _hot(self, streams: Ints, after: int, until: int) -> Columns:
        """Rows of some streams in a span of time, the newest of each key."""
        units = self.units(
            "WHERE high > ? AND low <= ? AND last >= ? AND first <= ?",
            (after, until, int(streams.min()), int(streams.max())),
        )
        asked = np.zeros(max((unit.last for unit in units), default=0) + 1, bool)
        asked[streams[streams < len(asked)]] = True
        parts = []
        for unit in units:
            rows = self.load(unit)
            parts.append(rows.take(np.flatnonzero(asked[rows.stream] & (rows.end > after) & (rows.end <= until))))
        return merge.newest(joined(parts))

    # ---- answers
    def raw(self, stream: int, after: int, until: int) -> Columns:
        """One stream's observations with `after` < end <= `until` (ms), by time, the newest version of each."""
        low, high = _days(after, until)
        with self.database.snapshot():
            cold = self.database.query(
                "SELECT block FROM obs_day WHERE id BETWEEN ? AND ? ORDER BY id",
                (day_key(stream, low), day_key(stream, high)),
            )
            hot = self._hot(np.array([stream]), after, until)
        rows = merge.newest(joined([*(decode_day(stream, bytes(block)) for (block,) in cold), hot]))
        return rows.take((rows.end > after) & (rows.end <= until))

    def statistics(self, streams: Sequence[int], after: int, until: int, step: int = HOUR_MS) -> list[Statistics]:
        """Usable values in hours or civil days that end in `after` < t <= `until`, both on bucket edges. Raises ValueError otherwise."""
        if step not in (HOUR_MS, DAY_MS) or (after + CHINA_MS) % step or (until + CHINA_MS) % step:
            raise ValueError("buckets are hours or civil days, and the span ends on their edges")
        asked = np.unique(np.array(streams, np.int64))
        if not len(asked):
            return []
        with self.database.snapshot():
            hot = self._hot(asked, after, until)
            touched = np.unique(day_keys(hot.stream, merge.day_of(hot.end)))
            again = merge.buckets(merge.newest(joined([self.cold(touched), hot])), HOUR_MS)
            if step == DAY_MS:
                stored, again = self._figures(asked, after, until), merge.coarser(again, DAY_MS)
            else:
                stored = self._hours(asked, after, until)
        # Days that hot rows touch are computed again, the others come as they were stored.
        untouched = ~np.isin(day_keys(stored.stream, merge.day_of(stored.start + 1)), touched)
        whole = Buckets.joined([stored.take(untouched), again])
        return _by_stream(whole.take((whole.start >= after) & (whole.start < until)), streams)

    def cold(self, keys: Ints) -> Columns:
        """The stored rows of stream-days, sorted."""
        found = self.by_keys("SELECT id, block FROM obs_day", keys)
        return joined(decode_day(key >> DAY_BITS, block) for key, block in sorted(found.items()))

    def by_keys(self, select: str, keys: Iterable[int]) -> dict[int, bytes]:
        """`select` of (id, blob) by many ids."""
        listed, found = [int(one) for one in keys], {}
        for place in range(0, len(listed), _AT_ONCE):
            some = listed[place : place + _AT_ONCE]
            marks = ",".join("?" * len(some))
            found.update(
                {int(key): bytes(body) for key, body in self.database.query(f"{select} WHERE id IN ({marks})", some)}
            )
        return found

    def _hours(self, streams: Ints, after: int, until: int) -> Buckets:
        low, high = _days(after, until)
        parts = []
        for stream in streams.tolist():
            rows = self.database.query(
                "SELECT hours FROM obs_day WHERE id BETWEEN ? AND ?", (day_key(stream, low), day_key(stream, high))
            )
            parts += [decode_hours(stream, bytes(block)) for (block,) in rows]
        return Buckets.joined(parts)

    def _figures(self, streams: Ints, after: int, until: int) -> Buckets:
        low, high = _days(after, until)
        ids: list[int] = []
        blocks: list[bytes] = []
        for stream in streams.tolist():
            rows = self.database.query(
                "SELECT id, figures FROM obs_span WHERE id BETWEEN ? AND ? ORDER BY id",
                (span_key(stream, low), span_key(stream, high)),
            )
            ids += [key for key, _block in rows]
            blocks += [block for _key, block in rows]
        if not ids:
            return Buckets.none()
        keys = np.array(ids, np.int64)
        return read_figures(keys >> SPAN_BITS, (keys & (1 << SPAN_BITS) - 1) * SPAN, blocks)

    def latest(self) -> Columns:
        """The newest observation of every stream, by stream. What was read before is kept; only what is new is read again."""
        with self.database.snapshot():
            stored = self.database.query("SELECT upto FROM obs_latest WHERE id = 1 AND upto > ?", (self._upto,))
            if stored:
                ((block,),) = self.database.query("SELECT block FROM obs_latest WHERE id = 1")
                self._latest.take(decode(bytes(block)))
                self._upto = int(stored[0][0])
            for unit in self.units("WHERE id > ?", (self._upto,)):
                self._latest.take(self.load(unit))
                self._upto = unit.id
        return self._latest.rows()

    def frames(self, after: int, limit: int = 100) -> list[tuple[int, list[tuple[str, bytes]]]]:
        """(commit, [(device, raw frame)]) of commits after a number, in order."""
        rows = self.database.query("SELECT id, block FROM obs_frame WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [(int(number), read_frames(bytes(block))) for number, block in rows]

    def newest_frames(self, commits: int) -> list[tuple[int, list[tuple[str, bytes]]]]:
        """(received ms, [(device, raw frame)]) of the newest commits that hold frames, newest first."""
        rows = self.database.query("SELECT received, block FROM obs_frame ORDER BY id DESC LIMIT ?", (commits,))
        return [(int(received), read_frames(bytes(block))) for received, block in rows]

    def events(self, after: int, limit: int = 1000) -> list[tuple[int, Event]]:
        """Alarm events after a number, in commit order: what a consumer of the records reads."""
        rows = self.database.query(
            "SELECT id, key, at, body FROM obs_event WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
        )
        return [(int(number), Event(key, int(at), body)) for number, key, at, body in rows]

    def last_event(self) -> int:
        """The number of the newest alarm event; 0 when there is none."""
        ((number,),) = self.database.query("SELECT COALESCE(MAX(id), 0) FROM obs_event")
        return int(number)

    def state(self) -> dict[str, bytes]:
        return {name: bytes(body) for name, body in self.database.query("SELECT name, body FROM obs_state")}


def _days(after: int, until: int) -> tuple[int, int]:
    """First and last civil day with an end in `after` < end <= `until`."""
    low, high = merge.day_of(np.array([after + 1, until])).tolist()
    return int(low), int(high)


def _by_stream(whole: Buckets, streams: Sequence[int]) -> list[Statistics]:
    asked = np.array(streams, np.int64)
    low, high = np.searchsorted(whole.stream, asked, "left"), np.searchsorted(whole.stream, asked, "right")
    return [
        Statistics(stream, whole.start[a:b], whole.count[a:b], whole.least[a:b], whole.most[a:b], whole.total[a:b])
        for stream, a, b in zip(streams, low.tolist(), high.tolist(), strict=True)
    ]
