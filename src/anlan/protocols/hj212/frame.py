"""Frames: split from a stream, parsed, built. Strict on integrity (length, check, CR LF), tolerant per field."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from anlan.protocols.common import Garbage, Reason
from anlan.protocols.hj212.crc import crc

# `##`, four digits, a segment of at most 9999 bytes, four hex digits, CR LF; an encrypted segment is up to five times longer
# than the length says when that counts the plaintext (2025, annex A).
MOST = 6 + 5 * 9999 + 6
_VERSIONS = {0: "2005", 1: "2017", 2: "2025"}
_BLOCKS = re.compile(rb"CP=&&\{(0x[0-9A-Fa-f]{2}(?:,0x[0-9A-Fa-f]{2})*)\}")


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame as received. `fields` are those before CP, `cp` the plain ones inside, `pollutants` code → field → text.

    Values stay text: what a device wrote is kept, judging it is the reader's. `valid` says that length, check and end hold.
    """

    raw: bytes
    valid: bool
    reason: Reason
    declared_length: int
    segment: bytes
    crc_declared: str
    crc_computed: str
    fields: dict[str, str] = field(default_factory=dict)
    cp: dict[str, str] = field(default_factory=dict)
    pollutants: dict[str, dict[str, str]] = field(default_factory=dict)
    encrypted: bool = False

    @property
    def flag(self) -> int | None:
        """The outer Flag; None where the sender (2005) has none or wrote no number."""
        text = self.fields.get("Flag", "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None

    @property
    def version(self) -> str:
        return _VERSIONS.get((self.flag or 0) >> 2, "unknown")

    @property
    def need_ack(self) -> bool:
        return bool((self.flag or 0) & 1)

    @property
    def has_packet_no(self) -> bool:
        return bool((self.flag or 0) & 2)


def text_of(data: bytes) -> str:
    """UTF-8, or the GB 18030 that older loggers write; what is neither keeps its bytes as Latin-1."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _pairs(text: str) -> dict[str, str]:
    found = {}
    for item in re.split("[;,]", text):
        name, sign, value = item.partition("=")
        if sign and name:
            found[name] = value
    return found


def content(segment: bytes) -> tuple[dict[str, str], dict[str, str], dict[str, dict[str, str]]]:
    """(fields before CP, plain fields of CP, pollutants) of a plaintext segment; what cannot be read is left out."""
    head, _sign, rest = text_of(segment).partition("CP=&&")
    cp: dict[str, str] = {}
    pollutants: dict[str, dict[str, str]] = {}
    for name, value in _pairs(rest.removesuffix("&&")).items():
        code, dash, what = name.rpartition("-")
        if dash and code and what:
            pollutants.setdefault(code, {})[what] = value
        else:
            cp[name] = value
    return _pairs(head), cp, pollutants


def parse(raw: bytes) -> Frame:
    """Any bytes from `##` to CR LF; never raises. Of an encrypted frame only what stands before CP is read."""
    segment = raw[6:-6] if raw.endswith(b"\r\n") and len(raw) >= 12 else raw[6:]
    declared = int(raw[2:6]) if raw[2:6].isdigit() else -1
    sent = raw[-6:-2].decode("latin-1") if segment != raw[6:] or len(raw) == 12 else ""
    fields, cp, pollutants = content(segment)
    encrypted = bool(_BLOCKS.search(segment))
    computed = f"{crc(segment):04X}"
    if encrypted:
        # The check is over the plaintext, and the length may count either: with the key `sm4.opened` looks at both.
        plain = len(sent) + 2 >= 6 and re.fullmatch("[0-9A-Fa-f]{4}", sent) is not None and declared >= 0
        return Frame(
            raw, plain, "" if plain else "truncated", declared, segment, sent, computed, fields, {}, {}, encrypted=True
        )
    reason: Reason = "" if sent.upper() == computed else "bad_crc"
    if not sent:
        reason = "truncated"
    elif declared != len(segment):
        reason = "bad_length"
    return Frame(raw, not reason, reason, declared, segment, sent, computed, fields, cp, pollutants)


def build(fields: dict[str, str], cp: str) -> bytes:
    """A frame from the fields before CP, in their order, and the text inside CP (`""` for an empty one).

    Raises ValueError when the segment is longer than the four digits of the length can say.
    """
    head = "".join(f"{name}={value};" for name, value in fields.items())
    segment = f"{head}CP=&&{cp}&&".encode()
    if len(segment) > 9999:
        raise ValueError("the data segment is too long for one frame")
    return b"##%04d" % len(segment) + segment + f"{crc(segment):04X}\r\n".encode()


class Splitter:
    """Frames out of a stream, whatever its pieces. Holds at most MOST bytes that are not yet told."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._garbage = 0

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        """What these bytes complete, in order."""
        found: list[Frame | Garbage] = []
        view = memoryview(data)
        while view:
            piece, view = view[:MOST], view[MOST:]
            self._held += piece
            self._take(found, last=False)
        return found

    def close(self) -> list[Frame | Garbage]:
        """What is left when the line ends: a beginning without its end is told, never kept for the next line."""
        found: list[Frame | Garbage] = []
        self._take(found, last=True)
        self._tell_garbage(found)
        return found

    def _tell_garbage(self, found: list[Frame | Garbage]) -> None:
        if self._garbage:
            found.append(Garbage(self._garbage))
        self._garbage = 0

    def _drop(self, count: int) -> None:
        self._garbage += count
        del self._held[:count]

    def _take(self, found: list[Frame | Garbage], *, last: bool) -> None:
        while self._held:
            start = self._held.find(b"##")
            if start < 0:
                # A single `#` at the end may be the first half of a start.
                self._drop(len(self._held) - (0 if last or not self._held.endswith(b"#") else 1))
                return
            self._drop(start)
            if len(self._held) < 6 and not last:
                return
            if not bytes(self._held[2:6]).isdigit():
                if last and len(self._held) < 6:
                    self._drop(len(self._held))
                    return
                self._drop(1)
                continue
            size = self._size(last)
            if size is None:
                return
            self._tell_garbage(found)
            found.append(parse(bytes(self._held[:size])))
            del self._held[:size]

    def _size(self, last: bool) -> int | None:
        """Bytes of the frame at the front; None until it can be told."""
        whole = 12 + int(self._held[2:6])
        end = self._held.find(b"\r\n", 6)
        if len(self._held) >= whole and self._held[whole - 2 : whole] == b"\r\n":
            return whole
        following = self._held.find(b"##", 6)
        if end >= 0 and (following < 0 or end < following):
            # An end before or after the place the length gives. Earlier: wait for the rest unless another frame starts there.
            early = end + 2 < whole
            if not early or last or len(self._held) >= whole or self._held[end + 2 : end + 4] == b"##":
                return end + 2
        if following >= 0 and (len(self._held) >= whole or last):
            return following
        if last or len(self._held) >= MOST:
            return len(self._held)
        return None
