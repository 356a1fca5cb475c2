"""The store: append, latest, raw, statistics, compact. Hot rows are commits; cold rows are one stream's day.

Reading merges both: cold first, then hot commits in their order, and the last given of a key wins, so that an answer does
not depend on what compaction has done so far. Compaction moves hot commits to days strictly in order; a commit is deleted
only after all its days are written, and moving it twice changes nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import zstandard

from anlan.kernel.observations.store import merge
from anlan.kernel.observations.store.blob import COLD_LEVEL, decode, encode
from anlan.kernel.observations.store.databases import Database
from anlan.kernel.observations.store.hours import decode_hours, encode_hours
from anlan.kernel.observations.store.types import (
    CHINA_MS,
    DAY_MS,
    EMPTY,
    HOUR_MS,
    Columns,
    Commit,
    Event,
    Ints,
    Statistics,
    joined,
)

_DAYS = 20  # bits of the day in a cold key: stream << 20 | day
_KEPT = 256  # decoded hot commits held in memory by a reader
_SNAPSHOT_EVERY = 64  # commits between two stored snapshots of the latest values


def _key(stream: int, day: int) -> int:
    return stream << _DAYS | day


@dataclass
class _Move:
    """A hot commit on its way to days: what is left of it."""

    id: int
    count: int
    groups: list[tuple[int, int, Columns]]


class Reader:
    """Answers from committed state; any number of them in any process."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._decoded: OrderedDict[tuple[int, int], Columns] = OrderedDict()

    def _hot(self, ids: Sequence[tuple[int, int]]) -> list[Columns]:
        """Commits by (id, row count), decoded once. A merged commit has another count, so it is never mistaken."""
        missing = [one for one in ids if one not in self._decoded]
        for number, count in missing:
            ((block,),) = self.database.query("SELECT block FROM obs_commit WHERE id = ?", (number,))
            self._decoded[number, count] = decode(bytes(block))
        found = [self._decoded[one] for one in ids]
        for one in ids:
            self._decoded.move_to_end(one)
        while len(self._decoded) > max(_KEPT, len(ids)):
            self._decoded.popitem(last=False)
        return found

    def _hot_between(self, after: int, until: int) -> list[Columns]:
        ids = self.database.query(
            "SELECT id, count FROM obs_commit WHERE high > ? AND low <= ? ORDER BY id", (after, until)
        )
        return self._hot([(int(number), int(count)) for number, count in ids])

    def raw(self, stream: int, after: int, until: int) -> Columns:
        """One stream's observations with `after` < end <= `until` (ms), by time, the newest version of each."""
        with self.database.snapshot():
            return self._raw(stream, after, until)

    def _raw(self, stream: int, after: int, until: int) -> Columns:
        low, high = (int(merge.day_of(np.array([at]))[0]) for at in (after + 1, until))
        cold = self.database.query(
            "SELECT block FROM obs_day WHERE id BETWEEN ? AND ? ORDER BY id", (_key(stream, low), _key(stream, high))
        )
        parts = [decode(bytes(block)) for (block,) in cold]
        parts += [rows.take(rows.stream == stream) for rows in self._hot_between(after, until)]
        rows = merge.newest(joined(parts))
        return rows.take((rows.end > after) & (rows.end <= until))

    def statistics(self, streams: Sequence[int], after: int, until: int, step: int = HOUR_MS) -> list[Statistics]:
        """Usable values in hours or civil days that end in `after` < t <= `until`, both on bucket edges. Raises ValueError otherwise."""
        if step not in (HOUR_MS, DAY_MS) or (after + CHINA_MS) % step or (until + CHINA_MS) % step:
            raise ValueError("buckets are hours or civil days, and the span ends on their edges")
        with self.database.snapshot():
            hot = joined(self._hot_between(after, until))
            found = [self._hours(stream, after, until, hot.take(hot.stream == stream)) for stream in streams]
        return [one if step == HOUR_MS else merge.coarser(one, step) for one in found]

    def _hours(self, stream: int, after: int, until: int, hot: Columns) -> Statistics:
        """Days untouched by hot rows come from their stored hours, the others are computed again."""
        low, high = (int(merge.day_of(np.array([at]))[0]) for at in (after + 1, until))
        touched = {int(day) for day in np.unique(merge.day_of(hot.end))}
        rows = self.database.query(
            "SELECT id, hours, block FROM obs_day WHERE id BETWEEN ? AND ? ORDER BY id",
            (_key(stream, low), _key(stream, high)),
        )
        days = {int(number) & (1 << _DAYS) - 1: (hours, block) for number, hours, block in rows}
        parts = []
        for day in sorted(touched | set(days)):
            hours, block = days.get(day, (None, None))
            if day in touched:
                cold = decode(bytes(block)) if block is not None else EMPTY
                mine = merge.newest(joined([cold, hot.take(merge.day_of(hot.end) == day)]))
                parts.append(merge.statistics(stream, mine, HOUR_MS))
            elif hours is not None:
                parts.append(decode_hours(stream, bytes(hours)))
        return _within(_chained(stream, parts), after, until)

    def latest(self) -> Columns:
        """The newest observation of every stream, by stream."""
        with self.database.snapshot():
            stored = self.database.query("SELECT upto, block FROM obs_latest WHERE id = 1")
            upto, known = (int(stored[0][0]), decode(bytes(stored[0][1]))) if stored else (0, EMPTY)
            ids = self.database.query("SELECT id, count FROM obs_commit WHERE id > ? ORDER BY id", (upto,))
            parts = [known, *self._hot([(int(number), int(count)) for number, count in ids])]
        return _last(joined(parts))

    def frames(self, after: int, limit: int = 100) -> list[tuple[int, list[tuple[str, bytes]]]]:
        """(commit, [(device, raw frame)]) of commits after a number, in order."""
        rows = self.database.query("SELECT id, block FROM obs_frame WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [(int(number), _read_frames(bytes(block))) for number, block in rows]

    def newest_frames(self, commits: int) -> list[tuple[int, list[tuple[str, bytes]]]]:
        """(received ms, [(device, raw frame)]) of the newest commits that hold frames, newest first."""
        rows = self.database.query("SELECT received, block FROM obs_frame ORDER BY id DESC LIMIT ?", (commits,))
        return [(int(received), _read_frames(bytes(block))) for received, block in rows]

    def events(self, after: int, limit: int = 1000) -> list[tuple[int, Event]]:
        """Alarm events after a number, in commit order: what a consumer of the records reads."""
        rows = self.database.query(
            "SELECT id, key, at, body FROM obs_event WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
        )
        return [(int(number), Event(key, int(at), body)) for number, key, at, body in rows]

    def last_event(self) -> int:
        ((number,),) = self.database.query("SELECT COALESCE(MAX(id), 0) FROM obs_event")
        return int(number)

    def state(self) -> dict[str, bytes]:
        return {name: bytes(body) for name, body in self.database.query("SELECT name, body FROM obs_state")}


class Store(Reader):
    """The one writer."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.recover()

    def recover(self) -> None:
        """Begin from what is stored: at the start, and after an error that leaves open whether something was written."""
        database = self.database
        database.revive()
        self._decoded.clear()
        ((commit,),) = database.query(
            "SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM obs_commit UNION ALL SELECT id FROM obs_frame UNION ALL SELECT upto FROM obs_latest) AS used"
        )
        self._commit, self._event = int(commit), self.last_event()
        self._latest = self.latest()
        self._since_snapshot = 0
        ((hot,),) = database.query("SELECT COALESCE(SUM(count), 0) FROM obs_commit")
        self._hot_rows = int(hot)
        self._move: _Move | None = None

    def append(self, commit: Commit) -> int:
        """Write all of it in one synced transaction and return its number; after this returns it may be acknowledged.

        An event whose key is known already is not written again. Raises the engine's error (disk full, connection lost)
        with nothing written.
        """
        number, rows = self._commit + 1, merge.newest(commit.rows)
        latest = _last(joined([self._latest, rows]))
        snapshot = self._since_snapshot + 1 >= _SNAPSHOT_EVERY
        with self.database.transaction():
            if len(rows):
                low, high = int(rows.end.min()), int(rows.end.max())
                self.database.run(
                    "INSERT INTO obs_commit VALUES (?, ?, ?, ?, ?, ?)",
                    [(number, commit.received, low, high, len(rows), encode(rows))],
                )
            if commit.frames:
                self.database.run(
                    "INSERT INTO obs_frame VALUES (?, ?, ?)", [(number, commit.received, _frames(commit.frames))]
                )
            if commit.events:
                events = [
                    (self._event + place, one.key, one.at, one.body) for place, one in enumerate(commit.events, 1)
                ]
                self.database.run("INSERT INTO obs_event VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING", events)
            if commit.state:
                self.database.run(
                    "INSERT INTO obs_state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
                    list(commit.state.items()),
                )
            if snapshot:
                self._keep_latest(number, latest)
        self._commit, self._event = number, self._event + len(commit.events)
        self._latest, self._since_snapshot = latest, 0 if snapshot else self._since_snapshot + 1
        self._hot_rows += len(rows)
        return number

    def hot_rows(self) -> int:
        """How many rows still lie in commits: what compaction owes."""
        return self._hot_rows

    def _keep_latest(self, upto: int, latest: Columns) -> None:
        self.database.run(
            "INSERT INTO obs_latest VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET upto = excluded.upto, block = excluded.block",
            [(upto, encode(latest))],
        )

    def gather(self, limit: int = 64) -> int:
        """Minor compaction: the oldest run of small commits becomes one, in order. Returns how many went."""
        first = self._move.id if self._move else 0
        ids = self.database.query("SELECT id, count FROM obs_commit WHERE id > ? ORDER BY id LIMIT ?", (first, limit))
        if len(ids) < 2:
            return 0
        numbers = [(int(number), int(count)) for number, count in ids]
        rows = merge.newest(joined(self._hot(numbers)))
        with self.database.transaction():
            if numbers[-1][0] > self._upto():
                self._keep_latest(self._commit, self._latest)
            self.database.run("DELETE FROM obs_commit WHERE id = ?", [(number,) for number, _count in numbers[:-1]])
            self.database.run("UPDATE obs_commit SET low = ?, high = ?, count = ?, block = ? WHERE id = ?",
                              [(int(rows.end.min()), int(rows.end.max()), len(rows), encode(rows), numbers[-1][0])])  # fmt: skip
        self._hot_rows -= sum(count for _number, count in numbers) - len(rows)
        self._decoded.clear()
        return len(numbers)

    def _upto(self) -> int:
        stored = self.database.query("SELECT upto FROM obs_latest WHERE id = 1")
        return int(stored[0][0]) if stored else 0

    def settle(self, groups: int = 64) -> int:
        """Major compaction: move at most `groups` stream-days of the oldest commit to their days. Returns how many were moved."""
        if self._move is None:
            oldest = self.database.query("SELECT id, count FROM obs_commit ORDER BY id LIMIT 1")
            if not oldest:
                return 0
            number, count = (int(one) for one in oldest[0])
            (rows,) = self._hot([(number, count)])
            self._move = _Move(number, count, list(merge.by_day(rows)))
        now, rest = self._move.groups[:groups], self._move.groups[groups:]
        with self.database.transaction():
            self.database.run(
                "INSERT INTO obs_day VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET count = excluded.count, least = excluded.least,"
                " most = excluded.most, total = excluded.total, hours = excluded.hours, block = excluded.block",
                [self._day(stream, day, rows) for stream, day, rows in now],
            )
            if not rest:
                if self._move.id > self._upto():
                    self._keep_latest(self._commit, self._latest)
                self.database.run("DELETE FROM obs_commit WHERE id = ?", [(self._move.id,)])
        self._move.groups = rest
        if not rest:
            self._hot_rows -= self._move.count
            self._move = None
        return len(now)

    def _day(self, stream: int, day: int, rows: Columns) -> tuple[object, ...]:
        known = self.database.query("SELECT block FROM obs_day WHERE id = ?", (_key(stream, day),))
        whole = merge.newest(joined([*(decode(bytes(block)) for (block,) in known), rows]))
        hours = merge.statistics(stream, whole, HOUR_MS)
        totals = merge.coarser(hours, DAY_MS)
        least, most, total = (
            float(part[0]) if len(part) else None for part in (totals.least, totals.most, totals.total)
        )
        return (
            _key(stream, day),
            int(hours.count.sum()),
            least,
            most,
            total,
            encode_hours(hours),
            encode(whole, COLD_LEVEL),
        )

    def forget(self, *, frames_before: int = 0, days_before: int = 0) -> None:
        """Retention: raw frames received before an instant (ms), stream-days before a day number."""
        with self.database.transaction():
            self.database.run("DELETE FROM obs_frame WHERE received < ?", [(frames_before,)])
            self.database.run(f"DELETE FROM obs_day WHERE (id & {(1 << _DAYS) - 1}) < ?", [(days_before,)])  # noqa: S608


def _last(rows: Columns) -> Columns:
    """One row a stream: the latest `end`."""
    rows = merge.newest(rows)
    return rows.take(np.flatnonzero(np.append(rows.stream[1:] != rows.stream[:-1], len(rows) > 0)))


def _chained(stream: int, parts: Sequence[Statistics]) -> Statistics:
    names = ("start", "count", "least", "most", "total")
    empty = merge.statistics(stream, EMPTY, HOUR_MS)
    return Statistics(stream, *(np.concatenate([getattr(part, name) for part in parts or [empty]]) for name in names))


def _within(hours: Statistics, after: int, until: int) -> Statistics:
    inside: Ints = np.flatnonzero((hours.start >= after) & (hours.start < until))
    return Statistics(
        hours.stream,
        hours.start[inside],
        hours.count[inside],
        hours.least[inside],
        hours.most[inside],
        hours.total[inside],
    )


def _frames(frames: Sequence[tuple[str, bytes]]) -> bytes:
    parts = []
    for device, raw in frames:
        name = device.encode()
        parts += [len(name).to_bytes(2, "little"), name, len(raw).to_bytes(4, "little"), raw]
    return zstandard.ZstdCompressor(level=1).compress(b"".join(parts))


def _read_frames(block: bytes) -> list[tuple[str, bytes]]:
    body, at, found = zstandard.ZstdDecompressor().decompress(block), 0, []
    while at < len(body):
        name_end = at + 2 + int.from_bytes(body[at : at + 2], "little")
        size = int.from_bytes(body[name_end : name_end + 4], "little")
        found.append((body[at + 2 : name_end].decode(), body[name_end + 4 : name_end + 4 + size]))
        at = name_end + 4 + size
    return found
