"""Plans at a glance, departments without an organisation, numeric targets; and what is public."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import undo
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.planning import owners, queries
from anlan.kernel.planning.models import Indicator, Plan, Project, Target, Task
from anlan.kernel.planning.models.promises import STATES
from anlan.kernel.planning.pages import forms


def overview(request: Request) -> HttpResponse:
    today = civil_date(request.at)
    tallies = [queries.tally(plan, today) for plan in queries.plans(request.actor)]
    return render(request, "kernel/planning/pages/overview.html", {"tallies": tallies})


def plan_text(request: Request, number: int) -> HttpResponse:
    """The plan's own chapters, as read."""
    plan = queries.plans(request.actor).filter(pk=number).first()
    if plan is None:
        raise Http404
    context = {"plan": plan, "chapters": plan.chapters.all(), "runs": plan.document.runs.all()[:10]}
    return render(request, "kernel/planning/pages/plan.html", context)


def departments(request: Request) -> HttpResponse:
    """Printed names and organisations: assign, adopt, found."""
    if request.method == "POST":
        undo.said(request, _departments(request))
        return HttpResponseRedirect(reverse("plan_departments"))
    context = {
        "unmatched": queries.unmatched_departments(), "plans": queries.plans(request.actor),
        "offered": forms.UNITS,
    }  # fmt: skip
    return render(request, "kernel/planning/pages/departments.html", context)


def _departments(request: Request) -> str:
    posted = request.POST
    match posted.get("do"):
        case "assign":
            organisation = forms.unit(posted, "organisation")
            lines = owners.assign_department(
                actor=request.actor, printed=posted.get("printed", ""), organisation=organisation, at=request.at
            )
            return f"已对应，{lines} 行任务有了单位。"
        case "adopt":
            source = Plan.objects.filter(pk=forms.needed(posted, "source", "来源规划")).first()
            target = Plan.objects.filter(pk=forms.needed(posted, "target", "目标规划")).first()
            if source is None or target is None:
                raise Refused("plan", "没有这个规划。", "source")
            lines = owners.adopt_owners(actor=request.actor, source=source, target=target, at=request.at)
            return f"已沿用，{lines} 行任务有了单位。"
        case "found":
            parent = Organisation.objects.filter(kind="district").first()
            if parent is None:
                raise Refused("district", "先设区一级单位。")
            return f"已新设 {owners.found_departments(actor=request.actor, parent=parent, at=request.at)} 个单位。"
        case _:
            raise Refused("do", "没有说明要办什么。")


def targets(request: Request) -> HttpResponse:
    """Numbers promised in running text; those not yet attached first."""
    if request.method == "POST":
        undo.said(request, _attach(request))
        return HttpResponseRedirect(f"{reverse('plan_targets')}?{request.GET.urlencode()}")
    rows = Target.objects.filter(retired_on=None).select_related("plan", "indicator", "task", "project")
    rows = queries.by_number(rows, plan_id=request.GET.get("plan", ""))
    if request.GET.get("state") == "open":
        rows = rows.filter(indicator=None, task=None, project=None)
    page = Paginator(rows.order_by("plan_id", "order"), 50).get_page(request.GET.get("page"))
    plans = list(queries.plans(request.actor))
    choices = {plan.pk: _choices(plan) for plan in plans}
    left = {plan: queries.unattached(plan).count() for plan in plans}
    context = {"page": page, "plans": plans, "choices": choices, "left": left, "wanted": request.GET}
    return render(request, "kernel/planning/pages/targets.html", context)


def _choices(plan: Plan) -> list[tuple[str, str]]:
    """What a target of this plan may be attached to."""
    found = [(f"indicator:{one.pk}", f"指标 {one.name}") for one in plan.indicators.filter(retired_on=None)]
    found += [(f"project:{one.pk}", f"工程 {one.title}") for one in plan.projects.filter(retired_on=None)]
    return found + [(f"task:{one.pk}", f"任务 {one.number} {one.title}") for one in plan.tasks.filter(retired_on=None)]


def _attach(request: Request) -> str:
    target = Target.objects.filter(pk=forms.needed(request.POST, "target", "目标")).first()
    if target is None:
        raise Refused("not_found", "没有这条数字目标。")
    kind, _, number = request.POST.get("to", "").partition(":")
    models: dict[str, type[Indicator] | type[Task] | type[Project]] = {
        "indicator": Indicator,
        "task": Task,
        "project": Project,
    }
    known = kind in models and number.isdecimal() and len(number) < 19
    chosen = models[kind]._default_manager.filter(pk=number).first() if known else None  # noqa: SLF001
    if chosen is None and target.attached is None:
        raise Refused("to", "先选挂接到哪个指标、任务或工程。", "to")
    owners.attach(actor=request.actor, target=target, to=chosen, at=request.at)
    return f"已挂接到 {chosen}。" if chosen else "已取下。"


def public_plans(request: Request) -> HttpResponse:
    """What citizens see: plans, counts by state, the task list; no person's name."""
    today = civil_date(request.at)
    tallies = [queries.tally(plan, today) for plan in queries.plans(request.actor)]
    return render(request, "kernel/planning/pages/public_plans.html", {"tallies": tallies})


def public_tasks(request: Request, number: int) -> HttpResponse:
    plan = queries.plans(request.actor).filter(pk=number).first()
    if plan is None:
        raise Http404
    rows = queries.with_owners(Task.objects.filter(plan=plan, retired_on=None))
    page = Paginator(rows.order_by("order"), 50).get_page(request.GET.get("page"))
    return render(request, "kernel/planning/pages/public_tasks.html", {"plan": plan, "page": page, "states": STATES})
