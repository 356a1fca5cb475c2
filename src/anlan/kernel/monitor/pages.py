"""监测: overview, stations, one station with its charts, comparison, completeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render

from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.alarms.models import OPEN, Alarm, Rule
from anlan.kernel.alarms.moves import ANSWER
from anlan.kernel.alarms.queries import visible
from anlan.kernel.monitor import queries
from anlan.kernel.monitor.queries import SPANS, Series
from anlan.kernel.observations import queries as observed
from anlan.kernel.observations import reading
from anlan.kernel.observations.kinds import kind_of, seen_by
from anlan.kernel.observations.models import Device, Stream
from anlan.kernel.registry.models import Station
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.time_chart import Limit, sparkline, time_chart

MOST_COMPARED, MOST_LISTED = 6, 200


def _now(request: Request) -> dict[str, Any]:
    tiles = queries.tiles(request.actor, request.at)
    return {
        "tiles": tiles, "exceeding": queries.exceeding(request.actor), "waiting": queries.waiting(request.actor),
        "gateway": reading.gateway(request.at), "may_answer": policy.why(request.actor, ANSWER),
        "total": {name: sum(getattr(one, name) for one in tiles) for name in ("stations", "over", "silent")},
        "open": visible(request.actor).filter(state__in=OPEN).count(),
    }  # fmt: skip


def overview(request: Request) -> HttpResponse:
    """What is over its limit now and since when, what waits for an answer, then every kind at a glance."""
    return render(request, "kernel/monitor/overview.html", _now(request))


def now(request: Request) -> HttpResponse:
    """The part of the overview that changes, read again every few seconds."""
    return render(request, "kernel/monitor/now.html", _now(request))


def stations(request: Request) -> HttpResponse:
    """Every station with its newest values; those in trouble first."""
    rows = observed.stations(request.actor, request.GET.get("kind", ""))
    if words := request.GET.get("q"):
        rows = rows.filter(name__icontains=words[:80])
    lines = queries.lines(rows, request.actor, request.at)
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
    alarms = list(visible(request.actor).filter(stream__station=row).order_by("-since")[:20])
    standing = [one for one in alarms if one.state in ("raised", "acknowledged")]
    wanted = [number(request.GET.get("stream")), *(one.stream_id for one in standing)]
    by_number = {one.pk: one for one in streams}
    chosen = next((by_number[one] for one in wanted if one in by_number), streams[0] if streams else None)
    drawn = queries.series(chosen, span, request.at) if chosen else None
    rules = queries.rules_of(row, streams)
    values, sparks = queries.shown(streams, request.actor, request.at), queries.sparks(streams, request.at)
    usable = {
        one.stream.code: one.value
        for one in values
        if one.value is not None and one.state in ("ok", "over") and one.stream.nature == "raw"
    }
    context = {
        "station": row, "kind": kind_of(row.kind), "span": span, "spans": SPANS, "chosen": chosen, "drawn": drawn,
        "lines": [(one, limits(rules, one.stream, ()), sparkline(sparks.get(one.stream.pk, ()), over=one.state == "over")) for one in values],
        "facts": kind_facts(row.kind, usable), "heard": max((one.at for one in values if one.at), default=None),
        "online": {number: link for number, link in reading.links(request.at).items() if link["online"]},
        "chart": chart(drawn, limits(rules, chosen, standing)) if drawn and chosen else "", "devices": Device.objects.filter(station=row),
        "as_table": request.GET.get("view") == "table", "table": list(reversed(drawn.points[-MOST_LISTED:])) if drawn else [],
        "alarms": alarms, "standing": standing,
        "why": next((one for one in standing if chosen and one.stream_id == chosen.pk), standing[0] if standing else None),
        "waiting": [one for one in alarms if one.state in ("raised", "returned")],
        "complete": {one.stream.pk: one for one in queries.completeness(streams, request.at, timedelta(days=7))},
        "may_answer": policy.why(request.actor, ANSWER, row),
    }  # fmt: skip
    return render(request, "kernel/monitor/station.html", context)


def kind_facts(kind: str, usable: Mapping[str, float]) -> Sequence[tuple[str, str, bool]]:
    declared = kind_of(kind)
    return declared.facts(usable) if declared and declared.facts and usable else ()


def limits(rules: Mapping[str, Sequence[Rule]], stream: Stream, standing: Sequence[Alarm]) -> list[Limit]:
    """The limits of the rules in force; red where the alarm of that rule stands."""
    red = {one.rule_id for one in standing if one.stream_id == stream.pk}
    found = []
    for rule in rules.get(stream.code, ()):
        given, raises = rule.settings, rule.pk in red
        if rule.form in ("above", "outside"):
            found.append(Limit(given["limit"], f"≤ {given['limit']:g}", alarm=True, raises=raises))
        if rule.form in ("below", "outside"):
            low = given["limit"] if rule.form == "below" else given["low"]
            found.append(Limit(low, f"≥ {low:g}", above=False, alarm=True, raises=raises))
    return found


def chart(drawn: Series, marked: Sequence[Limit], *, width: int = 880, height: int = 300) -> Any:
    return time_chart(
        drawn.points, start=drawn.start, end=drawn.end, title=drawn.stream.title, unit=drawn.stream.unit, rhythm=drawn.rhythm,
        limits=marked, width=width, height=height, key=f"s{drawn.stream.pk}",
    )  # fmt: skip


def station_export(request: Request, code: str) -> HttpResponse:
    """Exactly the span that is shown, every value with its quality."""
    row = _found(request, code)
    span = request.GET.get("span", "24h")
    stream = observed.streams(request.actor, row).filter(pk=number(request.GET.get("stream"))).first()
    if stream is None or span not in SPANS:
        raise Http404
    drawn = queries.series(stream, span, request.at)
    head = ("时间", f"{stream.title}（{stream.unit}）", "最小", "最大", "质量")
    lines = ((one.at, one.value, one.low, one.high, one.mark or "可用") for one in drawn.points)
    return exported(request.GET.get("form", "xlsx"), f"{row.name}_{stream.title}", head, lines)


def compare(request: Request) -> HttpResponse:
    """The same span of up to six streams, one small chart each."""
    span = request.GET.get("span", "24h")
    span = span if span in SPANS else "24h"
    wanted = [number(one) for one in request.GET.getlist("stream")][:MOST_COMPARED]
    rows = list(observed.streams(request.actor).order_by("station__name", "title"))
    chosen = [one for one in rows if one.pk in wanted]
    drawn = [queries.series(one, span, request.at) for one in chosen]
    charts = [
        (one, chart(one, (), width=640, height=220), min(values, default=None), max(values, default=None))
        for one in drawn
        for values in ([spot.value for spot in one.points if spot.value is not None],)
    ]
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
