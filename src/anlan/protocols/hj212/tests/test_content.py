"""Names that are kept and values read anew say the same as reading every item: against the plain way, in any order of frames."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.hj212.content import MOST_KEPT, _heads, _shapes, text_of
from anlan.protocols.hj212.crc import POSSIBLE, crc, crcs, modbus, slow_crc
from anlan.protocols.hj212.data import instant, instants, number, stamp, values
from anlan.protocols.hj212.frame import Frame, framed, parse, parsed

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
PARTS = st.sampled_from([
    b"QN=20160801085857223;", b"QN=2016080108585722;", b"QN=1;", b"QN=20160801085857224;", b"QN=20160801085857223", b"ST=32;", b"CN=2011;", b"MN=A1;", b"MN=A2;", b"Flag=5;",
    b"Flag=x;", b"CP=&&", b"&&", b"DataTime=20160801085857;", b"w01018-Rtd=28.6,", b"w01018-Flag=N;", b"w01018-Flag=D", b"w01018-Rtd=", b"a=1=2;",
    b"a=", b"=", b";", b",", b";;", b"-Rtd=1;", b"a-=1;", b"b-c-Avg=7;", "站点=示例;".encode(), "站点=示例;".encode("gb18030"), b"\xff;", b"\r\n", b"##0001",
])  # fmt: skip
SEGMENTS = st.lists(PARTS, max_size=14).map(b"".join)
USUAL = b"QN=2016080108585722%d;ST=32;CN=2011;MN=A1;Flag=5;CP=&&DataTime=20160801085857;w01018-Rtd=%d,w01018-Flag=N&&"


def _pairs(text: str) -> dict[str, str]:
    items = [item.partition("=") for item in re.split("[;,]", text)]
    return {name: value for name, sign, value in items if sign and name}


def plainly(segment: bytes) -> tuple[dict[str, str], dict[str, str], dict[str, dict[str, str]]]:
    """The fields, the plain ones of CP and the factors, item by item."""
    head, _sign, inside = text_of(segment).partition("CP=&&")
    cp: dict[str, str] = {}
    factors: dict[str, dict[str, str]] = {}
    for name, value in _pairs(inside.removesuffix("&&")).items():
        code, dash, what = name.rpartition("-")
        if dash and code and what:
            factors.setdefault(code, {})[what] = value
        else:
            cp[name] = value
    return _pairs(head), cp, factors


def told(frame: Frame) -> tuple[dict[str, str], dict[str, str], dict[str, dict[str, str]]]:
    return dict(frame.fields), frame.cp, frame.pollutants


@given(segments=st.lists(st.one_of(SEGMENTS, st.integers(0, 9).map(lambda n: USUAL % (n, n))), min_size=1, max_size=12))
def test_any_segments_say_what_they_say_plainly(segments: list[bytes]) -> None:
    raws = [framed([segment]) for segment in segments]
    frames = parsed(raws)
    for frame, segment in zip(frames, segments, strict=True):
        assert (frame.valid, frame.segment) == (True, segment)
        assert told(frame) == plainly(segment)
        assert list(frame.fields) == list(plainly(segment)[0])  # and in the same order
        assert list(frame.pollutants) == list(plainly(segment)[2])
        assert told(parse(frame.raw)) == told(frame)


def test_a_frame_that_says_nothing_does_not_take_over_what_the_one_before_said() -> None:
    raws = [
        framed([one])
        for one in (USUAL % (1, 1), b"QN=20160801085857223CP=&&&&", b"QN=20160801085857223;CP=&&&&", USUAL % (2, 2))
    ]
    for frame in parsed(raws):
        assert told(frame) == plainly(frame.segment)


def test_what_is_kept_is_bounded() -> None:
    for place in range(3 * MOST_KEPT):
        parse(framed([b"MN=%d;CP=&&a%d=1&&" % (place, place)]))
    assert len(_heads) <= MOST_KEPT
    assert len(_shapes) <= MOST_KEPT
    assert told(parse(framed([USUAL % (1, 2)]))) == plainly(USUAL % (1, 2))


@given(st.lists(st.binary(max_size=1300), max_size=20))
def test_checks_together_and_alone_agree(segments: list[bytes]) -> None:
    assert crcs(segments) == [crc(one) for one in segments] == [slow_crc(one) for one in segments]
    assert set(crcs(segments)) <= POSSIBLE


def test_the_check_does_not_see_what_changes_alike_eight_bytes_apart() -> None:
    """Why length, fields and ranges count beside it."""
    assert crc(b"w01018-Rtd=28.60") == crc(b"d01018-Rga=28.60"[:16].replace(b"d", b"w").replace(b"ga", b"td"))
    one = bytearray(b"0123456789abcdef")
    one[3], one[11] = one[11], one[3]
    assert crc(bytes(one)) == crc(b"0123456789abcdef")
    assert modbus(b"123456789") == 0x4B37


@given(st.datetimes(datetime(1970, 1, 2), datetime(2999, 12, 31)), st.sampled_from([14, 17]))  # noqa: DTZ001
def test_instants_out_and_back(at: datetime, digits: int) -> None:
    text = at.strftime("%Y%m%d%H%M%S%f").rjust(20, "0")[:digits]
    read = instant(text)
    assert read is not None
    assert stamp(read, digits) == text


@pytest.mark.parametrize("text", ["", "2016", "20160801085860", "20161301085857", "20160230085857", "2016080108585x", "２０１６０８０１０８５８５７", "201608010858570000", "2016080124585700"])  # fmt: skip
def test_no_instant(text: str) -> None:
    assert instant(text) is None
    assert instants(["20160801085857", text, "20160801085857"])[::2] == [instant("20160801085857")] * 2
    assert instants(["20160801085857", text])[1] is None


def test_numbers_of_a_frame() -> None:
    frame = parse(framed([b"CP=&&DataTime=1;a-Rtd=1.5,a-Flag=D;b-Avg=x;c-Rtd=;d-Info=7;e-Min=2,e-Max=nan,e-Flag=&&"]))
    assert list(values(frame)) == [
        ("a", "Rtd", 1.5, "D"), ("b", "Avg", None, "N"), ("c", "Rtd", None, "N"), ("e", "Min", 2.0, "N"), ("e", "Max", None, "N"),
    ]  # fmt: skip
    assert [number(one) for one in ("1e400", "-inf", "1.", " 2 ")] == [None, None, 1.0, 2.0]
