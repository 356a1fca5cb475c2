"""消防物联网: units, one unit with its components and alarms, hydrants with their two rates."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.observations import reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.types import HOUR_MS
from anlan.kernel.web.charts import Point, line_chart
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.fire_iot import actions, queries
from anlan.packs.safety.fire_iot.kinds import CHECK, JUDGE
from anlan.packs.safety.fire_iot.rules import USES, VERDICTS

_T = "packs/safety/fire_iot/"


def overview(request: Request) -> HttpResponse:
    use = request.GET.get("use", "")
    rows = queries.units(request.actor, request.at, use if use in USES else "")
    online, recent = sum(one.online for one in rows), sum(one.recent for one in rows)
    context = {
        "rows": rows, "online": online, "uses": USES, "use": use, "recent": recent, "false": sum(one.false for one in rows),
        "share": round(online * 100 / len(rows), 1) if rows else None, "fires": sum(one.worst == "fire" for one in rows),
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def export(request: Request) -> HttpResponse:
    head = ("单位", "用途", "在线", "状态", "水压 kPa", "30 天火警", "其中误报", "最近数据")
    rows = (
        (one.station.name, one.use, "是" if one.online else "否", "；".join(f"{part.title} {part.state.words}" for part in one.troubles if part.state),
         one.pressure.value if one.pressure else None, one.recent, one.false, f"{one.at:%Y-%m-%d %H:%M}" if one.at else "")
        for one in queries.units(request.actor, request.at, request.GET.get("use", ""))
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "消防联网单位", head, rows)


def unit(request: Request, code: str) -> HttpResponse:
    return _unit(request, code)


def _unit(request: Request, code: str, refused: Refused | None = None, alarm: int = 0) -> HttpResponse:
    """After a refusal with the sentence at the alarm it is about and everything typed kept."""
    found = next((one for one in queries.units(request.actor, request.at) if one.station.code == code), None)
    if found is None:
        raise Http404
    alarms = queries.with_verdict(queries.fires(request.actor).filter(stream__station=found.station)).order_by(
        "-since"
    )[:30]
    context = {
        "one": found, "alarms": alarms, "verdicts": VERDICTS, "bad": refused, "bad_alarm": alarm, "typed": request.POST if refused else {},
        "may_judge": policy.why(request.actor, JUDGE, found.station), "chart": _pressure(request, found),
    }  # fmt: skip
    return render(request, _T + "unit.html", context, status=422 if refused else 200)


def _pressure(request: Request, one: queries.Unit) -> object:
    """The lowest pressure of each hour of the last day."""
    stream = Stream.objects.filter(station=one.station, code="pressure", nature="raw", retired_at=None).first()
    store = reading.reader()
    if stream is None or store is None:
        return ""
    end = reading.ms(request.at) // HOUR_MS * HOUR_MS + HOUR_MS
    (told,) = store.statistics([stream.pk], end - 24 * HOUR_MS, end)
    least = dict(zip(told.start.tolist(), told.least.tolist(), strict=True))
    points = []
    for start in range(end - 24 * HOUR_MS, end, HOUR_MS):
        value = least.get(start)
        points.append(
            Point(
                f"{(start + 8 * HOUR_MS) // HOUR_MS % 24:02d}时",
                None if value is None else round(value, 1),
                value is not None and value < 100,
            )
        )
    return line_chart(
        points,
        title="消火栓水压，每小时最低",
        unit="kPa",
        limit=100,
        limit_word="100",
        labels=False,
        width=860,
        height=230,
    )


def judge(request: Request, pk: int) -> HttpResponse:
    alarm = queries.fires(request.actor).select_related("stream__station", "organisation").filter(pk=pk).first()
    if alarm is None:
        raise Http404
    code = alarm.stream.station.code
    try:
        row = actions.judge(
            actor=request.actor,
            alarm=alarm,
            verdict=request.POST.get("verdict", ""),
            cause=request.POST.get("cause", ""),
            at=request.at,
        )
    except Refused as refused:
        if not refused.field:
            raise
        return _unit(request, code, refused, pk)
    messages.success(request, f"已记为{VERDICTS[row.verdict]}。")
    return HttpResponseRedirect(f"{reverse('fire_unit', args=[code])}#alarms")


def hydrants(request: Request) -> HttpResponse:
    return _hydrants(request)


def _hydrants(request: Request, refused: Refused | None = None, hydrant: int = 0) -> HttpResponse:
    today = civil_date(request.at)
    told, sound = queries.set_up(today), queries.soundness(today)
    road = request.GET.get("road", "")
    page = Paginator(queries.hydrants(request.actor, road), 50).get_page(request.GET.get("page"))
    lines = [(one, policy.may(request.actor, CHECK, one)) for one in page]
    context = {
        "told": told, "sound": sound, "page": page, "lines": lines, "road": road, "today": today, "bad": refused, "bad_hydrant": hydrant,
        "typed": request.POST if refused else {}, "roads": sorted(told.roads.items(), key=lambda one: one[1][0] - one[1][1]),
        "share": round(told.have * 100 / told.required, 1) if told.required else None,
        "sound_share": round(sound.sound * 100 / sound.total, 1) if sound.total else None,
    }  # fmt: skip
    return render(request, _T + "hydrants.html", context, status=422 if refused else 200)


def check(request: Request, pk: int) -> HttpResponse:
    hydrant = queries.hydrants(request.actor).filter(pk=pk).first()
    if hydrant is None:
        raise Http404
    posted = request.POST
    try:
        actions.check_hydrant(
            actor=request.actor, hydrant=hydrant, checked_on=_day(posted.get("checked_on", "")), sound=_sound(posted.get("sound", "")),
            fault=posted.get("fault", ""), at=request.at,
        )  # fmt: skip
    except Refused as refused:
        if not refused.field:
            raise
        return _hydrants(request, refused, pk)
    messages.success(request, f"已记 {hydrant.code} 的检查。")
    return HttpResponseRedirect(f"{reverse('hydrants_rates')}?{urlencode({'road': hydrant.road})}#h{pk}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("checked_on", "检查日期写成 2025-07-25。", "checked_on") from None


def _sound(text: str) -> bool:
    if text not in ("yes", "no"):
        raise Refused("sound", "选完好或不完好。", "sound")
    return text == "yes"
