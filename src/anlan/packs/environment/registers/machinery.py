"""非道路移动机械编码 (E9): which machines are there, which stage they meet, whether each carries its code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, both, order, register, sheet, yes

KINDS = {
    "excavator": "挖掘机",
    "loader": "装载机",
    "forklift": "叉车",
    "roller": "压路机",
    "paver": "摊铺机",
    "dozer": "推土机",
    "other": "其他",
}
FUELS = {"diesel": "柴油", "electric": "电", "gas": "燃气", "other": "其他"}
STAGES = {"1": "国一及以前", "2": "国二", "3": "国三", "4": "国四", "electric": "电动", "unknown": "不明"}


class Machine(Site):
    kind = models.CharField(max_length=12)
    owner = models.CharField(max_length=80)
    fuel = models.CharField(max_length=12)
    stage = models.CharField(max_length=12)
    power = models.DecimalField(max_digits=8, decimal_places=1, null=True)
    made_on = models.DateField(null=True)
    coded = models.BooleanField(default=False)
    number = models.CharField(max_length=20, blank=True)
    coded_on = models.DateField(null=True)


def check(values: Values) -> Sequence[Problem]:
    found = both(values, "coded", "number", "环保编码：已编码的写编码。") + both(
        values, "coded", "coded_on", "编码日期：已编码的写日期。"
    )
    if not values["coded"] and values["number"]:
        found.append(Problem("coded", "已编码：写了编码就填是。"))
    if (values["fuel"] == "electric") != (values["stage"] == "electric"):
        found.append(Problem("stage", "排放阶段：电动机械的燃料和阶段都选电。"))
    return found + order(values, "made_on", "coded_on", "编码日期：早于出厂日期。")


SHEET = sheet(
    "machinery", "machines", "非道路移动机械", Machine,
    (
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True), Column("owner", "所有人", required=True, max_length=80),
        Column("fuel", "燃料", kind="choice", required=True, choices=FUELS, filterable=True),
        Column("stage", "排放阶段", kind="choice", required=True, choices=STAGES, filterable=True),
        Column("power", "功率", kind="decimal", unit="kW", minimum=0.1, maximum=5000, in_list=False), Column("made_on", "出厂日期", kind="date", in_list=False, past=True),
        yes("coded", "已编码"), Column("number", "环保编码", max_length=20), Column("coded_on", "编码日期", kind="date", in_list=False, past=True),
    ),
    check=check, duty="一台一行，进场先查编码；重污染天气期间按应急措施禁用低阶段的。",
)  # fmt: skip
RATIOS = (
    Ratio(slug="coded", title="非道路移动机械编码登记率", text="已编码的 ÷ 台账里在用的机械。", indicators=("非道路移动机械编码登记率",), unit="台",
          part=Q(coded=True)),
)  # fmt: skip
DEMO = (
    ("SL-S01", {"code": "JX-01", "name": "示例挖掘机 1 号", "kind": "excavator", "owner": "示例机械租赁甲", "fuel": "diesel", "stage": "3", "power": 110, "coded": True,
                "number": "3SL0000001", "coded_on": date(2024, 5, 8), "looked_on": date(2025, 6, 20), "result": "pass"}),
    ("SL-S01", {"code": "JX-02", "name": "示例装载机 2 号", "kind": "loader", "owner": "示例机械租赁甲", "fuel": "diesel", "stage": "2", "power": 162, "looked_on": date(2025, 6, 20),
                "result": "fail", "found": "冒黑烟，没有编码"}),
    ("SL-S02", {"code": "JX-03", "name": "示例电动叉车 3 号", "kind": "forklift", "owner": "示例物流乙", "fuel": "electric", "stage": "electric", "coded": True,
                "number": "DSL0000003", "coded_on": date(2025, 1, 15)}),
)  # fmt: skip
CAPABILITY = register(SHEET, slug="machinery", ratios=RATIOS, demo=DEMO, on_map=False)
