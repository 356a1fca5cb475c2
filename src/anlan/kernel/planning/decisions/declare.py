"""What this room declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.kernel.access import policy
from anlan.kernel.access.types import PUBLIC, Actor, Page, Permission, Scope
from anlan.kernel.planning.decisions import pages, queries
from anlan.kernel.planning.decisions.demonstration import load as demo
from anlan.kernel.planning.decisions.models import Decision, GateRow
from anlan.kernel.planning.decisions.rules import order_obstacle
from anlan.kernel.planning.decisions.verbs import VERBS
from anlan.kernel.web.types import Hit, Nav, Waiting

_OFFICERS: dict[str, Scope] = {"bureau_officer": "own", "environment_officer": "own", "street_officer": "own"}

PERMISSIONS = (
    Permission(
        slug="planning_decisions.view", title="查看重大行政决策",
        roles={"planner": "district", "leader": "district", "auditor": "district", **_OFFICERS},
    ),
    Permission(
        slug="planning_decisions.draft", title="承办重大行政决策",
        roles={"planner": "district", "bureau_officer": "own", "street_officer": "own"},
    ),
    Permission(
        slug="planning_decisions.conclude", title="对决策的一关作结论",
        roles={"planner": "district", "leader": "district", **_OFFICERS},
    ),
    Permission(slug="planning_decisions.publish", title="公布或终止决策", roles={"planner": "district"}),
)  # fmt: skip

_VIEW, _SECTION = "planning_decisions.view", "planning"
PAGES = (
    Page(path="planning/decisions/", name="decisions", view=pages.decisions, permission=_VIEW, title="重大行政决策", section=_SECTION),
    Page(
        path="planning/decisions/export/", name="decisions_export", view=pages.export, permission=_VIEW,
        title="导出重大行政决策", kind="export",
    ),
    Page(
        path="planning/decisions/open/", name="decision_open", view=pages.open_form,
        permission="planning_decisions.draft", title="决策立项", command="决策立项", methods=("GET", "POST"), section=_SECTION,
    ),
    Page(
        path="planning/decisions/<int:number>/", name="decision", view=pages.detail, permission=_VIEW,
        title="决策事项", section=_SECTION,
    ),
    Page(
        path="planning/decisions/<int:number>/<slug:word>/", name="decision_move", view=pages.move, permission=_VIEW,
        title="办理决策", methods=("POST",), section=_SECTION,
    ),
    Page(
        path="planning/decisions/<int:number>/gates/<slug:kind>/<slug:word>/", name="decision_gate",
        view=pages.gate_move, permission=_VIEW, title="办理一关", methods=("POST",), section=_SECTION,
    ),
    Page(
        path="planning/decisions/files/<int:number>/", name="decision_file", view=pages.attachment, permission=_VIEW,
        title="决策的附件", kind="file",
    ),
    Page(path="public/decisions/", name="public_decisions", view=pages.public_list, permission=PUBLIC, title="重大行政决策公开"),
    Page(
        path="public/decisions/<int:number>/", name="public_decision", view=pages.public_detail, permission=PUBLIC,
        title="决策公开",
    ),
)  # fmt: skip

NAV = (Nav(section="planning", title="重大决策", page="decisions", permission=_VIEW, order=60),)


def waiting(actor: Actor, _at: datetime) -> Iterator[Waiting]:
    """Gates I answer for and may conclude now; for the planner also gates nobody answers for, and what to publish."""
    mine = GateRow.objects.filter(state="pending", decision__state="open", responsible_id=actor.post_id or 0)
    for gate in mine.select_related("decision__organisation").prefetch_related("decision__gates"):
        if not order_obstacle(gate.rule, gate.decision.states()):
            yield _line(gate.decision, gate.rule.title, _("作结论"), f"#{gate.kind}")
    if not policy.may(actor, "planning_decisions.publish"):
        return
    for decision in (
        Decision.objects.filter(state="open", gates__responsible=None).select_related("organisation").distinct()
    ):
        yield _line(decision, _("未指定负责岗位"), _("指定"))
    for decision in Decision.objects.filter(state="decided").select_related("organisation"):
        yield _line(decision, _("已决定，未公布"), _("公布"))


def _line(decision: Decision, fact: str, verb: str, anchor: str = "") -> Waiting:
    return Waiting(
        kind=_("决策"), title=decision.title, fact=fact, sender=str(decision.organisation), verb=verb,
        url=reverse("decision", args=[decision.pk]) + anchor,
    )  # fmt: skip


def find(actor: Actor, words: str) -> list[Hit]:
    if not policy.may(actor, _VIEW):
        return []
    rows = queries.visible(actor).filter(title__icontains=words).distinct()[:8]
    return [
        Hit(group="查", title=row.title, detail=str(row.organisation), url=reverse("decision", args=[row.pk]))
        for row in rows
    ]


__all__ = ["NAV", "PAGES", "PERMISSIONS", "VERBS", "demo", "find", "waiting"]
