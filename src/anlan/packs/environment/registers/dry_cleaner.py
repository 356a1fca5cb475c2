"""干洗店 (E9): machines, how many are closed, the solvent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import F

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, register, sheet, yes

SOLVENTS = {"perc": "四氯乙烯", "petroleum": "石油溶剂", "water": "水洗"}


class DryCleaner(Site):
    machines = models.IntegerField()
    closed = models.IntegerField()
    solvent = models.CharField(max_length=12)
    used = models.DecimalField(max_digits=8, decimal_places=1, null=True)
    recovery = models.BooleanField(default=False)
    contract = models.BooleanField(default=False)


def check(values: Values) -> Sequence[Problem]:
    if values["closed"] > values["machines"]:
        return [Problem("closed", f"全封闭干洗机：不能多于干洗机 {values['machines']} 台。")]
    return []


SHEET = sheet(
    "dry_cleaner", "dry_cleaners", "干洗店", DryCleaner,
    (
        Column("machines", "干洗机", kind="int", required=True, unit="台", minimum=1, maximum=100), Column("closed", "全封闭干洗机", kind="int", required=True, unit="台", minimum=0, maximum=100),
        Column("solvent", "溶剂", kind="choice", required=True, choices=SOLVENTS, filterable=True),
        Column("used", "年用溶剂", kind="decimal", unit="千克", minimum=0, maximum=100000, in_list=False), yes("recovery", "溶剂回收"), yes("contract", "废溶剂委托处置"),
    ),
    check=check, duty="一家一行；开启式干洗机换成全封闭的。",
)  # fmt: skip
RATIOS = (
    Ratio(slug="closed", title="全封闭干洗机使用率", text="全封闭干洗机之和 ÷ 干洗机之和。", indicators=("全封闭干洗机使用率",), unit="台", whole=F("machines"),
          part=F("closed")),
)  # fmt: skip
DEMO = (
    ("SL-S01", {"code": "GX-01", "name": "示例干洗店甲", "machines": 3, "closed": 2, "solvent": "perc", "used": 180, "recovery": True, "contract": True, "address": "示例大道 15 号",
                "longitude": 117.204, "latitude": 39.17, "looked_on": date(2025, 5, 20), "result": "pass"}),
    ("SL-S02", {"code": "GX-02", "name": "示例洗衣房乙", "machines": 1, "closed": 1, "solvent": "petroleum", "address": "示例北路 33 号", "longitude": 117.225, "latitude": 39.176}),
)  # fmt: skip
CAPABILITY = register(SHEET, slug="dry_cleaner", ratios=RATIOS, demo=DEMO, value=lambda row: SOLVENTS[row.solvent])
