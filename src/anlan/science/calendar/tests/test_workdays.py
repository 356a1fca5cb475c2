"""Known weeks of the yearly notices, and that counting forth and back agrees."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.science.calendar.workdays import after, between, china, read

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 7, 25), 1, date(2025, 7, 28)),  # Friday to Monday
        (date(2025, 9, 26), 1, date(2025, 9, 28)),  # the Sunday that is worked
        (date(2025, 9, 30), 1, date(2025, 10, 9)),  # over the long holiday
        (date(2025, 10, 10), 1, date(2025, 10, 11)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
        (date(2026, 2, 14), 0, date(2026, 2, 14)),
        (date(2025, 7, 4), 10, date(2025, 7, 18)),
    ],
)
def test_known_spans(start: date, days: int, end: date) -> None:
    assert after(start, days, china()) == end
    assert between(start, end, china()) == days


@given(st.dates(date(2024, 12, 1), date(2027, 2, 1)), st.integers(0, 90))
def test_counting_forth_and_back_agrees(start: date, days: int) -> None:
    end = after(start, days, china())
    assert between(start, end, china()) == days
    assert between(end, start, china()) == -days
    assert days == 0 or china().works(end)


def test_a_year_without_its_notice_is_said() -> None:
    assert china().knows(date(2025, 1, 1))
    assert not china().knows(date(2031, 1, 1))
    assert not china().works(date(2031, 1, 4))


@pytest.mark.parametrize(
    "text",
    [
        '[2025]\noff=[["2024-12-31","2025-01-01"]]\nwork=[]',
        '[2025]\noff=[["2025-01-01","2025-01-01"]]\nwork=["2025-01-01"]',
    ],
)
def test_tables_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="2025"):
        read(text)
