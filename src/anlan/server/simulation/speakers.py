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

ANSWER_S = 10.0


@dataclass(frozen=True)
class Sample:
    """`channel` in the words of the protocol; `end` in ms, `hour` whether it is the mean of the hour before `end`."""

    channel: str
    end: int
    value: float
    hour: bool = False


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
        return f"{code}-{field}={one.value},{code}-Flag=N"


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
