"""What must hold for any bytes, one function a protocol: run by the tests on some, by `make fuzz FUZZ=protocols` on millions.

A target raises when a codec loses bytes, holds too many, says what is no JSON, or does not build what it has read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from anlan.protocols.cap import alert as cap
from anlan.protocols.cap import report as cap_report
from anlan.protocols.cap import rules
from anlan.protocols.common import Garbage
from anlan.protocols.decode import CODECS
from anlan.protocols.gb26875 import frame as gb26875
from anlan.protocols.gb26875.report import decoded as gb26875_decoded
from anlan.protocols.hj212 import answers as hj212_answers
from anlan.protocols.hj212 import frame as hj212
from anlan.protocols.hj212.data import instant, values
from anlan.protocols.hj212.join import Joiner as Hj212Joiner
from anlan.protocols.hj212.report import decoded as hj212_decoded
from anlan.protocols.jt808 import answers as jt808_answers
from anlan.protocols.jt808 import bodies
from anlan.protocols.jt808 import frame as jt808
from anlan.protocols.jt808.join import Joiner as Jt808Joiner
from anlan.protocols.jt808.report import decoded as jt808_decoded
from anlan.protocols.sl651 import answers as sl651_answers
from anlan.protocols.sl651 import frame as sl651
from anlan.protocols.sl651.content import elements
from anlan.protocols.sl651.join import Joiner as Sl651Joiner
from anlan.protocols.sl651.report import decoded as sl651_decoded

NOW, AT = 1_780_272_005_000, datetime(2026, 6, 1, 8, 0, 5)  # noqa: DTZ001 - the standards know no zone
KEY = bytes(range(16))


def _json(told: dict[str, Any]) -> None:
    json.dumps(told, ensure_ascii=False).encode()


def _split(module: Any, data: bytes) -> Iterator[Any]:
    """The frames of `data` sent in pieces, whose sizes the data give themselves; nothing is lost and little is held."""
    splitter, told, at = module.Splitter(), 0, 0
    found: list[Any] = []
    while at < len(data):
        step = 1 + data[at] % 61
        found += splitter.feed(data[at : at + step])
        assert len(splitter._held) <= 2 * module.MOST
        at += step
    for one in found + splitter.close():
        told += one.count if isinstance(one, Garbage) else len(one.raw)
        if not isinstance(one, Garbage):
            yield one
    shared = data.count(b"\x7e") if module is jt808 else 0  # a mark may end one frame and begin the next
    assert len(data) <= told <= len(data) + shared
    assert len(splitter._held) == 0


def _frames(module: Any, data: bytes, whole: bytes) -> Iterator[Any]:
    """The data as a stream, behind a whole frame, or as one frame: by their length."""
    match len(data) % 3:
        case 0:
            yield from _split(module, data)
        case 1:
            yield from _split(module, whole + data)
        case _:
            yield module.parse(data)
            yield module.parse(whole)


def on_hj212(data: bytes) -> None:
    joiner = Hj212Joiner()
    whole = hj212.framed([data[:1500]])
    for one in _frames(hj212, data, whole):
        _json(hj212_decoded(one))
        if one.encrypted:
            _json(hj212_decoded(one, KEY))
        joined = joiner.add(one, NOW)
        for frame in (one, joined) if joined else (one,):
            list(values(frame))
            instant(frame.said("DataTime"))
        assert (
            all(frame.valid for frame in hj212.parsed([hj212_answers.owed([one], NOW)]) if frame.raw)
            or one.cn == "1013"
        )
        if one.valid and not one.encrypted:
            again = hj212.parse(hj212.rebuilt(one))
            assert (dict(again.fields), again.cp, again.pollutants) == (dict(one.fields), one.cp, one.pollutants)


def on_gb26875(data: bytes) -> None:
    whole = gb26875.build(serial=1, time=AT, source=2, destination=3, command=2, unit=data[: gb26875.LONGEST_UNIT])
    for one in _frames(gb26875, data, whole):
        _json(gb26875_decoded(one))
        assert one.key is not None
        assert gb26875.parse(gb26875.confirm(one, time=AT)).valid
        if one.valid and one.time is not None:
            assert gb26875.rebuilt(one) == one.raw


def on_jt808(data: bytes) -> None:
    joiner = Jt808Joiner()
    number = (
        [bodies.REGISTER, bodies.AUTHENTICATE, bodies.POSITION, bodies.BATCH, bodies.GENERAL, 0x0801][data[0] % 6]
        if data
        else 0
    )
    parts = (1 + data[1] % 4, 1 + data[2] % 4) if len(data) > 2 and data[0] & 128 else (0, 0)
    whole = jt808.build(id=number, phone="013900000000", serial=1, body=data[: jt808.LONGEST_BODY], edition=2019 if data[:1] > b"@" else 2013,
                        total=parts[0], number=parts[1])  # fmt: skip
    for one in _frames(jt808, data, whole):
        _json(jt808_decoded(one))
        joined = joiner.add(one, NOW)
        for frame in (one, joined) if joined else (one,):
            list(bodies.positions(frame))
            bodies.registration(frame)
            bodies.authentication(frame)
        if one.valid:
            assert jt808.parse(jt808_answers.general(one, 0, 1)).valid
            zeroth = jt808.unescaped(one.raw[1:-1])[2] & 0x20 and not one.total  # type: ignore[index]  # a part of none
            assert zeroth or jt808.rebuilt(one) == one.raw


def on_sl651(data: bytes) -> None:
    joiner = Sl651Joiner()
    body = bytes.fromhex("0001260601080005") + data[:1000]
    whole = b"".join(
        sl651.build(sl651.Frame(function=0x34, ascii=text, body=body.hex().encode() if text else body))
        for text in (False, True)
    )
    for one in _frames(sl651, data, whole):
        _json(sl651_decoded(one))
        joined = joiner.add(one, AT)
        for frame in (one, joined) if joined else (one,):
            elements(frame)
            answer = sl651_answers.answer(frame, AT)
            assert answer is None or sl651.parse(answer).valid
        if one.valid:
            assert sl651.build(one).upper() == one.raw.upper()
    joiner.overdue(AT + timedelta(hours=1))


def on_cap(data: bytes) -> None:
    front, back = (
        (b"", b""),
        (b"<alert>", b"</alert>"),
        (b'<alert xmlns="%b"><info>' % cap.NAMESPACE.encode(), b"</info></alert>"),
    )[len(data) % 3]
    document = front + data + back
    for line in cap_report.lines(io.BytesIO(document)):
        _json(line)
    one = cap.parse(document)
    if isinstance(one, cap.Alert):
        rules.follow([one], one)
        again = cap.parse(cap.build(one))
        assert isinstance(again, cap.Alert)
        assert cap.build(again) == cap.build(one)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "hj212": on_hj212, "gb26875": on_gb26875, "jt808": on_jt808, "sl651": on_sl651, "cap": on_cap,
}  # fmt: skip
assert set(TARGETS) == set(CODECS)


def seeds(name: str) -> list[bytes]:
    """Frames to begin with."""
    unit = bytes([2, 1, 1, 1, 40, 2, 0, 15, 0, 2, 0]) + b"\0" * 31 + gb26875.bytes_of(AT)
    place = bodies.Position(1, 2, 39.1, 117.2, 5, 60.0, 90, AT, {1: b"\0\0\0\1"})
    rain = bytes.fromhex("0001260601080005F1F1001234000150F0F02606010800392300002610F46005050505FFFF000000000000")
    head = {"QN": "20260601080005000", "ST": "32", "CN": "2011", "PW": "123456", "MN": "A1", "Flag": "5"}
    phone = "013900000000"
    return {
        "hj212": [
            hj212.build(head, "DataTime=20260601080000;w01018-Rtd=28.60,w01018-Flag=N;a34004-Avg=3,a34004-Min=2,a34004-Max=4,a34004-Flag=D"),
            hj212.build({**head, "Flag": "7", "PNUM": "2", "PNO": "1"}, "DataTime=20260601080000;w010"), hj212.build({**head, "CN": "1013"}, ""),
            b"##0060QN=20260601080005000;CN=2011;Flag=9;CP=&&{0x7D,0x95,0x01}x&&1C80\r\n",
        ],
        "gb26875": [gb26875.build(serial=1, time=AT, source=9, destination=1, command=2, unit=one) for one in (b"", unit, unit[:2] + b"x")],
        "jt808": [
            jt808.build(id=bodies.POSITION, phone=phone, serial=1, body=bodies.position_body(place)),
            jt808.build(id=bodies.BATCH, phone=phone, serial=1, body=b"\0\1\1\0\x22" + bodies.position_body(place), edition=2019),
            jt808.build(id=0x0801, phone=phone, serial=1, body=b"}~", total=2, number=1),
        ],
        "sl651": [
            sl651.build(sl651.Frame(function=0x34, body=rain)), sl651.build(sl651.Frame(function=0x34, ascii=True, body=rain.hex().encode())),
            sl651.build(sl651.Frame(function=0x36, total=2, number=1, body=rain[:8] + b"\xf3\xf3x")),
        ],
        "cap": [cap.build(cap.Alert(identifier="A", sender="b", sent="2026-06-01T08:00:00+08:00", status="Test", chinese=chinese, references=("b,A,x",),
                                    infos=(cap.Info(event="e", categories=("Met",), areas=(cap.Area("d", ("1,2 3,4 5,6 1,2",), ("1,2 3",), (("c", "1"),)),)),)))
                for chinese in (False, True)],
    }[name]  # fmt: skip
