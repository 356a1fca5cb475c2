"""The shared tables are sound, words fit, and every inconsistency of a declaration is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from anlan.base.clock import CHINA
from anlan.kernel.casework.limits import due
from anlan.kernel.casework.processes import consultation, public_report, rectification, verification
from anlan.kernel.casework.types import Limit, Process, Step, faults

pytestmark = pytest.mark.pure
LIMIT = Limit(slug="review", title="复查", state="reviewing", amount=10, unit="days", law="示例")


def danger() -> Process:
    return rectification.rectification(
        slug="t", title="隐患", prefix="T", grades={"general": ("一般", ""), "major": ("重大", "red")}, major=frozenset({"major"}),
        limits=(LIMIT,),
    )  # fmt: skip


ALL = (
    danger(), verification.verification(slug="v", title="核实", prefix="V", causes={"dust": "灰尘"}),
    public_report.public_report(slug="p", title="来件", prefix="P", kinds={"noise": "噪声"}, reward=True),
    consultation.consultation(slug="c", title="会诊", prefix="C"),
)  # fmt: skip


def permissions(process: Process) -> set[str]:
    return {process.read, process.open, process.manage, *(one.permission for one in process.steps)}


@pytest.mark.parametrize("process", ALL, ids=lambda one: one.slug)
def test_the_shared_tables_are_sound(process: Process) -> None:
    assert faults(process, permissions(process)) == []
    assert process.first not in process.ends
    assert all(len(step.title) <= 6 for step in process.steps)
    for state in set(process.states) - process.ends:
        mains = [step for step in process.steps if step.main and state in step.sources]
        assert mains, f"{state}: nothing is the main move"


def test_what_does_not_fit_is_named() -> None:
    good = danger()
    known = permissions(good)
    bad = replace(
        good,
        steps=(
            *good.steps,
            Step(
                slug="x",
                title="坏",
                sources=("nowhere",),
                target="void",
                permission="t.read",
                not_by=("nobody",),
                proves=("gold",),
            ),
        ),
    )
    assert faults(bad, known) == [
        "t.x: no evidence 'gold'",
        "t.x: no state 'nowhere'",
        "t.x: not_by names no step 'nobody'",
    ]
    assert "t: permission 't.read' is not declared" in faults(good, known - {"t.read"})
    assert "t: nothing leads out of 'passed'" in faults(
        replace(good, steps=tuple(s for s in good.steps if "passed" not in s.sources)), known
    )
    assert "t: state 'graded' is never reached" in faults(
        replace(good, steps=tuple(s for s in good.steps if s.target != "graded")), known
    )
    assert "t: limit 'review' is of no state" in faults(replace(good, limits=(replace(LIMIT, state="closed"),)), known)


def test_the_grades_own_limit_goes_first_and_rules_are_dated() -> None:
    newer = replace(LIMIT, slug="newer", amount=5, valid_from=date(2026, 1, 1))
    older = replace(LIMIT, valid_to=date(2026, 1, 1))
    major = replace(LIMIT, slug="major", grade="major", amount=3)
    process = replace(danger(), limits=(older, newer, major))

    def slug(grade: str, on: date) -> str | None:
        found = process.limit("reviewing", grade, on)
        return found.slug if found else None

    assert slug("general", date(2025, 12, 31)) == "review"
    assert slug("general", date(2026, 1, 1)) == "newer"
    assert slug("major", date(2026, 1, 1)) == "major"
    assert process.limit("rectifying", "major", date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("amount", "unit", "end"),
    [
        (30, "minutes", datetime(2025, 9, 30, 16, 30, tzinfo=CHINA)), (2, "hours", datetime(2025, 9, 30, 18, 0, tzinfo=CHINA)),
        (10, "days", datetime(2025, 10, 10, 23, 59, 59, tzinfo=CHINA)), (1, "working_days", datetime(2025, 10, 9, 23, 59, 59, tzinfo=CHINA)),
    ],
)  # fmt: skip
def test_ends_of_clocks(amount: int, unit: str, end: datetime) -> None:
    start = datetime(2025, 9, 30, 16, 0, tzinfo=CHINA)
    assert due(replace(LIMIT, amount=amount, unit=unit), start) == end  # type: ignore[arg-type]
