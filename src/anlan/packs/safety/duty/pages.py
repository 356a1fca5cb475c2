"""The roster: the week, one shift, what must be manned, the file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.files import keeping
from anlan.kernel.response import queries as response
from anlan.kernel.response.models import DutyShift
from anlan.kernel.response.types import POSTS
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.duty import checking, importing, queries, rostering, trading
from anlan.packs.safety.duty.models import LargeEvent, Manning, SensitivePeriod, ShiftTrade
from anlan.packs.safety.duty.queries import PLAN
from anlan.packs.safety.duty.rules import AHEAD, MOST, REST, SOURCE

_T = "packs/safety/duty/"
DAYS = (7, 14, 31)


def status(bad: Refused | None) -> int:
    return STATUS.get(bad.code, 422) if bad else 200


def day_of(text: str, otherwise: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return otherwise
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else otherwise


def day(text: str, field: str, title: str) -> date:
    found = day_of(text, date.min)
    if found == date.min:
        raise Refused(field, f"{title}写成 2026-01-31。", field)
    return found


def units(request: Request) -> list[Organisation]:
    rows = Organisation.objects.filter(closed_on=None).exclude(kind__in=("enterprise", "school", "section"))
    return list(policy.visible_to(request.actor, PLAN, rows, "path").order_by("path"))


def unit(request: Request) -> Organisation:
    found = next((one for one in units(request) if one.pk == number(request.POST.get("organisation"))), None)
    if found is None:
        raise Refused("organisation", "没有选单位。", "organisation")
    return found


def person(text: str | None, at: datetime, field: str = "person") -> Person:
    found = queries.people(civil_date(at)).filter(pk=number(text)).first()
    if found is None:
        raise Refused(field, "没有选人。", field)
    return found


# ---- the week
def week(request: Request) -> HttpResponse:
    first = day_of(request.GET.get("day", ""), civil_date(request.at))
    first -= timedelta(days=first.weekday())
    lines = queries.week(first)
    red = queries.lacking(request.at, request.at + AHEAD)
    named = {one.pk: one for one in Organisation.objects.filter(pk__in={one.organisation for one in red})}
    context = {
        "lines": lines, "days": [first + timedelta(days=n) for n in range(7)], "before": first - timedelta(days=7), "after": first + timedelta(days=7), "first": first,
        "today": civil_date(request.at), "gaps": [(POSTS[one.post], named[one.organisation], one) for one in red], "post_words": POSTS, "events": queries.events(request.at),
        "periods": SensitivePeriod.objects.filter(retired_on=None, starts_on__lte=first + timedelta(days=6), ends_on__gte=first),
        "may_plan": policy.may(request.actor, PLAN), "may_call": policy.may(request.actor, queries.CALL), "on_duty": [one for one in response.on_duty(request.at) if one.rank == 1],
        "mine": request.actor.person_id, "now": request.at,
    }  # fmt: skip
    return render(request, _T + "week.html", context)


def export(request: Request) -> HttpResponse:
    """The roster as the import reads it; the file is the week, or as many days as asked."""
    first = day_of(request.GET.get("day", ""), civil_date(request.at))
    days = number(request.GET.get("days")) or 7
    if days not in DAYS:
        raise Refused("days", "导出 7、14 或 31 天。", "days")
    rows = queries.shifts(queries.midnight(first), queries.midnight(first + timedelta(days=days)))
    lines = (
        (
            POSTS[one.post],
            str(one.organisation),
            one.person.name,
            one.rank,
            _minute(one.starts_at),
            _minute(one.ends_at),
            one.note,
        )
        for one in rows
    )
    form = request.GET.get("form", "xlsx")
    if form not in ("csv", "xlsx"):
        raise Refused("form", "只能导出 csv 或 xlsx。", "form")
    return exported(form, f"值班表_{first}", importing.HEAD, lines)


def _minute(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


# ---- one shift
def _shift(pk: int) -> DutyShift:
    found = DutyShift.objects.select_related("person", "organisation").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def shift(request: Request, pk: int) -> HttpResponse:
    return _shown(request, _shift(pk))


def _shown(request: Request, row: DutyShift, bad: Refused | None = None, word: str = "") -> HttpResponse:
    people = list(queries.people(civil_date(request.at)).exclude(pk=row.person_id))
    theirs = DutyShift.objects.filter(
        state="planned", starts_at__gt=request.at, starts_at__lt=request.at + timedelta(days=31)
    ).exclude(person=row.person_id)
    context = {
        "row": row, "mine": row.person_id == request.actor.person_id, "coming": row.starts_at > request.at and row.state == "planned", "people": people,
        "theirs": theirs.select_related("person", "organisation").order_by("person__name", "starts_at")[:200],
        "trades": ShiftTrade.objects.filter(shift=row).select_related("asker", "to", "back"), "may_plan": policy.may(request.actor, PLAN, row.organisation),
        "begun": row.starts_at <= request.at, "checked": checking.of_shift(row), "bad": bad, "word": word, "typed": request.POST if bad else {},
    }  # fmt: skip
    return render(request, _T + "shift.html", context, status=status(bad))


def shift_do(request: Request, pk: int, word: str) -> HttpResponse:
    row, posted = _shift(pk), request.POST
    try:
        if word == "cancel":
            rostering.cancel(actor=request.actor, shift=row, reason=posted.get("reason", ""), at=request.at)
            messages.success(request, "已取消这一班。")
            return HttpResponseRedirect(f"{reverse('duty')}?day={civil_date(row.starts_at)}")
        if word != "trade":
            raise Http404
        back = DutyShift.objects.select_related("person", "organisation").filter(pk=number(posted.get("back"))).first()
        to = back.person if back and not posted.get("to") else person(posted.get("to"), request.at, "to")
        found = trading.ask(
            actor=request.actor, shift=row, to=to, reason=posted.get("reason", ""), at=request.at, back=back
        )
        messages.success(request, f"已问{to.name}。" + (f"换了要批准：{found.over}。" if found.over else ""))
    except Refused as refused:
        if not refused.field:
            raise
        return _shown(request, row, refused, word)
    return HttpResponseRedirect(reverse("duty_shift", args=[pk]))


def shift_new(request: Request) -> HttpResponse:
    bad: Refused | None = None
    if request.method == "POST":
        posted = request.POST
        try:
            row = rostering.add(
                actor=request.actor, post=posted.get("post", ""), organisation=unit(request), person=person(posted.get("person"), request.at), rank=posted.get("rank", "1"),
                starts_at=instant(posted.get("starts_at", ""), "starts_at", "开始"), ends_at=instant(posted.get("ends_at", ""), "ends_at", "结束"), at=request.at,
                note=posted.get("note", ""),
            )  # fmt: skip
            messages.success(request, f"已排{row.person.name}。")
            return HttpResponseRedirect(f"{reverse('duty')}?day={civil_date(row.starts_at)}")
        except Refused as refused:
            bad = refused
    context = {"bad": bad, "typed": request.POST if bad else request.GET, "units": units(request), "people": queries.people(civil_date(request.at)), "post_list": POSTS.items(),
               "most": MOST, "rest": REST, "source": SOURCE}  # fmt: skip
    return render(request, _T + "shift_new.html", context, status=status(bad))


def instant(text: str, field: str, title: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(field, f"{title}要写日期和时间。", field) from None
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


# ---- what must be manned
def patterns(request: Request, bad: Refused | None = None, place: str = "") -> HttpResponse:
    today = civil_date(request.at)
    rows = list(Manning.objects.select_related("organisation", "event", "period"))
    told = request.session.pop("duty_made", None)
    context = {
        "rows": [one for one in rows if one.until_on is None or one.until_on >= today], "past": [one for one in rows if one.until_on is not None and one.until_on < today],
        "units": units(request), "post_list": POSTS.items(), "people": queries.people(today), "today": today, "later": today + timedelta(days=13), "bad": bad, "place": place, "opened": number(place.removeprefix("generate-")),
        "typed": request.POST if bad else request.GET, "told": told, "may": {one.pk for one in rows if policy.may(request.actor, PLAN, one.organisation)}, "source": SOURCE,
        "events": LargeEvent.objects.filter(retired_on=None, ends_on__gte=today), "periods": SensitivePeriod.objects.filter(retired_on=None, ends_on__gte=today),
    }  # fmt: skip
    return render(request, _T + "patterns.html", context, status=status(bad))


def pattern_new(request: Request) -> HttpResponse:
    posted = request.POST
    try:
        until = day(posted["until_on"], "until_on", "结束日期") if posted.get("until_on") else None
        rostering.man(
            actor=request.actor, post=posted.get("post", ""), organisation=unit(request), edges=posted.get("edges", ""), people=posted.get("people", ""),
            from_on=day(posted.get("from_on", ""), "from_on", "开始日期"), until_on=until, at=request.at,
            event=LargeEvent.objects.filter(pk=number(posted.get("event"))).first(), period=SensitivePeriod.objects.filter(pk=number(posted.get("period"))).first(),
        )  # fmt: skip
    except Refused as refused:
        return patterns(request, refused, "new")
    messages.success(request, "已定：这个岗要有人。现在排班。")
    return HttpResponseRedirect(reverse("duty_patterns"))


def pattern_do(request: Request, pk: int, word: str) -> HttpResponse:
    row = Manning.objects.select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise Http404
    posted = request.POST
    try:
        if word == "end":
            rostering.end_manning(
                actor=request.actor, row=row, last=day(posted.get("last", ""), "last", "最后一天"), at=request.at
            )
            messages.success(request, "已停用，排好的班还在。")
        elif word == "generate":
            chosen = [person(one, request.at, "people") for one in posted.getlist("people")]
            made = rostering.generate(
                actor=request.actor,
                manning=row,
                people=chosen,
                start=day(posted.get("start", ""), "start", "从"),
                end=day(posted.get("end", ""), "end", "到"),
                at=request.at,
            )
            request.session["duty_made"] = {"made": made.made, "kept": made.kept, "words": made.words[:20]}
        else:
            raise Http404
    except Refused as refused:
        if not refused.field:
            raise
        return patterns(request, refused, f"{word}-{pk}")
    return HttpResponseRedirect(reverse("duty_patterns"))


# ---- the file
def upload(request: Request) -> HttpResponse:
    bad: Refused | None = None
    lines: list[rostering.Read] = []
    token = request.POST.get("token", "")
    if request.method == "POST":
        try:
            given = request.FILES.get("file")
            if token:
                made = rostering.store(
                    actor=request.actor,
                    lines=importing.read(keeping.read_waiting(token), request.actor, request.at),
                    at=request.at,
                )
                keeping.drop_waiting(token)
                messages.success(request, f"已导入 {made.made} 班，原有 {made.kept} 班没有动。")
                return HttpResponseRedirect(reverse("duty"))
            if given is None or not given.size or given.size > importing.LIMIT:
                raise Refused("file", "选一个 4 MB 以内的 Excel 或 CSV 文件。", "file")
            data = given.read()
            lines = importing.read(data, request.actor, request.at)
            token = keeping.set_waiting(data)
        except Refused as refused:
            bad, token = refused, ""
    wrong = [one for one in lines if one.problem]
    context: dict[str, Any] = {
        "bad": bad,
        "lines": wrong[:200] or lines[:200],
        "wrong": len(wrong),
        "count": len(lines),
        "token": "" if wrong else token,
        "head": importing.HEAD,
    }
    return render(request, _T + "import.html", context, status=status(bad))


# ---- trades
def trades(request: Request) -> HttpResponse:
    rows = ShiftTrade.objects.select_related("shift__person", "shift__organisation", "back__person", "asker", "to")
    me = request.actor.person_id
    may = policy.may(request.actor, queries.APPROVE)
    shown = [(one, one.state == "asked" and one.to_id == me, one.state == "agreed" and may and me not in (one.asker_id, one.to_id),
              one.state in ("asked", "agreed") and one.asker_id == me) for one in rows[:100]]  # fmt: skip
    return render(request, _T + "trades.html", {"rows": shown})


def trade_do(request: Request, pk: int, word: str) -> HttpResponse:
    row = (
        ShiftTrade.objects.select_related(
            "shift__person", "shift__organisation", "back__person", "back__organisation", "asker", "to"
        )
        .filter(pk=pk)
        .first()
    )
    if row is None or word not in ("agree", "refuse", "approve", "deny", "withdraw"):
        raise Http404
    note, actor, at = request.POST.get("note", ""), request.actor, request.at
    if word in ("agree", "refuse"):
        trading.answer(actor=actor, row=row, agreed=word == "agree", at=at, note=note)
    elif word == "withdraw":
        trading.withdraw(actor=actor, row=row, at=at)
    else:
        trading.decide(actor=actor, row=row, approved=word == "approve", at=at, note=note)
    messages.success(request, f"换班：{row.get_state_display()}。")
    return HttpResponseRedirect(reverse("duty_trades"))
