"""Invented figures of the demonstration district (示例), for the years of its plan that have ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.base.clock import civil_date
from anlan.kernel.capability import registers
from anlan.kernel.response.models import Incident
from anlan.packs.safety.toll.sheets import CULTURE, RULINGS, YEARS

_OFFICE = "SL-B11"
# year: deaths at work, of them in trade, deaths and loss (万元) by disasters
_BEFORE = {
    2021: (3, 1, 0, 820),
    2022: (2, 0, 0, 460),
    2023: (2, 1, 0, 1530),
    2024: (1, 0, 0, 240),
    2025: (2, 1, 0, 610),
}


def _year(year: int) -> dict[str, Any]:
    work, trade, dead, loss = _BEFORE.get(year, (1, 0, 0, 300))
    return {
        "organisation": _OFFICE, "year": str(year), "gdp": str(420 + 18 * (year - 2021)), "residents": "64.7", "trade_workers": "98000",
        "source": f"示例：{year} 年统计公报，不是真实数据", "work_deaths": str(work), "trade_deaths": str(trade), "disaster_deaths": str(dead),
        "disaster_loss": str(loss), "earlier_source": f"示例：{year} 年事故和灾情年报，不是真实数据",
    }  # fmt: skip


def load(at: datetime) -> None:
    registers.load(YEARS, [_year(year) for year in range(2021, civil_date(at).year)], at)
    flooded = Incident.objects.filter(is_demo=True, mode="real", kind="flood").order_by("pk").first()
    if flooded is not None:
        ruled = {
            "number": flooded.number,
            "field": "disaster",
            "ruled_on": 0,
            "basis": "示例：灾情认定书，不是真实文件",
        }
        registers.load(RULINGS, [{"organisation": _OFFICE, **ruled}], at)
    base = {
        "organisation": _OFFICE,
        "code": "WH-01",
        "name": "示例应急文化基地",
        "address": "示例路 12 号",
        "state": "open",
        "opened_on": -400,
    }
    registers.load(CULTURE, [base], at)
