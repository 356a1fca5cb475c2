"""Rain over the last hours from the accumulated counter, never from adding what was sent; levels against their lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station
from anlan.packs.safety.rain_and_water import rules
from anlan.packs.safety.rain_and_water.derivations import lines_of
from anlan.packs.safety.rain_and_water.rules import HOUR_MS, SPANS, Amount, Line

LATE = timedelta(minutes=30)  # six intervals
TRUSTED = timedelta(hours=6)  # an older level is not compared with its line


@dataclass(frozen=True)
class Rain:
    """`amounts` over each of SPANS, `day` since the last 08:00; None where the counter says nothing. `over`: span → its line passed."""

    station: Station
    at: datetime | None
    amounts: tuple[Amount | None, ...]
    day: Amount | None
    over: dict[int, float]
    silent: bool

    @property
    def cells(self) -> list[tuple[int, Amount | None, float | None]]:
        return [(hours, amount, self.over.get(hours)) for hours, amount in zip(SPANS, self.amounts, strict=True)]

    @property
    def grade(self) -> str:
        return rules.grade(self.amounts[-1].value) if self.amounts[-1] else ""


@dataclass(frozen=True)
class Level:
    """Margins in m over each line, negative below; None without a line or a value of the last hours."""

    station: Station
    at: datetime | None
    value: float | None
    warning: float | None
    ensured: float | None
    silent: bool

    @property
    def above(self) -> float | None:
        return None if self.value is None or self.warning is None else round(self.value - self.warning, 2)

    @property
    def above_ensured(self) -> float | None:
        return None if self.value is None or self.ensured is None else round(self.value - self.ensured, 2)


def usable(stream: Stream | None, after: datetime, until: datetime) -> list[tuple[int, float]]:
    """(ms, value) of the usable values by time."""
    store = reading.reader()
    if store is None or stream is None:
        return []
    rows = store.raw(stream.pk, reading.ms(after), reading.ms(until))
    good = rows.judged == 0
    return list(zip(rows.end[good].tolist(), rows.value[good].tolist(), strict=True))


def stream_of(station: Station, code: str) -> Stream | None:
    return Stream.objects.filter(station=station, code=code, nature="raw", retired_at=None).first()


def _when(rows: list[tuple[int, float]]) -> datetime | None:
    return datetime.fromtimestamp(rows[-1][0] / 1000, CHINA) if rows else None


def rains(actor: Actor, at: datetime) -> list[Rain]:
    """What passes a line first, then the most in one hour."""
    lines = lines_of()
    found = [_rain(station, at, lines.get(station.code, ())) for station in queries.stations(actor, "rain")]
    return sorted(
        found, key=lambda one: (-len(one.over), -(one.amounts[0].value if one.amounts[0] else -1.0), one.station.name)
    )


def _rain(station: Station, at: datetime, lines: tuple[Line, ...]) -> Rain:
    rows = usable(stream_of(station, "total"), at - timedelta(hours=max(SPANS) + 2), at)
    now = reading.ms(at)
    amounts = tuple(rules.fallen(rows, now - hours * HOUR_MS, now) for hours in SPANS)
    over = {}
    for hours, amount in zip(SPANS, amounts, strict=True):
        line = rules.in_force(lines, f"rain_{hours}h", now)
        if amount is not None and line is not None and amount.value >= line.value:
            over[hours] = line.value
    when = _when(rows)
    day = rules.fallen(rows, rules.hydrological_day(now), now)
    return Rain(station, when, amounts, day, over, when is None or at - when > LATE)


def levels(actor: Actor, at: datetime) -> list[Level]:
    """The highest above its line first."""
    lines = lines_of()
    found = [_level(station, at, lines.get(station.code, ())) for station in queries.stations(actor, "level")]
    return sorted(found, key=lambda one: (-(one.above if one.above is not None else -999.0), one.station.name))


def _level(station: Station, at: datetime, lines: tuple[Line, ...]) -> Level:
    rows = usable(stream_of(station, "level"), at - TRUSTED, at)
    when, now = _when(rows), reading.ms(at)
    warning, ensured = (rules.in_force(lines, kind, now) for kind in (rules.WARNING, rules.ENSURED))
    return Level(
        station, when, rows[-1][1] if rows else None, warning.value if warning else None, ensured.value if ensured else None,
        when is None or at - when > LATE,
    )  # fmt: skip


@dataclass(frozen=True)
class Hour:
    """One hour of rain and the highest level in it."""

    start: datetime
    rain: Amount | None
    level: float | None


@dataclass(frozen=True)
class Course:
    """Rain of one station beside the level of another, hour by hour, with the lines in force now."""

    rain: Station | None
    level: Station | None
    hours: tuple[Hour, ...]
    warning: float | None
    ensured: float | None

    @property
    def total(self) -> float:
        return round(sum(one.rain.value for one in self.hours if one.rain), 1)


def course(rain: Station | None, level: Station | None, at: datetime, hours: int) -> Course:
    end = reading.ms(at) // HOUR_MS * HOUR_MS + HOUR_MS
    since = datetime.fromtimestamp((end - hours * HOUR_MS) / 1000, CHINA)
    rows = usable(stream_of(rain, "total"), since - timedelta(hours=2), at) if rain else []
    peaks: dict[int, float] = {}
    stream, store = stream_of(level, "level") if level else None, reading.reader()
    if stream is not None and store is not None:
        (told,) = store.statistics([stream.pk], end - hours * HOUR_MS, end)
        peaks = dict(zip(told.start.tolist(), told.most.tolist(), strict=True))
    listed = tuple(
        Hour(datetime.fromtimestamp(start / 1000, CHINA), amount, peaks.get(start))
        for start, amount in rules.hourly(rows, end, hours)
    )
    lines = lines_of().get(level.code, ()) if level else ()
    warning, ensured = (rules.in_force(lines, kind, reading.ms(at)) for kind in (rules.WARNING, rules.ENSURED))
    return Course(rain, level, listed, warning.value if warning else None, ensured.value if ensured else None)


def partner(actor: Actor, station: Station) -> Station | None:
    """The nearest station of the other kind."""
    others = list(queries.stations(actor, "level" if station.kind == "rain" else "rain"))
    return min(others, key=lambda one: _far(station, one), default=None)


def _far(one: Station, other: Station) -> float:
    if None in (one.longitude, one.latitude, other.longitude, other.latitude):
        return math.inf
    return math.hypot((one.longitude - other.longitude) * 0.77, one.latitude - other.latitude)  # type: ignore[operator]


def days(station: Station, at: datetime, count: int = 7) -> list[tuple[datetime, Amount | None]]:
    """The rain of the last hydrological days (08:00 to 08:00), the running one first."""
    now = reading.ms(at)
    first = rules.hydrological_day(now)
    rows = usable(stream_of(station, "total"), at - timedelta(days=count + 1), at)
    starts = [first - place * rules.DAY_MS for place in range(count)]
    return [
        (datetime.fromtimestamp(one / 1000, CHINA), rules.fallen(rows, one, min(one + rules.DAY_MS, now)))
        for one in starts
    ]
