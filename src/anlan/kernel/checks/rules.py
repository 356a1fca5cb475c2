"""Windows of plans, late doing, scores. Values in, values out; the civil day is Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.checks.types import CheckItem, Pace
from anlan.science.calendar.workdays import china

MOST_SHIFTS = 6
# How long after its end a task may still be done, and counts as late (default of this product, no source).
LATE = {
    "shift": timedelta(hours=2), "day": timedelta(hours=12), "week": timedelta(days=3), "month": timedelta(days=10), "quarter": timedelta(days=20),
    "year": timedelta(days=60), "once": timedelta(days=30),
}  # fmt: skip


@dataclass(frozen=True)
class Window:
    """A task may be started from `starts_at`, is due at `due_at`, and cannot be done after `closes_at`."""

    starts_at: datetime
    due_at: datetime
    closes_at: datetime


def read_shifts(text: str) -> tuple[tuple[time, time], ...]:
    """`08:00-16:00，16:00-00:00` as pairs; an end not after its start is on the next day. Raises Refused `shifts`."""
    found = []
    for part in (
        text.replace("，", ",").replace("、", ",").replace("：", ":").replace("—", "-").replace("–", "-").split(",")
    ):
        if not part.strip():
            continue
        try:
            start, end = (time.fromisoformat(one.strip().zfill(5)) for one in part.split("-"))
        except ValueError:
            raise Refused("shifts", "班次写成 08:00-16:00，几班用逗号隔开。", "shifts") from None
        found.append((start, end))
    if not found or len(found) > MOST_SHIFTS:
        raise Refused("shifts", f"写 1 至 {MOST_SHIFTS} 个班次，例如 08:00-20:00，20:00-08:00。", "shifts")
    if len({start for start, _end in found}) != len(found):
        raise Refused("shifts", "两个班次的开始时间相同。", "shifts")
    return tuple(found)


def shift_words(shifts: Sequence[tuple[time, time]]) -> str:
    return "，".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in shifts)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, CHINA)


def _span(pace: str, first: date, after: date) -> Window:
    """Whole civil days from `first` to the day before `after`; due at the last second."""
    due = _at(after - timedelta(days=1), time(23, 59, 59))
    return Window(_at(first, time(0)), due, due + LATE[pace])


def _month_after(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _begins(pace: Pace, day: date) -> bool:
    """Whether a window of the pace begins on that day."""
    return {
        "week": day.weekday() == 0, "month": day.day == 1, "quarter": day.day == 1 and day.month % 3 == 1,
        "year": day.day == 1 and day.month == 1,
    }.get(pace, True)  # fmt: skip


def beginning(pace: Pace, day: date) -> date:
    """The first day of the window of the pace that holds the day."""
    if pace == "week":
        return day - timedelta(days=day.weekday())
    if pace in ("month", "quarter", "year"):
        month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[pace]
        return date(day.year, month, 1)
    return day


def windows(pace: Pace, shifts: str, first: date, last: date, *, workdays: bool = False) -> Iterator[Window]:
    """The windows that begin in first ≤ day ≤ last, in order. `workdays`: of shifts and days, only those of working days."""
    pairs = read_shifts(shifts) if pace == "shift" else ()
    day = first
    while day <= last:
        if pace in ("shift", "day"):
            if not workdays or china().works(day):
                yield from _of_day(pace, day, pairs)
        elif _begins(pace, day):
            months = {"month": 1, "quarter": 3, "year": 12}.get(pace)
            yield _span(pace, day, _month_after(day, months) if months else day + timedelta(days=7))
        day += timedelta(days=1)


def _of_day(pace: Pace, day: date, pairs: Sequence[tuple[time, time]]) -> Iterator[Window]:
    if pace == "day":
        yield _span("day", day, day + timedelta(days=1))
    for start, end in sorted(pairs):
        due = _at(day if end > start else day + timedelta(days=1), end)
        yield Window(_at(day, start), due, due + LATE["shift"])


def out_of_bounds(item: CheckItem, number: Decimal) -> bool:
    return (item.low is not None and number < item.low) or (item.high is not None and number > item.high)


def bound_words(low: Decimal | None, high: Decimal | None, unit: str) -> str:
    """`2–8 ℃`, `不小于 2 ℃`, `不大于 8 ℃`, or empty."""
    if low is not None and high is not None:
        words = f"{low.normalize():f}–{high.normalize():f}"
    elif low is not None:
        words = f"不小于 {low.normalize():f}"
    elif high is not None:
        words = f"不大于 {high.normalize():f}"
    else:
        return ""
    return f"{words} {unit}".strip()


@dataclass(frozen=True)
class Score:
    """`got` of `full` points; items that do not apply count in neither. `share` in per cent, None when nothing applies."""

    got: int
    full: int

    @property
    def share(self) -> Decimal | None:
        return (Decimal(self.got) * 100 / self.full).quantize(Decimal("0.1")) if self.full else None


def score(answers: Sequence[tuple[int, str]]) -> Score:
    """Of (points, result) pairs."""
    return Score(
        sum(points for points, result in answers if result == "ok"),
        sum(points for points, result in answers if result != "na"),
    )
