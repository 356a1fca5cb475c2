"""Underground: who may go down where, and what is wrong."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render

from anlan.kernel.access.edge import Request
from anlan.kernel.alarms.queries import visible
from anlan.kernel.observations import queries as observed
from anlan.kernel.observations import reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.types import HOUR_MS
from anlan.kernel.web.charts import Point, line_chart
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.underground import queries, rules
from anlan.packs.safety.underground.sheets import KINDS

_T = "packs/safety/underground/"
_WORDS = {"ok": "未见超限，进前再测", "no": "不要进入", "unknown": "不能判断，不要进入"}


def overview(request: Request) -> HttpResponse:
    kind = request.GET.get("kind", "")
    rows = queries.spaces(request.actor, request.at, kind if kind in KINDS else "")
    context = {
        "rows": rows, "kinds": KINDS, "kind": kind, "channels": queries.CHANNELS, "words": _WORDS, "edition": rules.EDITION,
        "verified": rules.VERIFIED, "no": sum(one.verdict.word != "ok" for one in rows), "unwatched": queries.unwatched(request.actor),
        "fresh": rules.FRESH.seconds // 60,
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def space(request: Request, code: str) -> HttpResponse:
    """One space: the verdict item by item, and a day of every gas as a small chart."""
    found = next((one for one in queries.spaces(request.actor, request.at) if one.station.code == code), None)
    if found is None:
        raise Http404
    limits = {one.code: one for one in rules.LIMITS}
    streams = observed.streams(request.actor, found.station).filter(nature="raw")
    lines = [(stream, found.values.get(stream.code), limits.get(stream.code)) for stream in streams]
    drawn = [(stream, _day(stream, request)) for stream, _value, _limit in lines if stream.code in queries.SHOWN]
    context = {
        "one": found, "lines": lines, "charts": drawn, "words": _WORDS, "edition": rules.EDITION, "verified": rules.VERIFIED,
        "alarms": visible(request.actor).filter(stream__station=found.station).order_by("-since")[:20],
    }  # fmt: skip
    return render(request, _T + "space.html", context)


def _day(stream: Stream, request: Request) -> object:
    """Hourly peaks of the last day: a gas that came and went is not averaged away; oxygen and level by their lowest and highest."""
    store = reading.reader()
    end = reading.ms(request.at) // HOUR_MS * HOUR_MS + HOUR_MS
    hours = {}
    if store is not None:
        (told,) = store.statistics([stream.pk], end - 24 * HOUR_MS, end)
        values = told.least if stream.code == "o2" else told.most
        hours = dict(zip(told.start.tolist(), values.tolist(), strict=True))
    limit = next((one for one in rules.LIMITS if one.code == stream.code), None)
    bound = None if limit is None else limit.low if stream.code == "o2" else limit.high
    first = request.at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    points = []
    for place in range(24):
        moment = first + timedelta(hours=place)
        value = hours.get(reading.ms(moment))
        over = bound is not None and value is not None and (value < bound if stream.code == "o2" else value > bound)
        points.append(
            Point(
                f"{moment.astimezone(request.at.tzinfo):%H时}",
                None if value is None else round(value, stream.decimals),
                over,
            )
        )
    return line_chart(
        points,
        title=stream.title,
        unit=stream.unit,
        limit=bound,
        limit_word="" if bound is None else f"{bound:g}",
        labels=False,
    )


def export(request: Request) -> HttpResponse:
    head = (
        "监测点",
        "种类",
        "进入判断",
        "原因",
        *(f"{one.title} {one.unit}" for one in queries.CHANNELS),
        "浸水",
        "时间",
        "报警",
    )
    rows = (
        (one.station.name, one.kind, _WORDS[one.verdict.word], "；".join(one.verdict.reasons), *(cell.value if cell else None for cell in one.cells),
         "是" if one.wet else "", f"{one.at:%Y-%m-%d %H:%M}" if one.at else "", "、".join(one.alarms))
        for one in queries.spaces(request.actor, request.at, request.GET.get("kind", ""))
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "地下空间", head, rows)
