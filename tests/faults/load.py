"""Devices that talk through real sockets and write down, synced, what was acknowledged: `python -m tests.faults.load FILE`.

A process of its own that knows nothing of the product but its protocols. One device sends, waits for its answer, writes the
ledger and goes on; what was not acknowledged is sent again, on a new connection, until it is. Some messages come twice, some
late. A line of the ledger: stream, end (ms), value.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import struct
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from anlan.base.clock import CHINA
from anlan.protocols.gb26875 import frame as gb
from anlan.protocols.hj212.data import stamp
from anlan.protocols.hj212.frame import build
from anlan.protocols.jt808 import bodies as jt
from anlan.protocols.jt808 import frame as jt808

HOST, ANSWER_S, STEP = "127.0.0.1", 8.0, 60_000
Row = tuple[str, int, float]  # channel, end, value


def _local(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, CHINA).replace(tzinfo=None)


class Line:
    """One connection at a time; where the gateway listens is read again for each."""

    protocol = ""

    def __init__(self, given: dict[str, Any], ports: Path) -> None:
        self.given, self._ports = given, ports
        self._at: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, raw: bytes) -> bytes:
        """One message out, one answer back. Raises OSError, TimeoutError, EOFError when the line breaks."""
        if self._at is None:
            port = json.loads(self._ports.read_text())[self.protocol]
            self._at = await asyncio.open_connection(HOST, port)
            await self.enter()
        reader, writer = self._at
        writer.write(raw)
        return await asyncio.wait_for(self.answer(reader), ANSWER_S)

    async def enter(self) -> None: ...

    async def answer(self, reader: asyncio.StreamReader) -> bytes:
        raise NotImplementedError

    async def say(self, rows: Sequence[Row], now: int) -> bool:
        raise NotImplementedError

    async def close(self) -> None:
        if self._at is not None:
            self._at[1].close()
            with contextlib.suppress(OSError):
                await self._at[1].wait_closed()
        self._at = None


class Hj212(Line):
    protocol = "hj212"

    async def answer(self, reader: asyncio.StreamReader) -> bytes:
        return await reader.readuntil(b"\r\n")

    async def say(self, rows: Sequence[Row], now: int) -> bool:
        head = {
            "QN": stamp(now, 17),
            "ST": "32",
            "CN": "2011",
            "PW": self.given["secret"],
            "MN": self.given["identity"],
            "Flag": "5",
        }
        items = ";".join(
            f"{channel.partition('/')[2]}={value},{channel.partition('/')[2][:-4]}-Flag=N"
            for channel, _end, value in rows
        )
        return b"CN=9014" in await self.ask(build(head, f"DataTime={stamp(rows[0][1])};{items}"))


class Gb26875(Line):
    protocol = "gb26875"
    serial = 0

    async def answer(self, reader: asyncio.StreamReader) -> bytes:
        return await reader.readexactly(gb.HEAD + gb.TAIL)

    async def say(self, rows: Sequence[Row], now: int) -> bool:
        self.serial = (self.serial + 1) % 65536
        ((_channel, end, value),) = rows
        unit = bytes([2, 1, 1, 1, 40]) + struct.pack("<HHH", 2, 15, int(value)) + b"\0" * 31 + gb.bytes_of(_local(end))
        raw = gb.build(
            serial=self.serial,
            time=_local(now),
            source=int(self.given["identity"]),
            destination=1,
            command=2,
            unit=unit,
        )
        answer = gb.parse(await self.ask(raw))
        return answer.valid and (answer.command, answer.serial) == (3, self.serial)


class Jt808(Line):
    protocol = "jt808"
    serial = 0

    def _frame(self, number: int, body: bytes) -> bytes:
        self.serial = (self.serial + 1) & 0xFFFF
        return jt808.build(id=number, phone=self.given["identity"], serial=self.serial, body=body)

    async def answer(self, reader: asyncio.StreamReader) -> bytes:
        await reader.readuntil(b"\x7e")
        return b"\x7e" + await reader.readuntil(b"\x7e")

    async def enter(self) -> None:
        """Register and authenticate, on every new line."""
        body = (
            struct.pack(">HH", 12, 104) + b"70000" + b"X".ljust(20, b"\0") + b"SIM0001" + b"\2" + "示例".encode("gbk")
        )
        given = jt808.parse(await self.ask(self._frame(jt.REGISTER, body)))
        told = jt808.parse(await self.ask(self._frame(jt.AUTHENTICATE, given.body[3:])))
        if given.body[2] or told.body[-1]:
            raise OSError("not let in")

    async def say(self, rows: Sequence[Row], now: int) -> bool:
        del now
        ((_channel, end, speed),) = rows
        body = jt.position_body(jt.Position(0, 2, 39.1, 117.2, 5, speed, 90, _local(end), {}))
        return jt808.parse(await self.ask(self._frame(jt.POSITION, body))).body[-1:] == b"\0"


class Http(Line):
    protocol = "http"

    async def answer(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return head + await reader.readexactly(size)

    async def say(self, rows: Sequence[Row], now: int) -> bool:
        del now
        table = {name: [row[place] for row in rows] for place, name in enumerate(("channel", "time", "value"))}
        body = json.dumps({"columns": table}).encode()
        head = (f"POST /api/v1/observations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.given['secret']}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()  # fmt: skip
        status, _sign, told = (await self.ask(head + body)).partition(b"\r\n\r\n")
        return status.startswith(b"HTTP/1.1 200") and json.loads(told)["stored"] == len(rows)


LINES: dict[str, type[Line]] = {one.protocol: one for one in (Hj212, Gb26875, Jt808, Http)}


class Signal:
    """Calm, high, frozen, jumping, impossible: a few values each, so that every rule has something to tell."""

    def __init__(self, dice: random.Random, *, bits: bool) -> None:
        self._dice, self._bits, self._left, self._mode, self._held = dice, bits, 0, "calm", 20.0

    def next(self) -> float:
        if self._left == 0:
            self._mode = self._dice.choice((*["calm"] * 12, "high", "frozen", "jump", "impossible", "low"))
            self._left, self._held = self._dice.randint(2, 6), round(self._dice.uniform(20, 70), 1)
        self._left -= 1
        if self._bits:
            return float(self._dice.choice((0, 0, 0, 0, 1, 1, 2, 3)))
        low, high = {
            "calm": (30, 45),
            "high": (82, 99),
            "jump": (10, 99),
            "impossible": (1200, 1300),
            "low": (0, 5),
        }.get(self._mode, (0, 0))
        return self._held if self._mode == "frozen" else round(self._dice.uniform(low, high), 1)


class Device:
    """One device's life: its own dice and time."""

    def __init__(self, given: dict[str, Any], plan: dict[str, Any], book: int) -> None:
        self.line = LINES[given["protocol"]](given, Path(plan["ports"]))
        self.dice = random.Random(f"{plan['seed']}/{given['identity']}")
        self.channels: dict[str, int] = given["streams"]
        self.signals = {one: Signal(self.dice, bits=given["protocol"] == "gb26875") for one in self.channels}
        self.at, self.book, self.pause = int(plan["start"]), book, float(plan["pause"])
        self.batch = 12 if given["protocol"] == "http" else 1

    def fresh(self) -> list[Row]:
        rows = []
        for _ in range(self.batch):
            self.at += STEP * self.dice.choice((1, 1, 1, 1, 2))
            rows += [(channel, self.at, signal.next()) for channel, signal in self.signals.items()]
        return rows

    def late(self) -> list[Row]:
        """Of an earlier time that nothing else has."""
        end = self.at - STEP * self.dice.randint(1, 400) + self.dice.randint(1, 59) * 1000
        return [(channel, end, signal.next()) for channel, signal in self.signals.items()]

    async def tell(self, rows: Sequence[Row]) -> None:
        """Until it is acknowledged."""
        while True:
            try:
                if await self.line.say(rows, time.time_ns() // 1_000_000):
                    return
            except (OSError, TimeoutError, EOFError, ValueError, KeyError):
                pass
            await self.line.close()
            await asyncio.sleep(0.05)

    def note(self, rows: Sequence[Row]) -> None:
        os.write(
            self.book, "".join(f"{self.channels[channel]} {end} {value!r}\n" for channel, end, value in rows).encode()
        )
        os.fsync(self.book)

    async def live(self, stop: Path) -> None:
        late: set[int] = set()
        while not stop.exists():
            rows = self.fresh()
            await self.tell(rows)
            self.note(rows)
            if self.dice.random() < 0.05:
                await self.tell(rows)  # the same again
            elif self.dice.random() < 0.05:
                old = self.late()
                if old[0][1] not in late:
                    late.add(old[0][1])
                    await self.tell(old)
                    self.note(old)
            await asyncio.sleep(self.pause)
        await self.line.close()


async def main(file: str) -> None:
    plan = json.loads(Path(file).read_text(encoding="utf-8"))
    book = os.open(plan["ledger"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    crowd = [Device(one, plan, book) for one in plan["devices"]]
    await asyncio.gather(*(one.live(Path(plan["stop"])) for one in crowd))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
