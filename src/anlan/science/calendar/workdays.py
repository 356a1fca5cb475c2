"""Working days: which days they are, and counting them. Pure; the days are dated data (`holidays.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """`off`: working weekdays that are holidays, and holidays; `work`: weekend days that are worked; `years` are those known."""

    off: frozenset[date]
    work: frozenset[date]
    years: frozenset[int]

    def works(self, day: date) -> bool:
        return day in self.work or (day.weekday() < SATURDAY and day not in self.off)

    def knows(self, day: date) -> bool:
        """Whether the year's notice is here; without it only weekends are off."""
        return day.year in self.years


def read(text: str) -> Calendar:
    """A calendar from a table per year. Raises ValueError for a day outside its year or in both lists."""
    off: set[date] = set()
    work: set[date] = set()
    years = set()
    for name, row in tomllib.loads(text).items():
        years.add(int(name))
        mine = {
            day for first, last in row["off"] for day in _range(date.fromisoformat(first), date.fromisoformat(last))
        }
        worked = set(map(date.fromisoformat, row["work"]))
        if any(day.year != int(name) for day in mine | worked) or mine & worked:
            message = f"holidays of {name} do not fit"
            raise ValueError(message)
        off, work = off | mine, work | worked
    return Calendar(frozenset(off), frozenset(work), frozenset(years))


@cache
def china() -> Calendar:
    return read(Path(__file__).with_name("holidays.toml").read_text(encoding="utf-8"))


def _range(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY


def after(start: date, days: int, calendar: Calendar) -> date:
    """The `days`-th working day after `start`, which is not counted itself (行政处罚法 and 行政许可法 count so). `days` ≥ 0;
    0 gives `start`."""
    day = start
    while days > 0:
        day += _DAY
        days -= calendar.works(day)
    return day


def between(start: date, end: date, calendar: Calendar) -> int:
    """Working days in `start` < day ≤ `end`; negative when `end` is earlier."""
    if end < start:
        return -between(end, start, calendar)
    return sum(calendar.works(day) for day in _range(start + _DAY, end))
