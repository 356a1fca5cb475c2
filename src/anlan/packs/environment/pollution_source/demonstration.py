"""The demonstration's sources, limits and dosing ledger: all made up (示例)."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from anlan.base.clock import civil_date
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.observations import demonstration
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.models import Station
from anlan.packs.environment.pollution_source import actions
from anlan.packs.environment.pollution_source.models import Dosing, Limit
from anlan.packs.environment.pollution_source.sheet import DOSING

_HERE = Path(__file__).parent
LEDGER_DAYS = 30


def load(at: datetime) -> None:
    """Idempotent."""
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at)
    text = (_HERE / "demonstration.toml").read_text(encoding="utf-8")
    demonstration.load(text, at)
    for row in tomllib.loads(text)["limit"]:
        station = Station.objects.get(code=row["station"])
        if not Limit.objects.filter(station=station, item=row["item"]).exists():
            actions.set_limit(
                actor=SYSTEM, station=station, item=row["item"], high=Decimal(row["high"]), at=at, permit=row.get("permit", ""),
                low=Decimal(row["low"]) if "low" in row else None, basis=row["basis"], valid_from=date(2021, 1, 1),
                reference_oxygen=Decimal(row["oxygen"]) if "oxygen" in row else None,
            )  # fmt: skip
    _ledger(civil_date(at), at)


def _ledger(today: date, at: datetime) -> None:
    """A line a day, with one of too little chlorine and one day nobody wrote down."""
    station = Station.objects.get(code="YF-01")
    if Dosing.objects.exists():
        return
    for back in range(LEDGER_DAYS, 0, -1):
        day = today - timedelta(days=back)
        if back == 11:
            continue
        values = {
            "code": f"YF-01-{day:%Y%m%d}", "station_code": station.code, "dosed_on": day, "agent": "naclo", "working": back != 6,
            "kilograms": Decimal(38 + back * 7 % 5), "cubic_metres": Decimal(310 + back * 13 % 40),
            "chlorine": Decimal("2.4") if back == 6 else Decimal("4.1") + Decimal(back % 4) / 10, "contact_minutes": 90,
        }  # fmt: skip
        registry.add(actor=SYSTEM, sheet=DOSING, organisation=station.organisation, values=values, at=at, is_demo=True)
