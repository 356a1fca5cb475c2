"""One day of one place in exact decimals: the obvious form of HJ 633 (daily report) and GB 3095 table 4; `vector` is the fast one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from anlan.science.air.aqi import Aqi, combine, iaqi
from anlan.science.air.editions import DAY_COLUMNS, HOUR_COLUMNS, ITEMS, VALIDITY, Edition

HOURS, WINDOW = 24, 8
WINDOWS = HOURS - WINDOW + 1

Hour = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class DayResult:
    """A day with what it stands on. `values` exact (O3: largest 8-hour mean), None where not valid; `aqi.missing` names those.

    `expected` and `valid` count hours (O3: 8-hour windows). `usable` days count in ratios.
    """

    day: date
    values: Mapping[str, Fraction | None]
    expected: Mapping[str, int]
    valid: Mapping[str, int]
    aqi: Aqi
    usable: bool
    edition: str


def day_mean(hours: Sequence[Decimal | None]) -> tuple[Fraction | None, int]:
    """(exact mean or None, valid hours) of 24 hourly values; 20 are needed (GB 3095 table 4)."""
    known = [Fraction(value) for value in hours if value is not None]
    return (sum(known, Fraction(0)) / len(known) if len(known) >= VALIDITY.hours_a_day else None), len(known)


def largest_8_hours(hours: Sequence[Decimal | None]) -> tuple[Fraction | None, int]:
    """(largest 8-hour mean or None, valid windows) of 24 hourly ozone values.

    Windows lie inside the day and need 6 hours; a day needs 14 windows unless the largest mean already exceeds the limit.
    """
    means = []
    for start in range(WINDOWS):
        known = [Fraction(value) for value in hours[start : start + WINDOW] if value is not None]
        if len(known) >= VALIDITY.hours_a_window:
            means.append(sum(known, Fraction(0)) / len(known))
    largest = max(means, default=None)
    enough = len(means) >= VALIDITY.windows_a_day or (largest is not None and largest > VALIDITY.o3_exceeds)
    return (largest if enough else None), len(means)


def day_aqi(values: Mapping[str, Fraction | None], edition: Edition, largest_o3_hour: Decimal | None = None) -> Aqi:
    """The index of a day from exact values; `largest_o3_hour` stands in where an 8-hour mean is above its column (2012)."""
    missing = tuple(item for item in ITEMS if values[item] is None)
    indices = {
        item: None if (value := values[item]) is None else iaqi(DAY_COLUMNS[item], value, edition) for item in ITEMS
    }
    above = indices["O3"] is None and values["O3"] is not None and edition.o3_by_hour_beyond
    if above and largest_o3_hour is not None:
        indices["O3"] = iaqi(HOUR_COLUMNS["O3"], largest_o3_hour, edition)
    return combine(indices, missing, edition, withhold=edition.withholds_incomplete)


def is_usable(index: Aqi) -> bool:
    """Whether ratios count the day: an index from all six items, or one above 100 from fewer."""
    return index.value is not None and (not index.missing or index.value > 100)


def evaluate_day(day: date, hours: Sequence[Hour], edition: Edition) -> DayResult:
    """A day from its 24 hours (µg/m³, CO mg/m³; None or an absent key is missing)."""
    if len(hours) != HOURS:
        message = "a day has 24 hours; missing ones are empty"
        raise ValueError(message)
    columns = {item: [hour.get(item) for hour in hours] for item in ITEMS}
    found = {item: (largest_8_hours if item == "O3" else day_mean)(column) for item, column in columns.items()}
    values = {item: value for item, (value, _count) in found.items()}
    ozone = max((value for value in columns["O3"] if value is not None), default=None)
    index = day_aqi(values, edition, ozone)
    return DayResult(
        day=day, values=values, expected={item: WINDOWS if item == "O3" else HOURS for item in ITEMS},
        valid={item: count for item, (_value, count) in found.items()}, aqi=index, usable=is_usable(index), edition=edition.key,
    )  # fmt: skip
