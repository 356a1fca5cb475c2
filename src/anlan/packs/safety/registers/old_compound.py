"""老旧小区火灾风险 (S24): what burns and what locks people in; each compound has its own grade of control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, CampaignEntry

GRADES = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝"}
REQUIREMENTS = {
    "bikes": "电动自行车集中停放充电",
    "insulation": "外墙保温材料完好",
    "panels": "无违规彩钢板",
    "workshops": "无家庭作坊、三合一",
    "stairs": "楼道清空、门窗可逃生",
    "wires": "用电线路改造",
    "water": "有消防水源",
}


class OldCompound(CampaignEntry):
    built_year = models.IntegerField()
    households = models.IntegerField()
    grade = models.CharField(max_length=8)
    plugs = models.IntegerField(null=True)
    measure = models.CharField(max_length=200, blank=True)
    bikes = models.BooleanField(default=False)
    insulation = models.BooleanField(default=False)
    panels = models.BooleanField(default=False)
    workshops = models.BooleanField(default=False)
    stairs = models.BooleanField(default=False)
    wires = models.BooleanField(default=False)
    water = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Red and orange say how they are controlled; blue has nothing open."""
    if values["grade"] in ("red", "orange") and not values["measure"]:
        return [Problem("measure", "管控措施：红、橙级写明怎么管。")]
    lacking = [title for name, title in REQUIREMENTS.items() if not values[name]]
    if values["grade"] == "blue" and values["checked_on"] and lacking:
        return [Problem("grade", f"风险等级：还有 {len(lacking)} 项没有做到，不能定蓝级。")]
    return []


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="old_compound", title="老旧小区", short="老旧小区", model=OldCompound, requirements=REQUIREMENTS, check=check, sign="grade", order=25, every=180,
    duty="一个小区一行，半年查一遍，按红橙黄蓝差异化管控。", basis="区应急管理规划专栏 1 第 2 项", rate="老旧小区消防达标率",
    own=(
        Column("built_year", "建成年份", kind="int", required=True, minimum=1900, maximum=2100),
        Column("households", "户数", kind="int", required=True, unit="户", minimum=1, maximum=100000),
        Column("grade", "风险等级", kind="choice", required=True, choices=GRADES, filterable=True),
        Column("plugs", "充电端口", kind="int", unit="个", minimum=0, maximum=10000, in_list=False),
        Column("measure", "管控措施", max_length=200, in_list=False),
    ),
    rows=(
        {"organisation": "SL-S01", "code": "SLO-001", "name": "示例里小区", "built_year": 1988, "households": 640, "grade": "orange", "plugs": 60, "measure": "夜间巡查两遍，楼道禁停", **_ALL, "stairs": False, "wires": False, "checked_on": -70, "second_look_on": -8, "longitude": 117.202, "latitude": 39.172},
        {"organisation": "SL-S02", "code": "SLO-002", "name": "示例新村", "built_year": 1996, "households": 820, "grade": "blue", "plugs": 120, **_ALL, "checked_on": -33, "longitude": 117.234, "latitude": 39.169},
    ),
)  # fmt: skip
