"""The load of the signal benches: 200 devices of 100 streams, 100 observations a request, what must be stored and raised.

Of every hundred rows one is a duplicate, one names a stream of another device, one is a day late. The expectations come from
the way the load is made, not from the product. As a program it is the sender: a lean client of its own process that builds
all requests first, says `ready`, waits for `go`, and prints what was answered.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from numpy.typing import NDArray

DEVICES, CHANNELS, LINES = 200, 100, 40
FRESH, DAY_MS = 97, 86_400_000
LIMIT = 80.0  # plus a hundredth of the channel's number


def limit_of(channel: int) -> float:
    return LIMIT + channel / 100


def late_value(turn: int) -> float:
    """Above every limit, but nobody can answer yesterday's alarm; the first ones are not late yet."""
    return 99.0 if turn > 1 else 50.0


def token_of(device: int) -> str:
    return f"bench-token-{device:04d}"


@dataclass(frozen=True)
class Load:
    """Turns `first` <= turn < `last`; each device sends one request a turn, its values end at `start + turn * step` (ms)."""

    start: int
    step: int
    first: int
    last: int
    alarms: int = 997  # one fresh value in so many is above its limit

    @property
    def requests(self) -> int:
        return (self.last - self.first) * DEVICES

    @property
    def observations(self) -> int:
        return self.requests * (FRESH + 3)

    @property
    def kept(self) -> int:
        """Distinct observations the store must hold: the fresh and the late ones."""
        return self.requests * (FRESH + 1)

    def excess(self, device: int, channel: int, turn: int) -> bool:
        return (device * CHANNELS + channel + turn * 31) % self.alarms == 0

    def channels(self, turn: int) -> Iterator[int]:
        left_out = {(3 * turn + n) % CHANNELS for n in range(3)}
        return (channel for channel in range(CHANNELS) if channel not in left_out)

    def value(self, device: int, channel: int, turn: int) -> float:
        if self.excess(device, channel, turn):
            return round(limit_of(channel) + 1, 2)
        return 40 + ((device * CHANNELS + channel) * 7919 + turn * 104_729) % 2003 / 100

    def rows(self, device: int, turn: int) -> list[tuple[int, int, float]]:
        """(number of the stream from zero, end, value) in the order sent: fresh, duplicate, late, foreign."""
        end, listed = self.start + turn * self.step, list(self.channels(turn))
        found = [(device * CHANNELS + channel, end, self.value(device, channel, turn)) for channel in listed]
        found.append(found[7])
        found.append((device * CHANNELS + listed[0], end - DAY_MS, late_value(turn)))
        found.append(((device + 1) % DEVICES * CHANNELS + 5, end, 50.0))
        return found


