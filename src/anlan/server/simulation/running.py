"""The simulated district: every demonstration device keeps its rhythm, lives through the script, and sends late what a cut held back."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from anlan.kernel.observations.models import Device
from anlan.server.simulation.signals import Episode, is_cut, mark_of, value
from anlan.server.simulation.speakers import (
    Gb26875Speaker,
    Hj212Speaker,
    HttpSpeaker,
    Jt808Speaker,
    Sample,
    Sl651Speaker,
    Speaker,
)

log = logging.getLogger(__name__)
_SYSTEMS = {"boiler": "31", "medical": "32", "water": "21"}  # ST of HJ 212
HOUR = 3600
PIECE = 600  # samples sent at once of what was held back
SPARE_S, PEACE_S = 5, 0.5  # old hours are sent while nothing is due so soon, with rests between


@dataclass(frozen=True)
class Source:
    """One channel of a device: its own code, where the protocol carries it, seconds between values, decimals, hourly or not."""

    code: str
    channel: str
    every: int
    decimals: int
    hour: bool


@dataclass(frozen=True)
class Simulated:
    identity: str
    protocol: str
    kind: str
    secret: str
    sources: tuple[Source, ...]


def script(text: str | None = None) -> tuple[Episode, ...]:
    given = tomllib.loads(
        text if text is not None else Path(__file__).with_name("script.toml").read_text(encoding="utf-8")
    )
    return tuple(Episode(**{**row, "rules": tuple(map(tuple, row.get("rules", ())))}) for row in given["episode"])


def repeated(episodes: Iterable[Episode], period: int, times: int) -> tuple[Episode, ...]:
    """The script again and again, `period` seconds apart."""
    return tuple(replace(one, at=one.at + period * turn) for turn in range(times) for one in episodes)


def devices() -> list[Simulated]:
    """The demonstration's devices that the simulation can be."""
    rows = Device.objects.filter(is_demo=True, state="admitted").select_related("station").prefetch_related("streams")
    return [
        Simulated(row.identity, row.protocol, row.station.kind if row.station else "", row.secret, tuple(
            Source(one.code, one.channel, one.every, one.decimals, one.period == "hour") for one in row.streams.all() if one.every
        )) for row in rows
    ]  # fmt: skip


def speaker(one: Simulated, host: str, ports: Mapping[str, int]) -> Speaker | None:
    if one.protocol == "hj212":
        return Hj212Speaker(host, ports["hj212"], one.identity, one.secret, _SYSTEMS.get(one.kind, "31"))
    if one.protocol == "gb26875":
        return Gb26875Speaker(host, ports["gb26875"], int(one.identity))
    if one.protocol == "jt808":
        return Jt808Speaker(host, ports["jt808"], one.identity)
    if one.protocol == "sl651":
        return Sl651Speaker(host, ports["sl651"], one.identity, {"rain": "50", "level": "48"}.get(one.kind, "48"))
    if one.protocol == "http":
        return HttpSpeaker(host, ports["http"], f"anlan-demo-{one.identity}")
    return None


def samples(
    one: Simulated, after: int, until: int, *, seed: int, start: int, episodes: Sequence[Episode]
) -> list[Sample]:
    """Everything the device measures in `after` < t ≤ `until` (s)."""
    found = []
    for source in one.sources:
        first = after // source.every * source.every + source.every
        for at in range(first, until + 1, source.every):
            # An hourly mean belongs to the hour that began before: an episode counts by the hour's start.
            when = at - HOUR if source.hour else at
            read = value(seed, one.identity, one.kind, source.code, when, source.decimals, start, episodes)
            if read is not None:
                mark = mark_of(one.identity, source.code, when, start, episodes)
                found.append(Sample(source.channel, at * 1000, read, source.hour, mark))
    return sorted(found, key=lambda sample: (sample.end, sample.channel))


class Pace:
    """A clock for a fast run: `rate` times the wall's, but never more than `slack` seconds ahead of what the slowest device has
    still to say. A loaded machine then runs slower, instead of hearing silences that no device made."""

    def __init__(self, start: int, rate: float, slack: float = 60.0) -> None:
        self._rate, self._slack = rate, slack
        self._at, self._wall = float(start), time.monotonic()
        self._due: dict[str, int] = {}
        self._lock = threading.Lock()  # the writer asks from its own thread

    def now(self) -> float:
        with self._lock:
            wall = time.monotonic()
            reached = self._at + (wall - self._wall) * self._rate
            self._wall = wall
            if self._due:
                reached = min(reached, min(self._due.values()) + self._slack)
            self._at = max(self._at, reached)
            return self._at

    def told(self, identity: str, due: int) -> None:
        """The device will next speak of `due`."""
        self._due[identity] = due


def _nothing(_identity: str, _due: int) -> None: ...


@dataclass(frozen=True)
class Plan:
    """The script counts from `start`; the devices speak from `begin` (later than `start`: the script is under way). `now` gives
    seconds, `rate` how fast it runs. First the `history` seconds before `begin` are sent; the `older` ones follow, newest first,
    while nothing else is due."""

    seed: int
    start: int
    episodes: tuple[Episode, ...]
    now: Callable[[], float]
    begin: int
    rate: float = 1.0
    history: int = 0
    older: int = 0
    until: int | None = None
    told: Callable[[str, int], None] = _nothing  # what each device will next speak of

    def between(self, one: Simulated, after: int, until: int) -> list[Sample]:
        return samples(one, after, until, seed=self.seed, start=self.start, episodes=self.episodes)


async def live(one: Simulated, mouth: Speaker, plan: Plan) -> None:
    """One device from the start to the end of the plan. What could not be sent is kept and sent in order later."""
    quick = min((source.every for source in one.sources), default=HOUR)
    for after in range(plan.begin - plan.history, plan.begin, HOUR):
        await _tell(mouth, plan.between(one, after, min(after + HOUR, plan.begin)), plan)
    done, first = plan.begin, plan.begin - plan.history
    earlier = list(range(first - HOUR, first - plan.older, -HOUR))
    while plan.until is None or done < plan.until:
        due = done // quick * quick + quick
        plan.told(one.identity, due)
        while earlier and due - plan.now() > SPARE_S:
            after = earlier.pop(0)
            await _tell(mouth, plan.between(one, after, after + HOUR), plan)
            await asyncio.sleep(PEACE_S)
        while (left := due - plan.now()) > 0:
            await asyncio.sleep(max(left / plan.rate, 0.001))
        due = max(due, int(plan.now()) // quick * quick)
        if plan.until is not None:
            due = min(due, plan.until)
        if is_cut(one.identity, due, plan.start, plan.episodes):
            plan.told(one.identity, due + quick)
            await mouth.close()
            await asyncio.sleep(quick / plan.rate)
            continue
        if await _tell(mouth, plan.between(one, done, due), plan):
            done = due
        else:
            await asyncio.sleep(min(1.0, quick / plan.rate))
    plan.told(one.identity, 1 << 62)
    await mouth.close()


async def _tell(mouth: Speaker, given: Sequence[Sample], plan: Plan) -> bool:
    for place in range(0, len(given), PIECE):
        if not await mouth.say(given[place : place + PIECE], round(plan.now() * 1000)):
            return False
    return True


async def run(crowd: Sequence[Simulated], host: str, ports: Mapping[str, int], plan: Plan) -> None:
    """All devices side by side."""
    mouths = [(one, speaker(one, host, ports)) for one in crowd]
    await asyncio.gather(*(live(one, mouth, plan) for one, mouth in mouths if mouth is not None))
