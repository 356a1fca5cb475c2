"""Frames in both encodings: HEX/BCD (`7E 7E`) and ASCII (SOH, then the same fields as hex text). Big-endian, no escapes.

A frame is cut out by its length and never by searching for `7E 7E`, which may stand inside. One that fails is cut at the
next head inside it, so that a length that lies does not swallow what follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from anlan.protocols.common import Garbage, Reason

START, SOH = b"\x7e\x7e", b"\x01"
STX, ETX, EOT, ENQ, ACK, NAK, SYN, ETB, ESC = 0x02, 0x03, 0x04, 0x05, 0x06, 0x15, 0x16, 0x17, 0x1B
ENDS = frozenset({ETX, ETB, ENQ, ACK, NAK, EOT, ESC})
# Functions of the standard, and those left to the user (E0-FF, not confirmed).
FUNCTIONS = frozenset([*range(0x2F, 0x52), *range(0xE0, 0x100)])
KEEP_ALIVE = 0x2F
LONGEST_BODY: Final = 0xFFF  # the length has twelve bits; in an ASCII frame it counts characters
MOST: Final = 24 + LONGEST_BODY + 5  # an ASCII frame is the longer one

_HEAD = re.compile(rb"~~[\s\S]{9}[\x00-\x0f\x80-\x8f][\s\S][\x02\x16]|\x01[0-9A-Fa-f]{18}[08][0-9A-Fa-f]{3}[\x02\x16]")
# What may be the beginning of a head at the end of what is held.
_BEGUN = re.compile(rb"(?:~|~~[\s\S]{0,11}|\x01[0-9A-Fa-f]{0,22})\Z")
_NUMBER = re.compile("[0-9A-F]+")
# Serial number and time at the beginning of an ASCII body; some senders put a space after each (not confirmed).
_LEAD = re.compile(rb"([0-9A-Fa-f]{4}) ?([0-9]{12}) ?")


def _table() -> tuple[int, ...]:
    rows = []
    for value in range(256):
        register = value
        for _bit in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
        rows.append(register)
    return tuple(rows)


_TABLE: Final = _table()


def crc(data: bytes) -> int:
    """CRC-16/MODBUS over everything from the first byte to the end mark; it is sent high byte first."""
    register = 0xFFFF
    for byte in data:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return register


@dataclass(frozen=True)
class Frame:
    """One frame.

    `station` and `password` are hex digits as sent (10 and 4). `body` is what stands between the start and the end mark
    in the bytes of the wire (text when `ascii`), without the count of packets, which is `total` and `number` (both 0 in
    a frame that is no packet of several). Times are the sender's: Beijing time without a zone.
    """

    raw: bytes = b""
    valid: bool = True
    reason: Reason = ""
    ascii: bool = False
    down: bool = False
    centre: int = 0
    station: str = "0000000000"
    password: str = "0000"  # noqa: S105 - what the wire holds when none is set
    function: int = 0
    total: int = 0
    number: int = 0
    body: bytes = b""
    end: int = ETX
    crc: int = 0

    @cached_property
    def _lead(self) -> tuple[str, str, int]:
        """Serial number in hex, time in digits, and how many bytes of the body they take; nothing in a later packet."""
        if self.number > 1:
            return "", "", 0
        if not self.ascii:
            digits = self.body[:8].hex()
            return digits[:4], digits[4:], min(8, len(self.body))
        found = _LEAD.match(self.body)
        return (found[1].decode(), found[2].decode(), found.end()) if found else ("", "", 0)

    @property
    def serial(self) -> int | None:
        """The sender's, 1-65535; None in a packet that holds none."""
        digits = self._lead[0]
        return int(digits, 16) if len(digits) == 4 else None

    @property
    def send_time(self) -> str:
        """YYMMDDhhmmss as sent; empty in a packet that holds none."""
        return self._lead[1]

    @property
    def sent(self) -> datetime | None:
        """None when it is no date."""
        return time_of(self.send_time)

    @property
    def elements(self) -> bytes:
        """What follows the serial number and the time; in a later packet the whole body."""
        return self.body[self._lead[2] :]

    @property
    def key(self) -> tuple[str, int, int, bytes]:
        """What is the same when a frame is sent again because its answer was lost."""
        return (self.station, self.function, self.number, self.body)


def time_of(digits: str) -> datetime | None:
    """YYMMDDhhmm or YYMMDDhhmmss, years of this century; None when that is no date."""
    if len(digits) not in {10, 12} or not (digits.isascii() and digits.isdecimal()):
        return None
    year, month, day, hour, minute, second = (int(digits.ljust(12, "0")[at : at + 2]) for at in range(0, 12, 2))
    try:
        return datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001 - the standard knows no zone
    except ValueError:
        return None


def bytes_of(time: datetime) -> bytes:
    """YYMMDDhhmmss in BCD, six bytes."""
    return bytes.fromhex(f"{time:%y%m%d%H%M%S}")


def _digits(data: bytes, unit: int) -> str:
    """Bytes of the wire as hex digits; `unit` is how many of them make a byte of the standard (ASCII: 2)."""
    return (data.hex() if unit == 1 else data.decode("latin-1")).upper()


def _number(digits: str) -> int:
    return int(digits, 16) if _NUMBER.fullmatch(digits) else 0


def _shape(raw: bytes) -> tuple[int, int, int, str]:
    """Of bytes that begin with a head: `unit`, bytes before the body, bytes of the whole frame, the head's 22 digits."""
    unit, start = (2, 1) if raw.startswith(SOH) else (1, 2)
    lead = start + 11 * unit + 1
    head = _digits(raw[start : lead - 1], unit)
    return unit, lead, lead + int(head[19:], 16) + 1 + 2 * unit, head


