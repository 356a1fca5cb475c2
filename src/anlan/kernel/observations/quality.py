"""Quality in two columns: what the device said of its value, and what the district makes of it. Only `judged` 0 counts.

Marks after HJ 212-2017 table 7 and 2005 table 4; a mark that is in neither is kept as unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from anlan.kernel.observations.store.types import Bytes8, Columns, Floats
from anlan.kernel.observations.types import KnownStream

# Code in the store -> (mark as sent, its meaning, whether such a value counts).
SENT: tuple[tuple[str, str, bool], ...] = (
    ("N", "正常", True),
    ("F", "污染源停运", False),
    ("M", "维护", False),
    ("S", "手工值", True),
    ("D", "仪器故障", False),
    ("C", "校准", False),
    ("T", "超出量程", False),
    ("B", "通信异常", False),
    ("P", "电源故障", False),
    ("?", "标记不明", True),
)
USABLE, MARKED, IMPOSSIBLE, UNREADABLE, DOUBTED_TIME, FROZEN, REJECTED = range(7)
JUDGED = ("可用", "设备标记不可用", "超出可能范围", "没有值", "时间不可信", "长时间不变", "人工判为无效")
_CODES = {mark: code for code, (mark, _title, _counts) in enumerate(SENT)}
UNKNOWN_MARK = _CODES["?"]
_COUNTS = np.array([counts for _mark, _title, counts in SENT] + [True] * (256 - len(SENT)))

AHEAD_MS = 10 * 60_000  # a device's clock may be this far ahead
BEHIND_MS = 400 * 86_400_000  # older than this is no late data but a wrong clock


def code_of(mark: str) -> int:
    return _CODES.get(mark.upper() if mark else "N", UNKNOWN_MARK)


def sent_words(code: int) -> str:
    """What a device meant by its mark."""
    return SENT[code][1] if code < len(SENT) else "标记不明"


def judged_words(code: int) -> str:
    return JUDGED[code] if code < len(JUDGED) else "判断不明"


def timely(rows: Columns, now: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which rows have a believable time. The others are not stored: a value of tomorrow would stay the latest until then."""
    return (rows.end <= now + AHEAD_MS) & (rows.end >= now - BEHIND_MS) & (rows.start <= rows.end)


@dataclass(frozen=True)
class Bounds:
    """What is possible for every stream, in arrays by its number; a number nobody knows has no bounds."""

    low: Floats
    high: Floats

    @staticmethod
    def of(streams: Mapping[int, KnownStream]) -> Bounds:
        size = max(streams, default=0) + 2  # the last place stands for every greater number
        low, high = np.full(size, -np.inf), np.full(size, np.inf)
        for one in streams.values():
            low[one.id], high[one.id] = one.low, one.high
        return Bounds(low, high)


def judged(rows: Columns, bounds: Bounds) -> Bytes8:
    """The district's code for every row, from its mark, its value and what is possible for its stream."""
    code = np.where(_COUNTS[rows.sent], USABLE, MARKED).astype(np.uint8)
    place = np.minimum(rows.stream, len(bounds.low) - 1)
    usable = code == USABLE
    code[usable & ((rows.value < bounds.low[place]) | (rows.value > bounds.high[place]))] = IMPOSSIBLE
    code[usable & ~np.isfinite(rows.value)] = UNREADABLE
    return code
