"""How days and years are shown: rows for tables, the calendar, charts. No rule lives here."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anlan.kernel.web.charts import Point, line_chart
from anlan.packs.environment.air_quality.models import AirFile, StationDay
from anlan.packs.environment.air_quality.queries import YearView
from anlan.science.air.editions import ITEMS, NAMES, UNITS, level_of
from anlan.science.air.period import PERCENTILES, Day, Period
from anlan.science.air.vector import UNIT, primary_names
from anlan.science.stats.rounding import round_half_even


def names(mask: int) -> str:
    return "、".join(NAMES[item] for item in primary_names(mask))


def level(aqi: int | None) -> tuple[int, str]:
    """(0 and 缺测, or the level and its word)."""
    return (0, "缺测") if aqi is None else level_of(aqi)


def reported(row: StationDay, place: int) -> str:
    value = row.reported[place]
    if value < 0:
        return "—"
    return f"{Decimal(value) / 10}" if ITEMS[place] == "CO" else str(value)


@dataclass(frozen=True)
class Cell:
    """A day of the calendar."""

    day: date
    aqi: int | None
    level: int
    word: str
    url: str


def calendar_rows(days: Iterable[Day], year: int, link: Any) -> list[tuple[int, list[Cell | None]]]:
    """Twelve rows of 31 cells; None where the month has no such day or nothing is expected yet."""
    by_day = {one.day: one for one in days}
    rows = []
    for month in range(1, 13):
        cells: list[Cell | None] = []
        for number in range(1, 32):
            if number > calendar.monthrange(year, month)[1]:
                cells.append(None)
                continue
            day = date(year, month, number)
            one = by_day.get(day)
            rank, word = level(one.aqi if one and one.usable else None)
            cells.append(Cell(day, one.aqi if one and one.usable else None, rank, word, link(day) if one else ""))
        rows.append((month, cells))
    return rows


def _words(value: Fraction | None, item: str, places: int = 0) -> str:
    return "—" if value is None else str(round_half_even(value, places + 1 if item == "CO" else places))


def evaluation_rows(result: Period) -> list[dict[str, Any]]:
    """One row an item: mean, percentile, valid days, whether the year's validity holds."""
    return [
        {
            "name": NAMES[item], "unit": UNITS[item], "mean": _words(result.mean[item], item), "exact": _words(result.mean[item], item, 3),
            "percentile": _words(result.percentile[item], item), "which": PERCENTILES[item], "days": result.valid_days[item],
            "short": item in result.failures,
        }
        for item in ITEMS
    ]  # fmt: skip


def month_chart(view: YearView) -> Any:
    """PM2.5 of each month as a line with its limit."""
    points = []
    for month in range(1, 13):
        values = [value for one in view.days if one.day.month == month and (value := one.values["PM25"]) is not None]
        points.append(
            Point(f"{month}月", int(round_half_even(sum(values, Fraction(0)) / len(values), 0)) if values else None)
        )
    return line_chart(
        points,
        title=f"{view.year} 年 PM2.5 月均",
        unit="µg/m³",
        limit=view.edition.limits_on(view.period.last).year["PM25"],
        limit_word="年限值",
        width=760,
        height=200,
        from_zero=True,
    )


def hour_rows(row: StationDay, files: dict[int, AirFile]) -> list[dict[str, Any]]:
    """Twenty-four hours with values, index, and the file line each came from."""
    block = row.block
    shown = []
    for hour in range(24):
        values = [int(value) for value in block.values[hour]]
        index = int(block.aqi[hour])
        rank, word = level(index if index >= 0 else None)
        shown.append({
            "hour": hour, "values": [_hour_value(value, item) for value, item in zip(values, ITEMS, strict=True)],
            "aqi": index if index >= 0 else None, "level": rank, "word": word, "primary": names(int(block.primary[hour])),
            "line": int(block.lines[hour]), "file": files.get(int(block.files[hour])), "corrected": bool(block.corrected[hour]),
        })  # fmt: skip
    return shown


def _hour_value(value: int, _item: str) -> str:
    return "—" if value < 0 else f"{(Decimal(value) / UNIT).normalize():f}"


def day_rows(row: StationDay) -> list[dict[str, Any]]:
    """The six items of a station-day: reported concentration, IAQI, valid hours (O3: windows)."""
    needed = {"O3": 14}
    return [
        {
            "name": NAMES[item], "unit": UNITS[item], "value": reported(row, place), "iaqi": row.iaqi[place] if row.iaqi[place] >= 0 else "—",
            "count": row.counts[place], "needed": needed.get(item, 20), "what": "个 8 小时窗口" if item == "O3" else "小时",
        }
        for place, item in enumerate(ITEMS)
    ]  # fmt: skip
