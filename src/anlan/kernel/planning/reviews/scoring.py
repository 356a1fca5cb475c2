"""Marks from facts, by a dated rule table (`rules.toml`). Pure; all arithmetic in Decimal, marks to two places half-even."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

PARTS = {"indicators": "指标", "tasks": "任务", "money": "资金"}
STANDINGS = {
    "confirmed": "已完成",
    "finished": "待确认",
    "on_time": "按期推进",
    "silent": "久无进展",
    "overdue": "超期",
    "overdue_long": "超期已久",
}


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One version of the rules."""

    slug: str
    title: str
    valid_from: date
    source: str
    verified: bool
    parts: Mapping[str, int]
    kinds: Mapping[str, int]
    tasks: Mapping[str, int]
    classes: Sequence[tuple[str, int]]


def _edition(row: dict[str, Any]) -> Edition:
    classes = tuple((one["title"], one["from"]) for one in row.pop("classes"))
    return Edition(classes=classes, **row)


_DATA = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
EDITIONS = tuple(_edition(row) for row in _DATA["edition"])


def edition_on(day: date) -> Edition:
    """The rules in force on a day; the oldest ones before the first."""
    held = [one for one in EDITIONS if one.valid_from <= day]
    return max(held, key=lambda one: one.valid_from) if held else min(EDITIONS, key=lambda one: one.valid_from)


def rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_EVEN)


@dataclass(frozen=True, kw_only=True)
class IndicatorFact:
    """What scoring needs of an indicator. `walked` is the share of the asked way, for one that is behind."""

    kind: str
    state: str
    walked: Decimal = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class MoneyFact:
    planned: Decimal
    allocated: Decimal
    spent: Decimal


@dataclass(frozen=True)
class Part:
    """One part of a score: `marks` out of 100, None when there is nothing to score."""

    slug: str
    weight: int
    counted: int
    marks: Decimal | None


@dataclass(frozen=True)
class Score:
    """Total out of 100 with its class; None when no part could be scored."""

    parts: tuple[Part, ...]
    total: Decimal | None
    grade: str


def walked(start: Decimal | None, asked: Decimal | None, value: Decimal) -> Decimal:
    """How much of the way from the start to what is asked now has been walked, 0..1; 0 where there is no way."""
    if start is None or asked is None or start == asked:
        return Decimal(0)
    return min(max((value - start) / (asked - start), Decimal(0)), Decimal(1))


def _indicators(edition: Edition, facts: Iterable[IndicatorFact]) -> tuple[int, Decimal | None]:
    weight = marks = Decimal(0)
    counted = 0
    for one in facts:
        if one.state in ("unassigned", "not_due"):
            continue
        share = {"reached": Decimal(1), "on_pace": Decimal(1), "behind": one.walked}.get(one.state, Decimal(0))
        own = Decimal(edition.kinds.get(one.kind, edition.kinds[""]))
        weight, marks, counted = weight + own, marks + own * share * 100, counted + 1
    return counted, rounded(marks / weight) if weight else None


def _tasks(edition: Edition, standings: Sequence[str]) -> tuple[int, Decimal | None]:
    if not standings:
        return 0, None
    return len(standings), rounded(Decimal(sum(edition.tasks[one] for one in standings)) / len(standings))


def _money(money: MoneyFact | None) -> tuple[int, Decimal | None]:
    """Half for what was allocated of what was planned, half for what was spent of what was allocated."""
    if money is None or money.planned <= 0:
        return 0, None
    allocated = min(money.allocated / money.planned, Decimal(1))
    spent = min(money.spent / money.allocated, Decimal(1)) if money.allocated > 0 else Decimal(0)
    return 1, rounded((allocated + spent) * 50)


def score(
    edition: Edition, *, indicators: Iterable[IndicatorFact], tasks: Sequence[str], money: MoneyFact | None = None
) -> Score:
    """The parts and the weighted total; parts with nothing to score do not count."""
    found = {"indicators": _indicators(edition, indicators), "tasks": _tasks(edition, tasks), "money": _money(money)}
    parts = tuple(Part(slug, edition.parts[slug], *found[slug]) for slug in PARTS)
    known = [part for part in parts if part.marks is not None]
    if not known:
        return Score(parts, None, "—")
    weighted = sum((part.marks or Decimal(0)) * part.weight for part in known)
    total = rounded(Decimal(weighted) / sum(part.weight for part in known))
    return Score(parts, total, next(title for title, least in edition.classes if total >= least))
