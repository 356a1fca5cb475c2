"""Two invented vehicles, one route and two areas (示例)."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.observations import demonstration
from anlan.kernel.registry import actions
from anlan.packs.safety.dangerous_goods_vehicle.sheets import AREAS, ROUTES, VEHICLES

_HERE = Path(__file__).parent
PAST = timedelta(days=2)  # the rules count for the history that the simulated devices bring


def load(at: datetime) -> None:
    text = (_HERE / "demonstration.toml").read_text(encoding="utf-8")
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at - PAST)
    demonstration.load(text, at)
    given = tomllib.loads(text)
    for sheet, rows in ((AREAS, given["area"]), (ROUTES, given["route"]), (VEHICLES, given["vehicle"])):
        for row in rows:
            if not sheet.model.objects.filter(**{sheet.key: row[sheet.key]}).exists():
                values = {column.name: row.get(column.name, _EMPTY.get(column.kind)) for column in sheet.columns}
                organisation = Organisation.objects.get(code=row["organisation"])
                actions.add(actor=SYSTEM, sheet=sheet, organisation=organisation, values=values, at=at, is_demo=True)


_EMPTY = {"text": "", "long": "", "choice": ""}
