"""Words and figures of enterprise duty; what a gas reading says. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from anlan.kernel.casework.types import Level, Limit

WORKS: Mapping[str, tuple[str, Level]] = {
    "hot_special": ("特级动火", "red"), "hot_1": ("一级动火", "orange"), "hot_2": ("二级动火", "yellow"), "confined": ("受限空间", "orange"),
}  # fmt: skip
HOT = frozenset({"hot_special", "hot_1", "hot_2"})
LEVELS = {"first": "一级", "second": "二级", "third": "三级", "small": "小微达标", "none": "未达标"}
TRADES = {"chemical": "危险化学品", "cold": "涉氨制冷", "machine": "机械", "light": "轻工", "food": "食品", "storage": "仓储物流", "trade": "商贸", "build": "建筑施工", "other": "其他"}  # fmt: skip
CERTIFICATES = {
    "head": "主要负责人", "officer": "安全生产管理人员", "welding": "熔化焊接与热切割", "low_voltage": "低压电工", "high_voltage": "高压电工",
    "height": "高处作业", "cooling": "制冷与空调", "chemical": "危险化学品作业", "equipment": "特种设备作业", "other": "其他",
}  # fmt: skip
PROMISES = {"year": "年度安全承诺", "day": "每日风险研判与承诺"}
# 三同时: the stages in order; those that departments agree to together.
STAGES = {
    "condition": "安全条件（预评价）", "design": "安全设施设计", "build": "施工", "trial": "试生产", "accept": "竣工验收", "done": "已投用", "dropped": "已撤回",
}  # fmt: skip
JOINT = ("condition", "design", "accept")
OPINIONS = {"asked": "等答复", "agreed": "同意", "refused": "不同意"}
ANSWER_DAYS = 10  # working days that a department has; our own default


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))


def fee_items() -> Mapping[str, str]:
    items: Mapping[str, str] = _table()["fee"]["items"]
    return items


def source(part: str) -> str:
    """Where a part of the table comes from, with what is still to be verified."""
    row = _table()[part]
    return f"{row['source']}{'' if row['verified'] else '，条款待核'}"


def years(part: str) -> int:
    return int(_table()[part]["years"])


def fresh() -> timedelta:
    return timedelta(minutes=_table()["gas"]["fresh_minutes"])


def hours(work: str) -> int:
    return int(next(row["hours"] for row in _table()["validity"] if row["work"] == work))


def limits() -> tuple[Limit, ...]:
    """From approval on a permit is valid for so many hours; then a new one is applied for."""
    return tuple(
        Limit(slug=f"valid_{row['work']}", title="作业票有效期", state="approved", grade=row["work"], amount=row["hours"], unit="hours", law=row["law"])
        for row in _table()["validity"]
    )  # fmt: skip


@dataclass(frozen=True)
class GasLimit:
    code: str
    title: str
    unit: str
    low: Decimal | None
    high: Decimal | None
    works: tuple[str, ...]

    def says(self, value: Decimal) -> str:
        """What is wrong with a value, or nothing."""
        if self.low is not None and value < self.low:
            return f"{self.title} {value:f} {self.unit}，低于 {self.low:f}"
        if self.high is not None and value > self.high:
            return f"{self.title} {value:f} {self.unit}，高于 {self.high:f}"
        return ""


def _bound(row: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(str(row[name])) if name in row else None


@cache
def gases() -> tuple[GasLimit, ...]:
    return tuple(
        GasLimit(row["code"], row["title"], row["unit"], _bound(row, "low"), _bound(row, "high"), tuple(row["works"]))
        for row in _table()["gas"]["limit"]
    )  # fmt: skip


def wrong(work: str, reading: Mapping[str, Decimal | None]) -> tuple[list[str], list[str]]:
    """(gases that must be measured for this work and are not, what is out of range). Both empty: somebody may go in."""
    missing, found = [], []
    for gas in gases():
        value = reading.get(gas.code)
        if value is not None and (said := gas.says(value)):
            found.append(said)
        elif value is None and work in gas.works:
            missing.append(gas.title)
    return missing, found


def stale(taken_at: datetime, at: datetime) -> bool:
    return at - taken_at > fresh()
