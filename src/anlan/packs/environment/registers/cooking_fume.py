"""餐饮油烟 (E9): stoves, purifier and when it was last cleaned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, both, register, sheet, yes

# Standard stoves of each size: GB 18483-2001 table 1 as recalled, not read in its own text yet.
SCALES = {"small": "小型", "middle": "中型", "large": "大型"}
LEAST = {"small": 1, "middle": 3, "large": 6}


class FumeSource(Site):
    stoves = models.IntegerField()
    scale = models.CharField(max_length=8)
    purifier = models.BooleanField(default=False)
    model = models.CharField(max_length=80, blank=True)
    cleaned_on = models.DateField(null=True)
    duct = models.BooleanField(default=False)
    online = models.BooleanField(default=False)


def scale_of(stoves: int) -> str:
    return max((one for one in SCALES if stoves >= LEAST[one]), key=lambda one: LEAST[one])


def check(values: Values) -> Sequence[Problem]:
    found = both(values, "purifier", "model", "净化器型号：装了的要写。")
    wanted = scale_of(values["stoves"])
    if values["scale"] != wanted:
        found.append(Problem("scale", f"规模：{values['stoves']} 个基准灶头是{SCALES[wanted]}。"))
    if values["cleaned_on"] and not values["purifier"]:
        found.append(Problem("cleaned_on", "清洗日期：没有净化器的空着。"))
    return found


SHEET = sheet(
    "cooking_fume", "fume_sources", "餐饮油烟", FumeSource,
    (
        Column("stoves", "基准灶头", kind="int", required=True, unit="个", minimum=1, maximum=200), Column("scale", "规模", kind="choice", required=True, choices=SCALES, filterable=True),
        Column("purifier", "净化器", kind="bool"), Column("model", "净化器型号", max_length=80, in_list=False), Column("cleaned_on", "最近清洗", kind="date", past=True),
        yes("duct", "专用烟道"), yes("online", "在线监控"),
    ),
    check=check, duty="一家一行；净化器按期清洗、留记录。", basis="GB 18483-2001 表 1（条款待核）",
)  # fmt: skip
RATIOS = (
    Ratio(slug="purified", title="餐饮油烟净化设施安装率", text="装了净化器的 ÷ 餐饮单位。", indicators=("餐饮油烟净化设施安装率", "油烟净化器安装率"), unit="家",
          part=Q(purifier=True)),
    Ratio(slug="passed", title="餐饮油烟检查合格率", text="最近一次检查合格或已改好的 ÷ 检查过的。", indicators=("餐饮油烟检查合格率",), unit="家",
          whole=~Q(result=""), part=Q(result__in=("pass", "mended"))),
)  # fmt: skip
DEMO = (
    ("SL-S03", {"code": "YY-01", "name": "示例饭馆乙", "stoves": 4, "scale": "middle", "address": "示例南路 20 号", "longitude": 117.198, "latitude": 39.149,
                "looked_on": date(2025, 6, 30), "result": "fail", "found": "没有装净化器"}),
    ("SL-S01", {"code": "YY-02", "name": "示例酒楼甲", "stoves": 12, "scale": "large", "purifier": True, "model": "示例型号 A", "cleaned_on": date(2025, 6, 1), "duct": True, "online": True,
                "address": "示例大道 2 号", "longitude": 117.207, "latitude": 39.18, "looked_on": date(2025, 6, 18), "result": "pass"}),
)  # fmt: skip
CAPABILITY = register(
    SHEET, slug="cooking_fume", ratios=RATIOS, demo=DEMO, value=lambda row: "有净化器" if row.purifier else "没有净化器"
)
