"""The writer and the lines when something beneath them fails: nothing is lost, and they go on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from anlan.kernel.alarms.types import Watch
from anlan.kernel.exchange.patience import MOST_HELD, Bounded
from anlan.kernel.exchange.tests.test_gateway import NOW, OTHER, frame, live, standing, talk
from anlan.kernel.observations.store.types import HOUR_MS
from anlan.kernel.observations.types import Directory, KnownStream
from anlan.protocols.gb26875 import frame as gb
from anlan.protocols.hj212.crc import crc

pytestmark = [pytest.mark.pure, pytest.mark.protocol]


def broken(*_what: object) -> int:
    raise OSError(28, "No space left on device")


@live
async def test_compaction_that_fails_stops_nothing(folder: Path) -> None:
    async with standing(folder) as stand:
        stand.writer.store.gather = broken  # type: ignore[method-assign, assignment]
        for place in range(3):
            stand.writer._tidying._gathered, stand.writer._tidying._commits = 0, 2
            assert b"CN=9014" in await talk(stand.hj212, frame(place, at=NOW - place * 1000))
        assert [value for _end, value, _judged in stand.rows(1)] == [2, 1, 0]


@live
async def test_an_error_after_the_commit_repeats_nothing(folder: Path) -> None:
    """The connection went while the answer to COMMIT was on its way: it is stored, nobody was told, and it is sent again."""
    async with standing(folder, [Watch(1, 1, "above", limit=10)]) as stand:
        store, append = stand.writer.store, stand.writer.store.append

        def lost(commit: Any) -> int:
            append(commit)
            raise ConnectionError("server closed the connection")

        store.append = lost  # type: ignore[method-assign]
        assert b"CN=9014" not in await talk(stand.hj212, frame())
        store.append = append  # type: ignore[method-assign]
        while b"CN=9014" not in await talk(stand.hj212, frame()):
            pass
        assert b"CN=9014" in await talk(stand.hj212, frame(1, at=NOW + 1000))
        assert [value for _end, value, _judged in stand.rows(1)] == [25.5, 1]
        assert [one["told"] for one in stand.events()] == ["raised", "returned"]


@live
async def test_a_rule_that_ended_while_nobody_listened_is_withdrawn(folder: Path) -> None:
    async with standing(folder, [Watch(1, 1, "above", limit=10)]) as stand:
        await talk(stand.hj212, frame())
    async with standing(folder, [Watch(2, 1, "above", limit=1000)]) as stand:
        await talk(stand.hj212, frame(at=NOW + 1000))
        assert [(one["told"], one["rule"]) for one in stand.events()] == [("raised", 1), ("withdrawn", 1)]


@live
async def test_a_clock_set_back_stops_neither_reports_nor_compaction(folder: Path) -> None:
    async with standing(folder) as stand:
        await talk(stand.hj212, frame())
        stand.writer.now = lambda: NOW - HOUR_MS
        for place in range(3):
            await talk(stand.hj212, frame(place, at=NOW - HOUR_MS - place * 1000))
        for _turn in range(200):  # compaction follows the answer
            if stand.writer._tidying._gathered == NOW - HOUR_MS:
                break
            await asyncio.sleep(0.02)
        assert (stand.writer._reported, stand.writer._tidying._gathered) == (NOW - HOUR_MS, NOW - HOUR_MS)


@live
async def test_a_line_that_was_replaced_is_not_heard_again(folder: Path) -> None:
    """What had arrived on it already does not take the device back."""
    async with standing(folder) as stand:
        cut: list[str] = []
        old, new = (stand.gateway.line("hj212", lambda name=name: cut.append(name)) for name in ("old", "new"))  # type: ignore[misc]
        await stand.gateway.take(old, frame())
        await stand.gateway.take(new, frame(at=NOW + 1000))
        assert (cut, old.closed, new.closed) == (["old"], True, False)


@live
async def test_all_devices_of_a_line_go_with_it(folder: Path) -> None:
    async with standing(folder) as stand:
        known = stand.writer.directory
        stream = KnownStream(9, 13, "2011/w01018-Rtd", "instant")
        second = replace(known.devices["hj212", OTHER], state="admitted", streams={stream.channel: stream})
        stand.writer.learn(Directory(2, {**known.devices, ("hj212", OTHER): second}, {**known.streams, 9: stream}), [])
        line = stand.gateway.line("hj212", lambda: None)
        await stand.gateway.take(line, frame() + frame(mn=OTHER))
        assert [stand.writer.links.of(one).connected for one in (10, 13)] == [True, True]
        stand.gateway.gone(line)
        assert [stand.writer.links.of(one).connected for one in (10, 13)] == [False, False]


@live
async def test_a_datagram_leaves_no_line_behind(folder: Path) -> None:
    async with standing(folder) as stand:
        port = await stand.gateway.listen_datagrams("gb26875", "127.0.0.1", 0)
        loop, heard = asyncio.get_running_loop(), asyncio.Event()

        class Ear(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                del data, addr
                heard.set()

        transport, _ear = await loop.create_datagram_endpoint(Ear, remote_addr=("127.0.0.1", port))
        unit = bytes([21, 1, 1]) + bytes([0, 0, 8, 1, 1, 26])
        sent = datetime(2026, 1, 1, 8, 0)  # noqa: DTZ001
        transport.sendto(gb.build(serial=1, time=sent, source=1001, destination=1, command=2, unit=unit))
        await asyncio.wait_for(heard.wait(), 5)
        transport.close()
        assert stand.writer.links.of(11).frames == 1
        assert not stand.writer.links.of(11).connected


@live
async def test_no_password_is_a_wrong_password(folder: Path) -> None:
    async with standing(folder) as stand:
        assert b"QnRtn=3" in await talk(stand.hj212, _without(frame()))
        assert stand.rows(1) == []


def _without(raw: bytes) -> bytes:
    segment = raw[6:-6].replace(b"PW=123456;", b"")
    return b"##%04d" % len(segment) + segment + b"%04X\r\n" % crc(segment)


def test_bodies_of_all_requests_together_are_bounded() -> None:
    """Many bodies at once: the one that is too much is told so, its bytes are given back."""
    piece = b" " * (6 << 20)
    gate = asyncio.Event()
    answers: list[int] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await gate.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def request(bounded: Bounded) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": piece, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            answers.extend([message["status"]] if "status" in message else [])

        await bounded({"type": "http", "headers": []}, receive, send)

    async def many() -> None:
        bounded, most = Bounded(app), MOST_HELD // len(piece)
        tasks = [asyncio.create_task(request(bounded)) for _ in range(most + 3)]
        await asyncio.sleep(0.01)
        assert answers == [503] * 3
        gate.set()
        await asyncio.gather(*tasks)
        await request(bounded)
        assert (sorted(answers), bounded._held) == ([200] * (most + 1) + [503] * 3, 0)

    asyncio.run(many())
