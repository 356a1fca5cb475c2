"""The declaration of 危险化学品监测: data only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.journal.types import Verb
from anlan.kernel.web.types import Nav
from anlan.packs.safety.hazchem_monitoring import actions, demonstration, duty_pages, pages, queries
from anlan.packs.safety.hazchem_monitoring.duty_moves import TITLES
from anlan.packs.safety.hazchem_monitoring.kinds import DUTY, PERMISSION, POSTS, TANK_AREA, WRITE
from anlan.packs.safety.hazchem_monitoring.process import ALARM_CASES, PERMISSIONS, PROCESS

_ALL = (
    "planner",
    "leader",
    "auditor",
    "administrator",
    "bureau_officer",
    "street_officer",
    "safety_regulator",
    "duty_officer",
    "commander",
)
_BOTH = ("GET", "POST")


def _page(path: str, name: str, view: Callable[..., Any], permission: str, title: str, **more: Any) -> Page:
    return Page(
        path=f"hazchem/{path}", name=name, view=view, permission=permission, title=title, section="monitor", **more
    )


CAPABILITY = Capability(
    slug="hazchem_monitoring",
    title="危险化学品监测",
    plan_refs=("S14",),
    permissions=(
        *PERMISSIONS,
        Permission(slug=PERMISSION, title="查看危险化学品监测", roles={**dict.fromkeys(_ALL, "district"), "enterprise_officer": "own"}),
        Permission(slug=WRITE, title="登记重大危险源单元", roles={"bureau_officer": "district", "enterprise_officer": "own"}),
        Permission(slug=DUTY, title="签值守日志", roles={"bureau_officer": "own", "enterprise_officer": "own"}),
        Permission(slug=POSTS, title="设值守岗", roles={"bureau_officer": "district"}),
    ),
    pages=(
        *case_pages(PROCESS, "hazchem/cases/", "monitor"),
        _page("", "hazchem", pages.overview, PERMISSION, "危险化学品", command="看危险化学品"),
        _page("level/", "hazchem_level", pages.level, PERMISSION, "重大危险源分级", command="算重大危险源"),
        _page("units/new/", "hazchem_unit_new", pages.unit_new, WRITE, "登记单元", methods=_BOTH, command="登记重大危险源"),
        _page("units/export/", "hazchem_units_export", pages.units_export, PERMISSION, "导出单元", kind="export"),
        _page("units/<int:pk>/", "hazchem_unit", pages.unit, PERMISSION, "重大危险源单元"),
        _page("units/<int:pk>/<slug:word>/", "hazchem_unit_move", pages.unit_move, WRITE, "办理单元", methods=("POST",)),
        _page("duty/new/", "duty_post_new", duty_pages.new, POSTS, "设值守岗", methods=_BOTH, command="设值守岗"),
        _page("duty/<int:pk>/", "duty_post", duty_pages.post, PERMISSION, "值守岗"),
        _page("duty/<int:pk>/export/", "duty_export", duty_pages.export, PERMISSION, "导出值守日志", kind="export"),
        _page("duty/<int:pk>/end/", "duty_post_end", duty_pages.end, POSTS, "停用值守岗", methods=("POST",)),
        _page("duty/<int:pk>/sign/<slug:word>/", "duty_sign", duty_pages.sign, DUTY, "签值守日志", methods=("POST",)),
    ),
    nav=(Nav(section="monitor", title="危险化学品", page="hazchem", permission=PERMISSION, order=31),
         Nav(section="monitor", title="危化核实", page="hazchem_monitoring_list", permission=PERMISSION, order=35, below="/hazchem")),
    verbs=(
        Verb(slug=actions.ENTERED, title="登记重大危险源单元"),
        Verb(slug=actions.ASSESSED, title="重新辨识重大危险源"),
        Verb(slug=actions.RETIRED, title="停用重大危险源单元"),
        Verb(slug=actions.FOUNDED, title="设值守岗"),
        Verb(slug=actions.ENDED, title="停用值守岗"),
        *(Verb(slug=slug, title=f"值守：{TITLES[kind]}") for kind, slug in actions.SIGNED.items()),
    ),
    processes=(PROCESS,),
    alarm_cases=ALARM_CASES,
    kinds=(TANK_AREA,),
    waiting=queries.waiting,
    demo=demonstration.load,
)  # fmt: skip
