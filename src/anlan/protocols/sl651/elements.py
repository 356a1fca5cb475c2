"""Elements of a HEX/BCD body: identifier, definition (high five bits: bytes, low three: decimals), value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from anlan.protocols.sl651.frame import time_of
from anlan.protocols.sl651.table import QUANTITIES, STATES

Quality = Literal["", "missing", "gauge_failure"]
Kind = Literal["station", "time", "value", "rains", "levels", "series", "text", "picture", "state"]

GAUGE_FAILURE: Final = 9999.999  # metres; what two makers send when the gauge is broken


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `at` is the observation time before it, None when there is none or it is no date.

    `value` and `values` are numbers in the unit of QUANTITIES (of a series: of its element `of`), None where the quality
    says why; `sent` is the number as sent, also of a failed gauge; `text` the digits of a station, a time or a step, the
    text of an observer, or hex digits of state bits; `picture` is in `data`. Rains are mm, relative levels m.
    """

    id: str
    kind: Kind
    at: datetime | None = None
    value: float | None = None
    sent: float | None = None
    quality: Quality = ""
    values: tuple[float | None, ...] = ()
    of: str = ""
    length: int = 0
    decimals: int = 0
    text: str = ""
    station_class: str = ""
    data: bytes = b""

    @property
    def states(self) -> tuple[str, ...]:
        """Of element 45: the names of the bits that are set."""
        bits = int(self.text, 16) if self.kind == "state" else 0
        return tuple(name for place, name in enumerate(STATES) if bits >> place & 1)

    @property
    def step(self) -> timedelta | None:
        """Of a series: the time between two values (DDhhmm); None when it is no number."""
        if self.kind != "series" or not self.text.isdecimal():
            return None
        return timedelta(days=int(self.text[:2]), hours=int(self.text[2:4]), minutes=int(self.text[4:6]))


class _StopError(ValueError):
    """The element at hand cannot be read."""


def number(data: bytes, decimals: int) -> float | None:
    """BCD, a leading FF for minus, all FF for missing. Raises ValueError when it is neither."""
    if not data.strip(b"\xff"):
        return None
    minus = data[0] == 0xFF
    digits = data[minus:].hex()
    if not digits.isdecimal():
        raise _StopError(digits)
    return float((-1 if minus else 1) * int(digits) / 10**decimals)


def quality_of(identifier: str, sent: float | None) -> Quality:
    if sent is None:
        return "missing"
    known = QUANTITIES.get(int(identifier, 16)) if len(identifier) == 2 else None
    return "gauge_failure" if sent == GAUGE_FAILURE and known is not None and known.unit == "m" else ""


def measured(identifier: str, sent: float | None, at: datetime | None, length: int = 0, decimals: int = 0) -> Element:
    """A plain value with its quality: that of a failed gauge is no value."""
    quality = quality_of(identifier, sent)
    return Element(identifier, "value", at, None if quality else sent, sent, quality, length=length, decimals=decimals)


def _take(data: bytes, at: int, count: int) -> bytes:
    if not 0 < count <= len(data) - at:
        raise _StopError(count)
    return data[at : at + count]


def _defined(data: bytes, at: int) -> tuple[bytes, int]:
    """What the definition byte at `at` announces, and its decimals."""
    definition = _take(data, at, 1)[0]
    return _take(data, at + 1, definition >> 3), definition & 7


def _marked(data: bytes, at: int) -> tuple[Element, int]:
    """F0-F3: the identifier twice; a text or a picture is the rest of the body."""
    mark = data[at]
    if _take(data, at + 1, 1)[0] != mark:
        raise _StopError(mark)
    if mark == 0xF0:
        digits = _take(data, at + 2, 5).hex()
        return Element("F0F0", "time", time_of(digits), text=digits), at + 7
    if mark == 0xF1:
        address = _take(data, at + 2, 6).hex().upper()
        return Element("F1F1", "station", text=address[:10], station_class=address[10:]), at + 8
    rest = data[at + 2 :]
    if mark == 0xF2:
        return Element("F2F2", "text", text=rest.decode("gb18030", "replace")), len(data)
    return Element("F3F3", "picture", data=rest), len(data)


def _series(data: bytes, at: int, observed: datetime | None) -> tuple[Element, int]:
    """04: a step, then an element whose values stand one after the other to the end of the body."""
    step, _none = _defined(data, at + 1)
    head = at + 2 + len(step)
    identifier, definition = _take(data, head, 2)
    length, decimals, place = definition >> 3, definition & 7, head + 2
    if length == 0:
        raise _StopError(length)
    values: list[float | None] = []
    while place + length <= len(data):
        try:
            sent = number(data[place : place + length], decimals)
        except _StopError:
            break
        values.append(None if quality_of(f"{identifier:02X}", sent) else sent)
        place += length
    of = f"{identifier:02X}"
    return Element(
        "04", "series", observed, values=tuple(values), of=of, text=step.hex(), length=length, decimals=decimals
    ), place


def _twelve(data: bytes, at: int, observed: datetime | None) -> tuple[Element, int]:
    """F4: five-minute rains, a byte each in 0.1 mm; F5-FC: relative levels, two bytes each in cm. FF is missing."""
    body, _none = _defined(data, at + 1)
    width, scale = (1, 10) if data[at] == 0xF4 else (2, 100)
    if len(body) % width:
        raise _StopError(len(body))
    parts = [body[place : place + width] for place in range(0, len(body), width)]
    values = tuple(int.from_bytes(part, "big") / scale if part.strip(b"\xff") else None for part in parts)
    return Element(f"{data[at]:02X}", "rains" if width == 1 else "levels", observed, values=values), at + 2 + len(body)


def _one(data: bytes, at: int, observed: datetime | None) -> tuple[Element, int]:
    """The element at `at`, and where the next one begins."""
    mark = data[at]
    if 0xF0 <= mark <= 0xF3:
        return _marked(data, at)
    if mark == 0x04:
        return _series(data, at, observed)
    if 0xF4 <= mark <= 0xFC:
        return _twelve(data, at, observed)
    own = mark == 0xFF  # defined by the user: a second byte names it
    identifier = _take(data, at, 2 if own else 1).hex().upper()
    body, decimals = _defined(data, at + 1 + own)
    after = at + 2 + own + len(body)
    if mark == 0x45:
        return Element("45", "state", observed, text=body.hex().upper(), length=len(body)), after
    return measured(identifier, number(body, decimals), observed, len(body), decimals), after


def read(data: bytes) -> tuple[list[Element], bytes]:
    """The elements that stand before the first one that cannot be read, and the rest from there on. Never raises."""
    found: list[Element] = []
    at, observed = 0, None
    while at < len(data):
        try:
            element, at = _one(data, at, observed)
        except _StopError:
            break
        if element.kind == "time":
            observed = element.at
        found.append(element)
    return found, data[at:]
