"""Flue gas of stationary sources. Concentrations in mg/m³ at standard state, dry; oxygen in per cent by volume.

Sources: conversion as in GB 13271-2014, 5.2 (recalled, unverified) and the local boiler standard; validity after HJ 75-2017
(an hour needs 45 valid minutes, a day 20 valid hours), unverified in its own text. The limit is compared with the hourly mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

AIR_OXYGEN = Decimal(21)
LEAST_OXYGEN, MOST_OXYGEN = Decimal(1), Decimal(19)  # outside, conversion says nothing: an alarm, no figure
VALID_MINUTES, VALID_HOURS = 45, 20
_CENT = Decimal("0.01")


def to_reference(measured: Decimal, oxygen: Decimal, reference: Decimal) -> Decimal | None:
    """C' × (21 − reference) / (21 − oxygen), two decimals; None when the oxygen makes it meaningless."""
    if not LEAST_OXYGEN <= oxygen <= MOST_OXYGEN:
        return None
    return (measured * (AIR_OXYGEN - reference) / (AIR_OXYGEN - oxygen)).quantize(_CENT, ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Mean:
    """A mean with how many values it rests on; `value` None when they are too few."""

    value: Decimal | None
    count: int
    needed: int

    @property
    def valid(self) -> bool:
        return self.count >= self.needed


def _mean(values: Sequence[Decimal], needed: int) -> Mean:
    enough = len(values) >= needed
    value = (sum(values, Decimal(0)) / len(values)).quantize(_CENT, ROUND_HALF_EVEN) if enough else None
    return Mean(value, len(values), needed)


def hour_mean(valid_minutes: Sequence[Decimal]) -> Mean:
    """Of the minutes that count; fewer than 45 give no hour."""
    return _mean(valid_minutes, VALID_MINUTES)


def day_mean(valid_hours: Sequence[Decimal]) -> Mean:
    """Of the hours that count; fewer than 20 give no day."""
    return _mean(valid_hours, VALID_HOURS)
