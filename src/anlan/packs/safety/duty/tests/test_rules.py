"""Windows, gaps, turns and limits, against what can be counted on fingers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.errors import Refused
from anlan.packs.safety.duty.rules import (
    QUIET,
    Gap,
    Has,
    Span,
    Want,
    crowd,
    gaps,
    night_at,
    over,
    read_edges,
    rotation,
    spans,
)

pytestmark = pytest.mark.pure
CHINA = ZoneInfo("Asia/Shanghai")
DAY = datetime(2025, 7, 25, tzinfo=CHINA)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def want(low: float, high: float, people: int = 1) -> Want:
    return Want(post="duty", organisation=1, start=at(low), end=at(high), people=people)


def has(low: float, high: float, person: int = 1, rank: int = 1, organisation: int = 1) -> Has:
    return Has(post="duty", organisation=organisation, person=person, rank=rank, start=at(low), end=at(high))


def told(found: list[Gap]) -> list[tuple[float, float, int]]:
    return [
        ((one.start - DAY).total_seconds() / 3600, (one.end - DAY).total_seconds() / 3600, one.there) for one in found
    ]


def test_nobody_is_red_and_too_few_is_amber() -> None:
    found = gaps([want(0, 24, people=2)], [has(0, 8), has(4, 12, person=2)], at(0), at(24))
    assert told(found) == [(0, 4, 1), (8, 12, 1), (12, 24, 0)]
    assert [one.level for one in found] == ["amber", "amber", "red"]


def test_the_same_person_twice_is_one() -> None:
    assert told(gaps([want(0, 8, people=2)], [has(0, 8), has(0, 8, rank=2)], at(0), at(24))) == [(0, 8, 1)]


def test_another_organisation_does_not_cover() -> None:
    assert told(gaps([want(0, 8)], [has(0, 8, organisation=2)], at(0), at(24))) == [(0, 8, 0)]


def test_shifts_that_meet_leave_no_gap() -> None:
    assert gaps([want(0, 24)], [has(0, 12), has(12, 24, person=2)], at(0), at(24)) == []


@given(st.lists(st.tuples(st.integers(0, 47), st.integers(1, 24), st.integers(1, 4)), max_size=8), st.integers(1, 3))
def test_every_minute_is_either_covered_or_in_one_gap(rows: list[tuple[int, int, int]], people: int) -> None:
    roster = [has(low / 2, low / 2 + length / 2, person) for low, length, person in rows]
    found = gaps([want(0, 24, people)], roster, at(0), at(24))
    for half in range(48):
        moment = at(half / 2 + 0.1)
        there = len({one.person for one in roster if one.start <= moment < one.end})
        inside = [one for one in found if one.start <= moment < one.end]
        assert len(inside) == (there < people)
        assert all(one.there == there for one in inside)


def test_shifts_of_a_day_cross_midnight() -> None:
    found = spans(read_edges("08:30、20:30"), at(0), at(24))
    assert found == [Span(at(8.5), at(20.5)), Span(at(20.5), at(32.5))]


@pytest.mark.parametrize(
    "text", ["", "25:00", "8点", "08:00、08:00", "08:00:30", "1、2", "00:00,01:00,02:00,03:00,04:00,05:00,06:00"]
)
def test_hours_that_cannot_be_read(text: str) -> None:
    with pytest.raises(Refused):
        read_edges(text)


def test_turns() -> None:
    assert rotation([1, 2, 3], 1, 4) == [(1,), (2,), (3,), (1,)]
    assert rotation([1, 2, 3], 2, 3) == [(1, 2), (3, 1), (2, 3)]
    for people, each in (([], 1), ([1, 1], 1), ([1], 2), ([1], 0)):
        with pytest.raises(Refused):
            rotation(people, each, 3)


def test_limits() -> None:
    assert over([], Span(at(0), at(24))) == ""
    assert "连续" in over([Span(at(24), at(36.5))], Span(at(12), at(24.5)))
    assert "连续" in over([Span(at(24), at(36))], Span(at(8), at(24)))
    assert "休息" in over([Span(at(0), at(8))], Span(at(19), at(24)))
    assert over([Span(at(0), at(8))], Span(at(20), at(24))) == ""


def test_the_nights_test_is_in_the_quiet_hours_and_moves() -> None:
    found = {night_at(date(2025, 7, 1) + timedelta(days=n)) for n in range(30)}
    assert all(one.hour >= QUIET[0] or one.hour < QUIET[1] for one in found)
    assert len({(one.hour, one.minute) for one in found}) > 20


def test_crowd() -> None:
    assert [crowd(people, 1000) for people in (0, 699, 700, 999, 1000, 5000)] == [
        "",
        "",
        "amber",
        "amber",
        "red",
        "red",
    ]
