"""Columns as one compressed block: integers by difference in the narrowest type, bytes grouped by place, then zstd.

Values that are decimals of at most four places (what devices send) become exact integers; anything else stays binary64.
Decoding gives back the same bits, NaN and minus zero included.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from anlan.kernel.observations.store.types import EMPTY, Columns, Floats, Ints

HOT_LEVEL, COLD_LEVEL = 1, 9
_MAGIC, _HEAD, _PART = b"AO1", struct.Struct("<3sI"), struct.Struct("<BI")
_TYPES: tuple[Any, ...] = (np.int8, np.int16, np.int32, np.int64)
_FLOAT, _PLACES = 8, 4
# Beyond this a scaled value may not be exact in binary64.
_EXACT = float(2**53)


def _shuffle(array: NDArray[Any]) -> bytes:
    """All first bytes, then all second bytes…: similar bytes stand together and compress well."""
    return array.view(np.uint8).reshape(len(array), array.itemsize).T.tobytes()


def _unshuffle(data: bytes, kind: Any, count: int) -> NDArray[Any]:
    size = np.dtype(kind).itemsize
    places = np.frombuffer(data, np.uint8).reshape(size, count)
    found: NDArray[Any] = np.ascontiguousarray(places.T).view(kind).reshape(count)
    return found


def _ints(array: Ints) -> bytes:
    """Differences in the narrowest signed type (the first one counts from zero)."""
    steps = np.diff(array, prepend=0)
    low, high = (int(steps.min()), int(steps.max())) if len(steps) else (0, 0)
    code = next(n for n, kind in enumerate(_TYPES) if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    data = _shuffle(steps.astype(_TYPES[code]))
    return _PART.pack(code, len(data)) + data


def _read_ints(code: int, data: bytes, count: int) -> Ints:
    return np.cumsum(_unshuffle(data, _TYPES[code], count).astype(np.int64))


def _same(one: Floats, other: Floats) -> bool:
    return bool(np.array_equal(one.view(np.int64), other.view(np.int64)))


def _values(array: Floats) -> bytes:
    """Scaled integers when that gives back the same bits, else the doubles themselves."""
    known = array[np.isfinite(array)]
    if len(known) == len(array):
        for places in range(_PLACES + 1):
            scaled = np.rint(array * 10.0**places)
            if np.abs(scaled).max(initial=0) < _EXACT and _same(scaled / 10.0**places, array):
                body = _ints(scaled.astype(np.int64))
                return _PART.pack(places, len(body)) + body
    data = _shuffle(array)
    return _PART.pack(_FLOAT, len(data)) + data


def _read_values(code: int, data: bytes, count: int) -> Floats:
    if code == _FLOAT:
        return _unshuffle(data, np.float64, count)
    inner, size = _PART.unpack_from(data)
    scaled = _read_ints(inner, data[_PART.size : _PART.size + size], count)
    return np.asarray(scaled / 10.0**code, np.float64)


def encode(rows: Columns, level: int = HOT_LEVEL) -> bytes:
    """One block. Rows keep their order; sorted by stream and time they take least room."""
    missing = np.isnan(rows.value)
    parts = (
        _ints(rows.stream), _ints(rows.end), _ints(rows.end - rows.start), _ints(missing.astype(np.int64)),
        _values(rows.value[~missing]), _ints(rows.sent.astype(np.int64)), _ints(rows.judged.astype(np.int64)),
    )  # fmt: skip
    body = b"".join(parts)
    return _HEAD.pack(_MAGIC, len(rows)) + zstandard.ZstdCompressor(level=level).compress(body)


def decode(block: bytes) -> Columns:
    """The same columns. Raises ValueError on a block that is damaged or of another format."""
    try:
        magic, count = _HEAD.unpack_from(block)
        if magic != _MAGIC:
            raise ValueError("not a block of observations")
        return _decoded(zstandard.ZstdDecompressor().decompress(block[_HEAD.size :]), count) if count else EMPTY
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
