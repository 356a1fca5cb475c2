"""Integers and decimals in few bytes: bit-packed, differences in the narrowest type, zstd with contexts that are kept."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from anlan.kernel.observations.store.types import Floats, Ints

MOST_PLACES = 4
_UNSIGNED: tuple[tuple[int, Any], ...] = ((8, ">u1"), (16, ">u2"), (32, ">u4"), (64, ">u8"))
_BY_STEPS = 0x80
_here = threading.local()


def squeeze(body: bytes, level: int) -> bytes:
    """zstd. A context costs more to make than a small block to compress, so each thread keeps its own."""
    kept: dict[int, zstandard.ZstdCompressor] = _here.__dict__.setdefault("compressors", {})
    if level not in kept:
        kept[level] = zstandard.ZstdCompressor(level=level)
    return kept[level].compress(body)


def unsqueeze(block: bytes) -> bytes:
    if not hasattr(_here, "decompressor"):
        _here.decompressor = zstandard.ZstdDecompressor()
    return bytes(_here.decompressor.decompress(block))


def shuffle(array: NDArray[Any]) -> bytes:
    """All first bytes, then all second bytes…: similar bytes stand together and compress well."""
    return array.view(np.uint8).reshape(len(array), array.itemsize).T.tobytes()


def unshuffle(data: bytes, kind: Any, count: int) -> NDArray[Any]:
    size = np.dtype(kind).itemsize
    places = np.frombuffer(data, np.uint8).reshape(size, count)
    found: NDArray[Any] = np.ascontiguousarray(places.T).view(kind).reshape(count)
    return found


def decimals(array: Floats, guess: int = 0) -> tuple[int, Ints] | None:
    """(places, scaled) with scaled / 10**places the very same bits; None when there is no such.

    By the fewest places, or by `guess` where that is enough.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        for places in dict.fromkeys((guess, *range(MOST_PLACES + 1))):
            head = _scaled(array[:16], places)
            if head is not None and (scaled := _scaled(array, places) if len(array) > 16 else head) is not None:
                return places, scaled
    return None


def _scaled(array: Floats, places: int) -> Ints | None:
    scaled = np.rint(array * 10.0**places).astype(
        np.int64
    )  # what is too large becomes something else and does not come back
    return scaled if (scaled / 10.0**places).tobytes() == array.tobytes() else None


def number(value: int) -> bytes:
    """A signed integer of any size: seven bits a byte, the last one without the high bit."""
    left, found = value << 1 if value >= 0 else (-value << 1) - 1, bytearray()
    while left >= 0x80:
        found.append(left & 0x7F | 0x80)
        left >>= 7
    found.append(left)
    return bytes(found)


def read_number(block: bytes, at: int) -> tuple[int, int]:
    """(value, place after it)."""
    found = shift = 0
    while block[at] & 0x80:
        found |= (block[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    found |= block[at] << shift
    return (found >> 1) if not found & 1 else -((found + 1) >> 1), at + 1


def pack(values: Ints) -> bytes:
    """At least one integer, each as so many bits above the least one; or their differences so, where that is narrower."""
    low, high = int(values.min()), int(values.max())
    width = (high - low).bit_length()
    if width and len(values) > 1:
        steps = np.diff(values)  # may wrap around; adding up wraps back
        least, most = int(steps.min()), int(steps.max())
        narrow = (most - least).bit_length()
        if narrow < width:
            return bytes([_BY_STEPS | narrow]) + number(int(values[0])) + number(least) + _bits(steps, least, narrow)
    return bytes([width]) + number(low) + _bits(values, low, width)


def unpack(block: bytes, at: int, count: int) -> tuple[Ints, int]:
    """(values, place after them)."""
    form, (first, at) = block[at], read_number(block, at + 1)
    if not form & _BY_STEPS:
        return _read_bits(block, at, count, first, form)
    least, at = read_number(block, at)
    steps, at = _read_bits(block, at, count - 1, least, form & ~_BY_STEPS)
    values = np.empty(count, np.int64)
    values[0] = first
    values[1:] = steps
    return np.cumsum(values), at


def _bits(values: Ints, low: int, width: int) -> bytes:
    if not width:
        return b""
    size, kind = next(one for one in _UNSIGNED if width <= one[0])
    above = (values - np.int64(low)).view(np.uint64).astype(kind)
    return np.packbits(np.unpackbits(above.view(np.uint8)).reshape(-1, size)[:, size - width :]).tobytes()


def _read_bits(block: bytes, at: int, count: int, low: int, width: int) -> tuple[Ints, int]:
    if not width:
        return np.full(count, low, np.int64), at
    size, kind = next(one for one in _UNSIGNED if width <= one[0])
    length = (count * width + 7) // 8
    given = np.unpackbits(np.frombuffer(block, np.uint8, length, at), count=count * width).reshape(count, width)
    whole = np.zeros((count, size), np.uint8)
    whole[:, size - width :] = given
    return np.packbits(whole).view(kind).astype(np.int64) + np.int64(low), at + length
