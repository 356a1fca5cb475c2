"""Grades of accidents, clocks, the score. Pure; tables are dated data beside this file.

Grades: 《生产安全事故报告和调查处理条例》 (State Council order 493), article 3, as recalled (unverified): 以上 includes the number, 以下 does not.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from anlan.kernel.casework.limits import read as read_limits
from anlan.kernel.casework.types import Level, Limit

SLUG = "accountability"
GRADES: Mapping[str, tuple[str, Level]] = {
    "general": ("一般", "blue"), "larger": ("较大", "yellow"), "major": ("重大", "orange"), "gravest": ("特别重大", "red"),
}  # fmt: skip
# (dead, gravely injured, direct loss in 10,000 yuan) from which a grade holds.
_FROM = (("gravest", 30, 100, Decimal(10_000)), ("major", 10, 50, Decimal(5_000)), ("larger", 3, 10, Decimal(1_000)))
FOUR: Mapping[str, str] = {
    "cause": "原因查清", "responsible": "责任人员处理", "fixed": "整改措施落实", "taught": "有关人员受到教育",
}  # fmt: skip
LESS = {"remind": 5, "interview": 10, "notice": 20}
_HERE = Path(__file__).parent


def grade(dead: int, injured: int, loss: Decimal) -> str:
    """The grade that the law gives; any one of the three is enough."""
    for slug, most_dead, most_injured, most_loss in _FROM:
        if dead >= most_dead or injured >= most_injured or loss >= most_loss:
            return slug
    return "general"


def limits(kind: str) -> tuple[Limit, ...]:
    return read_limits(_HERE / "limits.toml", kind)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How a score is put together; weights in points of 100."""

    valid_from: date
    law: str
    works: int
    dangers: int
    duties: int
    ladder: int


@cache
def _rules() -> tuple[Rule, ...]:
    rows = tomllib.loads((_HERE / "scorecard.toml").read_text(encoding="utf-8"))["rule"]
    return tuple(Rule(**row) for row in rows)


def rule(on: date) -> Rule | None:
    """The rule in force on that day."""
    return max((one for one in _rules() if one.valid_from <= on), key=lambda one: one.valid_from, default=None)


@dataclass(frozen=True)
class Counted:
    """What the records say of one organisation: parts and wholes. A whole of 0 has nothing to judge."""

    works_done: int
    works_due: int
    dangers_good: int
    dangers_all: int
    duties: int
    less: int


def score(counted: Counted, by: Rule) -> Decimal | None:
    """0…100 with one decimal: each part by its share of what can be judged. None when there is nothing but an empty record."""
    parts = [
        (by.ladder, Decimal(max(0, by.ladder - counted.less)) / by.ladder),
        (by.duties, Decimal(bool(counted.duties))),
    ]
    if counted.works_due:
        parts.append((by.works, Decimal(counted.works_done) / counted.works_due))
    if counted.dangers_all:
        parts.append((by.dangers, Decimal(counted.dangers_good) / counted.dangers_all))
    if not (counted.works_due or counted.dangers_all or counted.duties or counted.less):
        return None
    whole = sum(weight for weight, _share in parts)
    got = sum((weight * share for weight, share in parts), Decimal(0))
    return (100 * got / whole).quantize(Decimal("0.1"))
