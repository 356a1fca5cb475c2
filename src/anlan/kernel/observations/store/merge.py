"""Putting blocks together: newest version of each observation, days, statistics. Pure numpy; the store only moves blocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS, Columns, Floats, Ints

USABLE = 0  # `judged`
# Values of at most four decimals are added as integers: exactly, and in whatever order.
_UNIT, _LARGEST = 10_000.0, float(2**40)


def newest(rows: Columns) -> Columns:
    """Sorted by stream and end, one row per key: the last given wins (give older blocks first)."""
    if len(rows) < 2:
        return rows
    order = _order(rows.stream, rows.end)
    stream, end = rows.stream[order], rows.end[order]
    last = np.ones(len(order), bool)
    last[:-1] = (stream[1:] != stream[:-1]) | (end[1:] != end[:-1])
    return rows.take(order if last.all() else order[last])


def _order(stream: Ints, end: Ints) -> Ints:
    """A stable order by stream, then end. One combined key where it fits: sorted runs are then merged, not sorted again."""
    low, first = int(end.min()), int(stream.min())
    width = (int(end.max()) - low).bit_length()
    if width + (int(stream.max()) - first).bit_length() < 63:
        return np.argsort((stream - first) << width | (end - low), kind="stable")
    return np.lexsort((end, stream))


def day_of(end: Ints) -> Ints:
    """The civil day (days since 1970-01-01, China) an observation belongs to: an interval that ends at midnight is the day before's."""
    return bucket_of(end, DAY_MS)


def bucket_of(end: Ints, step: int) -> Ints:
    return (end - 1 + CHINA_MS) // step


def start_of(bucket: Ints, step: int) -> Ints:
    return bucket * step - CHINA_MS


def firsts(*columns: Ints) -> Ints:
    """Where a run of equal rows begins, in sorted columns; always 0 first when there are rows."""
    change = np.ones(len(columns[0]), bool)
    if len(change):
        change[1:] = np.logical_or.reduce([one[1:] != one[:-1] for one in columns])
    return np.flatnonzero(change)


@dataclass(frozen=True, slots=True)
class Buckets:
    """Statistics of many streams: one row a stream and bucket, sorted so."""

    stream: Ints
    start: Ints
    count: Ints
    least: Floats
    most: Floats
    total: Floats

    def __len__(self) -> int:
        return len(self.stream)

    def take(self, index: Any) -> Buckets:
        return Buckets(
            self.stream[index],
            self.start[index],
            self.count[index],
            self.least[index],
            self.most[index],
            self.total[index],
        )

    @staticmethod
    def none() -> Buckets:
        ints, floats = np.empty(0, np.int64), np.empty(0)
        return Buckets(ints, ints, ints, floats, floats, floats)

    @staticmethod
    def joined(parts: Sequence[Buckets]) -> Buckets:
        """Sorted by stream and start; each is in one part only."""
        listed = [one for one in parts if len(one)]
        if not listed:
            return Buckets.none()
        whole = Buckets(*(np.concatenate([getattr(one, name) for one in listed]) for name in Buckets.__slots__))
        return whole.take(np.lexsort((whole.start, whole.stream)))


def buckets(rows: Columns, step: int) -> Buckets:
    """Of the usable values of sorted rows, in buckets of `step` ms (an hour or a civil day)."""
    usable = (rows.judged == USABLE) & ~np.isnan(rows.value)
    stream, value, bucket = rows.stream[usable], rows.value[usable], bucket_of(rows.end[usable], step)
    first = firsts(stream, bucket)
    if not len(first):
        return Buckets.none()
    return Buckets(
        stream[first], start_of(bucket[first], step), np.diff(np.append(first, len(value))),
        np.minimum.reduceat(value, first), np.maximum.reduceat(value, first), _sums(value, first),
    )  # fmt: skip


def coarser(hours: Buckets, step: int) -> Buckets:
    """Hourly statistics put together to longer buckets."""
    bucket = (hours.start + CHINA_MS) // step
    first = firsts(hours.stream, bucket)
    if not len(first):
        return hours
    return Buckets(
        hours.stream[first], start_of(bucket[first], step), np.add.reduceat(hours.count, first),
        np.minimum.reduceat(hours.least, first), np.maximum.reduceat(hours.most, first), _sums(hours.total, first),
    )  # fmt: skip


def _sums(value: Floats, first: Ints) -> Floats:
    """Sums that do not depend on how rows were split into blocks: decimals exactly, anything else in the order of time."""
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(value * _UNIT)
    exact: NDArray[np.bool_] = (scaled / _UNIT == value) & (np.abs(scaled) < _LARGEST)
    whole = np.logical_and.reduceat(exact, first)
    sums = np.add.reduceat(np.where(exact, scaled, 0.0).astype(np.int64), first) / _UNIT
    ends = np.append(first[1:], len(value))
    for place in np.flatnonzero(~whole).tolist():
        sums[place] = np.cumsum(value[first[place] : ends[place]])[-1]
    return np.asarray(sums, np.float64)
