"""The one writer: everything that waits goes into one commit, and only then is anybody told that it is stored.

Rows, raw frames, the state of the rules and their events commit together (`Store.append`). A thread of its own commits as soon as it is
free, so that lines are read meanwhile; the next commit takes all that came in between. What waits is bounded: whoever sends more waits,
and after `PATIENCE_S` is told that the store lags.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from anlan.kernel.alarms.engine import Engine
from anlan.kernel.alarms.types import Outcome, Watch
from anlan.kernel.exchange.links import Links
from anlan.kernel.exchange.tidying import Tidying
from anlan.kernel.observations import deriving, quality, reviewing
from anlan.kernel.observations.reviewing import Wanted
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.forgetting import Plan
from anlan.kernel.observations.store.types import EMPTY, Columns, Commit, Event, joined
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream, Reading

log = logging.getLogger(__name__)
MOST_ROWS, MOST_BYTES = 200_000, 64 << 20  # what may wait for the next commit
PATIENCE_S = 5.0
RETRY_S, BEAT_S = 1.0, 1.0  # after a commit that failed; between two looks at the clock
QUIET, PASSES, GATHER_S = 3, 24, 0.01  # turns of the loop that bring nothing more; turns at most; and seconds at most
REPORT_MS = 5_000
REVIEWED = 64  # corrections written with one commit
REPORT, UNKNOWN = "gateway", "unknown/"
CORRECTIONS = "corrections"  # name of the state row: numbers that are in the store and not yet confirmed by the records
FULL = "存不进去：磁盘满了或数据库断了。数据没有保存，设备会再发。"


class Lagging(Exception):  # noqa: N818 - an answer, not a crash
    """The store cannot take it now; nothing of it is stored. `full`: the disk is."""

    def __init__(self, sentence: str, *, full: bool = False) -> None:
        super().__init__(sentence)
        self.full = full


@dataclass(slots=True)
class Parcel:
    """What one device sent at once. `frames` are raw bytes; values come as readings, or as columns of its own streams."""

    device: KnownDevice
    frames: Sequence[bytes] = ()
    readings: Sequence[Reading] = ()
    rows: Columns | None = None

    @property
    def size(self) -> int:
        return len(self.readings) + (len(self.rows) if self.rows is not None else 0)

    @property
    def bytes(self) -> int:
        return sum(map(len, self.frames)) + 100 * self.size


@dataclass(slots=True)
class _Waiting:
    parcels: Sequence[Parcel]
    told: asyncio.Future[None]
    rows: int
    bytes: int


class Writer:
    """`store` is written by this object alone. `now` gives ms. `published(number, events)` is called after each commit."""

    def __init__(
        self, store: Store, directory: Directory, watches: Sequence[Watch], now: Callable[[], int],
        published: Callable[[int, int], None] = lambda _number, _events: None,
    ) -> None:  # fmt: skip
        self.store, self.directory, self.watches = store, directory, watches
        self.now, self.published, self.links = now, published, Links()
        self.commits = self.stored = 0  # since the start
        self.failed = ""  # why the last commit failed; empty when it did not
        self._queue: list[_Waiting] = []
        self._strangers: list[Event] = []
        self._wanted: list[Wanted] = []
        self._rows = self._bytes = 0
        self._work = threading.Condition()  # holds what passes from the loop to the committing thread
        self._patient: list[tuple[int, int, asyncio.Future[None]]] = []  # who waits for room
        self._stopping = self._broken = False
        self._bounds = quality.Bounds.of(directory.streams)
        self._tidying = Tidying(store, now())
        self._reported = 0
        self._corrected = self._written()
        self._engine = self._fresh_engine()

    def _written(self) -> set[int]:
        """The numbers of the corrections that the store has."""
        return set(json.loads(self.store.state().get(CORRECTIONS) or b"[]"))

    def _fresh_engine(self) -> Engine:
        """As the store has it. Rules that went meanwhile are withdrawn with the next commit."""
        self._relearn = True
        return Engine(self.watches, self.store.latest(), self.store.state())

    # ---- from the lines
    async def submit(self, parcels: Sequence[Parcel]) -> None:
        """Returns when all of it is committed and synced. Raises Lagging with nothing of it stored."""
        rows, size = sum([one.size for one in parcels]), sum([one.bytes for one in parcels])
        if self._patient or not self._fits(rows, size):
            await self._wait_for_room(rows, size)
        self._rows, self._bytes = self._rows + rows, self._bytes + size
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._work:
            self._queue.append(_Waiting(parcels, told, rows, size))
            self._work.notify()
        await told

    def _fits(self, rows: int, size: int) -> bool:
        return not self._queue or (self._rows + rows <= MOST_ROWS and self._bytes + size <= MOST_BYTES)

    async def _wait_for_room(self, rows: int, size: int) -> None:
        """In the order of arrival: each commit lets the first ones in. Raises Lagging after PATIENCE_S."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._patient.append((rows, size, turn))
        try:
            await asyncio.wait_for(turn, PATIENCE_S)
        except TimeoutError:
            raise Lagging(self.failed or "存储跟不上，请稍后再发。", full=bool(self.failed)) from None
        finally:
            with contextlib.suppress(ValueError):
                self._patient.remove((rows, size, turn))

    def meet(self, protocol: str, identity: str, said: str) -> None:
        """A device nobody registered: told to the records once a start, with the next commit. What cannot be written down
        is no name: noise."""
        now, said = self.now(), "".join(letter for letter in said if letter.isprintable())
        if not identity.isprintable():
            self.links.noise += 1
            return
        if self.links.is_new(protocol, identity, now):
            body = {"told": "unknown", "protocol": protocol, "identity": identity[:64], "said": said[:200]}
            with self._work:
                self._strangers.append(Event(f"{UNKNOWN}{protocol}/{identity[:64]}", now, json.dumps(body)))
                self._work.notify()

    def correct(self, pending: Sequence[Wanted]) -> None:
        """Reviewed values that wait in the records, oldest first, all of them: each is written once, with the next commit.

        What the records no longer call pending has been confirmed and is forgotten here."""
        with self._work:
            held = {one.number for one in self._wanted}
            self._corrected &= {one.number for one in pending} | held
            self._wanted += [one for one in pending if one.number not in self._corrected | held]
            if self._wanted:
                self._work.notify()

    def forget(self, plan: Plan) -> None:
        """Delete what is too old, one slice after each commit. A run that goes on is left to end."""
        self._tidying.forget(plan)

    @property
    def forgetting(self) -> bool:
        return self._tidying.forgetting

    def learn(self, directory: Directory, watches: Sequence[Watch]) -> None:
        """Other devices, streams and rules from the next commit on. Call it in the loop."""
        bounds = quality.Bounds.of(directory.streams)
        self.links.forget_unknown(directory.devices)
        with self._work:
            self.directory, self.watches, self._bounds, self._relearn = directory, watches, bounds, True
            self._work.notify()

    async def run(self) -> None:
        """Until `stop`: the committing thread works, this waits for its end."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "commit") as pool:
            try:
                await loop.run_in_executor(pool, self._commit_until_stopped, loop)
            finally:
                await self.stop()  # also when this is cancelled: the thread must end

    async def stop(self) -> None:
        """What waits is committed first."""
        with self._work:
            self._stopping = True
            self._work.notify()

    def _release(self, taken: Sequence[_Waiting], error: str = "") -> None:
        """In the loop: tell everyone what became of it, and let those in who wait for room."""
        self.failed = error
        for one in taken:
            self._rows, self._bytes = self._rows - one.rows, self._bytes - one.bytes
            if one.told.done():
                continue
            if error:
                one.told.set_exception(Lagging(error, full=True))
            else:
                one.told.set_result(None)
        rows, size = self._rows, self._bytes
        for more, larger, turn in list(self._patient):
            if rows and (rows + more > MOST_ROWS or size + larger > MOST_BYTES):
                break
            rows, size = rows + more, size + larger
            if not turn.done():
                turn.set_result(None)

    # ---- the committing thread
    def _commit_until_stopped(self, loop: asyncio.AbstractEventLoop) -> None:
        """Commit as soon as there is something; compact a little after each; look at the clock every second."""
        owing = False
        while (given := self._next(0.0 if owing else BEAT_S, loop)) is not None:
            taken, strangers = given
            try:
                number, events = self._commit(taken, strangers)
            except Exception:  # whatever the store raised, nothing was written; the devices send again
                log.exception("commit failed")
                with self._work:
                    self._strangers = strangers + self._strangers
                loop.call_soon_threadsafe(self._release, taken, FULL)
                time.sleep(RETRY_S)
                owing = False
                continue
            if taken or self.failed:
                loop.call_soon_threadsafe(self._release, taken)
            if number:
                loop.call_soon_threadsafe(self.published, number, events)
            owing = self._tidy()

    def _next(self, patience: float, loop: asyncio.AbstractEventLoop) -> tuple[list[_Waiting], list[Event]] | None:
        """All that waits; nothing after `patience` seconds; None when it is over."""
        with self._work:
            if not (self._queue or self._strangers or self._wanted or self._relearn or self._stopping) and patience:
                self._work.wait(patience)
            if self._stopping and not self._queue:
                return None
        if self._queue:
            self._gather(loop)
        with self._work:
            given = self._queue, self._strangers
            self._queue, self._strangers = [], []
            return given

    def _gather(self, loop: asyncio.AbstractEventLoop) -> None:
        """What has arrived at the sockets waits too: the loop may read it before the commit begins. No rest, only turns of the
        loop that still bring something: a commit costs a sync whatever its size, and many lines fall apart without this."""
        read = threading.Event()

        def turn(seen: int, quiet: int, passes: int) -> None:
            now = len(self._queue)
            quiet = quiet + 1 if now == seen else 0
            if quiet >= QUIET or passes >= PASSES or self._rows >= MOST_ROWS:
                read.set()
            else:
                loop.call_soon(turn, now, quiet, passes + 1)

        loop.call_soon_threadsafe(turn, len(self._queue), 0, 0)
        read.wait(GATHER_S)

    def _begin_again(self) -> None:
        """After an error: numbers, newest values and rules from what is really stored, before anything is written."""
        self.store.recover()
        self._engine = self._fresh_engine()
        self._corrected |= self._written()
        self._broken = False

    def _tidy(self) -> bool:
        """Compaction and retention after a commit; whether more is owed. One that fails changed nothing and is tried again later."""
        try:
            return self._tidying.step(self.now())
        except Exception:
            self._broken = True
            log.exception("compaction failed")
            return False

    def _commit(self, taken: Sequence[_Waiting], strangers: Sequence[Event]) -> tuple[int, int]:
        """One append of everything taken; (0, 0) when there was nothing to write."""
        if self._broken:
            self._begin_again()
        self._broken = True  # until it is written
        now = self.now()
        changes = self._learned(now)
        parcels = [parcel for one in taken for parcel in one.parcels]
        rows = self._rows_of(parcels, now)
        frames = tuple((str(one.device.id), raw) for one in parcels for raw in one.frames)
        step, tick = self._engine.step(rows, now), self._engine.tick(now)
        state = changes.state | step.state | tick.state
        if abs(now - self._reported) >= REPORT_MS:  # also when the clock was set back
            state[REPORT] = json.dumps(self.report(now)).encode()
            self._reported = now
        wanted = [one for one in self._wanted if one.number not in self._corrected][:REVIEWED]
        reviewed, said = self._reviewed(wanted, now, state)
        rows = joined([rows, reviewed]) if wanted else rows
        events = (*strangers, *changes.events, *step.events, *tick.events, *said)
        if not (len(rows) or frames or events or state):
            self._broken = False
            return 0, 0
        number = self.store.append(Commit(now, rows, frames, events, state))
        self._broken = False
        if wanted:
            with self._work:
                self._corrected |= {one.number for one in wanted}
                self._wanted = [one for one in self._wanted if one.number not in self._corrected]
        self.commits, self.stored = self.commits + 1, self.stored + len(rows)
        self._tidying.committed(len(rows))
        return number, len(events)

    def _reviewed(self, wanted: Sequence[Wanted], now: int, state: dict[str, bytes]) -> tuple[Columns, list[Event]]:
        """The rows and events of what people reviewed, and the state row that makes it once."""
        if not wanted:
            return EMPTY, []
        parts, events = [], []
        for one in wanted:
            parts.append(reviewing.rows_of(self.store, one))
            body = {"told": "corrected", "correction": one.number, "rows": len(parts[-1])}
            events.append(Event(f"correction/{one.number}", now, json.dumps(body)))
        state[CORRECTIONS] = json.dumps(sorted(self._corrected | {one.number for one in wanted})).encode()
        return joined(parts), events

    def _learned(self, now: int) -> Outcome:
        if not self._relearn:
            return Outcome()
        self._relearn = False
        return self._engine.replace(self.watches, now)

    def _rows_of(self, parcels: Sequence[Parcel], now: int) -> Columns:
        """Readings to rows of the device's own streams, timely ones only, judged, with what is derived from them."""
        known: list[KnownStream] = []
        read: list[Reading] = []
        for one in parcels:
            if one.readings:
                link, streams = self.links.of(one.device.id), one.device.streams
                for reading in one.readings:
                    stream = streams.get(reading.channel)
                    if stream is None:
                        link.unlisted += 1
                    else:
                        known.append(stream)
                        read.append(reading)
        parts = [one.rows for one in parcels if one.rows is not None]
        rows = joined([_columns(known, read), *parts])
        timely = quality.timely(rows, now)
        if not timely.all():
            for stream in rows.stream[~timely].tolist():
                self.links.of(self.directory.streams[stream].device).untimely += 1
            rows = rows.take(timely)
        told = Columns(rows.stream, rows.start, rows.end, rows.value, rows.sent, quality.judged(rows, self._bounds))
        return joined([told, deriving.derive(told, self.directory.derived)]) if self.directory.derived else told

    def report(self, now: int) -> dict[str, object]:
        """What the pages show of the gateway: JSON-able, bounded by the number of devices."""
        return {"at": now, "commits": self.commits, "stored": self.stored, "waiting_rows": self._rows, "waiting_bytes": self._bytes,
                "most_rows": MOST_ROWS, "most_bytes": MOST_BYTES, "raised": len(self._engine.raised), "failed": self.failed,
                **self.links.report()}  # fmt: skip


def _columns(known: list[KnownStream], read: list[Reading]) -> Columns:
    """Readings of the streams they belong to, in the streams' units."""
    if not read:
        return EMPTY
    value = np.array([one.value for one in read], np.float64)  # None becomes NaN
    scale, shift = np.array([one.scale for one in known]), np.array([one.shift for one in known])
    return Columns(
        np.array([one.id for one in known], np.int64), np.array([one.start for one in read], np.int64), np.array([one.end for one in read], np.int64),
        value * scale + shift, np.array([quality.code_of(one.mark) for one in read], np.uint8), np.zeros(len(read), np.uint8),
    )  # fmt: skip
