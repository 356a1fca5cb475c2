"""Marks by hand for each part, and what is left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from anlan.kernel.planning.reviews.scoring import EDITIONS, IndicatorFact, MoneyFact, Score, edition_on, score, walked

pytestmark = pytest.mark.pure
RULES = edition_on(date(2025, 7, 25))


def fact(state: str, kind: str = "约束性", share: str = "0") -> IndicatorFact:
    return IndicatorFact(kind=kind, state=state, walked=Decimal(share))


def marks(result: Score, slug: str) -> Decimal | None:
    return next(part.marks for part in result.parts if part.slug == slug)


def test_indicators_weigh_by_kind_and_behind_counts_the_way_walked() -> None:
    facts = [fact("reached"), fact("behind", "预期性", "0.25"), fact("on_pace", "导向性")]
    result = score(RULES, indicators=facts, tasks=[])
    # (3 x 100 + 2 x 25 + 1 x 100) / 6
    assert marks(result, "indicators") == Decimal("75.00")
    assert result.total == Decimal("75.00")
    assert result.grade == "中"


def test_what_is_not_assigned_or_not_due_is_left_out_and_what_is_missing_is_zero() -> None:
    assert (
        marks(score(RULES, indicators=[fact("reached"), fact("unassigned"), fact("not_due")], tasks=[]), "indicators")
        == 100
    )
    assert marks(score(RULES, indicators=[fact("reached"), fact("unfilled")], tasks=[]), "indicators") == 50


def test_tasks_and_money_and_the_weighted_total() -> None:
    money = MoneyFact(planned=Decimal(100), allocated=Decimal(80), spent=Decimal(40))
    result = score(RULES, indicators=[fact("reached")], tasks=["confirmed", "overdue_long", "on_time"], money=money)
    assert marks(result, "tasks") == Decimal("60.00")
    assert marks(result, "money") == Decimal("65.00")
    assert result.total == Decimal("80.50")  # (100 x 50 + 60 x 40 + 65 x 10) / 100
    assert result.grade == "良"


def test_parts_with_nothing_to_score_scale_the_others_up() -> None:
    result = score(RULES, indicators=[], tasks=["finished"])
    assert (marks(result, "indicators"), marks(result, "money"), result.total) == (None, None, Decimal("90.00"))
    assert score(RULES, indicators=[], tasks=[]) == Score(score(RULES, indicators=[], tasks=[]).parts, None, "—")


@pytest.mark.parametrize(("total", "grade"), [(100, "优"), (90, "优"), (60, "中"), (30, "差"), (0, "差")])
def test_classes(total: int, grade: str) -> None:
    states = {100: ["confirmed"], 90: ["finished"], 60: ["silent"], 30: ["overdue"], 0: ["overdue_long"]}[total]
    assert score(RULES, indicators=[], tasks=states).grade == grade


@pytest.mark.parametrize(
    ("start", "asked", "value", "share"),
    [
        ("46", "38", "42", "0.5"),
        ("60", "70", "75", "1"),
        ("60", "70", "55", "0"),
        ("60", "60", "55", "0"),
        (None, "60", "1", "0"),
    ],
)
def test_way_walked(start: str | None, asked: str, value: str, share: str) -> None:
    assert walked(None if start is None else Decimal(start), Decimal(asked), Decimal(value)) == Decimal(share)


def test_rules_are_dated_and_their_parts_make_a_hundred() -> None:
    assert edition_on(date(1999, 1, 1)) == EDITIONS[0]
    for one in EDITIONS:
        assert sum(one.parts.values()) == 100
        assert one.classes[-1][1] == 0
        assert one.source
