"""A fake station over a real socket: what it did not send is asked for, its clock is set, lost parts are sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.exchange.duties import AGAIN_MS, TRIES, Holes
from anlan.kernel.exchange.gateway import Gateway
from anlan.kernel.exchange.sessions.jt808 import code_of
from anlan.kernel.exchange.tests.test_gateway import live
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Reader, Store
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream
from anlan.protocols.hj212 import data as hj212
from anlan.protocols.hj212.frame import build, parse
from anlan.protocols.jt808 import bodies as jt
from anlan.protocols.jt808 import frame as jt808
from anlan.protocols.sl651 import frame as sl651

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
HOUR = 3_600_000
NOW = 1_767_225_600_000  # 2026-01-01T08:00+08:00
MN, STATION, VEHICLE = "010000A8900016F000169DC0", "0012340001", "010000000001"


def _directory(settings: dict[str, Any]) -> Directory:
    hour = KnownStream(1, 10, "2061/w01018-Avg", "hour")
    level = KnownStream(2, 30, "39", "instant", every_ms=300_000)
    speed = KnownStream(3, 20, "speed", "instant")
    devices = [
        KnownDevice(10, "hj212", MN, "admitted", "", settings, {hour.channel: hour}),
        KnownDevice(30, "sl651", STATION, "admitted", "", settings, {level.channel: level}),
        KnownDevice(20, "jt808", VEHICLE, "admitted", "", {}, {speed.channel: speed}),
    ]
    return Directory(1, {(one.protocol, one.identity): one for one in devices}, {1: hour, 2: level, 3: speed})


@dataclass
class Stand:
    writer: Writer
    ports: dict[str, int]
    file: Path
    lines: list[asyncio.StreamWriter] = field(default_factory=list)

    async def line(self, protocol: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.ports[protocol])
        self.lines.append(writer)
        return reader, writer

    def ends(self, stream: int) -> list[int]:
        reader = Reader(open_database(str(self.file), writes=False))
        found = reader.raw(stream, 0, NOW * 2).end.tolist()
        reader.database.close()
        return [round((one - NOW) / HOUR, 3) for one in found]


@asynccontextmanager
async def standing(folder: Path, **settings: Any) -> AsyncIterator[Stand]:
    file = folder / "observations.sqlite3"
    writer = Writer(Store(open_database(str(file), writes=True)), _directory(settings), [], lambda: NOW)
    gateway = Gateway(writer)
    loop = asyncio.create_task(writer.run())
    stand = Stand(
        writer, {name: await gateway.listen(name, "127.0.0.1", 0) for name in ("hj212", "sl651", "jt808")}, file
    )
    try:
        yield stand
    finally:
        for line in stand.lines:
            line.close()
        await gateway.close()
        await writer.stop()
        await loop
        writer.store.database.close()


def hourly(start: int, **more: str) -> bytes:
    """Data of the hour that begins `start` hours from now."""
    at = NOW + start * HOUR
    head = {"QN": hj212.stamp(NOW, 17), "ST": "32", "CN": "2061", "PW": "123456", "MN": MN, "Flag": "5", **more}
    return build(head, f"DataTime={hj212.stamp(at)};w01018-Avg={20 + start},w01018-Flag=N")


async def heard(reader: asyncio.StreamReader, patience: float = 0.4) -> list[Any]:
    """The HJ 212 frames that come until it is quiet."""
    found = b""
    try:
        while more := await asyncio.wait_for(reader.read(65536), patience):
            found += more
    except TimeoutError:
        pass
    return [parse(one + b"\r\n") for one in found.split(b"\r\n") if one]


def words(frames: list[Any]) -> list[str]:
    return [one.fields["CN"] for one in frames]


@live
async def test_hours_that_did_not_come_are_asked_for_and_filled(folder: Path) -> None:
    async with standing(folder, resend=True) as stand:
        reader, writer = await stand.line("hj212")
        writer.write(hourly(-8))
        assert words(await heard(reader)) == ["9014"]  # the first one ever: nothing is missing
        writer.write(hourly(-4))
        answers = await heard(reader)
        assert words(answers) == ["9014", "2061"]
        asked = answers[1]
        assert (asked.fields["MN"], asked.fields["ST"]) == (MN, "32")
        assert asked.cp == {"BeginTime": hj212.stamp(NOW - 7 * HOUR), "EndTime": hj212.stamp(NOW - 4 * HOUR)}
        ready = {"QN": asked.fields["QN"], "ST": "91", "PW": "123456", "MN": MN, "Flag": "4"}
        writer.write(
            build({**ready, "CN": "9011"}, "QnRtn=1")
            + hourly(-7)
            + hourly(-6)
            + hourly(-5)
            + build({**ready, "CN": "9012"}, "ExeRtn=1")
        )
        assert words(await heard(reader)) == ["9014"] * 3
        writer.write(hourly(-3))
        assert words(await heard(reader)) == ["9014"]  # filled: not asked again
        assert stand.ends(1) == [-7, -6, -5, -4, -3, -2]


@live
async def test_a_hole_across_a_restart_is_seen(folder: Path) -> None:
    async with standing(folder, resend=True) as stand:
        reader, writer = await stand.line("hj212")
        writer.write(hourly(-9))
        assert words(await heard(reader)) == ["9014"]
    async with standing(folder, resend=True) as stand:
        reader, writer = await stand.line("hj212")
        writer.write(hourly(-7))
        answers = await heard(reader)
        assert words(answers) == ["9014", "2061"]
        assert answers[1].cp["BeginTime"] == hj212.stamp(NOW - 8 * HOUR)


@live
async def test_nothing_is_asked_of_a_device_whose_settings_do_not_allow_it(folder: Path) -> None:
    async with standing(folder) as stand:
        reader, writer = await stand.line("hj212")
        writer.write(hourly(-8) + hourly(-4))
        assert words(await heard(reader)) == ["9014", "9014"]


@live
async def test_a_clock_that_is_off_is_set_once(folder: Path) -> None:
    async with standing(folder, clock=60) as stand:
        reader, writer = await stand.line("hj212")
        slow = hj212.stamp(NOW - 300_000, 17)
        writer.write(hourly(-8, QN=slow))
        answers = await heard(reader)
        assert words(answers) == ["9014", "1012"]
        assert answers[1].cp == {"SystemTime": hj212.stamp(NOW)}
        writer.write(hourly(-7, QN=slow))
        assert words(await heard(reader)) == ["9014"]


def _level(at: datetime, serial: int) -> bytes:
    body = bytes.fromhex(f"{serial:04X}{at:%y%m%d%H%M%S}F1F1{STATION}48F0F0{at:%y%m%d%H%M}39230000{serial:04d}")
    return sl651.build(sl651.Frame(centre=1, station=STATION, function=0x32, body=body))


async def _frames(reader: asyncio.StreamReader) -> list[sl651.Frame]:
    found = sl651.Splitter().feed(await asyncio.wait_for(reader.read(4096), 2))
    return [one for one in found if isinstance(one, sl651.Frame)]


@live
async def test_a_hydrological_station_is_asked_for_its_period(folder: Path) -> None:
    local = datetime(2026, 1, 1, 8)  # noqa: DTZ001 - Beijing time without a zone, as on the line
    async with standing(folder, resend=True, clock=60) as stand:
        reader, writer = await stand.line("sl651")
        writer.write(_level(local - timedelta(hours=4), 1))
        frames = await _frames(reader)
        assert [one.function for one in frames] == [0x32, 0x4A]  # confirmed; its clock is four hours behind
        writer.write(_level(local - timedelta(minutes=5), 2))
        frames = await _frames(reader)
        assert [(one.function, one.down) for one in frames] == [(0x32, True), (0x38, True)]
        assert frames[1].body[8:].hex().upper() == "26010104" + "26010108" + "0418" + "000005" + "39"
        step = "0418000005" + "3923" + "".join(f"0000{3000 + one:04d}" for one in range(3))
        sent = bytes.fromhex(
            f"0003{local:%y%m%d%H%M%S}F1F1{STATION}48F0F0{local - timedelta(hours=3):%y%m%d%H%M}{step}"
        )
        writer.write(sl651.build(sl651.Frame(centre=1, station=STATION, function=0x38, body=sent)))
        frames = await _frames(reader)
        assert frames[0].function == 0x38
        assert stand.ends(2) == [-4, -3, -2.917, -2.833, -0.083]


async def _answers(reader: asyncio.StreamReader, count: int) -> list[jt808.Frame]:
    found = []
    for _one in range(count):
        await asyncio.wait_for(reader.readuntil(b"\x7e"), 2)
        found.append(jt808.parse(b"\x7e" + await reader.readuntil(b"\x7e")))
    return found


@live
async def test_parts_of_a_message_that_were_lost_are_asked_for_by_number(folder: Path) -> None:
    async with standing(folder) as stand:
        reader, writer = await stand.line("jt808")
        device = stand.writer.directory.devices["jt808", VEHICLE]
        writer.write(jt808.build(id=jt.AUTHENTICATE, phone=VEHICLE, serial=1, body=code_of(device).encode()))
        await _answers(reader, 1)
        local = datetime(2026, 1, 1, 7)  # noqa: DTZ001
        fixes = [
            jt.position_body(jt.Position(0, 2, 39.1, 117.2, 5, 40.0 + one, 90, local + timedelta(minutes=one), {}))
            for one in range(4)
        ]
        body = len(fixes).to_bytes(2, "big") + b"\1" + b"".join(len(one).to_bytes(2, "big") + one for one in fixes)
        parts = [body[:40], body[40:80], body[80:]]
        raw = [
            jt808.build(id=jt.BATCH, phone=VEHICLE, serial=50 + place, body=part, total=3, number=place + 1)
            for place, part in enumerate(parts)
        ]
        writer.write(raw[0] + raw[2])
        answers = await _answers(reader, 3)
        assert [one.id for one in answers] == [0x8001, 0x8001, 0x8003]
        assert answers[2].body.hex() == "0032" + "01" + "0002"  # of the message whose first serial is 50: part 2
        writer.write(raw[1])
        assert [one.id for one in await _answers(reader, 1)] == [0x8001]
        assert len(stand.ends(3)) == 4


@given(came=st.lists(st.integers(1, 40), max_size=40))
def test_holes_are_what_is_missing(came: list[int]) -> None:
    holes = Holes()
    holes.known(1, "x", 0)
    asked: set[int] = set()
    for hour in came:
        holes.came(1, "x", hour * HOUR, HOUR, 100 * HOUR)
        for hole in holes.due(1, "x", 100 * HOUR):
            asked |= set(range(hole.begin // HOUR + 1, hole.end // HOUR + 1))
    missing = set(range(1, max(came, default=0))) - set(came)
    assert missing <= asked
    assert not asked & {
        hour for place, hour in enumerate(came) if hour > max(came[:place], default=0)
    }  # what led is never asked for


def test_a_hole_is_asked_for_a_few_times_and_then_left() -> None:
    holes, now, asked = Holes(), 100 * HOUR, 0
    holes.known(1, "x", 0)
    holes.came(1, "x", 5 * HOUR, HOUR, now)
    for minute in range(120):
        asked += len(list(holes.due(1, "x", now + minute * 60_000)))
    assert asked == TRIES
    assert not list(holes.due(1, "x", now + 10 * AGAIN_MS))
