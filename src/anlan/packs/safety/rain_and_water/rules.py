"""Rain from the counter, the hydrological day, lines in force: pure. Times are ms since 1970 UTC, rain in mm, levels in m."""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from anlan.protocols.sl651.totals import rain_between

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("grades.toml").read_text(encoding="utf-8"))
EDITION, VERIFIED = str(_TABLE["edition"]), bool(_TABLE["verified"])
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
BEGINS_MS = 0  # 08:00 in China is midnight UTC: the hydrological day is the day of UTC
SPANS = (1, 3, 6, 24)  # hours
WARNING, ENSURED = "warning", "ensured"


@dataclass(frozen=True)
class Amount:
    """`value` fell at least; `whole`: the counter was not set back within, and was heard before and after the span's start."""

    value: float
    whole: bool = True


@dataclass(frozen=True)
class Line:
    """A warning line of one station: `kind` warning or ensured (m), or rain_<hours>h (mm)."""

    kind: str
    value: float
    valid_from: int = 0
    valid_to: int = 1 << 62


def in_force(lines: Sequence[Line], kind: str, at: int) -> Line | None:
    """The line that began last among those in force."""
    found = [one for one in lines if one.kind == kind and one.valid_from <= at < one.valid_to]
    return max(found, key=lambda one: one.valid_from, default=None)


def hydrological_day(at: int) -> int:
    """Its first instant: 08:00 of today, or of yesterday before that."""
    return at // DAY_MS * DAY_MS + BEGINS_MS


def fallen(rows: Sequence[tuple[int, float]], start: int, end: int) -> Amount | None:
    """Rain in `start` < t ≤ `end` from (time, counter) in order. None when nothing tells the counter at the start or later.

    Steps of the counter are added; a roll-over counts, a step back of a repaired gauge adds nothing and makes the amount a least.
    """
    times = [at for at, _value in rows]
    first, last = bisect_right(times, start) - 1, bisect_right(times, end)
    if first < 0 or last - first < 2:
        return None
    steps = [rain_between(one, two) for (_at, one), (_later, two) in pairwise(rows[first:last])]
    return Amount(round(sum(step for step in steps if step is not None), 1), None not in steps)


def hourly(rows: Sequence[tuple[int, float]], end: int, hours: int) -> list[tuple[int, Amount | None]]:
    """The amount of each of the last hours, by its first instant; `end` is the end of the last one."""
    starts = [end - (hours - place) * HOUR_MS for place in range(hours)]
    return [(start, fallen(rows, start, start + HOUR_MS)) for start in starts]


def grade(amount: float) -> str:
    """The word for an amount of 24 hours; empty when it did not rain."""
    return next((str(row["word"]) for row in _TABLE["grade"] if amount >= row["from"]), "")


def derive(lines: Sequence[Line], at: int, values: Mapping[str, float]) -> Mapping[str, float]:
    """How far a level stands above the lines that are in force at that instant; negative below. No line, no value."""
    told = {}
    for code, kind in (("over_warning", WARNING), ("over_ensured", ENSURED)):
        line = in_force(lines, kind, at)
        if line is not None and "level" in values:
            told[code] = round(values["level"] - line.value, 3)
    return told
