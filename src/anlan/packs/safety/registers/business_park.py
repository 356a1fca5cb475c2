"""商务楼宇和都市产业园区 (S24): whose duty it is, who comes in, and what the firms inside do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, CampaignEntry

KINDS = {"tower": "商务楼宇", "park": "都市产业园区"}
REQUIREMENTS = {
    "manager": "管理单位和安全责任明确",
    "officers": "安全管理人员配齐",
    "entry_rules": "入驻准入条件",
    "contractors": "承包商入园作业管理",
    "dual": "风险分级和隐患排查制度",
    "response": "应急预案和物资",
    "drill": "年度演练",
}


class BusinessPark(CampaignEntry):
    kind = models.CharField(max_length=12)
    firms = models.IntegerField()
    officers_count = models.IntegerField(null=True)
    closed = models.BooleanField(default=False)
    dust_firms = models.IntegerField(null=True)
    space_firms = models.IntegerField(null=True)
    manager = models.BooleanField(default=False)
    officers = models.BooleanField(default=False)
    entry_rules = models.BooleanField(default=False)
    contractors = models.BooleanField(default=False)
    dual = models.BooleanField(default=False)
    response = models.BooleanField(default=False)
    drill = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Firms with dust or confined spaces are some of those inside; officers are people."""
    found = [
        Problem(name, f"{title}：多于入驻企业 {values['firms']} 家。")
        for name, title in (("dust_firms", "涉爆粉尘企业"), ("space_firms", "有限空间企业"))
        if (values[name] or 0) > values["firms"]
    ]
    if values["officers"] and not values["officers_count"]:
        found.append(Problem("officers_count", "安全管理人员：说配齐了，写几个人。"))
    return found


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="business_park", title="楼宇和园区", short="楼宇园区", model=BusinessPark, requirements=REQUIREMENTS, check=check, sign="kind", order=29, every=180,
    duty="一座楼、一个园一行，半年查一遍；园区逐步封闭管理。", basis="区应急管理规划专栏 1 第 6 项", rate="楼宇园区达标率",
    own=(
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("firms", "入驻企业", kind="int", required=True, unit="家", minimum=0, maximum=100000),
        Column("officers_count", "安全管理人员", kind="int", unit="人", minimum=0, maximum=1000),
        Column("closed", "封闭管理", kind="bool", choices={"1": "是", "0": "否"}, filterable=True),
        Column("dust_firms", "涉爆粉尘企业", kind="int", unit="家", minimum=0, maximum=10000, in_list=False),
        Column("space_firms", "有限空间企业", kind="int", unit="家", minimum=0, maximum=10000, in_list=False),
    ),
    rows=(
        {"organisation": "SL-S01", "code": "SLY-001", "name": "示例商务楼", "kind": "tower", "firms": 86, "officers_count": 2, **_ALL, "checked_on": -90, "longitude": 117.21, "latitude": 39.172},
        {"organisation": "SL-S02", "code": "SLY-002", "name": "示例都市产业园", "kind": "park", "firms": 40, "officers_count": 3, "closed": True, "dust_firms": 2, "space_firms": 5, **_ALL, "contractors": False, "checked_on": -28, "second_look_on": 7, "longitude": 117.238, "latitude": 39.176},
    ),
)  # fmt: skip
