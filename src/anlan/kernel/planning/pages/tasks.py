"""The task table: filter, sort, read, export exactly what is filtered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor
from anlan.kernel.planning import actions, owners, queries
from anlan.kernel.planning.models import Task
from anlan.kernel.planning.models.promises import DEADLINES, STATES
from anlan.kernel.planning.pages import forms
from anlan.kernel.registry import views
from anlan.kernel.web import bulk as web_bulk
from anlan.kernel.web.charts import progress_bar
from anlan.kernel.web.columns import columns
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of

LATENESS = {"overdue": "已超期", "silent": "久无进展", "year": "今年到期"}
FLAGS = {
    "inherited": "类别沿用上行", "deadline_missing": "没有期限", "departments_missing": "没有单位", "text_missing": "没有内容",
    "number_missing": "没有序号", "gap": "疑有缺行", "joined": "两行合一", "duplicate_number": "序号重复",
}  # fmt: skip
LIST = "plan_tasks"  # its saved views
EXPORT_LIMIT = 200_000


def _rows(request: Request) -> QuerySet[Task]:
    rows = queries.filtered(queries.tasks(request.actor), request.GET, civil_date(request.at))
    return rows.order_by(*queries.SORTS.get(request.GET.get("sort", ""), queries.SORTS["order"]))


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the list shows it. Words and signs are ready, so that the template only places them: fifty rows a page
    are most of its cost."""

    pk: int
    url: str
    number: str
    title: str
    text: str
    units: str
    unmatched: str
    deadline: str
    alarm: str
    bar: str
    percent: int
    state: str


_TEXT = 60  # characters of a task's text in a row


def _units(task: Task) -> SafeString:
    named = (
        format_html("<strong>{}</strong>", one.printed) if one.is_lead else one.printed for one in task.owners.all()
    )
    return format_html_join("、", "{}", ((name,) for name in named))


def _signs() -> dict[str, SafeString]:
    """The row's signs in the reader's language, made once a page."""
    sign = '<br><span class="{}">{}</span>'
    late, silent = format_html(sign, "late", _("已超期")), format_html(sign, "near", _("久无进展"))
    unmatched = format_html(' <span class="flag">◐ {}</span>', _("未对应单位"))
    return {"overdue": late, "overdue_long": late, "silent": silent, "unmatched": unmatched}


def _excerpt(task: Task) -> str:
    """The task's text in one line; a clause prints its title again as its first line."""
    text = task.text.removeprefix(f"{task.title}\n")
    return text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"


def _line(task: Task, base: str, signs: dict[str, SafeString], today: date) -> Line:
    units, alarms = _units(task), queries.task_alarms(task, today)
    return Line(
        pk=task.pk, url=f"{base}{task.pk}/", number=task.number, title=task.title, units=units, deadline=task.deadline_text or "—",
        text=_excerpt(task),
        unmatched=signs["unmatched"] if units and not task.lead_id else "", alarm=signs[alarms[0].level] if alarms else "",
        bar=progress_bar(task.percent), percent=task.percent, state=_(STATES[task.state]),
    )  # fmt: skip


def table(request: Request) -> HttpResponse:
    """规划任务: 50 rows a page, everything in the URL; a POST saves or drops a view of it."""
    if request.method == "POST":
        return views.answer(request, LIST)
    page = page_of(request, _rows(request))
    page.object_list = queries.with_owner_names(page.object_list)  # type: ignore[arg-type]
    today = civil_date(request.at)
    base, signs = reverse("plan_tasks"), _signs()
    lines = [_line(task, base, signs, today) for task in page.object_list]
    many = _bulk_context(request.actor)
    titles = (_("序号"), "", _("责任单位"), _("期限"), _("进度"), _("状态"))
    context = {
        "page": page, "lines": lines, "unwritten": _("未写明"), "plans": queries.plans(request.actor), "units": queries.printed_departments(), "states": STATES,
        "kinds": DEADLINES, "lateness": LATENESS, "flags": FLAGS, "wanted": request.GET, "today": today,
        **views.context(request, LIST), **many,
        **columns(request.GET, titles, 2 if many["bulk_moves"] else 1),
        "filtered": any(request.GET.get(name) for name in ("plan", "unit", "state", "deadline_kind", "year", "late", "flag", "q")),
    }  # fmt: skip
    return render(request, "kernel/planning/pages/tasks.html", context)


@dataclass(frozen=True)
class Many:
    """A move that may be made on many tasks at once: who holds it sees it in the bulk bar."""

    title: str
    permission: str
    act: Callable[..., object]


BULK = {
    "accept": Many("签收", "planning.work", actions.accept),
    "remind": Many("催办", "planning.decide", actions.remind),
    "assign": Many("指派牵头", "planning.assign", owners.assign_lead),
}


def _bulk_context(actor: Actor) -> dict[str, object]:
    moves = {slug: move.title for slug, move in BULK.items() if policy.may(actor, move.permission)}
    return {"bulk_moves": moves, "offered": forms.UNITS}


def _extra(request: Request, slug: str) -> dict[str, object]:
    if slug != "assign":
        return {}
    return {"organisation": forms.unit(request.POST, "organisation")}


def bulk(request: Request) -> HttpResponse:
    """One move on the ticked tasks: each its own action and journal entry, refused rows with the reason."""
    slug = request.POST.get("move", "")
    move = BULK.get(slug)
    if move is None:
        raise Refused("move", "没有说明要办什么。", "move")
    policy.require(request.actor, move.permission)
    numbers, extra = web_bulk.chosen(request), _extra(request, slug)
    rows = list(queries.with_owners(queries.tasks(request.actor)).filter(pk__in=numbers).order_by("plan_id", "order"))
    outcomes = web_bulk.each(
        rows,
        lambda task: move.act(actor=request.actor, task=task, at=request.at, **extra),
        lambda task: (str(task), reverse("plan_task", args=[task.pk])),
    )
    hidden = len(numbers) - len(rows)
    outcomes += [web_bulk.Outcome("—", "", "没有这一项，或不归你看。")] * hidden
    return web_bulk.answered(request, move.title, outcomes, reverse("plan_tasks"))


def export(request: Request, form: str) -> HttpResponse:
    """The filtered rows as csv or xlsx."""
    head = ("规划", "序号", "任务", "任务类别", "任务内容", "责任单位", "期限", "状态", "进度%", "标记")
    rows = queries.with_owners(_rows(request))[:EXPORT_LIMIT]
    lines = (
        (
            task.plan.title, task.number, task.path[0] if task.path else "", task.path[-1] if task.path else "", task.text,
            "、".join(owner.printed for owner in task.owners.all()), task.deadline_text or "未写明", STATES[task.state],
            task.percent, "、".join(FLAGS.get(flag, flag) for flag in task.flags),
        )
        for task in rows
    )  # fmt: skip
    return exported(form, "规划任务", head, lines)
