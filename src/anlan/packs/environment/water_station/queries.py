"""Sections by month and year: from manual samples and automatic stations; what they are now; rivers; the month's ranking; trends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.types import DAY_MS
from anlan.kernel.registry import queries as registers
from anlan.kernel.registry.models import Station
from anlan.packs.environment.water_station import rules
from anlan.packs.environment.water_station.kinds import EVALUATED
from anlan.packs.environment.water_station.models import BlackReading, BlackWater, DrinkingResult, Sample, Section
from anlan.packs.environment.water_station.rules import Month, Warned
from anlan.packs.environment.water_station.sheets import BLACK_WATERS, SECTIONS, amounts_of
from anlan.science.stats.trend import Seasonal, Trend, seasonal_kendall, spearman
from anlan.science.water import black, surface

FRESH = timedelta(hours=6)
Key = tuple[str, int, int]  # section code, year, month


def sections(actor: Actor) -> list[Section]:
    """Sections in use that the person may see, by river and downstream."""
    rows = registers.visible(SECTIONS, actor).filter(retired_on=None)
    return list(rows.order_by("river", "position", "code"))


def streams_of(found: Iterable[Section]) -> dict[str, list[Stream]]:
    """Streams of the evaluated items by section code, of sections with an automatic station."""
    by_station = {one.station_code: one.code for one in found if one.station_code}
    rows = Stream.objects.filter(
        station__code__in=by_station, nature="raw", code__in=EVALUATED, retired_at=None
    ).select_related("station")
    mine: dict[str, list[Stream]] = {}
    for one in rows:
        mine.setdefault(by_station[one.station.code], []).append(one)
    return mine


def _ms(day: date) -> int:
    return reading.ms(datetime(day.year, day.month, day.day, tzinfo=CHINA))


def _auto(found: Sequence[Section], first: date, after: date) -> dict[Key, dict[str, tuple[Decimal, int]]]:
    """(mean, days with values) of each item by section and month: the mean of all usable hours."""
    store = reading.reader()
    told: dict[Key, dict[str, tuple[Decimal, int]]] = {}
    streams = [(code, one) for code, mine in streams_of(found).items() for one in mine]
    if store is None or not streams or first >= after:
        return {}
    sums: dict[tuple[Key, str], list[float]] = {}
    for (code, stream), days in zip(
        streams, store.statistics([one.pk for _code, one in streams], _ms(first), _ms(after), DAY_MS), strict=True
    ):
        for start, count, total in zip(days.start.tolist(), days.count.tolist(), days.total.tolist(), strict=True):
            day = datetime.fromtimestamp(start / 1000, CHINA)
            held = sums.setdefault(((code, day.year, day.month), stream.code), [0.0, 0, 0])
            held[0], held[1], held[2] = held[0] + total, held[1] + count, held[2] + 1
    for (key, item), (total, count, number) in sums.items():
        told.setdefault(key, {})[item] = (Decimal(repr(round(total / count, 6))), int(number))
    return told


def _hand(found: Sequence[Section], first: date, after: date) -> dict[Key, list[dict[str, Decimal]]]:
    rows = Sample.objects.filter(
        section_code__in=[one.code for one in found], taken_on__gte=first, taken_on__lt=after, retired_on=None
    )
    told: dict[Key, list[dict[str, Decimal]]] = {}
    for row in rows:
        told.setdefault((row.section_code, row.taken_on.year, row.taken_on.month), []).append(dict(row.amounts()))
    return told


def months(found: Sequence[Section], first: tuple[int, int], last: tuple[int, int]) -> dict[str, list[Month]]:
    """Every month that has any value, by section code, in order; both ends are (year, month), inclusive."""
    begin, after = date(*first, 1), date(*rules.shifted(*last, 1), 1)
    auto, hand = _auto(found, begin, after), _hand(found, begin, after)
    told: dict[str, list[Month]] = {one.code: [] for one in found}
    for one in found:
        for year, month in rules.months_between(begin, after - timedelta(days=1)):
            key = (one.code, year, month)
            samples = hand.get(key, [])
            made = rules.month_of(
                year, month, auto.get(key, {}), surface.mean_of(samples), samples=len(samples), lake=one.is_lake
            )
            if made.mean:
                told[one.code].append(made)
    return told


@dataclass(frozen=True)
class Year:
    """One section's year: the mean of its monthly means. `enough` when the method's number of months is reached."""

    section: Section
    year: int
    months: list[Month]
    mean: Mapping[str, Decimal]
    verdict: surface.Verdict | None

    @property
    def water_class(self) -> str | None:
        return self.verdict.water_class if self.verdict else None

    @property
    def enough(self) -> bool:
        return len(self.months) >= rules.YEAR_MONTHS

    @property
    def meets(self) -> bool | None:
        return None if self.verdict is None else surface.at_least(self.verdict.water_class, self.section.target)


def year_of(section: Section, year: int, given: Sequence[Month]) -> Year:
    mine = [one for one in given if one.year == year]
    mean = surface.mean_of([one.mean for one in mine])
    return Year(section, year, mine, mean, surface.evaluate(mean, lake=section.is_lake))


def years(found: Sequence[Section], year: int, as_of: date) -> list[Year]:
    """The year of every section up to the month of `as_of`."""
    last = (year, as_of.month if as_of.year == year else 12)
    given = months(found, (year, 1), last)
    return [year_of(one, year, given[one.code]) for one in found]


@dataclass(frozen=True)
class Now:
    """What an automatic station says: newest usable hour of each item not older than six hours, and the month so far."""

    station: Station | None
    verdict: surface.Verdict | None
    at: datetime | None
    missing: tuple[str, ...]
    month: Mapping[str, Decimal]
    warned: list[Warned]


def now(found: Sequence[Section], at: datetime) -> dict[str, Now]:
    """By section code, of those with a station."""
    store, streams = reading.reader(), streams_of(found)
    today = civil_date(at)
    auto = _auto(found, date(today.year, today.month, 1), today + timedelta(days=1))
    stations = {
        one.code: one
        for one in Station.objects.filter(code__in=[one.station_code for one in found if one.station_code])
    }
    told = {}
    for one in found:
        if not one.station_code:
            continue
        values: dict[str, Decimal] = {}
        newest = 0
        for stream in streams.get(one.code, []) if store else []:
            rows = store.raw(stream.pk, reading.ms(at - FRESH), reading.ms(at))  # type: ignore[union-attr]
            usable = [
                (end, value)
                for end, value, judged in zip(rows.end.tolist(), rows.value.tolist(), rows.judged.tolist(), strict=True)
                if not judged
            ]
            if usable:
                newest, values[stream.code] = max(newest, usable[-1][0]), Decimal(repr(round(usable[-1][1], 6)))
        month = {item: mean for item, (mean, _days) in auto.get((one.code, today.year, today.month), {}).items()}
        told[one.code] = Now(
            stations.get(one.station_code), surface.evaluate(values, lake=one.is_lake), datetime.fromtimestamp(newest / 1000, CHINA) if newest else None,
            tuple(item for item in EVALUATED if item not in values), month, rules.warned(month, one.target, lake=one.is_lake),
        )  # fmt: skip
    return told


@dataclass(frozen=True)
class Line:
    """One section in the overview: now, the last whole month, the year so far."""

    section: Section
    now: Now | None
    last: Month | None
    year: Year

    @property
    def meets(self) -> bool | None:
        return (
            None
            if self.last is None or self.last.water_class is None
            else surface.at_least(self.last.water_class, self.section.target)
        )


def overview(actor: Actor, at: datetime) -> tuple[list[Line], tuple[int, int]]:
    """Every section, and which month `last` is: the newest whole month in which any section has a value."""
    found, today = sections(actor), civil_date(at)
    given = months(found, (today.year - 1, 1), (today.year, today.month))
    standing = now(found, at)
    whole = {
        (one.year, one.month)
        for mine in given.values()
        for one in mine
        if (one.year, one.month) < (today.year, today.month)
    }
    newest = max(whole, default=rules.shifted(today.year, today.month, -1))
    lines = []
    for one in found:
        last = next((month for month in given[one.code] if (month.year, month.month) == newest), None)
        lines.append(Line(one, standing.get(one.code), last, year_of(one, newest[0], given[one.code])))
    return lines, newest


@dataclass(frozen=True)
class Brief:
    """Last month and this one in a few counts, for the workbench: cheaper than the overview."""

    month: int
    measured: int
    meeting: int
    warned: int


def brief(actor: Actor, at: datetime) -> Brief:
    found, today = sections(actor), civil_date(at)
    last = rules.shifted(today.year, today.month, -1)
    given = months(found, last, last)
    auto = _auto(found, date(today.year, today.month, 1), today + timedelta(days=1))
    judged = [(one, mine[0].water_class) for one in found if (mine := given[one.code])]
    near = [
        one
        for one in found
        if (told := auto.get((one.code, today.year, today.month)))
        and rules.warned({item: mean for item, (mean, _days) in told.items()}, one.target, lake=one.is_lake)
    ]
    meeting = sum(bool(name and surface.at_least(name, one.target)) for one, name in judged)
    return Brief(last[1], len(judged), meeting, len(near))


@dataclass(frozen=True)
class RiverLine:
    """A river in a month and in the same month of the year before."""

    name: str
    sections: int
    measured: int
    now: surface.River | None
    before: surface.River | None

    @property
    def change(self) -> str:
        return "—" if self.now is None or self.before is None else surface.changed(self.before, self.now)


def rivers(found: Sequence[Section], given: Mapping[str, Sequence[Month]], year: int, month: int) -> list[RiverLine]:
    names = dict.fromkeys(one.river for one in found)
    return [_river(name, [one for one in found if one.river == name], given, year, month) for name in names]


def _river(
    name: str, mine: Sequence[Section], given: Mapping[str, Sequence[Month]], year: int, month: int
) -> RiverLine:
    def means(wanted: tuple[int, int]) -> list[Mapping[str, Decimal]]:
        return [one.mean for section in mine for one in given[section.code] if (one.year, one.month) == wanted]

    measured = means((year, month))
    lake = all(one.is_lake for one in mine)
    now, before = (surface.river_of(given, lake=lake) for given in (measured, means((year - 1, month))))
    return RiverLine(name, len(mine), len(measured), now, before)


@dataclass(frozen=True)
class Ranked:
    """A section in the month's ranking. `rank` None: not ranked, `why` says so. `change` in per cent against the same month before."""

    section: Section
    month: Month
    rank: int | None
    index: Decimal | None
    change: Decimal | None
    why: str


