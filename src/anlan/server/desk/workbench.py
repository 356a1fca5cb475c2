"""工作台: what waits for me, what I wait for, what I have done; and beside it how things stand."""

from __future__ import annotations

from datetime import datetime, time

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access.edge import Request
from anlan.kernel.journal.models import Entry
from anlan.kernel.web.deadlines import Mark, deadline_line
from anlan.kernel.web.types import Waiting
from anlan.kernel.web.words import clock_of
from anlan.server.desk.pages import verb_titles
from anlan.server.desk.waiting import facts, grouped, sent, waiting
from anlan.server.house import CAPABILITIES

SHOWN, BESIDE, GAUGES, DONE_MARKS = 50, 6, 6, 4


def _mark(row: Waiting, due_at: datetime, at: datetime) -> Mark:
    state = {"late": "late", "near": "near"}.get(clock_of(due_at, at, row.started_at).state, "coming")
    return Mark(at=due_at, words=f"{row.title}", state=state)  # type: ignore[arg-type]


def _done_today(request: Request) -> list[Mark]:
    since = datetime.combine(civil_date(request.at), time(), CHINA)
    titles = verb_titles()
    mine = Entry.objects.filter(person_id=request.actor.person_id, at__gte=since, verb__in=titles).order_by("-id")
    return [Mark(at=entry.at, words=titles[entry.verb], state="done") for entry in mine[:DONE_MARKS]]


def workbench(request: Request) -> HttpResponse:
    """等我办: every capability's lines by clock, the deadline line above, 现在 and 我的指标 beside."""
    actor, at = request.actor, request.at
    rows, others = waiting(actor, at), sent(actor, at)
    kind = request.GET.get("kind", "")
    wanted = [row for row in rows if not kind or row.kind == kind]
    listed = wanted if request.GET.get("all") else wanted[:SHOWN]
    marks = [_mark(row, row.due_at, at) for row in wanted if row.due_at] + _done_today(request)
    context = {
        "groups": grouped(listed, at), "total": len(rows), "rest": len(wanted) - len(listed), "kind": kind,
        "kinds": sorted({row.kind for row in rows}), "line": deadline_line(marks, at) if marks else "",
        "others": others[:BESIDE], "others_total": len(others),
        "facts": facts(actor, at),
        "gauges": [gauge for one in CAPABILITIES if one.gauges for gauge in one.gauges(actor, at)][:GAUGES],
    }  # fmt: skip
    return render(request, "server/desk/workbench.html", context)


def others(request: Request) -> HttpResponse:
    """等别人: what I sent and somebody else holds."""
    rows = sent(request.actor, request.at)
    marks = [_mark(row, row.due_at, request.at) for row in rows if row.due_at]
    context = {
        "groups": grouped(rows, request.at),
        "others_total": len(rows),
        "line": deadline_line(marks, request.at) if marks else "",
        "total": len(waiting(request.actor, request.at)),
    }
    return render(request, "server/desk/others.html", context)


def done(request: Request) -> HttpResponse:
    """已办: my own last entries in the journal."""
    entries = Entry.objects.filter(person_id=request.actor.person_id).order_by("-id")[:100]
    counts = {"total": len(waiting(request.actor, request.at)), "others_total": len(sent(request.actor, request.at))}
    return render(request, "server/desk/done.html", {"entries": entries, "verbs": verb_titles(), **counts})
