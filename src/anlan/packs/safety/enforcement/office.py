"""The bureau's office, pool and processes, wired from the kernel's rooms with our words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.kernel.access.types import Actor
from anlan.kernel.casework.types import Limit
from anlan.kernel.draw import queries as draws
from anlan.kernel.draw.models import LEVELS
from anlan.kernel.draw.sheets import sheets
from anlan.kernel.draw.types import Drawn, Pool
from anlan.kernel.penalties import inspecting, papers
from anlan.kernel.penalties.inspecting import Office, process_of
from anlan.kernel.penalties.process import penalty
from anlan.kernel.registry.types import Column, Sheet
from anlan.packs.safety.enforcement import rules
from anlan.packs.safety.enforcement.models import EnforcementPlan, SafetyInspector, SafetyRecusal, SafetyTarget
from anlan.packs.safety.enforcement.rules import CATEGORIES, SLUG

READ, WRITE, PLAN = f"{SLUG}.register", f"{SLUG}.write", f"{SLUG}.plan"
_LIMITS: tuple[Limit, ...] = rules.limits("inspection")
OFFICE = Office(
    slug=SLUG, title="执法检查", prefix="JC", pool=SLUG, kinds=CATEGORIES, targets=SafetyTarget, inspectors=SafetyInspector, rectification="hidden_danger",
    regime=rules.regime(), limits=_LIMITS,
)  # fmt: skip
INSPECTION = process_of(OFFICE)
PENALTY = penalty(rules.regime(), title="安全处罚", prefix="CF", limits=rules.limits("penalty"), links=papers.links)


def _start(draw: Any, one: Drawn, actor: Actor, at: datetime) -> str:
    return inspecting.start(OFFICE, draw, one, actor, at)


POOL = Pool(
    slug=SLUG, title="应急管理", read=f"{SLUG}.draws", hold=f"{SLUG}.draw", prefix="AC", weighing=rules.WEIGHING,
    filters={"category": ("类别", CATEGORIES), "level": ("风险颜色", LEVELS)},
    objects=lambda asked, on: draws.targets(SafetyTarget, asked, on, rules.WEIGHTS, rules.REST_DAYS),
    inspectors=lambda on: draws.inspectors(SafetyInspector, on), conflicts=lambda on: draws.recusals(SafetyRecusal, on), start=_start,
)  # fmt: skip

PLANS = Sheet(
    slug="enforcement_plans", title="年度检查计划", model=EnforcementPlan, key="code", read=READ, write=WRITE, review_days=90,
    duty="一行一类：今年检查多少家、用什么办法；完成多少由检查事项算出来。", columns=(
        Column("code", "编号", required=True, max_length=40), Column("year", "年份", kind="int", required=True, minimum=2020, maximum=2100, filterable=False),
        Column("category", "类别", kind="choice", required=True, choices=CATEGORIES, filterable=True),
        Column("level", "风险颜色", kind="choice", choices=LEVELS, help="空着是各种颜色"),
        Column("way", "办法", kind="choice", required=True, choices=rules.WAYS, filterable=True),
        Column("number", "计划数", kind="int", required=True, unit="家次", minimum=1, maximum=100_000),
        Column("basis", "依据", max_length=160, in_list=False)),
)  # fmt: skip
TARGETS, INSPECTORS, RECUSALS = sheets(
    slug=SLUG, targets=SafetyTarget, inspectors=SafetyInspector, recusals=SafetyRecusal, categories=CATEGORIES, read=READ, write=WRITE,
)  # fmt: skip
