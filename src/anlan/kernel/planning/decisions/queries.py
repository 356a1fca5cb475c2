"""What the pages read: who may see which decisions, the filters of the list, and the history of one decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning.decisions.models import STATES, Decision, GateRow
from anlan.kernel.planning.decisions.rules import GATES, SETTLED
from anlan.kernel.planning.decisions.verbs import TITLES

SORTS = {"opened": "opened_at", "-opened": "-opened_at", "title": "title", "organisation": "organisation__name"}
OUTCOMES = {"pass": "通过", "fail": "不通过", "waive": "不适用"}


def visible(actor: Actor) -> QuerySet[Decision]:
    """Mine by organisation, and those where my organisation answers for a gate."""
    also = Q(gates__responsible__organisation__path__startswith=actor.path) if actor.path else None
    rows = policy.visible_to(actor, "planning_decisions.view", Decision.objects.all(), "organisation__path", also=also)
    gates = GateRow.objects.select_related("responsible__organisation").prefetch_related("evidence__stored")
    return rows.select_related("organisation", "draft").prefetch_related(Prefetch("gates", queryset=gates))


def filtered(rows: QuerySet[Decision], asked: Mapping[str, str]) -> QuerySet[Decision]:
    """By state, drafting unit, the gate it stands at, and words; unknown values filter nothing."""
    if asked.get("state") in STATES:
        rows = rows.filter(state=asked["state"])
    if asked.get("organisation", "").isdigit():
        rows = rows.filter(organisation_id=int(asked["organisation"]))
    if asked.get("gate") in GATES:
        rows = rows.filter(gates__kind=asked["gate"], gates__state__in=("pending", "failed"))
    if words := asked.get("q", "").strip():
        rows = rows.filter(Q(title__icontains=words) | Q(plan_ref__icontains=words))
    return rows.order_by(SORTS.get(asked.get("sort", ""), "-opened_at"), "-id").distinct()


def standing(decision: Decision) -> str:
    """In words: which gates are still open, or how it ended."""
    if decision.state != "open":
        return str(STATES[decision.state])
    left = [row.rule.title for row in decision.gates.all() if row.state not in SETTLED]
    return f"还差{'、'.join(left)}" if left else "待决定"


@dataclass(frozen=True)
class Past:
    """One line of 经过."""

    at: datetime
    who: str
    verb: str
    text: str


def history(decision: Decision) -> list[Past]:
    """From the journal, oldest first."""
    entries = Entry.objects.filter(subject_kind="decision", subject_id=str(decision.pk)).order_by("id")
    return [Past(entry.at, entry.actor_name, TITLES.get(entry.verb, entry.verb), _said(entry)) for entry in entries]


def _said(entry: Entry) -> str:
    new = entry.new
    gate = GATES[new["gate"]].title if new.get("gate") in GATES else ""
    parts = (
        gate, OUTCOMES.get(new.get("outcome", ""), ""), new.get("conclusion", ""), new.get("reason", ""),
        new.get("title", ""), "合法性审查须重办" if new.get("legal_again") else "",
    )  # fmt: skip
    return "：".join(part for part in parts if part)


def units(actor: Actor) -> list[Organisation]:
    """Units this person may draft a decision for."""
    rows = Organisation.objects.filter(kind__in=("district", "bureau", "street"), closed_on=None)
    return list(policy.visible_to(actor, "planning_decisions.draft", rows, "path").order_by("code"))


def posts(gate: GateRow, at: datetime) -> list[Post]:
    """Posts that could answer for this gate today."""
    today = at.date()
    rows = Post.objects.filter(starts_on__lte=today).filter(Q(ends_on=None) | Q(ends_on__gte=today))
    rows = rows.exclude(role__in=("administrator", "auditor"))
    if gate.rule.roles:
        rows = rows.filter(role__in=gate.rule.roles)
    if gate.rule.independent:
        rows = rows.exclude(organisation__path__startswith=gate.decision.organisation.path)
    return list(rows.select_related("organisation", "person").order_by("organisation__code", "id"))
