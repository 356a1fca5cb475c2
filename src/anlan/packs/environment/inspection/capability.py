"""Inspection by the environment bureau: who may what, the pages, the processes."""

from __future__ import annotations

from anlan.kernel.access.types import Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.draw.pages import draw_pages
from anlan.kernel.penalties.plans import plan_pages
from anlan.kernel.penalties.tables import discretion_page
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.environment.inspection import demonstration
from anlan.packs.environment.inspection.cards import CARD
from anlan.packs.environment.inspection.office import INSPECTION, OFFICE, ORDER, PENALTY, PLANS, POOL, READ, SHEETS
from anlan.packs.environment.inspection.rules import SLUG

_SEES = dict.fromkeys(("planner", "leader", "auditor", "environment_inspector", "environment_officer"), "district")
_PARTY = dict.fromkeys(("enterprise_head", "enterprise_officer"), "own")
_BUREAU = dict.fromkeys(("bureau_officer", "legal_reviewer"), "own")
_INSPECTOR = {"environment_inspector": "district"}
_CHIEF = {"bureau_officer": "own"}
_LOOKS = {
    "environment_officer": "district",
    "bureau_officer": "own",
    "street_officer": "own",
}  # who looks at the rows of the dynamic registers


def _permission(verb: str, title: str, **roles: str) -> Permission:
    return Permission(slug=f"{SLUG}.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


CAPABILITY = Capability(
    slug=SLUG, title="环境执法检查", plan_refs=("E10",),
    permissions=(
        _permission("register", "查看环境检查对象和计划", **_SEES, **_BUREAU),
        _permission("write", "登记环境检查对象、人员和计划", **_INSPECTOR),
        _permission("draws", "查看环境双随机", **_SEES, **_BUREAU),
        _permission("draw", "办环境双随机", environment_inspector="own"),
        _permission("read", "查看环境检查", **_SEES, **_PARTY, **_BUREAU),
        _permission("plan", "登记环境检查", **_INSPECTOR),
        _permission("inspect", "环境现场检查", **_INSPECTOR),
        _permission("answer", "对环境检查陈述申辩", **_PARTY),
        _permission("conclude", "处理环境检查", **_INSPECTOR),
        _permission("manage", "调度环境检查", **_CHIEF),
        _permission("order.read", "查看环境整改", **_SEES, **_PARTY, **_BUREAU, worker="own", street_officer="own"),
        _permission("order.report", "登记环境整改", **_INSPECTOR, **_LOOKS),
        _permission("order.grade", "给环境整改判级", **_INSPECTOR),
        _permission("order.assign", "下达环境整改", **_INSPECTOR),
        _permission("order.rectify", "整改环境问题", **_PARTY, bureau_officer="own", street_officer="own"),
        _permission("order.review", "复查环境整改", **_INSPECTOR),
        _permission("order.close", "给严重环境问题销号", **_CHIEF),
        _permission("order.manage", "调度环境整改", **_CHIEF),
        _permission("penalty.read", "查看环境处罚", **_SEES, **_PARTY, **_BUREAU),
        _permission("penalty.file", "环境立案", **_INSPECTOR),
        _permission("penalty.handle", "承办环境处罚", **_INSPECTOR),
        _permission("penalty.answer", "对环境处罚陈述申辩", **_PARTY),
        _permission("penalty.legal", "环境处罚法制审核", legal_reviewer="own"),
        _permission("penalty.decide", "决定环境处罚", **_CHIEF),
        _permission("penalty.manage", "调度环境处罚", **_CHIEF),
        _permission("card_read", "查看红黄牌", **_SEES, **_PARTY, **_BUREAU),
        _permission("card_propose", "提出红黄牌", **_INSPECTOR),
        _permission("card_give", "批准红黄牌", **_CHIEF),
    ),
    pages=(
        *plan_pages(OFFICE, PLANS, "inspections/"),
        discretion_page(OFFICE.regime, name="inspection_discretion", path="inspections/discretion/"),
        *draw_pages(POOL, "inspections/draws/"),
        *case_pages(PENALTY, "inspections/penalties/"),
        *case_pages(ORDER, "inspections/orders/"),
        *case_pages(CARD, "inspections/cards/"),
        *case_pages(INSPECTION, "inspections/"),
        *(page for one in SHEETS for page in sheet_pages(one)),
    ),
    nav=(
        Nav(section="registry", title="环境检查", page="inspection_list", permission=f"{SLUG}.read", order=7),
        *(Nav(section="registry", title=title, page=page, permission=permission, order=7, below="/inspections/")
          for title, page, permission in (("计划进度", "inspection_plan", READ), ("随机抽查", "inspection_draws", f"{SLUG}.draws"), ("整改", "inspection_order_list", f"{SLUG}.order.read"),
                                          ("处罚", "inspection_penalty_list", f"{SLUG}.penalty.read"), ("红黄牌", "inspection_card_list", f"{SLUG}.card_read"),
                                          ("裁量表", "inspection_discretion", f"{SLUG}.penalty.read"), ("检查对象", "inspection_targets_list", READ),
                                          ("检查人员", "inspection_inspectors_list", READ), ("回避", "inspection_recusals_list", READ))),
    ),
    sheets=SHEETS, processes=(INSPECTION, ORDER, PENALTY, CARD), demo=demonstration.load,
)  # fmt: skip
