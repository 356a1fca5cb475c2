"""Money, promises and projects of an enterprise. Each is one transaction with one journal entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, check
from anlan.kernel.access.types import Actor
from anlan.kernel.capability.registers import end_of
from anlan.kernel.journal.record import record
from anlan.packs.safety.enterprise_duty import rules
from anlan.packs.safety.enterprise_duty.models import (
    FeeAccount,
    FeeEntry,
    ProjectOpinion,
    Promise,
    SafetyProject,
)
from anlan.packs.safety.enterprise_duty.moves import AGREE, ASK, DROP, PASS, REFUSE
from anlan.science.calendar.workdays import after, china

FEE, PROMISE, PROJECT = "enterprise_duty.fee", "enterprise_duty.promise", "enterprise_duty.project"
COST, RESERVE = "cost", "reserve"
MOST, MOST_INVEST = Decimal("1e11"), Decimal("1e8")  # yuan; 万元


def _note(actor: Actor, verb: str, subject: Any, path: str, at: datetime, old: Mapping[str, Any] | None = None, **new: Any) -> None:  # fmt: skip
    record(actor=actor, verb=f"enterprise_duty.{verb}", subject_kind=verb.split(".", maxsplit=1)[0], subject_id=subject.pk, org_path=path, at=at, old=old, new=new)  # fmt: skip


# ---- the safety fee
@transaction.atomic
def enter_fee(
    *, actor: Actor, enterprise: Organisation, item: str, amount: Decimal, on: date, note: str, key: UUID, at: datetime, voucher: str = "",
) -> FeeEntry:  # fmt: skip
    """`item` "" draws the fee (提取); otherwise it is used for that item. Refused when the balance of any day would fall below zero."""
    policy.require(actor, FEE, enterprise)
    if known := FeeEntry.objects.filter(key=key).first():
        return known
    if item and item not in rules.fee_items():
        raise Refused("item", "没有这个支出项目。", "item")
    if not 0 < amount < MOST or amount != amount.quantize(Decimal("0.01")):
        raise Refused("amount", "金额要大于 0，写到分。", "amount")
    if on > civil_date(at):
        raise Refused("on", "日期不能晚于今天。", "on")
    if not note.strip() or len(note) > 200 or len(voucher) > 40:
        raise Refused("note", "写一句用途，最多 200 个字；凭证号最多 40 个字。", "note")
    account = FeeAccount.objects.get_or_create(organisation=enterprise)[0]
    source, target = (RESERVE, item) if item else (COST, RESERVE)
    row = _move(account, key, on, source, target, amount, note.strip(), voucher.strip(), None, actor, at)
    _note(actor, "fee.entered", row, enterprise.path, at, source=source, target=target, amount=amount, on=on)
    return row


def _move(
    account: FeeAccount, key: UUID, on: date, source: str, target: str, amount: Decimal, note: str, voucher: str, reverses: FeeEntry | None, actor: Actor, at: datetime
) -> FeeEntry:  # fmt: skip
    """Write the entry and the balance together; who comes second sees `stale`. The balance of every day stays at zero or above."""
    change = amount if target == RESERVE else -amount
    running = Decimal(0)
    before = [(one.on, one.amount if one.target == RESERVE else -one.amount) for one in account.entries.all()]
    for day, part in sorted([*before, (on, change)], key=lambda one: (one[0], one[1] < 0)):
        running += part
        if running < 0:
            raise Refused("balance", f"{day} 的结余会成为 {running:,.2f} 元。先登记提取，或改日期、金额。", "amount")
    hit = FeeAccount.objects.filter(pk=account.pk, version=account.version).update(
        balance=running, version=F("version") + 1
    )
    if hit != 1:
        raise Refused("stale", "别人刚登记了一笔。刷新后再记。")
    account.balance, account.version = running, account.version + 1
    return FeeEntry.objects.create(
        account=account, key=key, on=on, source=source, target=target, amount=amount, note=note, voucher=voucher, reverses=reverses, at=at, actor_name=actor.name,
    )  # fmt: skip


@transaction.atomic
def reverse_fee(*, actor: Actor, entry: FeeEntry, reason: str, key: UUID, at: datetime) -> FeeEntry:
    """冲销: the same money back, on the same day, with its reason. Once."""
    account = entry.account
    policy.require(actor, FEE, account)
    if entry.reverses_id is not None or FeeEntry.objects.filter(reverses=entry).exists():
        raise Refused("illegal", "这一笔已经冲销，或本身就是冲销。")
    if not reason.strip():
        raise Refused("reason", "写明为什么冲销。", "reason")
    row = _move(account, key, entry.on, entry.target, entry.source, entry.amount, f"冲销：{reason.strip()}"[:200], entry.voucher, entry, actor, at)  # fmt: skip
    _note(actor, "fee.reversed", row, account.organisation.path, at, reverses=entry.pk, amount=entry.amount)
    return row


# ---- the promise
@transaction.atomic
def give_promise(
    *,
    actor: Actor,
    enterprise: Organisation,
    kind: str,
    words: str,
    facts: Mapping[str, Any],
    at: datetime,
    is_demo: bool = False,
) -> Promise:
    """The head promises, for a year or for today; once a day, in the head's own name. What is counted that day is kept with it."""
    policy.require(actor, PROMISE, enterprise)
    if kind not in rules.PROMISES:
        raise Refused("kind", "没有这种承诺。", "kind")
    if not words.strip() or len(words) > 2000:
        raise Refused("words", "写承诺什么，最多 2000 个字。", "words")
    try:
        with transaction.atomic():
            row = Promise.objects.create(
                organisation=enterprise, kind=kind, on=civil_date(at), words=words.strip(), facts=dict(facts), at=at, person_id=actor.person_id,
                person_name=actor.name, is_demo=is_demo,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("stale", "今天已经承诺过。明天再作。") from None
    _note(actor, "promise.given", row, enterprise.path, at, kind=kind)
    return row


# ---- 三同时
@transaction.atomic
def make_project(
    *,
    actor: Actor,
    enterprise: Organisation,
    name: str,
    what: str,
    invest: Decimal,
    at: datetime,
    is_demo: bool = False,
) -> SafetyProject:
    policy.require(actor, PROJECT, enterprise)
    if not name.strip() or len(name) > 80:
        raise Refused("name", "写项目名称，最多 80 个字。", "name")
    if not what.strip() or len(what) > 300:
        raise Refused("what", "写建什么，最多 300 个字。", "what")
    if not 0 < invest < MOST_INVEST:
        raise Refused("invest", "投资要大于 0，单位是万元。", "invest")
    row = SafetyProject.objects.create(
        organisation=enterprise,
        name=name.strip(),
        what=what.strip(),
        invest=invest,
        made_at=at,
        is_demo=is_demo,
    )
    _note(actor, "project.made", row, enterprise.path, at, name=row.name, invest=invest)
    return row


@transaction.atomic
def ask_departments(
    *, actor: Actor, project: SafetyProject, departments: Sequence[Organisation], at: datetime
) -> list[ProjectOpinion]:
    """Send the stage to departments together (联合审批). One that agreed or has it is not asked twice."""
    check(project, ASK, actor=actor)
    if not departments:
        raise Refused("departments", "没有选部门。至少选一个。", "departments")
    if any(one.kind not in ("bureau", "street") for one in departments):
        raise Refused("departments", "只能送委办局和街道。", "departments")
    due = end_of(after(civil_date(at), rules.ANSWER_DAYS, china()))
    have = set(project.opinions.filter(stage=project.state).exclude(state="refused").values_list("department", flat=True))  # fmt: skip
    rows = [
        ProjectOpinion.objects.create(project=project, stage=project.state, department=one, asked_at=at, due_at=due)
        for one in departments
        if one.pk not in have
    ]
    if not rows:
        raise Refused("departments", "这些部门这一阶段都送过了。", "departments")
    advance(project, ASK, actor=actor)
    _note(actor, "project.asked", project, project.organisation.path, at, stage=project.state, departments=[one.department.code for one in rows])  # fmt: skip
    return rows


@transaction.atomic
def answer(*, actor: Actor, opinion: ProjectOpinion, agree: bool, words: str, at: datetime) -> ProjectOpinion:
    """A department says yes or no; no has its reasons. Of the project's own stage only."""
    move = AGREE if agree else REFUSE
    if opinion.stage != opinion.project.state:
        raise Refused("illegal", "项目已不在这一阶段，不用答复。")
    if (not agree and not words.strip()) or len(words) > 400:
        raise Refused("words", "不同意要写明理由，最多 400 个字。", "words")
    advance(opinion, move, actor=actor, words=words.strip(), answered_at=at, answered_by=actor.name)
    project = opinion.project
    _note(actor, "project.answered", project, project.organisation.path, at, stage=opinion.stage, department=opinion.department.code, agree=agree)  # fmt: skip
    return opinion


def hindrance(project: SafetyProject) -> str:
    """Why the stage cannot be passed yet; empty when nothing is in the way."""
    if project.state not in rules.JOINT:
        return ""
    rows = [one for one in project.opinions.all() if one.stage == project.state]
    if not rows:
        return "这一阶段要部门联审，先送部门。"
    waits = [str(one.department) for one in rows if one.state == "asked"]
    if waits:
        return f"还在等{'、'.join(waits)}答复。"
    last: dict[int, str] = {}
    for one in rows:
        last[one.department_id] = one.state
    against = [str(one.department) for one in rows if last[one.department_id] == "refused" and one.state == "refused"]
    return f"{'、'.join(dict.fromkeys(against))}不同意。改好再送。" if against else ""


@transaction.atomic
def pass_stage(*, actor: Actor, project: SafetyProject, at: datetime) -> SafetyProject:
    move = PASS.get(project.state)
    if move is None:
        raise Refused("illegal", f"项目{rules.STAGES[project.state]}，没有下一阶段。")
    check(project, move, actor=actor)
    if sentence := hindrance(project):
        raise Refused("guard", sentence)
    old = project.state
    advance(project, move, actor=actor)
    _note(actor, "project.passed", project, project.organisation.path, at, old={"stage": old}, stage=project.state)
    return project


@transaction.atomic
def drop(*, actor: Actor, project: SafetyProject, reason: str, at: datetime) -> SafetyProject:
    if not reason.strip():
        raise Refused("reason", "写明为什么撤回。", "reason")
    old = project.state
    advance(project, DROP, actor=actor)
    _note(actor, "project.dropped", project, project.organisation.path, at, old={"stage": old}, reason=reason.strip()[:200])  # fmt: skip
    return project
