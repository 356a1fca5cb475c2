"""What the content of a frame means: instants, periods and values. Beijing time without a zone on the line (HJ 212-2017, 6.3).

DataTime of minute, hour and day data names the *start* of the period; `length_of` tells how long it is, so that nobody has to guess.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from anlan.protocols.hj212.frame import Frame

REAL_TIME, MINUTE, HOUR, DAY = "2011", "2051", "2061", "2031"
DATA = frozenset({REAL_TIME, MINUTE, HOUR, DAY, "2021", "2041", "2081", "3019", "3020"})
_CHINA_MS = 8 * 3_600_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS = {f"{second:02d}": second * 1000 for second in range(60)}


class _Minutes(dict[str, int]):
    """Twelve digits → ms, read once. Raises KeyError for what is no minute."""

    def __missing__(self, text: str) -> int:
        try:
            at = datetime.strptime(text, "%Y%m%d%H%M").replace(tzinfo=UTC)
        except ValueError:
            raise KeyError(text) from None
        if len(self) >= 4096:
            self.clear()
        found = self[text] = (at - _EPOCH) // timedelta(milliseconds=1) - _CHINA_MS
        return found


_minutes = _Minutes()


def instant(text: str) -> int | None:
    """`YYYYMMDDhhmmss` with or without three digits of milliseconds, in ms since 1970 UTC; None when it is no instant."""
    if len(text) not in (14, 17) or not (text.isascii() and text.isdecimal()):
        return None
    try:
        return _minutes[text[:12]] + _SECONDS[text[12:14]] + int(text[14:] or 0)
    except KeyError:
        return None


def instants(texts: Sequence[str]) -> list[int | None]:
    """`instant` of each."""
    whole = "".join(texts)
    if whole.isascii() and whole.isdecimal() and set(map(len, texts)) == {14}:
        with contextlib.suppress(KeyError):
            return [_minutes[text[:12]] + _SECONDS[text[12:]] for text in texts]
    return [instant(text) for text in texts]


def stamp(at: int, digits: int = 14) -> str:
    """The text of an instant in ms: 14 digits, or 17 with milliseconds (QN)."""
    local = _EPOCH + timedelta(milliseconds=at + _CHINA_MS)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"[:digits]


def length_of(cn: str, minutes: int = 10) -> int:
    """ms from the start to the end of the data of a command: 0 for an instant; `minutes` is what one minute record covers."""
    return {MINUTE: minutes * 60_000, HOUR: 3_600_000, DAY: 86_400_000}.get(cn, 0)


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
