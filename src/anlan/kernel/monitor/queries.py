"""What is measured now and over any span: values with their limits, completeness, and what exceeds since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import OPEN, Alarm, Rule
from anlan.kernel.alarms.queries import visible
from anlan.kernel.observations import quality, queries, reading
from anlan.kernel.observations.kinds import kind_of, seen_by
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS, HOUR_MS
from anlan.kernel.registry.models import Station
from anlan.kernel.web.time_chart import Spot

SPANS: Mapping[str, tuple[str, timedelta]] = {
    "1h": ("1 小时", timedelta(hours=1)), "24h": ("24 小时", timedelta(hours=24)), "7d": ("7 天", timedelta(days=7)),
    "30d": ("30 天", timedelta(days=30)), "1y": ("1 年", timedelta(days=365)),
}  # fmt: skip
LATE_TIMES = 3  # intervals without a value after which a stream counts as silent


@dataclass(frozen=True)
class Shown:
    """One stream with its newest value. `state`: ok, over (an alarm stands), bad (not usable), silent, none."""

    stream: Stream
    value: float | None
    at: datetime | None
    state: str
    why: str = ""
    alarm: Alarm | None = None

    @property
    def text(self) -> str:
        """The figure, or what its code means."""
        if self.value is None:
            return "—"
        kind = kind_of(self.stream.station.kind)
        channel = kind.channel(self.stream.code) if kind else None
        return (channel.word(self.value) if channel else "") or f"{self.value:.{self.stream.decimals}f}"


def newest() -> dict[int, tuple[int, float, int]]:
    """Stream → (end ms, value, judged) of all streams."""
    store = reading.reader()
    if store is None:
        return {}
    rows = store.latest()
    return {
        stream: (end, value, judged)
        for stream, end, value, judged in zip(
            rows.stream.tolist(), rows.end.tolist(), rows.value.tolist(), rows.judged.tolist(), strict=True
        )
    }


def shown(streams: Sequence[Stream], actor: Actor, at: datetime) -> list[Shown]:
    values = newest()
    standing: dict[int, Alarm] = {}
    for alarm in (
        visible(actor)
        .filter(stream__in=[one.pk for one in streams], state__in=("raised", "acknowledged"))
        .order_by("-priority")
    ):
        standing[alarm.stream_id] = alarm
    return [_one(stream, values.get(stream.pk), standing.get(stream.pk), at) for stream in streams]


def _one(stream: Stream, given: tuple[int, float, int] | None, alarm: Alarm | None, at: datetime) -> Shown:
    if given is None:
        return Shown(stream, None, None, "none", "还没有数据")
    end, value, judged = given
    when = datetime.fromtimestamp(end / 1000, CHINA)
    late = stream.every and (at - when).total_seconds() > LATE_TIMES * stream.every
    number = None if np.isnan(value) else value
    if alarm is not None:
        return Shown(stream, number, when, "over", alarm.rule.title, alarm)
    if late:
        return Shown(stream, number, when, "silent", "没有新数据")
    if judged:
        return Shown(stream, number, when, "bad", quality.JUDGED[judged])
    return Shown(stream, number, when, "ok")


ORDER = {"over": 0, "silent": 1, "bad": 2, "none": 3, "ok": 4}
TILE_LINES = 4


@dataclass(frozen=True)
class Line:
    """One station: its values, the troubled ones first."""

    station: Station
    values: list[Shown]

    @property
    def state(self) -> str:
        return self.values[0].state if self.values else "none"

    @property
    def heard(self) -> datetime | None:
        return max((one.at for one in self.values if one.at), default=None)


def lines(stations: Iterable[Station], actor: Actor, at: datetime) -> list[Line]:
    """Those in trouble first, then by name."""
    mine: dict[int, list[Shown]] = {}
    rows = list(stations)
    raw = queries.streams(actor).filter(station__in=rows, nature="raw").order_by("pk")
    for one in shown(list(raw), actor, at):
        mine.setdefault(one.stream.station_id, []).append(one)
    found = [Line(row, sorted(mine.get(row.pk, []), key=lambda one: ORDER[one.state])) for row in rows]
    return sorted(found, key=lambda line: (ORDER[line.state], line.station.name))


@dataclass(frozen=True)
class Tile:
    """One kind of station at a glance; `lines` its first few stations."""

    kind: str
    title: str
    stations: int
    over: int
    silent: int
    lines: list[Line]


def tiles(actor: Actor, at: datetime) -> list[Tile]:
    by_kind: dict[str, list[Line]] = {}
    for line in lines(queries.stations(actor), actor, at):
        by_kind.setdefault(line.station.kind, []).append(line)
    return [
        Tile(kind.slug, kind.title, len(mine), _count(mine, "over"), _count(mine, "silent", "none"), mine[:TILE_LINES])
        for kind in seen_by(actor) if (mine := by_kind.get(kind.slug))
    ]  # fmt: skip


def _count(found: Iterable[Line], *states: str) -> int:
    """Stations with any value in one of the states."""
    return sum(
        any(value.state in states for value in one.values) or (not one.values and "none" in states) for one in found
    )


def waiting(actor: Actor) -> list[Alarm]:
    """What nobody has acknowledged, the urgent ones first."""
    return list(visible(actor).filter(state__in=("raised", "returned")).order_by("priority", "-since")[:12])


def sparks(streams: Sequence[Stream], at: datetime) -> dict[int, list[float | None]]:
    """The hourly means of the last day by stream, None where there is no usable value."""
    store = reading.reader()
    if store is None or not streams:
        return {}
    edge = (reading.ms(at) + CHINA_MS) // HOUR_MS * HOUR_MS + HOUR_MS - CHINA_MS
    first = edge - DAY_MS
    found = {}
    for stream, told in zip(streams, store.statistics([one.pk for one in streams], first, edge), strict=True):
        values: list[float | None] = [None] * 24
        for start, mean in zip(told.start.tolist(), told.mean.tolist(), strict=True):
            values[(start - first) // HOUR_MS] = mean
        found[stream.pk] = values
    return found


def exceeding(actor: Actor) -> list[Alarm]:
    """What is over its limit now, the longest standing first."""
    rows = visible(actor).filter(state__in=OPEN, returned_at=None, rule__form__in=("above", "below", "outside"))
    return list(rows.order_by("since")[:50])


@dataclass(frozen=True)
class Series:
    """Points of one stream over a span. `step`: raw, hour or day; the value of a bucket is the mean of its usable values, its
    instant the bucket's middle."""

    stream: Stream
    step: str
    start: datetime
    end: datetime
    points: list[Spot]
    expected: int
    usable: int

    @property
    def rhythm(self) -> int:
        """Seconds between two points."""
        return {"raw": self.stream.every, "hour": 3600, "day": 86_400}[self.step]

    @property
    def words(self) -> str:
        """What one point is."""
        return {"raw": self.stream.get_period_display(), "hour": "小时均值", "day": "日均值"}[self.step]

    @property
    def share(self) -> float | None:
        return None if not self.expected else min(100.0, 100.0 * self.usable / self.expected)


