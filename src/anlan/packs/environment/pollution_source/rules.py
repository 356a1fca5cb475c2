"""What is made of one hour: pure. The device's hourly mean counts when enough of its minutes do; else the hour says why not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from anlan.science.flue.validity import Judged

NO_MINUTES = "没有分钟值，按设备标记"
RECOMPUTED = "设备没有送小时值，按分钟值复算"
STOPPED, NO_DATA, NO_OXYGEN = "停运", "没有数据", "氧含量异常，不能折算"
# More between the device's mean and ours is a doubt worth a look, our own default.
TOLERANCE = Decimal("0.10")


class Bounds(Protocol):
    @property
    def low(self) -> Decimal | None: ...

    @property
    def high(self) -> Decimal: ...


@dataclass(frozen=True)
class Settled:
    """`value` None when the hour does not count; `reason` why, or how the value was made."""

    value: Decimal | None
    reason: str


def settle(sent: Decimal | None, mark: str, minutes: Judged | None, received: int, computed: Decimal | None) -> Settled:
    """`sent` and its `mark` (empty: normal) as the device gave them; `minutes` None when the source has no such stream, `received`
    how many of them came at all; `computed` the mean recomputed from them."""
    if mark == STOPPED:
        return Settled(None, STOPPED)
    if mark:
        return Settled(None, f"设备标记：{mark}")
    if minutes is None or not received:
        return Settled(sent, NO_DATA if sent is None else NO_MINUTES if minutes is not None else "")
    if minutes.mean is None:
        return Settled(None, minutes.reason)
    if sent is not None:
        return Settled(sent, "")
    return Settled(computed, NO_OXYGEN if computed is None else RECOMPUTED)


def differs(sent: Decimal | None, computed: Decimal | None) -> bool:
    """Whether the device's mean is far from the one recomputed from its own minutes."""
    if sent is None or computed is None or not computed:
        return False
    return abs(sent - computed) > TOLERANCE * abs(computed)


def over(value: Decimal | None, limit: Bounds | None) -> bool:
    if value is None or limit is None:
        return False
    return value > limit.high or (limit.low is not None and value < limit.low)


def limit_words(limit: Bounds | None) -> str:
    """`≤ 30` or `6 – 9`."""
    if limit is None:
        return "—"
    high = f"{Decimal(limit.high).normalize():f}"
    return f"≤ {high}" if limit.low is None else f"{Decimal(limit.low).normalize():f} – {high}"
