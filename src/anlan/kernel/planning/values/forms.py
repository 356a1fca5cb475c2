"""The three forms: type a figure in, explain a gap, choose the formula. What was typed stays when something is wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.planning.models import Indicator
from anlan.kernel.planning.values import actions, computing, formulas, reading
from anlan.kernel.planning.values.pages import found, row_of


def _year(text: str) -> int:
    if not text.strip().isdecimal() or len(text.strip()) != 4:
        raise Refused("year", "年份写四位数，如 2024。", "year")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused("as_of", "截至日期写成 2024-12-31。", "as_of") from None


def _again(
    request: Request, template: str, indicator: Indicator, bad: Refused | None, context: dict[str, Any]
) -> HttpResponse:
    context |= {
        "indicator": indicator, "row": row_of(indicator, civil_date(request.at)), "typed": request.POST,
        "bad": {bad.field or "form": bad.message} if bad else {},
    }  # fmt: skip
    return render(request, f"kernel/planning/values/{template}.html", context, status=422 if bad else 200)


def _years(indicator: Indicator, request: Request) -> list[int]:
    last = min(indicator.plan.last_year, civil_date(request.at).year)
    return list(range(last, indicator.plan.first_year - 2, -1))


def type_in(request: Request, number: int) -> HttpResponse:
    """填数. Refused at once, before the form is shown, when this person may not."""
    indicator, bad = found(number), None
    policy.require(request.actor, "planning_values.type", indicator)
    if request.method == "POST":
        try:
            actions.type_in(actor=request.actor, indicator=indicator, typed=_typed(request), at=request.at)
            return HttpResponseRedirect(reverse("indicator", args=[number]))
        except Refused as refused:
            bad = refused
    context = {
        "years": _years(indicator, request),
        "held": reading.values_on([indicator], civil_date(request.at)).get(number, {}),
    }
    return _again(request, "type", indicator, bad, context)


def _typed(request: Request) -> actions.Typed:
    posted, sent = request.POST, request.FILES.get("file")
    return actions.Typed(
        year=_year(posted.get("year", "")), value=actions.number(posted.get("value", "")),
        as_of=_day(posted.get("as_of", "")), source=posted.get("source", ""), reason=posted.get("reason", ""),
        sure=posted.get("sure") == "1", upload=(sent.name or "文件", sent.read()) if sent else None,
    )  # fmt: skip


def explain(request: Request, number: int) -> HttpResponse:
    """填写差距说明."""
    indicator, bad = found(number), None
    policy.require(request.actor, "planning_values.explain", indicator)
    if request.method == "POST":
        posted = request.POST
        try:
            actions.explain(
                actor=request.actor, indicator=indicator, year=_year(posted.get("year", "")), cause=posted.get("cause", ""),
                measures=posted.get("measures", ""), at=request.at,
            )  # fmt: skip
            return HttpResponseRedirect(reverse("indicator", args=[number]))
        except Refused as refused:
            bad = refused
    return _again(request, "explain", indicator, bad, {"years": _years(indicator, request)})


def assign(request: Request, number: int) -> HttpResponse:
    """定责任单位."""
    indicator, wanted = found(number), request.POST.get("organisation", "")
    unit = Organisation.objects.filter(pk=int(wanted) if wanted.isdecimal() else 0).first()
    if unit is None:
        raise Refused("organisation", "选一个单位。", "organisation")
    actions.assign(actor=request.actor, indicator=indicator, organisation=unit, at=request.at)
    return HttpResponseRedirect(reverse("indicator", args=[number]))


def bind(request: Request, number: int) -> HttpResponse:
    """选公式: computed at once, so that the person sees what the choice gives."""
    indicator, bad = found(number), None
    policy.require(request.actor, "planning_values.bind", indicator)
    if request.method == "POST":
        try:
            row = actions.bind(
                actor=request.actor, indicator=indicator, formula=request.POST.get("formula", ""), at=request.at
            )
            computing.refresh_one(row, request.at)
            return HttpResponseRedirect(reverse("indicator", args=[number]))
        except Refused as refused:
            bad = refused
    answering = formulas.answering(indicator.name)
    return _again(request, "bind", indicator, bad, {"formulas": formulas.installed().values(), "answering": answering})
