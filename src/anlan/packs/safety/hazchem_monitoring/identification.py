"""What people type about a unit, and what follows after GB 18218-2018."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from anlan.base.errors import Refused
from anlan.science.hazard import gb18218

MOST_T = 1e7


def read_maxima(typed: Sequence[tuple[str, str]]) -> dict[str, float]:
    """(substance, tonnes as typed) rows; empty rows are left out, the same substance twice is added. Raises Refused."""
    found: dict[str, float] = {}
    for name, text in typed:
        if not name and not text.strip():
            continue
        try:
            mass = float(text.translate(_HALF).replace(",", ""))
        except ValueError:
            raise Refused("mass", f"“{name or '没有选物质'}”的设计最大量须是数字，单位吨。", "mass") from None
        if not name or not math.isfinite(mass) or not 0 < mass <= MOST_T:
            raise Refused("mass", "每行选一种物质，量大于 0。", "mass")
        found[name] = found.get(name, 0.0) + mass
    if not found:
        raise Refused("mass", "至少填一种物质。", "mass")
    return found


_HALF = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def read_residents(text: str) -> int:
    text = text.strip().translate(_HALF)
    if not text.isdecimal() or len(text) > 7:
        raise Refused("exposed", "500 米内常住人数填 0 或正整数。", "exposed")
    return int(text)


@dataclass(frozen=True)
class Part:
    """A line of the calculation: q (t), q/Q, β and their product."""

    name: str
    mass: float
    ratio: float
    beta: float

    @property
    def product(self) -> float:
        return self.ratio * self.beta


@dataclass(frozen=True)
class Identified:
    """`level` is empty when S < 1."""

    parts: tuple[Part, ...]
    s: Decimal
    r: Decimal
    alpha: Decimal
    level: str

    def stored(self) -> list[dict[str, Any]]:
        return [{"name": one.name, "mass": one.mass, "ratio": one.ratio, "beta": one.beta} for one in self.parts]


def identify(maxima: dict[str, float], exposed: int) -> Identified:
    """Raises Refused when a substance, or its β, is not in the tables: it is never guessed."""
    try:
        unit = gb18218.assess(maxima, exposed)
    except gb18218.Unknown as unknown:
        raise Refused("unknown", f"{unknown}：不能算，先查标准原文。", "mass") from None
    parts = tuple(Part(name, maxima[name], float(ratio), float(beta)) for name, (ratio, beta) in unit.parts.items())
    # Four places for the paper; whether and which level was decided on exact fractions. A sum just under 1 must not read as 1.
    return Identified(parts, _down(unit.s), _down(unit.r), Decimal(str(float(unit.alpha))), unit.level)


def _down(value: Any) -> Decimal:
    return Decimal(value.numerator * 10_000 // value.denominator) / 10_000
