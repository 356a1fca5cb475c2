"""The integer form against the decimal form, the decimal form against cases worked by hand, and what must hold for any input."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.science.air import hours_csv, period
from anlan.science.air.aqi import hourly, iaqi, rounded
from anlan.science.air.daily import DayResult, day_aqi, evaluate_day
from anlan.science.air.editions import BREAKS, DAY_COLUMNS, EDITIONS, HOUR_COLUMNS, ITEMS, NAMES, Edition, edition_for
from anlan.science.air.period import Day
from anlan.science.air.vector import (
    DAY_SCALE,
    NONE,
    O3_SCALE,
    UNIT,
    DayTable,
    HourTable,
    Ints,
    evaluate_days,
    evaluate_hours,
    primary_names,
)

pytestmark = pytest.mark.pure
VERIFICATION = Path(__file__).parents[1] / "verification"
SOME_DAY = date(2020, 1, 1)


def worked(name: str) -> list[dict[str, str]]:
    with (VERIFICATION / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "case", worked("iaqi.csv"), ids=lambda case: "{edition}-{column}-{concentration}".format(**case)
)
def test_iaqi_worked_by_hand(case: dict[str, str]) -> None:
    expected = int(case["iaqi"]) if case["iaqi"] else None
    assert iaqi(case["column"], Decimal(case["concentration"]), EDITIONS[case["edition"]]) == expected


@pytest.mark.parametrize("case", worked("aqi.csv"), ids=lambda case: case["worked"])
def test_aqi_worked_by_hand(case: dict[str, str]) -> None:
    edition = EDITIONS[case["edition"]]
    values = {item: Decimal(case[item]) if case[item] else None for item in ITEMS}
    result = hourly(values, edition)
    assert ("" if result.value is None else str(result.value), ",".join(result.primary)) == (
        case["aqi"],
        case["primary"],
    )
    row = np.array([[NONE if value is None else int(value * UNIT) for value in values.values()]])
    fast, mask = evaluate_hours(row, edition)
    assert int(fast[0]) == (NONE if result.value is None else result.value)
    assert tuple(NAMES[item] for item in primary_names(int(mask[0]))) == result.primary


def decimals(row: Ints) -> dict[str, Decimal | None]:
    return {item: None if value < 0 else Decimal(int(value)) / UNIT for item, value in zip(ITEMS, row, strict=True)}


def assert_same_hours(values: Ints, edition: Edition) -> None:
    found, masks = evaluate_hours(values, edition)
    for row, value, mask in zip(values, found.tolist(), masks.tolist(), strict=True):
        exact = hourly(decimals(row), edition)
        assert (None if value < 0 else value, tuple(NAMES[item] for item in primary_names(mask))) == (
            exact.value,
            exact.primary,
        ), row


def assert_same_day(table: DayTable, at: int, exact: DayResult) -> None:
    """Every field of a row of the table equals the decimal day."""
    for place, item in enumerate(ITEMS):
        value = exact.values[item]
        assert int(table.hours[at, place]) == exact.valid[item]
        assert bool(table.valid[at, place]) == (value is not None)
        scale = UNIT * (O3_SCALE if item == "O3" else DAY_SCALE)
        assert (Fraction(int(table.exact[at, place]), scale) if value is not None else int(table.exact[at, place])) == (
            value if value is not None else NONE
        )
        if value is not None:
            assert Decimal(int(table.reported[at, place])).scaleb(-1 if item == "CO" else 0) == rounded(item, value)
        index = int(table.iaqi[at, place])
        assert (None if index < 0 else index) == exact.aqi.indices[item]
    found = int(table.aqi[at])
    assert (None if found < 0 else found) == exact.aqi.value
    assert tuple(NAMES[item] for item in primary_names(int(table.primary[at]))) == exact.aqi.primary
    assert bool(table.usable[at]) == exact.usable


def assert_same_days(values: Ints, edition: Edition) -> None:
    table = evaluate_days(HourTable(values), edition)
    for at, hours in enumerate(values):
        assert_same_day(table, at, evaluate_day(SOME_DAY, [decimals(row) for row in hours], edition))


def beijing(shared: Path) -> Ints:
    return hours_csv.read((shared / "data/environment/beijing_air_hourly_2014_2016.csv").read_bytes()).table.values


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=lambda edition: edition.key)
def test_real_days_equal_the_decimal_form(shared: Path, edition: Edition) -> None:
    values = beijing(shared)
    some = values[sorted(random.Random(8170).sample(range(len(values)), 60))]
    assert_same_hours(some.reshape(-1, 6), edition)
    assert_same_days(some, edition)


@pytest.mark.slow
@pytest.mark.parametrize("edition", EDITIONS.values(), ids=lambda edition: edition.key)
def test_all_real_days_equal_the_decimal_form(shared: Path, edition: Edition) -> None:
    values = beijing(shared)
    assert values.shape == (3288, 24, 6)
    assert_same_hours(values.reshape(-1, 6), edition)
    assert_same_days(values, edition)


# Missing, small, on a whole number (ties and breakpoints), anything, beyond every column.
cells = st.one_of(
    st.just(NONE), st.integers(0, 60), st.integers(0, 2600).map(lambda n: n * 500), st.integers(0, 1_300_000), st.integers(0, 9_000_000)
)  # fmt: skip
hour_rows = st.lists(cells, min_size=6, max_size=6)
# A day's values keep to one magnitude, so that means fall all along the columns; up to six hours are missing.
day_values = st.tuples(
    st.lists(st.sampled_from([4_000, 60_000, 200_000, 900_000]), min_size=6, max_size=6), st.integers(0, 2**32), st.integers(0, 60)
)  # fmt: skip


def drawn_day(draw: tuple[list[int], int, int]) -> Ints:
    highest, seed, missing = draw
    source = np.random.Generator(np.random.PCG64(seed))
    values = np.stack([source.integers(0, top, 24) for top in highest], axis=1)
    values[source.integers(0, 24, missing), source.integers(0, 6, missing)] = NONE
    return values


@pytest.mark.fuzz
@given(st.lists(hour_rows, min_size=1, max_size=6))
def test_any_hours_equal_the_decimal_form(rows: list[list[int]]) -> None:
    for edition in EDITIONS.values():
        assert_same_hours(np.array(rows, dtype=np.int64), edition)


@pytest.mark.fuzz
@given(day_values)
def test_any_day_equals_the_decimal_form(draw: tuple[list[int], int, int]) -> None:
    for edition in EDITIONS.values():
        assert_same_days(drawn_day(draw)[None], edition)


@pytest.mark.fuzz
@given(day_values, st.randoms(use_true_random=False))
def test_order_of_hours_and_rows_does_not_matter(draw: tuple[list[int], int, int], source: random.Random) -> None:
    """A mean forgets the order of its hours; a table forgets the order of its rows; a percentile that of its days."""
    day, order, edition = drawn_day(draw), list(range(24)), EDITIONS["2026"]
    source.shuffle(order)
    plain, shuffled = (evaluate_days(HourTable(values[None]), edition) for values in (day, day[order]))
    assert (plain.exact[0, :5] == shuffled.exact[0, :5]).all()
    assert (evaluate_hours(day, edition)[0][order] == evaluate_hours(day[order], edition)[0]).all()
    values = [Fraction(int(value), 7) for value in day.ravel() if value >= 0]
    mixed = source.sample(values, len(values))
    assert period.percentile(mixed, 98) == period.percentile(values, 98)


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=lambda edition: edition.key)
def test_iaqi_rises_and_meets_every_breakpoint(edition: Edition) -> None:
    """At a breakpoint exactly its index, a step below less or equal, a step above more; never falling in between."""
    for column, points in edition.columns.items():
        step = Decimal("0.1") if column.startswith("CO") else Decimal(1)
        for point, index in zip(points, BREAKS, strict=False):
            assert iaqi(column, Decimal(point), edition) == index
            below = iaqi(column, point - step, edition) if point else None
            assert below is None or below <= index
            if point != points[-1]:
                above = iaqi(column, point + step, edition)
                assert above is not None
                assert above > index
        series = [iaqi(column, Decimal(n) * step, edition) for n in range(int(points[-1] / step) + 1)]
        assert series == sorted(series)  # type: ignore[type-var]


def test_editions_and_limits_by_day() -> None:
    assert edition_for(date(2026, 2, 28)).key == "2012"
    new = edition_for(date(2026, 3, 1))
    assert new.key == "2026"
    assert [new.limits_on(day).year["PM25"] for day in (date(2020, 1, 1), date(2030, 12, 31), date(2031, 1, 1))] == [
        30,
        30,
        25,
    ]
    for edition in EDITIONS.values():
        assert set(edition.columns) == {*HOUR_COLUMNS.values(), *DAY_COLUMNS.values()}
        for column, points in edition.columns.items():
            assert list(points) == sorted(set(points)), column
            assert len(points) == len(BREAKS) or column in ("SO2_1H", "O3_8H")


def test_ozone_of_a_day() -> None:
    """Windows inside the day of 6 hours and more; 14 of them, unless the largest already exceeds 160."""

    def day(hours: dict[int, int]) -> DayResult:
        return evaluate_day(SOME_DAY, [{"O3": Decimal(hours[hour]) if hour in hours else None} for hour in range(24)], EDITIONS["2012"])  # fmt: skip

    whole = day(dict.fromkeys(range(24), 100) | dict.fromkeys(range(12, 20), 170))
    assert (whole.valid["O3"], whole.expected["O3"]) == (17, 17)
    assert whole.values["O3"] == 170
    # Hours 0–18: windows starting 0 to 13 have six of their hours or more.
    for count, windows, value in ((19, 14, Fraction(80)), (18, 13, None)):
        part = day(dict.fromkeys(range(count), 80))
        assert part.valid["O3"] == windows
        assert part.values["O3"] == value
    assert day(dict.fromkeys(range(6), 161)).values["O3"] == 161
    assert day(dict.fromkeys(range(6), 160)).values["O3"] is None
    # Above its column in 2012 the largest hour speaks instead (note to table 1): 1,000 is index 400.
    assert day(dict.fromkeys(range(24), 1000)).aqi.value == 400


def test_a_day_needs_twenty_hours() -> None:
    for count, valid in ((20, True), (19, False)):
        hours: list[dict[str, Decimal | None]] = [{"PM25": Decimal(35) if hour < count else None} for hour in range(24)]
        result = evaluate_day(SOME_DAY, hours, EDITIONS["2012"])
        assert (result.values["PM25"] == 35, result.valid["PM25"]) == (valid, count)
        assert "SO2" in result.aqi.missing
        assert not result.usable
    with pytest.raises(ValueError, match="24"):
        evaluate_day(SOME_DAY, [], EDITIONS["2012"])


def year_of(values: dict[str, int], *, dust: dict[int, int] | None = None, skip: int = 0) -> list[Day]:
    """2021 with the same values every day; `dust` days (by number) have another PM10; the last `skip` days are missing."""
    days = []
    for number in range(365 - skip):
        means: dict[str, Fraction | None] = {item: Fraction(value) for item, value in values.items()}
        means["PM10"] = Fraction((dust or {}).get(number, values["PM10"]))
        index = day_aqi(means, EDITIONS["2012"])
        days.append(
            Day(date(2021, 1, 1) + timedelta(days=number), means, index.value, usable=True, dust=number in (dust or {}))
        )
    return days


LIMITS: dict[str, int] = {"SO2": 60, "NO2": 40, "PM10": 70, "PM25": 35, "CO": 4, "O3": 160}


def test_dust_days_leave_particles_and_index_but_not_the_assessed_ratio() -> None:
    result = period.year(year_of(LIMITS, dust={40: 1500, 41: 1500}), 2021, EDITIONS["2012"])
    assert (result.good, result.usable, str(result.good_ratio)) == (363, 365, "99.5")
    assert (result.good_without_dust, result.usable_without_dust, str(result.good_ratio_without_dust)) == (
        363,
        363,
        "100.0",
    )
    assert result.mean["PM10"] == Fraction(363 * 70 + 3000, 365)
    assert result.without_dust.mean["PM10"] == 70
    assert (
        result.valid_days["PM10"],
        result.without_dust.valid_days["PM10"],
        result.without_dust.valid_days["O3"],
    ) == (365, 363, 365)
    assert (str(result.composite), str(result.without_dust.composite)) == ("6.11", "6.00")


def test_compliance_needs_mean_and_percentile() -> None:
    edition, days = EDITIONS["2012"], year_of(LIMITS)
    found = period.compliance(days, period.year(days, 2021, edition), edition)
    assert all(one.met and str(one.days_ratio) == "100.0" for one in found.values())
    # The 95th percentile stands at place 346.8 of 365: 18 bad days stay above it, 25 reach it.
    for bad, met in ((18, True), (25, False)):
        days = year_of({**LIMITS, "PM10": 50}, dust=dict.fromkeys(range(bad), 300))
        one = period.compliance(days, period.year(days, 2021, edition), edition)["PM10"]
        assert (one.met, one.mean_over, one.days_met, one.days) == (met, None, 365 - bad, 365)
        assert one.percentile_over == (None if met else Decimal("1.00"))
    days = year_of({**LIMITS, "PM25": 46})
    one = period.compliance(days, period.year(days, 2021, edition), edition)["PM25"]
    assert (one.met, one.mean_over, one.percentile_over) == (False, Decimal("0.31"), None)
    assert period.compliance(days, period.month(days, 2021, 1, edition), edition) == {}
    assert period.compliance(days, period.year(days, 2021, EDITIONS["2026"]), EDITIONS["2026"]) == {}


def test_validity_of_a_year() -> None:
    edition = EDITIONS["2012"]
    assert period.year(year_of(LIMITS, skip=4), 2021, edition).failures == ()
    assert period.year(year_of(LIMITS, skip=5), 2021, edition).failures == ("SO2", "NO2", "PM10", "PM25")
    assert period.month(year_of(LIMITS, skip=5), 2021, 12, edition).failures == ()
    empty: Any = period.year([], 2021, edition)
    assert (empty.good_ratio, empty.composite, empty.mean["PM25"], empty.usable) == (None, None, None, 0)
