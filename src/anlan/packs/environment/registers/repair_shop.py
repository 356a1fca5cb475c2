"""汽修企业 (E9): paint booths and what treats their exhaust."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, register, sheet, yes

CLASSES = {"1": "一类", "2": "二类", "3": "三类"}
TREATMENTS = {"none": "没有", "carbon": "活性炭", "burn": "催化燃烧", "light": "光氧、等离子（低效）", "other": "其他"}
POOR = ("none", "light")  # what does not count as treated


class RepairShop(Site):
    grade = models.CharField(max_length=4)
    booths = models.IntegerField()
    treatment = models.CharField(max_length=8)
    carbon_on = models.DateField(null=True)
    waterborne = models.BooleanField(default=False)
    contract = models.BooleanField(default=False)

    @property
    def treated(self) -> bool:
        return self.treatment not in POOR


def check(values: Values) -> Sequence[Problem]:
    found = []
    if values["booths"] == 0 and values["treatment"] != "none":
        found.append(Problem("treatment", "废气治理：没有喷烤漆房的选“没有”。"))
    if (values["treatment"] == "carbon") != (values["carbon_on"] is not None):
        found.append(Problem("carbon_on", "换炭日期：用活性炭的写最近一次，别的空着。"))
    return found


SHEET = sheet(
    "repair_shop", "repair_shops", "汽修企业", RepairShop,
    (
        Column("grade", "类别", kind="choice", required=True, choices=CLASSES, filterable=True), Column("booths", "喷烤漆房", kind="int", required=True, unit="间", minimum=0, maximum=50),
        Column("treatment", "废气治理", kind="choice", required=True, choices=TREATMENTS, filterable=True), Column("carbon_on", "换炭日期", kind="date", past=True),
        yes("waterborne", "水性漆"), yes("contract", "危险废物委托处置"),
    ),
    check=check, duty="一家一行；喷漆在密闭房里做，废气收集治理，废活性炭按危险废物管。",
)  # fmt: skip
RATIOS = (
    Ratio(slug="treated", title="汽修喷漆废气治理率", text="有喷烤漆房的汽修企业中，用活性炭、催化燃烧等有效治理的 ÷ 有喷烤漆房的；光氧、等离子不算。",
          indicators=("汽修喷漆废气治理率",), unit="家", whole=Q(booths__gt=0), part=~Q(treatment__in=POOR)),
)  # fmt: skip
DEMO = (
    ("SL-S04", {"code": "QX-01", "name": "示例汽修甲", "grade": "1", "booths": 2, "treatment": "carbon", "carbon_on": date(2025, 5, 1), "waterborne": True, "contract": True, "address": "示例东路 12 号",
                "longitude": 117.235, "latitude": 39.143, "looked_on": date(2025, 6, 11), "result": "pass"}),
    ("SL-S03", {"code": "QX-02", "name": "示例汽修乙", "grade": "2", "booths": 1, "treatment": "light", "address": "示例西路 21 号", "longitude": 117.186, "latitude": 39.145,
                "looked_on": date(2025, 6, 11), "result": "fail", "found": "低效设施，炭箱缺失"}),
    ("SL-S02", {"code": "QX-03", "name": "示例快修丙", "grade": "3", "booths": 0, "treatment": "none", "address": "示例北路 50 号", "longitude": 117.23, "latitude": 39.175}),
)  # fmt: skip
CAPABILITY = register(
    SHEET, slug="repair_shop", ratios=RATIOS, demo=DEMO, kind="repair", value=lambda row: TREATMENTS[row.treatment]
)
