"""`air import --yes` as a whole process on an empty database: read, evaluate by hour, day and year, commit; time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import RUNS, Row, row

ROOT = Path(__file__).parents[1]
GOAL_S, GOAL_MB = 6.0, 400

_IMPORT = """
import sys, json, resource, django
django.setup()
from datetime import date
from pathlib import Path
from anlan.base import clock
from anlan.kernel.access.actions import found_organisation
from anlan.kernel.access.types import SYSTEM
from anlan.packs.environment.air_quality import actions, intake, queries
from anlan.packs.environment.air_quality.models import AirStation, StationDay
from anlan.science.air import period
from anlan.science.air.editions import EDITIONS
area = found_organisation(actor=SYSTEM, code="D", name="D", kind="district", parent=None, at=clock.now())
intake.store(actor=SYSTEM, seen=intake.preview(Path(sys.argv[1]).read_bytes()), file_name="b.csv", at=clock.now())
good = {}
for station in AirStation.objects.all():
    for year in (2014, 2015, 2016):
        rows = [(row.day, row) for row in StationDay.objects.filter(station=station, is_current=True, day__year=year).order_by("day")]
        result = period.year(queries.exact_days(rows, EDITIONS["2012"], frozenset()), year, EDITIONS["2012"])
        good[f"{station.code} {year}"] = [result.good, result.usable]
print(json.dumps({"days": StationDay.objects.count(), "good": good, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def rows(quick: bool) -> list[Row]:
    file = (
        Path(os.environ.get("ANLAN_SHARED", ROOT.parent / "shared"))
        / "data/environment/beijing_air_hourly_2014_2016.csv"
    )
    if not file.exists():
        return []
    walls, memory = [], []
    for _ in range(2 if quick else RUNS):
        with tempfile.TemporaryDirectory() as var:
            env = {**os.environ, "ANLAN_VAR": var, "DJANGO_SETTINGS_MODULE": "anlan.server.settings"}
            env.pop("ANLAN_DATABASE_URL", None)
            subprocess.run([sys.executable, "-m", "anlan.server", "migrate", "--verbosity", "0"], env=env, check=True)
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", _IMPORT, str(file)], env=env, capture_output=True, text=True, check=True
            )
            walls.append(time.perf_counter() - start)
        answer = json.loads(done.stdout)
        assert answer["days"] == 3288, answer["days"]
        assert answer["good"]["tiantan 2016"] == [183, 356], answer["good"]
        memory.append(answer["mb"])
    return [
        row(name="78,912 station-hours imported, evaluated, committed", unit="s", goal=f"< {GOAL_S:g}", runs=walls, met=lambda mine, _r: mine < GOAL_S, wall_s=sum(walls)),
        row(name="memory of that import", unit="MB", goal=f"< {GOAL_MB}", runs=memory, met=lambda mine, _r: mine < GOAL_MB),
    ]  # fmt: skip
