"""A register's Excel file of 10,000 rows: preview with every cell checked, then all rows stored in one transaction. In a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Row, row

ROOT = Path(__file__).parents[1]
ROWS, GOAL_S = 10_000, 20

_CODE = """
import io, json, sys, time
import django
django.setup()
from datetime import date
from django.core.management import call_command
call_command("migrate", verbosity=0)
import openpyxl
from anlan.base import clock
from anlan.kernel.access.actions import found_organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.registry import actions, excel
from anlan.kernel.registry.models import Place
from anlan.kernel.registry.sheets import PLACES
count, at = int(sys.argv[1]), clock.now()
district = found_organisation(actor=SYSTEM, code="D", name="示例区", kind="district", parent=None, at=at)
runs = []
for turn in range(5):
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    page.append([column.title for column in PLACES.columns])
    for n in range(count):
        page.append([f"T{turn}-{n}", f"示例地点{n}", "公园", f"示例路{n}号", 117.2 + n / 1e6, 39.1, "WGS-84"])
    out = io.BytesIO(); book.save(out); data = out.getvalue()
    wall, cpu = time.perf_counter(), time.process_time()
    preview = excel.dry_run(PLACES, data, SYSTEM)
    assert preview.good and preview.counts["new"] == count, (preview.faults, preview.counts)
    seen = time.perf_counter() - wall
    again = excel.dry_run(PLACES, data, SYSTEM)  # the file is read again when it is confirmed
    added, changed = actions.store_rows(actor=SYSTEM, sheet=PLACES, organisation=district, rows=[line.values for line in again.lines],
        content_hash=again.content_hash, at=at)
    assert (added, changed) == (count, 0) and Place.objects.count() == count * (turn + 1)
    runs.append((time.perf_counter() - wall, time.process_time() - cpu, seen))
assert Entry.objects.filter(verb="registry.file.imported").count() == 5
print(json.dumps(runs))
"""


def rows(quick: bool) -> list[Row]:
    count = 1_000 if quick else ROWS
    with tempfile.TemporaryDirectory() as var:
        env = {
            **os.environ, "ANLAN_VAR": var, "DJANGO_SETTINGS_MODULE": "anlan.server.settings", "PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        env.pop("ANLAN_DATABASE_URL", None)
        done = subprocess.run(
            [sys.executable, "-c", _CODE, str(count)], env=env, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stderr[-1500:]
    runs = json.loads(done.stdout.strip().splitlines()[-1])
    cpu, wall = sum(one[1] for one in runs), sum(one[0] for one in runs)
    return [
        row(
            name=f"Excel of {count:,} rows: preview and import",
            unit="s",
            goal=f"< {GOAL_S}",
            runs=[one[0] for one in runs],
            met=lambda mine, _r: mine < GOAL_S,
            cpu_s=cpu,
            wall_s=wall,
        ),
        row(
            name=f"Excel of {count:,} rows: the preview alone",
            unit="s",
            goal="reported",
            runs=[one[2] for one in runs],
            met=lambda _m, _r: True,
        ),
    ]
