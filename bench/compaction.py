"""What compaction costs: the writer as the gateway runs it, fed as fast as it commits, and how long each slice between two commits takes.

Nobody waits longer for a slice than it lasts, so its 99th percentile is what compaction adds to an answer at worst.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from anlan.kernel.exchange.writer import Parcel, Writer
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import Columns
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream
from bench.measure import RUNS, Row, row

STREAMS, LINES, ROWS = 20_000, 20, 500  # rows of one message
GOAL_MS, START = 20.0, 1_767_225_600_000


def rows(quick: bool) -> list[Row]:
    slices, busy, rates, cpu, wall = list[float](), list[float](), list[float](), 0.0, 0.0
    for seed in range(1 if quick else RUNS):
        with tempfile.TemporaryDirectory() as folder:
            run = asyncio.run(_run(Path(folder) / "o.sqlite3", seed, messages=1_000 if quick else 12_000))
        slices.append(float(np.percentile(run.slices, 99)) * 1000)
        busy.append(float(np.percentile(run.busy, 99)) * 1000)
        rates.append(run.rows / run.cpu)
        cpu, wall = cpu + run.cpu, wall + run.wall
    return [
        row(name="a slice of compaction, 99th percentile", unit="ms", goal=f"<= {GOAL_MS:g} ms", runs=slices,
            met=lambda mine, _ratio: mine <= GOAL_MS, cpu_s=cpu, wall_s=wall),
        row(name="a slice of compaction, CPU of its thread, 99th percentile", unit="ms", goal=f"<= {GOAL_MS:g} ms", runs=busy,
            met=lambda mine, _ratio: mine <= GOAL_MS, cpu_s=cpu, wall_s=wall),
        row(name="writer alone, compaction paid for: durable observations", unit="obs/core-s", goal="reported", runs=rates,
            met=lambda _mine, _ratio: True, cpu_s=cpu, wall_s=wall),
    ]  # fmt: skip


@dataclass
class _Found:
    slices: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)  # of these, CPU seconds of the thread
    rows: int = 0
    cpu: float = 0.0
    wall: float = 0.0


async def _run(file: Path, seed: int, messages: int) -> _Found:
    found = _Found()
    await _Stand(file).go(found, seed, messages)
    return found


class _Stand:
    def __init__(self, file: Path) -> None:
        streams = {n: KnownStream(n, 1, str(n), "instant") for n in range(1, STREAMS + 1)}
        self.device = KnownDevice(1, "http", "示例", "admitted")
        directory = Directory(1, {("http", "示例"): self.device}, streams)
        self.store = Store(open_database(str(file), writes=True))
        self.writer = Writer(self.store, directory, [], lambda: START + 86_400_000)

    async def go(self, found: _Found, seed: int, messages: int) -> None:
        """Five million rows and more, so that runs are settled; then the writer may rest until nothing is owed."""
        self._watch(found)
        parcels = _messages(self.device, seed, messages)
        committing = asyncio.create_task(self.writer.run())
        cpu, wall = time.process_time(), time.perf_counter()

        async def line(place: int) -> None:
            for parcel in parcels[place::LINES]:
                await self.writer.submit([parcel])

        await asyncio.gather(*map(line, range(LINES)))
        await self.writer.stop()
        await committing
        while self.store.gathering or self.store.settling:
            if not (self.store.gather() if self.store.gathering else self.store.settle()):
                break
        found.cpu, found.wall, found.rows = time.process_time() - cpu, time.perf_counter() - wall, messages * ROWS
        self._all_there(found.rows)
        self.store.database.close()

    def _watch(self, found: _Found) -> None:
        tidying = self.writer._tidying  # noqa: SLF001 - what is measured has no other handle
        slice_of = tidying.slice

        def timed(now: int) -> bool:
            start, busy = time.perf_counter(), time.thread_time()
            did = slice_of(now)
            if did:
                found.slices.append(time.perf_counter() - start)
                found.busy.append(time.thread_time() - busy)
            return did

        tidying.slice = timed  # type: ignore[method-assign]

    def _all_there(self, rows: int) -> None:
        hot = sum(unit.count for unit in self.store.units())
        cold = sum(
            one.count.sum()
            for one in self.store.statistics(range(1, STREAMS + 1), START - 28_800_000, START + 57_600_000, 86_400_000)
        )
        assert cold == rows, f"{cold} of {rows} rows ({hot} of them hot)"


def _messages(device: KnownDevice, seed: int, count: int) -> list[Parcel]:
    """Each of 500 neighbouring streams at one instant; the next time they come a second later."""
    draw, none = np.random.default_rng(seed), np.zeros(ROWS, np.uint8)
    groups, made = STREAMS // ROWS, []
    for number in range(count):
        stream = np.arange(ROWS) + 1 + number % groups * ROWS
        end = np.full(ROWS, START + number // groups * 1000)
        made.append(Parcel(device, rows=Columns(stream, end, end, np.round(draw.normal(50, 5, ROWS), 2), none, none)))
    return made
