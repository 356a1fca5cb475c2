"""Words, weights, clocks and cards of the environment's inspection. Pure; tables are dated data beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from anlan.kernel.casework.limits import read as read_limits
from anlan.kernel.casework.types import Level, Limit
from anlan.kernel.penalties.rules import read
from anlan.kernel.penalties.types import Dated, Regime

SLUG = "inspection"
CATEGORIES = {
    "boiler": "锅炉", "industry": "工业企业", "medical": "医疗机构", "station": "加油站、油库", "site": "施工工地", "repair": "汽修", "other": "其他",
}  # fmt: skip
WEIGHTS = {"red": 5, "orange": 3, "yellow": 2, "blue": 1}  # 本系统默认值: key, special, general supervision
REST_DAYS = 90  # 本系统默认值
GRADES: Mapping[str, tuple[str, Level]] = {"general": ("一般", ""), "major": ("严重", "red")}
COLOURS: Mapping[str, tuple[str, Level]] = {"yellow": ("黄牌", "yellow"), "red": ("红牌", "red")}
_HERE = Path(__file__).parent


def limits(kind: str) -> tuple[Limit, ...]:
    return read_limits(_HERE / "limits.toml", kind)


@cache
def regime() -> Regime:
    return read((_HERE / "discretion.toml").read_text(encoding="utf-8"), slug=f"{SLUG}/penalty", title="生态环境处罚")


@dataclass(frozen=True, kw_only=True)
class CardRule(Dated):
    """Which fact gives a card of which colour."""

    code: str
    colour: str
    title: str


@cache
def card_rules() -> tuple[CardRule, ...]:
    rows = tomllib.loads((_HERE / "cards.toml").read_text(encoding="utf-8"))["rule"]
    return tuple(CardRule(**row) for row in rows)


def card_rule(code: str, on: date) -> CardRule | None:
    """The rule in force on that day."""
    return next((one for one in card_rules() if one.code == code and one.holds(on)), None)
