"""The bureau's office, pool and processes, wired from the kernel's rooms with our words."""

from __future__ import annotations

from anlan.kernel.casework.processes.rectification import rectification
from anlan.kernel.draw.sheets import sheets
from anlan.kernel.penalties import papers, plans
from anlan.kernel.penalties.inspecting import Office, pool_of, process_of
from anlan.kernel.penalties.process import penalty
from anlan.packs.environment.inspection import rules
from anlan.packs.environment.inspection.models import GreenInspector, GreenPlan, GreenRecusal, GreenTarget
from anlan.packs.environment.inspection.rules import CATEGORIES, GRADES, SLUG
from anlan.packs.environment.subjects import looks

READ, WRITE = f"{SLUG}.register", f"{SLUG}.write"
ORDER = rectification(
    slug=looks.ORDER, title="环境整改", prefix="HG", grades=GRADES, major=frozenset({"major"}), kinds=CATEGORIES, limits=rules.limits("order"), turned=looks.turned,
    note="检查责令改正的、动态清单检查不合格的自动登记在这里；改好报改好，由另一人复查。",
)  # fmt: skip
OFFICE = Office(
    slug=SLUG, title="环境检查", prefix="HJ", kinds=CATEGORIES, targets=GreenTarget, inspectors=GreenInspector, recusals=GreenRecusal, weights=rules.WEIGHTS,
    rest_days=rules.REST_DAYS, rectification=ORDER.slug, regime=rules.regime(), limits=rules.limits("inspection"),
)  # fmt: skip
INSPECTION = process_of(OFFICE)
PENALTY = penalty(rules.regime(), title="环境处罚", prefix="HC", limits=rules.limits("penalty"), links=papers.links)
POOL = pool_of(OFFICE, title="生态环境", prefix="HS")
PLANS = plans.plan_sheet(OFFICE, GreenPlan, title="环境年度检查计划", read=READ, write=WRITE)
TARGETS, INSPECTORS, RECUSALS = sheets(
    slug=SLUG, targets=GreenTarget, inspectors=GreenInspector, recusals=GreenRecusal, categories=CATEGORIES, read=READ, write=WRITE
)  # fmt: skip
SHEETS = (PLANS, TARGETS, INSPECTORS, RECUSALS)
