"""Numbers, dates and clocks as people read them (design rules §8). `at` is an argument, the language the reader's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from anlan.base.clock import CHINA

NEAR_SHARE, NEAR_MINUTES = 0.25, 30


def weekday_words(day: date) -> str:
    names = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
    return names[day.weekday()]


def day_words(day: date, at: datetime) -> str:
    """`7月25日 周五`; the year is written when it is not this year."""
    parts = {"year": day.year, "month": day.month, "day": day.day, "weekday": weekday_words(day)}
    if day.year != at.astimezone(CHINA).year:
        return _("%(year)s年%(month)s月%(day)s日 %(weekday)s") % parts
    return _("%(month)s月%(day)s日 %(weekday)s") % parts


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
        return _("%(n)s天") % {"n": days}
    if days:
        return "".join(part % {"n": n} for n, part in ((days, _("%(n)s天")), (hours, _("%(n)s小时"))) if n)
    parts = ((hours, _("%(n)s小时")), (rest, _("%(n)s分")))
    return "".join(part % {"n": n} for n, part in parts if n) or _("%(n)s分") % {"n": 0}


@dataclass(frozen=True)
class Clock:
    """The clock component: `state` is roomy, near or late; always shown as text."""

    state: str
    text: str


def clock_of(due_at: datetime, at: datetime, started_at: datetime | None = None) -> Clock:
    """How much is left or over. Near: under a quarter of the whole limit, or under 30 minutes."""
    left = due_at - at
    if left < timedelta(0):
        return Clock("late", _("超%(span)s") % {"span": span_words(left)})
    near = left < timedelta(minutes=NEAR_MINUTES) or bool(started_at and left < (due_at - started_at) * NEAR_SHARE)
    if left > timedelta(days=2):
        return Clock("near" if near else "roomy", day_words(due_at.astimezone(CHINA).date(), at))
    return Clock("near" if near else "roomy", _("剩%(span)s") % {"span": span_words(left)})


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
