"""The declaration of 区域应急联动: data only."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission, Scope
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.response.types import IncidentRoom
from anlan.kernel.web.types import Nav
from anlan.packs.safety.mutual_aid import demonstration, pages, queries
from anlan.packs.safety.mutual_aid.actions import SUBJECTS, VERBS
from anlan.packs.safety.mutual_aid.moves import ASK, READ, WRITE
from anlan.packs.safety.mutual_aid.sheets import SHEETS

_COMMAND: dict[str, Scope] = dict.fromkeys(("duty_officer", "commander"), "district")
_SEE: dict[str, Scope] = dict.fromkeys(("leader", "auditor", "planner", "bureau_officer"), "district")

CAPABILITY = Capability(
    slug="mutual_aid", title="区域应急联动", plan_refs=("S7",),
    incident_rooms=(IncidentRoom(title="联动支援", page="mutual_aid", permission=READ, asked=True),),
    permissions=(
        Permission(slug=READ, title="查看区域联动", roles={**_COMMAND, **_SEE}),
        Permission(slug=WRITE, title="登记联动协议和演练", roles={"bureau_officer": "own", "duty_officer": "district"}),
        Permission(slug=ASK, title="请求和答复支援", roles=_COMMAND),
    ),
    pages=(
        Page(path="mutual-aid/", name="mutual_aid", view=pages.overview, permission=READ, title="区域联动", section="command", command="请求邻区支援"),
        Page(path="mutual-aid/new/", name="mutual_aid_ask", view=pages.ask, permission=ASK, title="请求支援", methods=("POST",), section="command"),
        Page(path="mutual-aid/<str:given>/<str:word>/", name="mutual_aid_move", view=pages.move, permission=ASK, title="办理支援请求", methods=("POST",), section="command"),
        *(page for one in SHEETS for page in sheet_pages(one)),
    ),
    nav=(
        Nav(section="command", title="区域联动", page="mutual_aid", permission=READ, order=68),
        Nav(section="registry", title="联动协议", page="aid_agreements_list", permission=READ, order=38),
        Nav(section="registry", title="联合演练", page="joint_drills_list", permission=READ, order=39),
    ),
    verbs=VERBS, sheets=SHEETS, parcels=SUBJECTS, waiting=queries.waiting, demo=demonstration.load,
)  # fmt: skip
