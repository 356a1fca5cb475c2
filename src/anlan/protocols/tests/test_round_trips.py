"""`build(parse(frame)) == frame` where the standard allows one form: over the vectors and over frames made at random."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.cap import alert as cap
from anlan.protocols.common import Garbage
from anlan.protocols.gb26875 import frame as gb26875
from anlan.protocols.hj212 import frame as hj212
from anlan.protocols.hj212.sm4 import opened, sealed
from anlan.protocols.jt808 import frame as jt808
from anlan.protocols.sl651 import frame as sl651

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
DIGITS = st.text("0123456789", min_size=1, max_size=12)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001
NAMES = st.text("abcdefgwxyzAFLR0123456789", min_size=1, max_size=8)


@st.composite
def hj212_frames(draw: st.DrawFn) -> bytes:
    fields = {"QN": draw(st.from_regex(r"20[0-9]{15}", fullmatch=True))} if draw(st.booleans()) else {}
    fields |= {name: draw(DIGITS) for name in ("ST", "CN", "PW")} | {
        "MN": draw(NAMES),
        "Flag": str(draw(st.integers(0, 11))),
    }
    values = st.text("0123456789.-+NDFTx", max_size=9)
    plain = draw(st.dictionaries(NAMES, values, max_size=3))
    factors = draw(
        st.dictionaries(
            NAMES,
            st.dictionaries(st.sampled_from(["Rtd", "Avg", "Min", "ZsRtd", "Flag"]), values, min_size=1),
            max_size=5,
        )
    )
    told = [f"{name}={value}" for name, value in plain.items()]
    told += [",".join(f"{code}-{name}={value}" for name, value in mine.items()) for code, mine in factors.items()]
    return hj212.build(fields, ";".join(told))


@st.composite
def gb26875_frames(draw: st.DrawFn) -> bytes:
    kind = draw(st.sampled_from([*gb26875.SIZES, 5, 128, 254]))
    size, count = gb26875.SIZES.get(kind), draw(st.integers(1, 5)) if kind in gb26875.MANY else 1
    body = draw(st.binary(min_size=size * count, max_size=size * count) if size else st.binary(max_size=60))
    unit = bytes([kind, count]) + body if draw(st.booleans()) else b""
    return gb26875.build(
        serial=draw(st.integers(0, 0xFFFF)), time=draw(TIMES), source=draw(st.integers(0, 2**48 - 1)), destination=draw(st.integers(0, 2**48 - 1)),
        command=draw(st.sampled_from([*gb26875.COMMANDS, 128, 255])), unit=unit, version=f"1.{draw(st.integers(0, 255))}",
    )  # fmt: skip


@st.composite
def jt808_frames(draw: st.DrawFn) -> bytes:
    edition = draw(st.sampled_from([2013, 2019]))
    total = draw(st.sampled_from([0, 1, 7]))
    return jt808.build(
        id=draw(st.integers(0, 0xFFFF)), phone=draw(st.text("0123456789", min_size=12, max_size=12)), serial=draw(st.integers(0, 0xFFFF)),
        body=draw(st.one_of(st.binary(max_size=200), st.lists(st.sampled_from([0x7D, 0x7E, 1, 2]), max_size=1023).map(bytes))), edition=edition,
        protocol=draw(st.integers(0, 255)), total=total, number=total and draw(st.integers(1, total)), encrypted=draw(st.booleans()),
    )  # fmt: skip


@st.composite
def sl651_frames(draw: st.DrawFn) -> bytes:
    ascii_, total = draw(st.booleans()), draw(st.sampled_from([0, 1, 9]))
    body = draw(st.binary(min_size=8, max_size=300))
    return sl651.build(
        sl651.Frame(
            ascii=ascii_, down=draw(st.booleans()), centre=draw(st.integers(0, 255)), station=draw(st.text("0123456789ABCDEF", min_size=10, max_size=10)),
            password=draw(st.text("0123456789abcdef", min_size=4, max_size=4)), function=draw(st.sampled_from(sorted(sl651.FUNCTIONS))), total=total,
            number=total and draw(st.integers(1, total)), body=body.hex().upper().encode() if ascii_ else body, end=draw(st.sampled_from(sorted(sl651.ENDS))),
        )
    )  # fmt: skip


# Protocol → (codec, frames at random, the same bytes from what was read).
FRAMED: dict[str, tuple[Any, Callable[[], st.SearchStrategy[bytes]], Callable[[Any], bytes]]] = {
    "hj212": (hj212, hj212_frames, hj212.rebuilt),
    "gb26875": (gb26875, gb26875_frames, gb26875.rebuilt),
    "jt808": (jt808, jt808_frames, jt808.rebuilt),
    "sl651": (sl651, sl651_frames, sl651.build),
}


def _vectors(shared: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((shared / "vectors" / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", sorted(FRAMED))
def test_every_valid_vector_is_built_again(shared: Path, name: str) -> None:
    module, _frames, rebuilt = FRAMED[name]
    again = 0
    for vector in _vectors(shared, name):
        if not vector["decoded"].get("valid") or "sm4_key_hex" in vector["decoded"]:
            continue
        raw = vector["frame"].encode() if name == "hj212" else bytes.fromhex(vector["frame"])
        frame = module.parse(raw)
        made = rebuilt(frame)
        assert made.upper() == raw.upper() if name == "hj212" else made == raw, vector["name"]
        again += 1
    assert again > 5


def test_the_encrypted_vector_is_sealed_again(shared: Path) -> None:
    (vector,) = [one for one in _vectors(shared, "hj212") if "sm4_key_hex" in one["decoded"]]
    key, raw = bytes.fromhex(vector["decoded"]["sm4_key_hex"]), vector["frame"].encode()
    inside = opened(hj212.parse(raw), key)
    assert inside is not None
    assert sealed(inside[0], key) == raw


def test_every_document_is_written_again_and_read_as_the_same(shared: Path) -> None:
    for vector in _vectors(shared, "cap"):
        one = cap.parse((vector.get("frame") or vector["hex"]).encode())
        assert isinstance(one, cap.Alert), vector["name"]
        written = cap.build(one)
        assert cap.parse(written) == one
        assert cap.build(replace(one)) == written


@pytest.mark.parametrize("name", sorted(FRAMED))
@given(data=st.data())
def test_frames_at_random_come_back(name: str, data: st.DataObject) -> None:
    module, frames, rebuilt = FRAMED[name]
    raw = data.draw(frames())
    frame = module.parse(raw)
    assert (frame.valid, frame.reason) == (True, "")
    assert rebuilt(frame) == raw


@pytest.mark.parametrize("name", sorted(FRAMED))
@given(data=st.data())
def test_glued_and_cut_anywhere_nothing_is_lost(name: str, data: st.DataObject) -> None:
    module, frames, _rebuilt = FRAMED[name]
    raws = data.draw(st.lists(frames(), min_size=1, max_size=4))
    stream = b"".join(raws)
    cuts = sorted({0, len(stream), *data.draw(st.lists(st.integers(0, len(stream)), max_size=8))})
    splitter = module.Splitter()
    found = [one for low, high in pairwise(cuts) for one in splitter.feed(stream[low:high])]
    found += splitter.close()
    assert [one.raw for one in found if not isinstance(one, Garbage)] == raws
    assert not [one for one in found if isinstance(one, Garbage)]


@pytest.mark.parametrize("name", sorted(FRAMED))
@given(data=st.data())
def test_a_changed_length_never_makes_two_frames_of_one_nor_eats_the_next(name: str, data: st.DataObject) -> None:
    """Whatever stands in the place of the length, the frame after the next is found."""
    module, frames, _rebuilt = FRAMED[name]
    first, last = data.draw(frames()), data.draw(frames())
    where, width = {"hj212": (2, 4), "gb26875": (24, 2), "jt808": (4, 1), "sl651": (11, 2)}[name]
    wrong = first[:where] + data.draw(st.binary(min_size=width, max_size=width)) + first[where + width :]
    splitter = module.Splitter()
    found = [one for one in [*splitter.feed(wrong + last * 40), *splitter.close()] if not isinstance(one, Garbage)]
    assert [one.raw for one in found if one.valid][-1:] == [last]
