"""What is cold: one stream's day, its hours, and the figures of 32 of its days. Small blocks, so every column is bit-packed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import zstandard
from numpy.typing import NDArray

from anlan.kernel.observations.store import packing
from anlan.kernel.observations.store.merge import Buckets, start_of
from anlan.kernel.observations.store.types import DAY_MS, HOUR_MS, Columns, Floats, Ints

_LEVEL, _WORTH = 9, 256  # bytes from which compression of what is packed already is tried
_PACKED, _SQUEEZED = b"D", b"Z"
_MARKED = 16  # flag: spans, missing values or quality codes follow
_FLOAT = 8
SPAN = 32  # days in one block of figures
Figures = NDArray[np.void]
_FIGURES = np.dtype([("count", "<u4"), ("least", "<f8"), ("most", "<f8"), ("total", "<f8")])


def _floats(array: Floats) -> tuple[int, bytes]:
    """(places or _FLOAT, body)."""
    if not len(array):
        return 0, b""
    exact = packing.decimals(array)
    return (exact[0], packing.pack(exact[1])) if exact is not None else (_FLOAT, array.tobytes())


def _read_floats(code: int, body: bytes, at: int, count: int) -> tuple[Floats, int]:
    if not count:
        return np.empty(0), at
    if code == _FLOAT:
        return np.frombuffer(body, "<f8", count, at), at + 8 * count
    scaled, at = packing.unpack(body, at, count)
    return np.asarray(scaled / 10.0**code, np.float64), at


def _wrapped(body: bytes) -> bytes:
    if len(body) >= _WORTH and len(small := packing.squeeze(body, _LEVEL)) < len(body):
        return _SQUEEZED + small
    return _PACKED + body


def _unwrapped(block: bytes) -> bytes:
    """Raises ValueError on a block that is damaged or of another format."""
    kind, body = block[:1], block[1:]
    if kind not in (_PACKED, _SQUEEZED):
        raise ValueError("not a block of a day")
    try:
        return packing.unsqueeze(body) if kind == _SQUEEZED else body
    except zstandard.ZstdError as error:
        raise ValueError(f"damaged block: {error}") from error


def encode_day(rows: Columns) -> bytes:
    """Rows of one stream, sorted by end; at least one. The stream's number is not in it."""
    missing, span = np.isnan(rows.value), rows.end - rows.start
    marked = bool(missing.any() or span.any() or rows.sent.any() or rows.judged.any())
    places, values = _floats(rows.value[~missing] if marked else rows.value)
    parts = [packing.number(len(rows)), bytes([places | _MARKED * marked]), packing.pack(rows.end)]
    if marked:
        columns = (span, missing, rows.sent, rows.judged)
        parts += [packing.pack(np.asarray(one, np.int64)) for one in columns]
    return _wrapped(b"".join([*parts, values]))


def decode_day(stream: int, block: bytes) -> Columns:
    body = _unwrapped(block)
    count, at = packing.read_number(body, 0)
    flags = body[at]
    end, at = packing.unpack(body, at + 1, count)
    if not flags & _MARKED:
        value, _at = _read_floats(flags, body, at, count)
        none = np.zeros(count, np.uint8)
        return Columns(np.full(count, stream, np.int64), end, end, value, none, none)
    span, at = packing.unpack(body, at, count)
    missing, at = packing.unpack(body, at, count)
    sent, at = packing.unpack(body, at, count)
    judged, at = packing.unpack(body, at, count)
    value = np.full(count, np.nan)
    given, _at = _read_floats(flags & ~_MARKED, body, at, int(count - missing.sum()))
    value[missing == 0] = given
    return Columns(
        np.full(count, stream, np.int64), end - span, end, value, sent.astype(np.uint8), judged.astype(np.uint8)
    )


def encode_hours(hours: Buckets) -> bytes:
    """Of one stream and day. The greatest as its distance from the least, the sum as its distance from count * least."""
    if not len(hours):
        return _PACKED + packing.number(0)
    exact = packing.decimals(np.concatenate([hours.least, hours.most, hours.total]))
    places = _FLOAT if exact is None else exact[0]
    parts = [
        packing.number(len(hours)),
        bytes([places]),
        packing.pack(hours.start // HOUR_MS),
        packing.pack(hours.count),
    ]
    if exact is None:
        parts += [one.tobytes() for one in (hours.least, hours.most, hours.total)]
    else:
        least, most, total = exact[1].reshape(3, -1)
        parts += [packing.pack(one) for one in (least, most - least, total - hours.count * least)]
    return _wrapped(b"".join(parts))


def decode_hours(stream: int, block: bytes) -> Buckets:
    body = _unwrapped(block)
    count, at = packing.read_number(body, 0)
    if not count:
        return Buckets.none()
    places = body[at]
    hour, at = packing.unpack(body, at + 1, count)
    counts, at = packing.unpack(body, at, count)
    if places == _FLOAT:
        least, most, total = np.frombuffer(body, "<f8", 3 * count, at).reshape(3, count)
    else:
        low, at = packing.unpack(body, at, count)
        above, at = packing.unpack(body, at, count)
        rest, at = packing.unpack(body, at, count)
        least, most, total = (one / 10.0**places for one in (low, low + above, rest + counts * low))
    return Buckets(np.full(count, stream, np.int64), hour * HOUR_MS, counts, least, most, total)


def figures(blocks: Sequence[bytes | None]) -> Figures:
    """One row of 32 days a block; None is one of nothing."""
    empty = bytes(SPAN * _FIGURES.itemsize)
    return np.frombuffer(b"".join(one or empty for one in blocks), _FIGURES).reshape(-1, SPAN).copy()


def set_figures(blocks: Figures, block: Ints, slot: Ints, days: Buckets | None) -> None:
    """Put the figures of days in their places; None: these days have no usable value."""
    for name in _FIGURES.names or ():
        blocks[name][block, slot] = 0 if days is None else getattr(days, name)


def read_figures(stream: Ints, first_day: Ints, blocks: Sequence[bytes]) -> Buckets:
    """All days with a usable value in many blocks, given the stream and the first day of each."""
    rows = figures(blocks)
    block, slot = np.nonzero(rows["count"])
    mine, start = rows[block, slot], start_of(first_day[block] + slot, DAY_MS)
    return Buckets(stream[block], start, mine["count"].astype(np.int64), mine["least"], mine["most"], mine["total"])
