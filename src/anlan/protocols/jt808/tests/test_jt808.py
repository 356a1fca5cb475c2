"""Round trips, parts, and terminals that deviate."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.protocols.common import Garbage
from anlan.protocols.jt808 import answers
from anlan.protocols.jt808.bodies import Position, position, position_body
from anlan.protocols.jt808.frame import MOST, Frame, Splitter, build, parse, rebuilt
from anlan.protocols.jt808.join import Joiner

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
PHONE = "013912345678"


def test_build_gives_back_every_valid_vector(shared: Path) -> None:
    for vector in json.loads((shared / "vectors" / "jt808.json").read_text()):
        if vector["decoded"]["valid"]:
            raw = bytes.fromhex(vector["frame"])
            assert rebuilt(parse(raw)) == raw


@settings(max_examples=200, deadline=None)
@given(
    body=st.binary(max_size=300), number=st.integers(0, 0xFFFF), serial=st.integers(0, 0xFFFF), edition=st.sampled_from([2013, 2019]),
    parts=st.sampled_from([(0, 0), (3, 2)]),
)  # fmt: skip
def test_round_trip(body: bytes, number: int, serial: int, edition: int, parts: tuple[int, int]) -> None:
    raw = build(id=number, phone=PHONE, serial=serial, body=body, edition=edition, total=parts[0], number=parts[1])
    frame = parse(raw)
    assert (frame.valid, frame.id, frame.serial, frame.body, frame.edition) == (True, number, serial, body, edition)
    assert (frame.total, frame.number) == parts
    assert rebuilt(frame) == raw
    assert len(raw) <= MOST


def test_the_header_of_2013_with_bit_14_is_read_by_its_length() -> None:
    frame = parse(build(id=2, phone=PHONE, serial=1, flagged=True))
    assert (frame.valid, frame.edition, frame.flagged, frame.phone) == (True, 2013, True, PHONE)


def test_a_frame_whose_end_was_lost_does_not_take_the_next_with_it() -> None:
    whole = build(id=2, phone=PHONE, serial=1)
    found = [one for one in Splitter().feed(whole[:9] + whole + whole) if isinstance(one, Frame)]
    assert [one.valid for one in found] == [False, True, True]


def test_marks_in_a_row_and_noise_are_counted_once() -> None:
    whole = build(id=2, phone=PHONE, serial=1)
    splitter = Splitter()
    found = splitter.feed(b"ab" + whole + b"cd" + whole) + splitter.close()
    assert [one.count if isinstance(one, Garbage) else "frame" for one in found] == [2, "frame", 2, "frame"]


def test_one_wrong_byte_is_told() -> None:
    raw = bytearray(build(id=0x0200, phone=PHONE, serial=1, body=b"1234567890"))
    raw[15] ^= 1
    assert parse(bytes(raw)).reason == "bad_crc"
    assert parse(b"").reason == "truncated"
    unescaped = bytes.fromhex("7e0801200201390000000000007e02007e7d017d02127e")
    assert parse(unescaped).reason == "truncated"  # a mark inside is an end
    assert parse(b"\x7e\x7d\x09\x7e").reason == "truncated"
    assert parse(b"\x7e\x02\x00\x7e").reason == "bad_length"


def test_parts_are_joined_in_any_order_once() -> None:
    parts = [
        parse(build(id=0x0801, phone=PHONE, serial=10 + number, body=bytes([number]) * 3, total=3, number=number))
        for number in (1, 2, 3)
    ]
    for order in ((2, 0, 1), (0, 1, 2), (2, 1, 0)):
        joiner = Joiner()
        told = [joiner.add(parts[place], 0) for place in order]
        assert [one is None for one in told] == [True, True, False]
        assert told[2] is not None
        assert told[2].body == b"\1\1\1\2\2\2\3\3\3"
    joiner = Joiner()
    joiner.add(parts[0], 0)
    assert joiner.add(parts[0], 0) is None  # twice is not two
    assert joiner.missing()[0][1] == [2, 3]
    assert joiner.add(parts[1], 10**9) is None  # the first is too old by now
    assert joiner.missing()[0][1] == [1, 3]


def test_positions_out_and_back_and_places_that_do_not_exist() -> None:
    one = Position(1 << 1, 0b10, 39.1, -117.2, 12, 62.5, 270, datetime(2026, 1, 1, 8), {1: (1234).to_bytes(4, "big")})  # noqa: DTZ001
    back = position(position_body(one))
    assert back is not None
    assert (back.latitude, back.longitude, back.speed, back.mileage, back.alarms) == (
        39.1,
        117.2,
        62.5,
        123.4,
        ("overspeed",),
    )
    assert back.fixed
    wrong = position(position_body(Position(0, 2, 116.3, 40.0, 0, 0, 0, datetime(2026, 1, 1), {})))  # noqa: DTZ001
    assert wrong is not None
    assert not wrong.fixed
    assert position(b"\0" * 27) is None
    bad_time = position(position_body(one)[:22] + b"\xff" * 6)
    assert bad_time is not None
    assert bad_time.time is None


def test_answers_carry_what_they_answer() -> None:
    asked = parse(build(id=0x0100, phone=PHONE, serial=77, edition=2019))
    told = parse(answers.registered(asked, answers.REGISTER_OK, "code", 5))
    assert (told.valid, told.edition, told.body) == (True, 2019, b"\x00\x4d\x00code")
    assert parse(answers.registered(asked, answers.NO_TERMINAL, "code", 5)).body == b"\x00\x4d\x04"
    assert parse(answers.general(asked, answers.OK, 6)).body == b"\x00\x4d\x01\x00\x00"
