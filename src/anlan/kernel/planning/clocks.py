"""The clocks of task work: what has become overdue or silent is raised once per task, level and start."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.record import record
from anlan.kernel.planning.models import Escalation, Task
from anlan.kernel.planning.queries import task_alarms
from anlan.kernel.planning.rules import Alarm


def sweep(at: datetime) -> int:
    """Raise what is due; safe to repeat and to run twice at once (the row is unique)."""
    known = set(Escalation.objects.values_list("task_id", "level", "since"))
    open_tasks = (
        Task.objects.filter(retired_on=None).exclude(state__in=("finished", "confirmed")).select_related("lead")
    )
    return sum(
        _raise(task, alarm, at)
        for task in open_tasks
        for alarm in task_alarms(task, civil_date(at))
        if (task.pk, alarm.level, alarm.since) not in known
    )


@transaction.atomic
def _raise(task: Task, alarm: Alarm, at: datetime) -> int:
    _row, made = Escalation.objects.get_or_create(
        task=task, level=alarm.level, since=alarm.since, defaults={"raised_at": at}
    )
    if made:
        record(
            actor=SYSTEM, verb="planning.task.escalated", subject_kind="task", subject_id=task.pk, at=at,
            org_path=task.lead.path if task.lead else "", new={"level": alarm.level, "since": alarm.since},
        )  # fmt: skip
    return int(made)
