"""Working a key project. One function per intent; milestones and money are in `records`, shared with tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, check, find
from anlan.kernel.access.types import Actor
from anlan.kernel.planning.models import Progress, Project
from anlan.kernel.planning.records import Upload, need_reason, note, store_report
from anlan.kernel.planning.rules import PROJECT_MOVES


@transaction.atomic
def assign(
    *, actor: Actor, project: Project, lead: Organisation, at: datetime, partners: Sequence[Organisation] = ()
) -> Project:
    """The planner names the lead and the departments that work with it; the published document often names none."""
    move = find(PROJECT_MOVES, "assign")
    check(project, move, actor=actor)
    others = [one for one in partners if one.pk != lead.pk]
    if any(one.closed_on is not None or one.kind == "section" for one in (lead, *others)):
        raise Refused("lead", "只能指派没有撤销的单位，不能指派科室。", "lead")
    old = {"lead": project.lead_id, "partners": sorted(one.pk for one in project.partners.all())}
    new = {"lead": lead.pk, "partners": sorted(one.pk for one in others)}
    if old == new:
        raise Refused("same", "单位没有变。", "lead")
    advance(project, move, actor=actor, lead=lead)
    project.partners.set(others)
    note(actor, project, "assigned", at, old=old, **new, unit=lead.short_name, version=project.version)
    return project


@transaction.atomic
def report(
    *, actor: Actor, project: Project, text: str, as_of: date, at: datetime, figure: Decimal | None = None,
    figure_unit: str = "", uploads: Sequence[Upload] = (),
) -> Progress:  # fmt: skip
    """A department of the project reports what was done, with a figure and files. The first report starts the project."""
    old = {"state": project.state, "reported_at": project.reported_at}
    advance(project, find(PROJECT_MOVES, "report"), actor=actor, reported_at=at)
    return store_report(
        actor, project, text=text, as_of=as_of, at=at, percent=None, figure=figure, figure_unit=figure_unit,
        uploads=uploads, old=old,
    )  # fmt: skip


@transaction.atomic
def finish(*, actor: Actor, project: Project, at: datetime) -> Project:
    """The planner confirms completion; no milestone may be open."""
    move = find(PROJECT_MOVES, "finish")
    check(project, move, actor=actor)
    left = project.milestones.filter(state="open").count()
    if left:
        raise Refused("milestones", f"还有 {left} 个节点没有销号。销号或撤下后再确认完工。")
    advance(project, move, actor=actor)
    note(actor, project, "finished", at)
    return project


@transaction.atomic
def stop(*, actor: Actor, project: Project, reason: str, at: datetime) -> Project:
    need_reason(reason)
    advance(project, find(PROJECT_MOVES, "stop"), actor=actor)
    note(actor, project, "stopped", at, reason=reason.strip())
    return project


@transaction.atomic
def resume(*, actor: Actor, project: Project, reason: str, at: datetime) -> Project:
    """A stopped project goes on, or a finished one was not finished."""
    need_reason(reason)
    advance(project, find(PROJECT_MOVES, "resume"), actor=actor)
    note(actor, project, "resumed", at, reason=reason.strip())
    return project
