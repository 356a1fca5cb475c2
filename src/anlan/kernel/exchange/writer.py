"""The one writer: everything that waits goes into one commit, and only then is anybody told that it is stored.

Rows, raw frames, the state of the rules and their events commit together (`Store.append`). A commit runs in a thread of its own,
so that lines are read meanwhile; the next one takes all that came in between. What waits is bounded: whoever sends more waits,
and after `PATIENCE_S` is told that the store lags.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from anlan.kernel.alarms.engine import Engine
from anlan.kernel.alarms.types import Outcome, Watch
from anlan.kernel.exchange.links import Links
from anlan.kernel.observations import deriving, quality, reviewing
from anlan.kernel.observations.retaining import STATE as RETENTION
from anlan.kernel.observations.reviewing import Wanted
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.forgetting import Forgetter, Plan
from anlan.kernel.observations.store.types import EMPTY, Columns, Commit, Event, columns, joined
from anlan.kernel.observations.types import Directory, KnownDevice, Reading

log = logging.getLogger(__name__)
MOST_ROWS, MOST_BYTES = 200_000, 64 << 20  # what may wait for the next commit
PATIENCE_S = 5.0
RETRY_S = 1.0  # after a commit that failed
REPORT_MS, GATHER_MS = 5_000, 10_000
SLICE = 64  # commits gathered, or stream-days settled, between two commits
SETTLE_ROWS = 2_000_000  # hot rows above which stream-days are written between commits
REPORT, UNKNOWN = "gateway", "unknown/"
CORRECTIONS = "corrections"  # name of the state row: numbers that are in the store and not yet confirmed by the records


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
        self._corrected = self._written()
        self._forgetter: Forgetter | None = None
        self._rows = self._bytes = 0
        self._pool = ThreadPoolExecutor(1, "commit")
        self._wake, self._room = asyncio.Event(), asyncio.Condition()
        self._stopping = self._broken = False
        self._reported = self._gathered = 0
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
        rows, size = sum(one.size for one in parcels), sum(one.bytes for one in parcels)
        try:
            await asyncio.wait_for(self._wait_for_room(rows, size), PATIENCE_S)
        except TimeoutError:
            raise Lagging(self.failed or "存储跟不上，请稍后再发。", full=bool(self.failed)) from None
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(parcels, told, rows, size))
        self._wake.set()
        await told

    async def _wait_for_room(self, rows: int, size: int) -> None:
        async with self._room:
            await self._room.wait_for(
                lambda: not self._queue or (self._rows + rows <= MOST_ROWS and self._bytes + size <= MOST_BYTES)
            )
            self._rows, self._bytes = self._rows + rows, self._bytes + size

    def meet(self, protocol: str, identity: str, said: str) -> None:
        """A device nobody registered: told to the records once a start, with the next commit. What cannot be written down
        is no name: noise."""
        now, said = self.now(), "".join(letter for letter in said if letter.isprintable())
        if not identity.isprintable():
            self.links.noise += 1
            return
        if self.links.is_new(protocol, identity, now):
            body = {"told": "unknown", "protocol": protocol, "identity": identity[:64], "said": said[:200]}
            self._strangers.append(Event(f"{UNKNOWN}{protocol}/{identity[:64]}", now, json.dumps(body)))
            self._wake.set()

    def correct(self, pending: Sequence[Wanted]) -> None:
        """Reviewed values that wait in the records, oldest first, all of them: each is written once, with the next commit.

        What the records no longer call pending has been confirmed and is forgotten here."""
        held = {one.number for one in self._wanted}
        self._corrected &= {one.number for one in pending} | held
        self._wanted += [one for one in pending if one.number not in self._corrected | held]
        if self._wanted:
            self._wake.set()

    def forget(self, plan: Plan) -> None:
        """Delete what is too old, one slice after each commit. A run that goes on is left to end."""
        if self._forgetter is None:
            self._forgetter = Forgetter(self.store, plan)

    @property
    def forgetting(self) -> bool:
        return self._forgetter is not None

    def learn(self, directory: Directory, watches: Sequence[Watch]) -> None:
        """Other devices, streams and rules from the next commit on. Call it in the loop."""
        self.directory, self.watches = directory, watches
        self.links.forget_unknown(directory.devices)
        self._relearn = True
        self._wake.set()

    # ---- the loop
    async def run(self) -> None:
        """Commit as soon as there is something and the thread is free; look at the clock every second."""
        loop = asyncio.get_running_loop()
        while not (self._stopping and not self._queue):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 1.0)
            self._wake.clear()
            taken, self._queue = self._queue, []
            strangers, self._strangers = self._strangers, []
            try:
                number, events = await loop.run_in_executor(self._pool, self._commit, taken, strangers)
            except Exception as error:  # noqa: BLE001 - whatever the engine raised, nothing was stored
                self._strangers = strangers + self._strangers
                await self._refuse(taken, error)
                continue
            self.failed = ""
            await self._release(taken)
            for one in taken:
                if not one.told.done():
                    one.told.set_result(None)
            if number:
                self.published(number, events)
            try:
                await loop.run_in_executor(self._pool, self._tidy)
            except Exception:  # what is stored stays as it was, and is gathered another time
                self._broken = True
                log.exception("compaction failed")
        self._pool.shutdown()

    async def stop(self) -> None:
        """What waits is committed first."""
        self._stopping = True
        self._wake.set()

    async def _release(self, taken: Sequence[_Waiting]) -> None:
        async with self._room:
            self._rows -= sum(one.rows for one in taken)
            self._bytes -= sum(one.bytes for one in taken)
            self._room.notify_all()

    async def _refuse(self, taken: Sequence[_Waiting], error: Exception) -> None:
        """Nothing was written: say so to everyone, and try again soon."""
        log.error("commit failed: %s", error)
        self.failed = "存不进去：磁盘满了或数据库断了。数据没有保存，设备会再发。"
        await self._release(taken)
        for one in taken:
            if not one.told.done():
                one.told.set_exception(Lagging(self.failed, full=True))
        await asyncio.sleep(RETRY_S)

    # ---- in the thread
    def _begin_again(self) -> None:
        """After an error: numbers, newest values and rules from what is really stored, before anything is written."""
        self.store.recover()
        self._engine = self._fresh_engine()
        self._corrected |= self._written()
        self._broken = False

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
        wanted = [one for one in self._wanted if one.number not in self._corrected][:SLICE]
        reviewed, said = self._reviewed(wanted, now, state)
        rows = joined([rows, reviewed])
        events = (*strangers, *changes.events, *step.events, *tick.events, *said)
        if not (len(rows) or frames or events or state):
            self._broken = False
            return 0, 0
        number = self.store.append(Commit(now, rows, frames, events, state))
        self._broken = False
        self._corrected |= {one.number for one in wanted}
        self._wanted = [one for one in self._wanted if one.number not in self._corrected]
        self.commits, self.stored = self.commits + 1, self.stored + len(rows)
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
        """Readings to rows of the device's own streams, timely ones only, judged."""
        listed, parts = [], []
        for one in parcels:
            link, streams = self.links.of(one.device.id), one.device.streams
            for reading in one.readings:
                stream = streams.get(reading.channel)
                if stream is None:
                    link.unlisted += 1
                    continue
                value = None if reading.value is None else reading.value * stream.scale + stream.shift
                listed.append((stream.id, reading.start, reading.end, value, quality.code_of(reading.mark), 0))
            if one.rows is not None:
                parts.append(one.rows)
        rows = joined([columns(listed), *parts])
        timely = quality.timely(rows, now)
        if not timely.all():
            for stream in rows.stream[~timely].tolist():
                self.links.of(self.directory.streams[stream].device).untimely += 1
            rows = rows.take(timely)
        told = Columns(
            rows.stream, rows.start, rows.end, rows.value, rows.sent, quality.judged(rows, self.directory.streams)
        )
        return joined([told, deriving.derive(told, self.directory.derived)])

    def _tidy(self) -> None:
        """One slice of compaction between two commits."""
        now = self.now()
        if abs(now - self._gathered) >= GATHER_MS:
            if self.store.gather(SLICE) < SLICE:
                self._gathered = now
        elif self.store.hot_rows() > SETTLE_ROWS:
            self.store.settle(SLICE)
        elif self._forgetter is not None:
            self._forget(self._forgetter, now)

    def _forget(self, run: Forgetter, now: int) -> None:
        run.step(SLICE)
        if not run.done:
            return
        self._forgetter = None
        told = {"told": "forgotten", "at": now, "frames": run.frames, "days": run.days, "spared": run.spared}
        events = (Event(f"forgotten/{now}", now, json.dumps(told)),) if run.frames or run.days else ()
        self.store.append(Commit(now, EMPTY, events=events, state={RETENTION: json.dumps(told).encode()}))

    def report(self, now: int) -> dict[str, object]:
        """What the pages show of the gateway: JSON-able, bounded by the number of devices."""
        return {"at": now, "commits": self.commits, "stored": self.stored, "waiting_rows": self._rows, "waiting_bytes": self._bytes,
                "most_rows": MOST_ROWS, "most_bytes": MOST_BYTES, "raised": len(self._engine.raised), "failed": self.failed,
                **self.links.report()}  # fmt: skip
