"""The gateway that `bench/hj212.py` measures: the product's own lines, writer, store and rules, in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import django
import uvloop

django.setup()

from anlan.base import clock
from anlan.kernel.alarms.types import Watch
from anlan.kernel.exchange.gateway import Gateway
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream
from bench.hj212_load import DEVICES, FACTORS, LIMIT, PASSWORD, mn, stream


def _now() -> int:
    return round(clock.now().timestamp() * 1000)


def _directory() -> Directory:
    devices, streams = {}, {}
    for device in range(DEVICES):
        mine = {
            f"2011/{code}-Rtd": KnownStream(
                stream(device, place), device + 1, f"2011/{code}-Rtd", "instant", low=0, high=5000
            )
            for place, code in enumerate(FACTORS)
        }
        devices["hj212", mn(device)] = KnownDevice(device + 1, "hj212", mn(device), "admitted", PASSWORD, {}, mine)
        streams |= {one.id: one for one in mine.values()}
    return Directory(1, devices, streams)


async def _serve(file: str) -> None:
    directory = _directory()
    watches = [Watch(1, number, "above", limit=LIMIT) for number in directory.streams]
    writer = Writer(Store(open_database(file, writes=True)), directory, watches, _now)
    gateway = Gateway(writer)
    committing = asyncio.create_task(writer.run())
    port = await gateway.listen("hj212", "127.0.0.1", 0)
    before = time.process_time()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    links = [writer.links.of(device + 1) for device in range(DEVICES)]
    told = {
        "cpu": time.process_time() - before,
        "commits": writer.commits,
        "stored": writer.stored,
        "unlisted": sum(one.unlisted for one in links),
    }
    await gateway.close()
    await writer.stop()
    await committing
    writer.store.database.close()
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(_serve(str(Path(sys.argv[1]))))
