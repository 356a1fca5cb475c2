"""The monthly form and the enterprises' table; the cases themselves are the kernel's pages."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.hidden_danger import queries

MONTHS = 12


def _first(request: Request) -> date:
    """The month the address asks for (`2026-05`), else this one."""
    text = request.GET.get("month", "")
    if not text:
        return civil_date(request.at).replace(day=1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Refused("month", "月份写成 2026-05 这样。", "month") from None


def _last(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def monthly(request: Request) -> HttpResponse:
    """A line a month, the newest first; prints as it stands."""
    first, lines = _first(request), []
    rows = queries.dangers(request.actor)
    for _turn in range(MONTHS):
        lines.append((first, queries.month(rows, first, _last(first))))
        first = (first - timedelta(days=1)).replace(day=1)
    return render(request, "packs/safety/hidden_danger/monthly.html", {"lines": lines})


HEAD = (
    "月份",
    "排查单位",
    "一般隐患",
    "已整改",
    "整改率",
    "重大隐患",
    "已销号",
    "销号率",
    "列入治理计划",
    "五落实",
    "挂牌督办",
    "资金（万元）",
)


def monthly_export(request: Request) -> HttpResponse:
    rows, first, lines = queries.dangers(request.actor), _first(request), []
    for _turn in range(MONTHS):
        one = queries.month(rows, first, _last(first))
        lines.append((f"{first:%Y-%m}", one.units, one.general_found, one.general_closed, one.general_rate, one.major_found, one.major_closed, one.major_rate,
                      one.in_plan, one.five, one.listed, one.funds / 10000))  # fmt: skip
        first = (first - timedelta(days=1)).replace(day=1)
    return exported(request.GET.get("form", "xlsx"), "隐患月报", HEAD, lines)


def ranking(request: Request) -> HttpResponse:
    """Enterprises of a month: what is late first. No person is ranked."""
    first = _first(request)
    lines = queries.ranking(queries.dangers(request.actor), first, _last(first), request.at)
    part, whole = queries.on_line(request.actor, first, _last(first))
    context = {"lines": lines, "month": first, "part": part, "whole": whole, "rate": queries.share(part, whole)}
    return render(request, "packs/safety/hidden_danger/ranking.html", context)


def ranking_export(request: Request) -> HttpResponse:
    first = _first(request)
    head = ("企业", "登记", "未销号", "超时", "已销号", "销号率", "按时率", "退回次数")
    rows = ((str(one.organisation), one.found, one.open, one.late, one.closed, one.closed_rate, one.on_time_rate, one.returns)
            for one in queries.ranking(queries.dangers(request.actor), first, _last(first), request.at))  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"企业隐患排名_{first:%Y-%m}", head, rows)
