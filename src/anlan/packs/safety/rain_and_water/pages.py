"""Rain and levels on one page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from anlan.kernel.access.edge import Request
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.rain_and_water import queries


def overview(request: Request) -> HttpResponse:
    context = {
        "rains": queries.rains(request.actor, request.at),
        "levels": queries.levels(request.actor, request.at),
        "spans": queries.SPANS,
    }
    return render(request, "packs/safety/rain_and_water/overview.html", context)


def export(request: Request) -> HttpResponse:
    head = ("雨量站", "时间", *(f"{hours} 小时雨量 mm" for hours in queries.SPANS))
    rows = ((one.station.name, one.at, *one.amounts) for one in queries.rains(request.actor, request.at))
    return exported(request.GET.get("form", "xlsx"), "雨情", head, rows)
