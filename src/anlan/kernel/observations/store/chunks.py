"""The writing side: append, and compaction in slices between two appends.

Hot rows are commits; `gather` puts small ones together to runs in parts of neighbouring streams. Cold rows are one stream's day;
`settle` moves the oldest runs there. Both go through the streams a slice at a time, each slice one transaction: what it writes
lies beside what it came from until the last one, and reading both gives the same answer. After a crash it is done again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from anlan.kernel.observations.store import merge
from anlan.kernel.observations.store.blob import encode
from anlan.kernel.observations.store.databases import Database
from anlan.kernel.observations.store.days import SPAN, encode_day, encode_hours, figures, set_figures
from anlan.kernel.observations.store.frames import write_frames
from anlan.kernel.observations.store.latest import Latest
from anlan.kernel.observations.store.merge import Buckets
from anlan.kernel.observations.store.merging import Merge
from anlan.kernel.observations.store.reader import DAY_BITS, Reader, Unit, day_keys, span_keys
from anlan.kernel.observations.store.types import DAY_MS, HOUR_MS, Columns, Commit, Ints, joined

__all__ = ["Reader", "Store"]
_SNAPSHOT_EVERY = 128  # commits between two stored snapshots of the latest values
_RUN_ROWS, _PART_ROWS = 262_144, 8_192  # a run this long is not gathered again; rows of its parts
_DAYS_ROWS = 16_384  # rows settled in one slice
_FAR_LARGER = 4  # a run so many times larger than all after it is left alone


class Store(Reader):
    """The one writer."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.recover()

    def recover(self) -> None:
        """Begin from what is stored: at the start, and after an error that leaves open whether something was written."""
        database = self.database
        database.revive()
        self.forget_read()
        ((commit,),) = database.query(
            "SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM obs_commit UNION ALL SELECT id FROM obs_frame UNION ALL SELECT upto FROM obs_latest) AS used"
        )
        self._commit, self._event = int(commit), self.last_event()
        self._now = Latest()
        self._now.take(super().latest())
        self._since_snapshot = 0
        self._hot_rows = self._count()
        self._gathering: Merge | None = None
        self._settling: Merge | None = None
        self._part = 0  # of the run that is being gathered

    def latest(self) -> Columns:
        return self._now.rows()

    def append(self, commit: Commit) -> int:
        """Write all of it in one synced transaction and return its number; after this returns it may be acknowledged.

        An event whose key is known already is not written again. Raises the engine's error (disk full, connection lost)
        with nothing written.
        """
        number, rows = self._commit + 1, merge.newest(commit.rows)
        snapshot = self._since_snapshot + 1 >= _SNAPSHOT_EVERY
        unit = None
        with self.database.transaction():
            if len(rows):
                unit = self._insert(number, 0, commit.received, rows)
            if commit.frames:
                self.database.run(
                    "INSERT INTO obs_frame VALUES (?, ?, ?)", [(number, commit.received, write_frames(commit.frames))]
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
                self._keep_latest()
        self._commit, self._event = number, self._event + len(commit.events)
        if unit:
            self.keep(unit, rows)
        self._now.take(rows)
        self._since_snapshot = 0 if snapshot else self._since_snapshot + 1
        self._hot_rows += len(rows)
        return number

    @property
    def gathering(self) -> bool:
        return self._gathering is not None

    @property
    def settling(self) -> bool:
        return self._settling is not None

    def hot_rows(self) -> int:
        """How many rows still lie in commits and runs: what compaction owes."""
        return self._hot_rows

    def _count(self) -> int:
        ((rows,),) = self.database.query("SELECT COALESCE(SUM(count), 0) FROM obs_commit")
        return int(rows)

    def _insert(self, number: int, part: int, received: int, rows: Columns) -> Unit:
        low, high, first, last = (int(one) for one in (rows.end.min(), rows.end.max(), rows.stream[0], rows.stream[-1]))
        self.database.run(
            "INSERT INTO obs_commit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, part, received, low, high, first, last, len(rows), encode(rows))],
        )
        return Unit(number, part, first, last, len(rows))

    def _keep_latest(self) -> None:
        """The newest values as of the last commit that is through."""
        self.database.run(
            "INSERT INTO obs_latest VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET upto = excluded.upto, block = excluded.block",
            [(self._commit, encode(self._now.rows()))],
        )

    def _drop(self, units: Sequence[Unit]) -> None:
        """Units that have been moved; the newest values no longer depend on them."""
        self._keep_latest()
        self.database.run("DELETE FROM obs_commit WHERE id = ? AND part = ?", [(unit.id, unit.part) for unit in units])

    @contextmanager
    def _slice(self) -> Iterator[None]:
        """One transaction of compaction. One that fails changes nothing, and the whole move begins anew another time."""
        try:
            with self.database.transaction():
                yield
        except BaseException:
            self._gathering = self._settling = None
            raise

    # ---- small commits to runs
    def gather(self, limit: int = 64) -> int:
        """One slice of minor compaction: commits since the last long run, at most `limit` at once, become one run.

        Returns how many rows it worked on, 0 when there was nothing to do.
        """
        if self._gathering is None:
            units = _short(self.units("WHERE id > ?", (self._settling.id if self._settling else 0,)), limit)
            if len({unit.id for unit in units}) < 2:
                return 0
            self._gathering = Merge(units, self.load)
            self._part = 1 + max(unit.part for unit in units if unit.id == units[-1].id)
        move = self._gathering
        if not move.ready(_PART_ROWS):
            return 1
        rows = move.take(_PART_ROWS)
        with self._slice():
            self._insert(move.id, self._part, 0, rows)
            if move.done:
                self._drop(move.units)
        self._part += 1
        if move.done:
            self._gathering, self._hot_rows = None, self._count()
        return len(rows)

    # ---- runs to days
    def settle(self, groups: int = 64) -> int:
        """One slice of major compaction: at most `groups` stream-days of everything that is hot go to their days.

        Returns how many rows it worked on, 0 when nothing is hot. A run that is being gathered is finished first.
        """
        if self._settling is None:
            if self._gathering is not None:
                return self.gather()
            units = self.units()
            if not units:
                return 0
            self._settling = Merge(units, self.load)
        move = self._settling
        if not move.ready(_DAYS_ROWS):
            return 1
        rows = move.take_days(groups, _DAYS_ROWS)
        with self._slice():
            self._write_days(rows)
            if move.done:
                self._drop(move.units)
        if move.done:
            self._settling, self._hot_rows = None, self._count()
        return max(1, len(rows))

    def _write_days(self, rows: Columns) -> None:
        """Merge rows (whole stream-days of the move) into what is stored of their days."""
        keys = day_keys(rows.stream, merge.day_of(rows.end))
        known = self.cold(keys[merge.firsts(keys)])
        if len(known):
            rows = merge.newest(joined([known, rows]))
            keys = day_keys(rows.stream, merge.day_of(rows.end))
        first = merge.firsts(keys)
        hours = merge.buckets(rows, HOUR_MS)
        at_hour = np.searchsorted(day_keys(hours.stream, merge.day_of(hours.start + 1)), keys[first])
        rows_of = zip(first.tolist(), [*first[1:].tolist(), len(rows)], strict=True)
        hours_of = zip(at_hour.tolist(), [*at_hour[1:].tolist(), len(hours)], strict=True)
        days = [
            (key, encode_hours(hours.take(slice(*mine))), encode_day(rows.take(slice(*theirs))))
            for key, mine, theirs in zip(keys[first].tolist(), hours_of, rows_of, strict=True)
        ]
        self.database.run(
            "INSERT INTO obs_day VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET hours = excluded.hours, block = excluded.block",
            days,
        )
        self._write_figures(keys[first], merge.coarser(hours, DAY_MS))

    def _write_figures(self, keys: Ints, days: Buckets) -> None:
        """The figures of these stream-days; those without a usable value (any more) get none."""
        stream, day = keys >> DAY_BITS, keys & (1 << DAY_BITS) - 1
        span = span_keys(stream, day)
        first = merge.firsts(span)
        known = self.by_keys("SELECT id, figures FROM obs_span", span[first])
        blocks = figures([known.get(one) for one in span[first].tolist()])
        place = np.searchsorted(span[first], span)
        set_figures(blocks, place, day % SPAN, None)
        having = np.searchsorted(keys, day_keys(days.stream, merge.day_of(days.start + 1)))
        set_figures(blocks, place[having], day[having] % SPAN, days)
        self.database.run(
            "INSERT INTO obs_span VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET figures = excluded.figures",
            [(one, block.tobytes()) for one, block in zip(span[first].tolist(), blocks, strict=True)],
        )

    def drop_days(self, keys: Sequence[int]) -> None:
        """Delete settled stream-days by their keys, with their figures (retention)."""
        if not keys:
            return
        with self.database.transaction():
            self.database.run("DELETE FROM obs_day WHERE id = ?", [(key,) for key in keys])
            self._write_figures(np.array(sorted(keys), np.int64), Buckets.none())


def _short(units: Sequence[Unit], limit: int) -> list[Unit]:
    """The newest commits and runs that are worth putting together, oldest first: after the last long run, and without
    one at the front that is far larger than all that follow."""
    size: dict[int, int] = {}
    for unit in units:
        size[unit.id] = size.get(unit.id, 0) + unit.count
    ids = list(size)
    long = [place for place, one in enumerate(ids) if size[one] >= _RUN_ROWS]
    ids = ids[long[-1] + 1 if long else 0 :]
    while ids and size[ids[0]] > _FAR_LARGER * sum(size[one] for one in ids[1:limit]):
        del ids[0]
    taken: list[int] = []
    for one in ids[:limit]:
        taken.append(one)
        if sum(size[id_] for id_ in taken) >= _RUN_ROWS:
            break
    return [unit for unit in units if unit.id in set(taken)]
