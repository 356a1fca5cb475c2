"""The public pages of a counter (form, tracking, figures: all of them work without script) and its staff's."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.edge import STATUS, Request, form_key
from anlan.kernel.access.types import PUBLIC, Page
from anlan.kernel.casework import declared
from anlan.kernel.casework import pages as casework
from anlan.kernel.maps import ground
from anlan.kernel.reporting import actions, queries, rules
from anlan.kernel.reporting.models import Report
from anlan.kernel.reporting.types import CHANNELS, Counter
from anlan.kernel.web.exporting import exported
from anlan.science.geo.earth import in_the_country

_T = "kernel/reporting/"
_SEEN, _FRESH = "reports_seen", "reports_fresh"  # in the session: which reports this browser has shown the code of
TRAP = "website"  # a field that people do not see; who fills it in is a program
_CODES = {**STATUS, "too_many": 429}


def address(request: Request) -> str:
    """The network address: what the proxy of this house says, when there is one, else the line's own."""
    told = (
        str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
        if settings.SECURE_PROXY_SSL_HEADER
        else ""
    )
    return told or str(request.META.get("REMOTE_ADDR", ""))


# ---- sending
def send(counter: Counter, request: Request, *, inside: bool = False) -> HttpResponse:
    """The form. `inside`: the staff's own, for who telephones, writes or comes. A refusal keeps everything typed but the photos."""
    if request.method != "POST":
        return _form(counter, request, inside, None, None)
    position: tuple[float, float] | None = None
    try:
        picked = _picked(request)
        position = picked or _position(request)
        if picked:
            return _form(counter, request, inside, None, position)
        if request.POST.get(TRAP):
            raise Refused("trap", "有一栏不该填的填了字，没有收下。清空那一栏再提交。")
        if not inside:
            actions.allow("send", address(request), request.at)
        report, code = actions.send(
            counter=counter, given=request.POST.dict(), photos=_photos(request), position=position, at=request.at, key=form_key(request),
            actor=request.actor if inside else actions.REPORTER, channel=request.POST.get("channel", "web") if inside else "web",
            is_demo=settings.DEMO,
        )  # fmt: skip
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return _form(counter, request, inside, refused, position)
    if not inside:
        actions.count("send", address(request), request.at)
    _show(request, report, code=code)
    return HttpResponseRedirect(
        reverse(f"{counter.slug}_sent" if inside else f"{counter.slug}_one", args=[report.case.number])
    )


def _form(
    counter: Counter, request: Request, inside: bool, bad: Refused | None, position: tuple[float, float] | None
) -> HttpResponse:
    box = ground.bounds()
    context = {
        "counter": counter, "kinds": declared.process(counter.slug).kinds, "typed": request.POST, "bad": bad, "position": position,
        "key": form_key(request), "channels": {slug: word for slug, word in CHANNELS.items() if slug != "web"}, "inside": inside, "bounds": box,
        "map": f"{reverse(f'{counter.slug}_map')}{f'?at={position[0]},{position[1]}' if position else ''}" if box else "",
        "width": ground.WIDTH, "height": ground.HEIGHT, "trap": TRAP, "most": rules.MOST_PHOTOS, "limit": rules.PHOTO_LIMIT // 1024 // 1024,
        "rates": rules.RATES["send"], "base": "web/base.html" if inside else "web/public_base.html", "urls": _urls(counter),
    }  # fmt: skip
    return render(request, _T + "form.html", context, status=_CODES.get(bad.code, 422) if bad else 200)


def _urls(counter: Counter) -> dict[str, str]:
    return {word: reverse(f"{counter.slug}_{word}") for word in ("form", "track", "figures")}


def _picked(request: Request) -> tuple[float, float] | None:
    """The place that was pointed at on the picture; a press of the return key sends 0, 0 and means the whole form."""
    x, y = _number(request.POST.get("at.x")), _number(request.POST.get("at.y"))
    if x is None or y is None or (x == 0 and y == 0):
        return None
    found = ground.place_of(x, y)
    return _inside(found) if found else None


