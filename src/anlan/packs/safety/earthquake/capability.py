"""The declaration of 地震速报: data only."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission, Scope
from anlan.kernel.capability.types import Capability
from anlan.kernel.response.boards import EARTHQUAKE, BoardPanel
from anlan.kernel.web.types import Nav
from anlan.packs.safety.earthquake import pages, queries
from anlan.packs.safety.earthquake.actions import READ, TAKE, VERBS

_COMMAND: dict[str, Scope] = dict.fromkeys(("duty_officer", "commander", "leader"), "district")
_SEE: dict[str, Scope] = dict.fromkeys(("planner", "auditor", "bureau_officer", "safety_regulator"), "district")

CAPABILITY = Capability(
    slug="earthquake", title="地震速报", plan_refs=("S6",),
    permissions=(
        Permission(slug=READ, title="查看地震速报", roles={**_COMMAND, **_SEE}),
        Permission(slug=TAKE, title="录入地震速报", roles=_COMMAND),
    ),
    pages=(
        Page(path="earthquakes/", name="earthquakes", view=pages.listing, permission=READ, title="地震速报", section="command", command="看地震速报"),
        Page(path="earthquakes/export/", name="earthquakes_export", view=pages.export, permission=READ, title="导出地震速报", kind="export"),
        Page(path="earthquakes/new/", name="earthquake_new", view=pages.new, permission=TAKE, title="录入地震速报", methods=("GET", "POST"), section="command", command="录入地震速报"),
    ),
    nav=(Nav(section="command", title="地震速报", page="earthquakes", permission=READ, order=4, below="/command/boards/earthquake/"),),
    verbs=VERBS,
    board_panels=(
        BoardPanel(slug="quick_reports", title="速报", boards=(EARTHQUAKE,), permission=READ, lines=queries.told, column="now", order=5, page="earthquakes",
                   empty="没有收到地震速报。收到就录入，一步开事件。", act=("earthquake_new", "录入速报", TAKE)),
        BoardPanel(slug="affected", title="影响范围（只按距离）", boards=(EARTHQUAKE,), permission=READ, lines=queries.affected, column="now", order=6,
                   empty="七天内没有地震速报。"),
        BoardPanel(slug="losses", title="震害评估", boards=(EARTHQUAKE,), permission=READ, lines=queries.losses, column="notices", order=5, empty="七天内没有地震速报。"),
    ),
)  # fmt: skip
