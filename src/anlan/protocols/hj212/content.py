"""What a segment says: names and values. The names of a device's frames are the same again and again, so they are kept.

A *head* is what stands before CP without its QN, a *shape* the names inside CP; both are looked up, only the values are read
anew. What is not written in the regular way (`name=value` between single separators, ASCII) is read item by item instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_KEPT = 4096  # heads, and shapes; then they are forgotten and learnt again
# Fields that hold a number (2017, table 6); the others describe it.
NUMBERS = frozenset({
    "Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax", "ZsCou", "RS", "RT", "Data", "DayData", "NightData",
})  # fmt: skip
_EQUALS = bytes.maketrans(b";,", b"==")
_UNMARKED = bytes(byte for byte in range(256) if byte not in b"=;,")
_REGULAR = re.compile(rb"=(?:[;,]=)*")


class Number(NamedTuple):
    """Where a number of a shape stands: places in the values, the mark's -1 when none is sent."""

    code: str
    field: str
    place: int
    mark: int


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """The fields before CP but the QN. `flag` is None where the sender (2005) has none or wrote no number."""

    fields: Mapping[str, str]
    flag: int | None
    mn: str
    cn: str
    password: str


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The names inside CP in their order: `plain` ones, those of `pollutants` (code → field), and which are numbers; each with
    its place among the values."""

    names: tuple[str, ...]
    places: Mapping[str, int] = field(default_factory=dict)
    plain: tuple[tuple[str, int], ...] = ()
    pollutants: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    numbers: tuple[Number, ...] = ()
    regular: bool = True  # no name twice, none empty


# QN, head, shape, values in the shape's order.
Content = tuple[str, Head, Shape, Sequence[str]]
_heads: dict[bytes | str, Head] = {}
_shapes: dict[tuple[str, ...], Shape] = {}
_regular: dict[bytes, bool] = {b"": False}


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


def _room(kept: dict[bytes, bool] | dict[bytes | str, Head] | dict[tuple[str, ...], Shape]) -> None:
    if len(kept) >= MOST_KEPT:
        kept.clear()


def _head(key: bytes | str) -> Head:
    _room(_heads)
    fields = _pairs(key if isinstance(key, str) else key.decode("ascii"))
    text = fields.get("Flag", "")
    flag = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None
    head = _heads[key] = Head(fields, flag, *(fields.get(name, "") for name in ("MN", "CN", "PW")))
    return head


def _shape(names: tuple[str, ...]) -> Shape:
    _room(_shapes)
    places = {name: place for place, name in enumerate(names)}
    plain: list[tuple[str, int]] = []
    pollutants: dict[str, dict[str, int]] = {}
    for name, place in places.items():
        code, dash, what = name.rpartition("-")
        if dash and code and what:
            pollutants.setdefault(code, {})[what] = place
        else:
            plain.append((name, place))
    numbers = tuple(
        Number(code, what, place, mine.get("Flag", -1))
        for code, mine in pollutants.items()
        for what, place in mine.items()
        if what in NUMBERS
    )
    groups = tuple((code, tuple(mine.items())) for code, mine in pollutants.items())
    shape = _shapes[names] = Shape(
        names, places, tuple(plain), groups, numbers, len(places) == len(names) and "" not in places
    )
    return shape


NOTHING = _shape(())


def _is_regular(marks: bytes) -> bool:
    """Whether separators, and nothing else of the text, stand as `=;=,=`."""
    _room(_regular)
    known = _regular[marks] = _REGULAR.fullmatch(marks) is not None
    return known


def contents(segments: Sequence[bytes]) -> list[Content]:
    """`content` of each. One that is written like the one before is not looked up but compared."""
    found: list[Content] = []
    example: tuple[bytes, bytes, list[str], Head, Shape] | None = None
    for segment in segments:
        before, _sign, inside = segment.partition(b"CP=&&")
        inside = inside.removesuffix(b"&&")
        here = inside.translate(None, _UNMARKED)
        if example is not None and here == example[1] and before[20:] == example[0]:
            _tail, _marks, names, head, shape = example
            if before[:3] == b"QN=" and before[3:20].isdigit() and inside.isascii():
                parts = inside.translate(_EQUALS).decode("ascii").split("=")
                if parts[::2] == names:
                    found.append((before[3:20].decode("ascii"), head, shape, parts[1::2]))
                    continue
        qn, head, shape, values = content(segment)
        found.append((qn, head, shape, values))
        # Only what was read in the regular way is an example.
        example = (before[20:], here, list(shape.names), head, shape) if qn and _regular.get(here) else None
    return found


def content(segment: bytes) -> Content:
    """(QN, head, shape, values in the shape's order) of a plaintext segment; what cannot be read is left out."""
    before, _sign, inside = segment.partition(b"CP=&&")
    if not segment.isascii():
        return _singly(text_of(segment))
    qn, key = before[3:20], before
    if before[20:21] == b";" and before[:3] == b"QN=" and qn.isdigit() and b"QN=" not in (rest := before[21:]):
        key = rest
    else:
        qn = b""
    inside = inside.removesuffix(b"&&")
    marks = inside.translate(None, _UNMARKED)
    regular = _regular.get(marks)
    if regular or (regular is None and _is_regular(marks)):
        parts = inside.translate(_EQUALS).decode("ascii").split("=")
        names = tuple(parts[::2])
        shape = _shapes.get(names) or _shape(names)
        if shape.regular:
            return qn.decode("ascii"), _heads.get(key) or _head(key), shape, parts[1::2]
    pairs = _pairs(inside.decode("ascii"))
    names = tuple(pairs)
    return qn.decode("ascii"), _heads.get(key) or _head(key), _shapes.get(names) or _shape(names), list(pairs.values())


def _singly(text: str) -> Content:
    before, _sign, inside = text.partition("CP=&&")
    pairs = _pairs(inside.removesuffix("&&"))
    names = tuple(pairs)
    return "", _heads.get(before) or _head(before), _shapes.get(names) or _shape(names), list(pairs.values())
