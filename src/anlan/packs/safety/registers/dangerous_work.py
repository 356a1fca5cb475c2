"""危大工程 (S24): deep pits, high formwork, lifting: a plan that was approved, experts above the larger size, licensed fitters.

The sizes are those of 建办质〔2018〕31号 as recalled, dated data to be verified: a row that reaches the larger one needs its expert review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, CampaignEntry

KINDS = {"pit": "深基坑", "formwork": "高支模", "crane": "起重机械安装拆卸", "hoist": "起重吊装", "scaffold": "脚手架"}
STATES = {"coming": "未开工", "running": "施工中", "done": "已完成"}
# kind -> (what is measured, unit, from here 危大, from here 超过一定规模). 建办质〔2018〕31号, in force 2018-06-01, not verified.
SIZES = {
    "pit": ("开挖深度", "m", 3, 5),
    "formwork": ("搭设高度", "m", 5, 8),
    "hoist": ("单件起吊重量", "kN", 10, 100),
    "crane": ("起重量", "kN", 0, 300),
    "scaffold": ("搭设高度", "m", 24, 50),
}
SOURCE = "建办质〔2018〕31号，条款待核"
REQUIREMENTS = {
    "plan_approved": "专项方案审批",
    "told": "方案和安全技术交底",
    "fitters": "安拆单位资质",
    "licensed": "特种作业人员持证",
    "watched": "专人现场监督、监测",
    "accepted": "验收合格挂牌",
}


class DangerousWork(CampaignEntry):
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    size = models.DecimalField(max_digits=8, decimal_places=2)
    builder = models.CharField(max_length=80)
    experts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    plan_approved = models.BooleanField(default=False)
    told = models.BooleanField(default=False)
    fitters = models.BooleanField(default=False)
    licensed = models.BooleanField(default=False)
    watched = models.BooleanField(default=False)
    accepted = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Below the smaller size it does not belong here; from the larger one on experts have looked; nothing runs without a plan."""
    word, unit, least, large = SIZES[values["kind"]]
    found = []
    if values["size"] < least:
        found.append(
            Problem("size", f"规模：{KINDS[values['kind']]}{word}不到 {least} {unit}，不属于危大工程（{SOURCE}）。")
        )
    if values["size"] >= large and values["state"] != "coming" and not values["experts_on"]:
        found.append(Problem("experts_on", f"专家论证：{word}达到 {large} {unit}，开工前要论证（{SOURCE}）。"))
    if values["state"] == "running" and not values["plan_approved"]:
        found.append(Problem("plan_approved", "专项方案审批：没有审批不能施工；先停工，状态改为未开工。"))
    return found


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="dangerous_work", title="危大工程", short="危大工程", model=DangerousWork, requirements=REQUIREMENTS, check=check, sign="kind", order=28, every=30,
    duty="一项一行，施工中一月查一遍；超过一定规模的先论证再开工。", basis="区应急管理规划专栏 1 第 5 项", rate="危大工程管控达标率",
    own=(
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("state", "状态", kind="choice", required=True, choices=STATES, filterable=True),
        Column("size", "规模", kind="decimal", required=True, minimum=0, maximum=100000, help="深基坑、高支模、脚手架按米，起重按千牛"),
        Column("builder", "施工单位", required=True, max_length=80),
        Column("experts_on", "专家论证", kind="date"),
        Column("ends_on", "计划完成", kind="date", in_list=False),
    ),
    rows=(
        {"organisation": "SL-B06", "code": "SLG-001", "name": "示例地块基坑", "kind": "pit", "state": "running", "size": 9.6, "builder": "示例建设", "experts_on": -90, "ends_on": 60, **_ALL, "checked_on": -12, "longitude": 117.218, "latitude": 39.168},
        {"organisation": "SL-B06", "code": "SLG-002", "name": "示例学校礼堂模板", "kind": "formwork", "state": "running", "size": 8.4, "builder": "示例建设", "experts_on": -30, "ends_on": 30, **_ALL, "licensed": False, "checked_on": -5, "second_look_on": 2, "longitude": 117.209, "latitude": 39.166},
        {"organisation": "SL-B06", "code": "SLG-003", "name": "示例地块 1 号塔吊", "kind": "crane", "state": "coming", "size": 80, "builder": "示例建设", "longitude": 117.2185, "latitude": 39.1683},
    ),
)  # fmt: skip
