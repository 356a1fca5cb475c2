"""监测: overview, stations, one station with its charts, comparison, completeness."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from anlan.kernel.access.edge import Request, number
from anlan.kernel.alarms.models import OPEN
from anlan.kernel.alarms.queries import visible
from anlan.kernel.monitor import queries
from anlan.kernel.monitor.queries import SPANS, Series
from anlan.kernel.observations import queries as observed
from anlan.kernel.observations import reading
from anlan.kernel.observations.kinds import kind_of, seen_by
from anlan.kernel.observations.models import Device, Stream
from anlan.kernel.registry.models import Station
from anlan.kernel.web.charts import Point, line_chart
from anlan.kernel.web.exporting import exported

MOST_COMPARED, MOST_DRAWN = 6, 500
_ORDER = {"over": 0, "silent": 1, "bad": 2, "none": 3, "ok": 4}


def overview(request: Request) -> HttpResponse:
    """What is over its limit now and since when, then every kind at a glance."""
    context = {
        "tiles": queries.tiles(request.actor, request.at), "exceeding": queries.exceeding(request.actor),
        "gateway": reading.gateway(request.at),
        "open": visible(request.actor).filter(state__in=OPEN).count(),
        "newest": visible(request.actor).order_by("-raised_at")[:12],
    }  # fmt: skip
    return render(request, "kernel/monitor/overview.html", context)


def now(request: Request) -> HttpResponse:
    """The part of the overview that changes, read again every few seconds."""
    context = {
        "tiles": queries.tiles(request.actor, request.at),
        "exceeding": queries.exceeding(request.actor),
        "gateway": reading.gateway(request.at),
    }
    return render(request, "kernel/monitor/now.html", context)


def stations(request: Request) -> HttpResponse:
    """Every station with its newest values; those in trouble first."""
    kind = request.GET.get("kind", "")
    rows = observed.stations(request.actor, kind)
    if words := request.GET.get("q"):
        rows = rows.filter(name__icontains=words[:80])
    mine: dict[int, list[Any]] = {}
    for one in queries.shown(
        list(observed.streams(request.actor).filter(station__in=rows, nature="raw")), request.actor, request.at
    ):
        mine.setdefault(one.stream.station_id, []).append(one)
    lines = [(row, sorted(mine.get(row.pk, []), key=lambda one: _ORDER[one.state])) for row in rows]
    lines.sort(key=lambda line: (min((_ORDER[one.state] for one in line[1]), default=9), line[0].name))
    page = Paginator(lines, 50).get_page(request.GET.get("page"))
    context = {"page": page, "kinds": seen_by(request.actor), "asked": request.GET}
    return render(request, "kernel/monitor/stations.html", context)


def _found(request: Request, code: str) -> Station:
    station = observed.stations(request.actor).filter(code=code).first()
    if station is None:
        raise Http404
    return station


def station(request: Request, code: str) -> HttpResponse:
    """Facts, newest values against their limits, a chart over any span with its table, alarms."""
    row = _found(request, code)
    streams = list(observed.streams(request.actor, row))
    span = request.GET.get("span", "24h")
    span = span if span in SPANS else "24h"
    chosen = next(
        (one for one in streams if one.pk == number(request.GET.get("stream"))), streams[0] if streams else None
    )
    drawn = queries.series(chosen, span, request.at) if chosen else None
    rules = queries.rules_of(row, streams)
    context = {
        "station": row, "kind": kind_of(row.kind), "span": span, "spans": SPANS, "chosen": chosen, "drawn": drawn,
        "lines": [(one, rules.get(one.stream.code, [])) for one in queries.shown(streams, request.actor, request.at)],
        "chart": chart(drawn, _limit(rules, chosen)) if drawn else "", "devices": Device.objects.filter(station=row),
        "table": list(reversed(drawn.points[-200:])) if drawn else [],
        "alarms": visible(request.actor).filter(stream__station=row).order_by("-since")[:20],
        "complete": queries.completeness(streams, request.at),
    }  # fmt: skip
    return render(request, "kernel/monitor/station.html", context)


def _limit(rules: Any, stream: Stream | None) -> tuple[float, str] | None:
    """The limit to draw: of the first rule above or below."""
    for rule in rules.get(stream.code, []) if stream else []:
        if rule.form in ("above", "below", "outside") and "limit" in rule.settings:
            return float(rule.settings["limit"]), f"{rule.title} {rule.settings['limit']:g}"
    return None


def chart(drawn: Series, limit: tuple[float, str] | None) -> Any:
    points = thinned(drawn.points)
    form = {"raw": "%H:%M", "hour": "%m-%d %H时", "day": "%m-%d"}[drawn.step]
    over = limit[0] if limit else None
    return line_chart(
        [Point(f"{at:{form}}", value, over=over is not None and value is not None and value > over) for at, value, *_rest in points],
        title=drawn.stream.title, unit=drawn.stream.unit, limit=over, limit_word=limit[1] if limit else "", width=960, height=260, labels=False,
    )  # fmt: skip


def thinned(points: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """At most MOST_DRAWN points; of each group the one farthest from the one before, so that a peak is never left out."""
    if len(points) <= MOST_DRAWN:
        return list(points)
    size = -(-len(points) // MOST_DRAWN)
    kept: list[tuple[Any, ...]] = []
    for start in range(0, len(points), size):
        group = [one for one in points[start : start + size] if one[1] is not None] or [points[start]]
        before = kept[-1][1] if kept and kept[-1][1] is not None else 0.0
        kept.append(max(group, key=lambda one: abs((one[1] or 0.0) - before)))
    return kept


def station_export(request: Request, code: str) -> HttpResponse:
    """Exactly the span that is shown, every value with its quality."""
    row = _found(request, code)
    span = request.GET.get("span", "24h")
    stream = observed.streams(request.actor, row).filter(pk=number(request.GET.get("stream"))).first()
    if stream is None or span not in SPANS:
        raise Http404
    drawn = queries.series(stream, span, request.at)
    head = ("时间", f"{stream.title}（{stream.unit}）", "最小", "最大", "质量")
    return exported(request.GET.get("form", "xlsx"), f"{row.name}_{stream.title}", head, drawn.points)


def compare(request: Request) -> HttpResponse:
    """The same span of up to six streams, one small chart each."""
    span = request.GET.get("span", "24h")
    span = span if span in SPANS else "24h"
    wanted = [number(one) for one in request.GET.getlist("stream")][:MOST_COMPARED]
    rows = list(observed.streams(request.actor).order_by("station__name", "title"))
    chosen = [one for one in rows if one.pk in wanted]
    drawn = [queries.series(one, span, request.at) for one in chosen]
    charts = [(one, chart(one, None), min((p[1] for p in one.points if p[1] is not None), default=None),
               max((p[1] for p in one.points if p[1] is not None), default=None)) for one in drawn]  # fmt: skip
    context = {"rows": rows, "wanted": wanted, "charts": charts, "span": span, "spans": SPANS, "most": MOST_COMPARED}
    return render(request, "kernel/monitor/compare.html", context)


def completeness(request: Request) -> HttpResponse:
    """Usable against expected values of the last day or week, the worst first."""
    days = 7 if request.GET.get("days") == "7" else 1
    rows = queries.completeness(
        list(observed.streams(request.actor).filter(nature="raw")), request.at, timedelta(days=days)
    )
    rows.sort(key=lambda one: one.share)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    return render(request, "kernel/monitor/completeness.html", {"page": page, "days": days, "asked": request.GET})
