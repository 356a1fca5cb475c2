"""Through real sockets: stored before acknowledged, one's own streams only, nothing twice, clear answers when it cannot be taken."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from anlan.kernel.alarms.types import Watch
from anlan.kernel.exchange.gateway import Gateway
from anlan.kernel.exchange.http import Api
from anlan.kernel.exchange.sessions.jt808 import code_of
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Reader, Store
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream
from anlan.protocols.gb26875 import frame as gb
from anlan.protocols.hj212.data import stamp
from anlan.protocols.hj212.frame import build, parse
from anlan.protocols.jt808 import bodies as jt
from anlan.protocols.jt808 import frame as jt808
from anlan.protocols.sl651 import frame as sl651

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
NOW = 1_767_225_600_000  # 2026-01-01T08:00+08:00
MN, OTHER, TOKEN = "010000A8900016F000169DC0", "020000A8900016F000169DC1", "示例令牌".encode().hex()


def _directory() -> Directory:
    cod = KnownStream(1, 10, "2011/w01018-Rtd", "instant", low=0, high=1000)
    ng = KnownStream(2, 10, "2011/a34004-Rtd", "instant", scale=0.001)
    smoke = KnownStream(3, 11, "1.1/40.2.15", "instant")
    level = KnownStream(4, 12, "level", "instant")
    devices = [
        KnownDevice(10, "hj212", MN, "admitted", "123456", {}, {one.channel: one for one in (cod, ng)}),
        KnownDevice(13, "hj212", OTHER, "suspended"),
        KnownDevice(11, "gb26875", "1001", "admitted", "", {}, {smoke.channel: smoke}),
        KnownDevice(12, "http", "示例液位计", "admitted", hashlib.sha256(TOKEN.encode()).hexdigest(), {}, {level.channel: level}),
    ]  # fmt: skip
    return Directory(
        1, {(one.protocol, one.identity): one for one in devices}, {one.id: one for one in (cod, ng, smoke, level)}
    )


@dataclass
class Stand:
    writer: Writer
    gateway: Gateway
    hj212: int
    gb26875: int
    http: int
    file: Path

    def rows(self, stream: int) -> list[tuple[int, float, int]]:
        reader = Reader(open_database(str(self.file), writes=False))
        found = reader.raw(stream, 0, NOW * 2)
        reader.database.close()
        return list(zip(found.end.tolist(), found.value.tolist(), found.judged.tolist(), strict=True))

    def events(self) -> list[dict[str, Any]]:
        reader = Reader(open_database(str(self.file), writes=False))
        found = [json.loads(one.body) for _number, one in reader.events(0)]
        reader.database.close()
        return found


@asynccontextmanager
async def standing(folder: Path, watches: list[Watch] | None = None) -> AsyncIterator[Stand]:
    file = folder / "observations.sqlite3"
    writer = Writer(Store(open_database(str(file), writes=True)), _directory(), watches or [], lambda: NOW)
    gateway = Gateway(writer)
    loop = asyncio.create_task(writer.run())
    ports = [await gateway.listen(name, "127.0.0.1", 0) for name in ("hj212", "gb26875")]
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Api(writer), log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server._serve(sockets=[listener]))
    try:
        yield Stand(writer, gateway, ports[0], ports[1], listener.getsockname()[1], file)
    finally:
        server.should_exit = True
        await gateway.close()
        await writer.stop()
        await loop
        await serving
        writer.store.database.close()


def live(test: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    def run(tmp_path: Path) -> None:
        asyncio.run(asyncio.wait_for(test(tmp_path), 30))

    run.__name__ = test.__name__
    return run


def frame(
    value: object = 25.5, *, at: int = NOW, mn: str = MN, pw: str = "123456", code: str = "w01018", cn: str = "2011"
) -> bytes:
    head = {"QN": stamp(NOW, 17), "ST": "32", "CN": cn, "PW": pw, "MN": mn, "Flag": "5"}
    return build(head, f"DataTime={stamp(at)};{code}-Rtd={value},{code}-Flag=N")


async def talk(port: int, *pieces: bytes, answers: int = 1) -> bytes:
    """Send, and read until so many answers ended by CR LF have come, or nothing for half a second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.005)
    heard = b""
    try:
        while heard.count(b"\r\n") < answers:
            more = await asyncio.wait_for(reader.read(65536), 0.5)
            if not more:
                break
            heard += more
    except TimeoutError:
        pass
    writer.close()
    return heard


