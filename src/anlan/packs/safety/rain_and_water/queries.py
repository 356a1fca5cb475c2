"""Rain over the last hours from the accumulated counter, never from adding what was sent; levels against their warning lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import Rule
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station
from anlan.protocols.sl651.totals import rain_between

SPANS = (1, 3, 24)  # hours


@dataclass(frozen=True)
class Rain:
    """`amounts` mm over each of SPANS; None where the counter says nothing for the whole of it."""

    station: Station
    at: datetime | None
    amounts: tuple[float | None, ...]


@dataclass(frozen=True)
class Level:
    """`above` in m over the warning line, negative below; None without a line or a value."""

    station: Station
    at: datetime | None
    value: float | None
    warning: float | None

    @property
    def above(self) -> float | None:
        return None if self.value is None or self.warning is None else round(self.value - self.warning, 2)


def _counter(stream: Stream, after: datetime, until: datetime) -> list[tuple[int, float]]:
    store = reading.reader()
    if store is None:
        return []
    rows = store.raw(stream.pk, reading.ms(after), reading.ms(until))
    return [
        (end, value)
        for end, value, judged in zip(rows.end.tolist(), rows.value.tolist(), rows.judged.tolist(), strict=True)
        if judged == 0
    ]


def rains(actor: Actor, at: datetime) -> list[Rain]:
    found = []
    streams = {one.station_id: one for one in Stream.objects.filter(code="total", nature="raw", station__kind="rain")}
    for station in queries.stations(actor, "rain"):
        stream = streams.get(station.pk)
        rows = _counter(stream, at - timedelta(hours=max(SPANS) + 1), at) if stream else []
        amounts = tuple(_amount(rows, reading.ms(at), hours) for hours in SPANS)
        found.append(Rain(station, _when(rows), amounts))
    return found


def _when(rows: list[tuple[int, float]]) -> datetime | None:
    return datetime.fromtimestamp(rows[-1][0] / 1000, CHINA) if rows else None


def _amount(rows: list[tuple[int, float]], now: int, hours: int) -> float | None:
    """Steps of the counter from the last value at or before the span's start; roll-over counts, a reset does not."""
    start = now - hours * 3_600_000
    before = [row for row in rows if row[0] <= start]
    inside = [row for row in rows if row[0] > start]
    if not before or not inside:
        return None
    chain = [before[-1], *inside]
    steps = [rain_between(first, last) for (_at, first), (_later, last) in pairwise(chain)]
    return round(sum(step for step in steps if step is not None), 1)


def levels(actor: Actor, at: datetime) -> list[Level]:
    found = []
    streams = {one.station_id: one for one in Stream.objects.filter(code="level", nature="raw", station__kind="level")}
    rules = list(Rule.objects.filter(slug="level_warning", valid_to=None))
    for station in queries.stations(actor, "level"):
        stream = streams.get(station.pk)
        rows = _counter(stream, at - timedelta(hours=6), at) if stream else []
        rule = next(
            (one for one in rules if one.station_id == station.pk),
            next((one for one in rules if one.station_id is None), None),
        )
        found.append(
            Level(station, _when(rows), rows[-1][1] if rows else None, float(rule.settings["limit"]) if rule else None)
        )
    return sorted(found, key=lambda one: -(one.above if one.above is not None else -999.0))
