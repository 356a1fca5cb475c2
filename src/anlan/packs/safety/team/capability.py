"""The declaration of 应急队伍和专家: data only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from anlan.base.jobs import Job
from anlan.kernel.access.types import PUBLIC, Page, Permission, Scope
from anlan.kernel.capability.registers import layer
from anlan.kernel.capability.types import Capability
from anlan.kernel.journal.types import Verb
from anlan.kernel.response.types import IncidentRoom
from anlan.kernel.web.types import Nav
from anlan.packs.safety.team import actions, demonstration, pages, panels, queries, sheets

_BOTH, _POST = ("GET", "POST"), ("POST",)
_COMMAND: dict[str, Scope] = dict.fromkeys(("duty_officer", "commander", "leader"), "district")
_UNITS: dict[str, Scope] = dict.fromkeys(("bureau_officer", "street_officer"), "own")


def _page(path: str, name: str, view: Callable[..., Any], permission: str, title: str, **more: Any) -> Page:
    return Page(path=path, name=name, view=view, permission=permission, title=title, section="command", **more)


CAPABILITY = Capability(
    slug="team",
    title="应急队伍和专家",
    plan_refs=("S9",),
    incident_rooms=(IncidentRoom(title="队伍调派", page="team_incident", permission=queries.READ),),
    permissions=(
        Permission(slug=queries.READ, title="查看队伍和专家", roles={**_COMMAND, "planner": "district", "auditor": "district", "bureau_officer": "district", "street_officer": "district", "team_leader": "district"}),
        Permission(slug=queries.WRITE, title="登记队伍和专家", roles={**_UNITS, "team_leader": "own"}),
        Permission(slug=queries.DISPATCH, title="调派队伍", roles={**_COMMAND, **_UNITS}),
        Permission(slug=queries.ACT, title="报队伍进展", roles={**_COMMAND, **_UNITS, "team_leader": "own"}),
    ),
    pages=(
        *sheets.PAGES,
        _page("teams/", "team_home", pages.home, queries.READ, "队伍调派", command="看队伍"),
        _page("teams/find/", "team_find", pages.find, queries.READ, "找附近队伍", command="找附近队伍"),
        _page("teams/incidents/<str:number>/", "team_incident", pages.incident_page, queries.READ, "事件的队伍"),
        _page("teams/incidents/<str:number>/export/", "team_incident_export", pages.export, queries.READ, "导出事件的队伍", kind="export"),
        _page("teams/incidents/<str:number>/call/", "team_call", pages.call, queries.DISPATCH, "调派队伍", methods=_POST),
        _page("teams/dispatches/<int:pk>/<slug:word>/", "team_step", pages.step, queries.READ, "队伍进展", methods=_POST),
        _page("teams/links/<int:pk>/revoke/", "team_link_revoke", pages.revoke, queries.DISPATCH, "收回链接", methods=_POST),
        Page(path="t/<str:token>/", name="team_link", view=pages.link, permission=PUBLIC, title="出动任务", methods=_BOTH),
    ),
    nav=(
        Nav(section="command", title="队伍", page="team_home", permission=queries.READ, order=40),
        Nav(section="command", title="找附近队伍", page="team_find", permission=queries.READ, order=41, below="/teams"),
        Nav(section="registry", title="应急队伍", page="teams_list", permission=queries.READ, order=16),
        Nav(section="registry", title="应急专家", page="experts_list", permission=queries.READ, order=17),
    ),
    verbs=(
        Verb(slug="team.phone_seen", title="看队伍负责人电话"),
        Verb(slug="team.link_made", title="出队伍链接"),
        Verb(slug="team.link_opened", title="打开队伍链接"),
        Verb(slug="team.link_revoked", title="收回队伍链接"),
    ),
    sheets=sheets.SHEETS,
    layers=(layer(sheets.TEAMS, slug="teams", title="应急队伍", sign="kind", value=lambda row: f"{row.people}人"),),
    assets=queries.assets,
    jobs=(Job(slug="team.heads", title="点名到时", every=timedelta(seconds=10), run=actions.lapse),),
    waiting=queries.waiting,
    board_panels=panels.PANELS,
    demo=demonstration.load,
)  # fmt: skip
