"""When compaction runs: a slice after a commit, more of them while nothing waits or while much is owed."""

from __future__ import annotations

from anlan.kernel.observations.store.chunks import Store

GATHER_MS = 10_000
GATHER_COMMITS, GATHER_ROWS = 256, 262_144  # since the last time; whichever comes first
SETTLE_ROWS = 4_000_000  # hot rows above which all of them go to their days
SETTLE_MS = 86_400_000  # and so they do once a day
DAYS = 64  # stream-days settled in one slice


class Tidying:
    """Called in the writer's thread alone. `now` in ms."""

    def __init__(self, store: Store, now: int) -> None:
        self._store = store
        self._gathered = self._settled = now
        self._commits = self._rows = 0
        self._gathering = self._settling = False

    def committed(self, rows: int) -> None:
        self._commits, self._rows = self._commits + 1, self._rows + rows

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
        if self._store.hot_rows() > SETTLE_ROWS or now - self._settled >= SETTLE_MS:
            self._settling, self._settled = True, now
        if self._settling:
            self._settling = bool(self._store.settle(DAYS)) and self._store.settling
            return True
        return False

    def _due(self, now: int) -> bool:
        if self._gathering or self._commits < 2:
            return False
        return self._commits >= GATHER_COMMITS or self._rows >= GATHER_ROWS or now - self._gathered >= GATHER_MS
