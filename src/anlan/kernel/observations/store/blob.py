"""A commit, or a part of a run, as one compressed block: integers by difference in the narrowest type, bytes grouped by place, zstd.

Values that are decimals of at most four places (what devices send) become exact integers; anything else stays binary64.
Decoding gives back the same bits, NaN and minus zero included.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import zstandard

from anlan.kernel.observations.store import packing
from anlan.kernel.observations.store.types import EMPTY, Columns, Floats, Ints

_LEVEL = 1
_MAGIC, _HEAD, _PART = b"AO2", struct.Struct("<3sI"), struct.Struct("<BI")
_TYPES: tuple[Any, ...] = (np.int8, np.int16, np.int32, np.int64)
_GUESS = 2  # most sensors send hundredths
_SAME, _FLOAT = 7, 8  # codes of a part: all alike; values as they are


def _ints(array: Ints) -> bytes:
    """Differences in the narrowest signed type (the first one counts from zero); one integer when all are alike."""
    if len(array) and array[0] == array[-1] and (array == array[0]).all():
        return _PART.pack(_SAME, 8) + int(array[0]).to_bytes(8, "little", signed=True)
    steps = array.copy()
    steps[1:] -= array[:-1]
    low, high = (int(steps.min()), int(steps.max())) if len(steps) else (0, 0)
    code = next(n for n, kind in enumerate(_TYPES) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    data = packing.shuffle(steps.astype(_TYPES[code]))
    return _PART.pack(code, len(data)) + data


def _read_ints(code: int, data: bytes, count: int) -> Ints:
    if code == _SAME:
        return np.full(count, int.from_bytes(data, "little", signed=True), np.int64)
    return np.cumsum(packing.unshuffle(data, _TYPES[code], count).astype(np.int64))


def _values(array: Floats) -> bytes:
    """Scaled integers when that gives back the same bits, else the doubles themselves."""
    exact = packing.decimals(array, _GUESS)
    if exact is not None:
        body = _ints(exact[1])
        return _PART.pack(exact[0], len(body)) + body
    data = packing.shuffle(array)
    return _PART.pack(_FLOAT, len(data)) + data


def _read_values(code: int, data: bytes, count: int) -> Floats:
    if code == _FLOAT:
        return packing.unshuffle(data, np.float64, count)
    inner, size = _PART.unpack_from(data)
    scaled = _read_ints(inner, data[_PART.size : _PART.size + size], count)
    return np.asarray(scaled / 10.0**code, np.float64)


def encode(rows: Columns) -> bytes:
    """One block. Rows keep their order; sorted by stream and time they take least room."""
    missing = np.isnan(rows.value)
    parts = (
        _ints(rows.stream), _ints(rows.end), _ints(rows.end - rows.start), _ints(missing.astype(np.int64)),
        _values(rows.value[~missing]), _ints(rows.sent.astype(np.int64)), _ints(rows.judged.astype(np.int64)),
    )  # fmt: skip
    return _HEAD.pack(_MAGIC, len(rows)) + packing.squeeze(b"".join(parts), _LEVEL)


def decode(block: bytes) -> Columns:
    """The same columns. Raises ValueError on a block that is damaged or of another format."""
    try:
        magic, count = _HEAD.unpack_from(block)
        if magic != _MAGIC:
            raise ValueError("not a block of observations")
        return _decoded(packing.unsqueeze(block[_HEAD.size :]), count) if count else EMPTY
    except (struct.error, zstandard.ZstdError) as error:
        raise ValueError(f"damaged block: {error}") from error


def _decoded(body: bytes, count: int) -> Columns:
    parts, at = [], 0
    while at < len(body):
        code, size = _PART.unpack_from(body, at)
        parts.append((code, body[at + _PART.size : at + _PART.size + size]))
        at += _PART.size + size
    stream, end, span, absent = (_read_ints(*part, count) for part in parts[:4])
    missing = absent.astype(bool)
    value = np.full(count, np.nan)
    value[~missing] = _read_values(*parts[4], int(count - missing.sum()))
    sent, judged = (_read_ints(*part, count).astype(np.uint8) for part in parts[5:7])
    return Columns(stream, end - span, end, value, sent, judged)
