"""Windows, shifts, late doing, bounds and scores."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.checks import rules
from anlan.kernel.checks.types import PACES, CheckForm, CheckItem, form_faults

pytestmark = pytest.mark.pure
DAY = date(2025, 7, 25)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHINA)  # type: ignore[misc, arg-type]


def test_a_night_shift_ends_on_the_next_day() -> None:
    found = list(rules.windows("shift", "20:00-08:00，8:00-20:00", DAY, DAY))
    assert [(one.starts_at, one.due_at) for one in found] == [
        (at(2025, 7, 25, 8), at(2025, 7, 25, 20)),
        (at(2025, 7, 25, 20), at(2025, 7, 26, 8)),
    ]


def test_a_shift_round_the_clock_is_a_whole_day() -> None:
    (one,) = rules.windows("shift", "08:00-08:00", DAY, DAY)
    assert one.due_at - one.starts_at == timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["", "8-20", "08:00", "25:00-26:00", "08:00-12:00,08:00-13:00", ",".join(["08:00-09:00"] * 7)]
)
def test_shifts_that_are_none(text: str) -> None:
    with pytest.raises(Refused) as caught:
        rules.read_shifts(text)
    assert caught.value.field == "shifts"


def test_workdays_pass_over_weekends() -> None:
    days = [one.starts_at.date() for one in rules.windows("day", "", DAY, DAY + timedelta(days=4), workdays=True)]
    assert days == [date(2025, 7, 25), date(2025, 7, 28), date(2025, 7, 29)]


@pytest.mark.parametrize(
    ("pace", "first", "due"),
    [
        ("week", date(2025, 7, 28), at(2025, 8, 3, 23, 59, 59)),
        ("month", date(2025, 8, 1), at(2025, 8, 31, 23, 59, 59)),
        ("quarter", date(2025, 10, 1), at(2025, 12, 31, 23, 59, 59)),
        ("year", date(2026, 1, 1), at(2026, 12, 31, 23, 59, 59)),
    ],
)
def test_long_windows_begin_where_the_calendar_does(pace: str, first: date, due: datetime) -> None:
    one = next(rules.windows(pace, "", DAY, DAY + timedelta(days=400)))  # type: ignore[arg-type]
    assert (one.starts_at.date(), one.due_at) == (first, due)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.sampled_from([*PACES]))
def test_a_day_is_in_the_window_that_begins_before_it(day: date, pace: str) -> None:
    first = rules.beginning(pace, day)  # type: ignore[arg-type]
    one = next(rules.windows(pace, "08:00-20:00", first, first))  # type: ignore[arg-type]
    assert one.starts_at.date() == first <= day
    if pace != "shift":
        assert one.starts_at.date() <= day <= one.due_at.date()
    assert one.starts_at < one.due_at < one.closes_at


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.sampled_from(["day", "week", "month", "quarter", "year"]))
def test_windows_have_no_gap_and_no_overlap(day: date, pace: str) -> None:
    found = list(rules.windows(pace, "", rules.beginning(pace, day), day + timedelta(days=800)))  # type: ignore[arg-type]
    assert all(b.starts_at - a.due_at == timedelta(seconds=1) for a, b in itertools.pairwise(found))


@pytest.mark.parametrize(("number", "out"), [("1.9", True), ("2", False), ("8", False), ("8.001", True)])
def test_bounds_include_their_ends(number: str, out: bool) -> None:
    item = CheckItem(code="x", title="x", number=True, low=Decimal(2), high=Decimal(8))
    assert rules.out_of_bounds(item, Decimal(number)) is out
    assert rules.bound_words(item.low, item.high, "℃") == "2–8 ℃"


def test_what_does_not_apply_counts_in_neither() -> None:
    one = rules.score([(4, "ok"), (6, "failed"), (10, "na")])
    assert (one.got, one.full, one.share) == (4, 10, Decimal("40.0"))
    assert rules.score([(4, "na")]).share is None


def test_faults_of_a_form_are_sentences() -> None:
    bad = CheckItem(code="a", title="", low=Decimal(3), high=Decimal(2), points=-1)
    form = CheckForm(slug="f", area="t", title="x", edition="1", valid_from=DAY, items=(bad, bad))
    assert len(form_faults(form)) == 9
    assert form_faults(CheckForm(slug="f", area="t", title="x", edition="1", valid_from=DAY, items=()))