def _position(request: Request) -> tuple[float, float] | None:
    if request.POST.get("no_position"):
        return None
    texts = request.POST.get("lon", "").strip(), request.POST.get("lat", "").strip()
    if not any(texts):
        return None
    lon, lat = map(_number, texts)
    if lon is None or lat is None:
        raise Refused("position", "图上的位置读不出。勾“不用这个位置”，写在哪里就行。", "position")
    return _inside((lon, lat))


def _inside(found: tuple[float, float]) -> tuple[float, float]:
    if not in_the_country(*found) or ground.contains(*found) is False:
        raise Refused(
            "position", "标的位置不在本区。重新标，或勾“不用这个位置”只写地点；外区的事打 12345。", "position"
        )
    return found


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _photos(request: Request) -> list[bytes]:
    """Sizes are looked at before anything is read."""
    files = [one for one in request.FILES.getlist("photos") if one.size or one.name]
    if len(files) > rules.MOST_PHOTOS:
        raise Refused("photos", f"最多 {rules.MOST_PHOTOS} 张照片。", "photos")
    for one in files:
        if (one.size or 0) > rules.PHOTO_LIMIT:
            raise Refused(
                "photos", f"有一张超过 {rules.PHOTO_LIMIT // 1024 // 1024} MB。选小些的，或不传照片。", "photos"
            )
    return [one.read() for one in files if one.size]


def picture(request: Request) -> HttpResponse:
    """The schematic district with the mark."""
    parts = [_number(one) for one in request.GET.get("at", "").split(",")]
    mark = (parts[0], parts[1]) if len(parts) == 2 and parts[0] is not None and parts[1] is not None else None
    drawn = ground.picture(mark)
    if not drawn:
        raise Http404
    return HttpResponse(drawn, content_type="image/svg+xml")


# ---- tracking
def track(counter: Counter, request: Request) -> HttpResponse:
    """Number and code; the same sentence whatever was wrong with them."""
    bad: Refused | None = None
    if request.method == "POST":
        try:
            actions.allow("wrong", address(request), request.at)
            report = queries.by_code(counter.slug, request.POST.get("number", ""), request.POST.get("code", ""))
            if report is None:
                actions.count("wrong", address(request), request.at)
                raise Refused("number", "编号或查询码不对。照提交时给的再填一次。", "number")
            _show(request, report)
            return HttpResponseRedirect(reverse(f"{counter.slug}_one", args=[report.case.number]))
        except Refused as refused:
            bad = refused
    context = {
        "counter": counter,
        "bad": bad,
        "typed": request.POST,
        "rates": rules.RATES["wrong"],
        "urls": _urls(counter),
    }
    return render(request, _T + "track.html", context, status=_CODES.get(bad.code, 422) if bad else 200)


def _show(request: Request, report: Report, *, code: str = "") -> None:
    request.session[_SEEN] = [*[one for one in request.session.get(_SEEN, []) if one != report.pk][-9:], report.pk]
    if code:
        request.session[_FRESH] = [report.pk, code]


def _shown(counter: Counter, request: Request, number: str) -> Report | None:
    """The report, when this browser has told its code."""
    seen = request.session.get(_SEEN, [])
    return Report.objects.select_related("case__merged_into", "case__holder").filter(
        case__number=number, case__process=counter.slug, pk__in=seen
    ).first()  # fmt: skip


def one(counter: Counter, request: Request, number: str) -> HttpResponse:
    report = _shown(counter, request, number)
    if report is None:
        return HttpResponseRedirect(f"{reverse(f'{counter.slug}_track')}?number={number}")
    return _one(counter, request, report)


