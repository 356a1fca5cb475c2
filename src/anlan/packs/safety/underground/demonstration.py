"""Three measured spaces and one that nothing measures in (示例)."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.observations import demonstration
from anlan.kernel.registry import actions
from anlan.packs.safety.underground.models import UndergroundSpace
from anlan.packs.safety.underground.sheets import SPACES

_HERE = Path(__file__).parent
PAST = timedelta(days=2)  # the rules count for the history that the simulated devices bring


def load(at: datetime) -> None:
    text = (_HERE / "demonstration.toml").read_text(encoding="utf-8")
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at - PAST)
    demonstration.load(text, at)
    for row in tomllib.loads(text)["space"]:
        if not UndergroundSpace.objects.filter(code=row["code"]).exists():
            values = {column.name: row.get(column.name, "") for column in SPACES.columns}
            values |= {"depth": Decimal(str(row["depth"])), "checked_on": None}
            organisation = Organisation.objects.get(code=row["organisation"])
            actions.add(actor=SYSTEM, sheet=SPACES, organisation=organisation, values=values, at=at, is_demo=True)
