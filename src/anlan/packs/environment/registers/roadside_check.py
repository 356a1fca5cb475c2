"""路检路查和遥感检测 (E9): ecology's evidence, handed to the police, whose own sheet says what they did with it. Neither changes the other's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.access.types import Permission
from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.environment.subjects.register import Values, order, register

METHODS = {"road": "路检路查", "depot": "入户检查", "remote": "遥感检测", "smoke": "黑烟抓拍"}
FUELS = {"diesel": "柴油", "petrol": "汽油", "gas": "燃气"}
VERDICTS = {"pass": "合格", "fail": "不合格"}
OUTCOMES = {"fined": "已处罚", "warned": "警告", "returned": "退回补证", "waived": "不予处罚"}


class RoadsideCheck(Entry):
    """One vehicle checked once. `handed_on`: the day the evidence went to the police."""

    field_classes = {"plate": "person"}
    code = models.CharField(max_length=40, unique=True)
    checked_on = models.DateField()
    method = models.CharField(max_length=8)
    place = models.CharField(max_length=120)
    plate = models.CharField(max_length=16)
    fuel = models.CharField(max_length=8)
    item = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=10, decimal_places=3)
    limit = models.DecimalField(max_digits=10, decimal_places=3)
    unit = models.CharField(max_length=12)
    verdict = models.CharField(max_length=8)
    evidence = models.CharField(max_length=80, blank=True)
    handed_on = models.DateField(null=True)

    class Meta:
        app_label = "environment"

    def __str__(self) -> str:
        return f"{self.code} {self.item}"


class RoadsidePenalty(Entry):
    """What the police did with the evidence of the check of the same code."""

    code = models.CharField(max_length=40, unique=True)
    received_on = models.DateField()
    outcome = models.CharField(max_length=8)
    decided_on = models.DateField(null=True)
    document = models.CharField(max_length=80, blank=True)
    fine = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "environment"

    def __str__(self) -> str:
        return self.code


def check(values: Values) -> Sequence[Problem]:
    """The verdict is what value and limit say; a failed check has its evidence before it is handed over."""
    found = order(values, "checked_on", "handed_on", "移交日期：早于检测日期。")
    over = values["value"] > values["limit"]
    if over != (values["verdict"] == "fail"):
        word = "大于" if over else "不大于"
        found.append(Problem("verdict", f"结论：检测值 {values['value']} {word}限值 {values['limit']}，结论对不上。"))
    if values["handed_on"] and values["verdict"] == "pass":
        found.append(Problem("handed_on", "移交日期：合格的不移交。"))
    if values["handed_on"] and not values["evidence"]:
        found.append(Problem("evidence", "证据编号：移交的要有。"))
    return found


def check_penalty(values: Values) -> Sequence[Problem]:
    source = RoadsideCheck.objects.filter(code=values["code"], retired_on=None).first()
    if source is None:
        return [Problem("code", f"检测编号：没有“{values['code']}”这次检测。")]
    if source.handed_on is None:
        return [Problem("code", f"检测编号：{values['code']} 没有移交过。")]
    found = order(values, "received_on", "decided_on", "决定日期：早于接收日期。")
    if values["received_on"] < source.handed_on:
        found.append(Problem("received_on", f"接收日期：早于移交日期 {source.handed_on}。"))
    if values["outcome"] == "fined":
        found += [
            Problem(name, f"{title}：已处罚的要写。")
            for name, title in (("decided_on", "决定日期"), ("document", "决定书文号"), ("fine", "罚款"))
            if not values[name]
        ]
    elif values["fine"]:
        found.append(Problem("fine", "罚款：只有已处罚的才写。"))
    return found


CHECKS = Sheet(
    slug="roadside_checks", title="路检和遥感检测", model=RoadsideCheck, key="code", read="roadside_check.read", write="roadside_check.write", check=check,
    duty="生态环境部门一车次一行；超标的固定证据、移交交警。车牌只显示第一个字。",
    columns=(
        Column("code", "检测编号", required=True, max_length=40), Column("checked_on", "检测日期", kind="date", required=True, past=True),
        Column("method", "方式", kind="choice", required=True, choices=METHODS, filterable=True), Column("place", "地点", required=True, max_length=120),
        Column("plate", "车牌", required=True, max_length=16, personal=True), Column("fuel", "燃料", kind="choice", required=True, choices=FUELS, in_list=False),
        Column("item", "检测项目", required=True, max_length=40, help="不透光烟度、氮氧化物、一氧化氮等"),
        Column("value", "检测值", kind="decimal", required=True, minimum=0, maximum=1e6), Column("limit", "限值", kind="decimal", required=True, minimum=0, maximum=1e6),
        Column("unit", "计量单位", required=True, max_length=12), Column("verdict", "结论", kind="choice", required=True, choices=VERDICTS, filterable=True),
        Column("evidence", "证据编号", max_length=80, in_list=False), Column("handed_on", "移交交警", kind="date", past=True),
    ),
)  # fmt: skip
PENALTIES = Sheet(
    slug="roadside_penalties", title="超标车处罚", model=RoadsidePenalty, key="code", read="roadside_check.read", write="roadside_check.punish", check=check_penalty,
    duty="交警一案一行，编号就是检测编号；证据在检测那一行，这里改不动。",
    columns=(
        Column("code", "检测编号", required=True, max_length=40), Column("received_on", "接收日期", kind="date", required=True, past=True),
        Column("outcome", "结果", kind="choice", required=True, choices=OUTCOMES, filterable=True), Column("decided_on", "决定日期", kind="date", past=True),
        Column("document", "决定书文号", max_length=80), Column("fine", "罚款", kind="decimal", unit="元", minimum=0.01, maximum=1e6), Column("note", "说明", max_length=200, in_list=False),
    ),
)  # fmt: skip


def _punished(_day: date) -> Q:
    return Q(code__in=RoadsidePenalty.objects.filter(retired_on=None, outcome__in=("fined", "warned")).values("code"))


RATIOS = (
    Ratio(slug="passed", title="路检和遥感检测合格率", text="当年检测合格的 ÷ 当年检测的车次。", indicators=("路检路查合格率", "路检和遥感检测合格率"), unit="车次", of_year="checked_on",
          part=Q(verdict="pass")),
    Ratio(slug="punished", title="超标车移交处罚率", text="当年检测超标的车次中，交警已处罚或警告的 ÷ 超标的。", indicators=("超标车移交处罚率",), unit="车次", of_year="checked_on",
          whole=Q(verdict="fail"), part=_punished, also=(RoadsidePenalty,)),
)  # fmt: skip
DEMO = (
    ("SL-B13", {"code": "LJ-2025-001", "checked_on": date(2025, 6, 3), "method": "road", "place": "示例北路检查点", "plate": "示A00001", "fuel": "diesel", "item": "不透光烟度",
                "value": "2.10", "limit": "1.20", "unit": "m-1", "verdict": "fail", "evidence": "示例证据 001", "handed_on": date(2025, 6, 4)}),
    ("SL-B13", {"code": "LJ-2025-002", "checked_on": date(2025, 6, 3), "method": "remote", "place": "示例大道遥感点", "plate": "示A00002", "fuel": "diesel", "item": "不透光烟度",
                "value": "0.40", "limit": "1.20", "unit": "m-1", "verdict": "pass"}),
    ("SL-B13", {"code": "LJ-2025-003", "checked_on": date(2025, 6, 9), "method": "depot", "place": "示例物流园乙", "plate": "示A00003", "fuel": "diesel", "item": "不透光烟度",
                "value": "1.60", "limit": "1.20", "unit": "m-1", "verdict": "fail", "evidence": "示例证据 003", "handed_on": date(2025, 6, 10)}),
)  # fmt: skip
PENALTY_DEMO = (
    ("SL-B21", {"code": "LJ-2025-001", "received_on": date(2025, 6, 5), "outcome": "fined", "decided_on": date(2025, 6, 12), "document": "示例交罚〔2025〕1 号", "fine": 200}),
)  # fmt: skip
CAPABILITY = register(
    CHECKS, slug="roadside_check", ratios=RATIOS, demo=DEMO, on_map=False, looked=False, more=(PENALTIES,), more_demo=((PENALTIES, PENALTY_DEMO),),
    more_permissions=(Permission(slug="roadside_check.punish", title="登记超标车处罚", roles={"bureau_officer": "own"}),),
)  # fmt: skip
