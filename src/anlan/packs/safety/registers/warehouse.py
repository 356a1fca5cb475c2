"""仓储物流场所 (S24): every store of 300 m² and more is visited for the seven requirements; smaller ones are sampled.

The threshold and the seven requirements are facts of the plan's box 1, field 8."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.db.models import Q

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, SampledEntry

LEAST_AREA = 300  # m²; below it a store is sampled
KINDS = {
    "freight": "道路货物运输站（场）",
    "parcel": "邮政快递仓库",
    "trade": "规模以上商贸企业仓库",
    "retail": "零售企业配送中心",
    "storage": "以仓储经营为主的企业",
    "other": "其他",
}
REQUIREMENTS = {
    "fire_assessment": "消防安全评估",
    "goods": "仓储物品管理",
    "three_in_one": "三合一场所管理",
    "duty": "安全责任",
    "training": "安全培训",
    "response": "应急预案",
    "stock_list": "库存清单",
}


class Warehouse(SampledEntry):
    kind = models.CharField(max_length=12)
    area = models.DecimalField(max_digits=9, decimal_places=1)
    goods_kept = models.CharField(max_length=120, blank=True)
    fire_assessment = models.BooleanField(default=False)
    goods = models.BooleanField(default=False)
    three_in_one = models.BooleanField(default=False)
    duty = models.BooleanField(default=False)
    training = models.BooleanField(default=False)
    response = models.BooleanField(default=False)
    stock_list = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A sampling day belongs to a store below the threshold, and a sampled store has been looked at."""
    if values["sampled_on"] and values["area"] >= LEAST_AREA:
        return [Problem("sampled_on", f"抽查日期：{LEAST_AREA} 平方米以上的逐家查，不抽查；写在最近检查里。")]
    if values["sampled_on"] and not values["checked_on"]:
        return [Problem("checked_on", "最近检查：抽查过的要写检查日期。")]
    return []


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="warehouse", title="仓储物流场所", short="仓储", model=Warehouse, requirements=REQUIREMENTS, check=check, sign="kind", order=21,
    duty="300 平方米以上一家一行、七项逐项查；以下的抽查。没有做到的定回头看的日期。", basis="区应急管理规划专栏 1 第 8 项",
    rate="仓储场所七项要求达标率", indicators=("仓储场所七项要求达标率",), drawn=Q(area__lt=LEAST_AREA),
    own=(
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("area", "建筑面积", kind="decimal", required=True, unit="平方米", minimum=1, maximum=1e6),
        Column("goods_kept", "存放物品", max_length=120, in_list=False),
    ),
    rows=(
        {"organisation": "SL-S01", "code": "SLW-001", "name": "示例冷链仓", "kind": "storage", "area": 2400, "goods_kept": "冻品", **_ALL, "checked_on": -40, "longitude": 117.206, "latitude": 39.177},
        {"organisation": "SL-S01", "code": "SLW-002", "name": "示例快递分拨仓", "kind": "parcel", "area": 860, "goods_kept": "快件", **_ALL, "stock_list": False, "training": False, "checked_on": -25, "second_look_on": -3, "longitude": 117.211, "latitude": 39.174},
        {"organisation": "SL-S02", "code": "SLW-003", "name": "示例商超配送中心", "kind": "retail", "area": 5200, "goods_kept": "日用品", "longitude": 117.233, "latitude": 39.17},
        {"organisation": "SL-S02", "code": "SLW-004", "name": "示例小仓", "kind": "storage", "area": 180, "goods_kept": "纸箱", **_ALL, "checked_on": -60, "sampled_on": -60, "longitude": 117.236, "latitude": 39.166},
        {"organisation": "SL-S01", "code": "SLW-005", "name": "示例小仓乙", "kind": "trade", "area": 120, "goods_kept": "日用品", "longitude": 117.203, "latitude": 39.175},
        {"organisation": "SL-S01", "code": "SLW-006", "name": "示例代存点", "kind": "parcel", "area": 90, "goods_kept": "快件", "longitude": 117.209, "latitude": 39.171},
        {"organisation": "SL-S02", "code": "SLW-007", "name": "示例五金库", "kind": "trade", "area": 260, "goods_kept": "五金", "longitude": 117.229, "latitude": 39.168},
    ),
)  # fmt: skip
