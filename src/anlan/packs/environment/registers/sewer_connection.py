"""雨污错接混接点 (E9): found, put right, proved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.types import Column, Problem
from anlan.packs.environment.subjects.register import Site, Values, order, register, sheet

KINDS = {
    "balcony": "阳台排水",
    "shop": "沿街商户",
    "estate": "小区总管",
    "firm": "企事业单位",
    "main": "市政管网",
    "other": "其他",
}
STATES = {"found": "待改", "works": "施工中", "done": "已改完"}
PROOFS = {"video": "管道影像", "dye": "染色", "scene": "现场验收"}


class SewerConnection(Site):
    kind = models.CharField(max_length=12)
    found_on = models.DateField()
    owner = models.CharField(max_length=80)
    state = models.CharField(max_length=8)
    plan_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    proof = models.CharField(max_length=8, blank=True)


def check(values: Values) -> Sequence[Problem]:
    found = order(values, "found_on", "done_on", "改完日期：早于发现日期。") + order(
        values, "found_on", "plan_on", "计划日期：早于发现日期。"
    )
    if (values["state"] == "done") != (values["done_on"] is not None):
        found.append(Problem("done_on", "改完日期：已改完的写，别的空着。"))
    if values["state"] == "done" and not values["proof"]:
        found.append(Problem("proof", "验收方式：已改完的要写怎样验收。"))
    return found


SHEET = sheet(
    "sewer_connection", "sewer_connections", "雨污错接混接点", SewerConnection,
    (
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True), Column("found_on", "发现日期", kind="date", required=True, past=True, in_list=False),
        Column("owner", "责任单位", required=True, max_length=80), Column("state", "状态", kind="choice", required=True, choices=STATES, filterable=True),
        Column("plan_on", "计划改完", kind="date"), Column("done_on", "改完日期", kind="date", past=True), Column("proof", "验收方式", kind="choice", choices=PROOFS, in_list=False),
    ),
    check=check, review_days=90, duty="一个点一行，从排查到验收；改完又混的，另记一行。",
)  # fmt: skip
RATIOS = (
    Ratio(slug="done", title="雨污错接混接改造完成率", text="已改完的 ÷ 查到的错接混接点。", indicators=("雨污错接混接改造完成率", "错接混接改造完成率"), unit="处",
          part=Q(state="done")),
)  # fmt: skip
DEMO = (
    ("SL-S01", {"code": "CJ-001", "name": "示例小区 3 号楼阳台", "kind": "balcony", "found_on": date(2024, 4, 1), "owner": "示例物业", "state": "done", "plan_on": date(2024, 12, 31),
                "done_on": date(2024, 11, 20), "proof": "video", "longitude": 117.2, "latitude": 39.174, "looked_on": date(2025, 4, 2), "result": "pass"}),
    ("SL-S02", {"code": "CJ-002", "name": "示例北路沿街 12 户", "kind": "shop", "found_on": date(2025, 2, 10), "owner": "示例二街道", "state": "works", "plan_on": date(2025, 10, 31),
                "longitude": 117.228, "latitude": 39.177}),
    ("SL-S04", {"code": "CJ-003", "name": "示例支渠总管", "kind": "main", "found_on": date(2025, 5, 6), "owner": "示例排水所", "state": "found", "longitude": 117.227, "latitude": 39.15}),
)  # fmt: skip
CAPABILITY = register(SHEET, slug="sewer_connection", ratios=RATIOS, demo=DEMO, value=lambda row: STATES[row.state])
