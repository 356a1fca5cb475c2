"""Hourly statistics of one stream and day as a small block."""

from __future__ import annotations

import numpy as np
import zstandard

from anlan.kernel.observations.store.types import Statistics

_HOURS = np.dtype([("start", "<i8"), ("count", "<i4"), ("least", "<f8"), ("most", "<f8"), ("total", "<f8")])


def encode_hours(hours: Statistics) -> bytes:
    rows = np.empty(len(hours.start), _HOURS)
    for name in _HOURS.names or ():
        rows[name] = getattr(hours, name)
    # Whole columns one after another compress far better than rows.
    return zstandard.ZstdCompressor(level=3).compress(b"".join(rows[name].tobytes() for name in _HOURS.names or ()))


def decode_hours(stream: int, block: bytes) -> Statistics:
    body = zstandard.ZstdDecompressor().decompress(block)
    count, at, found = len(body) // _HOURS.itemsize, 0, {}
    for name in _HOURS.names or ():
        kind = _HOURS[name]
        found[name] = np.frombuffer(body, kind, count, at)
        at += count * kind.itemsize
    return Statistics(
        stream, found["start"], found["count"].astype(np.int64), found["least"], found["most"], found["total"]
    )
