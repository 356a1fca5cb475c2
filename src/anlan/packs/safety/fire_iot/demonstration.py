"""Three invented buildings, hydrants of three roads with two years of checks (示例)."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

from anlan.base.clock import civil_date
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.observations import demonstration
from anlan.kernel.registry import actions as registry
from anlan.packs.safety.fire_iot import actions
from anlan.packs.safety.fire_iot.models import FireUnit, Hydrant, HydrantNeed
from anlan.packs.safety.fire_iot.sheets import HYDRANTS, NEEDS, UNITS

_HERE = Path(__file__).parent
PAST = timedelta(days=2)  # the rules count for the history that the simulated devices bring
# Road → hydrants there are, where the first stands, from one to the next (degrees).
_ROADS = {
    "示例大道": (8, (117.2060, 39.1860), (0.0007, -0.0060)),
    "示例南路": (6, (117.1900, 39.1490), (0.0090, 0.0)),
    "示例支路": (3, (117.2240, 39.1600), (0.0025, -0.0030)),
}
_BROKEN = {"XHS-05": "阀门锈死", "XHS-12": "被车辆撞歪"}


def load(at: datetime) -> None:
    text = (_HERE / "demonstration.toml").read_text(encoding="utf-8")
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at - PAST)
    demonstration.load(text, at)
    given = tomllib.loads(text)
    for row in given["unit"]:
        if not FireUnit.objects.filter(code=row["code"]).exists():
            values = {"beds": None, "smokes": None, **row}
            organisation = Organisation.objects.get(code=values.pop("organisation"))
            registry.add(actor=SYSTEM, sheet=UNITS, organisation=organisation, values=values, at=at, is_demo=True)
    district = Organisation.objects.get(code="SL")
    for row in given["need"]:
        if not HydrantNeed.objects.filter(code=row["code"]).exists():
            values = {**row, "valid_from": date(2021, 1, 1), "basis": "示例"}
            registry.add(actor=SYSTEM, sheet=NEEDS, organisation=district, values=values, at=at, is_demo=True)
    if not Hydrant.objects.exists():
        _hydrants(district, at)


def _hydrants(district: Organisation, at: datetime) -> None:
    number = 0
    for road, (count, first, step) in _ROADS.items():
        for place in range(count):
            number += 1
            values = {
                "code": f"XHS-{number:02d}", "road": road, "address": f"{road}第 {place + 1} 个", "kind": "above", "installed_on": date(2019, 5, 1),
                "longitude": round(first[0] + place * step[0], 6), "latitude": round(first[1] + place * step[1], 6),
            }  # fmt: skip
            row = registry.add(actor=SYSTEM, sheet=HYDRANTS, organisation=district, values=values, at=at, is_demo=True)
            assert isinstance(row, Hydrant)  # noqa: S101 - the sheet's own model
            for days in (380, 40):
                fault = _BROKEN.get(row.code, "") if days == 40 else ""
                actions.check_hydrant(
                    actor=SYSTEM,
                    hydrant=row,
                    checked_on=civil_date(at) - timedelta(days=days),
                    sound=not fault,
                    fault=fault,
                    at=at,
                )
