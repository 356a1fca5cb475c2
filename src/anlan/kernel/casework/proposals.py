"""Steps made in the field without a line, arriving late: done when the case still is where the person saw it, else kept for a person
to decide. Never the last write wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access.moves import Move, advance
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import actions
from anlan.kernel.casework.actions import Upload, add_line, find_step
from anlan.kernel.casework.models import Case, Evidence, Line, Proposal, ProposalFile
from anlan.kernel.casework.verbs import note as journal
from anlan.kernel.files.keeping import keep

CONFLICTS = ("illegal", "stale", "guard", "same_person")


def send(
    *, actor: Actor, case: Case, step: str, seen_state: str, key: UUID, made_at: datetime, at: datetime, note: str = "",
    values: Mapping[str, Any] | None = None, uploads: Sequence[Upload] = (),
) -> Case | Proposal:  # fmt: skip
    """Make the step that was made in the field when the case was in `seen_state`; a conflict becomes a proposal. The same key again
    gives the same answer."""
    row = find_step(case.of, step)
    if found := Proposal.objects.filter(key=key).first():
        return found
    done = Line.objects.filter(key=key).exists()
    why = (
        ""
        if done or case.state == seen_state
        else f"现场办理时是“{case.of.states.get(seen_state, seen_state)}”，现在是“{case.get_state_display()}”。"
    )
    if not why:
        try:
            return actions.make_step(
                actor=actor, case=case, step=step, at=at, note=note, values=values, uploads=uploads, key=key
            )
        except Refused as refused:
            if refused.code not in CONFLICTS:
                raise
            why = refused.message
    return _keep(actor, case, row.slug, key, why, made_at, at, note, dict(values or {}), uploads)


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
    step = find_step(case.of, proposal.step)
    words = {"现场": proposal.actor_name, "核定": Proposal.STATES[proposal.state], **({"说明": said} if said else {})}
    line = add_line(
        case, actor, at, "proposal", f"现场“{step.title}”", case.state, case.state, proposal.note, words, None
    )
    if take:
        Evidence.objects.bulk_create(
            Evidence(case=case, line=line, kind=one.kind, stored=one.stored) for one in proposal.files.all()
        )
    journal(actor, case, "proposal_answered", at, proposal=proposal.pk, taken=take)
    return proposal
