"""The clock, what may be published, coverage, papers: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.clock import CHINA
from anlan.packs.safety.relief import rules
from anlan.packs.safety.relief.formulas import FORMULAS
from anlan.packs.safety.relief.rules import Sum
from anlan.packs.safety.relief.types import CLASSES, FIVE, Case, Told

pytestmark = pytest.mark.pure
T = datetime(2026, 7, 25, 2, 0, tzinfo=CHINA)
LIMIT = timedelta(hours=12)


def h(hours: float) -> datetime:
    return T + timedelta(hours=hours)


def all_five(at: datetime) -> tuple[Told, ...]:
    return tuple(Told(what, at) for what in FIVE)


@pytest.mark.parametrize(
    ("case", "at", "klass"),
    [
        (Case(h(1), h(1)), h(2), "running"),
        (Case(h(3)), h(2), None),  # not registered yet
        (Case(h(1), h(1), None, all_five(h(5))), h(4.9), "running"),
        (Case(h(1), h(1), None, all_five(h(5))), h(5), "relieved"),
        (Case(h(1), h(1), None, all_five(h(12))), h(12), "relieved"),  # the last instant of the limit counts
        (Case(h(1), h(1), None, all_five(h(12) + timedelta(seconds=1))), h(13), "late"),
        (Case(h(1), h(1), None, all_five(h(5))[:4]), h(12), "running"),
        (Case(h(1), h(1), None, all_five(h(5))[:4]), h(12) + timedelta(microseconds=1), "late"),
        (Case(h(1)), h(12), "running"),
        (Case(h(1)), h(12.01), "unreached"),
        (Case(h(1), h(13)), h(12.5), "unreached"),
        (Case(h(1), h(13)), h(13), "late"),
        (Case(h(14), h(14), None, all_five(h(14))), h(15), "late"),  # entered afterwards: from paper, say
        (Case(h(1), h(1), h(9), all_five(h(5))), h(8), "relieved"),
        (Case(h(1), h(1), h(9), all_five(h(5))), h(9), None),  # no longer counts
    ],
)
def test_the_class_of_a_household(case: Case, at: datetime, klass: str | None) -> None:
    assert rules.class_of(case, T, LIMIT, at) == klass


def test_a_struck_confirmation_counts_until_the_strike_and_its_correction_from_when_it_came() -> None:
    told = (*all_five(h(4))[:4], Told("medical", h(5), struck_at=h(8)))
    assert rules.class_of(Case(h(1), h(1), None, told), T, LIMIT, h(7)) == "relieved"
    assert rules.class_of(Case(h(1), h(1), None, told), T, LIMIT, h(8)) == "running"
    again = Case(h(1), h(1), None, (*told, Told("medical", h(13))))
    assert rules.class_of(again, T, LIMIT, h(14)) == "late"
    assert rules.ended_at(again.told, h(14)) == h(13)


instants = st.floats(0, 30, allow_nan=False).map(h)


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, Case]:
    registered = draw(instants)
    later = st.floats(0, 20, allow_nan=False).map(lambda hours: registered + timedelta(hours=hours))
    told = draw(st.lists(st.builds(Told, st.sampled_from(list(FIVE)), later, st.none() | later), max_size=12))
    return draw(st.integers(0, 4)), Case(registered, draw(st.none() | later), draw(st.none() | later), tuple(told))


@given(st.lists(cases(), max_size=30), instants)
def test_exactly_one_class_at_any_instant_and_streets_add_up(found: list[tuple[int, Case]], at: datetime) -> None:
    there = [
        (street, case)
        for street, case in found
        if case.registered_at <= at and not (case.voided_at and case.voided_at <= at)
    ]
    classes = [(street, rules.class_of(case, T, LIMIT, at)) for street, case in found]
    counted = [(street, klass) for street, klass in classes if klass is not None]
    assert len(counted) == len(there)
    assert all(klass in CLASSES for _street, klass in counted)
    total = rules.summed(klass for _street, klass in counted)
    parts = [rules.summed(klass for mine, klass in counted if mine == street) for street in range(5)]
    assert total.total == len(there) == sum(one.total for one in parts)
    for name in CLASSES:
        assert getattr(total, name) == sum(getattr(one, name) for one in parts)
    if at > T + LIMIT:
        assert total.running == 0  # at the limit everyone is relieved, late or unreached


@given(cases(), instants, instants)
def test_late_is_never_undone_by_what_is_recorded_later(case: tuple[int, Case], one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    before, after = (rules.class_of(case[1], T, LIMIT, at) for at in (early, late))
    if before in ("late", "unreached"):
        assert after in ("late", "unreached", None)


def test_the_limit_is_dated_data_and_the_other_stands_beside_it() -> None:
    ours, other = rules.clock(date(2026, 7, 25)), rules.clock(date(2026, 7, 25), counts=False)
    assert (ours.hours, ours.verified, other.hours, other.verified) == (12, True, 10, False)
    assert not any(one.verified for one in rules.kinds().values())


# ---- what is published
def row(relieved: int, rest: int) -> Sum:
    return Sum(relieved=relieved, late=rest)


def test_small_counts_and_what_tells_them_are_hidden() -> None:
    assert rules.hidden([row(50, 0), row(40, 10)]) == (set(), False)
    assert rules.hidden([row(50, 2), row(40, 10), row(30, 6)]) == (
        {0, 2},
        False,
    )  # a second one, or the total would tell the first
    assert rules.hidden([row(3, 0)]) == ({0}, True)
    assert rules.hidden([]) == (set(), False)


@given(st.lists(st.builds(row, st.integers(0, 40), st.integers(0, 40)), max_size=8))
def test_nothing_small_can_be_worked_out(rows: list[Sum]) -> None:
    gone, total_gone = rules.hidden(rows)
    for number, one in enumerate(rows):
        if number not in gone:
            assert not any(
                0 < count < rules.LEAST_PUBLIC for count in (one.total, one.relieved, one.total - one.relieved)
            )
    away = [rows[number] for number in gone if rows[number].total]
    if away and not total_gone:  # what the total leaves over
        assert len(away) > 1
        for name in ("total", "relieved", "late"):
            assert not 0 < sum(getattr(one, name) for one in away) < rules.LEAST_PUBLIC


# ---- coverage, papers
@dataclass
class Spot:
    longitude: float
    latitude: float
    kind: str = "emergency"


def test_a_community_is_covered_within_the_walk_of_the_kind() -> None:
    home = Spot(117.2, 39.17)
    near, far = Spot(117.2, 39.1735), Spot(117.2, 39.175, "long")  # 389 m and 556 m as the crow flies
    assert [one.covered for one in rules.reach([home], [near])] == [False]  # 506 m on foot, 500 allowed
    found = rules.reach([home], [near, far])[0]
    assert found.covered
    assert found.site is far
    assert rules.reach([home], [])[0].walk is None
    assert rules.metres(117.2, 39.17, 117.2, 39.18) == pytest.approx(1112, abs=1)


@pytest.mark.parametrize(
    ("number", "good"),
    [("11010519491231002X", True), ("110105194912310021", False), ("E12345678", True), ("1234567", False)],
)
def test_a_paper_is_checked_and_a_foreign_one_taken(number: str, good: bool) -> None:
    assert (rules.id_fault(number) == "") is good


def test_night_is_when_beds_count() -> None:
    assert rules.is_night(T)
    assert not rules.is_night(T + timedelta(hours=10))


def test_twelve_hours_is_a_limit_and_not_the_number_to_compare() -> None:
    """The plan prints “12 小时内”: 98 % in time is judged against all of them, not against 12. A plan that prints a share keeps its own target."""
    (formula,) = [one for one in FORMULAS if one.slug == "relief.within_limit"]
    working = formula.works("小时")
    assert working is not None
    assert (formula.unit, working.target, working.comparator) == ("%", Decimal(100), ">=")
    assert formula.works("%") is None
