"""Family kit lists, campaigns and their events: registers like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.publicity.models import KitItem, PublicityCampaign, PublicityEvent
from anlan.packs.safety.publicity.moves import READ, WRITE
from anlan.packs.safety.publicity.rules import TOPICS

HOUSEHOLDS = {
    "any": "每户",
    "infant": "有婴幼儿",
    "elder": "有老人",
    "ill": "有慢性病人",
    "disabled": "有残疾人",
    "pet": "有宠物",
}
PARTS = {
    "water": "水和食物",
    "light": "照明和通信",
    "aid": "急救用品",
    "tool": "工具",
    "paper": "证件和现金",
    "care": "日常护理",
}
PER = {"house": "每户", "person": "每人"}
EVENT_KINDS = {
    "lecture": "讲座",
    "stall": "街头咨询",
    "drill": "演练体验",
    "visit": "入户",
    "show": "展览",
    "online": "线上",
}


def _campaign(values: Mapping[str, Any]) -> Sequence[Problem]:
    if values["ends_on"] < values["starts_on"]:
        return [Problem("ends_on", "结束：不能早于开始。")]
    return []


def _event(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A campaign that is registered, a day inside it, and who counted when there were many."""
    found = []
    campaign = PublicityCampaign.objects.filter(code=values["campaign"], retired_on=None).first()
    if campaign is None:
        found.append(Problem("campaign", "活动编号：没有登记这个活动。先在“宣传活动”登记。"))
    elif not campaign.starts_on <= values["held_on"] <= campaign.ends_on:
        found.append(Problem("held_on", f"日期：不在活动期间（{campaign.starts_on} 至 {campaign.ends_on}）。"))
    if values["people"] >= 100 and not values["counted_by"]:
        found.append(Problem("counted_by", "怎么数的：到场 100 人以上要写，例如签到表、闸机。"))
    return found


KITS = Sheet(
    slug="kit_items", title="家庭应急物资清单", model=KitItem, key="code", read=READ, write=WRITE, review_days=365,
    duty="一件一行。公开页按家庭情况和人数算出清单，可以打印。没有核对过出处的不勾“已核对”。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("household", "家庭", kind="choice", required=True, choices=HOUSEHOLDS, filterable=True),
        Column("part", "类别", kind="choice", required=True, choices=PARTS, filterable=True),
        Column("name", "物品", required=True, max_length=60),
        Column("amount", "数量", kind="decimal", required=True, minimum=0.1, maximum=1000),
        Column("unit", "单位", required=True, max_length=10),
        Column("per", "按", kind="choice", required=True, choices=PER),
        Column("renew_months", "几个月换一次", kind="int", unit="个月", minimum=1, maximum=120),
        Column("note", "怎么选、怎么放", max_length=120, in_list=False),
        Column("source", "出处", required=True, max_length=120, in_list=False),
        Column("verified", "已核对", kind="bool", in_list=False),
    ),
)  # fmt: skip
CAMPAIGNS = Sheet(
    slug="publicity_campaigns", title="宣传活动", model=PublicityCampaign, key="code", read=READ, write=WRITE, check=_campaign,
    duty="安全生产月、防灾减灾周这样的活动一个一行；每场记在“宣传场次”。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("topic", "主题", kind="choice", required=True, choices=TOPICS, filterable=True),
        Column("starts_on", "开始", kind="date", required=True),
        Column("ends_on", "结束", kind="date", required=True),
        Column("aim", "计划场次", kind="int", unit="场", minimum=1, maximum=10000),
        Column("note", "说明", kind="long", max_length=400, in_list=False),
    ),
)  # fmt: skip
EVENTS = Sheet(
    slug="publicity_events", title="宣传场次", model=PublicityEvent, key="code", read=READ, write=WRITE, check=_event,
    duty="一场一行。到场是现场数的人；触达是发放、播放、阅读的人次，两个数不相加。只记人数，不记名字。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("campaign", "活动编号", required=True, max_length=40, filterable=True),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "形式", kind="choice", required=True, choices=EVENT_KINDS, filterable=True),
        Column("held_on", "日期", kind="date", required=True, past=True),
        Column("place", "地点", required=True, max_length=120),
        Column("people", "到场", kind="int", required=True, unit="人", minimum=0, maximum=100000),
        Column("reached", "触达", kind="int", unit="人次", minimum=0, maximum=10000000),
        Column("counted_by", "怎么数的", max_length=120, in_list=False),
    ),
)  # fmt: skip
SHEETS = (KITS, CAMPAIGNS, EVENTS)
