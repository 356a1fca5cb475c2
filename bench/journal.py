"""Actions a second with 16 writers on PostgreSQL: each is a transaction with a change of state and its journal entry.

Every commit is synced. Afterwards all entries are sealed and the chain is walked: a lost, doubled or unsealed entry fails.
The peer is the same UPDATE and commit without a journal, in the same run: what the journal costs.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from scripts.postgres import throwaway_postgres

from bench.measure import RUNS, Row, row

WRITERS, GOAL = 16, 500
ROOT = Path(__file__).parents[1]

_WRITER = """
import os, sys, time
import django
django.setup()
from datetime import datetime
from django.db import connection, transaction
from anlan.base import clock
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.record import record
name, seconds, journalled = sys.argv[1], float(sys.argv[2]), sys.argv[3] == "1"
pk = Organisation.objects.get(code=f"W{name}").pk
sys.stdout.write("ready\\n"); sys.stdout.flush(); sys.stdin.readline()
end, done = time.monotonic() + seconds, 0
while time.monotonic() < end:
    with transaction.atomic():
        Organisation.objects.filter(pk=pk).update(short_name=str(done))
        if journalled:
            record(actor=SYSTEM, verb="bench.changed", subject_kind="organisation", subject_id=pk, at=clock.now(), new={"n": done})
    done += 1
print(done)
"""

_PREPARE = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from anlan.kernel.access.models import Organisation
for n in range({WRITERS}):
    Organisation.objects.create(code=f"W{{n}}", name=f"W{{n}}", kind="bureau", path=f"/{{n}}/")
"""

_CHECK = """
import json, django
django.setup()
from anlan.base import clock
from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.sealing import seal_all, verify
import time
t = time.perf_counter(); sealed = seal_all(clock.now()); spent = time.perf_counter() - t
print(json.dumps({"entries": Entry.objects.count(), "intact": verify().intact, "sealed": sealed, "spent": spent}))
"""


def _env(url: str) -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "anlan.server.settings", "ANLAN_DATABASE_URL": url,
            "ANLAN_DATABASE_POOL": "0", "PYTHONPATH": str(ROOT / "src")}  # fmt: skip


def _python(code: str, url: str, *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=_env(url), check=True, capture_output=True, text=True
    ).stdout


def _burst(url: str, seconds: float, journalled: bool) -> tuple[int, float]:
    """Start all writers, let them go together, return actions done and wall seconds."""
    crew = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(number), str(seconds), "1" if journalled else "0"],
            env=_env(url), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in range(WRITERS)
    ]  # fmt: skip
    for one in crew:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    start = time.perf_counter()
    for one in crew:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    done = sum(int(one.communicate()[0]) for one in crew)
    assert all(one.returncode == 0 for one in crew)
    return done, time.perf_counter() - start


def rows(quick: bool) -> list[Row]:
    seconds = 1.0 if quick else 4.0
    ours, peers, total = [], [], 0
    with throwaway_postgres() as url:
        _python(_PREPARE, url)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        for _ in range(RUNS):
            done, wall = _burst(url, seconds, journalled=True)
            total += done
            ours.append(done / wall)
            bare, wall = _burst(url, seconds, journalled=False)
            peers.append(bare / wall)
        wall_s = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        verdict = json.loads(_python(_CHECK, url))
    assert verdict["entries"] == total, f"lost or doubled: {verdict['entries']} of {total}"
    assert verdict["intact"]
    assert verdict["sealed"] == total
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return [
        row(name="journalled actions, 16 writers, PostgreSQL", unit="actions/s", goal=f">= {GOAL}", runs=ours,
            peer=sorted(peers)[len(peers) // 2], met=lambda mine, _ratio: mine >= GOAL, cpu_s=cpu, wall_s=wall_s),
        row(name="sealing", unit="entries/s", goal="keeps up", runs=[total / verdict["spent"]] * 1,
            met=lambda mine, _ratio: mine >= GOAL, wall_s=verdict["spent"]),
    ]  # fmt: skip
