"""Identification and level of a major hazard unit (GB 18218-2018, 4.2 and 4.3). Exact fractions until the last rounding.

S = Σ q/Q decides whether; R = α · Σ β·q/Q decides the level. q is the design maximum in tonnes, never today's stock.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("gb18218.toml").read_text(encoding="utf-8"))
SOURCE: str = _TABLE["source"]
SUBSTANCES: tuple[str, ...] = tuple(_TABLE["substances"])


class Unknown(ValueError):  # noqa: N818 - what is unknown is the answer
    """A substance, or its β, that the tables do not name: an error, never a silent 1."""


@dataclass(frozen=True)
class Unit:
    """`s` and `r` exact; `level` empty when S < 1 (no major hazard). `parts`: substance → (q/Q, β)."""

    s: Fraction
    r: Fraction
    alpha: Fraction
    level: str
    parts: Mapping[str, tuple[Fraction, Fraction]]

    @property
    def is_major(self) -> bool:
        return self.s >= 1


def quantity_of(substance: str) -> Fraction:
    """The critical quantity Q in tonnes. Raises Unknown."""
    try:
        return Fraction(str(_TABLE["substances"][substance][0]))
    except KeyError:
        raise Unknown(f"表 1 没有“{substance}”") from None


def beta_of(substance: str) -> Fraction:
    """By name (table 3), else by class (table 4). Raises Unknown."""
    try:
        _quantity, beta, kind = _TABLE["substances"][substance]
        return Fraction(str(beta or _TABLE["beta"][kind]))
    except KeyError:
        raise Unknown(f"没有“{substance}”的校正系数 β") from None


def assess(maxima: Mapping[str, float], exposed: int) -> Unit:
    """`maxima`: substance → design maximum (t); `exposed`: permanent residents within 500 m. Raises Unknown, ValueError."""
    if not maxima or exposed < 0 or any(not 0 <= one < float("inf") for one in maxima.values()):
        raise ValueError("quantities and residents are numbers from 0 up, of one substance at least")
    parts = {name: (Fraction(str(mass)) / quantity_of(name), beta_of(name)) for name, mass in maxima.items()}
    alpha = next(Fraction(str(row["alpha"])) for row in _TABLE["exposed"] if exposed >= row["from"])
    s = sum((ratio for ratio, _beta in parts.values()), Fraction(0))
    r = alpha * sum((ratio * beta for ratio, beta in parts.values()), Fraction(0))
    level = next(row["name"] for row in _TABLE["level"] if r >= row["from"]) if s >= 1 else ""
    return Unit(s, r, alpha, level, parts)
