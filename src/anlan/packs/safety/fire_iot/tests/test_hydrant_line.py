"""A private protocol that a capability declares: listened to, stored and answered like the others, without a line in the kernel."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.exchange import lines
from anlan.kernel.exchange.gateway import Gateway
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.types import PROTOCOLS, Directory, KnownDevice, KnownStream
from anlan.packs.safety.fire_iot.hydrant_line import HEARTBEAT, HYDRANT, MOST, REPORT, Frame, Splitter, build, parse
from anlan.protocols.common import Garbage

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
NOW, DEVICE = 1_767_225_600_000, "202600000007"
ONE = build(REPORT, DEVICE, 1, struct.pack(">IHIH", NOW // 1000 - 60, 412, NOW // 1000, 398))


@pytest.fixture
def declared() -> Iterator[None]:
    before = [one for one in lines.LINES.values() if one not in lines.STANDARD]
    lines.install([HYDRANT])
    yield
    lines.install(before)


@given(st.sampled_from([REPORT, HEARTBEAT]), st.integers(0, 0xFFFF), st.integers(1, 40), st.data())
def test_built_and_read_back_in_any_pieces(command: int, serial: int, count: int, data: st.DataObject) -> None:
    body = data.draw(st.binary(min_size=6 * count, max_size=6 * count)) if command == REPORT else b""
    raw = build(command, DEVICE, serial, body)
    frame = parse(raw)
    assert frame == Frame(raw, "", command, DEVICE, serial, body)
    splitter, step = Splitter(), data.draw(st.integers(1, 60))
    stream = raw + ONE
    found = [one for at in range(0, len(stream), step) for one in splitter.feed(stream[at : at + step])]
    assert found == [frame, parse(ONE)]


@given(st.binary(max_size=600))
def test_any_bytes_are_accounted_for_and_few_are_held(data: bytes) -> None:
    splitter = Splitter()
    found = splitter.feed(data)
    told = sum(one.count if isinstance(one, Garbage) else len(one.raw) for one in found)
    assert told + len(splitter._held) == len(data)
    assert len(splitter._held) < MOST


def test_every_single_damage_is_told() -> None:
    for place in range(len(ONE)):
        wrong = ONE[:place] + bytes([ONE[place] ^ 0x10]) + ONE[place + 1 :]
        found = Splitter().feed(wrong + b"\0" * MOST + ONE)
        assert [one.raw for one in found if isinstance(one, Frame) and not one.reason] == [ONE]


def test_a_declaration_is_checked() -> None:
    assert list(lines.faults([HYDRANT])) == []
    for wrong in (
        replace(HYDRANT, slug="hj212"),
        replace(HYDRANT, slug="Hydrant-1"),
        replace(HYDRANT, port=9212),
        replace(HYDRANT, port=9080),
    ):
        assert len(list(lines.faults([wrong]))) == 1
    assert len(list(lines.faults([HYDRANT, HYDRANT]))) == 2


def test_it_is_listened_to_by_the_gateway(declared: None, tmp_path: Path) -> None:
    assert (lines.PORTS["hydrant"], PROTOCOLS["hydrant"]) == (HYDRANT.port, HYDRANT.title)
    asyncio.run(asyncio.wait_for(_through_the_gateway(tmp_path / "observations.sqlite3"), 30))


async def _through_the_gateway(file: Path) -> None:
    pressure = KnownStream(1, 10, "pressure", "instant", low=0, high=2500)
    device = KnownDevice(10, "hydrant", DEVICE, "admitted", streams={"pressure": pressure})
    known = Directory(1, {("hydrant", DEVICE): device}, {1: pressure})
    writer = Writer(Store(open_database(str(file), writes=True)), known, [], lambda: NOW)
    gateway, committing = Gateway(writer), asyncio.create_task(writer.run())
    reader, line = await asyncio.open_connection("127.0.0.1", await gateway.listen("hydrant", "127.0.0.1", 0))
    stranger = build(REPORT, "1", 9, struct.pack(">IH", NOW // 1000, 1))
    line.write(b"noise" + stranger + ONE[:10])
    await asyncio.sleep(0.05)
    line.write(ONE[10:] + build(HEARTBEAT, DEVICE, 2))
    answers = await reader.readexactly(32)
    assert answers == build(REPORT | 0x80, DEVICE, 1) + build(HEARTBEAT | 0x80, DEVICE, 2)
    line.close()
    rows = writer.store.raw(1, 0, 2 * NOW)
    assert list(zip(rows.end.tolist(), rows.value.tolist(), strict=True)) == [(NOW - 60_000, 412.0), (NOW, 398.0)]
    await gateway.close()
    await writer.stop()
    await committing
    writer.store.database.close()
