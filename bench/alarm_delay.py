"""From an observation that is due to be sent, at 20,000 a second, to its alarm: committed, and on the screen of a subscriber.

The subscriber holds the product's live stream as a browser does. Every alarm of the load must reach it once: a lost or doubled
one raises. Delays count from the instant the load was to be sent, so that a sender that is held up makes them longer.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from bench.ingest import RATE, soon
from bench.measure import RUNS, Row, row
from bench.signal_load import CHANNELS, DEVICES, FRESH, Load, raised
from bench.signal_servers import district, env, free_port, gateway, running, sending

ALARMS = 401  # one value in so many is above its limit: about fifty alarms a second
COMMITTED_MS, SHOWN_MS = 20, 100


def rows(quick: bool) -> list[Row]:
    seconds, runs = (5, 1) if quick else (10, RUNS)
    committed, seen = list[float](), list[float]()
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        cookie = district(var)
        with gateway(var) as server, _pages(var) as port:
            start, done = soon(), list[Load]()
            for run in range(runs):
                begin = start if not run else max(soon(), done[-1].start + done[-1].last * 1000)
                first = (begin - start) // 1000
                load = Load(start, 1000, first, first + seconds, ALARMS)
                with _Subscriber(port, cookie) as subscriber:
                    sent = sending(load, "anlan", server.port, RATE)
                    waits = subscriber.delays(done, load)
                done.append(load)
                committed.append(float(np.percentile(sent.waits, 99)) * 1000)
                seen.append(float(np.percentile(waits, 99)) * 1000)
    return [
        row(name="an observation committed, 99th percentile at 20,000/s", unit="ms", goal=f"< {COMMITTED_MS} ms", runs=committed,
            met=lambda mine, _ratio: mine < COMMITTED_MS, wall_s=seconds * runs),
        row(name="its alarm on a subscriber's screen, 99th percentile at 20,000/s", unit="ms", goal=f"< {SHOWN_MS} ms", runs=seen,
            met=lambda mine, _ratio: mine < SHOWN_MS, wall_s=seconds * runs),
    ]  # fmt: skip


@contextmanager
def _pages(var: Path) -> Iterator[int]:
    port = free_port()
    words = [sys.executable, "-m", "anlan.server", "serve", "--port", str(port)]
    with running(words, port=port, where=var, env=env(var), stdin=subprocess.DEVNULL):
        yield port


class _Subscriber:
    """One browser's line; (stream, end) of each alarm raised and when it came."""

    def __init__(self, port: int, cookie: str) -> None:
        self._line = socket.create_connection(("127.0.0.1", port))
        self._line.sendall(
            f"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={cookie}\r\nAccept: text/event-stream\r\n\r\n".encode()
        )
        self._came: list[tuple[int, int, float]] = []
        self._beating, self._over = threading.Event(), False
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> _Subscriber:
        self._thread.start()
        assert self._beating.wait(60), "the live stream did not begin"
        return self

    def __exit__(self, *_why: object) -> None:
        self._over = True
        self._line.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._line.close()

    def _read(self) -> None:
        with self._line.makefile("rb") as lines:
            kind = b""
            for line in lines:
                if line.startswith(b"event: "):
                    kind = line[7:].strip()
                    if kind == b"beat":
                        self._beating.set()
                elif line.startswith(b"data: ") and kind == b"alarm":
                    told = json.loads(line[6:])
                    if told["told"] == "raised":
                        self._came.append((told["stream"] - 1, told["at"], time.time()))

    def delays(self, before: list[Load], load: Load) -> list[float]:
        """Seconds of every alarm of this load. Raises when one did not come, or came twice."""
        wanted = set(raised([*before, load])) - set(raised(before))
        end = time.time() + 10
        while len(self._came) < len(wanted) and time.time() < end:
            time.sleep(0.05)
        came = {(stream, at) for stream, at, _when in self._came}
        assert came == wanted, f"alarms did not reach the page, or others did: {len(came ^ wanted)} of {len(wanted)}"
        assert len(self._came) == len(wanted), "alarms reached the page twice"
        return [when - self._due(load, stream, at) for stream, at, when in self._came]

    @staticmethod
    def _due(load: Load, stream: int, at: int) -> float:
        turn = (at - load.start) // load.step - load.first
        begin = (load.start + load.first * load.step) / 1000
        return begin + (turn * DEVICES + stream // CHANNELS) * (FRESH + 3) / RATE
