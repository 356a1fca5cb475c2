"""The nearest suitable of 100,000 teams: skill, readiness, free, then by road over a network of 20,000 pieces; a request's work, p99.

Everything a page does is in it: the mark of the register, who is busy, the index, the rows, the ways. Every straight answer of a sample is
compared with looking at all rows one by one; a difference fails. The cold question also builds index and network.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import Row, row

ROOT = Path(__file__).parents[1]
TEAMS, GOAL_MS = 100_000, 100

_CODE = """
import json, random, sys, time, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from anlan.base import clock
from anlan.kernel.access.actions import found_organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.maps.models import ImportedLayer
from anlan.packs.safety.team import finding
from anlan.packs.safety.team.models import Team
from anlan.packs.safety.team.rules import SKILLS
from anlan.science.geo.roads import straight
count, asked = int(sys.argv[1]), int(sys.argv[2])
at, draw = clock.now(), random.Random(11)
owner = found_organisation(actor=SYSTEM, code="D", name="D", kind="district", parent=None, at=at)
Team.objects.bulk_create((Team(organisation=owner, created_at=at, updated_at=at, code=f"T{n}", name=f"队{n}", kind="general",
    skills="、".join(draw.sample(SKILLS, 3)), people=10, leader="示例", phone="0", longitude=116.7 + draw.random(), latitude=38.7 + draw.random(),
    ready="ready" if n % 4 else "off", ready_on=clock.civil_date(at)) for n in range(count)), batch_size=2000)
size = 100
lines = [[[116.7 + x / size, 38.7 + y / size] for x in range(size + 1)] for y in range(size + 1)]
lines += [[[116.7 + x / size, 38.7 + y / size] for y in range(size + 1)] for x in range(size + 1)]
ImportedLayer.objects.create(slug="roads", title="路", crs="wgs84", source="bench", sha256="0" * 64, imported_at=at, imported_by="bench",
    features={"features": [{"geometry": {"type": "LineString", "coordinates": line}} for line in lines]})
start = time.perf_counter()
finding.nearest(117.2, 39.1, at=at, skill=SKILLS[0])
cold = time.perf_counter() - start
waits = []
for n in range(asked):
    x, y, skill = 116.7 + draw.random(), 38.7 + draw.random(), SKILLS[n % len(SKILLS)]
    start = time.perf_counter()
    found = finding.nearest(x, y, at=at, skill=skill)
    waits.append((time.perf_counter() - start) * 1000)
    assert len(found) == 20
    if n < 5:
        rows = Team.objects.filter(skills__contains=skill, ready="ready").values_list("pk", "longitude", "latitude")
        plain = [pk for _km, pk in sorted((straight((x, y), (a, b)), pk) for pk, a, b in rows)[:20]]
        assert [key for key, _km in finding.index(at).ask(x, y, tags=(skill, finding.READY), count=20)] == plain
        assert all(one.road_km is not None and one.road_km >= one.km * 0.999 for one in found)
print(json.dumps({"waits": waits, "cold": cold}))
"""


def rows(quick: bool = False) -> list[Row]:
    with tempfile.TemporaryDirectory() as var:
        env = {
            **os.environ,
            "ANLAN_VAR": var,
            "DJANGO_SETTINGS_MODULE": "anlan.server.settings",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        }
        env.pop("ANLAN_DATABASE_URL", None)
        words = [sys.executable, "-c", _CODE, str(5_000 if quick else TEAMS), "40" if quick else "300"]
        done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-1500:]
        told = json.loads(done.stdout.strip().splitlines()[-1])
    waits = sorted(told["waits"])
    p99 = waits[min(len(waits) - 1, int(len(waits) * 0.99))]
    return [
        row(name="nearest team of 100,000, by road, p99", unit="ms", goal=f"< {GOAL_MS} ms", runs=[p99], met=lambda ours, _ratio: ours < GOAL_MS),
        row(name="the first question after a change (index and network)", unit="s", goal="< 5 s", runs=[told["cold"]], met=lambda ours, _ratio: ours < 5),
    ]  # fmt: skip
