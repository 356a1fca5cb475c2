"""加油站油气回收 (E9): the three tests, and the monitor on line where much petrol is sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, register, sheet, yes

LARGE = 5000  # t of petrol a year, from which the plan asks for a monitor on line
TESTS = {"ratio_ok": "气液比", "tight_ok": "密闭性", "resist_ok": "液阻"}


class VapourStation(Site):
    sales = models.IntegerField()
    guns = models.IntegerField()
    tested_on = models.DateField(null=True)
    ratio_ok = models.BooleanField(default=False)
    tight_ok = models.BooleanField(default=False)
    resist_ok = models.BooleanField(default=False)
    online = models.BooleanField(default=False)
    linked = models.BooleanField(default=False)

    @property
    def sound(self) -> bool:
        return self.ratio_ok and self.tight_ok and self.resist_ok


def check(values: Values) -> Sequence[Problem]:
    found = []
    if values["linked"] and not values["online"]:
        found.append(Problem("online", "在线监控：联网的先要有在线监控。"))
    if values["tested_on"] is None and any(values[name] for name in TESTS):
        found.append(Problem("tested_on", "检测日期：有检测结果的要写。"))
    return found


SHEET = sheet(
    "vapour_recovery", "vapour_stations", "加油站油气回收", VapourStation,
    (
        Column("sales", "汽油年销量", kind="int", required=True, unit="吨", minimum=0, maximum=1000000),
        Column("guns", "加油枪", kind="int", required=True, unit="把", minimum=1, maximum=200, in_list=False), Column("tested_on", "检测日期", kind="date", past=True),
        *(Column(name, f"{word}合格", kind="bool") for name, word in TESTS.items()), yes("online", "在线监控"), yes("linked", "与生态环境部门联网"),
    ),
    check=check, review_days=365, duty=f"一座一行，三项指标每年检测；年销量 {LARGE} 吨以上的装在线监控并联网。", basis="GB 20952-2020（条款待核）",
)  # fmt: skip
RATIOS = (
    Ratio(slug="online", title="大站油气回收在线监控率", text=f"年销汽油 {LARGE} 吨以上的加油站中，在线监控已联网的 ÷ 这样的站。",
          indicators=("油气回收在线监控安装率", "大站油气回收在线监控率"), unit="座", whole=Q(sales__gte=LARGE), part=Q(online=True, linked=True)),
    Ratio(slug="sound", title="油气回收检测合格率", text="三项都合格的 ÷ 检测过的加油站。", indicators=("油气回收检测合格率",), unit="座",
          whole=~Q(tested_on=None), part=Q(ratio_ok=True, tight_ok=True, resist_ok=True)),
)  # fmt: skip
_OK = dict.fromkeys(TESTS, True)
DEMO = (
    ("SL-B13", {"code": "YQ-01", "name": "示例加油站一", "sales": 6200, "guns": 16, "tested_on": date(2025, 5, 6), **_OK, "online": True, "linked": True, "address": "示例大道 30 号",
                "longitude": 117.21, "latitude": 39.155, "looked_on": date(2025, 5, 6), "result": "pass"}),
    ("SL-B13", {"code": "YQ-02", "name": "示例加油站二", "sales": 5400, "guns": 12, "tested_on": date(2025, 5, 7), **_OK, "resist_ok": False, "online": True, "address": "示例南路 5 号",
                "longitude": 117.18, "latitude": 39.15, "looked_on": date(2025, 5, 7), "result": "fail", "found": "液阻不合格"}),
    ("SL-B13", {"code": "YQ-03", "name": "示例加油站三", "sales": 2100, "guns": 8, "tested_on": date(2025, 5, 7), **_OK, "address": "示例东路 40 号", "longitude": 117.237, "latitude": 39.165}),
)  # fmt: skip
CAPABILITY = register(
    SHEET,
    slug="vapour_recovery",
    ratios=RATIOS,
    demo=DEMO,
    kind="station",
    value=lambda row: "联网" if row.linked else "没有联网",
)
