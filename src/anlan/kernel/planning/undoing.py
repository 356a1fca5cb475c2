"""How the reversible actions of planning are taken back (撤回): the rows as they were, if nobody touched them since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access.moves import revert
from anlan.kernel.access.types import Actor, Undo
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import owners
from anlan.kernel.planning.models import Correction, Milestone, Progress, Project, Reminder, Task, TaskOwner


def _item(entry: Entry) -> Any:
    return (Task if entry.subject_kind == "task" else Project).objects.get(pk=entry.subject_id)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _strike(model: type[Progress] | type[Reminder], number: int, at: datetime) -> None:
    """The row stays and counts nowhere from now on."""
    if model.objects.filter(pk=number).update(taken_back_at=at) != 1:
        raise Refused("stale", "已经撤回过。")


def _accept(_actor: Actor, entry: Entry, _at: datetime) -> None:
    revert(_item(entry), version=entry.new["version"], state="issued")


def _report(_actor: Actor, entry: Entry, at: datetime) -> None:
    old = {**entry.old, "reported_at": _moment(entry.old["reported_at"])}
    revert(_item(entry), version=entry.new["version"], **old)
    _strike(Progress, entry.new["progress"], at)


def _remind(_actor: Actor, entry: Entry, at: datetime) -> None:
    task = _item(entry)
    revert(task, version=entry.new["version"], state=task.state)
    _strike(Reminder, entry.new["reminder"], at)


def _milestone_set(_actor: Actor, entry: Entry, _at: datetime) -> None:
    revert(Milestone.objects.get(pk=entry.new["milestone"]), version=1, state="dropped")


def _milestone_reached(_actor: Actor, entry: Entry, _at: datetime) -> None:
    milestone = Milestone.objects.get(pk=entry.new["milestone"])
    revert(milestone, version=entry.new["version"], state="open", done_on=None, note="")


def _project_assigned(_actor: Actor, entry: Entry, _at: datetime) -> None:
    project = _item(entry)
    revert(project, version=entry.new["version"], state=project.state, lead_id=entry.old["lead"])
    project.partners.set(entry.old["partners"])


def _lead_assigned(_actor: Actor, entry: Entry, _at: datetime) -> None:
    task, old = _item(entry), entry.old
    revert(task, version=entry.new["version"], state=task.state, lead_id=old["lead"])
    if old["line"] is None:
        TaskOwner.objects.filter(task=task, is_lead=True, organisation_id=entry.new["lead"]).delete()
    else:
        TaskOwner.objects.filter(pk=old["line"]).update(organisation_id=old["organisation"])
    kept = Correction.objects.filter(kind="task", item_id=task.pk, field="departments")
    if "corrected" in old:
        kept.update(corrected=old["corrected"])
    else:
        kept.delete()


def _owners_given(_actor: Actor, entry: Entry, _at: datetime) -> None:
    lines, leads = ({int(unit): rows for unit, rows in entry.new[name].items()} for name in ("lines", "leads"))
    owners.take_from(lines, leads)


def _attached(_actor: Actor, entry: Entry, _at: datetime) -> None:
    owners.hang(int(entry.subject_id), entry.new["ids"], entry.old["ids"])


UNDOS = (
    Undo(verb="planning.task.accepted", back=_accept),
    Undo(verb="planning.task.reported", back=_report),
    Undo(verb="planning.project.reported", back=_report),
    Undo(verb="planning.task.reminded", back=_remind),
    Undo(verb="planning.task.assigned", back=_lead_assigned),
    Undo(verb="planning.project.assigned", back=_project_assigned),
    Undo(verb="planning.milestone.set", back=_milestone_set),
    Undo(verb="planning.milestone.reached", back=_milestone_reached),
    Undo(verb="planning.owner.assigned", back=_owners_given),
    Undo(verb="planning.owner.adopted", back=_owners_given),
    Undo(verb="planning.target.attached", back=_attached),
)
