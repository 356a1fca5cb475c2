"""Words, weights and clocks of the bureau's enforcement. Pure; tables are dated data beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from anlan.kernel.casework.limits import read as read_limits
from anlan.kernel.casework.types import Limit
from anlan.kernel.penalties.rules import read
from anlan.kernel.penalties.types import Regime

SLUG = "enforcement"
CATEGORIES = {
    "chemical": "危险化学品", "industry": "工贸", "cold": "涉氨制冷", "crowded": "人员密集场所", "storage": "仓储", "other": "其他",
}  # fmt: skip
WEIGHTS = {
    "red": 8,
    "orange": 4,
    "yellow": 2,
    "blue": 1,
}  # 本系统默认值: a red object is drawn eight times as readily as a blue one
REST_DAYS = 90  # 本系统默认值: what was inspected at random is left alone so long
_HERE = Path(__file__).parent


def limits(kind: str) -> tuple[Limit, ...]:
    return read_limits(_HERE / "limits.toml", kind)


@cache
def regime() -> Regime:
    return read((_HERE / "discretion.toml").read_text(encoding="utf-8"), slug=f"{SLUG}/penalty", title="应急管理处罚")
