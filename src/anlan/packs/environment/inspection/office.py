"""The bureau's office, pool and processes, wired from the kernel's rooms with our words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.kernel.access.types import Actor
from anlan.kernel.casework.processes.rectification import rectification
from anlan.kernel.draw import queries as draws
from anlan.kernel.draw.models import LEVELS
from anlan.kernel.draw.sheets import sheets
from anlan.kernel.draw.types import Drawn, Pool
from anlan.kernel.penalties import inspecting, papers
from anlan.kernel.penalties.inspecting import Office, process_of
from anlan.kernel.penalties.process import penalty
from anlan.packs.environment.inspection import rules
from anlan.packs.environment.inspection.models import GreenInspector, GreenRecusal, GreenTarget
from anlan.packs.environment.inspection.rules import CATEGORIES, GRADES, SLUG
from anlan.packs.environment.subjects import looks

READ, WRITE = f"{SLUG}.register", f"{SLUG}.write"
ORDER = rectification(
    slug=looks.ORDER, title="环境整改", prefix="HG", grades=GRADES, major=frozenset({"major"}), kinds=CATEGORIES, limits=rules.limits("order"), turned=looks.turned,
    note="检查责令改正的、动态清单检查不合格的自动登记在这里；改好报改好，由另一人复查。",
)  # fmt: skip
OFFICE = Office(
    slug=SLUG, title="环境检查", prefix="HJ", pool=SLUG, kinds=CATEGORIES, targets=GreenTarget, inspectors=GreenInspector, rectification=ORDER.slug,
    regime=rules.regime(), limits=rules.limits("inspection"),
)  # fmt: skip
INSPECTION = process_of(OFFICE)
PENALTY = penalty(rules.regime(), title="环境处罚", prefix="HC", limits=rules.limits("penalty"), links=papers.links)


def _start(draw: Any, one: Drawn, actor: Actor, at: datetime) -> str:
    return inspecting.start(OFFICE, draw, one, actor, at)


POOL = Pool(
    slug=SLUG, title="生态环境", read=f"{SLUG}.draws", hold=f"{SLUG}.draw", prefix="HS", weighing=rules.WEIGHING,
    filters={"category": ("类别", CATEGORIES), "level": ("风险颜色", LEVELS)},
    objects=lambda asked, on: draws.targets(GreenTarget, asked, on, rules.WEIGHTS, rules.REST_DAYS),
    inspectors=lambda on: draws.inspectors(GreenInspector, on), conflicts=lambda on: draws.recusals(GreenRecusal, on), start=_start,
)  # fmt: skip
TARGETS, INSPECTORS, RECUSALS = sheets(
    slug=SLUG, targets=GreenTarget, inspectors=GreenInspector, recusals=GreenRecusal, categories=CATEGORIES, read=READ, write=WRITE
)  # fmt: skip
SHEETS = (TARGETS, INSPECTORS, RECUSALS)
