"""Scores with gaps, and reserves against a scenario; registers and checks are the kernel's pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.grass_roots import queries, rules, sheets

_T = "packs/safety/grass_roots/"


def overview(request: Request) -> HttpResponse:
    """六有、三有、准备能力: the newest score of each street and community, and what lacks."""
    titles = {one.slug: one for one in rules.forms()}
    groups = [(titles[form], queries.newest(request.actor, form)) for form in rules.FORMS]
    counted = [(form, lines, sum(one.reached for one in lines)) for form, lines in groups]
    context = {
        "groups": counted,
        "gaps": queries.gaps(request.actor)[:300],
        "reached": queries.REACHED,
        "may_check": policy.may(request.actor, rules.AREA.do),
    }
    return render(request, _T + "overview.html", context)


def overview_export(request: Request) -> HttpResponse:
    head = ("单位", "检查表", "版次", "得分", "满分", "得分率", "差距", "检查日期")
    rows = [
        (str(one.organisation), form.title, one.record.task.form.edition if one.record else "", one.record.got if one.record else None, one.record.full if one.record else None,
         one.share, one.record.failed if one.record else None, civil_date(one.record.at) if one.record else None)
        for form in rules.forms() for one in queries.newest(request.actor, form.slug)
    ]  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "基层应急能力", head, rows)


def gaps_export(request: Request) -> HttpResponse:
    head = ("单位", "检查表", "差距", "说明", "要求", "检查日期")
    rows = (
        (
            str(one.record.task.target),
            one.record.task.form.title,
            one.item.title,
            one.note,
            one.item.criterion,
            civil_date(one.record.at),
        )
        for one in queries.gaps(request.actor)
    )
    return exported(request.GET.get("form", "xlsx"), "基层应急差距", head, rows)


def _scenario(request: Request) -> tuple[list[object], object | None]:
    rows = list(queries.scenarios(request.actor))
    asked = number(request.GET.get("scenario"))
    if asked and asked not in [one.pk for one in rows]:
        raise Refused("scenario", "没有这个情景。", "scenario")
    return list(rows), next((one for one in rows if one.pk == asked), rows[0] if rows else None)


def reserve(request: Request) -> HttpResponse:
    """储备缺口: a scenario's demand against what is held in date, agreed and planned."""
    rows, chosen = _scenario(request)
    today = civil_date(request.at)
    lines = queries.reserve_gaps(request.actor, chosen, today) if chosen else []  # type: ignore[arg-type]  # a row of scenarios
    context = {
        "scenarios": rows, "chosen": chosen, "lines": lines, "lacking": sum(one.lacking > 0 for one in lines), "expired": queries.expired(request.actor, today),
        "may_norms": policy.may(request.actor, sheets.NORMS),
    }  # fmt: skip
    return render(request, _T + "reserve.html", context)


def reserve_export(request: Request) -> HttpResponse:
    _rows, chosen = _scenario(request)
    head = ("品种", "单位", "需求", "实物储备", "协议储备", "缺口", "已列规划", "规划后缺口", "保障率", "定额已核对")
    lines = queries.reserve_gaps(request.actor, chosen, civil_date(request.at)) if chosen else []  # type: ignore[arg-type]  # a row of scenarios
    rows = (
        (
            one.title,
            one.unit,
            one.demand,
            one.stock,
            one.agreement,
            one.lacking,
            one.planned,
            one.after_plan,
            one.share,
            "是" if one.verified else "否",
        )
        for one in lines
    )
    return exported(request.GET.get("form", "xlsx"), f"储备缺口_{chosen or ''}", head, rows)
