"""The check of HJ 212 (2017, annex A): `crc = (crc >> 8) ^ byte`, then eight shifts with 0xA001, from 0xFFFF.

It is not CRC-16/MODBUS: before each byte the register loses its low half, so that only its high byte counts. That makes it
weak (256 values over segments with a common end), and linear: the check of n bytes is the exclusive or of one table value a byte,
which numpy does at once.
"""

from __future__ import annotations

import numpy as np

_POLYNOMIAL, _START = 0xA001, 0xFF  # the high byte of 0xFFFF, all of it that counts
_LONGEST = 1100  # bytes covered by the tables; a segment has at most 1024


def _step(value: int) -> int:
    for _bit in range(8):
        value = (value >> 1) ^ _POLYNOMIAL if value & 1 else value >> 1
    return value


_TABLE = [_step(byte) for byte in range(256)]


def _weights() -> np.ndarray:
    """Row k: what a byte that is followed by k others adds to the check."""
    rows = np.empty((_LONGEST, 256), np.uint16)
    rows[0] = _TABLE
    high = rows[0] >> 8
    for place in range(1, _LONGEST):
        rows[place] = rows[place - 1][high]
    return rows[::-1].copy()  # the last row is for the last byte


_WEIGHTS = _weights().reshape(-1)
_OFFSETS = np.arange(_LONGEST, dtype=np.intp) * 256


def crc(segment: bytes) -> int:
    """The check of a data segment, 0..0xFFFF. `crc(b"123456789") == 0x2F80`."""
    size = len(segment)
    if 0 < size <= _LONGEST:
        data = np.frombuffer(segment, np.uint8)
        parts = _WEIGHTS[_OFFSETS[_LONGEST - size :] + data]
        first = (_LONGEST - size) * 256
        changed = _WEIGHTS[first + (segment[0] ^ _START)] ^ _WEIGHTS[first + segment[0]]
        return int(np.bitwise_xor.reduce(parts) ^ changed)
    return slow_crc(segment)


def slow_crc(segment: bytes) -> int:
    """The same, byte by byte: for what is longer than the standard allows, and to check the other."""
    value = 0xFFFF
    for byte in segment:
        value = _TABLE[(value >> 8) ^ byte]
    return value
