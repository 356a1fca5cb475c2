"""Reads: limits in force, what exceeds now and since when, a day of a source, the bulletin of a day, the totals of a quarter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access.types import Actor
from anlan.kernel.observations import queries
from anlan.kernel.registry.models import Station
from anlan.packs.environment.pollution_source import rules
from anlan.packs.environment.pollution_source.hours import HOUR, Hour, Span, day_start
from anlan.packs.environment.pollution_source.kinds import FLUE_FLOW, ITEMS, KINDS, MEDIUM, NOZZLES, WATER_FLOW, Item
from anlan.packs.environment.pollution_source.models import Bulletin, DayReview, Limit
from anlan.science.flue import validity, vapour
from anlan.science.flue.validity import StandIn

LOOKED_BACK = 48  # hours in which the beginning of what exceeds now is looked for
NOX = ITEMS["boiler"][0]


def sources(actor: Actor, kind: str = "") -> list[Station]:
    """Sources whose figures the person may see."""
    kinds = [one.slug for one in KINDS if kind in ("", one.slug)]
    return [one for slug in kinds for one in queries.stations(actor, slug)]


def limits_on(stations: Iterable[Station], day: date) -> dict[tuple[int, str], Limit]:
    """By station and item, in force on a civil day."""
    rows = Limit.objects.filter(station__in=[one.pk for one in stations], valid_from__lte=day)
    held = rows.filter(Q(valid_to=None) | Q(valid_to__gt=day)).order_by("valid_from")
    return {(one.station_id, one.item): one for one in held}


@dataclass(frozen=True)
class Standing:
    """One item of one source now. `newest`: its newest hour that counts; `since`: when it first went over without coming back;
    `open_start`: it was over already at the start of what was looked at."""

    station: Station
    item: Item
    limit: Limit | None
    newest: Hour | None
    since: datetime | None
    open_start: bool
    hours: int
    reason: str

    @property
    def over(self) -> bool:
        return self.since is not None

    @property
    def state(self) -> str:
        if self.over:
            return "over"
        return "none" if self.newest is None else "ok" if self.limit else "no_limit"


def standing(actor: Actor, at: datetime, kind: str = "") -> list[Standing]:
    """Every item of every source, what exceeds first and the longest of that on top. An hour that has no value ends nothing."""
    stations = sources(actor, kind)
    last = at.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)
    span = Span(stations, last - LOOKED_BACK * HOUR, LOOKED_BACK)
    limits = limits_on(stations, civil_date(at))
    found = [
        _standing(
            station,
            item,
            limits.get((station.pk, item.code)),
            span.of(station, item, limits.get((station.pk, item.code))),
        )
        for station in stations
        for item in ITEMS[station.kind]
    ]
    order = {"over": 0, "none": 1, "no_limit": 2, "ok": 3}
    return sorted(found, key=lambda one: (order[one.state], one.since or at, one.station.kind, one.station.name))


def _standing(station: Station, item: Item, limit: Limit | None, hours: Sequence[Hour]) -> Standing:
    valid = [one for one in hours if one.value is not None]
    newest = valid[-1] if valid else None
    run: list[Hour] = []
    for one in reversed(valid):
        if not rules.over(one.value, limit):
            break
        run.append(one)
    reason = "" if newest is not None and newest is hours[-1] else hours[-1].reason
    return Standing(
        station,
        item,
        limit,
        newest,
        run[-1].start if run else None,
        bool(run) and len(run) == len(valid),
        len(run),
        reason,
    )


@dataclass(frozen=True)
class ItemDay:
    """One item of one source and day. `mean`: plain for hourly judged items, weighed by flow for daily ones; None when too few hours."""

    station: Station
    item: Item
    limit: Limit | None
    hours: list[Hour]
    mean: Decimal | None
    needed: int

    @property
    def valid(self) -> list[Hour]:
        return [one for one in self.hours if one.value is not None]

    @property
    def received(self) -> int:
        return sum(one.sent is not None or bool(one.minutes and one.minutes.count) for one in self.hours)

    @property
    def stopped(self) -> int:
        return sum(one.stopped for one in self.hours)

    @property
    def missing(self) -> list[Hour]:
        return [one for one in self.hours if one.missing]

    @property
    def over(self) -> list[Hour]:
        """Hours above the limit. For an item judged by the day they are a warning only."""
        return [one for one in self.hours if rules.over(one.value, self.limit)]

    @property
    def highest(self) -> Hour | None:
        return max(self.valid, key=lambda one: one.value or 0, default=None)

    @property
    def exceeds(self) -> bool:
        if self.item.judged == "day":
            return rules.over(self.mean, self.limit)
        return bool(self.over)

    @property
    def word(self) -> str:
        if self.exceeds:
            return f"超限 {len(self.over)} 小时" if self.item.judged == "hour" else "日均超限"
        if not self.valid:
            return "停运" if self.stopped == len(self.hours) else "没有有效数据"
        if self.limit is None:
            return "没有限值"
        if self.mean is None:
            return f"有效 {len(self.valid)} 小时，不足 {self.needed}"
        return "达标"


def day_of(station: Station, day: date, at: datetime) -> list[ItemDay]:
    """The items of a source on a day, hours that have ended only."""
    span, limits = Span([station], day_start(day), _hours(day, at)), limits_on([station], day)
    return [_item_day(span, station, item, limits.get((station.pk, item.code)), day) for item in ITEMS[station.kind]]


def _hours(day: date, at: datetime) -> int:
    return max(0, min(24, int((at - day_start(day)) / HOUR)))


def _item_day(span: Span, station: Station, item: Item, limit: Limit | None, day: date) -> ItemDay:
    edition = validity.edition_for(MEDIUM[station.kind], day)
    hours = span.of(station, item, limit)
    valid = [(place, one.value) for place, one in enumerate(hours) if one.value is not None]
    mean = None
    # A source that stood still part of the day is measured by the hours it ran.
    needed = min(edition.day_hours, max(1, edition.day_hours - sum(one.stopped for one in hours)))
    if len(valid) >= needed:
        if item.judged == "day":
            flow = span.means(station, WATER_FLOW)
            mean = validity.weighted_mean(
                [(value, level) for place, value in valid if (level := flow[place]) is not None]
            )
        else:
            mean = (sum((value for _place, value in valid), Decimal(0)) / len(valid)).quantize(Decimal("0.01"))
    return ItemDay(station, item, limit, hours, mean, needed)


def bulletin(actor: Actor, day: date, at: datetime) -> list[ItemDay]:
    """Boiler NOx of a day, those over the limit first. An hour belongs to the day in which it began."""
    stations = sources(actor, "boiler")
    span, limits = Span(stations, day_start(day), _hours(day, at)), limits_on(stations, day)
    found = [_item_day(span, one, NOX, limits.get((one.pk, NOX.code)), day) for one in stations]
    return sorted(found, key=lambda one: (-len(one.over), one.mean is not None, one.station.name))


def published(day: date | None = None) -> Bulletin | None:
    """The bulletin in force of a day, or the newest of all."""
    rows = Bulletin.objects.filter(is_current=True)
    return (rows.filter(day=day) if day else rows).order_by("-day").first()


def facts_of(line: ItemDay) -> dict[str, Any]:
    """What of a line is published: facts about the site, no person."""
    highest = line.highest
    return {
        "code": line.station.code, "station": line.station.name, "unit": line.station.organisation.name, "demo": line.station.is_demo,
        "limit": None if line.limit is None else f"{line.limit.high.normalize():f}", "basis": line.limit.basis if line.limit else "",
        "permit": line.limit.permit if line.limit else "", "mean": None if line.mean is None else str(line.mean),
        "highest": None if highest is None else str(highest.value), "highest_at": None if highest is None else f"{highest.start:%H:%M}",
        "valid": len(line.valid), "hours": len(line.hours), "stopped": line.stopped, "over": [f"{one.start:%H:%M}" for one in line.over],
        "missing": len(line.missing), "reviewed": sum(one.review is not None for one in line.hours), "word": line.word,
    }  # fmt: skip


def signed(stations: Iterable[Station], day: date) -> dict[int, DayReview]:
    rows = DayReview.objects.filter(station__in=[one.pk for one in stations], day=day, is_current=True)
    return {one.station_id: one for one in rows}


@dataclass(frozen=True)
class Quarter:
    """NOx of a boiler in a quarter, kg. `measured` from hours that count, `stood_in` what stands in; `gaps` by rule (hours, kg)."""

    station: Station
    first: date
    last: date
    capture: Decimal | None
    hours: int
    valid: int
    stopped: int
    measured: Decimal
    stood_in: Decimal
    gaps: list[tuple[datetime, int, StandIn]]
    open_hours: int
    connected: datetime | None  # when its first value came, if that was in this quarter

    @property
    def running(self) -> int:
        return self.hours - self.stopped

    @property
    def total(self) -> Decimal:
        return self.measured + self.stood_in


PAST_DAYS = 90  # the longest look back of the rules is 2160 hours


def quarter(station: Station, first: date, at: datetime) -> Quarter:
    """Masses by hour: concentration as measured × flow; what stands in after HJ 75 is marked and never judged against a limit."""
    after = _next_quarter(first)
    begin, past = day_start(first), day_start(first - timedelta(days=PAST_DAYS))
    hours = max(0, int((min(day_start(after), at) - begin) / HOUR))
    masses, stopped = _masses(station, begin, hours)
    before, off = _masses(station, past, PAST_DAYS * 24)
    connected = None
    if not any(off) and not any(one is not None for one in before):
        # Connected in this quarter: what lies before its first value is no gap.
        first_hour = next((place for place, one in enumerate(masses) if one is not None or stopped[place]), 0)
        if first_hour:
            masses, stopped, hours = masses[first_hour:], stopped[first_hour:], hours - first_hour
            begin = connected = begin + first_hour * HOUR
    edition = validity.edition_for("gas", first)
    given = validity.gas_stand_ins(masses, stopped, [one for one in before if one is not None], edition)
    gaps: list[tuple[datetime, int, StandIn]] = []
    for place, one in enumerate(given):
        if one is None:
            continue
        if gaps and gaps[-1][2] is one:
            gaps[-1] = (gaps[-1][0], gaps[-1][1] + 1, one)
        else:
            gaps.append((begin + place * HOUR, 1, one))
    valid = [one for one in masses if one is not None]
    return Quarter(
        station, first, after - timedelta(days=1), validity.capture(masses, stopped), hours, len(valid), sum(stopped),
        sum(valid, Decimal(0)), sum((one.value for one in given if one and one.value is not None), Decimal(0)), gaps,
        sum(one is not None and one.value is None for one in given), connected,
    )  # fmt: skip


def _next_quarter(first: date) -> date:
    return date(first.year + (first.month == 10), (first.month + 2) % 12 + 1, 1)


def _masses(station: Station, begin: datetime, hours: int) -> tuple[list[Decimal | None], list[bool]]:
    """kg of NOx by hour, and in which hours the boiler stood still. Invalid hours of the bulletin have no mass either."""
    span = Span([station], begin, hours)
    judged = span.of(station, NOX)
    measured, flow = span.means(station, NOX.now), span.means(station, FLUE_FLOW)
    masses = [
        validity.mass_kg(value, level) if hour.value is not None and value is not None and level is not None else None
        for hour, value, level in zip(judged, measured, flow, strict=True)
    ]
    return masses, [one.stopped for one in judged]


@dataclass(frozen=True)
class StationVapour:
    """A petrol station's nozzles on the last days, oldest first, and those that were warned of long enough."""

    station: Station
    nozzles: list[tuple[str, list[vapour.NozzleDay]]]

    @property
    def today(self) -> list[tuple[str, vapour.NozzleDay, bool]]:
        return [(name, days[-1], vapour.alarmed(days)) for name, days in self.nozzles]


