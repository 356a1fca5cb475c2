"""`plan read` as a whole process: interpreter start, reading, JSON. The published plan where it is, else our sample."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from bench.measure import RUNS, Row, row

ROOT = Path(__file__).parents[1]
GOAL_S = 2.0


def _file() -> Path:
    real = Path(os.environ.get("ANLAN_SHARED", ROOT.parent / "shared")) / "plan" / "plan-2022-5.txt"
    return real if real.exists() else ROOT / "src/anlan/kernel/planning/reading/sample_plan.txt"


def rows(quick: bool) -> list[Row]:
    del quick
    file, walls = _file(), []
    for _ in range(RUNS):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "anlan.server", "plan", "read", str(file), "--json"], capture_output=True, check=True
        )
        walls.append(time.perf_counter() - start)
        tasks = [len(plan["tasks"]) for plan in json.loads(done.stdout)["plans"]]
        assert max(tasks) == (144 if "2022" in file.name else 24), tasks
    return [
        row(
            name=f"plan read {file.name}",
            unit="s",
            goal=f"< {GOAL_S:g}",
            runs=walls,
            met=lambda mine, _ratio: mine < GOAL_S,
            wall_s=sum(walls),
        )
    ]
