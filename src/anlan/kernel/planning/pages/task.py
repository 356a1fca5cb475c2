"""One task: what it says, what was done, what may be done now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy, undo
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.moves import offers
from anlan.kernel.planning import actions, corrections, owners, queries
from anlan.kernel.planning.models import Correction, Task, Terms
from anlan.kernel.planning.models.promises import DEADLINES, STATES
from anlan.kernel.planning.models.work import ChangeRequest
from anlan.kernel.planning.pages import entries, forms
from anlan.kernel.planning.reading.types import FLAG_WORDS
from anlan.kernel.planning.rules import CHANGE_MOVES


def find_task(request: Request, number: int) -> Task:
    """The task if the viewer may see it; another organisation's is simply not there."""
    task = queries.with_owners(queries.tasks(request.actor)).filter(pk=number).first()
    if task is None:
        raise Http404
    return task


def _context(request: Request, task: Task) -> dict[str, object]:
    today = civil_date(request.at)
    change = task.changes.filter(state="asked").first()
    return {
        "task": task, "offers": queries.task_offers(task, request.actor), "alarms": queries.task_alarms(task, today),
        "states": STATES, "steps": ("issued", "accepted", "working", "finished", "confirmed"),
        "due_at": datetime.combine(task.due_on, time(23, 59), CHINA) if task.due_on else None,
        **entries.context(request, task, today), "act": "plan_task_act", "kinds": DEADLINES,
        "reminders": task.reminders.all()[:5],
        "offered": forms.UNITS,
        "change": change, "change_offers": offers(CHANGE_MOVES, change, request.actor) if change else [],
        "changes": task.changes.exclude(state="asked")[:10], "targets": task.targets.filter(retired_on=None),
        "terms": Terms.objects.filter(kind="task", item_id=task.pk).order_by("-effective_from", "-id"),
        "corrections": Correction.objects.filter(kind="task", item_id=task.pk), "fields": {**corrections.TASK_FIELDS, "departments": "责任单位"},
        "may_work": policy.may(request.actor, "planning.work", task),
        "is_lead": queries.is_lead(task, request.actor), "may_correct": policy.may(request.actor, "planning.correct", task),
        "today": today, "flag_words": FLAG_WORDS,
    }  # fmt: skip


def detail(request: Request, number: int) -> HttpResponse:
    task = find_task(request, number)
    return render(request, "kernel/planning/pages/task.html", _context(request, task))


def act(request: Request, number: int, move: str) -> HttpResponse:
    """One move or entry on the task; a refusal shows the page again with everything typed."""
    task = find_task(request, number)
    verb = _ACTS.get(move) or entries.ACTS.get(move)
    if verb is None:
        raise Http404
    try:
        done = verb(request, task)
    except Refused as refused:
        context = {
            **_context(request, find_task(request, number)),
            "refused": refused,
            "refused_move": move,
            "typed": request.POST,
        }
        return render(request, "kernel/planning/pages/task.html", context, status=STATUS.get(refused.code, 422))
    undo.said(request, done)
    return HttpResponseRedirect(reverse("plan_task", args=[number]))


def _accept(request: Request, task: Task) -> str:
    actions.accept(actor=request.actor, task=task, at=request.at)
    return f"已签收第 {task.number} 项。"


def _report(request: Request, task: Task) -> str:
    posted = request.POST
    actions.report(
        actor=request.actor, task=task, text=forms.text(posted, "text"), as_of=forms.day(posted, "as_of", "截至日期"), at=request.at,
        percent=forms.whole(posted, "percent", "进度"), figure=forms.amount(posted, "figure", "数量"),
        figure_unit=forms.text(posted, "figure_unit"), uploads=forms.uploads(request.FILES.getlist("files")),
    )  # fmt: skip
    return "进展已存。"


def _finish(request: Request, task: Task) -> str:
    actions.finish(actor=request.actor, task=task, at=request.at)
    return "已报完成，等规划员确认。"


def _confirm(request: Request, task: Task) -> str:
    actions.confirm(actor=request.actor, task=task, at=request.at)
    return "已确认完成。"


def _send_back(request: Request, task: Task) -> str:
    actions.send_back(actor=request.actor, task=task, reason=forms.text(request.POST, "reason"), at=request.at)
    return "已退回，牵头单位会看到理由。"


def _reopen(request: Request, task: Task) -> str:
    actions.reopen(actor=request.actor, task=task, reason=forms.text(request.POST, "reason"), at=request.at)
    return "已重新打开。"


def _ask_change(request: Request, task: Task) -> str:
    posted = request.POST
    actions.ask_change(
        actor=request.actor, task=task, reason=forms.text(posted, "reason"), at=request.at, text=forms.text(posted, "text"),
        deadline_kind=forms.text(posted, "deadline_kind"), deadline_year=forms.whole(posted, "deadline_year", "年份"),
    )  # fmt: skip
    return "变更申请已提交，等规划员答复。"


def _open_change(task: Task) -> ChangeRequest:
    change = task.changes.filter(state="asked").first()
    if change is None:
        raise Refused("stale", "这件申请已有答复，刷新后再看。")
    return change


def _decide(request: Request, task: Task) -> str:
    approve = request.POST.get("approve") == "1"
    answer = forms.text(request.POST, "answer")
    actions.decide_change(
        actor=request.actor, request=_open_change(task), approve=approve, answer=answer, at=request.at
    )
    return "已同意，新期限从今天起算。" if approve else "已答复，未同意。"


def _withdraw(request: Request, task: Task) -> str:
    actions.withdraw_change(actor=request.actor, request=_open_change(task), at=request.at)
    return "已撤回申请。"


def _remind(request: Request, task: Task) -> str:
    actions.remind(actor=request.actor, task=task, at=request.at)
    return f"已催办{task.lead.short_name if task.lead else ''}。"


def _assign(request: Request, task: Task) -> str:
    chosen = forms.unit(request.POST, "organisation")
    owners.assign_lead(actor=request.actor, task=task, organisation=chosen, at=request.at)
    return f"牵头单位定为{chosen.short_name}。"


def _correct(request: Request, task: Task) -> str:
    posted = request.POST
    corrections.correct(
        actor=request.actor, item=task, field=forms.text(posted, "field"), value=forms.text(posted, "value"),
        reason=forms.text(posted, "reason"), at=request.at,
    )  # fmt: skip
    return "已更正；再导入时保留。"


_ACTS: dict[str, Callable[[Request, Task], str]] = {
    "accept": _accept, "report": _report, "finish": _finish, "confirm": _confirm, "send_back": _send_back, "reopen": _reopen,
    "ask_change": _ask_change, "decide_change": _decide, "withdraw_change": _withdraw, "correct": _correct,
    "remind": _remind, "assign": _assign,
}  # fmt: skip
