"""用车大户 (E9): firms with many heavy vehicles, their stages, and the gate that records them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import F, Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, register, sheet, yes

KINDS = {
    "logistics": "物流",
    "industry": "工业企业",
    "site": "工地、渣土",
    "bus": "公交客运",
    "sanitation": "环卫",
    "other": "其他",
}


class Fleet(Site):
    kind = models.CharField(max_length=12)
    heavy = models.IntegerField()
    old = models.IntegerField()  # 国四及以下
    newest = models.IntegerField()  # 国六
    electric = models.IntegerField()
    daily = models.IntegerField(null=True)
    gate = models.BooleanField(default=False)
    linked = models.BooleanField(default=False)
    white = models.BooleanField(default=False)


def check(values: Values) -> Sequence[Problem]:
    found = []
    if values["old"] + values["newest"] + values["electric"] > values["heavy"]:
        found.append(Problem("heavy", "重型车：国四及以下、国六、新能源之和多于总数。"))
    if values["linked"] and not values["gate"]:
        found.append(Problem("gate", "门禁：联网的先要有门禁。"))
    return found


SHEET = sheet(
    "fleet", "fleets", "用车大户", Fleet,
    (
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("heavy", "重型车", kind="int", required=True, unit="辆", minimum=1, maximum=100000),
        Column("old", "国四及以下", kind="int", required=True, unit="辆", minimum=0, maximum=100000),
        Column("newest", "国六", kind="int", required=True, unit="辆", minimum=0, maximum=100000),
        Column("electric", "新能源", kind="int", required=True, unit="辆", minimum=0, maximum=100000),
        Column("daily", "日均进出", kind="int", unit="辆次", minimum=0, maximum=1000000, in_list=False), yes("gate", "门禁"), yes("linked", "门禁联网"),
        yes("white", "保障类", help="重污染天气期间保民生的车队"),
    ),
    check=check, duty="一家一行，每半年核对车数；重污染天气期间按清单管控。",
)  # fmt: skip
RATIOS = (
    Ratio(slug="gate", title="用车大户门禁联网率", text="门禁联网的 ÷ 用车大户。", indicators=("用车大户门禁系统安装率", "用车大户门禁联网率"), unit="家",
          part=Q(gate=True, linked=True)),
    Ratio(slug="clean", title="用车大户国六和新能源车占比", text="国六和新能源重型车之和 ÷ 重型车之和。", indicators=("用车大户国六和新能源车占比",), unit="辆",
          whole=F("heavy"), part=F("newest") + F("electric")),
)  # fmt: skip
DEMO = (
    ("SL-S02", {"code": "YC-01", "name": "示例物流园乙", "kind": "logistics", "heavy": 120, "old": 18, "newest": 60, "electric": 24, "daily": 210, "gate": True, "linked": True,
                "address": "示例北路 60 号", "longitude": 117.24, "latitude": 39.174, "looked_on": date(2025, 5, 12), "result": "pass"}),
    ("SL-S04", {"code": "YC-02", "name": "示例渣土运输丁", "kind": "site", "heavy": 40, "old": 22, "newest": 8, "electric": 0, "gate": True, "address": "示例东路 9 号",
                "longitude": 117.237, "latitude": 39.15}),
)  # fmt: skip
CAPABILITY = register(SHEET, slug="fleet", ratios=RATIOS, demo=DEMO, value=lambda row: f"{row.heavy}辆")