def series(stream: Stream, span: str, at: datetime) -> Series:
    """Raw up to a day, hours up to a month, days above; ends now."""
    length = SPANS[span][1]
    start, store = at - length, reading.reader()
    expected = int(length.total_seconds() // stream.every) if stream.every else 0
    if store is None:
        return Series(stream, "raw", start, at, [], expected, 0)
    until, after = reading.ms(at), reading.ms(start)
    if length <= timedelta(days=1):
        rows = store.raw(stream.pk, after, until)
        points = [
            Spot(datetime.fromtimestamp(end / 1000, CHINA), None if np.isnan(value) else value, mark=quality.JUDGED[judged] if judged else "")
            for end, value, judged in zip(rows.end.tolist(), rows.value.tolist(), rows.judged.tolist(), strict=True)
        ]  # fmt: skip
        return Series(stream, "raw", start, at, points, expected, int((rows.judged == 0).sum()))
    step = HOUR_MS if length <= timedelta(days=31) else DAY_MS
    edge = (until + CHINA_MS) // step * step + step - CHINA_MS
    first = (after + CHINA_MS) // step * step - CHINA_MS
    (told,) = store.statistics([stream.pk], first, edge, step)
    points = [
        Spot(datetime.fromtimestamp((begun + step // 2) / 1000, CHINA), round(mean, stream.decimals), least, most)
        for begun, mean, least, most in zip(told.start.tolist(), told.mean.tolist(), told.least.tolist(), told.most.tolist(), strict=True)
    ]  # fmt: skip
    return Series(stream, "hour" if step == HOUR_MS else "day", start, at, points, expected, int(told.count.sum()))


@dataclass(frozen=True)
class Complete:
    stream: Stream
    expected: int
    present: int

    @property
    def share(self) -> float:
        return 100.0 * self.present / self.expected if self.expected else 0.0


def completeness(streams: Sequence[Stream], at: datetime, span: timedelta = timedelta(days=1)) -> list[Complete]:
    """Usable values against what the rhythm promises, in whole hours that have ended."""
    store = reading.reader()
    rhythmic = [one for one in streams if one.every]
    if store is None or not rhythmic:
        return [Complete(one, round(span.total_seconds() / one.every), 0) for one in rhythmic]
    until = (reading.ms(at) + CHINA_MS) // HOUR_MS * HOUR_MS - CHINA_MS
    told = store.statistics([one.pk for one in rhythmic], until - round(span.total_seconds() * 1000), until)
    return [
        Complete(stream, round(span.total_seconds() / stream.every), int(one.count.sum()))
        for stream, one in zip(rhythmic, told, strict=True)
    ]


def rules_of(station: Station, streams: Sequence[Stream]) -> dict[str, list[Rule]]:
    """Rules in force by the stream's code; the station's own replaces the general one of the same slug."""
    found: dict[str, dict[str, Rule]] = {}
    rows = Rule.objects.filter(kind=station.kind, valid_to=None, code__in=[one.code for one in streams])
    for rule in rows.filter(station=None):
        found.setdefault(rule.code, {})[rule.slug] = rule
    for rule in rows.filter(station=station):
        found.setdefault(rule.code, {})[rule.slug] = rule
    return {code: list(given.values()) for code, given in found.items()}
