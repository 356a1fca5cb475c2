"""施工工地扬尘动态清单 (E9): the six 100 % as columns, and the share of running sites that do all six."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects import looks
from anlan.packs.environment.subjects.register import Site, Values, order, register, sheet, yes

KINDS = {
    "house": "房建",
    "municipal": "市政",
    "demolish": "拆除",
    "green": "园林绿化",
    "rail": "轨道交通",
    "other": "其他",
}
PHASES = {"running": "在建", "paused": "停工", "done": "完工"}
# 六个百分之百: column -> its short word (周边围挡、物料和裸土苫盖、出入车辆冲洗、现场地面硬化、拆迁湿法作业、渣土车密闭运输).
SIX = {
    "enclosed": "围挡", "covered": "苫盖", "washed": "冲洗", "paved": "硬化", "wet": "湿法", "sealed": "密闭",
}  # fmt: skip


class DustSite(Site):
    kind = models.CharField(max_length=12)
    phase = models.CharField(max_length=12)
    builder = models.CharField(max_length=80, blank=True)
    contractor = models.CharField(max_length=80)
    area = models.DecimalField(max_digits=12, decimal_places=1)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    enclosed = models.BooleanField(default=False)
    covered = models.BooleanField(default=False)
    washed = models.BooleanField(default=False)
    paved = models.BooleanField(default=False)
    wet = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False)
    video = models.BooleanField(default=False)

    @property
    def lacking(self) -> list[str]:
        return [word for name, word in SIX.items() if not getattr(self, name)]


def check(values: Values) -> Sequence[Problem]:
    found = order(values, "starts_on", "ends_on", "完工日期：早于开工日期。")
    if values["phase"] == "done" and values["ends_on"] is None:
        found.append(Problem("ends_on", "完工日期：完工的要写。"))
    return found


SHEET = sheet(
    "dust_site", "dust_sites", "施工工地扬尘", DustSite,
    (
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("phase", "阶段", kind="choice", required=True, choices=PHASES, filterable=True),
        Column("builder", "建设单位", max_length=80, in_list=False), Column("contractor", "施工单位", required=True, max_length=80),
        Column("area", "占地", kind="decimal", required=True, unit="平方米", minimum=1, maximum=1e7),
        Column("starts_on", "开工日期", kind="date", required=True, in_list=False), Column("ends_on", "完工日期", kind="date", in_list=False),
        *(Column(name, word, kind="bool") for name, word in SIX.items()), yes("video", "视频监控"),
    ),
    check=check, review_days=30, duty="一个工地一行，随开工、停工、完工更新；六个百分之百逐项填：周边围挡、物料和裸土苫盖、出入车辆冲洗、地面硬化、拆迁湿法作业、渣土车密闭运输；没有拆迁的湿法填是。",
)  # fmt: skip
RATIOS = (
    Ratio(slug="six", title="施工工地六个百分之百达标率", text="在建工地里六项全部做到的 ÷ 在建工地。",
          indicators=("施工工地六个百分之百达标率", "六个百分之百落实率"), whole=Q(phase="running"), part=Q(**dict.fromkeys(SIX, True))),
    Ratio(slug="video", title="施工工地视频监控安装率", text="在建工地里装了视频监控的 ÷ 在建工地。", indicators=("施工工地视频监控安装率",),
          whole=Q(phase="running"), part=Q(video=True)),
)  # fmt: skip
_ALL = dict.fromkeys(SIX, True)
DEMO = (
    ("SL-S01", {"code": "GD-01", "name": "示例安置房工地", "kind": "house", "phase": "running", "contractor": "示例建筑工地甲", "area": 32000, "starts_on": date(2024, 3, 1),
                **_ALL, "video": True, "address": "示例大道 8 号", "longitude": 117.206, "latitude": 39.176, "looked_on": date(2025, 6, 20), "result": "pass"}),
    ("SL-S02", {"code": "GD-02", "name": "示例道路改造", "kind": "municipal", "phase": "running", "contractor": "示例市政乙", "area": 8000, "starts_on": date(2025, 4, 1),
                **_ALL, "covered": False, "paved": False, "address": "示例北路", "longitude": 117.231, "latitude": 39.177, "looked_on": date(2025, 6, 25), "result": "fail",
                "found": "裸土没有苫盖"}),
    ("SL-S03", {"code": "GD-03", "name": "示例地块拆除", "kind": "demolish", "phase": "done", "contractor": "示例拆除丙", "area": 5000, "starts_on": date(2024, 9, 1),
                "ends_on": date(2025, 2, 1), **_ALL, "address": "示例南路", "longitude": 117.19, "latitude": 39.146}),
)  # fmt: skip
STORY = (
    {"do": "grade", "by": "inspector", "after": 1, "values": {"grade": "general"}},
    {
        "do": "assign",
        "by": "inspector",
        "after": 1.1,
        "values": {"fixer": "示例市政乙", "measure": "裸土全部苫盖", "until": 3},
    },
)


def _told(at: datetime) -> None:
    looks.tell(sheet=SHEET, permission="dust_site.look", code="GD-02", found="裸土没有苫盖", kind="site", days=14, steps=STORY, at=at)  # fmt: skip


CAPABILITY = register(
    SHEET,
    slug="dust_site",
    ratios=RATIOS,
    demo=DEMO,
    value=lambda row: f"缺 {len(row.lacking)} 项" if row.lacking else "六项齐", kind="site", told=_told,
)  # fmt: skip
