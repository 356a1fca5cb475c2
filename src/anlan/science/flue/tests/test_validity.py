"""Hours, gaps and vapour by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from anlan.science.flue import validity, vapour

pytestmark = pytest.mark.pure
GAS = validity.edition_for("gas", date(2025, 1, 1))
D = Decimal


def hours(*given: str | None) -> list[Decimal | None]:
    return [None if one is None else D(one) for one in given]


def test_an_hour_of_44_minutes_has_no_mean_and_says_why() -> None:
    minutes: list[tuple[Decimal | None, str]] = [(D(20), "")] * 44 + [(D(99), "校准")] * 10 + [(None, "")] * 2
    found = validity.judge(minutes, 60, GAS)
    assert (found.mean, found.count, found.needed) == (None, 44, 45)
    assert found.reason == "有效 44，不足 45（校准 10、缺 4、没有值 2）"
    assert validity.judge([*minutes, (D(65), "")], 60, GAS).mean == D("21.00")


@pytest.mark.parametrize(("expected", "needed"), [(60, 45), (12, 9), (4, 3), (1, 1), (0, 0)])
def test_the_share_holds_for_every_rhythm(expected: int, needed: int) -> None:
    assert GAS.needed(expected) == needed
    assert validity.judge([], expected, GAS).mean is None


def test_a_short_gap_takes_the_greatest_of_180_hours_and_a_long_one_of_720() -> None:
    before = [D(90)] + [D(10)] * 539 + [D(50)] + [D(20)] * 179
    short = [*hours("1")] * 100 + [*hours(None)] * 3 + [*hours("1")] * 100
    found = validity.gas_stand_ins(short, [False] * len(short), before, GAS)
    assert {one.value for one in found if one} == {D(20)}  # the last 180: 80 of before, 100 of the quarter
    assert sum(one is not None for one in found) == 3
    long = [*hours("1")] * 300 + [*hours(None)] * 25 + [*hours("1")] * 100
    found = validity.gas_stand_ins(long, [False] * len(long), before, GAS)
    assert {one.value for one in found if one} == {D(50)}  # 720 back: 300 of the quarter and the last 420 before it
    assert next(one for one in found if one).rule.startswith("连缺 25 小时，取之前 720")


def test_capture_decides_and_standing_still_does_not_count() -> None:
    quarter = hours(*["5"] * 80, *[None] * 20)
    assert validity.capture(quarter, [False] * 100) == D("80.00")
    (found,) = {one for one in validity.gas_stand_ins(quarter, [False] * 100, [D(7)] * 3000, GAS) if one}
    assert (found.value, "2160" in found.rule) == (D(7), True)
    assert validity.capture(quarter, [False] * 80 + [True] * 20) == D("100.00")
    assert not any(validity.gas_stand_ins(quarter, [False] * 80 + [True] * 20, [], GAS))
    assert validity.capture(quarter, [True] * 100) is None


def test_below_75_per_cent_and_without_a_past_nothing_stands_in() -> None:
    poor = hours(*["5"] * 74, *[None] * 26)
    (found,) = {one for one in validity.gas_stand_ins(poor, [False] * 100, [], GAS) if one}
    assert found == validity.StandIn(None, "捕集率 74.00%，低于 75%，不能替代，另行核算")
    first = hours(None, *["5"] * 99)
    assert validity.gas_stand_ins(first, [False] * 100, [], GAS)[0] == validity.StandIn(
        None, "之前没有有效小时，不能替代"
    )


def test_a_stop_inside_a_gap_does_not_cut_it() -> None:
    given = hours(*["5"] * 500, *[None] * 13, "0", *[None] * 12)
    stopped = [False] * 513 + [True] + [False] * 12
    given[513] = None
    told = [one for one in validity.gas_stand_ins(given, stopped, [], GAS) if one]
    assert len(told) == 25
    assert "连缺 25 小时" in told[0].rule


def test_waste_water_takes_the_mean_of_as_many_values_before() -> None:
    found = validity.water_stand_ins(hours("10", "20", "30", None, None, "40"))
    assert [one.value if one else None for one in found] == [None, None, None, D("25.00"), D("25.00"), None]
    assert validity.water_stand_ins(hours("10", None, None))[1] == validity.StandIn(
        None, "之前的有效值不够长，不能替代"
    )


def test_a_day_is_weighed_by_flow() -> None:
    assert validity.weighted_mean([(D(10), D(3)), (D(50), D(1))]) == D("20.00")
    assert validity.weighted_mean([(D(10), D(0))]) is None
    assert validity.mass_kg(D(30), D(18)) == D("1.9440")  # 30 mg/m³ × 18 m³/s × 3600 s


def test_a_nozzle_is_warned_of_above_a_quarter_and_alarmed_after_five_days() -> None:
    good, bad = [D("1.1")] * 3, [D("0.85")]
    assert vapour.nozzle_day(good + bad) == vapour.NozzleDay(4, 1, D("25.0"))
    assert not vapour.nozzle_day(good + bad).warned
    warned = vapour.nozzle_day(good + bad + bad)
    assert warned.warned
    assert vapour.nozzle_day([]).share is None
    assert vapour.nozzle_day([D("1.0"), D("1.2"), D("1.21"), D("0.99")]).outside == 2
    assert vapour.alarmed([warned] * 5)
    assert not vapour.alarmed([warned] * 4)
    assert not vapour.alarmed([warned] * 5 + [vapour.nozzle_day(good)])


def test_what_is_not_verified_says_so() -> None:
    assert all("待核" in one.words for one in validity.EDITIONS if not one.verified)
    assert "待核" in vapour.SOURCE
