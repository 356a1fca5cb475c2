"""For the workbench: how the plan's work stands now, and what a person sent that others hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import ANONYMOUS, Actor
from anlan.kernel.planning import queries
from anlan.kernel.planning.models import ChangeRequest, Escalation, Task
from anlan.kernel.planning.rules import clock_rule
from anlan.kernel.web.types import Fact, Waiting

SHOWN = 50


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    """Late, silent and due tasks among those the actor may see; a line without trouble is left out."""
    if not policy.may(actor, "planning.read"):
        return
    today = civil_date(at)
    rows = queries.tasks(actor).filter(plan__in=queries.plans(actor))
    for late, title in (("overdue", _("超期任务")), ("silent", _("久无进展")), ("year", _("今年到期"))):
        found = queries.filtered(rows, {"late": late}, today)
        if number := found.values("pk").distinct().count():
            units = found.exclude(lead=None).values("lead").distinct().count()
            text = _("%(n)d项，涉及%(units)d个单位") if units > 1 else _("%(n)d项")
            yield Fact(
                title=title, text=text % {"n": number, "units": units}, url=f"{reverse('plan_tasks')}?late={late}"
            )


def public(at: datetime) -> Iterator[Fact]:
    """Per plan: how many tasks, done and late; nobody's name."""
    today = civil_date(at)
    for plan in queries.plans(ANONYMOUS):
        tally = queries.tally(plan, today)
        text = _("任务%(n)d项，已完成%(done)d项，超期%(late)d项") % {
            "n": tally.tasks,
            "done": tally.done,
            "late": tally.overdue,
        }
        yield Fact(title=str(plan), text=text, url=reverse("public_plan_tasks", args=[plan.pk]))


def sent(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Mine to answer or to confirm by others: changes asked, tasks reported finished; for the planner, tasks not accepted yet."""
    days = timedelta(days=clock_rule(civil_date(at)).answer_days)
    if actor.path and policy.may(actor, "planning.work"):
        yield from _asked(actor, days)
    if policy.may(actor, "planning.decide"):
        yield from _not_accepted()


def _asked(actor: Actor, days: timedelta) -> Iterator[Waiting]:
    changes = ChangeRequest.objects.filter(state="asked", organisation__path__startswith=actor.path)
    for change in changes.select_related("task")[:SHOWN]:
        yield Waiting(kind=_("变更"), title=str(change.task), fact=change.reason[:30], sender=_("规划部门"), verb=_("看申请"),
                      url=reverse("plan_task", args=[change.task_id]), due_at=change.asked_at + days, started_at=change.asked_at)  # fmt: skip
    finished = Task.objects.filter(state="finished", retired_on=None, lead__path__startswith=actor.path)
    for task in finished.select_related("plan")[:SHOWN]:
        heard = task.reported_at or task.stored_at
        yield Waiting(kind=_("确认"), title=str(task), fact=_("已报完成"), sender=_("规划部门"), verb=_("看任务"),
                      url=reverse("plan_task", args=[task.pk]), due_at=heard + days, started_at=heard)  # fmt: skip


def _not_accepted() -> Iterator[Waiting]:
    """Tasks that the clocks have raised and nobody has accepted, the longest first."""
    raised = Escalation.objects.filter(task__state="issued", task__retired_on=None).exclude(task__lead=None)
    seen: set[int] = set()
    for row in raised.select_related("task__lead").order_by("since")[: SHOWN * 3]:
        if row.task_id in seen or len(seen) == SHOWN:
            continue
        seen.add(row.task_id)
        yield Waiting(kind=_("签收"), title=str(row.task), fact=row.get_level_display(), sender=str(row.task.lead), verb=_("看任务"),
                      url=reverse("plan_task", args=[row.task_id]))  # fmt: skip
