"""Two rain gauges, a level station and their lines (示例)."""

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
from anlan.packs.safety.rain_and_water.models import WarningLine
from anlan.packs.safety.rain_and_water.sheets import LINES

_HERE = Path(__file__).parent
PAST = timedelta(days=2)  # the rules count for the history that the simulated devices bring


def load(at: datetime) -> None:
    text = (_HERE / "demonstration.toml").read_text(encoding="utf-8")
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at - PAST)
    demonstration.load(text, at)
    district = Organisation.objects.get(code="SL")
    for row in tomllib.loads(text)["line"]:
        if not WarningLine.objects.filter(code=row["code"]).exists():
            values = {"datum": "", "valid_to": None, **row, "value": Decimal(str(row["value"]))}
            actions.add(actor=SYSTEM, sheet=LINES, organisation=district, values=values, at=at, is_demo=True)
