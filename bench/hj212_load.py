"""The load of `bench/hj212.py`: what each device sends, what the store must hold afterwards, and the client that sends it."""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.protocols.common import Garbage
from anlan.protocols.hj212 import Splitter, build
from anlan.protocols.hj212.data import instant, stamp

DEVICES = 50
FACTORS = ("w01018", "w21003", "w21011", "w01001")
LIMIT = 900.0  # each device goes above it once
PASSWORD = "123456"  # noqa: S105 - of devices that do not exist
STEP_MS = 5_000
EVERY = 100  # one frame in so many is sent twice, one is late, one has a value of no stream of the device


def mn(device: int) -> str:
    return f"0100000000000000BENCH{device:03d}"


def stream(device: int, place: int) -> int:
    return 1 + device * len(FACTORS) + place


@dataclass(frozen=True)
class Load:
    """`count` frames a device, the last of them at `until` (ms)."""

    count: int
    until: int

    @property
    def words(self) -> str:
        return f"{self.count},{self.until}"

    @property
    def foreign(self) -> int:
        """Values that no stream takes, a device."""
        return sum(number % EVERY == 70 for number in range(self.count))

    def _order(self) -> Iterator[int]:
        """The number of the observation of each frame: one in EVERY is the one before again, one is sent three later."""
        for number in range(self.count):
            match number % EVERY:
                case 10:
                    yield number - 1  # a duplicate
                case 40 | 41 | 42 if number + 3 < self.count:
                    yield number + 1
                case 43:
                    yield number - 3  # late
                case _:
                    yield number

    def _at(self, number: int) -> int:
        return (self.until // 1000 - (self.count - number)) * 1000 - (self.count - number) * (STEP_MS - 1000)

    @staticmethod
    def _values(device: int, number: int) -> tuple[float, ...]:
        first = 1000.0 + device if number == 500 else round(20 + (number * 7 + device) % 1000 / 100, 2)
        return first, round(1 + number % 700 / 1000, 3), round((number * 3) % 900 / 1000, 3), 7 + number % 50 / 100

    def frames(self, device: int) -> Iterator[bytes]:
        for number, mine in enumerate(self._order()):
            at = self._at(mine)
            codes = (*FACTORS[:3], "w99999") if number % EVERY == 70 else FACTORS
            inside = ";".join(
                f"{code}-Rtd={value:.3f},{code}-Flag=N"
                for code, value in zip(codes, self._values(device, mine), strict=True)
            )
            head = {
                "QN": stamp(at + number % 1000, 17),
                "ST": "32",
                "CN": "2011",
                "PW": PASSWORD,
                "MN": mn(device),
                "Flag": "5",
            }
            yield build(head, f"DataTime={stamp(at)};{inside}")

    def expected(self, device: int) -> list[tuple[int, list[tuple[int, float]]]]:
        """(stream, [(end, value)]) of each factor."""
        known: list[dict[int, float]] = [{} for _factor in FACTORS]
        for number, mine in enumerate(self._order()):
            for place, value in enumerate(self._values(device, mine)):
                if not (number % EVERY == 70 and place == len(FACTORS) - 1):
                    known[place][self._at(mine)] = round(value, 3)
        return [(stream(device, place), sorted(one.items())) for place, one in enumerate(known)]


def load_of(words: str) -> Load:
    count, until = words.split(",")
    return Load(int(count), int(until))


@dataclass
class _Line:
    """What one device sends, and what it has heard."""

    device: int
    sent: bytes
    at: int
    heard: bytearray


def _talk(port: int, sent: list[bytes], answers: int) -> tuple[list[_Line], float]:
    """Everything as fast as it is taken, until so many answers have come on every line."""
    chosen, lines, start = selectors.DefaultSelector(), [], time.perf_counter()
    for device, data in enumerate(sent):
        line = _Line(device, data, 0, bytearray())
        lines.append(line)
        one = socket.create_connection(("127.0.0.1", port))
        one.setblocking(False)
        chosen.register(one, selectors.EVENT_READ | selectors.EVENT_WRITE, line)
    ends = dict.fromkeys(range(len(sent)), 0)
    while chosen.get_map():
        for key, events in chosen.select(60):
            line, one = key.data, key.fileobj
            assert isinstance(one, socket.socket)
            if events & selectors.EVENT_WRITE:
                line.at += one.send(memoryview(line.sent)[line.at : line.at + 262_144])
                if line.at == len(line.sent):
                    chosen.modify(one, selectors.EVENT_READ, line)
            if events & selectors.EVENT_READ:
                data = one.recv(262_144)
                assert data, f"line {line.device} was closed after {ends[line.device]} answers"
                line.heard += data
                ends[line.device] += data.count(b"\r\n")
                if ends[line.device] >= answers:
                    chosen.unregister(one)
                    one.close()
    return lines, time.perf_counter() - start


def _answered(line: _Line, load: Load) -> int:
    """How many answers there are: each must be a valid 9014, in the order and with the QN of what was sent."""
    wanted = [one[9:26] for one in load.frames(line.device)]
    splitter = Splitter()
    found = [*splitter.feed(bytes(line.heard)), *splitter.close()]
    for one, qn in zip(found, wanted, strict=True):
        assert not isinstance(one, Garbage)
        assert (one.valid, one.cn, one.mn, one.qn.encode()) == (True, "9014", mn(line.device), qn), one
        assert instant(one.qn) is not None
    return len(found)


def main(port: str, words: str) -> None:
    load = load_of(words)
    lines, wall = _talk(int(port), [b"".join(load.frames(device)) for device in range(DEVICES)], load.count)
    print(json.dumps({"answered": sum(_answered(line, load) for line in lines), "wall": wall}))


if __name__ == "__main__":
    main(*sys.argv[1:])