@dataclass(frozen=True)
class Report:
    """One month: sections in the order of the ranking, rivers, shares."""

    year: int
    month: int
    lines: list[Ranked]
    unmeasured: list[Section]
    rivers: list[RiverLine]
    meeting: int
    good: int
    worse: int

    @property
    def measured(self) -> int:
        return len(self.lines)


def report(actor: Actor, year: int, month: int) -> Report:
    found = sections(actor)
    given = months(found, (year - 1, month), (year, month))
    this = {one.code: next((m for m in given[one.code] if (m.year, m.month) == (year, month)), None) for one in found}
    before = {
        one.code: next((m for m in given[one.code] if (m.year, m.month) == (year - 1, month)), None) for one in found
    }
    index = {code: _index(one) for code, one in this.items() if one is not None}
    ranks = {
        name: rank
        for rank, name, _value in surface.ranked({code: value for code, value in index.items() if value is not None})
    }
    lines = []
    for one in found:
        held = this[one.code]
        if held is None:
            continue
        value, past = index[one.code], _index(before[one.code])
        change = ((value - past) / past * 100).quantize(Decimal("0.1")) if value is not None and past else None
        why = "" if value is not None else f"缺 {len(rules.ITEM_COLUMNS) - len(held.mean)} 项，不排名"
        lines.append(Ranked(one, held, ranks.get(one.code), value, change, why))
    lines.sort(key=lambda one: (one.rank is None, one.rank or 0, one.section.code))
    classes = [one.month.water_class for one in lines]
    return Report(
        year, month, lines, [one for one in found if this[one.code] is None], rivers(found, given, year, month),
        sum(bool(one.month.water_class and surface.at_least(one.month.water_class, one.section.target)) for one in lines),
        sum(one in surface.CLASSES[:3] for one in classes), sum(one == surface.CLASSES[-1] for one in classes),
    )  # fmt: skip


