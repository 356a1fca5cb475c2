"""The engine: values in, events and changed state out. No clock, no database; the writer commits all three together.

Only values newer than the newest of their stream are judged: a late one is stored and corrects figures, but raises nothing,
because nobody can answer yesterday's alarm. What must outlive a crash is small: the watches that are not at rest. The newest
value of each stream comes back from the store itself, so that an engine started again goes on as if it had never stopped.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping

import numpy as np

from anlan.kernel.alarms.types import FOREVER, Outcome, Told, Watch, event
from anlan.kernel.observations.store.types import Columns, Event

PENDING, RAISED = 1, 2
PREFIX = "watch/"
_STATE = struct.Struct("<bq")  # phase, since
# Forms that read nothing but the value: while all of a stream's are at rest, two comparisons judge it.
_PLAIN = ("above", "below", "outside")
Key = tuple[int, int]  # rule, stream


class Engine:
    """One a gateway. `latest` are the newest observations of the store, `kept` its state rows; `now` in ms."""

    def __init__(self, watches: Iterable[Watch], latest: Columns, kept: Mapping[str, bytes]) -> None:
        most = int(latest.stream.max(initial=0)) + 1
        self._newest = np.zeros(most, np.int64)
        self._heard = np.zeros(
            most, np.int64
        )  # when something of the stream last came in, late or not; not kept over a restart
        self._newest[latest.stream] = latest.end
        usable = np.where(latest.judged == 0, latest.value, np.nan)
        self._value = dict(zip(latest.stream.tolist(), usable.tolist(), strict=True))
        self._standing: dict[Key, tuple[int, int]] = {}  # (phase, since) of the watches that are not at rest
        for name, body in kept.items():
            if name.startswith(PREFIX) and body:
                rule, stream = name[len(PREFIX) :].split("/")
                self._standing[int(rule), int(stream)] = _STATE.unpack(body)
        self._events: list[Event] = []
        self._state: dict[str, bytes] = {}
        self._arrange(watches)

    @property
    def raised(self) -> list[Key]:
        return [key for key, (phase, _since) in self._standing.items() if phase == RAISED]

    def _arrange(self, watches: Iterable[Watch]) -> None:
        self._watches = {one.key: one for one in watches}
        self._mine: dict[int, list[Watch]] = {}
        self._gaps = [one for one in self._watches.values() if one.form == "gap"]
        self._member_of: dict[Key, list[Watch]] = {}
        looked_at = {one.other for one in self._watches.values() if one.form == "twin"}
        for one in self._watches.values():
            if one.form == "all":
                for key in one.of:
                    self._member_of.setdefault(key, []).append(one)
            elif one.form != "gap":
                self._mine.setdefault(one.stream, []).append(one)
        self._gap_streams = np.array([one.stream for one in self._gaps], np.int64)
        self._gap_holds = np.array([one.hold for one in self._gaps], np.int64)
        self._ending = [one for one in self._watches.values() if one.valid_to < FOREVER]
        most = max((*self._mine, *looked_at, *self._gap_streams.tolist(), 0)) + 1
        self._low = np.full(max(most, len(self._newest)), -np.inf)
        self._high, self._single = np.full(len(self._low), np.inf), np.zeros(len(self._low), bool)
        none = np.zeros(len(self._low) - len(self._newest), np.int64)
        self._newest, self._heard = np.append(self._newest, none), np.append(self._heard, none)
        self._single[list(looked_at)] = True
        self._always = looked_at | {
            stream for stream, mine in self._mine.items() if any(one.form not in _PLAIN for one in mine)
        }
        for stream, mine in self._mine.items():
            for one in mine:
                if one.form in ("above", "outside"):
                    self._high[stream] = min(self._high[stream], one.limit)
                if one.form in ("below", "outside"):
                    self._low[stream] = max(self._low[stream], one.low if one.form == "outside" else one.limit)
            self._settle(stream)

    def _settle(self, stream: int) -> None:
        """Whether the stream must be judged value by value from now on."""
        busy = any(one.key in self._standing for one in self._mine.get(stream, ()))
        self._single[stream] = busy or stream in self._always

    def replace(self, watches: Iterable[Watch], now: int) -> Outcome:
        """Other rules from now on. A raised watch that is gone is withdrawn: its alarm must not stand forever."""
        old, given = self._watches, {one.key: one for one in watches}
        for key in [one for one in self._standing if one not in given]:
            self._withdraw(old.get(key) or Watch(key[0], key[1], "above"), now)
        self._arrange(given.values())
        return self._outcome()

    def _withdraw(self, watch: Watch, now: int) -> None:
        """The rule is no longer there: its alarm ends with it, whatever the values are."""
        phase, since = self._standing.get(watch.key, (0, 0))  # a combined one may have gone with its part
        if phase == RAISED:
            self._tell("withdrawn", watch, since, now, None)
        elif phase == PENDING:
            self._keep(watch, 0, 0)

    def step(self, rows: Columns, now: int) -> Outcome:
        """Judge a batch as stored, in the order of time; late rows are left out."""
        if not len(rows):
            return Outcome()
        self._grow(int(rows.stream.max()) + 1)
        fresh = rows.end > self._newest[rows.stream]
        usable = rows.judged == 0
        with np.errstate(invalid="ignore"):
            calm = (rows.value >= self._low[rows.stream]) & (rows.value <= self._high[rows.stream])
        singly = fresh & (self._single[rows.stream] | (usable & ~calm))
        if singly.any():
            # A stream with one value to be judged singly is judged so altogether: its values are one story.
            story = np.zeros(len(self._newest), bool)
            story[rows.stream[singly]] = True
            chosen = np.flatnonzero(fresh & story[rows.stream])
            for row in chosen[np.lexsort((rows.stream[chosen], rows.end[chosen]))].tolist():
                value = float(rows.value[row]) if usable[row] else math.nan
                self._judge(int(rows.stream[row]), int(rows.end[row]), value)
        np.maximum.at(self._newest, rows.stream[fresh], rows.end[fresh])
        self._heard[rows.stream] = now
        self._return_gaps(now)
        return self._outcome()

    def _grow(self, size: int) -> None:
        more = max(size, 2 * len(self._newest)) - len(self._newest) if size > len(self._newest) else 0
        if more:
            self._newest, self._heard = (
                np.append(one, np.zeros(more, np.int64)) for one in (self._newest, self._heard)
            )
            self._low, self._high = (
                np.append(self._low, np.full(more, -np.inf)),
                np.append(self._high, np.full(more, np.inf)),
            )
            self._single = np.append(self._single, np.zeros(more, bool))

    def _judge(self, stream: int, end: int, value: float) -> None:
        """One value against all watches of its stream. A value that is not usable (NaN) leaves every watch as it is."""
        if end <= self._newest[stream]:
            return  # twice in one batch
        before, before_end = self._value.get(stream, math.nan), int(self._newest[stream])
        for watch in self._mine.get(stream, ()):
            if math.isnan(value):
                continue
            if watch.counts(end):
                self._move(watch, self._holds(watch, value, before, end, before_end), end, value, before_end)
            elif watch.key in self._standing and end < watch.valid_to:
                self._move(watch, False, end, value, before_end)  # its hours are over: nobody asks any more
        self._value[stream], self._newest[stream] = value, end
        self._settle(stream)

    def _holds(self, watch: Watch, value: float, before: float, end: int, before_end: int) -> bool:
        """Whether the condition is true now; a watch that stands returns only `back` inside its limit."""
        back = watch.back if watch.key in self._standing and self._standing[watch.key][0] == RAISED else 0.0
        match watch.form:
            case "above":
                true = value > watch.limit - back
            case "below":
                true = value < watch.limit + back
            case "outside":
                true = value > watch.limit - back or value < watch.low + back
            case "bits":
                true = bool(int(value) & watch.mask)
            case "rate":
                true = abs(value - before) * 60_000 > watch.limit * (end - before_end)  # NaN before: false
            case "frozen":
                true = value == before
            case _:
                near = end - int(self._newest[watch.other]) <= watch.window
                true = near and abs(value - self._value.get(watch.other, math.nan)) > watch.limit - back
        return true

    def _move(self, watch: Watch, true: bool, end: int, value: float | None, before_end: int) -> None:
        """The three phases: at rest, pending (true, not yet for `hold`), raised."""
        phase, since = self._standing.get(watch.key, (0, 0))
        if not true:
            if phase == RAISED:
                self._tell("returned", watch, since, end, value)
            elif phase == PENDING:
                self._keep(watch, 0, 0)
            return
        if phase == 0:
            phase, since = PENDING, before_end if watch.form == "frozen" else end
            self._keep(watch, phase, since)
        if phase == PENDING and end - since >= watch.hold and not self._suppressed(watch):
            self._tell("raised", watch, since, end, value)

    def _suppressed(self, watch: Watch) -> bool:
        return any(self._standing.get(key, (0, 0))[0] == RAISED for key in watch.unless)

    def _tell(self, told: Told, watch: Watch, since: int, at: int, value: float | None) -> None:
        self._keep(watch, RAISED if told == "raised" else 0, since)
        self._events.append(event(told, watch, since, at, value))
        for whole in self._member_of.get(watch.key, ()):
            true = all(self._standing.get(key, (0, 0))[0] == RAISED for key in whole.of)
            if true or whole.key in self._standing:
                self._move(whole, true, at, value, at)

    def _keep(self, watch: Watch, phase: int, since: int) -> None:
        if phase:
            self._standing[watch.key] = (phase, since)
        else:
            self._standing.pop(watch.key, None)
        self._state[_name(watch.key)] = _STATE.pack(phase, since) if phase else b""

    def tick(self, now: int) -> Outcome:
        """What only a clock can tell: streams that have been silent for too long, and rules that have ended. A stream never
        heard is not watched, and one that is sending its history is not silent."""
        for watch in self._ending:
            if watch.valid_to <= now and watch.key in self._standing:
                self._withdraw(watch, now)
        if self._gaps:
            ends = self._newest[self._gap_streams]
            quiet = now - np.maximum(ends, self._heard[self._gap_streams]) > self._gap_holds
            for place in np.flatnonzero((ends > 0) & quiet).tolist():
                watch, end = self._gaps[place], int(ends[place])
                if watch.key not in self._standing and watch.counts(now) and not self._suppressed(watch):
                    self._tell("raised", watch, end, now, None)
            self._return_gaps(now)
        return self._outcome()

    def _return_gaps(self, now: int) -> None:
        if not self._gaps:
            return
        for key in [one for one in self._standing if one in self._watches and self._watches[one].form == "gap"]:
            watch, end, since = self._watches[key], int(self._newest[key[1]]), self._standing[key][1]
            if since < end and now - end <= watch.hold:  # a clock set back ends no silence
                self._tell("returned", watch, since, end, self._value.get(key[1]))

    def _outcome(self) -> Outcome:
        told = Outcome(tuple(self._events), self._state)
        self._events, self._state = [], {}
        return told


def _name(key: Key) -> str:
    return f"{PREFIX}{key[0]}/{key[1]}"
