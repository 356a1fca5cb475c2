"""What waits for a person, and what search finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.planning import portfolio, queries
from anlan.kernel.planning.models import ChangeRequest, Milestone, Project, Reminder, Task
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
    """The lead's tasks to accept, to report on, late or returned, its late milestones; the planner's confirmations and changes to answer."""
    if policy.may(actor, "planning.work") and actor.path:
        yield from _work(actor, at)
        yield from _milestones(actor, at)
    if policy.may(actor, "planning.decide"):
        yield from _decide(at)


def _work(actor: Actor, at: datetime) -> Iterator[Waiting]:
    today = civil_date(at)
    urged = set(Reminder.objects.filter(at__gte=at - timedelta(days=7)).values_list("task_id", flat=True))
    rows = Task.objects.filter(retired_on=None, lead__path__startswith=actor.path).select_related("plan", "lead")
    this_year = Q(due_on__lte=today.replace(month=12, day=31), state__in=("accepted", "working"))
    near = Q(state__in=("issued", "returned")) | this_year | queries.quiet(today) | Q(pk__in=urged)
    for task in rows.filter(near).exclude(state__in=("finished", "confirmed")).order_by("due_on", "order")[:SHOWN]:
        kind, verb = _VERBS[task.state]
        due = datetime.combine(task.due_on, time(23, 59), CHINA) if task.due_on else None
        late = [alarm.level for alarm in queries.task_alarms(task, today)]
        fact = (
            "规划员催办"
            if task.pk in urged
            else "久无进展"
            if "silent" in late
            else f"进度 {task.percent}%"
            if task.state == "working"
            else task.deadline_text
        )
        yield Waiting(kind=kind, title=f"第 {task.number} 项 {task.title}", fact=fact, sender=_short(task), verb=verb,
                      url=reverse("plan_task", args=[task.pk]), due_at=due)  # fmt: skip


def _milestones(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Open steps of projects and tasks that are late or due within a week, for the department that answers for them."""
    mine = Q(owner__path__startswith=actor.path) | Q(owner=None, project__lead__path__startswith=actor.path)
    mine |= Q(owner=None, task__lead__path__startswith=actor.path)
    standing = Q(project__retired_on=None, task__retired_on=None) & ~Q(project__state="stopped")
    rows = Milestone.objects.filter(mine, standing, state="open", due_on__lte=civil_date(at) + timedelta(days=7))
    for row in rows.select_related("task__plan", "project__plan").order_by("due_on", "id")[:SHOWN]:
        item = row.item
        page = "plan_task" if row.task_id else "plan_project"
        yield Waiting(kind="节点", title=row.title, fact=item.title[:30], sender=item.plan.title[:18], verb="销号",
                      url=reverse(page, args=[item.pk]), due_at=datetime.combine(row.due_on, time(23, 59), CHINA))  # fmt: skip


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
    unled = Project.objects.filter(lead=None, kind="key_project", retired_on=None).exclude(
        state__in=("done", "stopped")
    )
    if number := unled.count():
        yield Waiting(kind="工程", title=f"{number} 个重点工程没有牵头单位", fact="节点和资金没有人报", sender="导入", verb="去定单位",
                      url=f"{reverse('plan_projects')}?kind=key_project&late=unled")  # fmt: skip
    names = queries.unmatched_departments()
    if names:
        yield Waiting(kind="单位", title=f"{len(names)} 个印刷单位没有对应", fact="任务没有人签收", sender="导入", verb="去对应",
                      url=reverse("plan_departments"))  # fmt: skip


def _short(task: Task) -> str:
    return task.plan.title[:18]


def find(actor: Actor, words: str) -> list[Hit]:
    """Tasks by number or words, projects by words."""
    if not policy.may(actor, "planning.read"):
        return []
    rows = (
        queries.tasks(actor)
        .filter(Q(title__contains=words) | Q(text__contains=words) | Q(number=words))
        .select_related("plan")[:10]
    )
    named = portfolio.projects(actor).filter(title__contains=words)[:5]
    found = [
        Hit(group="查", title=one.title, detail=one.plan.title, url=reverse("plan_project", args=[one.pk]))
        for one in named
    ]
    return found + [
        Hit(
            group="查",
            title=f"第 {task.number} 项 {task.title}",
            detail=task.plan.title,
            url=reverse("plan_task", args=[task.pk]),
        )
        for task in rows
    ]
