"""Frames: `40 40`, a fixed head, the application unit, a sum, `23 23`. All integers little-endian, no escapes.

The sum is weak (one byte), so the length, the end, the command and the size of the unit's objects are part of validity.
A frame is cut out by its length and never by searching for `23 23`, which may stand inside.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

from anlan.protocols.common import Garbage, Reason

START, END = b"@@", b"##"
LONGEST_UNIT = 1024  # 6.4.2
HEAD, TAIL = 27, 3
MOST = HEAD + LONGEST_UNIT + TAIL
COMMANDS = {1: "control", 2: "send", 3: "confirm", 4: "request", 5: "answer", 6: "deny"}
_USER = range(128, 256)
# Bytes of one object of a type, its 6 bytes of time included (8.2, 8.3); types that are not here have no fixed size.
SIZES = {1: 10, 2: 46, 3: 16, 4: 10, 8: 8, 21: 7, 24: 8, 28: 6, 61: 2, 81: 1, 89: 1, 90: 6, 91: 1}
MANY = frozenset({1, 2, 3, 4})  # types that may hold several objects


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `time` is the sender's, Beijing time without a zone, None when it is no date; `unit` the application unit."""

    raw: bytes
    valid: bool
    reason: Reason
    serial: int = 0
    version: str = ""
    time: datetime | None = None
    source: int = 0
    destination: int = 0
    command: int = 0
    unit: bytes = b""
    sum: int = 0

    @property
    def type(self) -> int | None:
        return self.unit[0] if len(self.unit) >= 2 else None

    @property
    def count(self) -> int:
        return self.unit[1] if len(self.unit) >= 2 else 0

    @property
    def objects(self) -> tuple[bytes, ...]:
        """The unit's objects, cut by the size of their type; the whole rest where the type has no fixed size."""
        body = self.unit[2:]
        size = SIZES.get(self.type or 0)
        return tuple(body[at : at + size] for at in range(0, len(body), size)) if size else ((body,) if body else ())

    @property
    def key(self) -> tuple[int, int, int | None, bytes]:
        """What is the same when a frame is sent again because its confirmation was lost."""
        return (self.source, self.serial, self.type, self.unit[2:])


def time_of(six: bytes) -> datetime | None:
    """Second, minute, hour, day, month, year − 2000, a byte each; None when that is no date."""
    second, minute, hour, day, month, year = six
    try:
        return datetime(2000 + year, month, day, hour, minute, second)  # noqa: DTZ001 - the standard knows no zone
    except ValueError:
        return None


def bytes_of(time: datetime) -> bytes:
    return bytes([time.second, time.minute, time.hour, time.day, time.month, time.year - 2000])


def _wrong(raw: bytes) -> Reason:
    size = struct.unpack_from("<H", raw, 24)[0] if len(raw) >= HEAD else 0
    if size <= LONGEST_UNIT and len(raw) < HEAD + size + TAIL:
        return "truncated"
    if len(raw) != HEAD + size + TAIL or not raw.startswith(START) or not raw.endswith(END):
        return "bad_length"
    if sum(raw[2:-3]) & 0xFF != raw[-3]:
        return "bad_crc"
    if raw[26] not in COMMANDS and raw[26] not in _USER:
        return "unknown"
    return "" if _fits(raw[HEAD:-TAIL]) else "bad_length"


def _fits(unit: bytes) -> bool:
    """An empty unit (confirmation, heartbeat), or a count of objects of the type's size."""
    if not unit:
        return True
    if len(unit) < 2:
        return False
    size, count = SIZES.get(unit[0]), unit[1]
    return size is None or (len(unit) == 2 + size * count and count >= 1 and (count == 1 or unit[0] in MANY))


def parse(raw: bytes) -> Frame:
    """Any bytes; never raises. What the head holds is told as far as it goes, also of an invalid frame."""
    reason = _wrong(raw)
    if len(raw) < HEAD:
        return Frame(raw, valid=False, reason=reason)
    serial, main, user = struct.unpack_from("<HBB", raw, 2)
    return Frame(
        raw, not reason, reason, serial, f"{main}.{user}", time_of(raw[6:12]), int.from_bytes(raw[12:18], "little"),
        int.from_bytes(raw[18:24], "little"), raw[26], raw[HEAD:-TAIL] if len(raw) >= HEAD + TAIL else raw[HEAD:], raw[-3] if len(raw) >= HEAD + TAIL else 0,
    )  # fmt: skip


def build(
    *, serial: int, time: datetime, source: int, destination: int, command: int, unit: bytes = b"", version: str = "1.1"
) -> bytes:
    """One frame. Raises ValueError when a part does not fit its place."""
    if len(unit) > LONGEST_UNIT or not 2000 <= time.year <= 2255:
        raise ValueError("the unit or the year does not fit")
    main, _dot, user = version.partition(".")
    head = (
        struct.pack("<HBB", serial, int(main), int(user))
        + bytes_of(time)
        + source.to_bytes(6, "little")
        + destination.to_bytes(6, "little")
    )
    body = head + struct.pack("<HB", len(unit), command) + unit
    return START + body + bytes([sum(body) & 0xFF]) + END


def rebuilt(frame: Frame) -> bytes:
    """`build` of what `parse` read: the same bytes for a valid frame. Raises ValueError when its time is no date."""
    if frame.time is None:
        raise ValueError("the time is no date")
    return build(
        serial=frame.serial, time=frame.time, source=frame.source, destination=frame.destination, command=frame.command, unit=frame.unit,
        version=frame.version,
    )  # fmt: skip


def confirm(frame: Frame, *, time: datetime, accepted: bool = True) -> bytes:
    """What the centre owes: 3 with the same serial number, or 6 for a frame it could not take."""
    return build(
        serial=frame.serial, time=time, source=frame.destination, destination=frame.source, command=3 if accepted else 6
    )


class Splitter:
    """Frames out of a stream, whatever its pieces. Holds less than MOST bytes between calls."""

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
        """What is left when the line ends: the beginning of a frame is told as truncated."""
        found: list[Frame | Garbage] = []
        if self._held.startswith(START):
            self._tell(found)
            found.append(parse(bytes(self._held)))
        else:
            self._garbage += len(self._held)
            self._tell(found)
        self._held.clear()
        return found

    def _tell(self, found: list[Frame | Garbage]) -> None:
        if self._garbage:
            found.append(Garbage(self._garbage))
        self._garbage = 0

    def _drop(self, count: int) -> None:
        self._garbage += count
        del self._held[:count]

    def _take(self, found: list[Frame | Garbage]) -> None:
        while self._held:
            start = self._held.find(START)
            if start < 0:
                self._drop(len(self._held) - self._held.endswith(START[:1]))
                return
            self._drop(start)
            if len(self._held) < HEAD:
                return
            whole = HEAD + int.from_bytes(self._held[24:26], "little") + TAIL
            if whole > MOST:
                self._drop(1)
                continue
            if len(self._held) < whole:
                return
            if self._held[whole - 2 : whole] != END:
                self._drop(1)
                continue
            self._tell(found)
            found.append(parse(bytes(self._held[:whole])))
            del self._held[:whole]
