"""Frames: `7E` header body check `7E`, with `7D 02` for 7E and `7D 01` for 7D inside. Big-endian; the check is an exclusive or.

The edition is not only bit 14: public terminals set it and send the header of 2013, so the lengths decide (JT/T 808-2019, 4.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor

from anlan.protocols.common import Garbage, Reason

MARK, ESCAPE = 0x7E, 0x7D
LONGEST_BODY = 1023  # ten bits
MOST = 2 + 2 * (21 + LONGEST_BODY + 1)
_LENGTH, _RSA, _PARTS, _NEW = 0x03FF, 0x0400, 0x2000, 0x4000
_RESERVED = 0xFFFF ^ (_LENGTH | _RSA | _PARTS | _NEW)


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `phone` as sent, leading zeros kept; `total` and `number` 0 when it is no part; `check` as computed.

    `edition` is 2019 or 2013 by the header's length; `flagged` is bit 14 as sent, `reserved` the bits that mean nothing yet.
    """

    raw: bytes
    valid: bool
    reason: Reason
    id: int = 0
    phone: str = ""
    serial: int = 0
    body: bytes = b""
    edition: int = 2013
    flagged: bool = False
    protocol: int | None = None
    encrypted: bool = False
    total: int = 0
    number: int = 0
    declared: int = 0
    check: int = 0
    reserved: int = 0

    @property
    def is_part(self) -> bool:
        return self.total > 0


def unescaped(data: bytes) -> bytes | None:
    """The bytes between two marks; None when an escape is none of the two, or a mark stands there unescaped."""
    if MARK in data:
        return None
    if ESCAPE not in data:
        return data
    pieces = data.split(b"\x7d")
    if any(piece[:1] not in (b"\x01", b"\x02") for piece in pieces[1:]):
        return None
    return pieces[0] + b"".join((b"\x7d" if piece[0] == 1 else b"\x7e") + piece[1:] for piece in pieces[1:])


def escaped(data: bytes) -> bytes:
    return data.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def check_of(data: bytes) -> int:
    return reduce(xor, data, 0)


def parse(raw: bytes) -> Frame:
    """Any bytes; never raises. What the header holds is told as far as it goes."""
    inside = raw[1:-1] if len(raw) >= 2 and raw[0] == MARK and raw[-1] == MARK else None
    whole = unescaped(inside) if inside is not None else None
    if inside is None or whole is None or len(whole) < 13:
        return Frame(raw, valid=False, reason="truncated" if whole is None or inside is None else "bad_length")
    content, sent = whole[:-1], whole[-1]
    number, marks = int.from_bytes(content[:2], "big"), int.from_bytes(content[2:4], "big")
    parts, size = 4 if marks & _PARTS else 0, marks & _LENGTH
    flagged = bool(marks & _NEW)
    new = flagged and len(content) != 12 + parts + size  # of 2013 by its length, whatever the bit says
    head = (17 if new else 12) + parts
    computed = check_of(content)
    reason: Reason = "" if len(content) == head + size else "bad_length"
    if computed != sent:
        reason = "bad_crc"
    if len(content) < head:
        return Frame(raw, valid=False, reason=reason or "bad_length", id=number, declared=size, check=computed)
    phone_at = 5 if new else 4
    phone_end = phone_at + (10 if new else 6)
    serial = int.from_bytes(content[phone_end : phone_end + 2], "big")
    total, place = (
        (int.from_bytes(content[at : at + 2], "big") for at in (phone_end + 2, phone_end + 4)) if parts else (0, 0)
    )
    return Frame(
        raw, not reason, reason, number, content[phone_at:phone_end].hex(), serial, content[head:], 2019 if new else 2013, flagged,
        content[4] if new else None, bool(marks & _RSA), total, place, size, computed, marks & _RESERVED,
    )  # fmt: skip


def build(
    *, id: int, phone: str, serial: int, body: bytes = b"", edition: int = 2013, protocol: int = 1, total: int = 0, number: int = 0,  # noqa: A002
    flagged: bool | None = None, encrypted: bool = False, reserved: int = 0,
) -> bytes:  # fmt: skip
    """One frame. Raises ValueError when the body is longer than ten bits say or the phone has too many digits."""
    digits = 20 if edition == 2019 else 12
    if len(body) > LONGEST_BODY or len(phone) > digits:
        raise ValueError("the body or the phone does not fit")
    new = edition == 2019
    marks = (
        len(body)
        | (_PARTS if total else 0)
        | (_NEW if (new if flagged is None else flagged) else 0)
        | (_RSA if encrypted else 0)
        | reserved & _RESERVED
    )
    head = id.to_bytes(2, "big") + marks.to_bytes(2, "big") + (bytes([protocol]) if new else b"")
    head += bytes.fromhex(phone.zfill(digits)) + serial.to_bytes(2, "big")
    if total:
        head += total.to_bytes(2, "big") + number.to_bytes(2, "big")
    content = head + body
    return b"\x7e" + escaped(content + bytes([check_of(content)])) + b"\x7e"


def rebuilt(frame: Frame) -> bytes:
    """`build` of what `parse` read: the same bytes for a valid frame."""
    return build(
        id=frame.id, phone=frame.phone, serial=frame.serial, body=frame.body, edition=frame.edition, protocol=frame.protocol or 0,
        total=frame.total, number=frame.number, flagged=frame.flagged, encrypted=frame.encrypted, reserved=frame.reserved,
    )  # fmt: skip


class Splitter:
    """Frames out of a stream, whatever its pieces. Holds at most MOST bytes between calls.

    The mark that ends an invalid frame may be the beginning of the next one (its own end was lost), so it is looked at again.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._garbage = 0
        self._shared = False  # the mark at the front has been told already, as the end of an invalid frame

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        found: list[Frame | Garbage] = []
        for at in range(0, len(data), MOST):
            self._held += data[at : at + MOST]
            self._take(found)
        return found

    def close(self) -> list[Frame | Garbage]:
        """What is left when the line ends: the beginning of a frame is told as truncated."""
        found: list[Frame | Garbage] = []
        self._tell(found)
        if len(self._held) > 1 or (self._held and not self._shared):
            found.append(parse(bytes(self._held)))
        self._held.clear()
        return found

    def _tell(self, found: list[Frame | Garbage]) -> None:
        if self._garbage:
            found.append(Garbage(self._garbage))
        self._garbage = 0

    def _drop(self, count: int) -> None:
        self._garbage += count - (self._shared and count > 0)
        self._shared = False
        del self._held[:count]

    def _take(self, found: list[Frame | Garbage]) -> None:
        while self._held:
            start = self._held.find(MARK)
            if start:
                self._drop(len(self._held) if start < 0 else start)
                continue
            end = self._held.find(MARK, 1)
            if end < 0:
                if len(self._held) <= MOST:
                    return
                self._drop(len(self._held))
                return
            if end == 1:  # two marks together: the end of one and the beginning of the next
                self._drop(1)
                continue
            frame = parse(bytes(self._held[: end + 1]))
            self._tell(found)
            found.append(frame)
            del self._held[: end + 1 if frame.valid else end]
            self._shared = not frame.valid
