"""The ledger of inspections: who may what, pages, rates."""

from __future__ import annotations

from anlan.kernel.access.types import PUBLIC, Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.environment.inspector_rectification import demonstration, pages
from anlan.packs.environment.inspector_rectification.formulas import FORMULAS
from anlan.packs.environment.inspector_rectification.process import PROCESS
from anlan.packs.environment.inspector_rectification.rules import SLUG
from anlan.packs.environment.inspector_rectification.sheet import ITEMS

_READ, _REPORT = f"{SLUG}.read", f"{SLUG}.report"
_OFFICER = {"environment_officer": "district"}
_OWN = {"bureau_officer": "own", "street_officer": "own"}
_WATCH = dict.fromkeys(("planner", "leader", "auditor"), "district")


def _permission(verb: str, title: str, **roles: str) -> Permission:
    return Permission(slug=f"{SLUG}.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


CAPABILITY = Capability(
    slug=SLUG, title="督察整改", plan_refs=("E17",),
    permissions=(
        _permission("read", "查看督察整改", **_OFFICER, **_OWN, **_WATCH),
        _permission("list", "查看督察整改清单", **_OFFICER, **_WATCH),
        _permission("write", "登记督察整改清单", **_OFFICER),
        _permission("report", "立案督察整改", **_OFFICER),
        _permission("assign", "下达督察整改", **_OFFICER),
        _permission("rectify", "办理督察整改", **_OWN),
        _permission("review", "核查督察整改", **_OFFICER, bureau_officer="own"),
        _permission("close", "验收销号", **_OFFICER),
        _permission("manage", "调度督察整改", **_OFFICER),
    ),
    pages=(
        Page(path="rectification/", name=f"{SLUG}_ledger", view=pages.ledger, permission=_READ, title="整改台账", section="registry", command="看督察整改台账"),
        Page(path="rectification/ledger/export/", name=f"{SLUG}_ledger_export", view=pages.export, permission=_READ, title="导出整改台账", kind="export"),
        Page(path="rectification/start/", name=f"{SLUG}_start_all", view=pages.start_all, permission=_REPORT, title="全部立案", methods=("POST",)),
        Page(path="rectification/<int:number>/start/", name=f"{SLUG}_start", view=pages.start, permission=_REPORT, title="立案", methods=("POST",)),
        *case_pages(PROCESS, "rectification/cases/"),
        *sheet_pages(ITEMS),
        Page(path="public/rectification/", name=f"{SLUG}_public", view=pages.public, permission=PUBLIC, title="督察整改公开"),
        Page(path="public/rectification.csv", name=f"{SLUG}_public_csv", view=pages.public_csv, permission=PUBLIC, title="督察整改公开 CSV", kind="export"),
    ),
    nav=(
        Nav(section="registry", title="督察整改", page=f"{SLUG}_ledger", permission=_READ, order=5),
        Nav(section="registry", title="整改事项", page=f"{SLUG}_list", permission=_READ, order=6, below="/rectification/"),
        Nav(section="registry", title="来源清单", page="inspector_items_list", permission=f"{SLUG}.list", order=7, below="/rectification/"),
    ),
    processes=(PROCESS,), sheets=(ITEMS,), formulas=FORMULAS, demo=demonstration.load,
)  # fmt: skip
