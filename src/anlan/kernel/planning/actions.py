"""Working a task. One function per intent; each is one transaction with one journal entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import Actor
from anlan.kernel.files.keeping import keep
from anlan.kernel.journal.record import record
from anlan.kernel.planning.intake import new_terms
from anlan.kernel.planning.models import ChangeRequest, Evidence, Milestone, Money, Progress, Project, Task
from anlan.kernel.planning.models.promises import DEADLINES
from anlan.kernel.planning.queries import is_lead
from anlan.kernel.planning.rules import CHANGE_MOVES, MOVES, due_day

Upload = tuple[str, bytes]


def _note(actor: Actor, task: Task, verb: str, at: datetime, **new: Any) -> None:
    path = task.lead.path if task.lead else ""
    record(
        actor=actor,
        verb=f"planning.task.{verb}",
        subject_kind="task",
        subject_id=task.pk,
        org_path=path,
        new=new,
        at=at,
    )


def _need_lead(actor: Actor, task: Task, verb: str) -> None:
    if not is_lead(task, actor):
        name = task.lead.short_name if task.lead else "未对应的单位"
        raise Refused("forbidden", f"“{verb}”由牵头单位{name}办理。")


@transaction.atomic
def accept(*, actor: Actor, task: Task, at: datetime) -> Task:
    """The lead department takes the task on."""
    policy.require(actor, "planning.work", task)
    _need_lead(actor, task, "签收")
    advance(task, find(MOVES, "accept"), actor=actor)
    _note(actor, task, "accepted", at)
    return task


@transaction.atomic
def report(
    *, actor: Actor, task: Task, text: str, as_of: date, at: datetime, percent: int | None = None,
    figure: Decimal | None = None, figure_unit: str = "", uploads: Sequence[Upload] = (),
) -> Progress:  # fmt: skip
    """A department reports what was done, with figures and files. Co-departments report their part; the lead sets the per cent."""
    policy.require(actor, "planning.work", task)
    if not text.strip():
        raise Refused("text", "没有写进展。写一句做了什么再存。", "text")
    if as_of > civil_date(at):
        raise Refused("as_of", "截至日期晚于今天。改后再存。", "as_of")
    if percent is not None and not 0 <= percent <= 100:
        raise Refused("percent", "进度是 0 到 100 的整数。", "percent")
    if actor.organisation_id is None:
        raise Refused("forbidden", "当前岗位没有所属单位，不能填报。")
    lead = is_lead(task, actor)
    if percent is not None and not lead:
        raise Refused("percent", "总进度由牵头单位填。清空这一栏再存。", "percent")
    changes: dict[str, Any] = {"reported_at": at, **({"percent": percent} if percent is not None else {})}
    advance(task, find(MOVES, "report"), actor=actor, **changes)
    row = Progress.objects.create(
        task=task, organisation_id=actor.organisation_id, as_of=as_of, percent=percent, figure=figure,
        figure_unit=figure_unit[:20], text=text.strip(), reported_at=at, reported_by=actor.name,
    )  # fmt: skip
    kept = [keep(actor=actor, name=name, content=content, at=at, org_path=actor.path) for name, content in uploads]
    Evidence.objects.bulk_create(Evidence(progress=row, stored=stored) for stored in kept)
    _note(
        actor, task, "reported", at, progress=row.pk, percent=percent, as_of=as_of, files=[one.sha256 for one in kept]
    )
    return row


@transaction.atomic
def finish(*, actor: Actor, task: Task, at: datetime) -> Task:
    """The lead says it is done; at least one report with a file must show it."""
    policy.require(actor, "planning.work", task)
    _need_lead(actor, task, "报完成")
    if not Evidence.objects.filter(progress__task=task).exists():
        raise Refused("evidence", "缺佐证 1 件：先填一次进展并附文件，再报完成。")
    advance(task, find(MOVES, "finish"), actor=actor, percent=100)
    _note(actor, task, "finished", at)
    return task


@transaction.atomic
def confirm(*, actor: Actor, task: Task, at: datetime) -> Task:
    """The planner confirms."""
    advance(task, find(MOVES, "confirm"), actor=actor)
    _note(actor, task, "confirmed", at)
    return task


@transaction.atomic
def send_back(*, actor: Actor, task: Task, reason: str, at: datetime) -> Task:
    """The planner does not accept it as done, and says why."""
    _need_reason(reason)
    advance(task, find(MOVES, "send_back"), actor=actor)
    _note(actor, task, "returned", at, reason=reason.strip())
    return task


@transaction.atomic
def reopen(*, actor: Actor, task: Task, reason: str, at: datetime) -> Task:
    _need_reason(reason)
    advance(task, find(MOVES, "reopen"), actor=actor)
    _note(actor, task, "reopened", at, reason=reason.strip())
    return task


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason", "没有写理由。写明理由再办。", "reason")


@transaction.atomic
def ask_change(
    *,
    actor: Actor,
    task: Task,
    reason: str,
    at: datetime,
    deadline_kind: str = "",
    deadline_year: int | None = None,
    text: str = "",
) -> ChangeRequest:
    """Ask for another deadline or wording; one open request a task."""
    policy.require(actor, "planning.work", task)
    _need_lead(actor, task, "申请变更")
    _need_reason(reason)
    if not deadline_kind and not text.strip():
        raise Refused("nothing", "没有写要变更什么：期限或任务内容至少一项。", "deadline_kind")
    if deadline_kind and deadline_kind not in DEADLINES:
        raise Refused("deadline_kind", "没有这种期限。", "deadline_kind")
    if deadline_kind in ("year", "year_end", "year_then_ongoing") and deadline_year is None:
        raise Refused("deadline_year", "这种期限要写年份。", "deadline_year")
    if deadline_year is not None and not 2000 <= deadline_year <= 2100:
        raise Refused("deadline_year", "年份不对。", "deadline_year")
    if deadline_year is not None and deadline_year < civil_date(at).year:
        raise Refused("deadline_year", "期限早于今年。改期限后再存。", "deadline_year")
    if task.changes.filter(state="asked").exists():
        raise Refused("open", "这项任务已有一件变更申请等答复。")
    assert actor.organisation_id is not None  # noqa: S101 - a lead acts for an organisation
    row = ChangeRequest.objects.create(
        task=task, organisation_id=actor.organisation_id, deadline_kind=deadline_kind, deadline_year=deadline_year,
        text=text.strip(), reason=reason.strip(), asked_at=at, asked_by=actor.name,
    )  # fmt: skip
    _note(
        actor,
        task,
        "change_asked",
        at,
        request=row.pk,
        deadline_kind=deadline_kind,
        deadline_year=deadline_year,
        reason=row.reason,
    )
    return row


@transaction.atomic
def decide_change(*, actor: Actor, request: ChangeRequest, approve: bool, answer: str, at: datetime) -> ChangeRequest:
    """The planner answers; an approved change holds from today, the past keeps its own terms."""
    if not approve:
        _need_reason(answer)
    move = find(CHANGE_MOVES, "approve" if approve else "reject")
    advance(request, move, actor=actor, decided_at=at, decided_by=actor.name, answer=answer.strip()[:200])
    task = request.task
    if approve:
        _apply(task, request, at)
    _note(
        actor, task, "change_approved" if approve else "change_rejected", at, request=request.pk, answer=answer.strip()
    )
    return request


def _apply(task: Task, request: ChangeRequest, at: datetime) -> None:
    facts: dict[str, Any] = {}
    if request.deadline_kind:
        due = due_day(request.deadline_kind, request.deadline_year)
        facts = {"deadline_kind": request.deadline_kind, "deadline_year": request.deadline_year, "due_on": due}
    if request.text:
        facts["text"] = request.text
    Task.objects.filter(pk=task.pk).update(**facts)
    new_terms("task", task.pk, facts, civil_date(at), "change", request.reason)


@transaction.atomic
def withdraw_change(*, actor: Actor, request: ChangeRequest, at: datetime) -> ChangeRequest:
    advance(request, find(CHANGE_MOVES, "withdraw"), actor=actor, decided_at=at, decided_by=actor.name)
    _note(actor, request.task, "change_withdrawn", at, request=request.pk)
    return request


def _owned(item: Task | Project) -> dict[str, Task | Project]:
    return {"task": item} if isinstance(item, Task) else {"project": item}


def _require_item(actor: Actor, item: Task | Project) -> None:
    """Who works the item, or the planner."""
    if not policy.may(actor, "planning.decide", item):
        policy.require(actor, "planning.work", item)


@transaction.atomic
def set_milestone(
    *, actor: Actor, item: Task | Project, year: int, title: str, due_on: date, at: datetime
) -> Milestone:
    _require_item(actor, item)
    if not title.strip():
        raise Refused("title", "没有写节点内容。", "title")
    if due_on.year != year:
        raise Refused("due_on", "节点日期不在这一年里。", "due_on")
    if not item.plan.first_year <= year <= item.plan.last_year:
        raise Refused("year", f"年份不在规划期 {item.plan.period} 内。", "year")
    row = Milestone.objects.create(**_owned(item), year=year, title=title.strip()[:120], due_on=due_on)
    record(actor=actor, verb="planning.milestone.set", subject_kind=_kind(item), subject_id=item.pk, org_path=actor.path, at=at,
           new={"milestone": row.pk, "title": row.title, "due_on": due_on})  # fmt: skip
    return row


@transaction.atomic
def reach_milestone(*, actor: Actor, milestone: Milestone, done_on: date, note: str, at: datetime) -> Milestone:
    item = milestone.task or milestone.project
    assert item is not None  # noqa: S101 - a database constraint
    _require_item(actor, item)
    if done_on > civil_date(at):
        raise Refused("done_on", "完成日期晚于今天。", "done_on")
    if Milestone.objects.filter(pk=milestone.pk, done_on=None).update(done_on=done_on, note=note.strip()[:200]) != 1:
        raise Refused("stale", "这个节点已经销号。")
    milestone.done_on = done_on
    record(actor=actor, verb="planning.milestone.reached", subject_kind=_kind(item), subject_id=item.pk, org_path=actor.path, at=at,
           new={"milestone": milestone.pk, "done_on": done_on})  # fmt: skip
    return milestone


@transaction.atomic
def enter_money(
    *, actor: Actor, item: Task | Project, kind: str, year: int, amount: Decimal, source: str, at: datetime
) -> Money:
    """A sum with its source; amounts are never edited, see `reverse_money`."""
    _require_item(actor, item)
    if kind not in Money.KINDS:
        raise Refused("kind", "资金只分计划、到位、支出。", "kind")
    if amount <= 0 or amount.as_tuple().exponent < -2:  # type: ignore[operator]
        raise Refused("amount", "金额是大于零的元数，最多到分。", "amount")
    if amount >= Decimal("1e13"):
        raise Refused("amount", "金额大得不合常理。单位是元。", "amount")
    if not source.strip():
        raise Refused("source", "没有写资金来源。", "source")
    if not 2000 <= year <= 2100:
        raise Refused("year", "年份不对。", "year")
    row = Money.objects.create(
        **_owned(item),
        kind=kind,
        year=year,
        amount=amount,
        source=source.strip()[:120],
        entered_at=at,
        entered_by=actor.name,
    )
    record(actor=actor, verb="planning.money.entered", subject_kind=_kind(item), subject_id=item.pk, org_path=actor.path, at=at,
           new={"money": row.pk, "kind": kind, "year": year, "amount": amount, "source": row.source})  # fmt: skip
    return row


@transaction.atomic
def reverse_money(*, actor: Actor, money: Money, reason: str, at: datetime) -> Money:
    """Correct a sum by its opposite; both rows stay."""
    item = money.task or money.project
    assert item is not None  # noqa: S101 - a database constraint
    _require_item(actor, item)
    _need_reason(reason)
    if money.reverses_id or Money.objects.filter(reverses=money).exists():
        raise Refused("stale", "这一笔已经冲销过。")
    row = Money.objects.create(
        task=money.task, project=money.project, kind=money.kind, year=money.year, amount=-money.amount,
        source=f"冲销：{reason.strip()}"[:120], entered_at=at, entered_by=actor.name, reverses=money,
    )  # fmt: skip
    record(actor=actor, verb="planning.money.reversed", subject_kind=_kind(item), subject_id=item.pk, org_path=actor.path, at=at,
           new={"money": money.pk, "by": row.pk, "reason": reason.strip()})  # fmt: skip
    return row


def _kind(item: Task | Project) -> str:
    return "task" if isinstance(item, Task) else "project"
