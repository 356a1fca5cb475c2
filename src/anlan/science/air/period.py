"""Months and years (HJ 663): means, percentiles, composite index, good days, compliance; exact fractions to the end."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from anlan.science.air.aqi import rounded
from anlan.science.air.daily import day_aqi, is_usable
from anlan.science.air.editions import INDICES, ITEMS, VALIDITY, Edition, Index
from anlan.science.air.vector import DAY_SCALE, O3_SCALE, UNIT, DayTable
from anlan.science.stats.rounding import round_half_even

# Which statistic of the year stands for the item in the composite index, and the percentile reported beside the mean.
PERCENTILES = {"SO2": 98, "NO2": 98, "PM10": 95, "PM25": 95, "CO": 95, "O3": 90}

# Items with a yearly mean limit: only these have a validity rule for the year (GB 3095 table 4).
MEAN_ITEMS = ("SO2", "NO2", "PM10", "PM25")

# What sand and dust from afar adds to: left out of these, and of nothing else, in the second column.
DUST_ITEMS = ("PM10", "PM25")


@dataclass(frozen=True)
class Day:
    """One day of one place: exact item values (None: not valid), AQI (None: none), whether ratios count it, dust day."""

    day: date
    values: Mapping[str, Fraction | None]
    aqi: int | None
    usable: bool
    dust: bool = False


@dataclass(frozen=True)
class Concentrations:
    """Six items over a period, exact. `value` is the statistic of the composite index: the mean; CO P95; O3 P90."""

    valid_days: Mapping[str, int]
    mean: Mapping[str, Fraction | None]
    percentile: Mapping[str, Fraction | None]
    value: Mapping[str, Fraction | None]
    composite: Decimal | None


@dataclass(frozen=True)
class Period:
    """The evaluation of a month or a year. Ratios are None without valid days; `failures` items miss the year's validity.

    Two columns (national monthly report): the plain one counts every valid day; `without_dust` leaves dust days out of PM10 and
    PM2.5 and so of the index, `good_ratio_without_dust` out of the ratio. The assessed ratio is the plain one.
    """

    first: date
    last: date
    edition: str
    expected_days: int
    all_days: Concentrations
    without_dust: Concentrations
    good: int
    usable: int
    good_without_dust: int
    usable_without_dust: int
    dust_days: int
    failures: tuple[str, ...]

    @property
    def valid_days(self) -> Mapping[str, int]:
        return self.all_days.valid_days

    @property
    def mean(self) -> Mapping[str, Fraction | None]:
        return self.all_days.mean

    @property
    def percentile(self) -> Mapping[str, Fraction | None]:
        return self.all_days.percentile

    @property
    def value(self) -> Mapping[str, Fraction | None]:
        return self.all_days.value

    @property
    def composite(self) -> Decimal | None:
        return self.all_days.composite

    @property
    def good_ratio(self) -> Decimal | None:
        """Good days in per cent of usable days, one decimal (dust days count)."""
        return round_half_even(Fraction(self.good * 100, self.usable), 1) if self.usable else None

    @property
    def good_ratio_without_dust(self) -> Decimal | None:
        """The same with dust days left out of both numbers."""
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


def _whole_year(first: date, last: date) -> bool:
    return (first.month, first.day, last.month, last.day, last.year) == (1, 1, 12, 31, first.year)


def _failures(days: Sequence[Day], first: date, last: date) -> tuple[str, ...]:
    """Items without enough valid days in a whole year or in one of its months (GB 3095 table 4)."""
    if not _whole_year(first, last):
        return ()
    failed = []
    for item in MEAN_ITEMS:
        valid = [one.day for one in days if one.values[item] is not None]
        by_month = {month: sum(1 for day in valid if day.month == month) for month in range(1, 13)}
        needed = {month: VALIDITY.days_in_february if month == 2 else VALIDITY.days_a_month for month in by_month}
        if len(valid) < VALIDITY.days_a_year or any(by_month[month] < needed[month] for month in by_month):
            failed.append(item)
    return tuple(failed)


def _concentrations(days: Sequence[Day], edition: Edition, *, dust: bool) -> Concentrations:
    """Statistics of the valid days; without `dust`, PM10 and PM2.5 of dust days are left out."""
    valid = {
        item: [
            value for one in days
            if (value := one.values[item]) is not None and (dust or not one.dust or item not in DUST_ITEMS)
        ]
        for item in ITEMS
    }  # fmt: skip
    mean = {item: sum(values, Fraction(0)) / len(values) if values else None for item, values in valid.items()}
    high = {item: percentile(values, PERCENTILES[item]) for item, values in valid.items()}
    stands = {item: mean[item] if item in MEAN_ITEMS else high[item] for item in ITEMS}
    return Concentrations(
        {item: len(values) for item, values in valid.items()}, mean, high, stands, _index(stands, edition)
    )


def evaluate(days: Sequence[Day], first: date, last: date, edition: Edition) -> Period:
    """Evaluate the days of `first`..`last` in both columns."""
    inside = [one for one in days if first <= one.day <= last]
    usable = [one for one in inside if one.usable]
    clear = [one for one in usable if not one.dust]
    dust_days = sum(one.dust for one in inside)
    plain = _concentrations(inside, edition, dust=True)
    return Period(
        first, last, edition.key, (last - first).days + 1, plain, _concentrations(inside, edition, dust=False) if dust_days else plain,
        _good(usable), len(usable), _good(clear), len(clear), dust_days, _failures(inside, first, last),
    )  # fmt: skip


def _good(days: Sequence[Day]) -> int:
    return sum(1 for one in days if one.aqi is not None and one.aqi <= 100)


@dataclass(frozen=True)
class Compliance:
    """One item of a whole year against the second grade. `met` is None while the year has no value.

    `mean_over` and `percentile_over` are the times over, (C − S) / S, two decimals, None where not over; `days_met` of `days`
    valid days kept the daily limit.
    """

    met: bool | None
    mean_over: Decimal | None
    percentile_over: Decimal | None
    days_met: int
    days: int

    @property
    def days_ratio(self) -> Decimal | None:
        """Days within the daily limit in per cent of valid days, one decimal."""
        return round_half_even(Fraction(self.days_met * 100, self.days), 1) if self.days else None


def compliance(days: Sequence[Day], result: Period, edition: Edition) -> Mapping[str, Compliance]:
    """Whether each item kept its limits: yearly mean (where one is set) and percentile both (HJ 663-2013, yearly evaluation).

    Concentrations are rounded before they are compared. Empty for part of a year, and under an edition whose rounding
    nobody has verified (as for the index).
    """
    index = INDICES.get(edition.key)
    if index is None or not index.verified or not _whole_year(result.first, result.last):
        return {}
    limits = edition.limits_on(result.last)
    inside = [one for one in days if result.first <= one.day <= result.last]
    found = {}
    for item in ITEMS:
        daily = [rounded(item, value) for one in inside if (value := one.values[item]) is not None]
        mean = result.mean[item] if item in MEAN_ITEMS else None
        mean_over = _times_over(item, mean, limits.year[item])
        percentile_over = _times_over(item, result.percentile[item], limits.day[item])
        met = None if not daily else mean_over is None and percentile_over is None
        found[item] = Compliance(
            met, mean_over, percentile_over, sum(value <= limits.day[item] for value in daily), len(daily)
        )
    return found


def _times_over(item: str, value: Fraction | None, limit: int) -> Decimal | None:
    if value is None or (concentration := rounded(item, value)) <= limit:
        return None
    return round_half_even(Fraction(concentration - limit) / limit, 2)


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
    return Day(day, means, index.value, is_usable(index), any(one.dust for one in here))
