"""Casework at size: 1,000,000 cases with 5,000,000 steps on PostgreSQL, 200,000 on SQLite; pages, p99 at 8 users, the sweep of clocks.

The peer of each page is a bare Django view on the same rows: the same query, a plain template, no shell, permissions, clocks or offers.
CPU is that of the web process. The sweep runs over as many open clocks as there are cases, of which a hundredth have just run out.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from scripts.postgres import throwaway_postgres

from bench.measure import Row, row
from bench.task_list import free_port, wait

ROOT = Path(__file__).parents[1]
STEPS, USERS, GOAL_RATIO, GOAL_MS, GOAL_SWEEP_S = 5, 8, 1.3, 300, 10


def _fill(env: dict[str, str], cases: int, quick: bool) -> dict[str, Any]:
    words = [
        sys.executable,
        str(ROOT / "bench" / "cases_program.py"),
        str(cases),
        str(STEPS),
        str(cases // 100),
        "1" if quick else "0",
    ]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1500:]
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _user(port: int, cookie: str, addresses: list[str], times: int, waits: list[float]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for turn in range(times):
        start = time.perf_counter()
        line.request("GET", addresses[turn % len(addresses)], headers={"Cookie": f"sessionid={cookie}"})
        answer = line.getresponse()
        answer.read()
        waits.append((time.perf_counter() - start) * 1000)
        assert answer.status == 200, answer.status
    line.close()


def _p99(env: dict[str, str], found: dict[str, Any], quick: bool) -> list[float]:
    """Five rounds of 8 users without pause over the workbench, the list and one case, against `anlan serve` with its default processes."""
    port = free_port()
    addresses = [
        "/desk/",
        "/dangers/?state=rectifying&grade=general",
        f"/cases/{found['number']}/",
        "/dangers/?late=1&sort=due",
    ]
    command = [sys.executable, "-m", "anlan.server", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait(port)
            rounds = []
            for number in range(6):
                waits: list[float] = []
                given = (port, found["cookie"], addresses, 8 if quick else 40, waits)
                users = [threading.Thread(target=_user, args=given) for _ in range(USERS)]
                for one in users:
                    one.start()
                for one in users:
                    one.join()
                assert len(waits) == USERS * given[3]
                if number:  # the first round warms the processes
                    rounds.append(sorted(waits)[int(len(waits) * 0.99) - 1])
            return rounds
        finally:
            server.send_signal(signal.SIGINT)


def _rows(engine: str, cases: int, env: dict[str, str], quick: bool) -> list[Row]:
    found = _fill(env, cases, quick)
    size, rows = f"{cases:,} cases, {engine}", []
    for name in ("workbench", "list", "detail"):
        peer = sorted(found[name]["peer"])[2]
        for kept in ("cold", "kept") if name == "list" else ("kept",):
            asked = {"cold": ", counts asked", "kept": ", counts kept"}[kept] if name == "list" else ""
            rows.append(row(name=f"{name}{asked}, {size}", unit="CPU ms", goal=f"<= {GOAL_RATIO}x", runs=found[name][kept], peer=round(peer, 3),
                            met=lambda _mine, ratio: bool(ratio and ratio <= GOAL_RATIO)))  # fmt: skip
    rows.append(
        row(
            name=f"p99 over HTTP, {USERS} users, {size}",
            unit="ms",
            goal=f"< {GOAL_MS}",
            runs=_p99(env, found, quick),
            met=lambda mine, _r: mine < GOAL_MS,
        )
    )
    rows.append(
        row(
            name=f"sweep, {cases // 100:,} of the clocks due, {size}",
            unit="s",
            goal=f"< {GOAL_SWEEP_S}",
            runs=[found["sweep"]],
            met=lambda mine, _r: mine < GOAL_SWEEP_S,
        )
    )
    return rows


def rows(quick: bool) -> list[Row]:
    base = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "anlan.server.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "PYTHONWARNINGS": "ignore",
    }
    base.pop("ANLAN_DATABASE_URL", None)
    with tempfile.TemporaryDirectory() as var:
        found = _rows("SQLite", 5_000 if quick else 200_000, {**base, "ANLAN_VAR": var}, quick)
    with tempfile.TemporaryDirectory() as var, throwaway_postgres() as url:
        env = {**base, "ANLAN_VAR": var, "ANLAN_DATABASE_URL": url}
        return found + _rows("PostgreSQL", 5_000 if quick else 1_000_000, env, quick)
