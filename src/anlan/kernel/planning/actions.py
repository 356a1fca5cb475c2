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
from anlan.kernel.access.moves import advance, check, find
from anlan.kernel.access.types import Actor
from anlan.kernel.planning.intake import new_terms
from anlan.kernel.planning.models import ChangeRequest, Evidence, Progress, Reminder, Task
from anlan.kernel.planning.models.promises import DEADLINES
from anlan.kernel.planning.queries import is_lead
from anlan.kernel.planning.records import Upload, need_reason, note, store_report
from anlan.kernel.planning.rules import CHANGE_MOVES, MOVES, due_day


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
    note(actor, task, "accepted", at, version=task.version)
    return task


@transaction.atomic
def report(
    *, actor: Actor, task: Task, text: str, as_of: date, at: datetime, percent: int | None = None,
    figure: Decimal | None = None, figure_unit: str = "", uploads: Sequence[Upload] = (),
) -> Progress:  # fmt: skip
    """A department reports what was done, with figures and files (see `records.store_report`). Co-departments report their part; the lead sets the per cent."""
    policy.require(actor, "planning.work", task)
    if percent is not None and not 0 <= percent <= 100:
        raise Refused("percent", "进度是 0 到 100 的整数。", "percent")
    if percent is not None and not is_lead(task, actor):
        raise Refused("percent", "总进度由牵头单位填。清空这一栏再存。", "percent")
    changes: dict[str, Any] = {"reported_at": at, **({"percent": percent} if percent is not None else {})}
    old = {"state": task.state, "percent": task.percent, "reported_at": task.reported_at}
    advance(task, find(MOVES, "report"), actor=actor, **changes)
    return store_report(
        actor, task, text=text, as_of=as_of, at=at, percent=percent, figure=figure, figure_unit=figure_unit,
        uploads=uploads, old=old,
    )  # fmt: skip


@transaction.atomic
def finish(*, actor: Actor, task: Task, at: datetime) -> Task:
    """The lead says it is done; at least one report with a file must show it."""
    policy.require(actor, "planning.work", task)
    _need_lead(actor, task, "报完成")
    if not Evidence.objects.filter(progress__task=task, progress__taken_back_at=None).exists():
        raise Refused("evidence", "缺佐证 1 件：先填一次进展并附文件，再报完成。")
    advance(task, find(MOVES, "finish"), actor=actor, percent=100)
    note(actor, task, "finished", at)
    return task


@transaction.atomic
def confirm(*, actor: Actor, task: Task, at: datetime) -> Task:
    """The planner confirms."""
    advance(task, find(MOVES, "confirm"), actor=actor)
    note(actor, task, "confirmed", at)
    return task


@transaction.atomic
def send_back(*, actor: Actor, task: Task, reason: str, at: datetime) -> Task:
    """The planner does not accept it as done, and says why."""
    need_reason(reason)
    advance(task, find(MOVES, "send_back"), actor=actor)
    note(actor, task, "returned", at, reason=reason.strip())
    return task


@transaction.atomic
def reopen(*, actor: Actor, task: Task, reason: str, at: datetime) -> Task:
    need_reason(reason)
    advance(task, find(MOVES, "reopen"), actor=actor)
    note(actor, task, "reopened", at, reason=reason.strip())
    return task


@transaction.atomic
def remind(*, actor: Actor, task: Task, at: datetime) -> Reminder:
    """The planner urges the lead department, once a day at most."""
    move = find(MOVES, "remind")
    check(task, move, actor=actor)
    if task.lead is None:
        raise Refused("lead", "没有牵头单位，催不到人。先指派牵头。")
    today = civil_date(at)
    if task.reminders.filter(on=today).exists():
        raise Refused("twice", "今天已催办过，明天再催。")
    advance(task, move, actor=actor)
    row: Reminder = Reminder.objects.create(task=task, on=today, at=at, by=actor.name)
    note(actor, task, "reminded", at, reminder=row.pk, version=task.version)
    return row


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
    need_reason(reason)
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
    note(
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
        need_reason(answer)
    move = find(CHANGE_MOVES, "approve" if approve else "reject")
    advance(request, move, actor=actor, decided_at=at, decided_by=actor.name, answer=answer.strip()[:200])
    task = request.task
    if approve:
        _apply(task, request, at)
    note(
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
    note(actor, request.task, "change_withdrawn", at, request=request.pk)
    return request
