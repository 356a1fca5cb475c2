"""What makes a stream doubtful. Pure; all thresholds are our own defaults, shown as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# As many equal values one after another, by period of the stream.
FROZEN: Mapping[str, int] = {"instant": 30, "minute": 30, "hour": 6, "day": 3}
LEAST_SHARE = 90.0  # per cent of the expected values that must be usable
MOST_MARKED = 10.0  # per cent of what was received that may be marked as maintenance, calibration …


@dataclass(frozen=True)
class Doubt:
    """`kind` is 全 (complete), 准 (accurate) or 真 (true)."""

    kind: str
    text: str


def doubts(
    *, expected: int, received: int, usable: int, marked: int, outside: int, run: int, period: str
) -> list[Doubt]:
    """What is wrong with one stream over a span."""
    found = []
    if expected and 100.0 * usable / expected < LEAST_SHARE:
        found.append(Doubt("全", f"有效 {usable}，应有 {expected}" if received else "没有数据"))
    if received and 100.0 * marked / received > MOST_MARKED:
        found.append(Doubt("真", f"设备标记不可用的占 {100.0 * marked / received:.0f}%"))
    if outside:
        found.append(Doubt("准", f"超出可能范围 {outside} 个"))
    if run >= FROZEN[period]:
        found.append(Doubt("真", f"连续 {run} 个值不变"))
    return found