def _wrong(raw: bytes, whole: int, sent: str, function: int) -> Reason:
    tail = 5 if raw.startswith(SOH) else 3
    if len(raw) != whole or raw[-tail] not in ENDS:
        return "bad_length"
    if f"{crc(raw[: 1 - tail]):04X}" != sent:
        return "bad_crc"
    return "" if function in FUNCTIONS else "unknown"


def parse(raw: bytes) -> Frame:
    """Any bytes; never raises. What the head holds is told as far as it goes, also of an invalid frame.

    Reasons: `truncated` (it ends before its length says), `bad_length` (no head, no end mark, too long, or too short for
    what a body must hold), `bad_crc`, `unknown` (a function that the standard does not have).
    """
    if not _HEAD.match(raw):
        return Frame(raw, valid=False, reason="truncated" if _BEGUN.fullmatch(raw) else "bad_length", end=0)
    unit, lead, whole, head = _shape(raw)
    tail = 1 + 2 * unit if len(raw) >= whole else 0
    body, sent = raw[lead : len(raw) - tail], _digits(raw[len(raw) - tail + 1 :], unit) if tail else ""
    total = number = 0
    enough = len(body) >= 8 * unit
    if raw[lead - 1] == SYN:
        counts = _digits(body[: 3 * unit], unit)
        total, number, body = _number(counts[:3]), _number(counts[3:]), body[3 * unit :]
        enough = 1 <= number <= total
    function, down = int(head[16:18], 16), head[18] == "8"
    reason: Reason = "truncated"
    if tail:
        reason = _wrong(raw, whole, sent, function) if enough else "bad_length"
    station, centre = (head[:10], head[10:12]) if down else (head[2:12], head[:2])
    return Frame(
        raw, not reason, reason, unit == 2, down, int(centre, 16), station, head[12:16].lower(), function, total, number,
        body, raw[-tail] if tail else 0, _number(sent),
    )  # fmt: skip


def build(frame: Frame) -> bytes:
    """The bytes of a frame, from its fields; `raw`, `valid`, `reason` and `crc` do not count. build(parse(f)) == f.

    Raises ValueError when a field does not fit its place.
    """
    unit = 2 if frame.ascii else 1
    counts = f"{frame.total:03X}{frame.number:03X}" if frame.total else ""
    length = len(frame.body) + len(counts) * unit // 2
    if length > LONGEST_BODY or frame.end not in ENDS or len(frame.station) != 10 or len(frame.password) != 4:
        raise ValueError("the body, the end, the station or the password does not fit")
    if counts and not 1 <= frame.number <= frame.total <= 0xFFF:
        raise ValueError("no such packet")
    addresses = (frame.station, f"{frame.centre:02X}") if frame.down else (f"{frame.centre:02X}", frame.station)
    head = f"{''.join(addresses)}{frame.password}{frame.function:02X}{'8' if frame.down else '0'}{length:03X}"
    if len(head) != 22:
        raise ValueError("the centre or the function does not fit")
    told = _wire(head, unit), bytes([SYN if counts else STX]), _wire(counts, unit), frame.body, bytes([frame.end])
    data = (SOH if frame.ascii else START) + b"".join(told)
    return data + _wire(f"{crc(data):04X}", unit)


def _wire(digits: str, unit: int) -> bytes:
    """The reverse of `_digits`. Raises ValueError when they are none."""
    as_bytes = bytes.fromhex(digits)
    return as_bytes if unit == 1 else digits.upper().encode("ascii")


class Splitter:
    """Frames out of a stream, whatever its pieces. Holds at most MOST bytes between calls."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._garbage = 0

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        found: list[Frame | Garbage] = []
        for at in range(0, len(data), MOST):
            self._held += data[at : at + MOST]
            self._take(found)
        return found

    def close(self) -> list[Frame | Garbage]:
        """What is left when the line ends: a frame that was begun is told as truncated, and what stands behind it."""
        found: list[Frame | Garbage] = []
        while _HEAD.match(self._held):
            self._cut(found, len(self._held))
            self._take(found)
        if len(self._held) > 1:
            self._tell(found)
            found.append(parse(bytes(self._held)))
        else:
            self._garbage += len(self._held)
        self._held.clear()
        self._tell(found)
        return found

    def _tell(self, found: list[Frame | Garbage]) -> None:
        if self._garbage:
            found.append(Garbage(self._garbage))
        self._garbage = 0

    def _cut(self, found: list[Frame | Garbage], most: int) -> None:
        """Take the first `most` bytes as one frame, or only those before the next head in them if they are none."""
        frame = parse(bytes(self._held[:most]))
        if frame.reason not in {"", "unknown"}:
            inside = _HEAD.search(self._held, 1, most) or _BEGUN.search(self._held, 1, most)
            if inside:
                frame = parse(bytes(self._held[: inside.start()]))
        self._tell(found)
        found.append(frame)
        del self._held[: len(frame.raw)]

    def _take(self, found: list[Frame | Garbage]) -> None:
        while self._held:
            head = _HEAD.search(self._held)
            begin = head or _BEGUN.search(self._held)
            drop = begin.start() if begin else len(self._held)
            self._garbage += drop
            del self._held[:drop]
            if not head:
                return
            whole = _shape(bytes(self._held[:24]))[2]
            if len(self._held) < whole:
                return
            self._cut(found, whole)
