"""Investigation and accountability: who may what, the pages, the processes."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.accountability import demonstration, pages
from anlan.packs.safety.accountability.process import INVESTIGATION, LADDER
from anlan.packs.safety.accountability.rules import SLUG
from anlan.packs.safety.accountability.sheets import READ, SHEETS, WRITE

_SEES = dict.fromkeys(("planner", "leader", "auditor", "safety_regulator"), "district")
_OWN = dict.fromkeys(("bureau_officer", "street_officer", "enterprise_head"), "own")


def _permission(slug: str, title: str, **roles: str) -> Permission:
    return Permission(slug=slug, title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


CAPABILITY = Capability(
    slug=SLUG, title="事故调查和责任落实", plan_refs=("S21",),
    permissions=(
        _permission(READ, "查看责任清单和评分", **_SEES, **_OWN),
        _permission(WRITE, "登记责任清单和工作清单", **_OWN, safety_regulator="own"),
        _permission(f"{SLUG}.investigation_read", "查看事故调查", **_SEES, bureau_officer="own"),
        _permission(f"{SLUG}.investigation_work", "办理事故调查", safety_regulator="district"),
        _permission(f"{SLUG}.investigation_approve", "批准事故调查", leader="district"),
        _permission(f"{SLUG}.ladder_read", "查看提醒约谈通报", **_SEES, **_OWN),
        _permission(f"{SLUG}.ladder_issue", "发提醒约谈通报", safety_regulator="district"),
        _permission(f"{SLUG}.ladder_reply", "答复提醒约谈通报", **_OWN),
    ),
    pages=(
        Page(path="accountability/scorecard/", name="accountability_scorecard", view=pages.scorecard, permission=READ, title="单位评分", section="registry"),
        Page(path="accountability/scorecard/export/", name="accountability_scorecard_export", view=pages.scorecard_export, permission=READ, title="导出单位评分",
             kind="export"),
        *case_pages(INVESTIGATION, "accountability/investigations/"),
        *case_pages(LADDER, "accountability/"),
        *(page for one in SHEETS for page in sheet_pages(one)),
    ),
    nav=(
        Nav(section="registry", title="责任落实", page="accountability_ladder_list", permission=f"{SLUG}.ladder_read", order=7),
        *(Nav(section="registry", title=title, page=page, permission=permission, order=7, below="/accountability/")
          for title, page, permission in (("事故调查", "accountability_investigation_list", f"{SLUG}.investigation_read"),
                                          ("单位评分", "accountability_scorecard", READ), ("责任清单", "safety_duties_list", READ),
                                          ("工作清单", "safety_works_list", READ))),
    ),
    sheets=SHEETS, processes=(INVESTIGATION, LADDER), demo=demonstration.load,
)  # fmt: skip
