"""Rain and levels on one page, and the course of both at one station."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from anlan.kernel.access.edge import Request
from anlan.kernel.alarms.queries import visible
from anlan.kernel.observations import queries as observed
from anlan.kernel.registry.models import Station
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.rain_and_water import drawing, queries, rules
from anlan.packs.safety.rain_and_water.queries import Course

_T = "packs/safety/rain_and_water/"
HOURS = (24, 72, 168)


def overview(request: Request) -> HttpResponse:
    rains, levels = queries.rains(request.actor, request.at), queries.levels(request.actor, request.at)
    context = {
        "rains": rains, "levels": levels, "spans": rules.SPANS, "edition": rules.EDITION, "verified": rules.VERIFIED,
        "high": sum(one.above is not None and one.above > 0 for one in levels), "wet": sum(bool(one.over) for one in rains),
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def export(request: Request) -> HttpResponse:
    """Rain, or with `what=level` the levels."""
    form = request.GET.get("form", "xlsx")
    if request.GET.get("what") == "level":
        head: tuple[str, ...] = ("水位站", "时间", "水位 m", "警戒水位 m", "保证水位 m", "高出警戒 m")
        levels = queries.levels(request.actor, request.at)
        return exported(
            form,
            "水情",
            head,
            ((one.station.name, _minute(one.at), one.value, one.warning, one.ensured, one.above) for one in levels),
        )
    head = ("雨量站", "时间", *(f"{hours} 小时雨量 mm" for hours in rules.SPANS), "8 时起雨量 mm", "24 小时等级")
    rows = ((one.station.name, _minute(one.at), *(amount.value if amount else None for amount in one.amounts), one.day.value if one.day else None, one.grade)
            for one in queries.rains(request.actor, request.at))  # fmt: skip
    return exported(form, "雨情", head, rows)


def _minute(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _course(request: Request, code: str) -> tuple[Station, int, Course]:
    """The station with the nearest one of the other kind, or the one that was chosen."""
    station = observed.stations(request.actor).filter(code=code, kind__in=("rain", "level")).first()
    if station is None:
        raise Http404
    text = request.GET.get("hours", "24")
    hours = int(text) if text in {str(one) for one in HOURS} else 24
    kind = "level" if station.kind == "rain" else "rain"
    other = observed.stations(request.actor, kind).filter(code=request.GET.get("with", "")).first()
    other = other or queries.partner(request.actor, station)
    rain, level = (station, other) if station.kind == "rain" else (other, station)
    return station, hours, queries.course(rain, level, request.at, hours)


def station(request: Request, code: str) -> HttpResponse:
    row, hours, course = _course(request, code)
    kind = "level" if row.kind == "rain" else "rain"
    context = {
        "station": row, "hours": hours, "spans": HOURS, "course": course, "drawn": drawing.draw(course), "kind": row.kind,
        "others": observed.stations(request.actor, kind), "table": course.hours[::-1], "other": course.level if row.kind == "rain" else course.rain,
        "days": queries.days(course.rain, request.at) if course.rain else [],
        "alarms": visible(request.actor).filter(stream__station=row).order_by("-since")[:20],
    }  # fmt: skip
    return render(request, _T + "station.html", context)


def station_export(request: Request, code: str) -> HttpResponse:
    row, _hours, course = _course(request, code)
    head = ("小时", "雨量 mm", "最高水位 m")
    rows = ((f"{one.start:%Y-%m-%d %H:%M}", one.rain.value if one.rain else None, one.level) for one in course.hours)
    return exported(request.GET.get("form", "xlsx"), f"雨水情_{row.name}", head, rows)
