"""What is written beside a task or a project: progress with files, milestones, money. One transaction, one journal entry each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, check, find
from anlan.kernel.access.types import Actor
from anlan.kernel.files.keeping import keep
from anlan.kernel.journal.record import record
from anlan.kernel.planning.models import Evidence, Milestone, Money, Progress, Project, Task
from anlan.kernel.planning.rules import ADD_MILESTONE, ADD_MONEY, MILESTONE_MOVES

Item = Task | Project
Upload = tuple[str, bytes]


def kind_of(item: Item) -> str:
    return "task" if isinstance(item, Task) else "project"


def note(actor: Actor, item: Item, verb: str, at: datetime, old: Mapping[str, Any] | None = None, **new: Any) -> None:
    """The journal entry of an action on a task or a project. A verb with a dot is whole, another is the item's own."""
    record(
        actor=actor, verb=f"planning.{verb}" if "." in verb else f"planning.{kind_of(item)}.{verb}", at=at,
        subject_kind=kind_of(item), subject_id=item.pk, org_path=item.lead.path if item.lead else "", old=old, new=new,
    )  # fmt: skip


def need_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason", "没有写理由。写明理由再办。", "reason")


def store_report(
    actor: Actor, item: Item, *, text: str, as_of: date, at: datetime, percent: int | None, figure: Decimal | None,
    figure_unit: str, uploads: Sequence[Upload], old: Mapping[str, Any],
) -> Progress:  # fmt: skip
    """The row, its files and the entry; part of the caller's action, which has moved the item (`old`: what it was)."""
    if not text.strip():
        raise Refused("text", "没有写进展。写一句做了什么再存。", "text")
    if as_of > civil_date(at):
        raise Refused("as_of", "截至日期晚于今天。改后再存。", "as_of")
    if actor.organisation_id is None:
        raise Refused("forbidden", "当前岗位没有所属单位，不能填报。")
    row: Progress = Progress.objects.create(
        **{kind_of(item): item}, organisation_id=actor.organisation_id, as_of=as_of, percent=percent, figure=figure,
        figure_unit=figure_unit[:20], text=text.strip(), reported_at=at, reported_by=actor.name,
    )  # fmt: skip
    kept = [keep(actor=actor, name=name, content=content, at=at, org_path=actor.path) for name, content in uploads]
    Evidence.objects.bulk_create(Evidence(progress=row, stored=stored) for stored in kept)
    files = [one.sha256 for one in kept]
    note(actor, item, "reported", at, old=old, progress=row.pk, percent=percent, as_of=as_of, files=files, version=item.version)  # fmt: skip
    return row


@transaction.atomic
def set_milestone(
    *, actor: Actor, item: Item, year: int, title: str, due_on: date, at: datetime, owner: Organisation | None = None
) -> Milestone:
    """A step with its day and the department that answers for it: one of the item's own, the lead unless named."""
    check(item, ADD_MILESTONE, actor=actor)
    if not title.strip():
        raise Refused("title", "没有写节点内容。", "title")
    if due_on.year != year:
        raise Refused("due_on", "节点日期不在这一年里。", "due_on")
    if not item.plan.first_year <= year <= item.plan.last_year:
        raise Refused("year", f"年份不在规划期 {item.plan.period} 内。", "year")
    if owner is not None and owner.pk not in {one.pk for one in item.departments}:
        raise Refused("owner", "节点只能由牵头或协办单位负责。", "owner")
    if item.milestones.filter(title=title.strip()[:120], due_on=due_on).exclude(state="dropped").exists():
        raise Refused("title", "已有同一天的同名节点。", "title")
    row: Milestone = item.milestones.create(
        year=year, title=title.strip()[:120], due_on=due_on, owner=owner or item.lead
    )
    note(actor, item, "milestone.set", at, milestone=row.pk, title=row.title, due_on=due_on, owner=str(row.owner or ""))
    return row


@transaction.atomic
def reach_milestone(
    *, actor: Actor, milestone: Milestone, done_on: date, note_text: str = "", at: datetime
) -> Milestone:
    """Done on a day that has come."""
    if done_on > civil_date(at):
        raise Refused("done_on", "完成日期晚于今天。", "done_on")
    said = note_text.strip()[:200]
    advance(milestone, find(MILESTONE_MOVES, "reach"), actor=actor, done_on=done_on, note=said)
    note(actor, milestone.item, "milestone.reached", at, milestone=milestone.pk, title=milestone.title, done_on=done_on,
         version=milestone.version)  # fmt: skip
    return milestone


@transaction.atomic
def change_milestone(*, actor: Actor, milestone: Milestone, move: str, reason: str, at: datetime) -> Milestone:
    """The planner opens a finished milestone again (`reopen`) or takes an open one off the list (`drop`), and says why."""
    need_reason(reason)
    advance(milestone, find(MILESTONE_MOVES, move), actor=actor, done_on=None)
    verb = {"reopen": "milestone.reopened", "drop": "milestone.dropped"}[move]
    note(actor, milestone.item, verb, at, milestone=milestone.pk, title=milestone.title, reason=reason.strip())
    return milestone


@transaction.atomic
def enter_money(*, actor: Actor, item: Item, kind: str, year: int, amount: Decimal, source: str, at: datetime) -> Money:
    """A sum with its source; amounts are never edited, see `reverse_money`."""
    check(item, ADD_MONEY, actor=actor)
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
    row: Money = item.money.create(
        kind=kind, year=year, amount=amount, source=source.strip()[:120], entered_at=at, entered_by=actor.name
    )
    note(actor, item, "money.entered", at, money=row.pk, kind=kind, year=year, amount=amount, source=row.source)
    return row


@transaction.atomic
def reverse_money(*, actor: Actor, money: Money, reason: str, at: datetime) -> Money:
    """Correct a sum by its opposite; both rows stay."""
    item = money.task or money.project
    assert item is not None  # noqa: S101 - a database constraint
    policy.require(actor, "planning.record", item)
    need_reason(reason)
    if money.reverses_id:
        raise Refused("illegal", "冲销行不能再冲销。重新登记正确的一笔。")
    try:
        with transaction.atomic():
            row = Money.objects.create(
                task=money.task, project=money.project, kind=money.kind, year=money.year, amount=-money.amount,
                source=f"冲销：{reason.strip()}"[:120], entered_at=at, entered_by=actor.name, reverses=money,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("stale", "这一笔已经冲销过。") from None
    note(actor, item, "money.reversed", at, money=money.pk, by=row.pk, reason=reason.strip())
    return row
