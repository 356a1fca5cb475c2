"""When compaction and retention run: a slice after a commit, more of them while nothing waits or while much is owed."""

from __future__ import annotations

import json

from anlan.kernel.observations.retaining import STATE as RETENTION
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.forgetting import Forgetter, Plan
from anlan.kernel.observations.store.types import EMPTY, Commit, Event

GATHER_MS = 10_000
GATHER_COMMITS, GATHER_ROWS = 256, 262_144  # since the last time; whichever comes first
SETTLE_ROWS = 4_000_000  # hot rows above which all of them go to their days
SETTLE_MS = 86_400_000  # and so they do once a day
DAYS = 64  # stream-days settled, or rows looked at by retention, in one slice


class Tidying:
    """Called in the writer's thread alone, but for `forget`. `now` in ms."""

    def __init__(self, store: Store, now: int) -> None:
        self._store = store
        self._gathered = self._settled = now
        self._commits = self._rows = 0
        self._gathering = self._settling = False
        self._forgetter: Forgetter | None = None

    def committed(self, rows: int) -> None:
        self._commits, self._rows = self._commits + 1, self._rows + rows

    def forget(self, plan: Plan) -> None:
        """Begin a run of retention; one that goes on is left to end."""
        if self._forgetter is None:
            self._forgetter = Forgetter(self._store, plan)

    @property
    def forgetting(self) -> bool:
        return self._forgetter is not None

    def step(self, now: int) -> bool:
        """The slices due after one commit; whether more is waiting to be done."""
        return all(self.slice(now) for _slice in range(1 + self._store.hot_rows() // SETTLE_ROWS))

    def slice(self, now: int) -> bool:
        """One slice, where one is due; whether it did something."""
        if self._due(now):
            self._gathering, self._gathered, self._commits, self._rows = True, now, 0, 0
        if self._gathering:
            self._gathering = bool(self._store.gather(2 * GATHER_COMMITS)) and self._store.gathering
            return True
        if self._store.hot_rows() > SETTLE_ROWS or abs(now - self._settled) >= SETTLE_MS:
            self._settling, self._settled = True, now
        if self._settling:
            self._settling = bool(self._store.settle(DAYS)) and self._store.settling
            return True
        if self._forgetter is not None:
            self._forget(self._forgetter, now)
            return True
        return False

    def _due(self, now: int) -> bool:
        if self._gathering or self._commits < 2:
            return False
        waited = abs(now - self._gathered) >= GATHER_MS  # also when the clock was set back
        return self._commits >= GATHER_COMMITS or self._rows >= GATHER_ROWS or waited

    def _forget(self, run: Forgetter, now: int) -> None:
        run.step(DAYS)
        if not run.done:
            return
        self._forgetter = None
        told = {"told": "forgotten", "at": now, "frames": run.frames, "days": run.days, "spared": run.spared}
        events = (Event(f"forgotten/{now}", now, json.dumps(told)),) if run.frames or run.days else ()
        self._store.append(Commit(now, EMPTY, events=events, state={RETENTION: json.dumps(told).encode()}))
