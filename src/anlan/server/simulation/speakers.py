"""Devices that talk: samples to frames, sent and acknowledged. One connection each, made again when it breaks."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from anlan.base.clock import CHINA
from anlan.protocols.gb26875 import frame as gb
from anlan.protocols.hj212.data import stamp
from anlan.protocols.hj212.frame import build
from anlan.protocols.jt808 import bodies as jt
from anlan.protocols.jt808 import frame as jt808
from anlan.protocols.sl651 import frame as sl651

ANSWER_S = 10.0


@dataclass(frozen=True)
class Sample:
    """`channel` in the words of the protocol; `end` in ms, `hour` whether it is the mean of the hour before `end`. `mark` is that of
    HJ 212; the other protocols simulated here carry none."""

    channel: str
    end: int
    value: float
    hour: bool = False
    mark: str = "N"


class Speaker(Protocol):
    async def say(self, samples: Sequence[Sample], now: int) -> bool: ...

    async def close(self) -> None: ...


class _Tcp:
    """Sends frames and waits for as many answers; False when the line broke or one was not answered."""

    def __init__(self, host: str, port: int) -> None:
        self._where = (host, port)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def send(self, frames: Sequence[bytes], size: int = 0) -> bool:
        """`size`: bytes of an answer; 0: it ends with CR LF."""
        try:
            if self._writer is None or self._reader is None:
                self._reader, self._writer = await asyncio.open_connection(*self._where)
            self._writer.write(b"".join(frames))
            await self._writer.drain()
            for _frame in frames:
                answer = self._reader.readexactly(size) if size else self._reader.readuntil(b"\r\n")
                await asyncio.wait_for(answer, ANSWER_S)
            return True
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self.close()
            return False

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()
        self._reader = self._writer = None


class Hj212Speaker(_Tcp):
    """2017 edition, one frame a command and DataTime."""

    def __init__(self, host: str, port: int, mn: str, password: str, system: str) -> None:
        super().__init__(host, port)
        self._mn, self._password, self._system = mn, password, system
        self._said = 0

    async def say(self, samples: Sequence[Sample], now: int) -> bool:
        groups: dict[tuple[str, int], list[Sample]] = {}
        for one in samples:
            groups.setdefault((one.channel.partition("/")[0], one.end), []).append(one)
        frames = []
        for (cn, end), given in groups.items():
            at = end - 3_600_000 if given[0].hour else end
            items = ";".join(self._item(one) for one in given)
            self._said += 1
            head = {
                "QN": stamp(now + self._said % 1000, 17),
                "ST": self._system,
                "CN": cn,
                "PW": self._password,
                "MN": self._mn,
                "Flag": "5",
            }
            frames.append(build(head, f"DataTime={stamp(at)};{items}"))
        return await self.send(frames)

    @staticmethod
    def _item(one: Sample) -> str:
        code, _dash, field = one.channel.partition("/")[2].partition("-")
        return f"{code}-{field}={one.value},{code}-Flag={one.mark}"


class Gb26875Speaker(_Tcp):
    """Component states in one frame, analogues in another, its own state in a third; each is confirmed."""

    def __init__(self, host: str, port: int, source: int) -> None:
        super().__init__(host, port)
        self._source, self._serial = source, 0

    async def say(self, samples: Sequence[Sample], now: int) -> bool:
        by_time: dict[int, list[Sample]] = {}
        for one in samples:
            by_time.setdefault(one.end, []).append(one)
        frames = []
        for end, given in by_time.items():
            local = datetime.fromtimestamp(end / 1000, CHINA).replace(tzinfo=None)
            for unit in _units(given, gb.bytes_of(local)):
                self._serial = (self._serial + 1) % 65536
                sent = datetime.fromtimestamp(now / 1000, CHINA).replace(tzinfo=None)
                frames.append(
                    gb.build(serial=self._serial, time=sent, source=self._source, destination=1, command=2, unit=unit)
                )
        return await self.send(frames, size=gb.HEAD + gb.TAIL)


def _units(samples: Sequence[Sample], time: bytes) -> list[bytes]:
    states, analogues, others = [], [], []
    for one in samples:
        system, _slash, rest = one.channel.partition("/")
        if one.channel == "device":
            others.append(bytes([21, 1, int(one.value)]) + time)
            continue
        number, address = (int(part) for part in system.split("."))
        if not rest:
            others.append(bytes([1, 1, number, address]) + struct.pack("<H", int(one.value)) + time)
            continue
        place, _slash, analogue = rest.partition("/a")
        component, zone, position = (int(part) for part in place.split("."))
        where = struct.pack("<BBBHH", number, address, component, zone, position)
        if analogue:
            analogues.append(where + struct.pack("<Bh", int(analogue), round(one.value * 10)) + time)
        else:
            states.append(where + struct.pack("<H", int(one.value)) + b"\0" * 31 + time)
    whole = [
        bytes([kind, len(objects)]) + b"".join(objects) for kind, objects in ((2, states), (3, analogues)) if objects
    ]
    return [*whole, *others]


class Jt808Speaker(_Tcp):
    """Registers and authenticates on every new line, then tells its positions; history goes as batches of the blind area."""

    def __init__(self, host: str, port: int, phone: str) -> None:
        super().__init__(host, port)
        self._phone, self._serial = phone, 0

    async def say(self, samples: Sequence[Sample], now: int) -> bool:
        del now
        if self._writer is None and not await self._enter():
            return False
        by_time: dict[int, dict[str, float]] = {}
        for one in samples:
            by_time.setdefault(one.end, {})[one.channel] = one.value
        told = [jt.position_body(_position(end, values)) for end, values in by_time.items()]
        if len(told) == 1:
            return await self._frames([self._build(jt.POSITION, told[0])])
        pieces = [told[place : place + 12] for place in range(0, len(told), 12)]
        batches = [
            struct.pack(">HB", len(piece), 1) + b"".join(struct.pack(">H", len(one)) + one for one in piece)
            for piece in pieces
        ]
        return await self._frames([self._build(jt.BATCH, one) for one in batches])

    def _build(self, number: int, body: bytes) -> bytes:
        self._serial = (self._serial + 1) & 0xFFFF
        return jt808.build(id=number, phone=self._phone, serial=self._serial, body=body)

    async def _enter(self) -> bool:
        body = (
            struct.pack(">HH", 12, 104)
            + b"70000"
            + b"EXAMPLE".ljust(20, b"\0")
            + b"SIM0001"
            + b"\x02"
            + "示例".encode("gbk")
        )
        answer = await self._ask(self._build(jt.REGISTER, body))
        if answer is None or answer.id != jt.REGISTERED or len(answer.body) < 3 or answer.body[2]:
            await self.close()
            return False
        accepted = await self._ask(self._build(jt.AUTHENTICATE, answer.body[3:]))
        return accepted is not None and accepted.body[-1:] == b"\0"

    async def _ask(self, raw: bytes) -> jt808.Frame | None:
        """One frame out, one back; None when there was none."""
        try:
            if self._writer is None or self._reader is None:
                self._reader, self._writer = await asyncio.open_connection(*self._where)
            self._writer.write(raw)
            await self._writer.drain()
            return await asyncio.wait_for(self._next(), ANSWER_S)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            await self.close()
            return None

    async def _next(self) -> jt808.Frame:
        assert self._reader is not None  # noqa: S101 - called on an open line
        await self._reader.readuntil(b"\x7e")
        return jt808.parse(b"\x7e" + await self._reader.readuntil(b"\x7e"))

    async def _frames(self, frames: Sequence[bytes]) -> bool:
        for raw in frames:
            answer = await self._ask(raw)
            if answer is None or answer.body[-1:] != b"\0":
                return False
        return True


def _position(end: int, values: Mapping[str, float]) -> jt.Position:
    local = datetime.fromtimestamp(end / 1000, CHINA).replace(tzinfo=None)
    return jt.Position(
        int(values.get("alarm", 0)), 0b11, values["lat"], values["lon"], 5, values.get("speed", 0.0), 0, local, {}
    )


class Sl651Speaker(_Tcp):
    """Timed reports (32), one a time of observation; each is answered with ESC."""

    def __init__(self, host: str, port: int, station: str, letter: str) -> None:
        super().__init__(host, port)
        self._station, self._class, self._serial = station, letter, 0

    async def say(self, samples: Sequence[Sample], now: int) -> bool:
        by_time: dict[int, list[Sample]] = {}
        for one in samples:
            by_time.setdefault(one.end, []).append(one)
        frames = []
        for end, given in by_time.items():
            self._serial = self._serial % 65535 + 1
            observed = datetime.fromtimestamp(end / 1000, CHINA)
            sent = datetime.fromtimestamp(now / 1000, CHINA)
            head = f"{self._serial:04X}{sent:%y%m%d%H%M%S}F1F1{self._station}{self._class}F0F0{observed:%y%m%d%H%M}"
            body = bytes.fromhex(head) + b"".join(_element(one.channel, one.value) for one in given)
            frames.append(sl651.build(sl651.Frame(centre=1, station=self._station, function=0x32, body=body)))
        return await self.send(frames, size=25)


_WIDTHS = {"26": (3, 1), "39": (4, 3), "38": (2, 2)}  # bytes, decimals


def _element(identifier: str, value: float) -> bytes:
    size, decimals = _WIDTHS[identifier]
    return bytes.fromhex(f"{identifier}{size << 3 | decimals:02X}{round(value * 10**decimals):0{size * 2}d}")


class HttpSpeaker:
    """Columns to `POST /api/v1/observations`."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._where, self._token = (host, port), token

    async def say(self, samples: Sequence[Sample], now: int) -> bool:
        del now
        table: Mapping[str, object] = {"channel": [one.channel for one in samples], "time": [one.end for one in samples],
                                       "value": [one.value for one in samples]}  # fmt: skip
        body = msgspec.json.encode({"columns": table})
        head = (
            f"POST /api/v1/observations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        try:
            reader, writer = await asyncio.open_connection(*self._where)
            writer.write(head.encode() + body)
            answer = await asyncio.wait_for(reader.read(), ANSWER_S)
            writer.close()
        except (OSError, TimeoutError):
            return False
        return answer.startswith(b"HTTP/1.1 200")

    async def close(self) -> None:
        """Nothing is held between two posts."""
