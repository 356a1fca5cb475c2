"""What may be done beside the steps: hand over, extend, pause, supervise, merge, watch. One function per intent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import Move, advance
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import clocking
from anlan.kernel.casework.actions import add_line, check_holder
from anlan.kernel.casework.limits import due, resumed
from anlan.kernel.casework.models import Case, Clock, Extension, Watch
from anlan.kernel.casework.types import UNIT_WORDS
from anlan.kernel.casework.verbs import note as journal

MOST_REASON = 400


def _reason(text: str, field: str = "reason") -> str:
    said = text.strip()
    if not said:
        raise Refused(field, "没有写理由。写明理由再办。", field)
    if len(said) > MOST_REASON:
        raise Refused(field, f"理由超过 {MOST_REASON} 个字。", field)
    return said


def _touch(case: Case, actor: Actor, permission: str, title: str, **changes: object) -> None:
    """A compare-and-set that leaves the state: the case must be open, and as the actor saw it."""
    everywhere = tuple(one for one in case.of.states if one not in case.of.ends)
    advance(
        case,
        Move(slug="touch", title=title, sources=everywhere, target="", permission=permission),
        actor=actor,
        **changes,
    )


@transaction.atomic
def hand_over(*, actor: Actor, case: Case, to: Organisation, reason: str, at: datetime) -> Case:
    """转办: another organisation holds it from now on; the clock runs on. The holder itself or who manages the process may."""
    said = _reason(reason)
    if to.pk == case.holder_id:
        raise Refused("to", f"现在就在{to}手里。选别的单位。", "to")
    if to.closed_on is not None:
        raise Refused("to", f"{to}已撤销。选别的单位。", "to")
    check_holder(case.of, to, "to")
    old = case.holder
    _touch(case, actor, case.of.manage, "转办", holder=to, person=None)
    add_line(case, actor, at, "hand_over", "转办", case.state, case.state, said, {"由": str(old), "到": str(to)}, None)
    journal(actor, case, "handed_over", at, old={"holder": old.pk}, holder=to.pk, reason=said)
    return case


@transaction.atomic
def ask_extension(*, actor: Actor, case: Case, until: datetime, reason: str, at: datetime) -> Extension:
    """Before the clock ends, by the holder; one question at a time."""
    said = _reason(reason)
    clock = clocking.running(case)
    if clock is None:
        raise Refused("illegal", "现在没有在走的时限，不用延期。")
    if not actor.path or not case.holder.path.startswith(actor.path):
        raise Refused("forbidden", f"延期由办理单位{case.holder}申请。")
    if clock.due_at <= at:
        raise Refused("late", "已经超时，不能再申请延期。写明原因报下达单位。")
    if until <= clock.due_at:
        raise Refused("until", "延期要晚于现在的期限。", "until")
    _within(case, clock, until, at)
    try:
        with transaction.atomic():
            row = Extension.objects.create(case=case, clock=clock, until=until, reason=said, asked_at=at, asked_by=actor.name,
                                           asker_id=actor.person_id)  # fmt: skip
    except IntegrityError:
        raise Refused("twice", "已有一次延期等答复。") from None
    add_line(
        case,
        actor,
        at,
        "ask_extension",
        "申请延期",
        case.state,
        case.state,
        said,
        {"延到": f"{until:%Y-%m-%d %H:%M}"},
        None,
    )
    journal(actor, case, "extension_asked", at, until=until, reason=said)
    return row


def _within(case: Case, clock: Clock, until: datetime, at: datetime) -> None:
    """What the law allows at most, when it says so; of a deadline that was set, the state's rule counts."""
    rule = next((one for one in case.of.limits if one.slug == clock.limit), None) or case.of.limit(
        case.state, case.grade, civil_date(at)
    )
    if rule and rule.most and until > (last := due(replace(rule, amount=rule.most), clock.first_due_at)):
        raise Refused("until", f"{rule.title}最多延长 {rule.most} {UNIT_WORDS[rule.unit]}，不晚于 {civil_date(last)}。", "until")  # fmt: skip


