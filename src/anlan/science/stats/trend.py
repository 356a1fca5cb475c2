"""Spearman's rank correlation with time (HJ 91.2 and the surface-water evaluation method use it for trends)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from anlan.science.stats.rounding import round_half_even

# W(0.05) by number of periods; recalled from the surface-water method, to be verified (knowledge: certainty B).
CRITICAL = {5: "0.900", 6: "0.829", 7: "0.714", 8: "0.643", 9: "0.600", 10: "0.564", 12: "0.506"}


@dataclass(frozen=True)
class Trend:
    rs: Decimal
    significant: bool | None
    direction: Literal["up", "down", "none"]


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
    direction: Literal["up", "down", "none"] = "none"
    if significant:
        direction = "up" if rs > 0 else "down"
    return Trend(round_half_even(rs, 4), significant, direction)