async def post(
    port: int, body: bytes, token: str = TOKEN, path: str = "/api/v1/observations"
) -> tuple[int, dict[str, Any]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    top, _blank, rest = answer.partition(b"\r\n\r\n")
    return int(top.split()[1]), json.loads(rest or b"{}")


@live
async def test_what_is_acknowledged_is_stored(folder: Path) -> None:
    async with standing(folder) as stand:
        answer = parse(await talk(stand.hj212, frame()))
        assert (answer.valid, answer.fields["CN"], answer.fields["QN"]) == (True, "9014", stamp(NOW, 17))
        assert stand.rows(1) == [(NOW, 25.5, 0)]
        link = stand.writer.links.of(10)
        assert (link.frames, link.rows, link.skew) == (1, 1, 0)


@live
async def test_one_byte_at_a_time_glued_and_after_noise(folder: Path) -> None:
    async with standing(folder) as stand:
        await talk(stand.hj212, *(bytes([one]) for one in frame()[:60]), frame()[60:])
        glued = b"noise##" + frame(1, at=NOW + 1000) + frame(2, at=NOW + 2000) + frame(3, at=NOW + 3000)[:-2] + b"XX"
        await talk(stand.hj212, glued, answers=2)
        assert [value for _end, value, _judged in stand.rows(1)] == [25.5, 1, 2]


@live
async def test_a_bad_check_stores_nothing_and_says_so(folder: Path) -> None:
    async with standing(folder) as stand:
        wrong = frame().replace(b"25.5", b"25.6")
        answer = parse(await talk(stand.hj212, wrong))
        assert (answer.fields["CN"], answer.cp) == ("9011", {"QnRtn": "9"})
        assert stand.rows(1) == []
        assert stand.writer.links.of(10).bad == 1
        assert b"CN=9014" in await talk(stand.hj212, wrong + frame(), answers=2)  # the next one is taken
        assert stand.rows(1) == [(NOW, 25.5, 0)]


@live
async def test_the_same_frame_again_is_acknowledged_and_kept_once(folder: Path) -> None:
    async with standing(folder) as stand:
        for _again in range(3):
            assert b"CN=9014" in await talk(stand.hj212, frame())
        await talk(stand.hj212, frame(26.5))  # a correction
        assert stand.rows(1) == [(NOW, 26.5, 0)]


@live
async def test_strangers_wait_suspended_and_wrong_passwords_are_refused(folder: Path) -> None:
    async with standing(folder) as stand:
        for _again in range(3):
            assert b"QnRtn=4" in await talk(stand.hj212, frame(mn="STRANGER"))
        assert b"QnRtn=2" in await talk(stand.hj212, frame(mn=OTHER))
        assert b"QnRtn=3" in await talk(stand.hj212, frame(pw="654321"))
        assert stand.rows(1) == []
        strangers = [one for one in stand.events() if one["told"] == "unknown"]
        assert [(one["protocol"], one["identity"]) for one in strangers] == [("hj212", "STRANGER")]


@live
async def test_units_ranges_marks_and_times_are_judged(folder: Path) -> None:
    async with standing(folder) as stand:
        await talk(stand.hj212, frame(35000, code="a34004"))  # ng to µg by the stream's own scale
        assert stand.rows(2) == [(NOW, 35.0, 0)]
        await talk(
            stand.hj212,
            frame(5000, at=NOW + 1000),
            frame("abc", at=NOW + 2000),
            frame(1, at=NOW + 3_600_000),
            answers=3,
        )
        judged = {end: code for end, _value, code in stand.rows(1)}
        assert judged == {NOW + 1000: 2, NOW + 2000: 3}  # impossible, unreadable; an hour ahead is not stored
        assert stand.writer.links.of(10).untimely == 1
        await talk(stand.hj212, frame(7, code="zz999"))
        assert stand.writer.links.of(10).unlisted == 1


@live
async def test_the_newest_line_of_a_device_wins(folder: Path) -> None:
    async with standing(folder) as stand:
        reader, writer = await asyncio.open_connection("127.0.0.1", stand.hj212)
        writer.write(frame())
        await reader.readuntil(b"\r\n")
        await talk(stand.hj212, frame(1, at=NOW + 1000))
        assert await asyncio.wait_for(reader.read(), 2) == b""
        writer.close()


@live
async def test_clock_calibration_and_heartbeat_are_answered(folder: Path) -> None:
    async with standing(folder) as stand:
        head = {"QN": stamp(NOW, 17), "ST": "32", "PW": "123456", "MN": MN, "Flag": "9"}
        heard = await talk(stand.hj212, build({**head, "CN": "1013"}, "PolId=w01018"), answers=2)
        assert b"CN=9013" in heard
        assert f"SystemTime={stamp(NOW)}".encode() in heard
        assert b"CN=9013" in await talk(stand.hj212, build({**head, "CN": "9015"}, ""))


@live
async def test_packets_are_joined_before_they_are_read(folder: Path) -> None:
    async with standing(folder) as stand:
        head = {"QN": stamp(NOW, 17), "ST": "32", "CN": "2011", "PW": "123456", "MN": MN, "Flag": "7", "PNUM": "2"}
        second, first = (build({**head, "PNO": str(part)}, text) for part, text in
                         ((2, "18-Rtd=12.5,w01018-Flag=N"), (1, f"DataTime={stamp(NOW)};w010")))  # fmt: skip
        heard = await talk(stand.hj212, second, first, answers=2)
        assert heard.count(b"CN=9014") == 2  # each part is answered
        assert stand.rows(1) == [(NOW, 12.5, 0)]


@live
async def test_a_fire_component_over_its_protocol_raises_an_alarm_in_the_same_commit(folder: Path) -> None:
    watch = Watch(7, 3, "bits", mask=2)
    async with standing(folder, [watch]) as stand:
        local = datetime(2026, 1, 1, 8, 0)  # noqa: DTZ001
        body = (
            bytes([1, 1, 40])
            + (2).to_bytes(2, "little")
            + (15).to_bytes(2, "little")
            + (2).to_bytes(2, "little")
            + b"\0" * 31
        )
        unit = bytes([2, 1]) + body + gb.bytes_of(local)
        raw = gb.build(serial=5, time=local, source=1001, destination=1, command=2, unit=unit)
        reader, writer = await asyncio.open_connection("127.0.0.1", stand.gb26875)
        writer.write(raw)
        answer = gb.parse(await reader.readexactly(30))
        assert (answer.valid, answer.command, answer.serial) == (True, 3, 5)
        writer.close()
        assert stand.rows(3) == [(NOW, 2.0, 0)]
        assert [(one["told"], one["rule"], one["stream"], one["since"]) for one in stand.events()] == [
            ("raised", 7, 3, NOW)
        ]


@live
async def test_http_rows_and_columns(folder: Path) -> None:
    async with standing(folder) as stand:
        rows = {"observations": [{"channel": "level", "time": "2026-01-01T08:00:00+08:00", "value": 1.5},
                                 {"channel": "level", "time": "2026-01-01T08:00:00", "value": 1.5},
                                 {"channel": "w01018", "time": NOW, "value": 1}]}  # fmt: skip
        status, answer = await post(stand.http, json.dumps(rows).encode())
        assert (status, answer["stored"], [one["reason"] for one in answer["reasons"]]) == (200, 1, ["time", "channel"])
        table = {
            "columns": {
                "channel": ["level"] * 2,
                "time": [NOW - 1000, NOW - 500],
                "value": [1.25, None],
                "mark": ["N", "D"],
            }
        }
        assert (await post(stand.http, json.dumps(table).encode()))[1]["stored"] == 2
        assert [(value, judged) for _end, value, judged in stand.rows(4)][::2] == [(1.25, 0), (1.5, 0)]
        assert stand.rows(4)[1][2] == 1  # marked by the device


@live
async def test_twenty_wrong_things_over_http(folder: Path) -> None:
    async with standing(folder) as stand:
        one = b'{"observations":[{"channel":"level","time":1,"value":1}]}'
        assert (await post(stand.http, one, token="wrong"))[0] == 401
        assert (await post(stand.http, one, path="/api/v1/nothing"))[0] == 404
        assert (await post(stand.http, one, path="/api/v1/observations?dry=1"))[0] == 400
        wrong: list[tuple[bytes, int]] = [
            (b"", 400), (b"[]", 400), (b"{", 400), (b'{"observations":1}', 400), (b"{}", 422), (b'{"other":[]}', 400),
            (b'{"observations":[],"columns":{"channel":[],"time":[],"value":[]}}', 422),
            (b'{"columns":{"channel":["level"],"time":[],"value":[1]}}', 422),
            (b'{"columns":{"channel":["level"],"time":[1],"value":[1],"mark":[]}}', 422),
            (b'{"columns":{"channel":["level"],"time":[1],"value":[1],"unit":["m"]}}', 400),
            (b'{"columns":{"channel":["level"],"time":[1]}}', 400),
            (b'{"observations":[{"channel":"level"}]}', 400), (b'{"observations":[{"channel":"level","time":"x","value":1}]}', 400),
            (b'{"observations":[{"channel":"level","time":1}]}', 400), (b'{"observations":[{"channel":"level","time":1,"vaule":1}]}', 400),
            (b'{"observations":[{"channel":"level","value":1}]}', 400), (b'{"observations":[{"channel":"level","time":null,"value":1}]}', 400),
            (b'{"observations":[{"channel":"level","time":1,"value":"1"}]}', 400), (b'{"observations":[{"channel":1,"time":1,"value":1}]}', 400),
            (b'{"observations":[{"channel":"level","time":1,"value":true}]}', 400), (b'{"observations":[{"channel":"level","time":1,"value":1,"mark":5}]}', 400),
            (b"\xff\xfe", 400), (b'{"observations":[{"channel":"level","time":1e400,"value":1}]}', 400), (b"[" * 20_000, 400),
            (b'{"observations":[{"channel":"level","time":NaN,"value":1}]}', 400), (one + one, 400),
        ]  # fmt: skip
        for body, status in wrong:
            got, answer = await post(stand.http, body)
            assert (got, bool(answer["message"])) == (status, True), body[:60]
        assert (await post(stand.http, one))[1] == {"stored": 0, "untimely": 1, "refused": 0, "reasons": []}  # 1970
        ahead = {"observations": [{"channel": "level", "time": NOW, "start": NOW + 1, "value": 1}]}
        assert (await post(stand.http, json.dumps(ahead).encode()))[1]["untimely"] == 1
        for far in (10**30, -(10**18), 1 << 63):
            _status, answer = await post(
                stand.http, json.dumps({"observations": [{"channel": "level", "time": far, "value": 1}]}).encode()
            )
            assert answer.get("refused", 1) == 1
        assert (await post(stand.http, b" " * ((8 << 20) + 1)))[0] == 413
        assert stand.rows(4) == []


@live
async def test_the_same_again_is_kept_once_and_a_correction_wins(folder: Path) -> None:
    async with standing(folder) as stand:
        for value in (1.5, 1.5, 2.5):
            row = {"channel": "level", "time": "2026-01-01T08:00:00+08:00", "value": value}
            assert (await post(stand.http, json.dumps({"observations": [row, row]}).encode()))[1]["stored"] == 2
        assert stand.rows(4) == [(NOW, 2.5, 0)]


@live
async def test_a_full_disk_is_said_nothing_is_acknowledged_and_it_recovers(folder: Path) -> None:
    async with standing(folder, [Watch(1, 1, "above", limit=10)]) as stand:
        store, append = stand.writer.store, stand.writer.store.append

        def full(_commit: object) -> int:
            raise OSError(28, "No space left on device")

        store.append = full  # type: ignore[method-assign, assignment]
        assert await talk(stand.hj212, frame(), answers=1) == b""
        one = json.dumps({"observations": [{"channel": "level", "time": NOW, "value": 1}]}).encode()
        assert (await post(stand.http, one))[0] in (503, 507)
        assert (stand.rows(1), stand.events()) == ([], [])
        store.append = append  # type: ignore[method-assign]
        for _try in range(5):
            if b"CN=9014" in await talk(stand.hj212, frame()):
                break
        assert stand.rows(1) == [(NOW, 25.5, 0)]
        assert [one["told"] for one in stand.events()] == ["raised"]  # the failed commit left no trace in the engine


@live
async def test_a_line_that_only_makes_noise_is_closed(folder: Path) -> None:
    async with standing(folder) as stand:
        reader, writer = await asyncio.open_connection("127.0.0.1", stand.hj212)
        writer.write(b"##0001x\r\n" * 3000)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert stand.writer.links.noise > 0


@live
async def test_new_devices_are_learnt_while_it_runs(folder: Path) -> None:
    async with standing(folder) as stand:
        assert b"QnRtn=2" in await talk(stand.hj212, frame(mn=OTHER))
        old = _directory()
        stream = KnownStream(9, 13, "2011/w01018-Rtd", "instant")
        admitted = replace(old.devices["hj212", OTHER], state="admitted", streams={stream.channel: stream})
        stand.writer.learn(Directory(2, {**old.devices, ("hj212", OTHER): admitted}, {**old.streams, 9: stream}), [])
        assert b"CN=9014" in await talk(stand.hj212, frame(mn=OTHER))
        assert stand.rows(9) == [(NOW, 25.5, 0)]


@live
async def test_five_hundred_lines_at_once_are_all_stored(folder: Path) -> None:
    async with standing(folder) as stand:
        one = [frame(place, at=NOW - place * 1000) for place in range(500)]
        answers = await asyncio.gather(*(talk(stand.hj212, raw) for raw in one))
        acknowledged = {place for place, answer in enumerate(answers) if b"CN=9014" in answer}
        stored = {round((NOW - end) / 1000) for end, _value, _judged in stand.rows(1)}
        assert acknowledged <= stored
        assert stand.writer.commits < 500  # several lines share a commit


VEHICLE, STATION = "010000000001", "0012340001"


@asynccontextmanager
async def moving(folder: Path) -> AsyncIterator[tuple[Writer, dict[str, int], Path]]:
    """A vehicle (20, with a second one, 21, registered too) and a hydrological station (30)."""
    file = folder / "observations.sqlite3"
    speed = KnownStream(5, 20, "speed", "instant")
    lon, lat = KnownStream(6, 20, "lon", "instant"), KnownStream(7, 20, "lat", "instant")
    level, rain = KnownStream(8, 30, "39", "instant"), KnownStream(9, 30, "F4", "minute")
    devices = [
        KnownDevice(20, "jt808", VEHICLE, "admitted", "", {}, {one.channel: one for one in (speed, lon, lat)}),
        KnownDevice(21, "jt808", "010000000002", "admitted"),
        KnownDevice(30, "sl651", STATION, "admitted", "", {}, {one.channel: one for one in (level, rain)}),
    ]  # fmt: skip
    known = Directory(
        1,
        {(one.protocol, one.identity): one for one in devices},
        {one.id: one for one in (speed, lon, lat, level, rain)},
    )
    writer = Writer(Store(open_database(str(file), writes=True)), known, [], lambda: NOW)
    gateway = Gateway(writer)
    loop = asyncio.create_task(writer.run())
    try:
        yield writer, {name: await gateway.listen(name, "127.0.0.1", 0) for name in ("jt808", "sl651")}, file
    finally:
        await gateway.close()
        await writer.stop()
        await loop
        writer.store.database.close()


def _raw(file: Path, stream: int) -> list[tuple[int, int, float]]:
    reader = Reader(open_database(str(file), writes=False))
    found = reader.raw(stream, 0, NOW * 2)
    reader.database.close()
    return list(zip(found.start.tolist(), found.end.tolist(), found.value.tolist(), strict=True))


def _fix(phone: str = VEHICLE, speed: float = 42.0, latitude: float = 39.1) -> bytes:
    one = jt.Position(0, 2, latitude, 117.2, 5, speed, 90, datetime(2026, 1, 1, 8, 0), {})  # noqa: DTZ001
    return jt808.build(id=jt.POSITION, phone=phone, serial=9, body=jt.position_body(one))


async def _ask(line: tuple[asyncio.StreamReader, asyncio.StreamWriter], raw: bytes) -> jt808.Frame:
    line[1].write(raw)
    await line[0].readuntil(b"\x7e")
    return jt808.parse(b"\x7e" + await line[0].readuntil(b"\x7e"))


@live
async def test_a_terminal_registers_authenticates_and_only_then_is_heard(folder: Path) -> None:
    async with moving(folder) as (_writer, ports, file):
        line = await asyncio.open_connection("127.0.0.1", ports["jt808"])
        assert (await _ask(line, _fix())).body[-1] == 1  # not authenticated: refused, not stored
        body = b"\0\x0c\0\x68" + b"70000" + b"X".ljust(20, b"\0") + b"SIM0001" + b"\2" + "示例".encode("gbk")
        registered = await _ask(line, jt808.build(id=jt.REGISTER, phone=VEHICLE, serial=1, body=body))
        assert (registered.id, registered.body[2]) == (0x8100, 0)
        wrong = await _ask(line, jt808.build(id=jt.AUTHENTICATE, phone=VEHICLE, serial=2, body=b"guess"))
        assert wrong.body[-1] == 1
        right = await _ask(line, jt808.build(id=jt.AUTHENTICATE, phone=VEHICLE, serial=3, body=registered.body[3:]))
        assert right.body[-1] == 0
        assert (await _ask(line, _fix())).body[-1] == 0
        assert _raw(file, 5) == [(NOW, NOW, 42.0)]
        assert [value for _s, _e, value in _raw(file, 7)] == [39.1]
        assert (await _ask(line, _fix(phone="010000000002"))).body[-1] == 1  # its line speaks for one phone only
        assert (await _ask(line, jt808.build(id=0x0F01, phone=VEHICLE, serial=5))).body[
            -1
        ] == 3  # unknown: not supported
        stranger = await _ask(line, jt808.build(id=jt.REGISTER, phone="013900000000", serial=1, body=body))
        assert stranger.body[2] == 4
        line[1].close()


@live
async def test_a_place_that_does_not_exist_is_no_place(folder: Path) -> None:
    async with moving(folder) as (writer, ports, file):
        line = await asyncio.open_connection("127.0.0.1", ports["jt808"])
        device = writer.directory.devices["jt808", VEHICLE]
        assert (
            await _ask(line, jt808.build(id=jt.AUTHENTICATE, phone=VEHICLE, serial=1, body=code_of(device).encode()))
        ).body[-1] == 0
        assert (await _ask(line, _fix(latitude=116.3))).body[-1] == 0
        assert str(_raw(file, 7)[0][2]) == "nan"  # the frame and the speed are kept
        assert _raw(file, 5) == [(NOW, NOW, 42.0)]
        line[1].close()


@live
async def test_a_station_is_confirmed_and_its_five_minute_rains_are_intervals(folder: Path) -> None:
    async with moving(folder) as (_writer, ports, file):
        head = "0001" + "260101080005" + "F1F1" + STATION + "50" + "F0F0" + "2601010800"
        body = bytes.fromhex(head + "39230000" + "2610" + "F460" + "05" * 12)
        raw = sl651.build(sl651.Frame(centre=1, station=STATION, function=0x34, body=body))
        reader, writer = await asyncio.open_connection("127.0.0.1", ports["sl651"])
        writer.write(raw)
        answer = sl651.parse(await reader.readexactly(25))
        assert (answer.valid, answer.down, answer.function, answer.serial) == (True, True, 0x34, 1)
        assert _raw(file, 8) == [(NOW, NOW, 2.61)]
        rains = _raw(file, 9)
        assert (len(rains), rains[-1]) == (12, (NOW - 300_000, NOW, 0.5))
        writer.write(raw[:-1] + b"\0")  # a wrong check: no answer, so that the station sends again
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(1), 0.3)
        writer.close()
