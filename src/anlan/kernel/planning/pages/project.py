"""Key projects and box items: the list with milestones and money, one project, what may be done now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy, undo
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.planning import portfolio, projects, queries
from anlan.kernel.planning.models import Milestone, Project
from anlan.kernel.planning.pages import entries, forms
from anlan.kernel.registry import views
from anlan.kernel.web.columns import columns
from anlan.kernel.web.deadlines import Mark, deadline_line, years
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of

LATENESS = {"late": "有节点超期", "unled": "没有牵头单位"}
STEPS = ("planned", "running", "done")
LIST = "plan_projects"  # its saved views
EXPORT_LIMIT = 20_000


def listing(request: Request) -> HttpResponse:
    """Milestones done of all, money spent of planned, lateness; 50 rows a page, everything in the URL; a POST saves or drops a view."""
    if request.method == "POST":
        return views.answer(request, LIST)
    today = civil_date(request.at)
    page = page_of(request, portfolio.filtered(portfolio.projects(request.actor), request.GET, today))
    titles = (_("种类"), "", _("牵头"), _("节点"), _("支出 / 计划（元）"), _("支出占计划"), _("状态"))
    context = {
        "page": page, "lines": portfolio.lines(list(page.object_list), today), "plans": queries.plans(request.actor),
        "wanted": request.GET, "kinds": Project.KINDS, "states": Project.STATES, "lateness": LATENESS,
        **views.context(request, LIST), **columns(request.GET, titles),
        "filtered": any(request.GET.get(name) for name in ("plan", "kind", "state", "late", "q")),
    }  # fmt: skip
    return render(request, "kernel/planning/pages/projects.html", context)


def export(request: Request, form: str) -> HttpResponse:
    """The filtered rows as csv or xlsx."""
    today = civil_date(request.at)
    head = (
        "规划", "种类", "序号", "名称", "牵头单位", "协办单位", "状态", "节点", "已销号", "超期节点",
        "计划（元）", "到位（元）", "支出（元）", "支出占计划%", "最近进展",
    )  # fmt: skip
    rows = portfolio.filtered(portfolio.projects(request.actor), request.GET, today).prefetch_related("partners")
    lines = (
        (
            one.project.plan.title, one.project.get_kind_display(), one.project.number, one.project.title,
            str(one.project.lead or ""), "、".join(map(str, one.project.partners.all())), one.project.get_state_display(),
            one.steps, one.done, one.late, one.purse.planned, one.purse.allocated, one.purse.spent, one.spent_percent,
            civil_date(one.project.reported_at) if one.project.reported_at else None,
        )
        for one in portfolio.lines(list(rows[:EXPORT_LIMIT]), today)
    )  # fmt: skip
    return exported(form, "工程和专栏", head, lines)


def find_project(request: Request, number: int) -> Project:
    """The project if the viewer may see it; another department's is simply not there."""
    rows = portfolio.projects(request.actor).prefetch_related("partners")
    project = rows.filter(pk=number).first()
    if project is None:
        raise Http404
    return project


def _mark(row: Milestone, now: datetime) -> Mark:
    at = datetime.combine(row.done_on or row.due_on, time(23, 59), CHINA)
    return Mark(at=at, words=row.title, state="done" if row.done_on else "late" if at < now else "coming")


def _context(request: Request, project: Project) -> dict[str, object]:
    today = civil_date(request.at)
    shared = entries.context(request, project, today)
    marks = [_mark(row, request.at) for row in project.milestones.exclude(state="dropped")]
    last = max(project.plan.last_year, today.year)
    assigning = policy.may(request.actor, "planning.assign", project)
    return {
        **shared, "project": project, "offers": portfolio.project_offers(project, request.actor), "act": "plan_project_act",
        "states": Project.STATES, "steps": STEPS, "today": today, "spent_share": portfolio.spent_share(queries.purse(project.money.all())),
        "line": deadline_line(marks, request.at, years(min(project.plan.first_year or last, today.year), last)) if marks else "",
        "targets": project.targets.filter(retired_on=None),
        "offered": forms.UNITS,
        "organisations": Organisation.objects.filter(Q(kind__in=forms.PARTNERS, closed_on=None) | Q(pk__in=project.partners.all())).order_by("path") if assigning else (),
        "partner_ids": [one.pk for one in project.partners.all()],
    }  # fmt: skip


def detail(request: Request, number: int) -> HttpResponse:
    project = find_project(request, number)
    return render(request, "kernel/planning/pages/project.html", _context(request, project))


def act(request: Request, number: int, move: str) -> HttpResponse:
    """One move or entry on the project; a refusal shows the page again with everything typed."""
    project = find_project(request, number)
    verb = _ACTS.get(move) or entries.ACTS.get(move)
    if verb is None:
        raise Http404
    try:
        done = verb(request, project)
    except Refused as refused:
        again = {"refused": refused, "refused_move": move, "typed": request.POST}
        context = {**_context(request, find_project(request, number)), **again}
        return render(request, "kernel/planning/pages/project.html", context, status=STATUS.get(refused.code, 422))
    undo.said(request, done)
    return HttpResponseRedirect(reverse("plan_project", args=[number]))


def _report(request: Request, project: Project) -> str:
    posted = request.POST
    projects.report(
        actor=request.actor, project=project, text=forms.text(posted, "text"), as_of=forms.day(posted, "as_of", "截至日期"), at=request.at,
        figure=forms.amount(posted, "figure", "数量"), figure_unit=forms.text(posted, "figure_unit"),
        uploads=forms.uploads(request.FILES.getlist("files")),
    )  # fmt: skip
    return "进展已存。"


def _finish(request: Request, project: Project) -> str:
    projects.finish(actor=request.actor, project=project, at=request.at)
    return "已确认完工。"


def _stop(request: Request, project: Project) -> str:
    projects.stop(actor=request.actor, project=project, reason=forms.text(request.POST, "reason"), at=request.at)
    return "已停止，理由记入经过。"


def _resume(request: Request, project: Project) -> str:
    projects.resume(actor=request.actor, project=project, reason=forms.text(request.POST, "reason"), at=request.at)
    return "已恢复实施。"


def _assign(request: Request, project: Project) -> str:
    lead = forms.unit(request.POST, "lead")
    numbers = {int(word) for word in request.POST.getlist("partners") if word.isdecimal() and len(word) < 19}
    partners = list(Organisation.objects.filter(pk__in=numbers))
    projects.assign(actor=request.actor, project=project, lead=lead, partners=partners, at=request.at)
    return f"牵头单位定为{lead}。"


_ACTS: dict[str, Callable[[Request, Project], str]] = {
    "report": _report, "finish": _finish, "stop": _stop, "resume": _resume, "assign": _assign,
}  # fmt: skip
