"""GB/T 8170-2008: numerical rounding, half to even, on exact numbers only; never on a binary float."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction


def round_half_even(value: Decimal | Fraction | int, places: int) -> Decimal:
    """`value` to `places` decimals (GB/T 8170-2008 3.2). Exact for fractions too."""
    if isinstance(value, Decimal):
        return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    scaled = Fraction(value) * 10**places
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    if twice > scaled.denominator or (twice == scaled.denominator and whole % 2):
        whole += 1
    return Decimal(whole).scaleb(-places)
