"""The sections of the district in one table."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from anlan.kernel.access.edge import Request
from anlan.kernel.web.exporting import exported
from anlan.packs.environment.water_station import queries
from anlan.science.water import surface


def overview(request: Request) -> HttpResponse:
    rows = queries.sections(request.actor, request.at)
    rows.sort(key=lambda one: -surface.CLASSES.index(one.now.water_class) if one.now else 1)
    context = {"rows": rows, "names": surface.NAMES, "source": surface.SOURCE, "days": queries.DAYS}
    return render(request, "packs/environment/water_station/overview.html", context)


def export(request: Request) -> HttpResponse:
    head = ("断面", "河流", "现在类别", "时间", "主要污染物", "近 30 天类别", "近 30 天 CWQI（所测项目）", "有数据天数")
    rows = (
        (one.station.name, one.station.place_name, one.now.water_class if one.now else "", one.at,
         "、".join(surface.NAMES[over.item] for over in one.now.over) if one.now else "", one.month.water_class if one.month else "", one.cwqi, one.days)
        for one in queries.sections(request.actor, request.at)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "地表水断面", head, rows)