def _one(
    counter: Counter, request: Request, report: Report, bad: Refused | None = None, place: str = ""
) -> HttpResponse:
    case = report.case
    target = case.merged_into or case
    clock = target.clocks.filter(stopped_at=None).first()
    context = {
        "counter": counter, "report": report, "case": case, "state": rules.STATE_WORDS.get(target.state, target.get_state_display()),
        "merged": case.merged_into is not None, "course": queries.course(case), "answer": queries.answer_of(case), "clock": clock,
        "days": (civil_date(clock.due_at) - civil_date(request.at)).days if clock else None, "may_judge": queries.may_judge(report, request.at),
        "may_redo": queries.may_redo(report), "choices": rules.SATISFACTION, "may_withdraw": case.state in ("received", "working"),
        "reward": getattr(report, "reward", None), "bad": bad, "place": place, "typed": request.POST if bad else {}, "target": target,
        "code": _code(request, report), "kind": (case.of.kinds or {}).get(case.kind, ""), "most": rules.MOST_PHOTOS, "urls": _urls(counter),
        "waits": case.state == "received",
    }  # fmt: skip
    return render(request, _T + "one.html", context, status=_CODES.get(bad.code, 422) if bad else 200)


def _code(request: Request, report: Report) -> str:
    """The code, as long as this browser has just sent the report and not said that it was written down."""
    pk, code = request.session.get(_FRESH) or (0, "")
    return rules.spoken(code) if pk == report.pk else ""


def move(counter: Counter, request: Request, number: str, word: str) -> HttpResponse:
    """What whoever sent it may do: noted, supplement, judge, withdraw, leave."""
    report = _shown(counter, request, number)
    if report is None:
        return HttpResponseRedirect(reverse(f"{counter.slug}_track"))
    act = _MOVES.get(word)
    if act is None:
        raise Http404
    try:
        said = act(request, report)
    except Refused as refused:
        return _one(counter, request, report, refused, word)
    if word == "leave":
        return HttpResponseRedirect(reverse(f"{counter.slug}_track"))
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(reverse(f"{counter.slug}_one", args=[number]))


def _noted(request: Request, _report: Report) -> str:
    request.session.pop(_FRESH, None)
    return ""


def _leave(request: Request, _report: Report) -> str:
    request.session.pop(_FRESH, None)
    request.session.pop(_SEEN, None)
    return ""


def _supplement(request: Request, report: Report) -> str:
    actions.allow("send", address(request), request.at)
    actions.supplement(report=report, text=request.POST.get("words", ""), photos=_photos(request), at=request.at)
    actions.count("send", address(request), request.at)
    return "补充的已经收到。"


def _judge(request: Request, report: Report) -> str:
    redo = request.POST.get("redo") == "1"
    actions.judge(
        report=report,
        satisfaction=request.POST.get("satisfaction", ""),
        words=request.POST.get("words", ""),
        redo=redo,
        at=request.at,
    )
    return "已退回重新办理，期限重新计算。" if redo else "评价已记下，谢谢。"


def _withdraw(request: Request, report: Report) -> str:
    actions.withdraw(report=report, words=request.POST.get("words", ""), at=request.at)
    return "已撤回。已经发现的违法线索，部门仍会依法查。"


_MOVES: dict[str, Callable[[Request, Report], str]] = {
    "noted": _noted, "leave": _leave, "supplement": _supplement, "judge": _judge, "withdraw": _withdraw,
}  # fmt: skip


# ---- figures
def figures(counter: Counter, request: Request) -> HttpResponse:
    years = queries.years(counter.slug) or [civil_date(request.at).year]
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked[:5]) in years else years[0]
    process = declared.process(counter.slug)
    context = {
        "counter": counter, "year": year, "years": years, "told": queries.figures(counter.slug, process.kinds or {}, year),
        "choices": rules.SATISFACTION, "limits": [one for one in process.limits if one.slug in ("accept", "answer") and one.holds(one.state, "", civil_date(request.at))], "urls": _urls(counter),
    }  # fmt: skip
    return render(request, _T + "figures.html", context)


def figures_csv(counter: Counter, _request: Request) -> HttpResponse:
    kinds = declared.process(counter.slug).kinds or {}
    lines: list[tuple[Any, ...]] = []
    for year in queries.years(counter.slug):
        told = queries.figures(counter.slug, kinds, year)
        lines.append((year, told.received, told.open, told.answered, told.on_time_rate, told.satisfied_rate, told.rewards, told.amount,
                      *(number for _word, number in told.kinds)))  # fmt: skip
    head = (
        "年份",
        "收到",
        "办理中",
        "已答复",
        "按时答复率 %",
        "满意率 %",
        "奖励件数",
        "奖励金额（元）",
        *kinds.values(),
    )
    return exported("csv", counter.figures_title, head, lines)


