"""Registers beside the clock: communities for the coverage, losses, transition, recovery works."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.response.models import Incident
from anlan.packs.safety.relief.models import (
    Community,
    CropLoss,
    EnterpriseLoss,
    HouseLoss,
    RecoveryWork,
    Transition,
)
from anlan.packs.safety.relief.types import RECOVERY_READ, RECOVERY_WRITE

DEGREES = {"slight": "轻微", "general": "一般", "severe": "严重", "total": "全部"}
STAGES = {"report": "初报", "checked": "核定"}
TRANSITIONS = {
    "relatives": "投亲靠友",
    "rent": "租房",
    "public": "公有住房",
    "board": "活动板房",
    "shelter": "长期避难场所",
}
WORKS = {
    "housing": "住房",
    "road": "道路桥梁",
    "drain": "排水",
    "school": "学校医院",
    "utility": "水电气热",
    "other": "其他",
}

COMMUNITIES = Sheet(
    slug="relief_communities", title="社区常住人口", model=Community, key="code", read="shelter.read", write="shelter.write", review_days=365,
    duty="一个社区一行，一年复核一次。位置取居民集中处，用来算避难场所覆盖率。",
    columns=(
        Column("code", "编号", required=True, max_length=40), Column("name", "社区", required=True, max_length=80),
        Column("residents", "常住人口", kind="int", required=True, unit="人", minimum=1, maximum=1e6),
        Column("counted_on", "统计日期", kind="date", required=True, past=True),
        Column("longitude", "经度", kind="longitude", required=True, in_list=False), Column("latitude", "纬度", kind="latitude", required=True, in_list=False),
    ),
)  # fmt: skip


def _incident(values: Mapping[str, Any]) -> list[Problem]:
    if Incident.objects.filter(number=values["incident_number"]).exists():
        return []
    return [Problem("incident_number", "事件编号：没有这个事件，照事件页上的写，例如 SJ-2026-00001。")]


def _money(values: Mapping[str, Any], *steps: tuple[str, str]) -> list[Problem]:
    """Each amount is at most the one before it."""
    return [
        Problem(lower, f"{word}不能多于{bigger_word}。")
        for (bigger, bigger_word), (lower, word) in pairwise(steps)
        if values[lower] > values[bigger]
    ]


def _dates(values: Mapping[str, Any], first: str, last: str, words: str) -> list[Problem]:
    early, late = values.get(first), values.get(last)
    return [Problem(last, words)] if early and late and late < early else []


_HEAD = (
    Column("code", "编号", required=True, max_length=40),
    Column("incident_number", "事件编号", required=True, max_length=24, filterable=True),
)
_LOSS_TAIL = (
    Column("degree", "损毁程度", kind="choice", required=True, choices=DEGREES, filterable=True),
    Column("loss", "直接损失", kind="decimal", required=True, unit="万元", minimum=0, maximum=1e9),
    Column("stage", "阶段", kind="choice", required=True, choices=STAGES, filterable=True),
    Column("assessed_on", "评估日期", kind="date", required=True, past=True),
)


def _loss(slug: str, title: str, model: Any, duty: str, *columns: Column) -> Sheet:
    return Sheet(
        slug=slug, title=title, model=model, key="code", read=RECOVERY_READ, write=RECOVERY_WRITE, check=_incident, duty=duty,
        columns=(*_HEAD, Column("place", "地点", required=True, max_length=120), *columns, *_LOSS_TAIL),
    )  # fmt: skip


HOUSES = _loss(
    "relief_houses", "房屋损失", HouseLoss, "一处一行，不写户主姓名。合计自动报到事件的直接经济损失。",
    Column("rooms", "间数", kind="int", required=True, unit="间", minimum=1, maximum=1e5),
    Column("households", "涉及户数", kind="int", required=True, unit="户", minimum=0, maximum=1e5),
)  # fmt: skip
CROPS = _loss(
    "relief_crops", "农作物损失", CropLoss, "一片一行，面积按公顷。",
    Column("crop", "作物", required=True, max_length=40),
    Column("hectares", "受灾面积", kind="decimal", required=True, unit="公顷", minimum=0.01, maximum=1e6),
)  # fmt: skip
ENTERPRISES = _loss(
    "relief_enterprises", "企业损失", EnterpriseLoss, "一家一行，停产的注明。",
    Column("name", "企业", required=True, max_length=80), Column("stopped", "停产", kind="bool"),
)  # fmt: skip


def _transition(values: Mapping[str, Any]) -> Sequence[Problem]:
    found = [
        *_incident(values),
        *_money(values, ("granted", "核定补助"), ("paid", "已发放")),
        *_dates(values, "starts_on", "ends_on", "结束日期：不能早于开始日期。"),
    ]
    return [*found, Problem("people", "人数：不能少于户数。")] if values["people"] < values["households"] else found


def _work(values: Mapping[str, Any]) -> Sequence[Problem]:
    return [
        *_incident(values), *_money(values, ("planned", "计划投资"), ("arranged", "已落实"), ("paid", "已支付")),
        *_dates(values, "starts_on", "due_on", "计划完成：不能早于开工。"), *_dates(values, "starts_on", "done_on", "实际完成：不能早于开工。"),
    ]  # fmt: skip


TRANSITION = Sheet(
    slug="relief_transitions", title="过渡安置", model=Transition, key="code", read=RECOVERY_READ, write=RECOVERY_WRITE, review_days=30, check=_transition,
    duty="一处（或一批）一行，一个月复核一次，住回去了写结束日期。",
    columns=(
        *_HEAD, Column("kind", "方式", kind="choice", required=True, choices=TRANSITIONS, filterable=True), Column("place", "安置地点", required=True, max_length=120),
        Column("households", "户数", kind="int", required=True, unit="户", minimum=1, maximum=1e5),
        Column("people", "人数", kind="int", required=True, unit="人", minimum=1, maximum=1e6),
        Column("starts_on", "开始日期", kind="date", required=True), Column("ends_on", "结束日期", kind="date"),
        Column("granted", "核定补助", kind="decimal", required=True, unit="元", minimum=0, maximum=1e9),
        Column("paid", "已发放", kind="decimal", required=True, unit="元", minimum=0, maximum=1e9),
    ),
)  # fmt: skip
WORKS_SHEET = Sheet(
    slug="relief_works", title="恢复重建项目", model=RecoveryWork, key="code", read=RECOVERY_READ, write=RECOVERY_WRITE, review_days=30, check=_work,
    duty="一个项目一行，一个月复核一次进度和资金。",
    columns=(
        *_HEAD, Column("name", "项目", required=True, max_length=80), Column("kind", "类别", kind="choice", required=True, choices=WORKS, filterable=True),
        Column("planned", "计划投资", kind="decimal", required=True, unit="万元", minimum=0, maximum=1e9),
        Column("arranged", "已落实", kind="decimal", required=True, unit="万元", minimum=0, maximum=1e9),
        Column("paid", "已支付", kind="decimal", required=True, unit="万元", minimum=0, maximum=1e9),
        Column("starts_on", "开工", kind="date"), Column("due_on", "计划完成", kind="date", required=True), Column("done_on", "实际完成", kind="date"),
    ),
)  # fmt: skip
LOSSES = (HOUSES, CROPS, ENTERPRISES)
RECOVERY = (TRANSITION, WORKS_SHEET)
SHEETS = (COMMUNITIES, *LOSSES, *RECOVERY)
