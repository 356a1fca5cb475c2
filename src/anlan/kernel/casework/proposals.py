"""Steps made in the field without a line, arriving late: done when the case still is where the person saw it, else kept for a person
to decide. Never the last write wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import Move, advance
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import actions
from anlan.kernel.casework.actions import Upload, add_line
from anlan.kernel.casework.models import Case, Evidence, Line, Proposal, ProposalFile
from anlan.kernel.casework.verbs import note as journal
from anlan.kernel.files.keeping import keep

CONFLICTS = ("illegal", "stale", "guard", "same_person")
NEVER = ("forbidden", "key", "full")  # not a matter of what the case or the form has become


def send(
    *, actor: Actor, case: Case, step: str, seen_state: str, key: UUID, made_at: datetime, at: datetime, note: str = "",
    values: Mapping[str, Any] | None = None, uploads: Sequence[Upload] = (), seen_line: int | None = None, changed: str = "",
    told: Mapping[str, str] | None = None,
) -> Case | Proposal:  # fmt: skip
    """Make the step that was made in the field when the case was in `seen_state`; a conflict becomes a proposal. The same key again
    gives the same answer.

    `seen_line` is the last line that moved the case when it was seen: a case that went on and came back is not the case that was seen.
    `changed` says that the form has another edition now: what the case's form cannot read any more is then kept too. `told`: further words.
    """
    if found := Proposal.objects.filter(key=key).first():
        return found
    row = next((one for one in case.of.steps if one.slug == step), None)
    if row is not None:
        policy.require(actor, row.permission, case)
    elif not changed:
        raise Refused("not_found", "没有这一步。")
    why = "" if Line.objects.filter(key=key).exists() else _moved_on(case, seen_state, seen_line)
    if not why:
        try:
            return actions.make_step(
                actor=actor, case=case, step=step, at=at, note=note, values=values, uploads=uploads, key=key, told=told
            )  # fmt: skip
        except Refused as refused:
            if refused.code not in CONFLICTS and (not changed or refused.code in NEVER):
                raise
            why = refused.message if refused.code in CONFLICTS else f"{changed}{refused.message}"
    if told:
        why = f"{why}{'；'.join(f'{term}：{words}' for term, words in told.items())}。"
    return _keep(actor, case, step, key, why, made_at, at, note, dict(values or {}), uploads)


def _moved_on(case: Case, seen_state: str, seen_line: int | None) -> str:
    """Why the case is not the one that was seen; empty when it is."""
    if case.state != seen_state:
        return f"现场办理时是“{case.of.states.get(seen_state, seen_state)}”，现在是“{case.get_state_display()}”。"
    if seen_line is not None and moves(case).filter(pk__gt=seen_line).exists():
        return f"现场办理以后，这一件动过又回到“{case.get_state_display()}”，不是当时那一轮了。"
    return ""


def moves(case: Case) -> QuerySet[Line]:
    """The lines that moved the case from one state to another."""
    return Line.objects.filter(case=case).exclude(source=F("target"))


def step_title(proposal: Proposal) -> str:
    """What the step is called, also when the process does not know it any more."""
    return next((one.title for one in proposal.case.of.steps if one.slug == proposal.step), proposal.step)


def told(proposal: Proposal) -> list[tuple[str, str]]:
    """What the person did and wrote, in words, for whoever decides."""
    row = next((one for one in proposal.case.of.steps if one.slug == proposal.step), None)
    fields = {one.name: one for one in row.fields} if row else {}
    lines = [("现场办的", step_title(proposal)), ("说明", proposal.note)]
    for name, value in proposal.values.items():
        field = fields.get(name)
        lines.append((field.title if field else name, str((field.choices or {}).get(value, value) if field else value)))
    return [(term, words) for term, words in lines if words]


@transaction.atomic
def _keep(
    actor: Actor, case: Case, step: str, key: UUID, why: str, made_at: datetime, at: datetime, note: str, values: dict[str, Any],
    uploads: Sequence[Upload],
) -> Proposal:  # fmt: skip
    row, made = Proposal.objects.get_or_create(
        key=key,
        defaults={"case": case, "step": step, "note": note, "values": values, "why": why[:200], "made_at": made_at, "received_at": at,
                  "person_id": actor.person_id, "post_id": actor.post_id, "actor_name": actor.name},
    )  # fmt: skip
    if made:
        for kind, name, content in uploads:
            stored = keep(actor=actor, name=name, content=content, at=at, org_path=case.owner.path)
            ProposalFile.objects.create(proposal=row, kind=kind, stored=stored)
        journal(actor, case, "proposed", at, step=step, why=why[:200])
    return row


@transaction.atomic
def answer(*, actor: Actor, proposal: Proposal, take: bool, text: str, at: datetime) -> Proposal:
    """The person decides: taken, what was said and photographed becomes a line of the history; dropped, the reason is said."""
    said, case = text.strip()[:400], proposal.case
    if not take and not said:
        raise Refused("answer", "没有写不采用的理由。", "answer")
    move = Move(
        slug="answer",
        title="核定",
        sources=("waiting",),
        target="taken" if take else "dropped",
        permission=case.of.manage,
    )
    advance(proposal, move, actor=actor, answered_at=at, answered_by=actor.name, answer=said)
    words = {"现场": proposal.actor_name, "核定": Proposal.STATES[proposal.state], **({"说明": said} if said else {})}
    line = add_line(
        case, actor, at, "proposal", f"现场“{step_title(proposal)}”", case.state, case.state, proposal.note, words, None
    )
    if take:
        Evidence.objects.bulk_create(
            Evidence(case=case, line=line, kind=one.kind, stored=one.stored) for one in proposal.files.all()
        )
    journal(actor, case, "proposal_answered", at, proposal=proposal.pk, taken=take)
    return proposal
