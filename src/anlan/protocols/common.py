"""What all codecs share: the words for what is wrong with bytes, and what stands between frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reason = Literal["", "bad_crc", "bad_length", "truncated", "unknown", "garbage"]


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes between frames that belong to none: their number only."""

    count: int
