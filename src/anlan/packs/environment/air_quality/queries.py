"""Reads: which stations stand for the area in a year, its days, its evaluation; and the way back to the file's lines."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import QuerySet

from anlan.kernel.access.models import Organisation
from anlan.packs.environment.air_quality import evaluation
from anlan.packs.environment.air_quality.models import AirFile, AirStation, DustDay, StationDay, Substitution
from anlan.science.air import hours_csv, period
from anlan.science.air.editions import ITEMS, Edition, edition_for
from anlan.science.air.period import Day, Period
from anlan.science.air.vector import DAY_SCALE, O3_SCALE, UNIT

SUBSTITUTED = "以外地站点数据示例"
MADE_UP = "示例测点的虚构数据"


def area() -> Organisation | None:
    """The district whose air this is."""
    return Organisation.objects.filter(kind="district", closed_on=None).order_by("id").first()


@dataclass(frozen=True)
class Source:
    """A station that stands for the area in a year, and how many years its days are shifted."""

    station: AirStation
    shift_years: int


def sources(place: Organisation, year: int) -> tuple[list[Source], str]:
    """The stations of a year and the words of the substitution, empty when the area's own stations feed it."""
    declared = Substitution.objects.filter(area=place, withdrawn_at=None).select_related("station")
    stand_ins = [
        Source(row.station, row.shift_years) for row in declared if _days(row.station, year - row.shift_years).exists()
    ]
    if stand_ins:
        shifts = {source.shift_years for source in stand_ins}
        when = f"，{min(shifts)} 年前的数据" if shifts != {0} and len(shifts) == 1 else ""
        names = "、".join(source.station.name for source in stand_ins)
        return stand_ins, f"{SUBSTITUTED}（{names}{when}）"
    own = [Source(station, 0) for station in AirStation.objects.filter(in_district=True)]
    return own, MADE_UP if any(source.station.is_demo for source in own) else ""


def _days(station: AirStation, year: int) -> QuerySet[StationDay]:
    return StationDay.objects.filter(station=station, is_current=True, day__year=year).order_by("day")


def shifted(day: date, years: int) -> date | None:
    """The same day in another year; None for a 29 February that has no counterpart."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return None


@dataclass(frozen=True)
class YearView:
    """A year of the area: what it was computed from and what came out."""

    year: int
    edition: Edition
    sources: list[Source]
    substitution: str
    rows: list[tuple[Source, date, StationDay]]
    days: list[Day]
    period: Period
    inputs_hash: str
    expected_hours: int
    present_hours: int


def exact_days(rows: Sequence[tuple[date, StationDay]], edition: Edition, dust: frozenset[date]) -> list[Day]:
    """Stored exact values as Days; recomputed from the hours where another edition is asked for."""
    if not rows:
        return []
    scale = [UNIT * (O3_SCALE if item == "O3" else DAY_SCALE) for item in ITEMS]
    if all(row.edition == edition.key for _day, row in rows):
        results = [(row.exact, row.aqi, row.usable) for _day, row in rows]
    else:
        table = evaluation.table_of([row for _day, row in rows], edition)
        columns = zip(table.exact.tolist(), table.aqi.tolist(), table.usable.tolist(), strict=True)
        results = [(exact, None if aqi < 0 else aqi, usable) for exact, aqi, usable in columns]
    return [
        Day(day, {item: Fraction(value, scale[at]) if value >= 0 else None for at, (item, value) in enumerate(zip(ITEMS, exact, strict=True))},
            aqi, usable, day in dust)
        for (day, _row), (exact, aqi, usable) in zip(rows, results, strict=True)
    ]  # fmt: skip


def year_view(place: Organisation, year: int, as_of: date | None = None, edition: Edition | None = None) -> YearView:
    """Evaluate a year of the area up to `as_of`, under the edition in force at its end or another one."""
    last = min(as_of or date(year, 12, 31), date(year, 12, 31))
    rule = edition or edition_for(last)
    found, words = sources(place, year)
    dust = frozenset(
        DustDay.objects.filter(area=place, withdrawn_at=None, day__year=year).values_list("day", flat=True)
    )
    rows, by_station = [], []
    for source in found:
        mine = [
            (day, row) for row in _days(source.station, year - source.shift_years)
            if (day := shifted(row.day, source.shift_years)) is not None and day <= last
        ]  # fmt: skip
        rows += [(source, day, row) for day, row in mine]
        if mine:
            by_station.append(exact_days(mine, rule, dust))
    days = period.area_days(by_station, rule) if by_station else []
    digest = hashlib.sha256("".join(sorted(row.inputs_hash for _source, _day, row in rows)).encode())
    digest.update(repr(sorted(dust)).encode())
    result = period.evaluate(days, date(year, 1, 1), last, rule)
    expected = max((last - date(year, 1, 1)).days + 1, 0) * 24 * max(len(found), 1)
    present = sum(row.present for _source, _day, row in rows)
    return YearView(year, rule, found, words, rows, days, result, digest.hexdigest(), expected, present)


def fingerprint(place: Organisation, year: int) -> str:
    """Cheap and complete: the hashes of the current versions, the dust days and the substitutions."""
    found, words = sources(place, year)
    parts = [words]
    for source in found:
        hashes = _days(source.station, year - source.shift_years).values_list("inputs_hash", flat=True)
        parts.append(f"{source.station.pk}:{source.shift_years}:" + "".join(hashes))
    dust = DustDay.objects.filter(area=place, withdrawn_at=None, day__year=year).values_list("day", flat=True)
    parts.append(",".join(sorted(map(str, dust))))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class FileLine:
    number: int
    cells: list[str]
    wanted: bool


def file_lines(file: AirFile, wanted: set[int], around: int = 3) -> tuple[list[str], list[FileLine]]:
    """(heading, the wanted lines of the file with their neighbours), read from the kept bytes."""
    text = hours_csv.decode(file.stored.location.read_bytes())
    near = {number + step for number in wanted for step in range(-around, around + 1)}
    reader = csv.reader(io.StringIO(text, newline=""))
    heading = next(reader, [])
    lines = [FileLine(reader.line_num, row, reader.line_num in wanted) for row in reader if reader.line_num in near]
    return heading, lines


def years_with_data(place: Organisation) -> list[int]:
    """Years for which the area has anything to show, newest first."""
    found: set[int] = set()
    own = StationDay.objects.filter(station__in_district=True, is_current=True)
    found |= {day.year for day in own.dates("day", "year")}
    for row in Substitution.objects.filter(area=place, withdrawn_at=None):
        taken = StationDay.objects.filter(station_id=row.station_id, is_current=True).dates("day", "year")
        found |= {day.year + row.shift_years for day in taken}
    return sorted(found, reverse=True)


def station_years(station: AirStation) -> list[int]:
    return [
        day.year
        for day in StationDay.objects.filter(station=station, is_current=True).dates("day", "year", order="DESC")
    ]


def every_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]
