"""What exceeds now, a source's day, the bulletin on screen, on paper and as a file, limits, totals, vapour recovery, the public page."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.sheet import sheet
from anlan.kernel.documents.types import OfficialDocument
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.registry.models import Station
from anlan.kernel.web.exporting import exported
from anlan.packs.environment.pollution_source import actions, queries, showing
from anlan.packs.environment.pollution_source.kinds import ITEMS, KINDS, item_of
from anlan.packs.environment.pollution_source.models import Bulletin, HourReview, Limit
from anlan.packs.environment.pollution_source.writing import document
from anlan.science.flue import validity, vapour

_T = "packs/environment/pollution_source/"


def _date(text: str, at: datetime, otherwise: date) -> date:
    """The day asked for. Raises Refused for no date and for a day that has not begun."""
    try:
        day = date.fromisoformat(text) if text else otherwise
    except ValueError:
        raise Refused("bad_request", "日期读不出。按 年-月-日 填。", "day") from None
    if not date(2000, 1, 1) <= day <= civil_date(at):
        raise Refused("bad_request", "只能看今天和以前的。", "day")
    return day


def _day(request: Request) -> date:
    return _date(request.GET.get("day", ""), request.at, civil_date(request.at) - timedelta(days=1))


def _around(day: date, at: datetime) -> dict[str, date | None]:
    return {"before": day - timedelta(days=1), "after": day + timedelta(days=1) if day < civil_date(at) else None}


def _source(request: Request, code: str) -> Station:
    found = next((one for one in queries.sources(request.actor) if one.code == code), None)
    if found is None:
        raise Http404
    return found


def overview(request: Request) -> HttpResponse:
    """Off-site supervision: what is over its limit now, since when, which permit; then every source."""
    kind = request.GET.get("kind", "")
    rows = queries.standing(request.actor, request.at, kind)
    yesterday = civil_date(request.at) - timedelta(days=1)
    stations = queries.sources(request.actor, kind)
    done = queries.signed(stations, yesterday)
    context = {
        "over": [one for one in rows if one.over], "groups": showing.groups(rows), "kinds": KINDS, "kind": kind, "yesterday": yesterday,
        "hours": queries.LOOKED_BACK, "unsigned": [one for one in stations if one.pk not in done], "total": len(stations), "late": sum(bool(one.reason) for one in rows),
        "may_review": policy.may(request.actor, actions.REVIEW),
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def day_page(request: Request, code: str, day: str) -> HttpResponse:
    return _day_shown(request, _source(request, code), _date(day, request.at, civil_date(request.at)))


def _day_shown(request: Request, station: Station, day: date, refused: Refused | None = None) -> HttpResponse:
    given = queries.day_of(station, day, request.at)
    asked = (request.GET or request.POST).get("item", "")
    chosen = next((one for one in given if one.item.code == asked), given[0])
    row = queries.signed([station], day).get(station.pk)
    reviews = HourReview.objects.filter(
        stream__station=station,
        stream__code=chosen.item.raw,
        start__gte=showing.start_of(day),
        start__lt=showing.start_of(day + timedelta(days=1)),
    )
    context = {
        "station": station, "day": day, **_around(day, request.at), "given": given, "chosen": chosen, "signed": row,
        "changed": row is not None and actions.changed_since(row, given), "chart": showing.day_chart(chosen), "refused": refused,
        "reviews": reviews.order_by("-made_at", "-id"), "edition": validity.edition_for(showing.medium(station), day),
        "over": day == civil_date(request.at), "may": policy.why(request.actor, actions.REVIEW, station), "typed": request.POST,
    }  # fmt: skip
    return render(request, _T + "day.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def judge(request: Request, code: str, day: str) -> HttpResponse:
    station, on = _source(request, code), _date(day, request.at, civil_date(request.at))
    posted = request.POST
    try:
        hour = posted.get("hour", "")
        if not hour.isdecimal() or not 0 <= int(hour[:3]) <= 23:
            raise Refused("hour", "小时是 0 到 23。", "hour")
        actions.judge_hour(
            actor=request.actor, station=station, item=posted.get("item", ""), verdict=posted.get("verdict", ""), reason=posted.get("reason", ""),
            start=showing.start_of(on) + timedelta(hours=int(hour)), at=request.at,
        )  # fmt: skip
    except Refused as refused:
        if not refused.field and refused.code != "same":
            raise
        return _day_shown(request, station, on, refused)
    messages.success(request, f"已判：{int(posted['hour'])} 时{'无效' if posted['verdict'] == 'invalid' else '有效'}。")
    return HttpResponseRedirect(f"{reverse('pollution_day', args=[code, day])}?item={quote(posted['item'])}")


def sign(request: Request, code: str, day: str) -> HttpResponse:
    station, on = _source(request, code), _date(day, request.at, civil_date(request.at))
    row = actions.sign_day(actor=request.actor, station=station, day=on, at=request.at)
    messages.success(request, f"{station.name} {on} 已审核，第 {row.version} 版。")
    return HttpResponseRedirect(reverse("pollution_day", args=[code, day]))


def bulletin(request: Request) -> HttpResponse:
    day = _day(request)
    lines = queries.bulletin(request.actor, day, request.at)
    row = queries.published(day)
    fresh = [queries.facts_of(one) for one in lines]
    context = {
        "day": day, **_around(day, request.at), "lines": lines, "over": sum(one.exceeds for one in lines), "row": row,
        "unfinished": day == civil_date(request.at), "changed": row is not None and row.lines != fresh,
        "may": policy.why(request.actor, actions.PUBLISH), "paper": request.GET.get("paper") == "1",
        "sheet": sheet(_document(request, day, row)) if request.GET.get("paper") == "1" else None,
    }  # fmt: skip
    return render(request, _T + "bulletin.html", context)


def _document(request: Request, day: date, row: Bulletin | None) -> OfficialDocument:
    """The published one as it was published; before that, as the figures stand."""
    if row is not None:
        return document(row.lines, day, row.issuer, demo=row.is_demo)
    lines = [queries.facts_of(one) for one in queries.bulletin(request.actor, day, request.at)]
    issuer = actions.issuer_of(request.actor)
    return document(lines, day, issuer.name if issuer else "", demo=any(one["demo"] for one in lines))


def publish(request: Request) -> HttpResponse:
    day = _date(request.POST.get("day", ""), request.at, civil_date(request.at) - timedelta(days=1))
    row = actions.publish_bulletin(actor=request.actor, day=day, at=request.at)
    messages.success(request, f"{day} 的日报已公布，第 {row.version} 版。")
    return HttpResponseRedirect(f"{reverse('pollution_bulletin')}?day={day}")


def printed(request: Request, form: str) -> HttpResponse:
    """The official document as Word or PDF."""
    day = _day(request)
    made = _document(request, day, queries.published(day))
    if form == "docx":
        content, kind = to_docx(made), MEDIA_TYPE
    elif form == "pdf":
        content, kind = to_pdf(made), "application/pdf"
    else:
        raise Http404
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'锅炉氮氧化物监测日通报_{day}')}.{form}"
    return response


def export(request: Request) -> HttpResponse:
    day = _day(request)
    rows = (showing.export_row(one) for one in queries.bulletin(request.actor, day, request.at))
    return exported(request.GET.get("form", "xlsx"), f"锅炉氮氧化物日报_{day}", showing.EXPORT_HEAD, rows)


def set_limit(request: Request) -> HttpResponse:
    """The next version of a limit; what is wrong is said beside what was typed."""
    try:
        row = _set_limit(request)
    except Refused as error:
        if not error.field:
            raise
        return limits(request, error)
    messages.success(request, f"{row.station} 的限值已改，{row.valid_from} 起用。")
    return HttpResponseRedirect(reverse("pollution_limits"))


def limits(request: Request, refused: Refused | None = None) -> HttpResponse:
    """Every limit with its source; a form for the next version."""
    stations = queries.sources(request.actor)
    rows = Limit.objects.filter(station__in=[one.pk for one in stations]).select_related("station")
    context = {
        "rows": [(one, item_of(one.station.kind, one.item)) for one in rows], "stations": stations, "refused": refused, "typed": request.POST,
        "items": sorted({item.code: item.title for given in ITEMS.values() for item in given}.items()), "today": civil_date(request.at),
        "may": policy.why(request.actor, actions.LIMIT),
        "lacking": showing.lacking(stations, queries.limits_on(stations, civil_date(request.at))),
    }  # fmt: skip
    return render(request, _T + "limits.html", context, status=422 if refused else 200)


def _set_limit(request: Request) -> Limit:
    posted = request.POST
    policy.require(request.actor, actions.LIMIT)
    station = next((one for one in queries.sources(request.actor) if one.code == posted.get("station")), None)
    if station is None:
        raise Refused("station", "没有选污染源。", "station")
    high = _number(posted.get("high", ""), "high")
    if high is None:
        raise Refused("high", "没有填限值。", "high")
    try:
        valid_from = date.fromisoformat(posted.get("valid_from", ""))
    except ValueError:
        raise Refused("valid_from", "起用日期写成 2025-07-25。", "valid_from") from None
    return actions.set_limit(
        actor=request.actor, station=station, item=posted.get("item", ""), high=high, low=_number(posted.get("low", ""), "low"),
        reference_oxygen=_number(posted.get("reference_oxygen", ""), "reference_oxygen"), permit=posted.get("permit", ""),
        basis=posted.get("basis", ""), verified=posted.get("verified") == "1", valid_from=valid_from, at=request.at,
    )  # fmt: skip


def _number(text: str, field: str) -> Decimal | None:
    try:
        value = Decimal(text.strip()) if text.strip() else None
    except InvalidOperation:
        raise Refused(field, f"“{text[:20]}”不是数字。", field) from None
    if value is not None and (not value.is_finite() or value != round(value, 3)):
        raise Refused(field, "最多三位小数。", field)
    return value


def totals(request: Request) -> HttpResponse:
    """NOx of each boiler in a quarter, with what stands in for the hours that do not count."""
    today = civil_date(request.at)
    current = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    year, number = request.GET.get("year", ""), request.GET.get("quarter", "")
    first = current
    if year or number:
        if not (year.isdecimal() and len(year) == 4 and number in ("1", "2", "3", "4")):
            raise Refused("bad_request", "年度写四位，季度写 1 到 4。", "quarter")
        first = date(int(year), int(number) * 3 - 2, 1)
    if not date(2000, 1, 1) <= first <= current:
        raise Refused("bad_request", "只能看本季度和以前的。", "quarter")
    rows = [queries.quarter(one, first, request.at) for one in queries.sources(request.actor, "boiler")]
    context = {"rows": rows, "first": first, "number": (first.month + 2) // 3, "edition": validity.edition_for("gas", first),
               "years": range(today.year, today.year - 6, -1)}  # fmt: skip
    return render(request, _T + "totals.html", context)


def vapour_page(request: Request) -> HttpResponse:
    day = _day(request)
    rows = queries.vapour_days(request.actor, day, request.at)
    context = {"rows": rows, "day": day, **_around(day, request.at), "low": vapour.LOW, "high": vapour.HIGH, "share": vapour.SHARE, "days": vapour.ALARM_DAYS,
               "source": vapour.SOURCE, "sales": vapour.SALES, "litres": vapour.LEAST_LITRES}  # fmt: skip
    return render(request, _T + "vapour.html", context)


def public(request: Request) -> HttpResponse:
    """Published bulletins only, as they were published: sites and figures, no person and no rank."""
    asked = request.GET.get("day", "")
    row = queries.published(_date(asked, request.at, civil_date(request.at)) if asked else None)
    days = Bulletin.objects.filter(is_current=True).order_by("-day").values_list("day", flat=True)[:30]
    return render(request, _T + "public.html", {"row": row, "days": days, "asked": asked})


def public_csv(request: Request) -> HttpResponse:
    asked = request.GET.get("day", "")
    row = queries.published(_date(asked, request.at, civil_date(request.at)) if asked else None)
    if row is None:
        raise Http404
    head = ("单位", "锅炉", "限值 mg/m³", "日均 mg/m³", "最大小时 mg/m³", "有效小时", "应有小时", "超限小时", "判断")
    lines = ((one["unit"], one["station"], one["limit"], one["mean"], one["highest"], one["valid"], one["hours"], "、".join(one["over"]), one["word"])
             for one in row.lines)  # fmt: skip
    return exported("csv", f"锅炉日报_{row.day}", head, lines)
