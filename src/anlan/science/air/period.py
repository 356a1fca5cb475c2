"""Months and years (HJ 663): means, percentiles, composite index, good days, compliance; exact fractions to the end."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from anlan.science.air.aqi import Aqi, combine, iaqi
from anlan.science.air.editions import DAY_COLUMNS, INDICES, ITEMS, VALIDITY, Edition, Index
from anlan.science.air.vector import DAY_SCALE, O3_SCALE, UNIT, DayTable
from anlan.science.stats.rounding import round_half_even

# Which statistic of the year stands for the item in the composite index, and the percentile reported beside the mean.
PERCENTILES = {"SO2": 98, "NO2": 98, "PM10": 95, "PM25": 95, "CO": 95, "O3": 90}

# Items with a yearly mean limit: only these have a validity rule for the year (GB 3095 table 4).
MEAN_ITEMS = ("SO2", "NO2", "PM10", "PM25")


@dataclass(frozen=True)
class Day:
    """One day of one place: exact item values (None: not valid), AQI (None: none), whether ratios count it, dust day."""

    day: date
    values: Mapping[str, Fraction | None]
    aqi: int | None
    usable: bool
    dust: bool = False


@dataclass(frozen=True)
class Period:
    """The evaluation of a month or a year. Ratios are None without valid days; `failures` items miss the year's validity.

    `value` is the statistic of the composite index (mean; CO P95; O3 P90), exact; `mean` and `percentile` both, exact.
    """

    first: date
    last: date
    edition: str
    expected_days: int
    valid_days: Mapping[str, int]
    mean: Mapping[str, Fraction | None]
    percentile: Mapping[str, Fraction | None]
    value: Mapping[str, Fraction | None]
    composite: Decimal | None
    good: int
    usable: int
    good_without_dust: int
    usable_without_dust: int
    dust_days: int
    failures: tuple[str, ...]

    @property
    def good_ratio(self) -> Decimal | None:
        """Good days in per cent of usable days, one decimal (dust days count)."""
        return round_half_even(Fraction(self.good * 100, self.usable), 1) if self.usable else None

    @property
    def good_ratio_without_dust(self) -> Decimal | None:
        return (
            round_half_even(Fraction(self.good_without_dust * 100, self.usable_without_dust), 1)
            if self.usable_without_dust
            else None
        )


def days_of(dates: Sequence[date], table: DayTable, dust: Sequence[bool] | None = None) -> list[Day]:
    """Rows of a DayTable as exact fractions."""
    marks = dust or [False] * len(dates)
    scale = [UNIT * (O3_SCALE if item == "O3" else DAY_SCALE) for item in ITEMS]
    return [
        Day(
            day,
            {
                item: Fraction(exact, scale[place]) if exact >= 0 else None
                for place, (item, exact) in enumerate(zip(ITEMS, row, strict=True))
            },
            None if aqi < 0 else aqi,
            usable,
            mark,
        )
        for day, row, aqi, usable, mark in zip(
            dates, table.exact.tolist(), table.aqi.tolist(), table.usable.tolist(), marks, strict=True
        )
    ]


def percentile(values: Sequence[Fraction], per_cent: int) -> Fraction | None:
    """Linear interpolation at place 1 + (n−1)·p of the ordered values (HJ 663-2013 appendix A)."""
    if not values:
        return None
    ordered = sorted(values)
    place = Fraction((len(ordered) - 1) * per_cent, 100)
    low = place.numerator // place.denominator
    if low + 1 >= len(ordered):
        return ordered[-1]
    return ordered[low] + (ordered[low + 1] - ordered[low]) * (place - low)


def composite(value: Mapping[str, Fraction | None], index: Index) -> Decimal | None:
    """Sum of weight · C / S over the six items, C first rounded as the index says; None while an item is missing."""
    total = Fraction(0)
    for item in ITEMS:
        concentration = value[item]
        if concentration is None:
            return None
        places = index.co_places if item == "CO" else index.concentration_places
        total += Fraction(round_half_even(concentration, places)) * index.weights[item] / index.limits[item]
    return round_half_even(total, index.places)


def _index(value: Mapping[str, Fraction | None], edition: Edition) -> Decimal | None:
    """The composite index of the edition where its construction is verified; never an unverified reading by default."""
    index = INDICES.get(edition.key)
    return composite(value, index) if index is not None and index.verified else None


def _failures(days: Sequence[Day], first: date, last: date) -> tuple[str, ...]:
    """Items without enough valid days in a whole year or in one of its months (GB 3095 table 4)."""
    whole_year = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    if not whole_year:
        return ()
    failed = []
    for item in MEAN_ITEMS:
        valid = [one.day for one in days if one.values[item] is not None]
        by_month = {month: sum(1 for day in valid if day.month == month) for month in range(1, 13)}
        needed = {month: VALIDITY.days_in_february if month == 2 else VALIDITY.days_a_month for month in by_month}
        if len(valid) < VALIDITY.days_a_year or any(by_month[month] < needed[month] for month in by_month):
            failed.append(item)
    return tuple(failed)


def evaluate(days: Sequence[Day], first: date, last: date, edition: Edition) -> Period:
    """Evaluate the days of `first`..`last`; the index uses every valid day, dust days included."""
    inside = [one for one in days if first <= one.day <= last]
    valid = {item: [value for one in inside if (value := one.values[item]) is not None] for item in ITEMS}
    mean = {item: sum(values, Fraction(0)) / len(values) if values else None for item, values in valid.items()}
    high = {item: percentile(values, PERCENTILES[item]) for item, values in valid.items()}
    stands = {item: high[item] if item in ("CO", "O3") else mean[item] for item in ITEMS}
    usable = [one for one in inside if one.usable]
    clear = [one for one in usable if not one.dust]
    return Period(
        first, last, edition.key, (last - first).days + 1, {item: len(values) for item, values in valid.items()},
        mean, high, stands, _index(stands, edition),
        _good(usable), len(usable), _good(clear), len(clear), sum(one.dust for one in inside), _failures(inside, first, last),
    )  # fmt: skip


def _good(days: Sequence[Day]) -> int:
    return sum(1 for one in days if one.aqi is not None and one.aqi <= 100)


def year(days: Sequence[Day], number: int, edition: Edition) -> Period:
    return evaluate(days, date(number, 1, 1), date(number, 12, 31), edition)


def month(days: Sequence[Day], number: int, which: int, edition: Edition) -> Period:
    return evaluate(days, date(number, which, 1), date(number, which, calendar.monthrange(number, which)[1]), edition)


def area_days(places: Sequence[Sequence[Day]], edition: Edition) -> list[Day]:
    """A district's days from several stations: the mean of the stations valid that day, item by item (HJ 663 5.1).

    The area's AQI is computed anew from the means; with one station it is that station's.
    """
    if len(places) == 1:
        return list(places[0])
    from_dates = sorted({one.day for place in places for one in place})
    by_day = [{one.day: one for one in place} for place in places]
    return [_area_day(day, [known[day] for known in by_day if day in known], edition) for day in from_dates]


def _area_day(day: date, here: Sequence[Day], edition: Edition) -> Day:
    means: dict[str, Fraction | None] = {}
    for item in ITEMS:
        values = [value for one in here if (value := one.values[item]) is not None]
        means[item] = sum(values, Fraction(0)) / len(values) if values else None
    index = day_aqi(means, edition)
    usable = index.value is not None and (not index.missing or index.value > 100)
    return Day(day, means, index.value, usable, any(one.dust for one in here))


def day_aqi(means: Mapping[str, Fraction | None], edition: Edition) -> Aqi:
    """The index of a day from exact means (O3: largest 8-hour mean)."""
    missing = tuple(item for item in ITEMS if means[item] is None)
    indices = {
        item: None if (value := means[item]) is None else iaqi(DAY_COLUMNS[item], value, edition) for item in ITEMS
    }
    return combine(indices, missing, edition, withhold=edition.withholds_incomplete)
