"""裸地 (E9): how large, and how much of it is covered, planted or paved."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import models
from django.db.models import F

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, register, sheet

KINDS = {"demolished": "拆迁空地", "waiting": "待建", "yard": "堆场", "roadside": "路边", "other": "其他"}
TREATMENTS = {"none": "没有治理", "net": "苫盖", "green": "绿化", "hard": "硬化", "agent": "抑尘剂"}


class BareLand(Site):
    kind = models.CharField(max_length=12)
    owner = models.CharField(max_length=80)
    area = models.DecimalField(max_digits=12, decimal_places=1)
    treatment = models.CharField(max_length=8)
    treated = models.DecimalField(max_digits=12, decimal_places=1)


def check(values: Values) -> Sequence[Problem]:
    found = []
    if values["treated"] > values["area"]:
        found.append(Problem("treated", f"治理面积：不能大于裸露面积 {values['area']} 平方米。"))
    if (values["treatment"] == "none") != (values["treated"] == 0):
        found.append(Problem("treatment", "治理方式：没有治理的面积写 0；治理了的写方式和面积。"))
    return found


SHEET = sheet(
    "bare_land", "bare_lands", "裸地", BareLand,
    (
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True), Column("owner", "管理单位", required=True, max_length=80),
        Column("area", "裸露面积", kind="decimal", required=True, unit="平方米", minimum=1, maximum=1e8),
        Column("treatment", "治理方式", kind="choice", required=True, choices=TREATMENTS, filterable=True),
        Column("treated", "治理面积", kind="decimal", required=True, unit="平方米", minimum=0, maximum=1e8),
    ),
    check=check, review_days=90, duty="一块一行；变成工地或建成以后停用。",
)  # fmt: skip
RATIOS = (
    Ratio(slug="treated", title="裸地治理率", text="治理面积之和 ÷ 裸露面积之和。", indicators=("裸地治理率", "裸露地面治理率"), unit="平方米",
          whole=F("area"), part=F("treated")),
)  # fmt: skip
DEMO = (
    ("SL-S01", {"code": "LD-01", "name": "示例拆迁空地甲", "kind": "demolished", "owner": "示例一街道", "area": 12000, "treatment": "net", "treated": 12000,
                "address": "示例西路", "longitude": 117.188, "latitude": 39.172}),
    ("SL-S04", {"code": "LD-02", "name": "示例待建地块乙", "kind": "waiting", "owner": "示例土地整理中心", "area": 30000, "treatment": "green", "treated": 18000,
                "address": "示例东路", "longitude": 117.236, "latitude": 39.146}),
)  # fmt: skip
CAPABILITY = register(SHEET, slug="bare_land", ratios=RATIOS, demo=DEMO, value=lambda row: TREATMENTS[row.treatment])
