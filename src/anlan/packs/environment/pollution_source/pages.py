"""The bulletin of a day, on the screen, on paper and as a file."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.web.exporting import exported
from anlan.packs.environment.pollution_source import queries


def _day(request: Request) -> date:
    """The day asked for; yesterday without one. Raises Refused for no date and for a day that has not begun."""
    text = request.GET.get("day", "")
    today = civil_date(request.at)
    try:
        day = date.fromisoformat(text) if text else today - timedelta(days=1)
    except ValueError:
        raise Refused("bad_request", "日期读不出。按 年-月-日 填。", "day") from None
    if not date(2000, 1, 1) <= day <= today:
        raise Refused("bad_request", "只能看今天和以前的日报。", "day")
    return day


def bulletin(request: Request) -> HttpResponse:
    day = _day(request)
    lines = queries.bulletin(request.actor, day)
    context = {"day": day, "before": day - timedelta(days=1), "after": day + timedelta(days=1) if day < civil_date(request.at) else None,
               "lines": lines, "over": sum(bool(one.over) for one in lines), "unfinished": day == civil_date(request.at)}  # fmt: skip
    return render(request, "packs/environment/pollution_source/bulletin.html", context)


def export(request: Request) -> HttpResponse:
    day = _day(request)
    head = (
        "锅炉",
        "单位",
        "限值 mg/m³",
        "日均 mg/m³",
        "有效小时",
        "收到小时",
        "最大 mg/m³",
        "超限小时",
        "判断",
        "依据",
    )
    rows = ((one.station.name, str(one.station.organisation), one.limit, one.day.value, one.day.count, one.received, one.highest, one.over,
             one.word, one.basis) for one in queries.bulletin(request.actor, day))  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"锅炉氮氧化物日报_{day}", head, rows)