def stored(loads: Sequence[Load]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What the store must hold after all of these, by stream: how many observations, and their sum in hundredths."""
    stream = np.arange(DEVICES * CHANNELS)
    channel = stream % CHANNELS
    count, total = np.zeros(len(stream), np.int64), np.zeros(len(stream), np.int64)
    for load in loads:
        for turn in range(load.first, load.last):
            listed = list(load.channels(turn))
            sent, late = np.isin(channel, listed), channel == listed[0]
            above = (stream + turn * 31) % load.alarms == 0
            value = np.where(above, 8100 + channel, 4000 + (stream * 7919 + turn * 104_729) % 2003)
            count += sent + late.astype(np.int64)
            total += np.where(sent, value, 0) + np.where(late, round(late_value(turn) * 100), 0)
    return count, total


def raised(loads: Sequence[Load]) -> Iterator[tuple[int, int]]:
    """(stream, end) of every alarm that must be raised: the first value above its limit after one that was not."""
    for device in range(DEVICES):
        above: set[int] = set()
        for load in loads:
            for turn in range(load.first, load.last):
                for channel in load.channels(turn):
                    if not load.excess(device, channel, turn):
                        above.discard(channel)
                    elif channel not in above:
                        above.add(channel)
                        yield device * CHANNELS + channel, load.start + turn * load.step


def _post(path: str, body: bytes, extra: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n{extra}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def anlan(load: Load, device: int, turn: int) -> bytes:
    stream, end, value = zip(*load.rows(device, turn), strict=True)
    table = {"channel": [f"s{one}" for one in stream], "time": end, "value": value}
    body = json.dumps({"columns": table}, separators=(",", ":")).encode()
    return _post("/api/v1/observations", body, f"Authorization: Bearer {token_of(device)}\r\n")


def lines(load: Load, device: int, turn: int) -> bytes:
    """Influx's line protocol, for both peers; the channel is a label, so that one expression watches it everywhere."""
    body = "\n".join(
        f"bench,s={stream},c={stream % CHANNELS} v={value} {end}" for stream, end, value in load.rows(device, turn)
    ).encode()
    return _post("/write?db=bench&precision=ms", body)


FORMS: dict[str, Callable[[Load, int, int], bytes]] = {"anlan": anlan, "lines": lines}


@dataclass
class Answered:
    wall: float = 0.0
    stored: int = 0
    refused: int = 0
    untimely: int = 0
    worst: int = 200
    waits: list[float] = field(default_factory=list)  # seconds from when it was due (or sent) to the answer, by request


@dataclass
class _Line:
    """One connection: its requests in order, one at a time. A device always speaks through the same one."""

    socket: socket.socket
    requests: list[tuple[float, bytes]]
    place: int = 0
    due: float = 0.0
    got: bytes = b""


def send(load: Load, form: str, port: int, rate: float) -> Answered:
    """All of it over LINES connections: as fast as answered, or at `rate` observations a second. Prints ready, waits for go."""
    per_line: list[list[tuple[float, bytes]]] = [[] for _ in range(LINES)]
    for turn in range(load.first, load.last):
        for device in range(DEVICES):
            due = ((turn - load.first) * DEVICES + device) * (FRESH + 3) / rate if rate else 0.0
            per_line[device % LINES].append((due, FORMS[form](load, device, turn)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    begin = float(sys.stdin.readline()) or time.time()
    time.sleep(max(0.0, begin - time.time()))
    return _run(port, per_line)


def _run(port: int, per_line: list[list[tuple[float, bytes]]]) -> Answered:
    poll, answered = selectors.DefaultSelector(), Answered()
    begin, open_lines, resting = time.perf_counter(), 0, []
    for requests in per_line:
        line = _Line(socket.create_connection(("127.0.0.1", port)), requests)
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(line.socket, selectors.EVENT_READ, line)
        resting.append(line)
        open_lines += 1
    while open_lines:
        now = time.perf_counter() - begin
        waiting = []
        for line in resting:
            if line.requests[line.place][0] <= now:
                line.due = line.requests[line.place][0] or now
                line.socket.sendall(line.requests[line.place][1])
            else:
                waiting.append(line)
        resting = waiting
        until = min((line.requests[line.place][0] for line in resting), default=now + 1) - now
        for key, _events in poll.select(max(0.0, until)):
            line = key.data
            line.got += line.socket.recv(65536)
            if not _whole(line.got):
                continue
            answered.waits.append(time.perf_counter() - begin - line.due)
            _count(answered, line.got)
            line.got, line.place = b"", line.place + 1
            if line.place < len(line.requests):
                resting.append(line)
            else:
                poll.unregister(line.socket)
                line.socket.close()
                open_lines -= 1
    answered.wall = time.perf_counter() - begin
    return answered


def _whole(got: bytes) -> bool:
    head, found, body = got.partition(b"\r\n\r\n")
    if not found:
        return False
    low = head.lower()
    place = low.find(b"content-length:")
    return place < 0 or len(body) >= int(low[place + 15 :].split(b"\r\n", 1)[0])


def _count(answered: Answered, got: bytes) -> None:
    status = int(got[9:12])
    answered.worst = max(answered.worst, status)
    if status == 200:
        told = json.loads(got[got.index(b"\r\n\r\n") :])
        answered.stored += told["stored"]
        answered.refused += told["refused"]
        answered.untimely += told["untimely"]


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    sys.stdout.write(
        json.dumps(asdict(send(Load(**asked["load"]), asked["form"], asked["port"], asked["rate"]))) + "\n"
    )