# ---- the staff
def sent(counter: Counter, request: Request, number: str) -> HttpResponse:
    """After a report was entered for a caller: the number and the code to tell."""
    report = Report.objects.select_related("case").filter(case=casework.found(request, number)).first()
    if report is None:
        raise Http404
    return render(
        request,
        _T + "sent.html",
        {"counter": counter, "report": report, "case": report.case, "code": _code(request, report)},
    )


def unmask(counter: Counter, request: Request, number: str) -> HttpResponse:
    """Name and telephone once, on the answer to a reason; the page cannot be reloaded into showing it again without one."""
    case = casework.found(request, number)
    report = Report.objects.filter(case=case).first()
    if report is None:
        raise Http404
    try:
        actions.unmask(
            actor=request.actor,
            report=report,
            permission=counter.unmask,
            reason=request.POST.get("reason", ""),
            at=request.at,
        )
    except Refused as refused:
        if refused.code in ("sign_in", "forbidden"):
            raise
        return casework.shown(request, case, refused, "unmask")
    return render(
        request, _T + "unmasked.html", {"report": report, "case": case, "reason": request.POST.get("reason", "")}
    )


def guard(request: Request) -> HttpResponse:
    """What was counted and turned away in the last day; without addresses, which are not kept."""
    words = {"send": "收到的来件", "wrong": "编号或查询码不对", "refused": "超过次数被挡下"}
    lines = [(words.get(what, what), number) for what, number in queries.refused_visits(request.at)]
    return render(request, _T + "guard.html", {"lines": lines, "rates": rules.RATES})


def part(counter_slug: str, unmask_permission: str) -> Callable[[Any, Any, datetime], tuple[str, Mapping[str, Any]]]:
    """For `Process.part` of a counter's process."""
    return partial(queries.part, unmask=unmask_permission, slug=counter_slug)


def counter_pages(counter: Counter, section: str = "registry") -> tuple[Page, ...]:
    """Every route of a counter: three public pages with what belongs to them, and its staff's list, form and unmasking."""
    slug, public, own, both = counter.slug, f"public/{counter.path}/", f"{counter.path}/", ("GET", "POST")
    process = f"{slug}.read"

    def page(word: str, path: str, view: Callable[..., HttpResponse], permission: str, title: str, **more: Any) -> Page:
        return Page(path=path, name=f"{slug}_{word}", view=view, permission=permission, title=title, **more)

    return (
        page("form", public, partial(send, counter), PUBLIC, counter.title, methods=both),
        page("track", f"{public}track/", partial(track, counter), PUBLIC, counter.track_title, methods=both),
        page("figures", f"{public}figures/", partial(figures, counter), PUBLIC, counter.figures_title),
        page("figures_csv", f"{public}figures.csv", partial(figures_csv, counter), PUBLIC, "来件统计 CSV", kind="export"),
        page("map", f"{public}map.svg", picture, PUBLIC, "示意图", kind="file"),
        page("one", f"{public}track/<str:number>/", partial(one, counter), PUBLIC, "我的来件"),
        page("move", f"{public}track/<str:number>/<slug:word>/", partial(move, counter), PUBLIC, "补充、评价、撤回", methods=("POST",)),
        page("list", own, partial(casework.listing, process=slug), process, counter.title, methods=both, section=section),
        page("export", f"{own}export/", partial(casework.export, process=slug), process, f"导出{counter.title}", kind="export"),
        page("new", f"{own}new/", partial(send, counter, inside=True), counter.accept, "代群众登记", methods=both, section=section,
             command=f"登记{counter.title}"),
        page("sent", f"{own}<str:number>/sent/", partial(sent, counter), counter.accept, "告诉来件人", section=section),
        page("unmask", f"{own}<str:number>/unmask/", partial(unmask, counter), counter.unmask, "查看来件人", methods=("POST",), section=section),
    )  # fmt: skip
