"""Numbers, dates and clocks as people read them (design rules §8). Pure; `at` is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from anlan.base.clock import CHINA

WEEKDAYS = "一二三四五六日"
NEAR_SHARE, NEAR_MINUTES = 0.25, 30


def day_words(day: date, at: datetime) -> str:
    """`7月25日 周五`; the year is written when it is not this year."""
    year = f"{day.year}年" if day.year != at.astimezone(CHINA).year else ""
    return f"{year}{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def time_words(moment: datetime, at: datetime) -> str:
    """`14:32` today, else `7月25日 周五 14:32`."""
    local = moment.astimezone(CHINA)
    clock = f"{local:%H:%M}"
    return clock if local.date() == at.astimezone(CHINA).date() else f"{day_words(local.date(), at)} {clock}"


def span_words(span: timedelta) -> str:
    """`12分`, `2小时28分`, `1天6小时`: the two largest units; from ten days on the hours say nothing."""
    minutes = int(abs(span).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days >= 10:
        return f"{days}天"
    if days:
        return f"{days}天{hours}小时" if hours else f"{days}天"
    if hours:
        return f"{hours}小时{rest}分" if rest else f"{hours}小时"
    return f"{rest}分"


@dataclass(frozen=True)
class Clock:
    """The clock component: `state` is roomy, near or late; always shown as text."""

    state: str
    text: str


def clock_of(due_at: datetime, at: datetime, started_at: datetime | None = None) -> Clock:
    """How much is left or over. Near: under a quarter of the whole limit, or under 30 minutes."""
    left = due_at - at
    if left < timedelta(0):
        return Clock("late", f"超{span_words(left)}")
    near = left < timedelta(minutes=NEAR_MINUTES) or bool(started_at and left < (due_at - started_at) * NEAR_SHARE)
    if left > timedelta(days=2):
        return Clock("near" if near else "roomy", day_words(due_at.astimezone(CHINA).date(), at))
    return Clock("near" if near else "roomy", f"剩{span_words(left)}")


def share_left(due_at: datetime, at: datetime, started_at: datetime | None) -> float:
    """How much of the limit is left, 0..1; all of it when the start is not known."""
    if started_at is None or due_at <= started_at:
        return 1.0
    return max(0.0, min(1.0, (due_at - at) / (due_at - started_at)))


def number_words(value: Decimal | int | float | None, places: int | None = None) -> str:
    """Half-width digits, thousands comma from five digits up, `—` for a missing value; trailing zeros as given."""
    if value is None:
        return "—"
    exact = Decimal(str(value))
    if places is not None:
        exact = exact.quantize(Decimal(1).scaleb(-places))
    elif exact == exact.to_integral_value():
        exact = exact.quantize(Decimal(1))
    text = f"{exact:f}"
    return f"{exact:,f}" if abs(exact) >= 10000 else text


def size_words(size: int) -> str:
    for unit, scale in (("MB", 1024**2), ("KB", 1024)):
        if size >= scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size} B"
