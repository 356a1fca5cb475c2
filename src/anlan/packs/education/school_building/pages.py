"""The planner's page: schools by grade, what has run out, the works."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import civil_date
from anlan.kernel.access.edge import Request
from anlan.kernel.web.exporting import exported
from anlan.packs.education.school_building import queries
from anlan.packs.education.school_building.rules import GRADES, WORK_KINDS, WORK_STATES


def overview(request: Request) -> HttpResponse:
    today = civil_date(request.at)
    lines, whole = queries.schools(request.actor, today)
    works = [
        (work, building, WORK_KINDS[work.kind], WORK_STATES[work.state], work.planned_done_on < today)
        for work, building in queries.running(request.actor)
    ]
    context = {"lines": lines, "whole": whole, "grades": GRADES, "works": works, "today": today}
    return render(request, "packs/education/school_building/overview.html", context)


def export(request: Request) -> HttpResponse:
    lines, whole = queries.schools(request.actor, civil_date(request.at))
    head = ("学校", "栋数", "面积（平方米）", "使用人数", *GRADES.values(), "鉴定过期", "C、D 级未列工程", "工程逾期")
    rows: Iterator[tuple[str | int | Decimal, ...]] = (
        (one.name, one.buildings, one.area, one.people, *one.grades.values(), one.expired, one.bare, one.behind)
        for one in [*lines, whole]
    )
    return exported(request.GET.get("form", "xlsx"), "校舍安全", head, rows)
