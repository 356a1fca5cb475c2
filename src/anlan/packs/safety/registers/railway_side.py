"""铁路沿线环境安全 (S24): what could fall, blow or drive onto the line, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, CampaignEntry

SIDES = {"left": "左侧", "right": "右侧", "both": "两侧"}
KINDS = {"section": "沿线区段", "crossing": "公铁交汇", "bridge": "公跨铁立交桥", "goods": "危险货物站场"}
REQUIREMENTS = {
    "light_things": "无轻飘物、彩钢瓦",
    "trees": "树木不侵限",
    "buildings": "无违法搭建",
    "fence": "防护栅栏完好",
    "digging": "无违规取土施工",
    "guard_rail": "防护设施和标志齐全",
}


class RailwaySide(CampaignEntry):
    kind = models.CharField(max_length=12)
    line = models.CharField(max_length=40)
    km_from = models.DecimalField(max_digits=8, decimal_places=3)
    km_to = models.DecimalField(max_digits=8, decimal_places=3)
    side = models.CharField(max_length=8)
    handed_over = models.BooleanField(default=False)
    light_things = models.BooleanField(default=False)
    trees = models.BooleanField(default=False)
    buildings = models.BooleanField(default=False)
    fence = models.BooleanField(default=False)
    digging = models.BooleanField(default=False)
    guard_rail = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A section runs forward; only a bridge is handed over."""
    found = []
    if values["km_to"] < values["km_from"]:
        found.append(Problem("km_to", "止里程：小于起里程。"))
    if values["handed_over"] and values["kind"] != "bridge":
        found.append(Problem("handed_over", "固定资产移交：只对公跨铁立交桥。"))
    return found


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="railway_side", title="铁路沿线", short="铁路沿线", model=RailwaySide, requirements=REQUIREMENTS, check=check, sign="kind", order=26, every=90,
    duty="一段一行，一季度走一遍；街道和铁路单位一起看。", basis="区应急管理规划专栏 1 第 4 项", rate="铁路沿线环境达标率",
    own=(
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("line", "线名", required=True, max_length=40),
        Column("km_from", "起里程", kind="decimal", required=True, unit="km", minimum=0, maximum=9999),
        Column("km_to", "止里程", kind="decimal", required=True, unit="km", minimum=0, maximum=9999),
        Column("side", "侧别", kind="choice", required=True, choices=SIDES),
        Column("handed_over", "固定资产移交", kind="bool", choices={"1": "是", "0": "否"}, in_list=False, help="公跨铁立交桥"),
    ),
    rows=(
        {"organisation": "SL-S01", "code": "SLR-001", "name": "示例线 12—13 公里", "kind": "section", "line": "示例线", "km_from": 12, "km_to": 13.4, "side": "both", **_ALL, "light_things": False, "checked_on": -9, "second_look_on": 3, "longitude": 117.214, "latitude": 39.18},
        {"organisation": "SL-S02", "code": "SLR-002", "name": "示例立交桥", "kind": "bridge", "line": "示例线", "km_from": 15.2, "km_to": 15.3, "side": "both", "handed_over": True, **_ALL, "checked_on": -40, "longitude": 117.226, "latitude": 39.182},
    ),
)  # fmt: skip
