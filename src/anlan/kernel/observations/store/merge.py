"""Putting blocks together: newest version of each observation, days, statistics. Pure numpy; the store only moves blocks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS, HOUR_MS, Columns, Floats, Ints, Statistics

USABLE = 0  # `judged`


def newest(rows: Columns) -> Columns:
    """Sorted by stream and end, one row per key: the last given wins (give older blocks first)."""
    order = np.lexsort((np.arange(len(rows)), rows.end, rows.stream))
    stream, end = rows.stream[order], rows.end[order]
    last = np.ones(len(order), bool)
    last[:-1] = (stream[1:] != stream[:-1]) | (end[1:] != end[:-1])
    return rows.take(order[last])


def day_of(end: Ints) -> Ints:
    """The civil day (days since 1970-01-01, China) an observation belongs to: an interval that ends at midnight is the day before's."""
    return (end - 1 + CHINA_MS) // DAY_MS


def by_day(rows: Columns) -> Iterator[tuple[int, int, Columns]]:
    """(stream, day, rows) of sorted rows."""
    if not len(rows):
        return
    day = day_of(rows.end)
    edges = np.flatnonzero((np.diff(rows.stream) != 0) | (np.diff(day) != 0)) + 1
    for low, high in zip([0, *edges], [*edges, len(rows)], strict=True):
        yield int(rows.stream[low]), int(day[low]), rows.take(slice(low, high))


def _buckets(end: Ints, step: int) -> Ints:
    return (end - 1 + CHINA_MS) // step


def statistics(stream: int, rows: Columns, step: int) -> Statistics:
    """Of the usable values of one stream, sorted by time, in buckets of `step` ms (an hour or a civil day)."""
    usable = (rows.judged == USABLE) & ~np.isnan(rows.value)
    end, value = rows.end[usable], rows.value[usable]
    if not len(end):
        none = np.array([], np.int64)
        return Statistics(stream, none, none, *(np.array([], np.float64) for _ in range(3)))
    bucket = _buckets(end, step)
    first = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1))
    return Statistics(
        stream, bucket[first] * step - CHINA_MS, np.diff(np.append(first, len(value))),
        np.minimum.reduceat(value, first), np.maximum.reduceat(value, first), _exact_sums(value, first),
    )  # fmt: skip


def _exact_sums(value: Floats, first: Ints) -> Floats:
    """Sums that do not depend on how rows were split into blocks: added in time order, one after another."""
    edges = itertools.pairwise([*first, len(value)])
    return np.array([_sum(value[low:high]) for low, high in edges])


def _sum(values: Floats) -> float:
    return float(np.cumsum(values)[-1])


def coarser(hours: Statistics, step: int) -> Statistics:
    """Hourly statistics put together to longer buckets."""
    bucket = (hours.start + CHINA_MS) // step
    first = np.flatnonzero(np.diff(bucket, prepend=bucket[0] - 1)) if len(bucket) else np.array([], np.int64)
    return Statistics(
        hours.stream, bucket[first] * step - CHINA_MS, np.add.reduceat(hours.count, first) if len(first) else hours.count,
        np.minimum.reduceat(hours.least, first) if len(first) else hours.least,
        np.maximum.reduceat(hours.most, first) if len(first) else hours.most, _exact_sums(hours.total, first),
    )  # fmt: skip


__all__ = ["HOUR_MS", "by_day", "coarser", "day_of", "newest", "statistics"]
