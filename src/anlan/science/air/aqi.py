"""IAQI and AQI of single values, exact decimals: the obvious form of HJ 633 clauses 4.2–5.3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anlan.science.air.editions import BREAKS, HOUR_COLUMNS, ITEMS, NAMES, Edition, level_of
from anlan.science.stats.rounding import round_half_even

TOP = 500


def rounded(item: str, value: Decimal | Fraction) -> Decimal:
    """The concentration as reported: integer µg/m³, CO to 0.1 mg/m³ (GB/T 8170)."""
    return round_half_even(value, 1 if item.startswith("CO") else 0)


def iaqi(column: str, value: Decimal | Fraction, edition: Edition) -> int | None:
    """The individual index of a concentration in a column (`SO2_1H`, `PM25` …), rounded up (4.2.2).

    None where the edition says the item is not computed (beyond the end of a short column). Above a full column: 500.
    """
    points = edition.columns[column]
    concentration = rounded(column, value)
    if concentration > points[-1]:
        return TOP if len(points) == len(BREAKS) else edition.beyond.get(column)
    for place in range(1, len(points)):
        if concentration <= points[place]:
            low, high = points[place - 1], points[place]
            share = Fraction(concentration - low) * (BREAKS[place] - BREAKS[place - 1]) / (high - low)
            return BREAKS[place - 1] + -(-share.numerator // share.denominator)
    message = "a concentration is never below zero"
    raise ValueError(message)


@dataclass(frozen=True)
class Aqi:
    """`value` None: not to be published. `primary` codes (PM2.5 …) only above 50. `missing` items had no value."""

    value: int | None
    primary: tuple[str, ...]
    indices: Mapping[str, int | None]
    missing: tuple[str, ...]
    edition: str

    @property
    def level(self) -> tuple[int, str] | None:
        return None if self.value is None else level_of(self.value)


def combine(indices: Mapping[str, int | None], missing: tuple[str, ...], edition: Edition, *, withhold: bool) -> Aqi:
    """The largest index and who causes it. `withhold`: with items missing, publish only above 100 (2026 5.3.1)."""
    known = {item: index for item, index in indices.items() if index is not None}
    value = max(known.values(), default=None)
    if value is None or (withhold and missing and value <= 100):
        return Aqi(None, (), indices, missing, edition.key)
    primary = tuple(NAMES[item] for item in ITEMS if known.get(item) == value) if value > 50 else ()
    return Aqi(value, primary, indices, missing, edition.key)


def hourly(values: Mapping[str, Decimal | None], edition: Edition) -> Aqi:
    """The real-time index of one station-hour. Keys are ITEMS, µg/m³ and CO mg/m³; None is missing, never zero."""
    missing = tuple(item for item in ITEMS if values.get(item) is None)
    indices = {
        item: None if (value := values.get(item)) is None else iaqi(HOUR_COLUMNS[item], value, edition)
        for item in ITEMS
    }
    return combine(indices, missing, edition, withhold=edition.withholds_incomplete)
