"""HJ 212: frames a core-second in the codec, and over TCP to the synced commit and its 9014.

The second runs the real gateway in a process of its own, with a password and four streams a device, a threshold on every stream,
duplicates, late frames, values of channels that no stream takes, and compaction. A client in another process sends on many lines
and checks every answer. Afterwards each stream is read back whole and compared, and the alarm events are counted. The seconds are
those of the gateway's process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from anlan.base import clock
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Reader
from anlan.protocols.common import Garbage
from anlan.protocols.hj212 import Splitter
from bench.hj212_load import DEVICES, FACTORS, Load
from bench.measure import RUNS, Row, row

CODEC, TCP = 150_000, 100_000
PIECE = 64 * 1024
ROOT = Path(__file__).parents[1]


def _codec(load: Load) -> tuple[float, float]:
    """(frames a CPU second, wall seconds): split, checked, and every field, plain value and factor told."""
    stream, told, got = b"".join(load.frames(0)), 0, 0
    splitter, wall, cpu = Splitter(), time.perf_counter(), time.process_time()
    for at in range(0, len(stream), PIECE):
        for one in splitter.feed(stream[at : at + PIECE]):
            assert not isinstance(one, Garbage)
            assert one.valid
            told += len(one.fields) + len(one.cp) + len(one.pollutants)
            got += 1
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    assert (got, told) == (load.count, load.count * (6 + 1 + len(FACTORS)))
    return got / cpu, wall


def _tcp(load: Load) -> tuple[float, float, float]:
    """(frames a CPU second of the gateway, its CPU seconds, wall seconds). Raises when anything is lost, doubled or wrong."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "anlan.server.settings", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as folder:
        file = Path(folder) / "observations.sqlite3"
        server = subprocess.Popen([sys.executable, "-m", "bench.hj212_server", str(file), load.words], env=env, cwd=ROOT,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
        try:
            assert server.stdin is not None
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            client = [sys.executable, "-m", "bench.hj212_load", port, load.words]
            told = json.loads(
                subprocess.run(client, env=env, cwd=ROOT, check=True, capture_output=True, text=True).stdout
            )
            server.stdin.write("stop\n")
            server.stdin.flush()
            said = json.loads(server.stdout.readline())
            assert server.wait(60) == 0
        finally:
            server.kill()
        assert told["answered"] == load.count * DEVICES, f"answered {told['answered']} of {load.count * DEVICES}"
        _checked(file, load, said)
    return told["answered"] / said["cpu"], said["cpu"], told["wall"]


def _checked(file: Path, load: Load, said: dict[str, int]) -> None:
    """Every stream holds exactly what was sent, each time once; two events for each that went over its limit."""
    reader = Reader(open_database(str(file), writes=False))
    for device in range(DEVICES):
        for place, (stream, expected) in enumerate(load.expected(device)):
            found = reader.raw(stream, 0, 1 << 60)
            mine = list(zip(found.end.tolist(), found.value.tolist(), strict=True))
            assert mine == expected, f"device {device}, factor {place}: {len(mine)} values, expected {len(expected)}"
    events = [json.loads(one.body)["told"] for _number, one in reader.events(0, 1_000_000)]
    reader.database.close()
    assert (events.count("raised"), events.count("returned")) == (DEVICES, DEVICES), events
    assert said["unlisted"] == load.foreign * DEVICES, said


def rows(quick: bool) -> list[Row]:
    now = round(clock.now().timestamp() * 1000)
    codec, tcp = Load(20_000 if quick else 100_000, now), Load(1_000 if quick else 10_000, now)
    alone = [_codec(codec) for _ in range(RUNS)]
    whole = [_tcp(tcp) for _ in range(2 if quick else RUNS)]
    return [
        row(name="HJ 212 codec: split, checked, parsed in full", unit="frames/core-s", goal=f">= {CODEC:,}", runs=[rate for rate, _w in alone],
            met=lambda mine, _ratio: mine >= CODEC, cpu_s=sum(codec.count / rate for rate, _w in alone), wall_s=sum(wall for _r, wall in alone)),
        row(name="HJ 212 over TCP to the synced commit", unit="frames/core-s", goal=f">= {TCP:,}", runs=[rate for rate, _c, _w in whole],
            met=lambda mine, _ratio: mine >= TCP, cpu_s=sum(cpu for _r, cpu, _w in whole), wall_s=sum(wall for _r, _c, wall in whole)),
    ]  # fmt: skip
