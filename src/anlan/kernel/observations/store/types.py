"""Columns of observations as numpy arrays, and what the store answers with. Times are milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bytes8 = NDArray[np.uint8]

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
CHINA_MS = 8 * HOUR_MS  # civil days of the district; the civil calendar had no summer time after 1991


@dataclass(frozen=True, slots=True)
class Columns:
    """n observations. `start` and `end` are the interval's ends (equal for an instant); `value` is NaN when missing.

    `sent` is the quality code as the device sent it, `judged` the district's own (0 = usable); both are codes of the
    tables in `kernel.observations.quality`. One observation is known by (stream, end): a later one with the same key
    is a correction and wins.
    """

    stream: Ints
    start: Ints
    end: Ints
    value: Floats
    sent: Bytes8
    judged: Bytes8

    def __len__(self) -> int:
        return len(self.stream)

    def take(self, index: Any) -> Columns:
        return Columns(
            self.stream[index],
            self.start[index],
            self.end[index],
            self.value[index],
            self.sent[index],
            self.judged[index],
        )


def columns(rows: Iterable[tuple[int, int, int, float | None, int, int]]) -> Columns:
    """From (stream, start, end, value, sent, judged); None is missing."""
    listed = list(rows)
    stream, start, end, value, sent, judged = zip(*listed, strict=True) if listed else ((),) * 6
    return Columns(
        np.array(stream, np.int64), np.array(start, np.int64), np.array(end, np.int64),
        np.array([np.nan if one is None else one for one in value], np.float64), np.array(sent, np.uint8), np.array(judged, np.uint8),
    )  # fmt: skip


EMPTY = columns(())


def joined(parts: Iterable[Columns]) -> Columns:
    listed = [part for part in parts if len(part)]
    if len(listed) < 2:
        return listed[0] if listed else EMPTY
    return Columns(*(np.concatenate([getattr(part, name) for part in listed]) for name in Columns.__slots__))


@dataclass(frozen=True, slots=True)
class Statistics:
    """Count, least, most and sum of the usable values in buckets of one stream; buckets without a value are left out."""

    stream: int
    start: Ints  # first instant of each bucket
    count: Ints
    least: Floats
    most: Floats
    total: Floats

    @property
    def mean(self) -> Floats:
        return self.total / self.count


@dataclass(frozen=True, slots=True)
class Event:
    """An alarm event that commits with the observations that caused it. `body` is JSON text."""

    key: str
    at: int
    body: str


@dataclass(frozen=True, slots=True)
class Commit:
    """What one append writes, all or nothing."""

    received: int  # instant of the commit, ms
    rows: Columns
    frames: tuple[tuple[str, bytes], ...] = ()  # (device, raw bytes), as received
    events: tuple[Event, ...] = ()
    state: dict[str, bytes] = field(default_factory=dict)  # rule state by name, replaced whole
