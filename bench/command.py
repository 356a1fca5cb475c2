"""Command at size: 50 live incidents, 200,000 entries; the board, a jump of the replay, the activation of 120 cards. On both databases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.postgres import throwaway_postgres

from bench.measure import Row, row

ROOT = Path(__file__).parents[1]
# Measure, words, goal in seconds.
MEASURES = (
    ("board", "the board of a live incident", 1.0), ("cold", "the same in a process that has not seen it", 1.0), ("replay", "a jump of the replay", 1.0),
    ("activate", "the activation of a plan", 2.0),
)  # fmt: skip


def _measured(env: dict[str, str], incidents: int, entries: int, cards: int) -> dict[str, Any]:
    words = [sys.executable, str(ROOT / "bench" / "command_program.py"), str(incidents), str(entries), str(cards)]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1500:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def rows(quick: bool) -> list[Row]:
    incidents, entries, cards = (5, 400, 120) if quick else (50, 4000, 120)
    base = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "DJANGO_SETTINGS_MODULE": "anlan.server.settings"}
    base.pop("ANLAN_DATABASE_URL", None)
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as folder:
        found += _rows("SQLite", _measured({**base, "ANLAN_VAR": folder}, incidents, entries, cards))
    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as folder, throwaway_postgres() as url:
        env = {**base, "ANLAN_VAR": folder, "ANLAN_DATABASE_URL": url, "ANLAN_DATABASE_POOL": "0"}
        found += _rows("PostgreSQL", _measured(env, incidents, entries, cards))
    return found


def _rows(engine: str, told: dict[str, Any]) -> list[Row]:
    assert told["tasks"] >= 120, told["tasks"]
    made = []
    for slug, words, goal in MEASURES:
        name = f"{words}, {told['entries']:,} entries, {engine}" + (
            f", {told['tasks']} tasks" if slug == "activate" else ""
        )
        made.append(
            row(
                name=name,
                unit="s",
                goal=f"< {goal:g} s",
                runs=told[slug],
                met=lambda ours, _ratio, goal=goal: ours < goal,
            )
        )  # type: ignore[misc]
    return made
