"""消防车通道 (S24): one line a lane; a blocked one has its own measure (一区一策) and a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, CampaignEntry

KINDS = {"compound": "居民小区", "street": "沿街", "market": "商场市场", "hospital": "医院学校", "other": "其他"}
REQUIREMENTS = {
    "marked": "标线标识",
    "clear": "畅通无占用",
    "wide": "净宽净高达标",
    "removable": "限高拦杆可开启",
    "kept": "有人管护",
}


class FireLane(CampaignEntry):
    kind = models.CharField(max_length=12)
    length = models.IntegerField(null=True)
    width = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    measure = models.CharField(max_length=200, blank=True)
    done_by = models.DateField(null=True)
    marked = models.BooleanField(default=False)
    clear = models.BooleanField(default=False)
    wide = models.BooleanField(default=False)
    removable = models.BooleanField(default=False)
    kept = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


# GB 50016-2014（2018 年版）7.1.8：车道净宽度和净空高度均不应小于 4.0 m; from memory, to be verified.
LEAST_WIDTH = 4.0


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A blocked lane has a measure of its own and a day; a narrow one cannot count as wide enough."""
    found = []
    if values["checked_on"] and not values["clear"]:
        found += [
            Problem(name, f"{title}：通道不畅，一处一策，写明。")
            for name, title in (("measure", "治理办法"), ("done_by", "治理期限"))
            if not values[name]
        ]
    if values["wide"] and values["width"] is not None and float(values["width"]) < LEAST_WIDTH:
        found.append(Problem("wide", f"净宽净高达标：实测 {values['width']} 米，不足 {LEAST_WIDTH:g} 米（GB 50016 7.1.8，条款待核）。"))  # fmt: skip
    return found


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="fire_lane", title="消防车通道", short="消防通道", model=FireLane, requirements=REQUIREMENTS, check=check, sign="kind", order=23, every=90,
    duty="一处一行，一季度查一遍；不畅的一处一策，写办法和期限。", basis="区应急管理规划专栏 1 第 2 项", rate="消防车通道畅通率",
    own=(
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("length", "长度", kind="int", unit="米", minimum=1, maximum=20000, in_list=False),
        Column("width", "净宽", kind="decimal", unit="米", minimum=0, maximum=60),
        Column("measure", "治理办法", max_length=200, in_list=False, help="一处一策"),
        Column("done_by", "治理期限", kind="date"),
    ),
    rows=(
        {"organisation": "SL-S01", "code": "SLT-001", "name": "示例里小区北门通道", "kind": "compound", "length": 160, "width": 4.5, **_ALL, "checked_on": -20, "longitude": 117.203, "latitude": 39.171},
        {"organisation": "SL-S01", "code": "SLT-002", "name": "示例里小区东侧通道", "kind": "compound", "length": 220, "width": 3.6, **_ALL, "clear": False, "wide": False, "checked_on": -18, "second_look_on": 5, "measure": "划 22 个车位到小区外，拆 3 处地锁", "done_by": 20, "longitude": 117.204, "latitude": 39.17},
    ),
)  # fmt: skip
