"""VOCs 源 (E9): one source, one policy (一源一策), and what treats the exhaust."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, both, order, register, sheet, yes

TRADES = {
    "print": "包装印刷",
    "coat": "工业涂装",
    "chemical": "化工",
    "furniture": "家具",
    "glue": "胶粘",
    "other": "其他",
}
FACILITIES = {
    "none": "没有",
    "rto": "蓄热燃烧",
    "rco": "催化燃烧",
    "carbon": "活性炭",
    "low": "光氧、等离子、水喷淋（低效）",
}
POOR = ("none", "low")


class VocSource(Site):
    trade = models.CharField(max_length=12)
    permit = models.CharField(max_length=40, blank=True)
    emission = models.DecimalField(max_digits=10, decimal_places=3)
    has_policy = models.BooleanField(default=False)
    policy_on = models.DateField(null=True)
    facility = models.CharField(max_length=8)
    was_low = models.BooleanField(default=False)
    upgraded_on = models.DateField(null=True)
    low_voc = models.BooleanField(default=False)


def check(values: Values) -> Sequence[Problem]:
    found = both(values, "has_policy", "policy_on", "编制日期：有一源一策的要写。")
    if values["upgraded_on"] and values["facility"] in POOR:
        found.append(Problem("facility", "治理设施：升级过的不会还是低效设施。"))
    if values["upgraded_on"] and not values["was_low"]:
        found.append(Problem("was_low", "原是低效设施：升级过的填是。"))
    if values["was_low"] and values["facility"] not in POOR and values["upgraded_on"] is None:
        found.append(Problem("upgraded_on", "升级日期：换了设施的要写。"))
    return found + order(values, "policy_on", "upgraded_on", "升级日期：早于一源一策编制日期。")


SHEET = sheet(
    "voc_source", "voc_sources", "挥发性有机物源", VocSource,
    (
        Column("trade", "行业", kind="choice", required=True, choices=TRADES, filterable=True), Column("permit", "排污许可证", max_length=40, in_list=False),
        Column("emission", "年排放", kind="decimal", required=True, unit="吨", minimum=0, maximum=100000), Column("has_policy", "一源一策", kind="bool"),
        Column("policy_on", "编制日期", kind="date", past=True, in_list=False), Column("facility", "治理设施", kind="choice", required=True, choices=FACILITIES, filterable=True),
        yes("was_low", "原是低效设施"), Column("upgraded_on", "升级日期", kind="date", past=True, in_list=False), yes("low_voc", "低挥发性原辅料"),
    ),
    check=check, duty="一家一行；主要源编一源一策，低效设施升级。",
)  # fmt: skip
RATIOS = (
    Ratio(slug="policy", title="挥发性有机物一源一策编制率", text="编了一源一策的 ÷ 挥发性有机物源。", indicators=("一源一策编制率", "挥发性有机物一源一策编制率"), unit="家",
          part=Q(has_policy=True)),
    Ratio(slug="upgraded", title="低效治理设施升级率", text="原是低效设施、已经升级的 ÷ 原是低效设施的。", indicators=("低效治理设施升级率",), unit="家",
          whole=Q(was_low=True), part=~Q(upgraded_on=None)),
)  # fmt: skip
DEMO = (
    ("SL-S01", {"code": "VOC-01", "name": "示例纸箱厂乙", "trade": "print", "emission": "1.850", "has_policy": True, "policy_on": date(2023, 6, 1), "facility": "rco", "was_low": True,
                "upgraded_on": date(2024, 11, 1), "low_voc": True, "address": "示例西路 3 号", "longitude": 117.187, "latitude": 39.18, "looked_on": date(2025, 5, 28), "result": "pass"}),
    ("SL-S02", {"code": "VOC-02", "name": "示例家具厂丁", "trade": "furniture", "emission": "0.620", "facility": "low", "was_low": True, "address": "示例北路 70 号",
                "longitude": 117.243, "latitude": 39.172, "looked_on": date(2025, 5, 28), "result": "fail", "found": "光氧灯管不亮"}),
)  # fmt: skip
CAPABILITY = register(
    SHEET, slug="voc_source", ratios=RATIOS, demo=DEMO, kind="industry", value=lambda row: FACILITIES[row.facility]
)
