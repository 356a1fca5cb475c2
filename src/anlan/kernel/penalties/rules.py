"""Reading of the tables, the ranges of discretion, what may not be published. Pure."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.penalties.types import Circumstance, Heavy, Period, Regime, Violation


def read(text: str, *, slug: str, title: str) -> Regime:
    """A regime from its table. Raises ValueError for a range that is upside down or a circumstance twice."""
    told = tomllib.loads(text)
    violations = tuple(_violation(row) for row in told["violation"])
    return Regime(
        slug=slug, title=title, violations=violations, heavy=tuple(Heavy(**{**row, "amount": Decimal(row["amount"])}) for row in told["heavy"]),
        periods=tuple(Period(**row) for row in told["period"]), **told["process"],
    )  # fmt: skip


def _violation(row: Mapping[str, Any]) -> Violation:
    steps = tuple(
        Circumstance(
            slug=one["slug"], word=one["word"], when=one["when"], low=Decimal(one["low"]), high=Decimal(one["high"])
        )
        for one in row["circumstance"]
    )
    if any(one.low > one.high or one.low < 0 for one in steps) or len({one.slug for one in steps}) != len(steps):
        message = f"discretion of {row['code']!r} does not fit"
        raise ValueError(message)
    return Violation(**{**{name: value for name, value in row.items() if name != "circumstance"}, "circumstances": steps})  # fmt: skip


def judge(
    regime: Regime, code: str, circumstance: str, amount: Decimal, reason: str, on: date
) -> tuple[Violation, Circumstance, bool]:
    """The clause, the range and whether the fine lies outside it. A person decides the fine; outside the range a reason must be written.

    `on` is the day of the facts' discovery: the table in force then counts. Raises Refused at a field."""
    found = regime.violation(code, on)
    if found is None:
        raise Refused("violation", "裁量表里没有这种违法行为，或那天不适用。", "violation")
    step = found.circumstance(circumstance)
    if step is None:
        words = "、".join(one.word for one in found.circumstances)
        raise Refused("circumstance", f"“{found.title}”的情节只有：{words}。", "circumstance")
    outside = not step.low <= amount <= step.high
    if outside and len(reason.strip()) < 10:
        raise Refused("outside", f"{amount:,.2f} 元不在 {step.low:,.0f}—{step.high:,.0f} 元内。写明理由（不少于 10 个字），或改罚款。", "outside")  # fmt: skip
    return found, step, outside


def heavy(regime: Regime, amount: Decimal, on: date) -> Heavy | None:
    """The threshold that the fine reaches on that day."""
    found = [one for one in regime.heavy if one.holds(on)]
    rule = max(found, key=lambda one: one.valid_from, default=None)
    return rule if rule and amount >= rule.amount else None


def until(periods: Iterable[Period], kind: str, on: date) -> date | None:
    """The last day something published on `on` is shown; None when no rule ends it."""
    found = [one for one in periods if one.kind == kind and one.holds(on)]
    rule = max(found, key=lambda one: one.valid_from, default=None)
    return months_after(on, rule.months) if rule else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the month's last."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# Eighteen digits or seventeen and X: an identity card; eleven digits beginning with 1: a mobile phone.
_PERSONAL = (
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "身份证号"),
    (re.compile(r"(?<!\d)1\d{10}(?!\d)"), "手机号"),
)


def personal(text: str, names: Iterable[str]) -> str:
    """What of a person stands in a text that is to be published, as a word; "" when nothing known does."""
    for pattern, word in _PERSONAL:
        if pattern.search(text):
            return word
    for name in names:
        bare = name.rpartition("·")[2]
        if len(bare) >= 2 and bare in text:
            return f"姓名“{bare}”"
    return ""
