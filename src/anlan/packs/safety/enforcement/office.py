"""The bureau's office, pool and processes, wired from the kernel's rooms with our words."""

from __future__ import annotations

from anlan.kernel.draw.sheets import sheets
from anlan.kernel.penalties import papers, plans
from anlan.kernel.penalties.inspecting import Office, pool_of, process_of
from anlan.kernel.penalties.process import penalty
from anlan.packs.safety.enforcement import rules
from anlan.packs.safety.enforcement.models import EnforcementPlan, SafetyInspector, SafetyRecusal, SafetyTarget
from anlan.packs.safety.enforcement.rules import CATEGORIES, SLUG

READ, WRITE = f"{SLUG}.register", f"{SLUG}.write"
OFFICE = Office(
    slug=SLUG, title="执法检查", prefix="JC", kinds=CATEGORIES, targets=SafetyTarget, inspectors=SafetyInspector, recusals=SafetyRecusal, weights=rules.WEIGHTS,
    rest_days=rules.REST_DAYS, rectification="hidden_danger", regime=rules.regime(), limits=rules.limits("inspection"),
)  # fmt: skip
INSPECTION = process_of(OFFICE)
PENALTY = penalty(rules.regime(), title="安全处罚", prefix="CF", limits=rules.limits("penalty"), links=papers.links)
POOL = pool_of(OFFICE, title="应急管理", prefix="AC")
PLANS = plans.plan_sheet(OFFICE, EnforcementPlan, title="年度检查计划", read=READ, write=WRITE)
TARGETS, INSPECTORS, RECUSALS = sheets(
    slug=SLUG, targets=SafetyTarget, inspectors=SafetyInspector, recusals=SafetyRecusal, categories=CATEGORIES, read=READ, write=WRITE,
)  # fmt: skip
SHEETS = (PLANS, TARGETS, INSPECTORS, RECUSALS)
