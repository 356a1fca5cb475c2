"""The session of HJ 212: frames to messages and rows, against reading each frame by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.exchange.sessions.hj212 import Hj212, rows_of
from anlan.kernel.exchange.types import Bad, Message
from anlan.kernel.observations import quality
from anlan.kernel.observations.types import KnownDevice, KnownStream
from anlan.protocols.common import Garbage
from anlan.protocols.hj212 import Splitter, build, parse
from anlan.protocols.hj212.crc import modbus
from anlan.protocols.hj212.data import instant, length_of, stamp, values
from anlan.protocols.hj212.sm4 import sealed

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
NOW = 1_767_225_600_000
KEY = bytes(range(16))
CHANNELS = ("2011/w01018-Rtd", "2051/w01018-Avg", "2061/w01018-Avg", "2011/a34004-Rtd", "2011/LA-Rtd")
STREAMS = {
    name: KnownStream(place + 1, 1, name, "instant", scale=1 + place, shift=place)
    for place, name in enumerate(CHANNELS)
}
FACTORS = st.dictionaries(
    st.sampled_from(["w01018", "a34004", "LA", "zz"]),
    st.dictionaries(
        st.sampled_from(["Rtd", "Avg", "Flag"]),
        st.sampled_from(["1.5", "-2", "", "x", "nan", "1e400", "N", "n", "D", "7"]),
        min_size=1,
    ),
    max_size=4,
)


def device(mn: str = "A1", **settings: Any) -> KnownDevice:
    return KnownDevice(1, "hj212", mn, "admitted", "123456", settings, STREAMS)


def frame(cn: str, at: str, factors: dict[str, dict[str, str]], mn: str = "A1", pw: str = "123456") -> bytes:
    told = [f"DataTime={at}"] + [
        ",".join(f"{code}-{name}={value}" for name, value in mine.items()) for code, mine in factors.items()
    ]
    return build({"QN": stamp(NOW, 17), "ST": "32", "CN": cn, "PW": pw, "MN": mn, "Flag": "5"}, ";".join(told))


def feed(session: Hj212, data: bytes) -> list[Message | Bad]:
    return session.feed(data, NOW)


FRAMES = st.builds(
    frame,
    st.sampled_from(["2011", "2051", "2061", "2031", "9999"]),
    st.sampled_from(["20260101080000", "20260101080500", "2026", "20260101080000500"]),
    FACTORS,
)


@given(st.lists(FRAMES, min_size=1, max_size=12), st.sampled_from([{}, {"minute": 5}]))
def test_rows_of_many_frames_are_the_rows_of_each(raws: list[bytes], settings: dict[str, Any]) -> None:
    frames = [one for one in Splitter().feed(b"".join(raws)) if not isinstance(one, Garbage)]
    wanted, missing = [], 0
    for one in map(parse, raws):
        at = instant(one.cp.get("DataTime", ""))
        for code, name, value, mark in values(one) if at is not None and one.cn != "9999" else ():
            stream = STREAMS.get(f"{one.cn}/{code}-{name}")
            if stream is None or at is None:
                missing += 1
                continue
            sent = np.nan if value is None else value * stream.scale + stream.shift
            wanted.append(
                (stream.id, at, at + length_of(one.cn, settings.get("minute", 10)), sent, quality.code_of(mark))
            )
    rows, unlisted = rows_of(frames, device(**settings))
    got = list(
        zip(
            rows.stream.tolist(),
            rows.start.tolist(),
            rows.end.tolist(),
            rows.value.tolist(),
            rows.sent.tolist(),
            strict=True,
        )
    )
    assert unlisted == missing
    for number in range(1, len(STREAMS) + 1):  # of one stream in the order of the frames: the later of two wins
        np.testing.assert_array_equal(
            [row for row in got if row[0] == number], [row for row in wanted if row[0] == number]
        )
    assert len(got) == len(wanted)


def test_frames_of_one_sender_are_one_message_and_damage_divides_them() -> None:
    known = {"A1": device(), "A2": device("A2")}
    one, other = (
        frame("2011", "20260101080000", {"w01018": {"Rtd": "1"}}),
        frame("2051", "20260101080000", {"w01018": {"Avg": "2"}}),
    )
    second, guess = frame("2011", "20260101080000", {}, mn="A2"), frame("2011", "20260101080000", {}, pw="guess")
    told = feed(
        Hj212(known.get),
        one + other + second + second + b"noise" + second + guess + one.replace(b"Rtd=1", b"Rtd=2") + guess,
    )
    kinds = [
        ("bad", said.reason) if isinstance(said, Bad) else (said.identity, said.secret, len(said.frames))
        for said in told
    ]
    assert kinds == [
        ("A1", "123456", 2), ("A2", "123456", 2), ("bad", "garbage"), ("A2", "123456", 1), ("A1", "guess", 1), ("bad", "bad_crc"), ("A1", "guess", 1),
    ]  # fmt: skip
    first = told[0]
    assert isinstance(first, Message)
    answers = [parse(raw + b"\r\n") for raw in first.reply("stored").split(b"\r\n")[:-1]]
    assert [(said.valid, said.cn, said.qn) for said in answers] == [(True, "9014", stamp(NOW, 17))] * 2
    assert [
        said.cp["QnRtn"] for raw in first.reply("wrong_secret").split(b"\r\n")[:-1] if (said := parse(raw + b"\r\n"))
    ] == ["3", "3"]


def test_a_stranger_has_no_rows() -> None:
    (told,) = feed(Hj212(lambda _mn: None), frame("2011", "20260101080000", {"w01018": {"Rtd": "1"}}))
    assert isinstance(told, Message)
    assert told.size == 0


def test_a_device_may_send_the_other_check() -> None:
    raw = frame("2011", "20260101080000", {"w01018": {"Rtd": "1"}})
    odd = raw[:-6] + b"%04X\r\n" % modbus(raw[6:-6])
    cases: list[tuple[dict[str, str], int]] = [({}, 0), ({"crc": "modbus"}, 1)]
    for settings, frames in cases:
        (told,) = feed(Hj212({"A1": device(**settings)}.get), odd)
        assert (len(told.frames) if isinstance(told, Message) else 0) == frames


@pytest.mark.parametrize(("key", "rows"), [(KEY.hex(), 1), ("00" * 16, 0), ("", 0), ("z" * 32, 0), (" " * 32, 0)])
def test_what_is_encrypted_is_read_with_the_key_alone(key: str, rows: int) -> None:
    raw = sealed(frame("2011", "20260101080000", {"w01018": {"Rtd": "1"}})[6:-6], KEY)
    (told,) = feed(Hj212(lambda _mn: device(key=key)), raw)
    assert isinstance(told, Message)
    assert (list(told.frames), told.size) == ([raw], rows)
