"""What waits for a person, what was sent, and what search finds, of all processes together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import declared, queries
from anlan.kernel.casework.models import Case, Extension, Proposal
from anlan.kernel.web.types import Hit, Waiting

SHOWN = 200


def _waiting(case: Case, actor: Actor, verb: str = "") -> Waiting:
    process = case.of
    grade = (process.grades or {}).get(case.grade, ("", ""))[0]
    return Waiting(
        kind=process.title, title=case.title, fact="，".join(one for one in (grade, str(case.owner), case.get_state_display()) if one),
        sender=case.opened_by, verb=verb or _verb(case, actor), url=reverse("case", args=[case.number]), due_at=case.due_at, started_at=case.started_at,
    )  # fmt: skip


def _verb(case: Case, actor: Actor) -> str:
    """The move this person would make: the main one that is allowed, or the first."""
    steps = [
        one
        for one in case.of.steps
        if case.state in one.sources
        and (one.main or one.target not in ("", case.state))
        and policy.may(actor, one.permission, case)
    ]
    return next((one.title for one in steps if one.main), steps[0].title if steps else "去看")


def waiting(actor: Actor, _at: datetime) -> Iterator[Waiting]:
    """Cases I hold and may move on; extensions and proposals that wait for my answer."""
    for case in queries.mine(actor).order_by("due_at", "id")[:SHOWN]:
        yield _waiting(case, actor)
    if not actor.path:
        return
    for row in _to_answer(Extension.objects.filter(state="asked"), actor):
        yield _waiting(row.case, actor, "答复延期")
    for row in _to_answer(Proposal.objects.filter(state="waiting"), actor):
        yield _waiting(row.case, actor, "核定提议")


def _to_answer(rows: object, actor: Actor) -> Iterable[Extension | Proposal]:
    everywhere = [slug for slug, one in declared.processes().items() if policy.reach(actor, one.manage) == "district"]
    nobody_s = Q(case__issuer=None) & (Q(case__holder=actor.organisation_id) | Q(case__process__in=everywhere))
    own = Q(case__issuer=actor.organisation_id) | nobody_s
    found = rows.filter(own).select_related("case__owner", "case__holder")[:SHOWN]  # type: ignore[attr-defined]
    return [one for one in found if policy.may(actor, one.case.of.manage, one.case)]


def sent(actor: Actor, _at: datetime) -> Iterator[Waiting]:
    for case in queries.sent(actor).order_by("due_at", "id")[:SHOWN]:
        yield _waiting(case, actor, "去看")


def find(actor: Actor, words: str) -> list[Hit]:
    rows = queries.visible(actor).filter(Q(title__contains=words) | Q(number__iexact=words))[:8]
    return [
        Hit(
            group="查",
            title=str(one),
            detail=f"{one.of.title}，{one.get_state_display()}",
            url=reverse("case", args=[one.number]),
        )
        for one in rows
    ]
