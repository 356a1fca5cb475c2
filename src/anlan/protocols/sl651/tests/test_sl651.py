"""SL 651: both encodings, packets, elements, answers, and rain from the counter."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.common import Garbage
from anlan.protocols.sl651 import answers
from anlan.protocols.sl651.content import elements
from anlan.protocols.sl651.elements import read
from anlan.protocols.sl651.frame import ACK, ENQ, EOT, ESC, ETB, ETX, NAK, Frame, Splitter, build, crc, parse
from anlan.protocols.sl651.join import MOST_BYTES, MOST_SETS, Joiner
from anlan.protocols.sl651.totals import rain_between

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
NOW = datetime(2026, 6, 1, 8, 0, 5)  # noqa: DTZ001 - the standard knows no zone
HEAD = "0001260601080005"
BODY = bytes.fromhex(HEAD + "F1F1001234000150F0F02606010800" + "3923" + "00002610" + "2619000125")
ONE = Frame(centre=1, station="0012340001", function=0x34, body=BODY)


def test_the_check_is_modbus() -> None:
    assert crc(b"123456789") == 0x4B37


def test_elements_of_both_encodings_are_the_same() -> None:
    text = replace(ONE, ascii=True, body=BODY.hex().upper().encode())
    binary, written = (parse(build(one)) for one in (ONE, text))
    assert (binary.valid, written.valid) == (True, True)
    assert elements(binary) == elements(written)
    found, rest = elements(binary)
    assert rest == b""
    assert [(one.id, one.value) for one in found if one.kind == "value"] == [("39", 2.61), ("26", 12.5)]
    assert found[2].at == datetime(2026, 6, 1, 8, 0)  # noqa: DTZ001


@pytest.mark.parametrize("ascii_", [False, True])
def test_cut_at_every_byte_and_glued(ascii_: bool) -> None:
    raw = build(replace(ONE, ascii=ascii_, body=BODY.hex().encode() if ascii_ else BODY))
    for cut in range(len(raw) + 1):
        splitter = Splitter()
        found = splitter.feed(raw[:cut]) + splitter.feed(raw[cut:] + raw) + splitter.close()
        assert [one.raw for one in found if isinstance(one, Frame)] == [raw, raw]
        assert not [one for one in found if isinstance(one, Garbage)]


def test_every_single_damage_is_told_and_the_next_frame_stands() -> None:
    raw = build(ONE)
    for place in range(len(raw)):
        for bit in (0x01, 0x10, 0x80):
            wrong = raw[:place] + bytes([raw[place] ^ bit]) + raw[place + 1 :]
            splitter = Splitter()
            found = [
                one for one in splitter.feed(wrong + raw) + splitter.close() if isinstance(one, Frame) and one.valid
            ]
            assert [one.raw for one in found] == [raw], (place, bit)


def test_heads_inside_are_data() -> None:
    keep_alive = build(Frame(centre=1, station="0012340001", function=0x2F, body=bytes.fromhex("7E08260601080005")))
    assert parse(keep_alive).serial == 0x7E08
    found = Splitter().feed(keep_alive + build(ONE))
    assert [one.function for one in found if isinstance(one, Frame)] == [0x2F, 0x34]


@pytest.mark.parametrize(
    ("hexed", "kind", "value"),
    [
        ("201900FFFF", "rest", None), ("2019000005", "value", 0.5), ("2019FFFFFF", "missing", None), ("3923FF001250", "value", -1.25), ("391AFF1250", "value", -12.5),
        ("392399999999", "value", 99999.999), ("392309999999", "gauge_failure", None), ("3812", "rest", None), ("3812 1250", "value", 12.5),
        ("45200000000A", "state", None), ("FF0112 0125", "value", 1.25), ("04", "rest", None), ("F4 60 0102", "rest", None),
    ],
)  # fmt: skip
def test_elements_and_what_is_none(hexed: str, kind: str, value: float | None) -> None:
    found, rest = read(bytes.fromhex(hexed))
    if kind == "rest":
        assert (found, rest) == ([], bytes.fromhex(hexed))
    else:
        (one,) = found
        assert (one.quality or one.kind, one.value, rest) == (kind, value, b"")


@given(st.binary(max_size=120))
def test_reading_any_elements_loses_nothing(data: bytes) -> None:
    found, rest = read(data)
    assert data.endswith(rest)
    assert bool(found) or rest == data


def test_the_answer_has_the_function_and_serial_and_says_whether_to_stay() -> None:
    told = [parse(answer) for stay in (True, False) if (answer := answers.answer(parse(build(ONE)), NOW, stay))]
    assert [(one.valid, one.down, one.function, one.serial, one.sent, one.end) for one in told] == [
        (True, True, 0x34, 1, NOW, ESC), (True, True, 0x34, 1, NOW, EOT),
    ]  # fmt: skip
    for one in (replace(ONE, function=0x2F), replace(ONE, down=True, end=ACK), replace(ONE, valid=False)):
        assert answers.answer(one, NOW) is None


def test_commands_are_frames() -> None:
    asked = parse(
        answers.query_period(
            ONE, 9, NOW, start=NOW, end=NOW + timedelta(hours=2), element="39", step=timedelta(minutes=5)
        )
    )
    assert (asked.valid, asked.down, asked.function, asked.serial, asked.end) == (True, True, 0x38, 9, ENQ)
    assert asked.elements.hex() == "26060108" + "26060110" + "0418000005" + "39"
    clock = parse(answers.set_clock(ONE, 10, NOW))
    assert (clock.valid, clock.function, clock.sent) == (True, 0x4A, NOW)
    with pytest.raises(ValueError, match="period"):
        answers.query_period(
            ONE, 9, NOW, start=NOW, end=NOW - timedelta(hours=1), element="39", step=timedelta(minutes=5)
        )


def _packets(count: int, function: int = 0x36, body: bytes = b"") -> list[Frame]:
    first = bytes.fromhex(HEAD + "F3F3")
    return [
        parse(build(replace(ONE, function=function, total=count, number=number, body=(first if number == 1 else b"") + (body or bytes([number]) * 9),
                            end=ETX if number == count else ETB)))
        for number in range(1, count + 1)
    ]  # fmt: skip


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 1, 0, 0, 2)])
def test_packets_are_joined_in_any_order_each_as_often_as_it_likes(order: tuple[int, ...]) -> None:
    packets, joiner = _packets(3), Joiner()
    told = [joiner.add(packets[place], NOW) for place in order]
    assert [one is None for one in told] == [True] * (len(order) - 1) + [False]
    assert told[-1] is not None
    (picture,), _rest = elements(told[-1])
    assert picture.data == b"\1" * 9 + b"\2" * 9 + b"\3" * 9
    assert joiner.size == 0


def test_missing_packets_are_known_asked_for_and_given_up() -> None:
    packets, joiner = _packets(4), Joiner()
    for one in (packets[0], packets[2]):
        assert joiner.add(one, NOW) is None
    (waiting,) = joiner.waiting()
    assert waiting.missing == (2, 4)
    asked = [parse(one) for one in answers.nak(waiting.packet, waiting.missing, NOW)]
    assert [(one.valid, one.end, one.total, one.number) for one in asked] == [(True, NAK, 4, 2), (True, NAK, 4, 4)]
    assert joiner.overdue(NOW + timedelta(minutes=4)) == []
    assert joiner.overdue(NOW + timedelta(minutes=6)) == [waiting]
    assert joiner.waiting() == []


def test_sets_that_never_end_are_bounded() -> None:
    joiner = Joiner()
    for function in range(0x30, 0x50):
        for packet in _packets(200, function, b"x" * 3000)[:-1]:
            joiner.add(packet, NOW)
            assert joiner.size <= MOST_BYTES
            assert len(joiner.waiting()) <= MOST_SETS


def test_packets_that_are_none() -> None:
    raw = bytearray(build(replace(ONE, total=3, number=2, body=b"x" * 9)))
    raw[14:17] = b"\x00\x30\x04"  # the fourth of three
    raw[-2:] = crc(bytes(raw[:-2])).to_bytes(2, "big")
    assert parse(bytes(raw)).reason == "bad_length"
    with pytest.raises(ValueError, match="packet"):
        build(replace(ONE, total=3, number=4))


@pytest.mark.parametrize(
    ("before", "now", "fallen"),
    [(10.0, 12.5, 2.5), (10.0, 10.0, 0.0), (99999.0, 0.5, 1.5), (500.0, 3.0, None), (None, 3.0, None), (3.0, None, None), (-1.0, 3.0, None), (0.0, 100000.0, None)],
)  # fmt: skip
def test_rain_between_two_readings(before: float | None, now: float | None, fallen: float | None) -> None:
    assert rain_between(before, now) == fallen
