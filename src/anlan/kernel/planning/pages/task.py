"""One task: what it says, what was done, what may be done now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.moves import offers
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import actions, corrections, queries
from anlan.kernel.planning.models import Correction, Task, Terms
from anlan.kernel.planning.models.promises import DEADLINES, STATES
from anlan.kernel.planning.models.work import ChangeRequest, Money
from anlan.kernel.planning.pages import forms
from anlan.kernel.planning.rules import CHANGE_MOVES
from anlan.kernel.planning.verbs import TITLES


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
        "progress": task.progress.order_by("-id").select_related("organisation").prefetch_related("evidence__stored")[:50],
        "milestones": task.milestones.all(), "money": task.money.select_related("reversed_by"),
        "purse": queries.purse(task.money.all()), "money_kinds": Money.KINDS, "kinds": DEADLINES,
        "change": change, "change_offers": offers(CHANGE_MOVES, change, request.actor) if change else [],
        "changes": task.changes.exclude(state="asked")[:10], "targets": task.targets.filter(retired_on=None),
        "terms": Terms.objects.filter(kind="task", item_id=task.pk).order_by("-effective_from", "-id"),
        "corrections": Correction.objects.filter(kind="task", item_id=task.pk), "fields": corrections.TASK_FIELDS,
        "history": Entry.objects.filter(subject_kind="task", subject_id=str(task.pk)).order_by("-id")[:50],
        "verbs": TITLES, "may_work": policy.may(request.actor, "planning.work", task),
        "is_lead": queries.is_lead(task, request.actor), "may_correct": policy.may(request.actor, "planning.correct", task),
        "today": today,
    }  # fmt: skip


def detail(request: Request, number: int) -> HttpResponse:
    task = find_task(request, number)
    return render(request, "kernel/planning/pages/task.html", _context(request, task))


def act(request: Request, number: int, move: str) -> HttpResponse:
    """One move or entry on the task; a refusal shows the page again with everything typed."""
    task = find_task(request, number)
    verb = _ACTS.get(move)
    if verb is None:
        raise Http404
    try:
        said = verb(request, task)
    except Refused as refused:
        context = {
            **_context(request, find_task(request, number)),
            "refused": refused,
            "refused_move": move,
            "typed": request.POST,
        }
        return render(request, "kernel/planning/pages/task.html", context, status=STATUS.get(refused.code, 422))
    messages.success(request, said)
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


def _milestone(request: Request, task: Task) -> str:
    posted = request.POST
    actions.set_milestone(
        actor=request.actor, item=task, year=forms.needed(posted, "year", "年份"), title=forms.text(posted, "title"),
        due_on=forms.day(posted, "due_on", "节点日期"), at=request.at,
    )  # fmt: skip
    return "节点已列入。"


def _reach(request: Request, task: Task) -> str:
    milestone = task.milestones.filter(pk=forms.needed(request.POST, "milestone", "节点")).first()
    if milestone is None:
        raise Refused("not_found", "没有这个节点。")
    done = forms.day(request.POST, "done_on", "完成日期")
    actions.reach_milestone(
        actor=request.actor, milestone=milestone, done_on=done, note=forms.text(request.POST, "note"), at=request.at
    )
    return "节点已销号。"


def _money(request: Request, task: Task) -> str:
    posted = request.POST
    value = forms.amount(posted, "amount", "金额")
    if value is None:
        raise Refused("amount", "没有填金额。", "amount")
    actions.enter_money(
        actor=request.actor, item=task, kind=forms.text(posted, "kind"), year=forms.needed(posted, "year", "年份"), amount=value,
        source=forms.text(posted, "source"), at=request.at,
    )  # fmt: skip
    return "资金已登记。"


def _reverse(request: Request, task: Task) -> str:
    money = task.money.filter(pk=forms.needed(request.POST, "money", "这一笔")).first()
    if money is None:
        raise Refused("not_found", "没有这一笔。")
    actions.reverse_money(actor=request.actor, money=money, reason=forms.text(request.POST, "reason"), at=request.at)
    return "已冲销。"


def _correct(request: Request, task: Task) -> str:
    posted = request.POST
    corrections.correct(
        actor=request.actor, item=task, field=forms.text(posted, "field"), value=forms.text(posted, "value"),
        reason=forms.text(posted, "reason"), at=request.at,
    )  # fmt: skip
    return "已更正；再导入时保留。"


_ACTS: dict[str, Callable[[Request, Task], str]] = {
    "accept": _accept, "report": _report, "finish": _finish, "confirm": _confirm, "send_back": _send_back, "reopen": _reopen,
    "ask_change": _ask_change, "decide_change": _decide, "withdraw_change": _withdraw, "milestone": _milestone, "reach": _reach,
    "money": _money, "reverse": _reverse, "correct": _correct,
}  # fmt: skip
