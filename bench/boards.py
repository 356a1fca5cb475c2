"""300 people at the boards of 50 live incidents, as their browsers do it: a line of events each, the board's parts fetched when their
incident is named, and every ten seconds. Measured: from the commit of an entry until a board shows it. `anlan serve` and the worker as shipped."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.postgres import throwaway_postgres

from bench.measure import Row, row
from bench.task_list import free_port, wait

ROOT = Path(__file__).parents[1]
PROGRAM = str(ROOT / "bench" / "boards_program.py")
WARM_S, POLL_S, GATHER_S, EVERY_S, APART_S = 8.0, 10.0, 0.05, 0.5, 0.15
KNOWN = re.compile(rb"known=(\d+)-([0-9]+)")


class Board:
    """One person's page: what it knows, and when it came to know it."""

    def __init__(self, port: int, told: dict[str, Any], comes: float) -> None:
        self.comes = comes  # seconds: people sit down one after another
        self.port, self.incident, self.number = port, told["incident"], told["number"]
        self.cookie, self.known, self.seen = told["cookie"], b"", dict[int, float]()
        self.named = asyncio.Event()
        self.lost = 0

    def _ask(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={self.cookie}\r\n\r\n".encode()

    async def listen(self) -> None:
        await asyncio.sleep(self.comes)
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        writer.write(self._ask("/events"))
        kind = b""
        while line := await reader.readline():
            if line.startswith(b"event: "):
                kind = line[7:].strip()
            elif line.startswith(b"data: ") and kind == b"entry":
                told = json.loads(line[6:])
                if told["kind"] == "incident" and int(told["id"]) == self.incident:
                    self.named.set()
        self.lost += 1

    async def show(self) -> None:
        await asyncio.sleep(self.comes)
        while True:
            # The server ends a line that rests for five seconds: a new one each time.
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
            writer.write(self._ask(f"/incidents/{self.number}/live/?known={self.known.decode()}"))
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split(b" ", 2)[1])
            assert status in (200, 204), head[:300]
            length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
            body = await reader.readexactly(int(length[1])) if length else b""
            writer.close()
            if found := KNOWN.search(body):
                self.known, now = b"-".join(found.groups()), time.time()
                self.seen.setdefault(int(found[1]), now)
            try:
                await asyncio.wait_for(self.named.wait(), POLL_S)
                await asyncio.sleep(GATHER_S)
            except TimeoutError:
                pass
            self.named.clear()


async def _watch(
    port: int, people: list[dict[str, Any]], env: dict[str, str], seconds: float
) -> tuple[list[float], int]:
    """Seconds from commit to board, of every board an entry concerned."""
    boards = [Board(port, one, place * APART_S) for place, one in enumerate(people)]
    tasks = [asyncio.create_task(work()) for one in boards for work in (one.listen, one.show)]
    await asyncio.sleep(len(people) * APART_S + WARM_S)
    writer = await asyncio.create_subprocess_exec(
        sys.executable, PROGRAM, "write", str(seconds), str(EVERY_S), env=env, stdout=asyncio.subprocess.PIPE
    )
    said, _none = await writer.communicate()
    await asyncio.sleep(POLL_S + 2)
    for one in tasks:
        if one.done():
            one.result()
        one.cancel()
    assert not any(one.lost for one in boards), "a line of events ended"
    entries = [json.loads(line) for line in said.splitlines()]
    delays = []
    for incident, seq, at in entries:
        for board in (one for one in boards if one.incident == incident):
            shown = min((moment for known, moment in board.seen.items() if known >= seq), default=None)
            assert shown is not None, f"entry {seq} of incident {incident} never came to a board"
            delays.append(shown - at)
    return sorted(delays), len(entries)


@contextmanager
def _running(env: dict[str, str], *words: str) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-m", "anlan.server", *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as one:
        try:
            yield
        finally:
            one.send_signal(signal.SIGINT)


def rows(quick: bool) -> list[Row]:
    incidents, entries, people, seconds = (10, 200, 60, 10.0) if quick else (50, 4000, 300, 60.0)
    base = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DJANGO_SETTINGS_MODULE": "anlan.server.settings"}
    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as folder, throwaway_postgres() as url:
        env = {**base, "ANLAN_VAR": folder, "ANLAN_DATABASE_URL": url}
        filling = [sys.executable, PROGRAM, "fill", str(incidents), str(entries), str(people)]
        done = subprocess.run(filling, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-1500:]
        told, port = json.loads(done.stdout.strip().splitlines()[-1]), free_port()
        rounds, count = [], 0
        with _running(env, "serve", "--port", str(port)), _running(env, "worker"):
            wait(port)
            for _each in range(1 if quick else 3):
                delays, count = asyncio.run(_watch(port, told, env, seconds))
                rounds.append(delays[int(len(delays) * 0.99) - 1])
    name = (
        f"event to every board, p99, {people} people on {incidents} live incidents, {count} entries a round, PostgreSQL"
    )
    return [row(name=name, unit="s", goal="< 1 s", runs=rounds, met=lambda ours, _ratio: ours < 1)]
