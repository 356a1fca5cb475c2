"""Retention: what is older than it is kept for goes, in slices between commits. What something stands on stays, whatever its age.

Only raw frames and settled stream-days are deleted; a value still lying in a commit is settled first, so that nothing old
hides there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from anlan.kernel.observations.store import merge
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.reader import DAY_BITS, day_key


@dataclass(frozen=True)
class Plan:
    """`frames_before` ms of receipt; `values`: (stream, ms before which its days go). `cited` spans (after, until] of a stream
    keep their days, `cited_frames` spans keep frames received in them."""

    frames_before: int = 0
    values: Sequence[tuple[int, int]] = ()
    cited: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    cited_frames: Sequence[tuple[int, int]] = ()


class Forgetter:
    """One run of a plan. Call `step` until `done`; stopping in between loses nothing but time."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self.store, self.plan = store, plan
        self.frames = self.days = self.spared = 0
        self._frame = self._place = self._day = 0  # how far it has come
        self._frames_done, self.done = not plan.frames_before, False
        self._oldest = min((before for _stream, before in plan.values), default=0)

    def step(self, limit: int = 64) -> int:
        """Look at about `limit` rows; returns how many were deleted or settled."""
        if self._unsettled():
            return self.store.settle(limit)
        if not self._frames_done:
            return self._some_frames(limit)
        return self._some_days(limit)

    def _unsettled(self) -> bool:
        ((low,),) = self.store.database.query("SELECT MIN(low) FROM obs_commit")
        return low is not None and int(low) < self._oldest

    def _some_frames(self, limit: int) -> int:
        rows = self.store.database.query(
            "SELECT id, received FROM obs_frame WHERE id > ? ORDER BY id LIMIT ?", (self._frame, limit)
        )
        old = [(int(number), int(at)) for number, at in rows if at < self.plan.frames_before]
        self._frames_done = len(old) < limit
        if not old:
            return 0
        self._frame = old[-1][0]
        spared = {number for number, at in old if any(after < at <= until for after, until in self.plan.cited_frames)}
        with self.store.database.transaction():
            gone = [(number,) for number, _at in old if number not in spared]
            self.store.database.run("DELETE FROM obs_frame WHERE id = ?", gone)
        self.frames += len(old) - len(spared)
        self.spared += len(spared)
        return len(old) - len(spared)

    def _some_days(self, limit: int) -> int:
        """Days of one stream after another. A day goes when it has ended by the stream's limit."""
        if self._place >= len(self.plan.values):
            self.done = True
            return 0
        stream, before = self.plan.values[self._place]
        first, end = max(day_key(stream, 0), self._day + 1), day_key(stream, _day(before + 1))
        rows = self.store.database.query(
            "SELECT id FROM obs_day WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", (first, end, limit)
        )
        keys = [int(number) for (number,) in rows]
        if len(keys) < limit:
            self._place, self._day = self._place + 1, 0
        else:
            self._day = keys[-1]
        cited = self.plan.cited.get(stream, ())
        days = {day for after, until in cited for day in range(_day(after + 1), _day(until) + 1)}
        gone = [key for key in keys if key & (1 << DAY_BITS) - 1 not in days]
        self.store.drop_days(gone)
        self.days += len(gone)
        self.spared += len(keys) - len(gone)
        return len(gone)


def _day(at: int) -> int:
    """The civil day to which an observation that ends at `at` belongs."""
    return int(merge.day_of(np.array([at]))[0])
