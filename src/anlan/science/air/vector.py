"""Many station-hours at once, in exact integer arithmetic: no float anywhere, so the answers equal the decimal form.

Units: an hourly value is an int64 in thousandths (0.001 µg/m³; CO 0.001 mg/m³), missing is -1.
A daily mean of n hours (20 ≤ n ≤ 24) is kept exactly as an integer in 1/(1000·DAY_SCALE); an 8-hour mean of n hours
(6 ≤ n ≤ 8) in 1/(1000·O3_SCALE): the scales are the least common multiples of the possible n.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from anlan.science.air.aqi import TOP
from anlan.science.air.editions import BREAKS, DAY_COLUMNS, HOUR_COLUMNS, ITEMS, VALIDITY, Edition

Ints = NDArray[np.int64]
Small = NDArray[np.int16]
Flags = NDArray[np.bool_]

UNIT = 1000
DAY_SCALE = math.lcm(*range(VALIDITY.hours_a_day, 25))
O3_SCALE = math.lcm(*range(VALIDITY.hours_a_window, 9))
CO, O3 = ITEMS.index("CO"), ITEMS.index("O3")
NONE = -1


@dataclass(frozen=True)
class HourTable:
    """`days` station-days in rows, 24 hours in columns, six items in ITEMS order: shape (days, 24, 6), int64, -1 missing."""

    values: Ints


@dataclass(frozen=True)
class DayTable:
    """Per station-day, six items. `exact` in 1/(1000·scale); `reported` in µg/m³, CO in 0.1 mg/m³; `iaqi` -1 where none.

    `aqi` is -1 where none may be published; `usable` days count in ratios: all six items valid, or AQI above 100.
    `primary` is a bit mask in ITEMS order.
    """

    hours: Small  # valid hours (O3: valid 8-hour windows)
    valid: Flags
    exact: Ints
    reported: Ints
    iaqi: Small
    aqi: Small
    primary: Small
    usable: Flags
    edition: str


def _half_even(value: Ints, divisor: Ints | int) -> Ints:
    """value / divisor rounded half to even; both non-negative."""
    whole, rest = np.divmod(value, divisor)
    twice = 2 * rest
    up = (twice > divisor) | ((twice == divisor) & (whole % 2 == 1))
    return np.asarray(whole + up, dtype=np.int64)


@cache
def _lookup(points: tuple[int, ...], beyond: int, tenths: bool) -> Small:
    """IAQI of every reported concentration 0..last+1; the last place stands for everything above the column."""
    step = 10 if tenths else 1
    table = np.full(points[-1] * step + 2, beyond, dtype=np.int16)
    for place in range(1, len(points)):
        low, high = points[place - 1] * step, points[place] * step
        rise = BREAKS[place] - BREAKS[place - 1]
        steps = np.arange(high - low + 1, dtype=np.int64) * rise
        table[low : high + 1] = BREAKS[place - 1] + -(-steps // (high - low))
    # Values belong to the lower interval at a breakpoint; both give the same index, so the order does not matter.
    return table


def _indices(reported: Ints, known: Flags, columns: dict[str, str], edition: Edition) -> Small:
    out = np.full(reported.shape, NONE, dtype=np.int16)
    for place, item in enumerate(ITEMS):
        points = edition.columns[columns[item]]
        beyond = TOP if len(points) == len(BREAKS) else edition.beyond.get(columns[item], NONE)
        table = _lookup(points, beyond, item == "CO")
        found = table[np.minimum(reported[..., place], len(table) - 1)]
        out[..., place] = np.where(known[..., place], found, NONE)
    return out


def _combine(indices: Small, known: Flags, withhold: bool) -> tuple[Small, Small]:
    """(AQI or -1, primary mask)."""
    aqi = indices.max(axis=-1)
    bits = (1 << np.arange(len(ITEMS), dtype=np.int16)).astype(np.int16)
    primary = (((indices == aqi[..., None]) & (aqi[..., None] > 50)) * bits).sum(axis=-1).astype(np.int16)
    if withhold:
        held = ~known.all(axis=-1) & (aqi <= 100)
        aqi, primary = np.where(held, NONE, aqi).astype(np.int16), np.where(held, 0, primary).astype(np.int16)
    return aqi, primary


def _report(values: Ints) -> Ints:
    """Hourly thousandths to reported units (µg/m³, CO 0.1 mg/m³)."""
    reported = _half_even(np.maximum(values, 0), UNIT)
    reported[..., CO] = _half_even(np.maximum(values[..., CO], 0), UNIT // 10)
    return reported


def _hour_indices(values: Ints, edition: Edition) -> Small:
    return _indices(_report(values), values >= 0, HOUR_COLUMNS, edition)


def evaluate_hours(values: Ints, edition: Edition) -> tuple[Small, Small]:
    """(AQI or -1, primary mask) of hourly values of any shape (..., 6)."""
    return _combine(_hour_indices(values, edition), values >= 0, edition.withholds_incomplete)


def _ozone(hours: Ints) -> tuple[Small, Ints]:
    """(valid windows, largest 8-hour mean in 1/(1000·O3_SCALE), -1 when none) of (days, 24)."""
    known = hours >= 0
    sums = np.cumsum(np.pad(np.where(known, hours, 0), ((0, 0), (1, 0))), axis=1)
    counts = np.cumsum(np.pad(known.astype(np.int64), ((0, 0), (1, 0))), axis=1)
    total, count = sums[:, 8:] - sums[:, :-8], counts[:, 8:] - counts[:, :-8]
    enough = count >= VALIDITY.hours_a_window
    means = np.where(enough, total * (O3_SCALE // np.maximum(count, 1)), NONE)
    # O3_SCALE / count is whole for 6, 7 and 8; other counts are masked.
    return enough.sum(axis=1).astype(np.int16), means.max(axis=1)


def evaluate_days(table: HourTable, edition: Edition) -> DayTable:
    """Daily means, ozone's largest 8-hour mean, validity, IAQI and AQI of every station-day."""
    values = table.values
    known = values >= 0
    counts = known.sum(axis=1).astype(np.int16)
    sums = np.where(known, values, 0).sum(axis=1)
    valid = counts >= VALIDITY.hours_a_day
    safe = np.maximum(counts, 1).astype(np.int64)
    exact = np.where(valid, sums * (DAY_SCALE // safe), NONE)
    divisor = np.full(len(ITEMS), UNIT * DAY_SCALE, dtype=np.int64)
    divisor[CO] //= 10
    reported = _half_even(np.maximum(exact, 0), divisor)

    windows, largest = _ozone(values[:, :, O3])
    valid[:, O3] = (windows >= VALIDITY.windows_a_day) | (largest > VALIDITY.o3_exceeds * UNIT * O3_SCALE)
    counts[:, O3] = windows
    exact[:, O3] = np.where(valid[:, O3], largest, NONE)
    reported[:, O3] = _half_even(np.maximum(largest, 0), UNIT * O3_SCALE)

    indices = _indices(reported, valid, DAY_COLUMNS, edition)
    if edition.o3_by_hour_beyond:
        above = valid[:, O3] & (indices[:, O3] < 0)
        indices[above, O3] = _hour_indices(values[above].max(axis=1), edition)[:, O3]
    aqi, primary = _combine(indices, valid, edition.withholds_incomplete)
    reported = np.where(valid, reported, NONE)
    usable = (aqi >= 0) & (valid.all(axis=1) | (aqi > 100))
    return DayTable(counts, valid, exact, reported, indices, aqi, primary, usable, edition.key)


def primary_names(mask: int) -> tuple[str, ...]:
    """The items of a primary mask, in ITEMS order, as keys of ITEMS."""
    return tuple(item for place, item in enumerate(ITEMS) if mask >> place & 1)
