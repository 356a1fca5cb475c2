"""Stations by how far their data can be trusted, one station stream by stream, and the corrections with their chain."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from anlan.kernel.access.edge import Request, number
from anlan.kernel.journal.sealing import verify
from anlan.kernel.observations.kinds import kind_of
from anlan.kernel.observations.models import Stream
from anlan.kernel.web.exporting import exported
from anlan.packs.environment.data_quality import queries, rules
from anlan.packs.environment.data_quality.verbs import TITLES

_T = "packs/environment/data_quality/"


def _days(request: Request) -> int:
    days = number(request.GET.get("days"))
    return days if days in queries.SPANS else 1


def overview(request: Request) -> HttpResponse:
    days, kind = _days(request), request.GET.get("kind", "")
    kind = kind if kind in queries.KINDS else ""
    rows = queries.overview(request.actor, request.at, days, kind)
    kinds = [(slug, found.title) for slug in queries.KINDS if (found := kind_of(slug)) is not None]
    expected, usable = sum(one.expected for one in rows), sum(one.usable for one in rows)
    context = {
        "rows": rows, "days": days, "spans": queries.SPANS, "kinds": kinds, "kind": kind, "expected": expected, "usable": usable,
        "share": 100.0 * usable / expected if expected else None, "doubtful": sum(bool(one.doubts) for one in rows), "least": rules.LEAST_SHARE,
        "most": rules.MOST_MARKED, "frozen": rules.FROZEN,
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def station(request: Request, code: str) -> HttpResponse:
    found = next((one for one in queries.stations(request.actor) if one.code == code), None)
    if found is None:
        raise Http404
    days = _days(request)
    streams = list(Stream.objects.filter(station=found, nature="raw", retired_at=None))
    context = {"one": queries.of(found, streams, request.at, days), "days": days, "spans": queries.SPANS}
    return render(request, _T + "station.html", context)


def export(request: Request) -> HttpResponse:
    days = _days(request)
    head = (
        "监测点",
        "种类",
        "项目",
        "应有",
        "收到",
        "有效",
        "有效率 %",
        "设备标记",
        "判定不可用的原因",
        "最长不变个数",
        "疑点",
    )
    rows = (
        (one.station.name, one.station.kind, line.stream.title, line.expected, line.received, line.usable,
         None if line.share is None else round(line.share, 1), "、".join(f"{word} {count}" for word, count in line.sent),
         "、".join(f"{word} {count}" for word, count in line.judged), line.run, "；".join(f"{doubt.kind}：{doubt.text}" for doubt in line.doubts))
        for one in queries.overview(request.actor, request.at, days, request.GET.get("kind", "")) for line in one.streams
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"数据质量_{days}天", head, rows)


def corrections(request: Request) -> HttpResponse:
    """What people changed or judged, each with its seal; on demand the whole chain is recomputed."""
    entries = [(one, TITLES.get(one.verb, one.verb), getattr(one, "seal", None)) for one in queries.corrections()]
    return render(
        request,
        _T + "corrections.html",
        {"entries": entries, "verdict": verify() if request.GET.get("verify") == "1" else None},
    )
