"""Shifts and rounds by the clock, edge by edge."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.packs.safety.hazchem_monitoring import duty_rules
from anlan.packs.safety.hazchem_monitoring.duty_rules import Shift

pytestmark = pytest.mark.pure
TWO = (8 * 60, 20 * 60)


def _at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("08:00、20:00", TWO), ("20：00，08:00", TWO), ("00:00", (0,)), (" 08:00 , 16:00,00:00", (0, 480, 960))],
)
def test_handing_over_times_as_people_write_them(text: str, minutes: tuple[int, ...]) -> None:
    assert duty_rules.read_shifts(text) == minutes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "八点",
        "08:00、08:00",
        "25:00",
        "08:00:30",
        "08:00+08:00",
        "1:2:3",
        "00:00、01:00、02:00、03:00、04:00、05:00、06:00",
    ],
)
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(Refused, match="交接班"):
        duty_rules.read_shifts(text)


def test_the_shift_that_holds_an_instant() -> None:
    assert duty_rules.shift_of(TWO, _at(8)) == Shift(_at(8), _at(20))
    assert duty_rules.shift_of(TWO, _at(7, 59)) == Shift(_at(20, day=1), _at(8))
    assert duty_rules.shift_of(TWO, _at(20)) == Shift(_at(20), _at(8, day=3))
    assert duty_rules.shift_of((480,), _at(3)) == Shift(_at(8, day=1), _at(8))


def test_rounds_are_due_from_the_beginning_of_each_shift() -> None:
    assert duty_rules.dues(TWO, 300, _at(8), _at(8, day=3)) == [_at(13), _at(18), _at(1, day=3), _at(6, day=3)]
    assert duty_rules.dues(TWO, 240, _at(8), _at(20)) == [_at(12), _at(16), _at(20)]  # the last as the shift ends
    assert duty_rules.dues(TWO, 240, _at(12), _at(12)) == []
    assert duty_rules.dues(TWO, 240, _at(11, 59), _at(12)) == [_at(12)]


@pytest.mark.parametrize(
    ("minute", "state"), [(-61, "coming"), (-60, "open"), (0, "open"), (15, "open"), (16, "missed")]
)
def test_a_round_is_open_from_half_its_interval_before_to_a_quarter_of_an_hour_after(minute: int, state: str) -> None:
    (told,) = duty_rules.rounds([_at(12)], 120, [], {}, _at(12) + timedelta(minutes=minute))
    assert told.state == state


def test_what_was_signed_stays_signed_and_a_missed_one_may_be_explained() -> None:
    told = duty_rules.rounds([_at(10), _at(12)], 120, [_at(10)], {_at(12): "示例"}, _at(18))
    assert [(one.state, one.unexplained) for one in told] == [("signed", False), ("missed", False)]
    assert duty_rules.rounds([_at(12)], 120, [], {}, _at(18))[0].unexplained
