"""Through a real broker: stored before acknowledged, sent again after a death in between, each device its own topic."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from anlan.base.errors import Refused
from anlan.kernel.exchange import mqtt
from anlan.kernel.exchange.mqtt import Broker, Subscriber, broker_of, stopped
from anlan.kernel.exchange.tests.mosquitto import broker, free_port
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Reader, Store
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
NOW = 1_767_225_600_000  # 2026-01-01T08:00+08:00
USERS = {"gateway": "g-word", "well-1": "one", "well-2": "two", "well-3": "three", "stranger": "four"}
TOKEN = "示例令牌"


def _directory() -> Directory:
    first, second = KnownStream(1, 10, "level", "instant"), KnownStream(2, 11, "level", "instant")
    secret = hashlib.sha256(TOKEN.encode()).hexdigest()
    devices = [
        KnownDevice(10, "mqtt", "well-1", "admitted", "", {}, {"level": first}),
        KnownDevice(11, "mqtt", "well-2", "admitted", secret, {}, {"level": second}),
        KnownDevice(12, "mqtt", "well-3", "suspended"),
    ]
    return Directory(1, {(one.protocol, one.identity): one for one in devices}, {1: first, 2: second})


@dataclass
class Stand:
    writer: Writer
    port: int
    file: Path

    def rows(self, stream: int) -> list[tuple[int, float]]:
        reader = Reader(open_database(str(self.file), writes=False))
        found = reader.raw(stream, 0, NOW * 2)
        reader.database.close()
        return list(zip(found.end.tolist(), found.value.tolist(), strict=True))

    def subscriber(self) -> Subscriber:
        return Subscriber(self.writer, Broker(host="127.0.0.1", port=self.port, user="gateway", password="g-word"))

    def device(self, user: str = "well-1", **more: Any) -> aiomqtt.Client:
        return aiomqtt.Client("127.0.0.1", self.port, username=user, password=USERS[user], identifier=user, **more)

    async def send(self, body: object, user: str = "well-1", topic: str = "", qos: int = 1) -> None:
        payload = body if isinstance(body, bytes) else json.dumps(body)
        async with self.device(user) as client:
            await client.publish(topic or f"anlan/{user}/observations", payload, qos=qos)


@asynccontextmanager
async def writing(folder: Path, port: int) -> AsyncIterator[Stand]:
    file = folder / "observations.sqlite3"
    writer = Writer(Store(open_database(str(file), writes=True)), _directory(), [], lambda: NOW)
    loop = asyncio.create_task(writer.run())
    try:
        yield Stand(writer, port, file)
    finally:
        await writer.stop()
        await loop
        writer.store.database.close()


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Stand]:
    with broker(folder, USERS) as port:
        async with writing(folder, port) as stand:
            task = asyncio.create_task(stand.subscriber().run())
            await until(lambda: stand.writer.links.broker.get("connected"))
            try:
                yield stand
            finally:
                await stopped(task)


def live(test: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    def run(tmp_path: Path) -> None:
        asyncio.run(asyncio.wait_for(test(tmp_path), 60))

    run.__name__ = test.__name__
    return run


async def until(true: Callable[[], object], patience: float = 15.0) -> None:
    end = asyncio.get_running_loop().time() + patience
    while not true():
        assert asyncio.get_running_loop().time() < end, "it did not come"
        await asyncio.sleep(0.02)


def level(value: float, at: int = NOW, **more: Any) -> dict[str, Any]:
    return {"observations": [{"channel": "level", "time": at, "value": value}], **more}


@live
async def test_rows_and_columns_are_stored_once_each(folder: Path) -> None:
    async with standing(folder) as stand:
        await stand.send(level(1.5))
        await stand.send(level(1.5))  # QoS 1 may double
        await stand.send({"columns": {"channel": ["level"] * 2, "time": [NOW - 2000, NOW - 1000], "value": [1, 2]}})
        await until(lambda: len(stand.rows(1)) == 3)
        assert stand.rows(1) == [(NOW - 2000, 1.0), (NOW - 1000, 2.0), (NOW, 1.5)]
        link = stand.writer.links.of(10)
        assert (link.frames, link.refused, link.heard) == (3, 0, NOW)


@live
async def test_what_cannot_be_stored_is_counted_with_its_reason_and_holds_nothing_up(folder: Path) -> None:
    async with standing(folder) as stand:
        for body in (
            {"observations": [{"channel": "level", "value": 1}]},  # without a time
            {"observations": [{"channel": "level", "time": "2026-01-01T08:00:00", "value": 1}]},  # without a zone
            {"observations": [{"channel": "flow", "time": NOW, "value": 1}]},  # another's channel
            {"observations": [{"channel": "level", "time": NOW, "vaule": 1}]},
            b"\xff\xfe", b"", b"[]", {},
        ):  # fmt: skip
            await stand.send(body)
        await stand.send(level(9.0, NOW - 5000))
        await until(lambda: stand.rows(1))
        assert stand.rows(1) == [(NOW - 5000, 9.0)]
        assert stand.writer.links.of(10).why == {"time": 2, "channel": 1, "form": 5}


@live
async def test_a_device_writes_only_its_own_streams(folder: Path) -> None:
    async with standing(folder) as stand:
        await stand.send(level(6.0), user="well-1", topic="anlan/well-2/observations")  # the broker drops it
        await stand.send(level(7.0), user="well-2")  # its own topic, without its token
        await stand.send(level(7.5, token="guess"), user="well-2")
        await stand.send(level(8.0, token=TOKEN), user="well-2")
        await stand.send(level(1.0), user="well-3")  # suspended
        await stand.send(level(1.0), user="stranger")  # nobody registered it
        await until(lambda: stand.rows(2) and stand.writer.links.of(12).refused)
        assert stand.rows(2) == [(NOW, 8.0)]
        assert stand.rows(1) == []
        assert stand.writer.links.of(11).why == {"token": 2}
        assert stand.writer.links.of(12).why == {"not_admitted": 1}
        await until(
            lambda: [one for _n, one in Reader(stand.writer.store.database).events(0) if "stranger" in one.body]
        )
        frames = [raw for _n, some in Reader(stand.writer.store.database).frames(0) for _d, raw in some]
        assert not [raw for raw in frames if TOKEN.encode() in raw]  # a secret is not kept


@live
async def test_killed_between_receiving_and_committing_nothing_is_lost_or_doubled(folder: Path) -> None:
    with broker(folder, USERS) as port:
        (folder / "store").mkdir()
        async with writing(folder / "store", port) as stand:
            append, held, go = stand.writer.store.append, threading.Event(), threading.Event()

            def stalled(commit: Any) -> int:
                if len(commit.rows):
                    held.set()
                    go.wait(10)
                    raise OSError(5, "the process is gone")
                return append(commit)

            stand.writer.store.append = stalled  # type: ignore[method-assign]
            first = asyncio.create_task(stand.subscriber().run())
            await until(lambda: stand.writer.links.broker.get("connected"))
            for place in range(5):
                await stand.send(level(place, NOW - place * 1000))
            await until(held.is_set)
            await stopped(first)  # it has received and acknowledged nothing
            go.set()
            stand.writer.store.append = append  # type: ignore[method-assign]
            assert stand.rows(1) == []
            await stand.send(level(5, NOW - 5000))  # while nobody listens
            second = asyncio.create_task(stand.subscriber().run())
            await until(lambda: len(stand.rows(1)) == 6)
            assert sorted(value for _at, value in stand.rows(1)) == [0, 1, 2, 3, 4, 5]
            await stopped(second)


@live
async def test_while_the_store_lags_messages_wait_and_come_in_afterwards(folder: Path) -> None:
    count = 3 * mqtt.MOST_UNTOLD
    with broker(folder, USERS) as port:
        async with writing(folder, port) as stand:
            one, append = stand.subscriber(), stand.writer.store.append

            def full(_commit: Any) -> int:
                raise OSError(28, "No space left on device")

            stand.writer.store.append = full  # type: ignore[method-assign, assignment]
            task = asyncio.create_task(one.run())
            await until(lambda: stand.writer.links.broker.get("connected"))
            most = 0
            async with stand.device() as client:
                for place in range(count):
                    body = json.dumps(level(place, NOW - place * 1000))
                    await client.publish("anlan/well-1/observations", body, qos=1)
                    most = max(most, one.held)
            await until(lambda: stand.writer.links.of(10).why.get("lagging"))
            assert stand.rows(1) == []
            stand.writer.store.append = append  # type: ignore[method-assign]
            while len(stand.rows(1)) < count:
                most = max(most, one.held)
                await asyncio.sleep(0.05)
            assert stand.writer.links.of(10).why["lagging"] >= 1
            assert (
                most <= 2 * mqtt.MOST_UNTOLD + 10
            )  # one batch being committed, one waiting; the broker keeps the rest
            await stopped(task)


@live
async def test_a_gateway_that_comes_back_to_many_kept_messages(folder: Path) -> None:
    """More than the broker may send at once: they come before it says that the gateway is subscribed."""
    with broker(folder, USERS) as port:
        async with writing(folder, port) as stand:
            first = asyncio.create_task(stand.subscriber().run())
            await until(lambda: stand.writer.links.broker.get("connected"))
            await stand.send(level(1))
            await until(lambda: stand.rows(1))
            await stopped(first)
            async with stand.device() as client:
                for place in range(1, 2500):
                    await client.publish(
                        "anlan/well-1/observations", json.dumps(level(place, NOW - place * 1000)), qos=1
                    )
            second = asyncio.create_task(stand.subscriber().run())
            await until(lambda: len(stand.rows(1)) == 2500, 40)
            await stopped(second)


@live
async def test_status_and_last_will_are_the_line(folder: Path) -> None:
    async with standing(folder) as stand:
        link = stand.writer.links.of(10)
        will = aiomqtt.Will("anlan/well-1/status", "offline", qos=1, retain=True)
        async with stand.device(will=will) as client:
            await client.publish("anlan/well-1/status", "online", qos=1, retain=True)
            await until(lambda: link.connected)
            client._client._sock_close()  # the line is cut without a word
        await until(lambda: not link.connected)
        await stand.send(b"perhaps", topic="anlan/well-1/status")
        await until(lambda: link.why == {"form": 1})


@live
async def test_a_broker_that_goes_away_is_found_again(folder: Path) -> None:
    port = free_port()
    async with writing(folder, port) as stand:
        task = asyncio.create_task(stand.subscriber().run())
        await until(lambda: stand.writer.links.broker.get("said"))  # nothing there yet
        with broker(folder, USERS, port):
            await until(lambda: stand.writer.links.broker["connected"])
            await stand.send(level(1))
            await until(lambda: stand.rows(1))
        await until(lambda: not stand.writer.links.broker["connected"])
        with broker(folder, USERS, port):
            await until(lambda: stand.writer.links.broker["connected"])
            await stand.send(level(2, NOW - 1000))
            await until(lambda: len(stand.rows(1)) == 2)
        await stopped(task)


def test_addresses() -> None:
    assert broker_of("mqtts://u:p%40@mq.example/b13") == Broker(
        host="mq.example", port=8883, secure=True, user="u", password="p@", root="b13"
    )
    assert broker_of("mqtt://127.0.0.1:1884").root == "anlan"
    for wrong in ("", "mq.example", "http://mq.example", "mqtt://", "mqtt://h:port", "mqtt://h:1/a/b", "mqtt://h:1/+"):
        with pytest.raises(Refused):
            broker_of(wrong)