def vapour_days(actor: Actor, day: date, at: datetime) -> list[StationVapour]:
    """The ratio of vapour to liquid by nozzle, on `day` and the days an alarm needs before it."""
    stations = sources(actor, "vapour")
    first = day - timedelta(days=vapour.ALARM_DAYS - 1)
    hours = max(0, min(vapour.ALARM_DAYS * 24, int((at - day_start(first)) / HOUR)))
    span = Span(stations, day_start(first), hours)
    return [StationVapour(one, _nozzles(span, one)) for one in stations]


def _nozzles(span: Span, station: Station) -> list[tuple[str, list[vapour.NozzleDay]]]:
    found = []
    for code in NOZZLES:
        stream = span.streams.get((station.pk, code))
        if stream is None or span.store is None:
            continue
        rows = span.store.raw(stream.pk, span.after, span.after + span.hours * 3_600_000)
        days: list[list[Decimal]] = [[] for _ in range(vapour.ALARM_DAYS)]
        for end, value, judged in zip(rows.end.tolist(), rows.value.tolist(), rows.judged.tolist(), strict=True):
            if not judged:
                days[min((end - 1 - span.after) // 86_400_000, vapour.ALARM_DAYS - 1)].append(
                    Decimal(repr(round(value, 3)))
                )
        found.append((stream.title, [vapour.nozzle_day(one) for one in days]))
    return found


def by_kind(rows: Iterable[Standing]) -> Mapping[str, list[Standing]]:
    found: dict[str, list[Standing]] = {}
    for one in rows:
        found.setdefault(one.station.kind, []).append(one)
    return found
