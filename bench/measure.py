"""Measuring: five runs, CPU and wall, medians; the shape of a row. Timing lives here, never in the tests."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

RUNS = 5
Row = dict[str, Any]


def timed(work: Callable[[], object], runs: int = RUNS) -> tuple[list[float], list[float]]:
    """(wall seconds, CPU seconds of this process) of each run."""
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return walls, cpus


def row(
    *,
    name: str,
    unit: str,
    goal: str,
    runs: list[float],
    met: Callable[[float, float | None], bool],
    peer: float | str | None = None,
    cpu_s: float = 0.0,
    wall_s: float = 0.0,
) -> Row:
    """One line of the table. `peer` is a number measured in the same run, or the words that say how to get it."""
    ours = statistics.median(runs)
    number = peer if isinstance(peer, int | float) else None
    ratio = ours / number if number else None
    return {
        "name": name, "ours": round(ours, 4), "peer": peer, "unit": unit, "ratio": round(ratio, 3) if ratio else None,
        "goal": goal, "met": met(ours, ratio), "cpu_s": round(cpu_s, 3), "wall_s": round(wall_s, 3),
        "runs": [round(run, 4) for run in runs],
    }  # fmt: skip
