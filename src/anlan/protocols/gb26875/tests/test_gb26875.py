"""GB/T 26875.3: the vectors, every way a stream can arrive, single damages, and answers."""

from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.common import Garbage
from anlan.protocols.gb26875 import Frame, Splitter, build, parse
from anlan.protocols.gb26875.frame import MOST, confirm
from anlan.protocols.gb26875.report import decoded, lines

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
AT = datetime(2026, 11, 24, 8, 30, 5)  # noqa: DTZ001 - the standard knows no zone
ONE = build(
    serial=7,
    time=AT,
    source=889,
    destination=88888,
    command=2,
    unit=bytes.fromhex("15010802 3A091A090C".replace(" ", "")),
)
TWO = build(serial=8, time=AT, source=889, destination=88888, command=2)  # a heartbeat: an empty unit


def split(data: bytes, *, piece: int = 1 << 20) -> list[Frame | Garbage]:
    splitter = Splitter()
    found = [one for at in range(0, len(data), piece) for one in splitter.feed(data[at : at + piece])]
    return found + splitter.close()


def valid(found: list[Frame | Garbage]) -> list[bytes]:
    return [one.raw for one in found if isinstance(one, Frame) and one.valid]


def test_vectors(shared: Path) -> None:
    for case in json.loads((shared / "vectors/gb26875.json").read_text(encoding="utf-8")):
        wanted = {key: value for key, value in case["decoded"].items() if key != "note"}
        spaced = " ".join(case["frame"][at : at + 2].lower() for at in range(0, len(case["frame"]), 2))
        for text in (case["frame"], spaced):
            (got,) = lines(io.BytesIO(text.encode()))
            assert {name: got.get(name) for name in wanted} == wanted, case["name"]
            if "obj" in wanted:
                assert got["obj"] == wanted["obj"]


@pytest.mark.parametrize("piece", [1, 2, 3, 29, 10_000])
def test_any_pieces(piece: int) -> None:
    assert valid(split(ONE + TWO + ONE, piece=piece)) == [ONE, TWO, ONE]


def test_an_end_inside_is_no_end() -> None:
    inside = build(serial=0x2323, time=AT, source=0x232340404023, destination=0x4040, command=2)
    assert valid(split(inside + ONE, piece=5)) == [inside, ONE]


def test_junk_and_damage_do_not_spoil_the_next() -> None:
    bad = ONE[:30] + bytes([ONE[30] ^ 1]) + ONE[31:]
    found = split(b"\x40noise\x40\x40" + bad + b"@@" + ONE)
    assert valid(found) == [ONE]
    assert any(isinstance(one, Frame) and one.reason == "bad_crc" for one in found)


@pytest.mark.parametrize("length", [b"\x00\x00", b"\x05\x00", b"\x00\x04", b"\xff\xff"])
def test_a_wrong_length_does_not_spoil_what_follows(length: bytes) -> None:
    assert valid(split(ONE[:24] + length + ONE[26:] + ONE + TWO + TWO * 60))[-1] == TWO
    assert ONE in valid(split(ONE[:24] + length + ONE[26:] + ONE + TWO * 60))


@pytest.mark.parametrize("cut", [1, 2, 20, 27, len(ONE) - 1])
def test_a_cut_line_leaks_nothing(cut: int) -> None:
    (one,) = split(ONE[:cut])
    assert isinstance(one, Garbage) or (not one.valid and one.reason == "truncated")


@given(st.binary(max_size=300))
def test_any_bytes_are_accounted_for(data: bytes) -> None:
    found = split(data)
    assert sum(one.count if isinstance(one, Garbage) else len(one.raw) for one in found) == len(data)
    decoded(parse(data))


def test_every_single_damage_is_told() -> None:
    for place in range(len(ONE)):
        for bit in range(8):
            assert not parse(ONE[:place] + bytes([ONE[place] ^ 1 << bit]) + ONE[place + 1 :]).valid


@pytest.mark.parametrize(
    ("unit", "command", "reason"),
    [
        (b"\x02", 2, "bad_length"), (b"\x02\x01" + b"\0" * 45, 2, "bad_length"), (b"\x15\x02" + b"\0" * 14, 2, "bad_length"),
        (b"\x15\x00", 2, "bad_length"), (b"", 9, "unknown"), (b"\xf0\x01abc", 2, ""), (b"", 200, ""), (b"\x02\x02" + b"\0" * 92, 2, ""),
    ],
)  # fmt: skip
def test_the_sum_is_backed_by_the_structure(unit: bytes, command: int, reason: str) -> None:
    frame = parse(build(serial=1, time=AT, source=1, destination=2, command=command, unit=unit))
    assert frame.reason == reason
    assert frame.valid is (reason == "")


def test_what_is_built_is_read_back_and_confirmed() -> None:
    frame = parse(ONE)
    assert (frame.serial, frame.time, frame.source, frame.destination, frame.command) == (7, AT, 889, 88888, 2)
    answer = parse(confirm(frame, time=AT))
    assert (answer.serial, answer.source, answer.destination, answer.command, answer.unit) == (7, 88888, 889, 3, b"")
    assert parse(confirm(frame, time=AT, accepted=False)).command == 6
    with pytest.raises(ValueError, match="fit"):
        build(serial=1, time=AT, source=1, destination=2, command=2, unit=b"x" * 1025)


def test_an_impossible_time_is_unknown_and_the_frame_stands() -> None:
    raw = bytearray(TWO)
    raw[6:12] = b"\xff" * 6
    raw[-3] = sum(raw[2:-3]) & 0xFF
    told = decoded(parse(bytes(raw)))
    assert told["valid"] is True
    assert told["time"] is None


def test_memory_is_bounded() -> None:
    splitter = Splitter()
    for _piece in range(20):
        splitter.feed(b"@@" + b"\x00" * 22 + b"\xff\x03\x02" + b"x" * 1_000_000)
        assert len(splitter._held) <= MOST


def test_lines_of_anything() -> None:
    told = list(lines(io.BytesIO(b"\n  \nzz\n4\n4040\n" + ONE.hex().encode() + b"\n")))
    assert [(one["valid"], one.get("reason")) for one in told] == [
        (False, "not_hex"),
        (False, "not_hex"),
        (False, "truncated"),
        (True, None),
    ]
