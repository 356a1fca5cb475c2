"""Progress of the yearly plan, the discretion table, rewards. Inspections, penalties and draws are the kernel's pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.moves import offers
from anlan.kernel.draw.models import LEVELS
from anlan.kernel.registry import queries as registry
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.enforcement import actions, queries, rules
from anlan.packs.safety.enforcement.moves import PROPOSE, REWARD
from anlan.packs.safety.enforcement.office import PLANS

_T = "packs/safety/enforcement/"


def _year(request: Request) -> int:
    this = civil_date(request.at).year
    text = request.GET.get("year", "") or str(this)
    if not (text.isascii() and text.isdigit() and 2020 <= int(text) <= this + 1):
        raise Refused("year", "年份写四位，2020 年以后、不晚于明年。", "year")
    return int(text)


def _progress(request: Request, year: int) -> list[queries.Progress]:
    rows = registry.visible(PLANS, request.actor).filter(retired_on=None).order_by("code")
    return queries.progress(rows, year)


def plan(request: Request) -> HttpResponse:
    """A line of the plan a row: planned, done, found; each number leads to its inspections."""
    year = _year(request)
    lines = _progress(request, year)
    context = {
        "year": year, "lines": lines, "categories": rules.CATEGORIES, "levels": LEVELS, "ways": rules.WAYS, "planned": sum(one.plan.number for one in lines),
        "done": sum(one.done for one in lines), "may": policy.may(request.actor, PLANS.write),
    }  # fmt: skip
    return render(request, _T + "plan.html", context)


def plan_export(request: Request) -> HttpResponse:
    year = _year(request)
    rows = (
        (one.plan.code, rules.CATEGORIES[one.plan.category], LEVELS.get(one.plan.level, "各种"), rules.WAYS[one.plan.way], one.plan.number, one.done, one.found)
        for one in _progress(request, year)
    )  # fmt: skip
    head = ("编号", "类别", "风险颜色", "办法", "计划", "已查", "查出问题")
    return exported(request.GET.get("form", "xlsx"), f"检查计划_{year}", head, rows)


def discretion(request: Request) -> HttpResponse:
    """The table in force today: what, by which clause, how much."""
    on = civil_date(request.at)
    regime = rules.regime()
    context = {"rows": [one for one in regime.violations if one.holds(on)], "heavy": [one for one in regime.heavy if one.holds(on)], "on": on, "regime": regime}  # fmt: skip
    return render(request, "kernel/penalties/discretion.html", context)


def rewards(request: Request, refused: Refused | None = None) -> HttpResponse:
    rows = queries.rewards(request.actor)
    context = {
        "lines": [(one, offers(REWARD, one, request.actor)) for one in rows[:200]], "count": rows.count(), "bad": refused, "typed": request.POST if refused else {},
        "may": policy.may(request.actor, PROPOSE), "cases": queries.penalties(request.actor)[:200] if policy.may(request.actor, PROPOSE) else [],
    }  # fmt: skip
    return render(request, _T + "rewards.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def reward_new(request: Request) -> HttpResponse:
    posted = request.POST
    try:
        case = queries.penalties(request.actor).filter(number=posted.get("case", "").strip()).first()
        if case is None:
            raise Refused("case", "选一件已经送达的处罚。", "case")
        actions.propose(
            actor=request.actor, case=case, report=posted.get("report", ""), amount=posted.get("amount", ""), basis=posted.get("basis", ""), at=request.at
        )  # fmt: skip
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return rewards(request, refused)
    messages.success(request, "已提出，等别人批准。")
    return HttpResponseRedirect(reverse("enforcement_rewards"))


def reward_move(request: Request, given: str, word: str) -> HttpResponse:
    row = queries.rewards(request.actor).filter(pk=number(given)).first()
    if row is None:
        raise Http404
    try:
        actions.move(actor=request.actor, reward=row, step=word, reason=request.POST.get("reason", ""), at=request.at)
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return rewards(request, refused)
    messages.success(request, f"已办，现在是“{row.get_state_display()}”。")
    return HttpResponseRedirect(reverse("enforcement_rewards"))
