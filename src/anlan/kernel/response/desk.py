"""What the command puts on a person's desk: tasks to accept and finish, posts to sign for, clocks of reports; and what search finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.response import log, queries
from anlan.kernel.response.clocks import clocks
from anlan.kernel.response.fold import Board
from anlan.kernel.response.models import Incident, Task
from anlan.kernel.response.types import INTAKE, POSTS, READ, STATES
from anlan.kernel.web.types import Fact, Hit, Waiting

MOST = 100  # open incidents a desk looks into


def _mark(incident: Incident) -> str:
    return "【演练】" if incident.is_drill else ""


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Tasks of this person, or of their organisation when nobody is named; a post that was offered; to who holds a post of the command,
    what is to be verified, reports that are due, and late tasks whose card calls that post."""
    if not policy.may(actor, READ):
        return
    mine = Q(person_id=actor.person_id) | Q(person=None, organisation_id=actor.organisation_id)
    tasks = Task.objects.filter(
        mine, incident__is_open=True, state__in=("sent", "accepted", "working", "declined")
    ).select_related("incident")
    for task in tasks[:200]:
        yield Waiting(
            kind="任务", title=f"{_mark(task.incident)}{task.title}", fact=task.incident.title, sender=str(task.incident.number),
            verb="接受" if task.state in ("sent", "declined") else "办", url=reverse("incident_task", args=[task.incident.number, task.key]),
            due_at=task.due_at, started_at=task.start_at,
        )  # fmt: skip
    offered = Q(entries__kind="handover", entries__payload__to=actor.person_id)
    rows = Incident.objects.filter(is_open=True)
    if not policy.may(actor, INTAKE):
        rows = rows.filter(offered).distinct()
    for incident, board in log.boards(rows[:MOST]):
        yield from _of_incident(actor, incident, board, incident.now(at))


def _of_incident(actor: Actor, incident: Incident, board: Board, at: datetime) -> Iterator[Waiting]:
    title, url = f"{_mark(incident)}{board.title}", reverse("incident", args=[incident.number])
    for post, (_from, to, _name, _entry) in board.handovers.items():
        if to == actor.person_id:
            yield Waiting(kind="接岗", title=title, fact=POSTS[post], sender="", verb="签字", url=url)
    if not policy.may(actor, INTAKE):
        return
    if board.state == "reported":
        yield Waiting(kind="核实", title=title, fact=board.place, sender="", verb="核实", url=url)
    for run in clocks(board, at):
        if run.stopped_at is None and run.rule.stop in ("flash", "first", "follow", "final"):
            yield Waiting(
                kind="报告", title=title, fact=run.rule.title, sender="", verb="写报告", url=reverse("incident_reports", args=[incident.number]),
                due_at=run.due_at, started_at=run.started_at,
            )  # fmt: skip
    held = queries.posts_of(board, actor, at)
    for task in board.open_tasks():
        if task.late(at) and task.on_late in held and task.person != actor.person_id:
            yield Waiting(
                kind="超时", title=f"{_mark(incident)}{task.title}", fact=f"{task.organisation_name} {task.name}".strip(), sender="", verb="催办",
                url=reverse("incident_task", args=[incident.number, task.key]), due_at=task.due_at, started_at=task.start_at,
            )  # fmt: skip


def now(actor: Actor, _at: datetime) -> list[Fact]:
    if not policy.may(actor, READ):
        return []
    rows = queries.visible(actor).filter(is_open=True)
    real, drills = rows.filter(mode="real").count(), rows.filter(mode="drill").count()
    text = f"{real} 件" + (f"，演练 {drills} 件" if drills else "")
    return [Fact(title="在办事件", text=text, url=reverse("incidents"))] if real or drills else []


def find(actor: Actor, word: str) -> list[Hit]:
    if not policy.may(actor, READ):
        return []
    rows = queries.visible(actor).filter(Q(title__icontains=word) | Q(number__icontains=word))[:8]
    return [
        Hit(
            group="查",
            title=f"{_mark(one)}{one.title}",
            detail=f"{one.number} {STATES[one.state]}",
            url=reverse("incident", args=[one.number]),
        )
        for one in rows
    ]
