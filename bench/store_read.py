"""A year of 200 streams every ten minutes: daily statistics against DuckDB, bytes an observation against Parquet with zstd, on
both engines; and the last values of 20,000 streams. Answers are compared: a difference raises.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from scripts.postgres import binaries, throwaway_postgres

from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Reader, Store
from anlan.kernel.observations.store.databases import Database
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS, Columns, Commit
from bench.measure import RUNS, Row, row

STREAMS, STEP, MANY = 200, 600_000, 20_000
FIRST = 20_000 * DAY_MS - CHINA_MS  # a civil midnight
PYTHON = Path(__file__).parent / ".venv" / "bin" / "python"
ABSENT = "not installed: python3 -m venv bench/.venv && bench/.venv/bin/pip install duckdb==2.0.1 pyarrow==26.0.1 numpy"
TABLES = ("commit", "frame", "day", "span", "latest", "state", "event")


def rows(quick: bool) -> list[Row]:
    days = 60 if quick else 365
    given = _year(days)
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        _fill(open_database(str(where / "o.sqlite3"), writes=True), given)
        peer = _peer(where, given)
        return [
            *_daily(where, given, days, peer), *_sizes(where, given, peer), *_last_values(where, quick),
        ]  # fmt: skip


def _year(days: int) -> Columns:
    """What air and water sensors look like: a daily swing, noise, two decimals; 1 % missing."""
    draw, count = np.random.default_rng(7), days * DAY_MS // STEP
    end = FIRST + STEP * np.arange(1, count + 1)
    swing = 10 * np.sin(2 * np.pi * end / DAY_MS)
    value = np.concatenate([
        np.round(40 + stream % 17 + swing + draw.normal(0, 1 + stream % 5, count), 2) for stream in range(STREAMS)
    ])  # fmt: skip
    kept = draw.random(len(value)) > 0.01
    every, none = np.tile(end, STREAMS)[kept], np.zeros(int(kept.sum()), np.uint8)
    return Columns(np.repeat(np.arange(1, STREAMS + 1), count)[kept], every, every, value[kept], none, none)


def _fill(database: Database, given: Columns, rest: Callable[[], object] = lambda: None) -> None:
    """Week by week, as time goes by, each settled before the next."""
    store = Store(database)
    for week in range(FIRST, int(given.end.max()) + 1, 7 * DAY_MS):
        store.append(Commit(week, given.take((given.end > week) & (given.end <= week + 7 * DAY_MS))))
        while store.settle():
            pass
        rest()
    database.close()


def _peer(where: Path, given: Columns) -> dict[str, Any] | None:
    if not PYTHON.exists():
        return None
    np.savez(where / "rows.npz", **{name: getattr(given, name) for name in Columns.__slots__})
    script = str(Path(__file__).parent / "peer_columns.py")
    done = subprocess.run(
        [str(PYTHON), script, str(where / "rows.npz"), str(where), str(RUNS)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _timed(work: Callable[[], object]) -> tuple[list[float], list[float]]:
    """(wall, CPU) milliseconds of RUNS after one that warms."""
    walls, cpus = [], []
    for _ in range(RUNS + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return walls[1:], cpus[1:]


def _daily(where: Path, given: Columns, days: int, peer: dict[str, Any] | None) -> list[Row]:
    reader = Reader(open_database(str(where / "o.sqlite3"), writes=False))
    asked = list(range(1, STREAMS + 1))
    walls, cpus = _timed(lambda: reader.statistics(asked, FIRST, FIRST + days * DAY_MS, DAY_MS))
    found = reader.statistics(asked, FIRST, FIRST + days * DAY_MS, DAY_MS)
    assert sum(int(one.count.sum()) for one in found) == len(given)
    if peer:
        theirs = np.load(where / "daily.npz")
        for name, mine in (("n", "count"), ("low", "least"), ("high", "most")):
            assert np.array_equal(theirs[name], np.concatenate([getattr(one, mine) for one in found])), (
                f"{name} differs"
            )
        # DuckDB adds doubles in an order of its own, ours are exact.
        assert np.allclose(theirs["total"], np.concatenate([one.total for one in found]), rtol=1e-12, atol=0), (
            "sums differ"
        )
    reader.database.close()
    name = f"daily statistics of {STREAMS} streams over {days} days against DuckDB"
    made = []
    for kind, runs in (("wall", walls), ("cpu", cpus)):
        other = statistics.median(peer[kind]) * 1000 if peer else ABSENT
        made.append(row(name=f"{name}, {kind}", unit="ms", goal=">= 5x faster", runs=runs, peer=other,
                        met=lambda _mine, ratio: bool(ratio and ratio <= 0.2), cpu_s=sum(cpus) / 1000, wall_s=sum(walls) / 1000))  # fmt: skip
    return made


def _sizes(where: Path, given: Columns, peer: dict[str, Any] | None) -> list[Row]:
    """Everything that lies on the disk, with hourly and daily figures, against the smaller of two Parquet files."""
    smallest: float | str = min(peer["sizes"].values()) / len(given) if peer else ABSENT
    sizes = {"SQLite": (where / "o.sqlite3").stat().st_size / len(given)}
    if binaries():
        with throwaway_postgres() as url:
            database = open_database(url, writes=True)
            with psycopg.connect(url, autocommit=True) as other:
                _fill(
                    database, given, lambda: other.execute("VACUUM")
                )  # which the server does by itself within minutes
            database = open_database(url, writes=False)
            sizes["PostgreSQL"] = sum(
                int(database.query(f"SELECT pg_total_relation_size('obs_{name}')")[0][0]) for name in TABLES
            ) / len(given)
            database.close()
    return [
        row(name=f"bytes an observation, {engine}, against Parquet + zstd", unit="bytes", goal="<= 1.1x", runs=[size], peer=smallest,
            met=lambda _mine, ratio: bool(ratio and ratio <= 1.1))
        for engine, size in sizes.items()
    ]  # fmt: skip


def _last_values(where: Path, quick: bool) -> list[Row]:
    """20,000 streams, the newest values still in commits that nobody gathered: a reader that starts, and one that goes on."""
    file, draw = str(where / "many.sqlite3"), np.random.default_rng(11)
    store = Store(open_database(file, writes=True))
    commits = 150 if quick else 600
    for number in range(commits):
        stream = np.sort(draw.choice(MANY, 2_000, replace=False)) + 1
        end, none = np.full(2_000, FIRST + number * 1000), np.zeros(2_000, np.uint8)
        store.append(Commit(number, Columns(stream, end, end, np.round(draw.normal(50, 5, 2_000), 2), none, none)))
    known = store.latest()
    assert len(known) == MANY

    def fresh() -> None:
        reader = Reader(open_database(file, writes=False))
        assert np.array_equal(reader.latest().value, known.value), "the last values differ"
        reader.database.close()

    going = Reader(open_database(file, writes=False))
    first, _cpu = _timed(fresh)
    again, _cpu = _timed(going.latest)
    going.database.close()
    store.database.close()
    return [
        row(name=f"last value of {MANY:,} streams, {who}", unit="ms", goal="< 10 ms", runs=runs, met=lambda mine, _ratio: mine < 10)
        for who, runs in (("a reader that starts", first), ("a reader that goes on", again))
    ]  # fmt: skip
