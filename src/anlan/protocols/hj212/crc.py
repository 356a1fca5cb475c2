"""The check of HJ 212 (2017, annex A): `crc = (crc >> 8) ^ byte`, then eight shifts with 0xA001, from 0xFFFF.

It is not CRC-16/MODBUS: before each byte the register loses its low half, so that only its high byte counts. That byte goes
through a linear step which is the identity when done eight times. So bytes that stand a multiple of eight apart may be put
together by exclusive or, which long integers do at once, and eight table look-ups give the check. It also shows how weak
the check is: two such bytes that change places, or change in the same way, do not change it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_POLYNOMIAL, _START = 0xA001, 0xFF  # the high byte of 0xFFFF, all of it that counts
_PERIOD = 8


def _step(value: int) -> int:
    for _bit in range(8):
        value = (value >> 1) ^ _POLYNOMIAL if value & 1 else value >> 1
    return value


_TABLE = tuple(_step(byte) for byte in range(256))


def _weights() -> list[tuple[int, ...]]:
    """Row k: what a byte that is followed by k others (or k + 8, k + 16…) adds to the check."""
    rows = [_TABLE]
    for _place in range(_PERIOD - 1):
        rows.append(tuple(rows[-1][value >> 8] for value in _TABLE))
    return rows


_W0, _W1, _W2, _W3, _W4, _W5, _W6, _W7 = _weights()
# What the start value adds, by the length of the segment modulo eight.
_BEGIN = tuple(row[_START] for row in (_W7, _W0, _W1, _W2, _W3, _W4, _W5, _W6))
POSSIBLE = frozenset((*_TABLE, 0xFFFF))  # all that the check can be
_LOW = (1 << 64) - 1
_WEIGHTS = np.array([_W7, _W6, _W5, _W4, _W3, _W2, _W1, _W0], np.uint16)
_COLUMNS, _BEGINS = np.arange(_PERIOD), np.array(_BEGIN, np.uint16)
_FEW, _LONGEST = 8, 2048  # below so many, and above such a length, one by one


def crc(segment: bytes) -> int:
    """The check of a data segment, 0..0xFFFF. `crc(b"123456789") == 0x2F80`."""
    size = len(segment)
    if not size:
        return 0xFFFF
    whole, shift, bits = int.from_bytes(segment, "big"), 64, 8 * size
    while shift < bits:
        whole ^= whole >> shift
        shift <<= 1
    a, b, c, d, e, f, g, h = (whole & _LOW).to_bytes(_PERIOD, "big")
    return _W7[a] ^ _W6[b] ^ _W5[c] ^ _W4[d] ^ _W3[e] ^ _W2[f] ^ _W1[g] ^ _W0[h] ^ _BEGIN[size & 7]


def crcs(segments: Sequence[bytes]) -> list[int]:
    """`crc` of each. Many are done at once: a row of eight-byte words for each, empty in front."""
    longest = max(map(len, segments), default=0)
    if len(segments) < _FEW or longest > _LONGEST or not all(segments):
        return [crc(one) for one in segments]
    width = (longest + 7) & ~7
    words = np.frombuffer(b"".join([one.rjust(width, b"\0") for one in segments]), np.uint64)
    folded = np.bitwise_xor.reduce(words.reshape(len(segments), -1), axis=1).view(np.uint8).reshape(-1, _PERIOD)
    begin = _BEGINS[np.array(list(map(len, segments))) & 7]
    found: list[int] = (np.bitwise_xor.reduce(_WEIGHTS[_COLUMNS, folded], axis=1) ^ begin).tolist()
    return found


def slow_crc(segment: bytes) -> int:
    """The same, byte by byte as the standard writes it: to check the other."""
    value = 0xFFFF
    for byte in segment:
        value = _TABLE[(value >> 8) ^ byte]
    return value


def modbus(segment: bytes) -> int:
    """CRC-16/MODBUS, which some loggers send instead: a setting of the device."""
    value = 0xFFFF
    for byte in segment:
        value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
    return value
