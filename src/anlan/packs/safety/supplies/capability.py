"""The declaration of 应急物资: data only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anlan.kernel.access.types import Page, Permission, Scope
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.response.types import IncidentRoom
from anlan.kernel.web.types import Nav
from anlan.packs.safety.supplies import demonstration, desk, need_pages, pages, panels, queries
from anlan.packs.safety.supplies.formulas import FORMULAS
from anlan.packs.safety.supplies.moves import CATALOGUE, DIRECT, DRAW, MOVE, NEED, READ, REQUISITION, SIGN_OFF, WRITE
from anlan.packs.safety.supplies.sheets import SHEETS, STORES_SHEET
from anlan.packs.safety.supplies.verbs import VERBS

_COMMAND: Mapping[str, Scope] = {"duty_officer": "district", "commander": "district"}
_KEEPERS: Mapping[str, Scope] = {"store_keeper": "own", "bureau_officer": "own", "street_officer": "own"}
_UNITS: Mapping[str, Scope] = {**_KEEPERS, "team_leader": "own", "shelter_keeper": "own"}
# Each moves its own; all see all.
_SEE: Mapping[str, Scope] = dict.fromkeys(("planner", "leader", "auditor", "safety_regulator", "duty_officer", "commander", *_UNITS), "district")  # fmt: skip
_BOTH = ("GET", "POST")


def _page(path: str, name: str, view: Callable[..., Any], title: str, permission: str = READ, methods: tuple[str, ...] = ("GET",), command: str = "") -> Page:  # fmt: skip
    return Page(
        path=f"supplies/{path}",
        name=name,
        view=view,
        permission=permission,
        title=title,
        methods=methods,
        section="command",
        command=command,
    )


def _export(path: str, name: str, view: Callable[..., Any], title: str) -> Page:
    return Page(path=f"supplies/{path}", name=name, view=view, permission=READ, title=title, kind="export")


def _tab(title: str, page: str, order: int, permission: str = READ) -> Nav:
    return Nav(section="command", title=title, page=page, permission=permission, order=order, below="/supplies/")


PAGES = (
    _page("", "supplies", pages.stock, "应急物资", command="看应急物资"),
    _export("export/", "supplies_export", pages.stock_export, "导出应急物资库存"),
    _page("stores/", "supplies_stores", pages.stores, "按储备点"),
    _page("stores/<int:pk>/", "supplies_store", pages.store, "一个储备点", methods=_BOTH),
    _page("expiring/", "supplies_expiring", pages.expiring, "物资效期"),
    _export("expiring/export/", "supplies_expiring_export", pages.expiring_export, "导出物资效期"),
    _page("items/<int:pk>/", "supply_item_ledger", pages.item, "物资台账"),
    _export("items/<int:pk>/export/", "supply_item_ledger_export", pages.item_export, "导出物资台账"),
    _page("balance/", "supplies_balance", pages.balance, "总账试算"),
    _page("move/", "supply_move", pages.move, "收发登记", MOVE, _BOTH, "物资收发登记"),
    _page("orders/", "supply_orders", pages.orders, "物资单据"),
    _export("orders/export/", "supply_orders_export", pages.orders_export, "导出物资收发明细"),
    _page("orders/<str:number>/", "supply_order", pages.order, "一张物资单据", methods=_BOTH),
    _page("orders/<str:number>/print/", "supply_order_print", pages.order_print, "打印物资单据"),
    _page("needs/", "supply_needs", need_pages.board, "物资需求", command="看物资需求"),
    _export("needs/export/", "supply_needs_export", need_pages.board_export, "导出物资需求"),
    _page("needs/new/", "supply_need_new", need_pages.new, "提出物资需求", NEED, _BOTH, "提出物资需求"),
    _page("needs/<str:number>/", "supply_need", need_pages.need, "一项物资需求", methods=_BOTH),
    _page("incidents/<str:number>/", "supply_incident", need_pages.incident_needs, "一个事件的物资需求"),
    _page("agreements/", "supplies_agreements", pages.agreements, "协议储备调用", methods=_BOTH),
    _page("requisitions/", "supply_requisitions", need_pages.taken, "应急征用"),
    _export("requisitions/export/", "supply_requisitions_export", need_pages.taken_export, "导出应急征用"),
    _page("requisitions/new/", "supply_requisition_new", need_pages.take, "登记应急征用", REQUISITION, _BOTH, "登记应急征用"),
    _page("requisitions/<str:number>/", "supply_requisition", need_pages.requisition, "一件应急征用", methods=_BOTH),
    _page("requisitions/<str:number>/print/", "supply_requisition_print", need_pages.requisition_print, "打印征用凭证", REQUISITION),
    _page("donations/", "supplies_donations", pages.donations, "捐赠收支"),
    _export("donations/export/", "supplies_donations_export", pages.donations_export, "导出捐赠收支"),
    _page("norms/", "supplies_norms", pages.norms, "储备对定额"),
    _export("norms/export/", "supplies_norms_export", pages.norms_export, "导出储备对定额"),
)  # fmt: skip

CAPABILITY = Capability(
    slug="supplies", title="应急物资", plan_refs=("S10", "S26"),
    incident_rooms=(IncidentRoom(title="物资需求", page="supply_incident", permission=READ),),
    permissions=(
        Permission(slug=READ, title="查看应急物资", roles=_SEE),
        Permission(slug=MOVE, title="收发物资", roles=_KEEPERS),
        Permission(slug=SIGN_OFF, title="签收物资", roles={**_COMMAND, **_UNITS}),
        Permission(slug=NEED, title="提出物资需求", roles={**_COMMAND, **_UNITS}),
        Permission(slug=DIRECT, title="调度物资", roles=_COMMAND),
        Permission(slug=DRAW, title="调用协议储备", roles={**_COMMAND, "bureau_officer": "own"}),
        Permission(slug=REQUISITION, title="办理应急征用", roles={**_COMMAND, "bureau_officer": "own", "street_officer": "own"}),
        Permission(slug=WRITE, title="登记储备点", roles=_KEEPERS),
        Permission(slug=CATALOGUE, title="登记物资目录和协议", roles={"bureau_officer": "own"}),
    ),
    pages=(*PAGES, *(page for sheet in SHEETS for page in sheet_pages(sheet))),
    nav=(
        Nav(section="command", title="物资", page="supplies", permission=READ, order=40),
        _tab("按储备点", "supplies_stores", 41), _tab("效期", "supplies_expiring", 42), _tab("需求", "supply_needs", 43), _tab("单据", "supply_orders", 44),
        _tab("协议储备", "supplies_agreements", 45), _tab("征用", "supply_requisitions", 46), _tab("捐赠", "supplies_donations", 47), _tab("对定额", "supplies_norms", 48),
        Nav(section="registry", title="物资目录", page="supply_items_list", permission=READ, order=16),
    ),
    verbs=VERBS, sheets=SHEETS, formulas=FORMULAS, waiting=desk.waits, now=desk.now, find=desk.find, assets=queries.assets, board_panels=panels.PANELS, demo=demonstration.load,
    layers=(registers.layer(STORES_SHEET, slug="supply_stores", title="物资储备点", sign="kind"),),
)  # fmt: skip
