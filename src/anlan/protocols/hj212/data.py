"""What the content of a frame means: instants, periods and values. Beijing time without a zone on the line (HJ 212-2017, 6.3).

DataTime of minute, hour and day data names the *start* of the period; both ends are told here, so that nobody has to guess.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from anlan.protocols.hj212.frame import Frame

REAL_TIME, MINUTE, HOUR, DAY = "2011", "2051", "2061", "2031"
DATA = frozenset({REAL_TIME, MINUTE, HOUR, DAY, "2021", "2041", "2081", "3019", "3020"})
_CHINA_MS = 8 * 3_600_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_minutes: dict[str, int | None] = {}


def instant(text: str) -> int | None:
    """`YYYYMMDDhhmmss` with or without three digits of milliseconds, in ms since 1970 UTC; None when it is no instant."""
    if len(text) not in (14, 17) or not (text.isascii() and text.isdecimal()):
        return None
    minute, second = text[:12], int(text[12:14])
    start = _minutes.get(minute, -1)
    if start == -1:
        if len(_minutes) >= 4096:
            _minutes.clear()
        start = _minutes[minute] = _read(minute)
    return None if start is None or second > 59 else start + second * 1000 + int(text[14:] or 0)


def _read(minute: str) -> int | None:
    try:
        at = datetime.strptime(minute, "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (at - _EPOCH) // timedelta(milliseconds=1) - _CHINA_MS


def stamp(at: int, digits: int = 14) -> str:
    """The text of an instant in ms: 14 digits, or 17 with milliseconds (QN)."""
    local = _EPOCH + timedelta(milliseconds=at + _CHINA_MS)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"[:digits]


def period(cn: str, at: int, minutes: int = 10) -> tuple[int, int]:
    """(start, end) in ms of the data of command `cn` whose DataTime is `at`; `minutes` is what one minute record covers."""
    length = {MINUTE: minutes * 60_000, HOUR: 3_600_000, DAY: 86_400_000}.get(cn, 0)
    return at, at + length


def number(text: str) -> float | None:
    """None for what is empty or no finite number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def values(frame: Frame) -> Iterator[tuple[str, str, float | None, str]]:
    """(code, field, value or None, quality mark) of every number of the frame; a missing mark is N, as sent by older loggers."""
    said = frame.values
    for code, name, place, mark in frame.shape.numbers:
        yield code, name, number(said[place]), (said[mark] or "N") if mark >= 0 else "N"