def _index(month: Month | None) -> Decimal | None:
    """CWQI over the 21 items; None when one is missing, because sums over other items are not comparable."""
    if month is None or not rules.complete(month.mean) or month.mean["DO"] <= 0:
        return None
    return surface.cwqi(month.mean, lake=month.lake)


@dataclass(frozen=True)
class ItemTrend:
    """An item of a section: yearly means after Spearman (years with enough months only), months by Kendall's seasonal test."""

    item: str
    years: list[tuple[int, Decimal]]
    yearly: Trend | None
    monthly: Seasonal | None


def trends(section: Section, given: Sequence[Month]) -> list[ItemTrend]:
    told = []
    full = [year_of(section, year, given) for year in sorted({one.year for one in given})]
    for item in EVALUATED:
        means = [(one.year, one.mean[item]) for one in full if one.enough and item in one.mean]
        seasons: dict[int, list[Decimal]] = {}
        for month in given:
            if item in month.mean:
                seasons.setdefault(month.month, []).append(month.mean[item])
        yearly = spearman([value for _year, value in means]) if len(means) >= 5 else None
        told.append(ItemTrend(item, means, yearly, seasonal_kendall(seasons)))
    return told


@dataclass(frozen=True)
class Black:
    """A stretch and its grade by the readings of one year; None without a reading."""

    water: BlackWater
    readings: int
    grade: int | None


