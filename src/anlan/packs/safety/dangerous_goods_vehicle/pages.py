"""The fleet, and the track of one vehicle: drawn, replayed, as a table, as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from anlan.base.clock import civil_date
from anlan.kernel.access.edge import Request, number
from anlan.kernel.alarms.queries import visible
from anlan.kernel.observations import queries as observed
from anlan.kernel.registry.models import Station
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.dangerous_goods_vehicle import actions, drawing, queries
from anlan.packs.safety.dangerous_goods_vehicle.models import GoodsVehicle
from anlan.packs.safety.dangerous_goods_vehicle.queries import Fix
from anlan.packs.safety.dangerous_goods_vehicle.sheets import GOODS

HOURS = (1, 6, 24)
PAGE_ROWS = 25
_T = "packs/safety/dangerous_goods_vehicle/"


def fleet(request: Request) -> HttpResponse:
    rows = queries.vehicles(request.actor, request.at)
    context = {
        "rows": rows, "online": sum(one.online for one in rows), "troubled": sum(bool(one.alarms) for one in rows),
        "today": civil_date(request.at),
    }  # fmt: skip
    return render(request, _T + "fleet.html", context)


@dataclass(frozen=True)
class _Span:
    station: Station
    hours: int
    after: datetime
    until: datetime
    fixes: list[Fix]


def _span(request: Request, code: str) -> _Span:
    """The last hours, or those before `until` when it is given (so that a replayed step stays where it was)."""
    station = observed.stations(request.actor, "vehicle").filter(code=code).first()
    if station is None:
        raise Http404
    text = request.GET.get("hours", "6")
    hours = int(text) if text in {str(one) for one in HOURS} else 6
    asked = number(request.GET.get("until"))
    now = request.at.timestamp()
    until = datetime.fromtimestamp(min(asked, now), request.at.tzinfo) if 0 < asked < 1 << 33 else request.at
    after = until - timedelta(hours=hours)
    return _Span(station, hours, after, until, queries.track(station, after, until))


def track(request: Request, code: str) -> HttpResponse:
    span = _span(request, code)
    actions.note_access(actor=request.actor, station=span.station, after=span.after, until=span.until, at=request.at)
    day = civil_date(span.until)
    count = len(drawing.thinned(span.fixes))
    asked = request.GET.get("step", "")
    step = min(number(asked), count - 1) if asked.isdecimal() else count - 1
    drawn = drawing.draw(span.fixes, queries.areas(day), queries.routes_of(span.station, day), step, request.at)
    entry = GoodsVehicle.objects.filter(station_code=code, retired_on=None).first()
    context = {
        "span": span, "station": span.station, "hours": span.hours, "spans": HOURS, "until": int(span.until.timestamp()),
        "count": len(span.fixes), "drawn": drawn, "step": step, "last": count - 1, "entry": entry,
        "goods": GOODS.get(entry.goods, "") if entry else "", "routes": queries.routes_of(span.station, day),
        "said": drawing.words(drawn.shown[step]) if drawn.shown else "", "trip": queries.trip(span.fixes),
        "page": Paginator(span.fixes[::-1], PAGE_ROWS).get_page(request.GET.get("page")),
        "alarms": visible(request.actor).filter(stream__station=span.station, since__gte=span.after).order_by("-since")[:20],
    }  # fmt: skip
    return render(request, _T + "track.html", context)


def export(request: Request, code: str) -> HttpResponse:
    span = _span(request, code)
    actions.note_access(
        actor=request.actor, station=span.station, after=span.after, until=span.until, at=request.at, exported=True
    )
    head = ("时间", "经度", "纬度", "车速 km/h", "偏离线路 m", "禁行区")
    rows = ((f"{one.at:%Y-%m-%d %H:%M:%S}", one.longitude, one.latitude, one.speed, one.off_route, "是" if one.forbidden else "")
            for one in span.fixes)  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"轨迹_{span.station}", head, rows)
