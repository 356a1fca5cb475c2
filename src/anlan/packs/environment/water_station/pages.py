"""Sections in one table, a section with its months, rivers, the monthly report on screen, on paper and as a file, drinking water."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.sheet import sheet
from anlan.kernel.documents.types import OfficialDocument
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.web.exporting import exported
from anlan.packs.environment.water_station import actions, queries, rules, showing
from anlan.packs.environment.water_station.kinds import EVALUATED
from anlan.packs.environment.water_station.models import LEVELS, DrinkingResult
from anlan.packs.environment.water_station.writing import document, over_words
from anlan.science.water import black, surface

_T = "packs/environment/water_station/"
YEARS_SHOWN = 6


def _number(text: str, low: int, high: int, field: str, words: str) -> int:
    if not text.isdecimal() or not low <= int(text[:6]) <= high:
        raise Refused("bad_request", words, field)
    return int(text)


def _chosen(lines: list[queries.Line], request: Request) -> list[queries.Line]:
    """By level, and by what is asked of the state."""
    level, state = request.GET.get("level", ""), request.GET.get("state", "")
    if level in LEVELS:
        lines = [one for one in lines if one.section.level == level]
    if state == "over":
        lines = [one for one in lines if one.meets is False]
    if state == "warned":
        lines = [one for one in lines if one.now and one.now.warned]
    return lines


def overview(request: Request) -> HttpResponse:
    lines, month = queries.overview(request.actor, request.at)
    shown = _chosen(lines, request)
    context = {
        "lines": shown, "all": lines, "month": month, "levels": LEVELS, "asked": request.GET, "names": surface.NAMES, "source": surface.SOURCE,
        "meeting": sum(one.meets is True for one in lines), "measured": sum(one.meets is not None for one in lines),
        "good": sum(one.last is not None and one.last.water_class in surface.CLASSES[:3] for one in lines),
        "worse": sum(one.last is not None and one.last.water_class == surface.CLASSES[-1] for one in lines),
        "warned": [one for one in lines if one.now and one.now.warned], "homeless": queries.stations_without_section(request.actor),
        "words": {name: rules.class_words(name) for name in surface.CLASSES}, "near": rules.NEAR,
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def export(request: Request) -> HttpResponse:
    lines, (year, month) = queries.overview(request.actor, request.at)
    name = f"地表水断面_{year}-{month:02d}"
    return exported(
        request.GET.get("form", "xlsx"), name, showing.EXPORT_HEAD, showing.export_rows(_chosen(lines, request))
    )


def section(request: Request, code: str) -> HttpResponse:
    """A section: facts, months as a strip, the newest month item by item, one item over time, trends."""
    found = next((one for one in queries.sections(request.actor) if one.code == code), None)
    if found is None:
        raise Http404
    today = civil_date(request.at)
    given = queries.months([found], (today.year - YEARS_SHOWN + 1, 1), (today.year, today.month))[code]
    asked = request.GET.get("month", "")
    chosen = next((one for one in given if f"{one.year}-{one.month}" == asked), None)
    whole = [one for one in given if (one.year, one.month) < (today.year, today.month)]
    chosen = chosen or (whole[-1] if whole else given[-1] if given else None)
    item = request.GET.get("item", "NH3N")
    item = item if item in rules.ITEM_COLUMNS else "NH3N"
    years = sorted({one.year for one in given}, reverse=True)
    context = {
        "section": found, "given": given, "month": chosen, "strip": showing.strip(given, years, found.target), "item": item,
        "rows": showing.item_rows(found, chosen) if chosen else [], "chart": showing.item_chart(found, given, item), "names": surface.NAMES,
        "years": [queries.year_of(found, year, given) for year in years], "trends": queries.trends(found, given),
        "standing": queries.now([found], request.at).get(code), "evaluated": EVALUATED, "words": {name: rules.class_words(name) for name in surface.CLASSES},
        "source": f"{surface.SOURCE}；{rules.SOURCE}", "wanted": rules.YEAR_MONTHS, "verdict": chosen.verdict if chosen else None,
        "table": [(f"{one.year}-{one.month:02d}", showing.shown(one.mean[item]), one.source[item]) for one in reversed(given) if item in one.mean],
    }  # fmt: skip
    return render(request, _T + "section.html", context)


def _month(request: Request) -> tuple[int, int]:
    """The month asked for; the newest whole one with values without one. Raises Refused for one that has not begun."""
    today = civil_date(request.at)
    year, month = request.GET.get("year", ""), request.GET.get("month", "")
    if not year and not month:
        return queries.overview(request.actor, request.at)[1]
    chosen = (
        _number(year, 2000, today.year, "year", "年份写四位，不晚于今年。"),
        _number(month or "1", 1, 12, "month", "月份写 1 到 12。"),
    )
    if chosen > (today.year, today.month):
        raise Refused("bad_request", "这个月还没有开始。", "month")
    return chosen


def _issuer(request: Request) -> str:
    own = Organisation.objects.filter(pk=request.actor.organisation_id or 0).select_related("parent").first()
    if own is None:
        return ""
    return own.parent.name if own.kind == "section" and own.parent else own.name


def _document(request: Request, report: queries.Report) -> OfficialDocument:
    demo = any(one.section.is_demo for one in report.lines)
    return document(report, _issuer(request), civil_date(request.at), demo=demo)


def report(request: Request) -> HttpResponse:
    year, month = _month(request)
    made = queries.report(request.actor, year, month)
    paper = request.GET.get("paper") == "1"
    today = civil_date(request.at)
    before, after = rules.shifted(year, month, -1), rules.shifted(year, month, 1)
    context = {
        "report": made, "before": before, "after": after if after <= (today.year, today.month) else None, "paper": paper,
        "sheet": sheet(_document(request, made)) if paper else None, "unfinished": (year, month) == (today.year, today.month),
        "lines": [(one, rules.class_words(one.month.water_class), rules.class_words(one.section.target), over_words(one.month.verdict),
                   bool(one.month.water_class and surface.at_least(one.month.water_class, one.section.target))) for one in made.lines],
        "source": f"{surface.SOURCE}；{rules.SOURCE}", "years": range(today.year, today.year - YEARS_SHOWN, -1), "items": len(rules.ITEM_COLUMNS),
    }  # fmt: skip
    return render(request, _T + "report.html", context)


def report_export(request: Request) -> HttpResponse:
    year, month = _month(request)
    head = ("名次", "断面", "河流", "级别", "目标", "类别", "超Ⅲ类项目（倍数）", "CWQI", "同比 %", "说明")
    rows = (
        (one.rank, one.section.name, one.section.river, one.section.get_level_display(), rules.class_words(one.section.target),
         rules.class_words(one.month.water_class), over_words(one.month.verdict), one.index, one.change, one.why)
        for one in queries.report(request.actor, year, month).lines
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"地表水断面月报_{year}-{month:02d}", head, rows)


def printed(request: Request, form: str) -> HttpResponse:
    year, month = _month(request)
    made = _document(request, queries.report(request.actor, year, month))
    if form not in ("docx", "pdf"):
        raise Http404
    content, kind = (to_docx(made), MEDIA_TYPE) if form == "docx" else (to_pdf(made), "application/pdf")
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(f'地表水断面月报_{year}-{month:02d}')}.{form}"
    )
    return response


def black_page(request: Request) -> HttpResponse:
    today = civil_date(request.at)
    text = request.GET.get("year", "")
    year = _number(text, 2000, today.year, "year", "年份写四位，不晚于今年。") if text else today.year
    rows = queries.black_waters(request.actor, year)
    context = {"rows": [(one, None if one.grade is None else black.WORDS[one.grade]) for one in rows], "year": year, "source": black.SOURCE,
               "bad": sum(bool(one.grade) for one in rows), "measured": sum(one.grade is not None for one in rows),
               "years": range(today.year, today.year - YEARS_SHOWN, -1)}  # fmt: skip
    return render(request, _T + "black.html", context)


def drinking(request: Request) -> HttpResponse:
    """What is entered by quarter, and whether it is public; the verb that makes it public."""
    if request.method == "POST":
        year = _number(request.POST.get("year", ""), 2000, 2100, "year", "年份写四位。")
        quarter = _number(request.POST.get("quarter", ""), 1, 4, "quarter", "季度写 1 到 4。")
        count = actions.publish_drinking(actor=request.actor, year=year, quarter=quarter, at=request.at)
        messages.success(request, f"{year} 年第 {quarter} 季度 {count} 处已公布。")
        return HttpResponseRedirect(reverse("water_drinking"))
    quarters = [
        (year, quarter, rows, sum(one.published_at is None for one in rows), civil_date(request.at) >= actions.ends_on(year, quarter))
        for year, quarter in queries.drinking_quarters(published=False)[:12] if (rows := queries.drinking(year, quarter, published=False))
    ]  # fmt: skip
    context = {"quarters": quarters, "may": policy.why(request.actor, actions.PUBLISH)}
    return render(request, _T + "drinking.html", context)


def public(request: Request) -> HttpResponse:
    """Drinking water by quarter, published rows only; works without script."""
    quarters = queries.drinking_quarters(published=True)
    year, quarter = _quarter(request, quarters)
    rows = queries.drinking(year, quarter, published=True) if year else []
    failing = [one for one in rows if one.verdict != "pass"]
    context = {"quarters": quarters, "year": year, "quarter": quarter, "rows": rows, "failing": failing,
               "demo": any(one.is_demo for one in rows), "at": max((one.published_at for one in rows if one.published_at), default=None),
               "corrected": any(_corrected(one) for one in rows)}  # fmt: skip
    return render(request, _T + "public.html", context)


def _corrected(row: DrinkingResult) -> bool:
    return row.published_at is not None and row.updated_at > row.published_at


def _quarter(request: Request, quarters: list[tuple[int, int]]) -> tuple[int, int]:
    text = request.GET.get("quarter", "")
    asked = next((one for one in quarters if f"{one[0]}Q{one[1]}" == text), None)
    if text and asked is None:
        raise Http404
    return asked or (quarters[0] if quarters else (0, 0))


def public_csv(request: Request) -> HttpResponse:
    year, quarter = _quarter(request, queries.drinking_quarters(published=True))
    head = ("监测点", "种类", "检测项数", "达标项数", "结论", "不达标项目", "依据", "公布时间")
    rows: Any = (
        (one.place, one.get_kind_display(), one.items, one.passed, one.get_verdict_display(), one.failing, one.standard,
         one.published_at.date() if one.published_at else None)
        for one in (queries.drinking(year, quarter, published=True) if year else [])
    )  # fmt: skip
    return exported("csv", f"饮用水水质_{year}Q{quarter}", head, rows)
