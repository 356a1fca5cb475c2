"""Enforcement: who may what, the pages, the processes."""

from __future__ import annotations

from anlan.kernel.access.types import Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.draw.pages import draw_pages
from anlan.kernel.penalties.plans import plan_pages
from anlan.kernel.penalties.tables import discretion_page
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.enforcement import demonstration
from anlan.packs.safety.enforcement.office import INSPECTION, OFFICE, PENALTY, PLANS, POOL, SHEETS
from anlan.packs.safety.enforcement.rules import SLUG

_SEES = dict.fromkeys(("planner", "leader", "auditor", "safety_regulator"), "district")
_PARTY = dict.fromkeys(("enterprise_head", "enterprise_officer"), "own")
_OFFICE = {"safety_regulator": "district", "bureau_officer": "own"}
_LEGAL = {"legal_reviewer": "own"}


def _permission(verb: str, title: str, **roles: str) -> Permission:
    return Permission(slug=f"{SLUG}.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


CAPABILITY = Capability(
    slug=SLUG, title="应急管理执法", plan_refs=("S20",),
    permissions=(
        _permission("register", "查看检查对象和计划", **_SEES, bureau_officer="own", legal_reviewer="own"),
        _permission("write", "登记检查对象、人员和计划", safety_regulator="district"),
        _permission("draws", "查看随机抽查", **_SEES, bureau_officer="own", legal_reviewer="own"),
        _permission("draw", "办随机抽查", safety_regulator="own"),
        _permission("read", "查看执法检查", **_SEES, **_PARTY, bureau_officer="own", legal_reviewer="own"),
        _permission("plan", "登记执法检查", safety_regulator="district"),
        _permission("inspect", "现场检查", safety_regulator="district"),
        _permission("answer", "陈述申辩", **_PARTY),
        _permission("conclude", "处理检查", safety_regulator="district"),
        _permission("manage", "调度执法检查", **_OFFICE),
        _permission("penalty.read", "查看安全生产处罚", **_SEES, **_PARTY, bureau_officer="own", legal_reviewer="own"),
        _permission("penalty.file", "立案", safety_regulator="district"),
        _permission("penalty.handle", "承办处罚", safety_regulator="district"),
        _permission("penalty.answer", "对处罚陈述申辩", **_PARTY),
        _permission("penalty.legal", "法制审核", **_LEGAL),
        _permission("penalty.decide", "决定处罚", bureau_officer="own"),
        _permission("penalty.manage", "调度处罚", bureau_officer="own"),
    ),
    pages=(
        *plan_pages(OFFICE, PLANS, "enforcement/"),
        discretion_page(OFFICE.regime, name="enforcement_discretion", path="enforcement/discretion/"),
        *draw_pages(POOL, "enforcement/draws/"),
        *case_pages(PENALTY, "enforcement/penalties/"),
        *case_pages(INSPECTION, "enforcement/"),
        *(page for one in SHEETS for page in sheet_pages(one)),
    ),
    nav=(
        Nav(section="registry", title="执法检查", page="enforcement_list", permission=f"{SLUG}.read", order=6),
        *(Nav(section="registry", title=title, page=page, permission=f"{SLUG}.{verb}", order=6, below="/enforcement/")
          for title, page, verb in (("计划进度", "enforcement_plan", "register"), ("随机抽查", "enforcement_draws", "draws"),
                                    ("处罚", "enforcement_penalty_list", "penalty.read"), ("裁量表", "enforcement_discretion", "penalty.read"),
                                    ("检查对象", "enforcement_targets_list", "register"), ("检查人员", "enforcement_inspectors_list", "register"),
                                    ("回避", "enforcement_recusals_list", "register"))),
    ),
    sheets=SHEETS, processes=(INSPECTION, PENALTY), demo=demonstration.load,
)  # fmt: skip
