"""Printed departments become organisations: assigned one by one, adopted from another plan, or founded from the print."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.actions import found_organisation
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.journal.record import record
from anlan.kernel.planning.models import Indicator, Plan, Target, Task, TaskOwner
from anlan.kernel.planning.models.promises import Project


def _give(pairs: dict[str, Organisation]) -> int:
    """Set the organisation wherever these names are printed without one; returns how many task lines changed."""
    changed = 0
    for printed, organisation in pairs.items():
        rows = TaskOwner.objects.filter(printed=printed, organisation=None, is_group=False)
        leads = list(rows.filter(is_lead=True).values_list("task_id", flat=True))
        changed += rows.update(organisation=organisation)
        Task.objects.filter(pk__in=leads, lead=None).update(lead=organisation)
    return changed


@transaction.atomic
def assign_department(*, actor: Actor, printed: str, organisation: Organisation, at: datetime) -> int:
    """This printed name means this organisation, in every plan."""
    policy.require(actor, "planning.assign")
    changed = _give({printed: organisation})
    if not changed:
        raise Refused("nothing", f"没有等待对应的“{printed}”。", "printed")
    record(actor=actor, verb="planning.owner.assigned", subject_kind="organisation", subject_id=organisation.pk, at=at,
           org_path=organisation.path, new={"printed": printed, "lines": changed})  # fmt: skip
    return changed


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
    changed = _give({printed: known[printed] for printed in sorted(wanted) if known.get(printed)})  # type: ignore[misc]
    record(actor=actor, verb="planning.owner.adopted", subject_kind="plan", subject_id=target.pk, at=at,
           new={"from": source.pk, "lines": changed})  # fmt: skip
    return changed


@transaction.atomic
def found_departments(*, actor: Actor, parent: Organisation, at: datetime) -> int:
    """Found a bureau for every printed name that no organisation bears, marked as made from the plan."""
    policy.require(actor, "planning.assign")
    names = sorted(
        TaskOwner.objects.filter(organisation=None, is_group=False, task__retired_on=None)
        .values_list("printed", flat=True)
        .distinct()
    )
    made = 0
    for number, name in enumerate(names, 1):
        code = f"P{at:%Y%m%d%H%M%S}-{number:02d}"
        organisation = found_organisation(
            actor=SYSTEM, code=code, name=name, short_name=name[:40], kind="bureau", parent=parent, at=at
        )
        made += bool(_give({name: organisation}))
    record(actor=actor, verb="planning.owner.founded", subject_kind="organisation", subject_id=parent.pk, at=at,
           org_path=parent.path, new={"names": names})  # fmt: skip
    return made


@transaction.atomic
def attach(*, actor: Actor, target: Target, to: Indicator | Task | Project | None, at: datetime) -> Target:
    """Attach a numeric target to what measures it, or take it off again (`to` None)."""
    policy.require(actor, "planning.assign")
    if to is not None and to.plan_id != target.plan_id:
        raise Refused("plan", "只能挂接到同一规划的指标、任务或工程。", "to")
    old = str(target.attached or "")
    target.indicator = to if isinstance(to, Indicator) else None
    target.task = to if isinstance(to, Task) else None
    target.project = to if isinstance(to, Project) else None
    target.save(update_fields=["indicator", "task", "project"])
    record(actor=actor, verb="planning.target.attached", subject_kind="target", subject_id=target.pk, at=at,
           old={"to": old}, new={"to": str(to or "")})  # fmt: skip
    return target
