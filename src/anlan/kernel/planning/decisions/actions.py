"""Changes to a decision. One function per intent, one transaction, one journal entry."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import moves as machine
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.files.keeping import keep
from anlan.kernel.journal.record import Facts, record
from anlan.kernel.planning.decisions.models import Decision, Evidence, GateRow
from anlan.kernel.planning.decisions.moves import DECIDE, DECISION_MOVES, GATE_MOVES, RESET, not_mine
from anlan.kernel.planning.decisions.rules import GATES, Conclusion, obstacle

Upload = tuple[str, bytes]


def _note(
    actor: Actor, verb: str, decision: Decision, at: datetime, *, old: Facts | None = None, new: Facts | None = None
) -> None:
    record(
        actor=actor, verb=f"planning_decisions.{verb}", subject_kind="decision", subject_id=decision.pk, at=at,
        org_path=decision.organisation.path, old=old, new=new,
    )  # fmt: skip


def _text(value: str, field: str, sentence: str, most: int = 4000) -> str:
    text = value.strip()
    if not text:
        raise Refused("empty", sentence, field)
    if len(text) > most:
        raise Refused("long", f"超过 {most} 字。改短后再存。", field)
    return text


def _kept(actor: Actor, decision: Decision, upload: Upload | None, at: datetime) -> int | None:
    if upload is None:
        return None
    return keep(actor=actor, name=upload[0], content=upload[1], at=at, org_path=decision.organisation.path).pk


@transaction.atomic
def open_decision(
    *, actor: Actor, title: str, summary: str, organisation: Organisation, at: datetime, plan_ref: str = "",
    draft: Upload | None = None, is_demo: bool = False,
) -> Decision:  # fmt: skip
    """Start a decision with its five gates pending and nobody responsible yet."""
    policy.require(actor, "planning_decisions.draft", organisation)
    decision = Decision(
        title=_text(title, "title", "没有名称。写明决策事项。", 120), organisation=organisation, is_demo=is_demo,
        summary=_text(summary, "summary", "没有事项说明。写明要决定什么、为什么。"), opened_at=at, opened_by=actor.name,
        plan_ref=plan_ref.strip()[:120],
    )  # fmt: skip
    decision.draft_id = _kept(actor, decision, draft, at)
    decision.save()
    GateRow.objects.bulk_create(GateRow(decision=decision, kind=slug, place=place) for place, slug in enumerate(GATES))
    _note(actor, "opened", decision, at, new={"title": decision.title, "organisation": organisation.code})
    return decision


@transaction.atomic
def revise(*, actor: Actor, decision: Decision, summary: str, at: datetime, draft: Upload | None = None) -> None:
    """Change the draft. A passed legal review falls back to pending: it judged another text."""
    text = _text(summary, "summary", "没有事项说明。写明要决定什么、为什么。")
    old = {"summary": decision.summary, "draft": decision.draft_id}
    kept = _kept(actor, decision, draft, at) or decision.draft_id
    machine.advance(decision, machine.find(DECISION_MOVES, "revise"), actor=actor, summary=text, draft_id=kept)
    reviewed = decision.gates.filter(kind="legal", state="passed").first()
    if reviewed is not None:
        machine.advance(reviewed, RESET, actor=actor, concluded_at=None)
    _note(actor, "revised", decision, at, old=old, new={"summary": text, "draft": kept, "legal_again": bool(reviewed)})


@transaction.atomic
def assign(*, actor: Actor, gate: GateRow, post: Post, at: datetime) -> None:
    """Name the post that answers for a gate."""
    decision, rule = gate.decision, gate.rule
    policy.require(actor, "planning_decisions.draft", decision)
    if decision.state != "open" or gate.state != "pending":
        raise Refused("illegal", "这一关已有结论，不能换负责岗位。", "post")
    if post.ends_on and post.ends_on < civil_date(at):
        raise Refused("post", "这个岗位已离任。换一个。", "post")
    if rule.roles and post.role not in rule.roles:
        titles = "、".join(policy.roles()[role].title for role in rule.roles if role in policy.roles())
        raise Refused("post", f"{rule.title}只能由{titles}负责。", "post")
    if rule.independent and post.organisation.path.startswith(decision.organisation.path):
        raise Refused("post", f"承办单位不能对自己的草案作{rule.title}。换一个单位。", "post")
    old = gate.responsible_id
    changed = GateRow.objects.filter(pk=gate.pk, version=gate.version, state="pending").update(
        responsible=post, version=gate.version + 1
    )
    if changed != 1:
        raise Refused("stale", "别人刚改过这一关，刷新后再办。")
    gate.responsible, gate.version = post, gate.version + 1
    _note(actor, "assigned", decision, at, old={"post": old}, new={"gate": gate.kind, "post": post.pk})


@transaction.atomic
def add_evidence(*, actor: Actor, gate: GateRow, title: str, upload: Upload | None, at: datetime) -> Evidence:
    """Put a file under a gate that is not concluded yet."""
    decision = gate.decision
    if gate.responsible_id is None or gate.responsible_id != actor.post_id:
        policy.require(actor, "planning_decisions.draft", decision)
    if decision.state != "open" or gate.state != "pending":
        raise Refused("illegal", "这一关已有结论。要补佐证，先重办。", "file")
    if upload is None:
        raise Refused("empty", "没有选文件。", "file")
    name = _text(title or upload[0], "title", "没有佐证名称。", 120)
    stored = keep(actor=actor, name=upload[0], content=upload[1], at=at, org_path=decision.organisation.path)
    row = Evidence.objects.create(gate=gate, stored=stored, title=name, added_at=at, added_by=actor.name)
    _note(actor, "evidence_added", decision, at, new={"gate": gate.kind, "title": name, "sha256": stored.sha256})
    return row


@transaction.atomic
def conclude(*, actor: Actor, gate: GateRow, wanted: Conclusion, at: datetime) -> None:
    """Write the conclusion of a gate. Passing the last one (集体讨论决定) decides the matter."""
    decision = Decision.objects.select_for_update().select_related("organisation").get(pk=gate.decision_id)
    move = next((row for row in GATE_MOVES[:3] if row.slug == wanted.outcome), None)
    if move is None:
        raise Refused("outcome", "选一个结论：通过、不通过或不适用。", "outcome")
    policy.require(actor, move.permission, gate)
    if decision.state != "open":
        raise Refused("illegal", f"现在不能作结论：这件决策{decision.get_state_display()}。")
    if sentence := not_mine(gate, actor):
        raise Refused("forbidden", sentence)
    field, sentence = obstacle(
        gate.rule, wanted, evidence=gate.evidence.count(), states=decision.states(), today=civil_date(at)
    )
    if sentence:
        raise Refused("rule", sentence, field)
    facts = {"held_from": wanted.held_from, "held_to": wanted.held_to, "short_reason": wanted.short_reason.strip()}
    facts = dict.fromkeys(facts) | {"short_reason": ""} if wanted.outcome == "waive" else facts
    text = _text(wanted.text, "text", "结论是空的。写明结论和理由。")
    machine.advance(gate, move, actor=actor, conclusion=text, concluded_at=at, **facts)
    if gate.kind == "collective" and wanted.outcome == "pass":
        machine.advance(decision, DECIDE, actor=actor, decided_at=at)
    shown = {"gate": gate.kind, "outcome": wanted.outcome, "conclusion": text, **facts}
    _note(actor, "concluded", decision, at, new={**shown, "decided": decision.state == "decided"})


@transaction.atomic
def redo(*, actor: Actor, gate: GateRow, reason: str, at: datetime) -> None:
    """Take up a failed gate again; the failed conclusion stays in the journal and on the page's history."""
    text = _text(reason, "reason", "没有重办的理由。", 400)
    if gate.decision.state != "open":
        raise Refused("illegal", "这件决策已办结，不能重办。")
    old = {"gate": gate.kind, "conclusion": gate.conclusion}
    machine.advance(gate, machine.find(GATE_MOVES, "redo"), actor=actor, conclusion="", concluded_at=None)
    _note(actor, "redone", gate.decision, at, old=old, new={"reason": text})


@transaction.atomic
def publish(*, actor: Actor, decision: Decision, at: datetime) -> None:
    """Show a decided matter to the public, with its gates and conclusions."""
    machine.advance(decision, machine.find(DECISION_MOVES, "publish"), actor=actor, published_at=at)
    _note(actor, "published", decision, at)


@transaction.atomic
def terminate(*, actor: Actor, decision: Decision, reason: str, at: datetime) -> None:
    """End a matter without a decision."""
    text = _text(reason, "reason", "没有终止的理由。", 400)
    machine.advance(decision, machine.find(DECISION_MOVES, "terminate"), actor=actor, ended_reason=text)
    _note(actor, "terminated", decision, at, new={"reason": text})
