"""Vapour recovery at petrol stations: the share of refuellings outside the range of the vapour-to-liquid ratio.

Source: GB 20952-2020, recalled and not read in its own text; figures in `vapour.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

_TABLE = tomllib.loads(Path(__file__).with_name("vapour.toml").read_text(encoding="utf-8"))
LOW, HIGH = Decimal(_TABLE["low"]), Decimal(_TABLE["high"])
SHARE, ALARM_DAYS, LEAST_LITRES, SALES = (_TABLE[name] for name in ("share", "alarm_days", "least_litres", "sales"))
SOURCE = _TABLE["title"] if _TABLE["verified"] else f"{_TABLE['title']}（条款待核）"


@dataclass(frozen=True)
class NozzleDay:
    """One nozzle and day: valid refuellings, those outside the range, their share in per cent (None without any)."""

    count: int
    outside: int
    share: Decimal | None

    @property
    def warned(self) -> bool:
        return self.share is not None and self.share > SHARE


def nozzle_day(ratios: Sequence[Decimal]) -> NozzleDay:
    """Of the ratios of one day; those of short refuellings are not to be given."""
    outside = sum(not LOW <= one <= HIGH for one in ratios)
    share = (Decimal(100 * outside) / len(ratios)).quantize(Decimal("0.1"), ROUND_HALF_EVEN) if ratios else None
    return NozzleDay(len(ratios), outside, share)


def alarmed(days: Sequence[NozzleDay]) -> bool:
    """Whether the newest `ALARM_DAYS` days, oldest first, were all warned of."""
    return len(days) >= ALARM_DAYS and all(one.warned for one in days[-ALARM_DAYS:])
