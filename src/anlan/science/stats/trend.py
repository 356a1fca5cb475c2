"""Trends: Spearman's rank correlation with time (the surface-water evaluation method), and Kendall's test by season.

The first says of a few yearly values whether they rise; the second of monthly ones, comparing each month only with itself.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from anlan.science.stats.rounding import round_half_even

# W(0.05) by number of periods; recalled from the surface-water method, to be verified (knowledge: certainty B).
CRITICAL = {5: "0.900", 6: "0.829", 7: "0.714", 8: "0.643", 9: "0.600", 10: "0.564", 12: "0.506"}
Z_05 = 1.959963984540054  # two-sided 5 % of the normal distribution
Direction = Literal["up", "down", "none"]


@dataclass(frozen=True)
class Trend:
    rs: Decimal
    significant: bool | None
    direction: Direction


def spearman(series: Sequence[Decimal | int | float]) -> Trend:
    """r_s = 1 − 6Σd² / (N³ − N) against time; `significant` None where no critical value is tabled. N ≥ 5."""
    count = len(series)
    if count < 5:
        message = "a trend needs at least five periods"
        raise ValueError(message)
    ordered = sorted(Decimal(str(value)) for value in series)
    # Tied values share the mean of their ranks.
    ranks = [
        Fraction(2 * ordered.index(value) + ordered.count(value) + 1, 2) for value in map(Decimal, map(str, series))
    ]
    squares = sum((rank - period) ** 2 for period, rank in enumerate(ranks, 1))
    rs = 1 - Fraction(6 * squares, count**3 - count)
    limit = CRITICAL.get(count)
    significant = abs(rs) >= Fraction(limit) if limit else None
    direction: Direction = "none"
    if significant:
        direction = "up" if rs > 0 else "down"
    return Trend(round_half_even(rs, 4), significant, direction)


@dataclass(frozen=True)
class Seasonal:
    """`statistic` is ΣS over the seasons, `z` its normal score with continuity correction; `pairs` how many were compared."""

    statistic: int
    z: float
    significant: bool
    direction: Direction
    pairs: int


def seasonal_kendall(seasons: Mapping[int, Sequence[Decimal]]) -> Seasonal | None:
    """Hirsch, Slack and Smith (1982), ties corrected, no covariance between seasons. Values of each season in time order.

    None when fewer than ten pairs can be compared: the normal approximation would say nothing.
    """
    statistic, variance, pairs = 0, Fraction(0), 0
    for values in seasons.values():
        count = len(values)
        statistic += sum((b > a) - (b < a) for place, a in enumerate(values) for b in values[place + 1 :])
        ties = sum(t * (t - 1) * (2 * t + 5) for t in Counter(values).values())
        variance += Fraction(count * (count - 1) * (2 * count + 5) - ties, 18)
        pairs += count * (count - 1) // 2
    if pairs < 10 or not variance:
        return None
    z = (statistic - (statistic > 0) + (statistic < 0)) / math.sqrt(variance)
    significant = abs(z) > Z_05
    direction: Direction = ("up" if statistic > 0 else "down") if significant else "none"
    return Seasonal(statistic, round(z, 4), significant, direction, pairs)