@transaction.atomic
def answer_extension(*, actor: Actor, extension: Extension, approve: bool, answer: str, at: datetime) -> Extension:
    """The issuer decides, and never whoever asked. Approved, the clock ends later; its first end stays on record."""
    case, said = extension.case, answer.strip()[:MOST_REASON] if approve else _reason(answer, "answer")
    if extension.asker_id is not None and extension.asker_id == actor.person_id:
        raise Refused("same_person", "申请延期的人不能自己答复。")
    move = Move(
        slug="answer",
        title="答复延期",
        sources=("asked",),
        target="approved" if approve else "rejected",
        permission=case.of.manage,
    )
    advance(extension, move, actor=actor, answered_at=at, answered_by=actor.name, answer=said)
    if approve:
        rows, next_at = (
            Clock.objects.filter(pk=extension.clock_id, stopped_at=None),
            clocking.raise_at(extension.until, extension.clock.raised),
        )
        if rows.update(due_at=extension.until, raise_at=next_at) != 1:
            raise Refused("stale", "这一段时限已经走完，延期不用答复。")
        _touch(case, actor, case.of.manage, "答复延期", due_at=extension.until)
    word = Extension.STATES[extension.state]
    add_line(case, actor, at, "answer_extension", "答复延期", case.state, case.state, said, {"答复": word}, None)
    journal(actor, case, "extension_answered", at, approved=approve, until=extension.until)
    return extension


@transaction.atomic
def pause(*, actor: Actor, case: Case, reason: str, at: datetime) -> Case:
    """The clock stands (鉴定、公示等期间不计入); whoever manages the process may."""
    said, clock = _reason(reason), clocking.running(case)
    if clock is None or clock.paused_at is not None:
        raise Refused("illegal", "现在没有在走的时限。")
    _touch(case, actor, case.of.manage, "暂停计时", due_at=None)
    Clock.objects.filter(pk=clock.pk).update(paused_at=at, raise_at=None)
    add_line(case, actor, at, "pause", "暂停计时", case.state, case.state, said, {}, None)
    journal(actor, case, "paused", at, reason=said)
    return case


@transaction.atomic
def resume(*, actor: Actor, case: Case, at: datetime) -> Case:
    clock = clocking.running(case)
    if clock is None or clock.paused_at is None:
        raise Refused("illegal", "时限没有暂停。")
    until = resumed(clock.due_at, clock.paused_at, at)
    _touch(case, actor, case.of.manage, "恢复计时", due_at=until)
    Clock.objects.filter(pk=clock.pk).update(
        paused_at=None, due_at=until, raise_at=clocking.raise_at(until, clock.raised)
    )
    add_line(case, actor, at, "resume", "恢复计时", case.state, case.state, "", {}, None)
    journal(actor, case, "resumed", at, due_at=until)
    return case


@transaction.atomic
def supervise(*, actor: Actor, case: Case, number: str, at: datetime) -> Case:
    """挂牌督办 under a document number; it ends only with the case."""
    said = number.strip()[:80]
    if not said:
        raise Refused("number", "没有写督办文号。", "number")
    if case.supervised_at is not None:
        raise Refused("twice", f"已在督办：{case.supervision}。")
    _touch(case, actor, case.of.manage, "挂牌督办", supervised_at=at, supervision=said)
    add_line(case, actor, at, "supervise", "挂牌督办", case.state, case.state, "", {"文号": said}, None)
    journal(actor, case, "supervised", at, document=said)
    return case


@transaction.atomic
def merge(*, actor: Actor, case: Case, into: Case, reason: str, at: datetime) -> Case:
    """并案: `case` is the same matter as `into` and ends; both histories say so. The process must have an end `merged`."""
    said = _reason(reason)
    if "merged" not in case.of.ends:
        raise Refused("illegal", "这种事项不能并案。")
    if into.pk == case.pk or into.process != case.process:
        raise Refused("into", "只能并到另一件同类事项。", "into")
    if not into.is_open:
        raise Refused("into", f"{into.number} 已办结。并到没有办结的一件。", "into")
    policy.require(actor, case.of.manage, into)
    source = case.state
    open_states = tuple(one for one in case.of.states if one not in case.of.ends)
    move = Move(slug="merge", title="并案", sources=open_states, target="merged", permission=case.of.manage)
    advance(case, move, actor=actor, merged_into=into, is_open=False, closed_at=at, due_at=None, started_at=None)
    clocking.stop(case, at)
    add_line(case, actor, at, "merge", "并案", source, "merged", said, {"并入": into.number}, None)
    add_line(into, actor, at, "merged", "并入一件", into.state, into.state, said, {"并入的": case.number}, None)
    Case.objects.filter(pk=into.pk).update(version=F("version") + 1)
    journal(actor, case, "merged", at, into=into.number, reason=said)
    return case


@transaction.atomic
def watch(*, actor: Actor, case: Case, on: bool) -> None:
    """A person's own list; nothing of the case changes, so nothing is journalled."""
    if actor.person_id is None:
        raise Refused("sign_in", "先登录。")
    if on:
        Watch.objects.get_or_create(case=case, person_id=actor.person_id)
    else:
        Watch.objects.filter(case=case, person_id=actor.person_id).delete()
