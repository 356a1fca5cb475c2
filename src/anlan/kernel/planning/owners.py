"""Printed departments become organisations: assigned one by one, adopted from another plan, or founded from the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.actions import found_organisation
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, check, find
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.journal.record import record
from anlan.kernel.planning.models import Correction, Indicator, Plan, Project, Target, Task, TaskOwner
from anlan.kernel.planning.records import note
from anlan.kernel.planning.rules import MOVES


@dataclass
class Given:
    """Which lines and which tasks' leads got which organisation: for the entry, and for taking it back."""

    lines: dict[int, list[int]] = field(default_factory=dict)
    leads: dict[int, list[int]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(map(len, self.lines.values()))


def _give(pairs: dict[str, Organisation]) -> Given:
    """Set the organisation wherever these names are printed without one."""
    given = Given()
    for printed, organisation in pairs.items():
        rows = TaskOwner.objects.filter(printed=printed, organisation=None, is_group=False)
        lines = list(rows.values_list("pk", "task_id", "is_lead"))
        TaskOwner.objects.filter(pk__in=[line for line, _task, _lead in lines]).update(organisation=organisation)
        waiting = Task.objects.filter(pk__in=[task for _line, task, is_lead in lines if is_lead], lead=None)
        leads = list(waiting.values_list("pk", flat=True))
        Task.objects.filter(pk__in=leads).update(lead=organisation)
        given.lines.setdefault(organisation.pk, []).extend(line for line, _task, _lead in lines)
        given.leads.setdefault(organisation.pk, []).extend(leads)
    return given


def take_from(lines: Mapping[int, Sequence[int]], leads: Mapping[int, Sequence[int]]) -> None:
    """The way back of `_give`: every line must still bear the organisation, and no task may have been accepted by it."""
    for number, rows in lines.items():
        hit = TaskOwner.objects.filter(pk__in=rows, organisation_id=number).update(organisation=None)
        tasks = leads.get(number, ())
        free = Task.objects.filter(pk__in=tasks, lead_id=number, state="issued").update(lead=None)
        if (hit, free) != (len(rows), len(tasks)):
            raise Refused("stale", "之后有单位已经签收或改动，不能撤回。")


@transaction.atomic
def assign_department(*, actor: Actor, printed: str, organisation: Organisation, at: datetime) -> int:
    """This printed name means this organisation, in every plan."""
    policy.require(actor, "planning.assign")
    given = _give({printed: organisation})
    if not given.count:
        raise Refused("nothing", f"没有等待对应的“{printed}”。", "printed")
    record(actor=actor, verb="planning.owner.assigned", subject_kind="organisation", subject_id=organisation.pk, at=at,
           org_path=organisation.path, new={"printed": printed, "count": given.count, **asdict(given)})  # fmt: skip
    return given.count


@transaction.atomic
def adopt_owners(*, actor: Actor, source: Plan, target: Plan, at: datetime) -> int:
    """Take over who owns what from another plan: the same printed department is the same organisation."""
    policy.require(actor, "planning.assign")
    known = {
        owner.printed: owner.organisation
        for owner in TaskOwner.objects.filter(task__plan=source)
        .exclude(organisation=None)
        .select_related("organisation")
    }
    wanted = set(
        TaskOwner.objects.filter(task__plan=target, organisation=None, is_group=False).values_list("printed", flat=True)
    )
    given = _give({printed: known[printed] for printed in sorted(wanted) if known.get(printed)})  # type: ignore[misc]
    if not given.count:
        raise Refused("nothing", "没有可沿用的：两份规划没有同名而还未对应的单位。", "source")
    record(actor=actor, verb="planning.owner.adopted", subject_kind="plan", subject_id=target.pk, at=at,
           new={"from": source.pk, "count": given.count, **asdict(given)})  # fmt: skip
    return given.count


@transaction.atomic
def assign_lead(*, actor: Actor, task: Task, organisation: Organisation, at: datetime) -> Task:
    """This organisation leads this task. The print stays; a correction keeps the choice through later imports."""
    move = find(MOVES, "assign")
    check(task, move, actor=actor)
    if organisation.closed_on is not None or organisation.kind == "section":
        raise Refused("organisation", "只能指派没有撤销的单位，不能指派科室。", "organisation")
    if task.lead_id == organisation.pk:
        raise Refused("same", f"牵头单位已是{organisation.short_name}。", "organisation")
    old_lead = task.lead
    advance(task, move, actor=actor, lead=organisation)
    line = task.owners.filter(is_lead=True).first()
    old: dict[str, Any] = {"lead": old_lead.pk if old_lead else None, "line": line.pk if line else None}
    if line is None:
        TaskOwner.objects.create(
            task=task, order=-1, printed=organisation.short_name[:60], organisation=organisation, is_lead=True
        )
    else:
        old["organisation"] = line.organisation_id
        TaskOwner.objects.filter(pk=line.pk).update(organisation=organisation)
    row, made = Correction.objects.get_or_create(
        kind="task", item_id=task.pk, field="departments",
        defaults={"printed": line.printed if line else None, "corrected": organisation.short_name, "reason": "指派牵头", "at": at, "by": actor.name},
    )  # fmt: skip
    if not made:
        old["corrected"] = row.corrected
        Correction.objects.filter(pk=row.pk).update(corrected=organisation.short_name, at=at, by=actor.name)
    note(actor, task, "assigned", at, old=old, lead=organisation.pk, unit=organisation.short_name, version=task.version)
    return task


@transaction.atomic
def found_departments(*, actor: Actor, parent: Organisation, at: datetime) -> int:
    """Found a bureau for every printed name that no organisation bears, marked as made from the plan."""
    policy.require(actor, "planning.assign")
    names = sorted(
        TaskOwner.objects.filter(organisation=None, is_group=False, task__retired_on=None)
        .values_list("printed", flat=True)
        .distinct()
    )
    if not names:
        raise Refused("nothing", "没有要新设的：印刷名称都有对应单位。")
    made = 0
    for number, name in enumerate(names, 1):
        code = f"P{at:%Y%m%d%H%M%S}-{number:02d}"
        organisation = found_organisation(
            actor=SYSTEM, code=code, name=name, short_name=name[:40], kind="bureau", parent=parent, at=at
        )
        made += bool(_give({name: organisation}).count)
    record(actor=actor, verb="planning.owner.founded", subject_kind="organisation", subject_id=parent.pk, at=at,
           org_path=parent.path, new={"names": names})  # fmt: skip
    return made


@transaction.atomic
def attach(*, actor: Actor, target: Target, to: Indicator | Task | Project | None, at: datetime) -> Target:
    """Attach a numeric target to what measures it, or take it off again (`to` None)."""
    policy.require(actor, "planning.assign")
    if to is not None and to.plan_id != target.plan_id:
        raise Refused("plan", "只能挂接到同一规划的指标、任务或工程。", "to")
    before, old = attached_ids(target), str(target.attached or "")
    if to is None and not old:
        raise Refused("same", "本来就没有挂接。", "to")
    if to is not None and to == target.attached:
        raise Refused("same", f"已挂接到{to}。", "to")
    target.indicator = to if isinstance(to, Indicator) else None
    target.task = to if isinstance(to, Task) else None
    target.project = to if isinstance(to, Project) else None
    hang(target.pk, before, attached_ids(target))
    record(actor=actor, verb="planning.target.attached", subject_kind="target", subject_id=target.pk, at=at,
           old={"to": old, "ids": before}, new={"to": str(to or ""), "ids": attached_ids(target)})  # fmt: skip
    return target


def attached_ids(target: Target) -> dict[str, int | None]:
    return {"indicator_id": target.indicator_id, "task_id": target.task_id, "project_id": target.project_id}


def hang(number: int, before: Mapping[str, int | None], after: Mapping[str, int | None]) -> None:
    """Move a target from where it hangs to elsewhere: one UPDATE that must hit one row."""
    if Target.objects.filter(pk=number, **before).update(**after) != 1:
        raise Refused("stale", "别人刚改过这条挂接，刷新后再办。")
