"""The fleet, and the track of one vehicle as a drawing with its table."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.safestring import SafeString

from anlan.kernel.access.edge import Request
from anlan.kernel.observations import queries as observed
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.dangerous_goods_vehicle import queries
from anlan.packs.safety.dangerous_goods_vehicle.queries import Fix

HOURS = (1, 6, 24)
SHOWN = 200


def fleet(request: Request) -> HttpResponse:
    rows = queries.vehicles(request.actor, request.at)
    return render(
        request,
        "packs/safety/dangerous_goods_vehicle/fleet.html",
        {"rows": rows, "online": sum(one.online for one in rows)},
    )


def _fixes(request: Request, code: str) -> tuple[object, int, list[Fix]]:
    station = observed.stations(request.actor, "vehicle").filter(code=code).first()
    if station is None:
        raise Http404
    text = request.GET.get("hours", "6")
    hours = int(text) if text in {str(one) for one in HOURS} else 6
    return station, hours, queries.track(station, request.at - timedelta(hours=hours), request.at)


def track(request: Request, code: str) -> HttpResponse:
    station, hours, fixes = _fixes(request, code)
    context = {
        "station": station,
        "hours": hours,
        "spans": HOURS,
        "fixes": list(reversed(fixes))[:SHOWN],
        "count": len(fixes),
        "drawing": drawing(fixes),
    }
    return render(request, "packs/safety/dangerous_goods_vehicle/track.html", context)


def export(request: Request, code: str) -> HttpResponse:
    station, _hours, fixes = _fixes(request, code)
    head = ("时间", "经度", "纬度", "车速 km/h")
    return exported(
        request.GET.get("form", "xlsx"),
        f"轨迹_{station}",
        head,
        ((one.at, one.longitude, one.latitude, one.speed) for one in fixes),
    )


def drawing(fixes: list[Fix]) -> SafeString:
    """The way as a line, north up, not to scale with any map; its beginning hollow, its end solid."""
    if len(fixes) < 2:
        return SafeString("")
    west, east = min(one.longitude for one in fixes), max(one.longitude for one in fixes)
    south, north = min(one.latitude for one in fixes), max(one.latitude for one in fixes)
    scale = min(
        580 / max((east - west) * 0.776, 1e-6), 280 / max(north - south, 1e-6)
    )  # cos 39° of a degree of longitude
    places = [(10 + (one.longitude - west) * 0.776 * scale, 10 + (north - one.latitude) * scale) for one in fixes]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return format_html(
        '<svg viewBox="0 0 600 300" width="100%" role="img" aria-label="{}"><path class="svg-line" d="{}"/><circle class="svg-base" cx="{}" cy="{}" r="5"/>'
        '<circle class="svg-dot" cx="{}" cy="{}" r="5"/></svg>',
        "轨迹，北在上", path, *(f"{value:.1f}" for value in (*places[0], *places[-1])),
    )  # fmt: skip