def black_waters(actor: Actor, year: int) -> list[Black]:
    waters = list(
        registers.visible(BLACK_WATERS, actor).filter(retired_on=None, found_on__year__lte=year).order_by("code")
    )
    rows = BlackReading.objects.filter(
        water_code__in=[one.code for one in waters], measured_on__year=year, retired_on=None
    )
    mine: dict[str, list[dict[str, Decimal]]] = {}
    for row in rows:
        mine.setdefault(row.water_code, []).append(amounts_of(vars(row)))
    return [Black(one, len(mine.get(one.code, [])), black.evaluate(mine.get(one.code, []))) for one in waters]


def drinking(year: int, quarter: int, *, published: bool) -> list[DrinkingResult]:
    rows = DrinkingResult.objects.filter(year=year, quarter=quarter, retired_on=None).select_related("organisation")
    return list((rows.exclude(published_at=None) if published else rows).order_by("kind", "code"))


def drinking_quarters(*, published: bool) -> list[tuple[int, int]]:
    rows = DrinkingResult.objects.filter(retired_on=None)
    rows = rows.exclude(published_at=None) if published else rows
    return sorted(set(rows.values_list("year", "quarter")), reverse=True)


def without_sample(year: int, month: int) -> list[Section]:
    """Sections in use that have no manual sample in a month."""
    taken = set(
        Sample.objects.filter(taken_on__year=year, taken_on__month=month, retired_on=None).values_list(
            "section_code", flat=True
        )
    )
    return [one for one in sections(SYSTEM) if one.code not in taken]


def stations_without_section(actor: Actor) -> list[Station]:
    """Automatic stations that no section names: their values feed no evaluation."""
    known = set(Section.objects.filter(retired_on=None).values_list("station_code", flat=True))
    return [one for one in queries.stations(actor, "water") if one.code not in known]
