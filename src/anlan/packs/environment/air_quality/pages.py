"""Pages of air quality: parse, ask, show."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.files.keeping import read_waiting, set_waiting
from anlan.kernel.web.exporting import exported
from anlan.packs.environment.air_quality import actions, intake, queries, showing
from anlan.packs.environment.air_quality.models import AirFile, AirStation, DustDay, StationDay, Substitution
from anlan.science.air.editions import ITEMS, NAMES, edition_for, other
from anlan.science.air.hours_csv import LIMIT

_T = "packs/environment/air_quality/"


def _area() -> Organisation:
    place = queries.area()
    if place is None:
        raise Refused("not_found", "还没有设区一级单位。")
    return place


def _station(number: int) -> AirStation:
    station = AirStation.objects.filter(pk=number).first()
    if station is None:
        raise Http404
    return station


def _check_year(year: int) -> None:
    if not 1990 <= year <= 2100:
        raise Http404


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Http404 from None


def overview(request: Request) -> HttpResponse:
    """The area's years, its latest day, what stands in for it."""
    place = _area()
    years = queries.years_with_data(place)
    views = [queries.year_view(place, year, civil_date(request.at)) for year in years[:8]]
    latest = next((day for day in reversed(views[0].days) if day.usable), None) if views else None
    substitutions = Substitution.objects.filter(area=place, withdrawn_at=None).select_related("station")
    context = {
        "place": place, "views": views, "latest": latest, "level": showing.level(latest.aqi if latest else None),
        "substitutions": substitutions, "substitution": views[0].substitution if views else "",
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def year(request: Request, year: int) -> HttpResponse:
    """A year of the area: evaluation, calendar, months, days, and the other edition beside it."""
    _check_year(year)
    place = _area()
    today = civil_date(request.at)
    view = queries.year_view(place, year, today)
    trial = queries.year_view(place, year, today, other(view.edition)) if request.GET.get("trial") else None
    sources = {day: (source.station.pk, row) for source, day, row in view.rows}

    def link(day: date) -> str:
        station, row = sources[day]
        return reverse("air_day", args=[station, row.day.isoformat()])

    lines = [
        (
            day,
            row,
            source,
            showing.level(row.aqi),
            showing.names(row.primary),
            [showing.reported(row, at) for at in range(6)],
        )
        for source, day, row in view.rows
    ]
    page = Paginator(lines[::-1], 50).get_page(request.GET.get("page"))
    context = {
        "view": view, "trial": trial, "calendar": showing.calendar_rows(view.days, year, link), "rows": showing.evaluation_rows(view.period),
        "trial_rows": showing.evaluation_rows(trial.period) if trial else [], "chart": showing.month_chart(view), "page": page,
        "names": [NAMES[item] for item in ITEMS], "years": queries.years_with_data(place), "days": range(1, 32),
        "other": other(edition_for(date(year, 12, 31))),
    }  # fmt: skip
    return render(request, _T + "year.html", context)


def export(request: Request, year: int, form: str) -> HttpResponse:
    """The year's station-days as csv or xlsx."""
    _check_year(year)
    view = queries.year_view(_area(), year, civil_date(request.at))
    head = (
        "日期",
        "测点",
        "测得日期",
        *(NAMES[item] for item in ITEMS),
        "AQI",
        "级别",
        "首要污染物",
        "实有小时",
        "版次",
        "规则",
        "说明",
    )
    lines = (
        (day, source.station.name, row.day, *(showing.reported(row, at) for at in range(6)), row.aqi, showing.level(row.aqi)[1],
         showing.names(row.primary), row.present, row.version, row.edition, view.substitution)
        for source, day, row in view.rows
    )  # fmt: skip
    return exported(form, f"{year}年空气日评价", head, lines)


def stations(request: Request) -> HttpResponse:
    rows = []
    for station in AirStation.objects.all():
        last = StationDay.objects.filter(station=station, is_current=True).order_by("-day").first()
        rows.append((station, queries.station_years(station), last, showing.level(last.aqi if last else None)))
    return render(request, _T + "stations.html", {"rows": rows})


def station_year(request: Request, number: int, year: int) -> HttpResponse:
    station = _station(number)
    _check_year(year)
    rows = list(StationDay.objects.filter(station=station, is_current=True, day__year=year).order_by("day"))
    edition = edition_for(date(year, 12, 31))
    days = queries.exact_days([(row.day, row) for row in rows], edition, frozenset())
    calendar = showing.calendar_rows(days, year, lambda day: reverse("air_day", args=[number, day.isoformat()]))
    context = {
        "station": station, "year": year, "calendar": calendar, "days": range(1, 32), "years": queries.station_years(station),
        "usable": sum(one.usable for one in days), "edition": edition, "present": sum(row.present for row in rows), "expected": len(rows) * 24,
    }  # fmt: skip
    return render(request, _T + "station_year.html", context)


def _day_context(request: Request, number: int, day: str) -> dict[str, object]:
    station, when = _station(number), _day(day)
    versions = list(StationDay.objects.filter(station=station, day=when).order_by("-version"))
    wanted = request.GET.get("version", "")
    row = next((one for one in versions if str(one.version) == wanted or (not wanted and one.is_current)), None)
    if row is None:
        raise Http404
    files = AirFile.objects.in_bulk([int(pk) for pk in set(row.block.files.tolist()) if pk])
    return {
        "station": station, "row": row, "versions": versions, "hours": showing.hour_rows(row, files), "items": showing.day_rows(row),
        "level": showing.level(row.aqi), "primary": showing.names(row.primary), "names": [NAMES[item] for item in ITEMS],
        "codes": [(item, NAMES[item]) for item in ITEMS], "edition": edition_for(when),
        "may_manage": policy.may(request.actor, "air_quality.manage"),
    }  # fmt: skip


def day(request: Request, number: int, day: str) -> HttpResponse:
    """One station's day: items, 24 hours, each with its line in the file; versions; correction."""
    return render(request, _T + "day.html", _day_context(request, number, day))


def correct(request: Request, number: int, day: str) -> HttpResponse:
    posted = request.POST
    try:
        text = posted.get("value", "").strip()
        value = Decimal(text) if text else None
        hour = int(posted.get("hour", ""))
        if value is not None and not value.is_finite():
            raise InvalidOperation
    except (InvalidOperation, ValueError):
        refused = Refused("value", "小时和数值要填数字；数值空着表示这一小时无效。", "value")
        return render(
            request,
            _T + "day.html",
            {**_day_context(request, number, day), "refused": refused, "typed": posted},
            status=422,
        )
    try:
        actions.correct_hour(
            actor=request.actor, station=_station(number), day=_day(day), hour=hour, item=posted.get("item", ""), value=value,
            reason=posted.get("reason", ""), at=request.at,
        )  # fmt: skip
    except Refused as refused:
        context = {**_day_context(request, number, day), "refused": refused, "typed": posted}
        return render(request, _T + "day.html", context, status=STATUS.get(refused.code, 422))
    messages.success(request, "已更正，旧版仍可查。")
    return HttpResponseRedirect(reverse("air_day", args=[number, day]))


def dust(request: Request) -> HttpResponse:
    """Sand and dust days: who approved which, and why."""
    refused = None
    if request.method == "POST":
        try:
            messages.success(request, _dust(request))
            return HttpResponseRedirect(reverse("air_dust"))
        except Refused as no:
            refused = no
    rows = DustDay.objects.select_related("area")[:200]
    context = {"rows": rows, "refused": refused, "typed": request.POST}
    return render(request, _T + "dust.html", context, status=422 if refused else 200)


def _dust(request: Request) -> str:
    posted = request.POST
    if number := posted.get("withdraw", ""):
        row = DustDay.objects.filter(pk=number if number.isdecimal() else 0).select_related("area").first()
        if row is None:
            raise Refused("not_found", "没有这条认定。")
        actions.withdraw_dust(actor=request.actor, dust=row, at=request.at)
        return "已撤回。"
    try:
        when = date.fromisoformat(posted.get("day", ""))
    except ValueError:
        raise Refused("day", "没有填日期，或日期不对。", "day") from None
    actions.mark_dust(actor=request.actor, area=_area(), day=when, reason=posted.get("reason", ""), at=request.at)
    return f"{when} 已认定为沙尘日。"


def files(request: Request) -> HttpResponse:
    page = Paginator(AirFile.objects.all(), 50).get_page(request.GET.get("page"))
    return render(request, _T + "files.html", {"page": page})


def file(request: Request, number: int) -> HttpResponse:
    """The lines of a file that a figure came from (`lines=12,13`), with their neighbours; findings; hash."""
    row = AirFile.objects.select_related("stored").filter(pk=number).first()
    if row is None:
        raise Http404
    wanted = {int(word) for word in request.GET.get("lines", "").split(",") if word.isdecimal()}
    wanted = set(sorted(wanted)[:400])
    heading, lines = queries.file_lines(row, wanted) if wanted else ([], [])
    return render(request, _T + "file.html", {"file": row, "heading": heading, "lines": lines, "wanted": wanted})


def upload(request: Request) -> HttpResponse:
    """Upload, look at the findings, then store."""
    if request.method != "POST":
        return render(request, _T + "import.html", {})
    try:
        if token := request.POST.get("token", ""):
            seen = intake.preview(read_waiting(token))
            _file, made = intake.store(
                actor=request.actor, seen=seen, file_name=request.POST.get("name", "hours.csv"), at=request.at,
                owner=Organisation.objects.filter(pk=request.actor.organisation_id or 0).first(),
            )  # fmt: skip
            messages.success(request, f"已导入，{made} 个测点日。")
            return HttpResponseRedirect(reverse("air_files"))
        sent = request.FILES.get("file")
        if sent is None:
            raise Refused("file", "没有选文件。", "file")
        if sent.size and sent.size > LIMIT:
            raise Refused("size", f"文件超过 {LIMIT // 1024 // 1024} MB。按年拆分后再导入。", "file")
        data = sent.read()
        context = {"seen": intake.preview(data), "token": set_waiting(data), "name": sent.name}
        return render(request, _T + "import.html", context)
    except Refused as refused:
        return render(request, _T + "import.html", {"refused": refused}, status=STATUS.get(refused.code, 422))
