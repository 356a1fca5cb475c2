"""Frames: split from a stream, parsed, built. Strict on integrity (length, check, CR LF), tolerant per field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from anlan.protocols.common import Garbage, Reason
from anlan.protocols.hj212.content import NOTHING, Content, Head, Shape, contents
from anlan.protocols.hj212.crc import POSSIBLE, crcs

# `##`, four digits, a segment of at most 9999 bytes, four hex digits, CR LF; an encrypted segment is up to five times longer
# than the length says when that counts the plaintext (2025, annex A).
MOST = 6 + 5 * 9999 + 6
# Bytes of a whole frame by its first six, for the lengths that the standard allows.
_WHOLE = {b"##%04d" % size: size + 12 for size in range(1025)}
_ENDS = {check: b"%04X\r\n" % check for check in POSSIBLE}
_VERSIONS = {0: "2005", 1: "2017", 2: "2025"}
BLOCKS = re.compile(rb"CP=&&\{(0x[0-9A-Fa-f]{2}(?:,0x[0-9A-Fa-f]{2})*)\}")


class Frame(NamedTuple):
    """One frame as received. `reason` is empty when length, check and end hold; `computed` is the check of what was sent.

    Values stay text: what a device wrote is kept, judging it is the reader's. A tuple, because hundreds of thousands a second
    are made.
    """

    raw: bytes
    reason: Reason
    computed: int
    qn: str
    head: Head
    shape: Shape
    values: Sequence[str]
    encrypted: bool = False

    @property
    def valid(self) -> bool:
        return not self.reason

    @property
    def declared_length(self) -> int:
        """-1 when no four digits stand there."""
        digits = self.raw[2:6]
        return int(digits) if digits.isdigit() else -1

    @property
    def segment(self) -> bytes:
        return _parts(self.raw)[0]

    @property
    def crc_declared(self) -> str:
        """As sent; empty when the frame has no end."""
        return _parts(self.raw)[1].decode("latin-1")

    @property
    def crc_computed(self) -> str:
        return f"{self.computed:04X}"

    @property
    def fields(self) -> Mapping[str, str]:
        """Those before CP."""
        return {"QN": self.qn, **self.head.fields} if self.qn else self.head.fields

    @property
    def cp(self) -> dict[str, str]:
        """The plain ones inside CP."""
        values = self.values
        return {name: values[place] for name, place in self.shape.plain}

    @property
    def pollutants(self) -> dict[str, dict[str, str]]:
        """Code → field → text."""
        values = self.values
        return {code: {name: values[place] for name, place in mine} for code, mine in self.shape.pollutants}

    def said(self, name: str) -> str:
        """A plain field inside CP; empty when it is not there."""
        place = self.shape.places.get(name)
        return "" if place is None else self.values[place]

    @property
    def mn(self) -> str:
        return self.head.mn

    @property
    def cn(self) -> str:
        return self.head.cn

    @property
    def flag(self) -> int | None:
        """The outer Flag; None where the sender (2005) has none or wrote no number."""
        return self.head.flag

    @property
    def version(self) -> str:
        return _VERSIONS.get((self.flag or 0) >> 2, "unknown")

    @property
    def need_ack(self) -> bool:
        return bool((self.flag or 0) & 1)

    @property
    def has_packet_no(self) -> bool:
        return bool((self.flag or 0) & 2)


def _parts(raw: bytes) -> tuple[bytes, bytes]:
    """(segment, check as sent) of bytes that begin with `##`; without an end all is segment."""
    return (raw[6:-6], raw[-6:-2]) if len(raw) >= 12 and raw.endswith(b"\r\n") else (raw[6:], b"")


def parse(raw: bytes) -> Frame:
    """Any bytes from `##` to CR LF; never raises. Of an encrypted frame only what stands before CP is read."""
    return parsed([raw])[0]


def parsed(raws: Sequence[bytes]) -> list[Frame]:
    """`parse` of each, faster together."""
    segments = [raw[6:-6] if raw[-2:] == b"\r\n" and len(raw) >= 12 else raw[6:] for raw in raws]
    make, sizes, ends = tuple.__new__, _WHOLE, _ENDS  # what `Frame(…)` does, without a call of its own
    return [
        make(Frame, (raw, "", check, *told, False))
        if raw[-6:] == ends.get(check) and sizes.get(raw[:6]) == len(raw) and b"CP=&&{" not in segment
        else _judged(raw, segment, check, told)
        for raw, segment, check, told in zip(raws, segments, crcs(segments), contents(segments), strict=True)
    ]


def _judged(raw: bytes, segment: bytes, check: int, told: Content) -> Frame:
    """What is not plainly right: damaged, encrypted, or longer than the standard allows."""
    sent = _parts(raw)[1]
    if b"CP=&&{" in segment and BLOCKS.search(segment):
        # The check is over the plaintext, and the length may count either: with the key `sm4.opened` looks at both.
        plain = re.fullmatch(b"[0-9A-Fa-f]{4}", sent) is not None and raw[2:6].isdigit()
        return Frame(raw, "" if plain else "truncated", check, told[0], told[1], NOTHING, (), encrypted=True)
    reason: Reason = "" if sent.upper() == b"%04X" % check else "bad_crc"
    if not sent:
        reason = "truncated"
    elif raw[2:6] != b"%04d" % len(segment):
        reason = "bad_length"
    return Frame(raw, reason, check, *told)


def build(fields: Mapping[str, str], cp: str) -> bytes:
    """A frame from the fields before CP, in their order, and the text inside CP (`""` for an empty one).

    Raises ValueError when the segment is longer than the four digits of the length can say.
    """
    head = "".join(f"{name}={value};" for name, value in fields.items())
    return framed([f"{head}CP=&&{cp}&&".encode()])


def rebuilt(frame: Frame) -> bytes:
    """`build` of what `parse` read: the same bytes for a frame in the form of the standard's annex C (plain fields and factors
    end at `;`, the items of a factor at `,`)."""
    values = frame.values
    plain = [f"{name}={values[place]}" for name, place in frame.shape.plain]
    factors = [
        ",".join(f"{code}-{name}={values[place]}" for name, place in mine) for code, mine in frame.shape.pollutants
    ]
    return build(frame.fields, ";".join([*plain, *factors]))


def framed(segments: Sequence[bytes]) -> bytes:
    """Segments to frames, one after another: length, check and end are put to each."""
    if max(map(len, segments), default=0) > 9999:
        raise ValueError("the data segment is too long for one frame")
    made = [b"##%04d%b%04X\r\n" % (len(one), one, check) for one, check in zip(segments, crcs(segments), strict=True)]
    return b"".join(made)


class Splitter:
    """Frames out of a stream, whatever its pieces. Holds at most MOST bytes that are not yet told."""

    def __init__(self) -> None:
        self._held = b""
        self._garbage = 0

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        """What these bytes complete, in order."""
        found: list[bytes | Garbage] = []
        for at in range(0, len(data), MOST):
            self._take(found, self._held + data[at : at + MOST], last=False)
        return _told(found)

    def close(self) -> list[Frame | Garbage]:
        """What is left when the line ends: a beginning without its end is told, never kept for the next line."""
        found: list[bytes | Garbage] = []
        self._take(found, self._held, last=True)
        self._tell_garbage(found)
        return _told(found)

    def _tell_garbage(self, found: list[bytes | Garbage]) -> None:
        if self._garbage:
            found.append(Garbage(self._garbage))
        self._garbage = 0

    def _take(self, found: list[bytes | Garbage], data: bytes, *, last: bool) -> None:
        """Cut frames from the front of `data`, keep the rest."""
        at, end = 0, len(data)
        while at < end:
            size = _WHOLE.get(data[at : at + 6], 0)
            if size and at + size <= end and data[at + size - 2 : at + size] == b"\r\n":
                if self._garbage:
                    self._tell_garbage(found)
                found.append(data[at : at + size])
                at += size
                continue
            start, cut = _next(data, at, last=last)
            self._garbage += start - at
            at = start
            if cut is None:
                break
            if cut > start:
                self._tell_garbage(found)
                found.append(data[start:cut])
                at = cut
        self._held = data[at:]


def _told(found: Sequence[bytes | Garbage]) -> list[Frame | Garbage]:
    frames = iter(parsed([one for one in found if isinstance(one, bytes)]))
    return [next(frames) if isinstance(one, bytes) else one for one in found]


def _next(data: bytes, at: int, *, last: bool) -> tuple[int, int | None]:
    """(where noise ends, where the frame that begins there ends). The second is None until it can be told, and equal to the
    first when no frame begins there after all."""
    start = data.find(b"##", at)
    if start < 0:
        # A single `#` at the end may be the first half of a start.
        return len(data) - (0 if last or not data.endswith(b"#") else 1), None
    if len(data) - start < 6 and not last:
        return start, None
    if not data[start + 2 : start + 6].isdigit():
        return start + 1, start + 1
    return start, _end(data, start, last=last)


def _end(data: bytes, start: int, *, last: bool) -> int | None:
    """Where the frame that starts there ends; None until it can be told."""
    whole, there = start + 12 + int(data[start + 2 : start + 6]), len(data)
    if there >= whole and data[whole - 2 : whole] == b"\r\n":
        return whole
    following = data.find(b"##", start + 6)
    end = data.find(b"\r\n", start + 6, there if following < 0 else following)
    if end >= 0:
        # An end before or after the place the length gives. Earlier: wait for the rest unless another frame starts there.
        early = end + 2 < whole
        if not early or last or there >= whole or data[end + 2 : end + 4] == b"##":
            return end + 2
    if following >= 0 and (there >= whole or last):
        return following
    return there if last or there - start >= MOST else None
