"""What waits for a person, and what search finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.planning import queries
from anlan.kernel.planning.models import ChangeRequest, Task
from anlan.kernel.planning.rules import clock_rule
from anlan.kernel.web.types import Hit, Waiting

_VERBS = {
    "issued": ("签收", "签收"),
    "returned": ("退回", "去整改"),
    "accepted": ("填报", "填进展"),
    "working": ("填报", "填进展"),
}
SHOWN = 200


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """The lead's tasks to accept, to report on, late or returned; the planner's confirmations and changes to answer."""
    if policy.may(actor, "planning.work") and actor.path:
        yield from _work(actor, at)
    if policy.may(actor, "planning.decide"):
        yield from _decide(at)


def _work(actor: Actor, at: datetime) -> Iterator[Waiting]:
    today = civil_date(at)
    rows = Task.objects.filter(retired_on=None, lead__path__startswith=actor.path).select_related("plan", "lead")
    this_year = Q(due_on__lte=today.replace(month=12, day=31), state__in=("accepted", "working"))
    near = Q(state__in=("issued", "returned")) | this_year | queries.quiet(today)
    for task in rows.filter(near).order_by("due_on", "order")[:SHOWN]:
        kind, verb = _VERBS[task.state]
        due = datetime.combine(task.due_on, time(23, 59), CHINA) if task.due_on else None
        late = [alarm.level for alarm in queries.task_alarms(task, today)]
        fact = (
            "久无进展"
            if "silent" in late
            else f"进度 {task.percent}%"
            if task.state == "working"
            else task.deadline_text
        )
        yield Waiting(kind=kind, title=f"第 {task.number} 项 {task.title}", fact=fact, sender=_short(task), verb=verb,
                      url=reverse("plan_task", args=[task.pk]), due_at=due)  # fmt: skip


def _decide(at: datetime) -> Iterator[Waiting]:
    days = timedelta(days=clock_rule(civil_date(at)).answer_days)
    for task in Task.objects.filter(state="finished", retired_on=None).select_related("plan", "lead")[:SHOWN]:
        heard = task.reported_at or task.stored_at
        yield Waiting(kind="确认", title=f"第 {task.number} 项 {task.title}", fact="已报完成", sender=str(task.lead or ""), verb="去确认",
                      url=reverse("plan_task", args=[task.pk]), due_at=heard + days, started_at=heard)  # fmt: skip
    for change in ChangeRequest.objects.filter(state="asked").select_related("task", "organisation")[:SHOWN]:
        yield Waiting(kind="变更", title=f"第 {change.task.number} 项 {change.task.title}", fact=change.reason[:30],
                      sender=str(change.organisation), verb="答复", url=reverse("plan_task", args=[change.task_id]),
                      due_at=change.asked_at + days, started_at=change.asked_at)  # fmt: skip
    names = queries.unmatched_departments()
    if names:
        yield Waiting(kind="单位", title=f"{len(names)} 个印刷单位没有对应", fact="任务没有人签收", sender="导入", verb="去对应",
                      url=reverse("plan_departments"))  # fmt: skip


def _short(task: Task) -> str:
    return task.plan.title[:18]


def find(actor: Actor, words: str) -> list[Hit]:
    """Tasks by number or words."""
    if not policy.may(actor, "planning.read"):
        return []
    rows = (
        queries.tasks(actor)
        .filter(Q(title__contains=words) | Q(text__contains=words) | Q(number=words))
        .select_related("plan")[:10]
    )
    return [
        Hit(
            group="查",
            title=f"第 {task.number} 项 {task.title}",
            detail=task.plan.title,
            url=reverse("plan_task", args=[task.pk]),
        )
        for task in rows
    ]
