"""Relief: who may what, the pages, the registers, the indicators, the jobs. The register of shelters itself stands in `shelter.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from anlan.base.jobs import Job
from anlan.kernel.access.types import PUBLIC, Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.response.types import IncidentRoom
from anlan.kernel.web.types import Nav
from anlan.packs.safety.relief import demonstration, desk, formulas, panels, queries, sheets
from anlan.packs.safety.relief.actions import telling
from anlan.packs.safety.relief.actions.common import VERBS
from anlan.packs.safety.relief.pages import board, street
from anlan.packs.safety.relief.types import ACT, OPEN, ORDER, READ, RECOVERY_READ, RECOVERY_WRITE, UNMASK

_COMMAND = dict.fromkeys(("duty_officer", "commander", "leader"), "district")
_LOOK = {**_COMMAND, **dict.fromkeys(("planner", "auditor"), "district")}
_FIELD = dict.fromkeys(("street_officer", "shelter_keeper"), "own")
_BOTH = ("GET", "POST")


def _permission(slug: str, title: str, roles: Mapping[str, str]) -> Permission:
    return Permission(slug=slug, title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


def _page(path: str, name: str, view: Callable[..., Any], permission: str, title: str, methods: tuple[str, ...] = ("GET",), kind: str = "page", command: str = "") -> Page:  # fmt: skip
    return Page(path=f"relief/{path}", name=name, view=view, permission=permission, title=title, methods=methods, section="registry" if path.startswith("coverage/") else "command", kind=kind, command=command)  # type: ignore[arg-type]  # fmt: skip


PAGES = (
    _page("", "relief_incidents", board.incidents, READ, "安置救助", command="登记安置户"),
    _page("coverage/", "relief_coverage", board.coverage, "shelter.read", "避难场所覆盖"),
    _page("coverage/export/", "relief_coverage_export", board.coverage_export, "shelter.read", "导出避难场所覆盖", kind="export"),
    _page("site/<str:number>/", "relief_site", street.site, READ, "避难场所", _BOTH),
    _page("site/<str:number>/order/", "relief_site_order", street.site_order, READ, "开设令"),
    _page("household/<str:number>/", "relief_household", street.household, READ, "安置户", _BOTH),
    _page("household/<str:number>/names/", "relief_names", street.names, UNMASK, "看原文", _BOTH),
    _page("household/<str:number>/edit/", "relief_edit", street.edit, UNMASK, "更正安置户", _BOTH),
    _page("<str:number>/", "relief_board", board.board, READ, "救助时钟"),
    _page("<str:number>/now/", "relief_board_now", board.board_now, READ, "救助时钟现在", kind="fragment"),
    _page("<str:number>/export/", "relief_board_export", board.board_export, READ, "导出救助时钟", kind="export"),
    _page("<str:number>/order/", "relief_order", board.order, ORDER, "下开设令", _BOTH),
    _page("<str:number>/recovery/", "relief_recovery", board.recovery, RECOVERY_READ, "损失和恢复"),
    _page("<str:number>/households/", "relief_households", street.households, READ, "安置户", _BOTH),
    _page("<str:number>/households/export/", "relief_households_export", street.households_export, READ, "导出安置户", kind="export"),
    _page("<str:number>/register/", "relief_register", street.register, ACT, "登记安置户", _BOTH),
    _page("<str:number>/forms/", "relief_forms", street.forms, ACT, "纸质登记表", _BOTH),
    _page("<str:number>/forms/print/", "relief_forms_print", street.forms_print, ACT, "打印登记表"),
    Page(path="public/relief/", name="relief_public", view=board.public, permission=PUBLIC, title="避难场所和救助"),
)  # fmt: skip

CAPABILITY = Capability(
    slug="relief", title="安置救助", plan_refs=("S11",),
    incident_rooms=(IncidentRoom(title="安置救助", page="relief_board", permission=READ),),
    permissions=(
        _permission(READ, "查看安置救助", {**_LOOK, **_FIELD}),
        _permission(ACT, "登记安置户、确认救助", {**_FIELD, "duty_officer": "district"}),
        _permission(ORDER, "下场所开设令、作废登记", _COMMAND),
        _permission(OPEN, "开放和关闭避难场所", {**_FIELD, "duty_officer": "district"}),
        _permission(UNMASK, "看安置户原文", {**_FIELD, "duty_officer": "district", "commander": "district"}),
        _permission(RECOVERY_READ, "查看损失和恢复", {**_LOOK, "bureau_officer": "own", "street_officer": "own"}),
        _permission(RECOVERY_WRITE, "登记损失、过渡安置和恢复重建", {"bureau_officer": "own", "street_officer": "own", "duty_officer": "district"}),
    ),
    pages=(*PAGES, *(page for sheet in sheets.SHEETS for page in sheet_pages(sheet))),
    nav=(
        Nav(section="command", title="安置救助", page="relief_incidents", permission=READ, order=40),
        Nav(section="registry", title="避难场所覆盖", page="relief_coverage", permission="shelter.read", order=11),
        Nav(section="registry", title="社区常住人口", page="relief_communities_list", permission="shelter.read", order=11),
        Nav(section="registry", title="灾害损失", page="relief_houses_list", permission=RECOVERY_READ, order=16),
        Nav(section="registry", title="农作物损失", page="relief_crops_list", permission=RECOVERY_READ, order=17, below="/registry/relief_"),
        Nav(section="registry", title="企业损失", page="relief_enterprises_list", permission=RECOVERY_READ, order=17, below="/registry/relief_"),
        Nav(section="registry", title="过渡安置", page="relief_transitions_list", permission=RECOVERY_READ, order=17, below="/registry/relief_"),
        Nav(section="registry", title="恢复重建", page="relief_works_list", permission=RECOVERY_READ, order=17, below="/registry/relief_"),
    ),
    verbs=VERBS, sheets=sheets.SHEETS, formulas=formulas.FORMULAS, assets=queries.assets,
    jobs=(
        Job(slug="relief.limit", title="救助时限到，记一次", every=timedelta(seconds=20), run=telling.note_limit),
        Job(slug="relief.tell", title="安置人数和损失报到事件", every=timedelta(seconds=60), run=telling.tell_all),
    ),
    waiting=desk.waits, now=desk.now, public=desk.public, find=desk.find, board_panels=panels.PANELS, demo=demonstration.load,
)  # fmt: skip
