"""Hand-over, call-up, self-check, heads of a large event."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.types import Heading, OfficialDocument, Paragraph, Table
from anlan.kernel.documents.word import MEDIA_TYPE, to_docx
from anlan.kernel.response import queries as response
from anlan.kernel.response.models import DutyShift, Incident
from anlan.kernel.response.types import POSTS
from anlan.packs.safety.duty import calling, checking, handing, queries
from anlan.packs.safety.duty.models import Called, CallUp, HandOver, LargeEvent, SelfCheck
from anlan.packs.safety.duty.pages import person, status
from anlan.packs.safety.duty.rules import HAND_EARLY, SOURCE, WAIT

_T = "packs/safety/duty/"


# ---- hand-over
def handover(request: Request, pk: int) -> HttpResponse:
    return _handover(request, _shift(pk))


def _shift(pk: int) -> DutyShift:
    found = DutyShift.objects.select_related("person", "organisation").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _sheet(shift: DutyShift, row: HandOver | None, at: datetime) -> dict[str, object]:
    """The frozen sheet once it is signed, else what stands now; instants as instants."""
    given = row.sheet if row is not None and row.state != "draft" else queries.sheet(shift, at)

    def read(one: dict[str, str]) -> dict[str, object]:
        return {
            key: datetime.fromisoformat(value) if key in ("due", "at", "from", "to") else value
            for key, value in one.items()
        }

    return {key: [read(one) for one in value] if isinstance(value, list) else value for key, value in given.items()}


def _handover(request: Request, shift: DutyShift, bad: Refused | None = None) -> HttpResponse:
    row, following = handing.found(shift), queries.next_of(shift)
    state = row.state if row else "draft"
    context = {
        "shift": shift, "row": row, "state": state, "sheet": _sheet(shift, row, request.at), "next": following, "mine": shift.person_id == request.actor.person_id,
        "people": queries.people(civil_date(request.at)).exclude(pk=shift.person_id), "to_me": bool(row) and row is not None and row.to_id == request.actor.person_id, "bad": bad,
        "typed": request.POST if bad else {}, "early": request.at < shift.ends_at - HAND_EARLY, "minutes": HAND_EARLY.seconds // 60, "checked": checking.of_shift(shift), "now": request.at,
    }  # fmt: skip
    return render(request, _T + "handover.html", context, status=status(bad))


def handover_do(request: Request, pk: int, word: str) -> HttpResponse:
    shift, posted = _shift(pk), request.POST
    row = handing.found(shift)
    try:
        if word == "give":
            found = handing.give(
                actor=request.actor,
                shift=shift,
                to=person(posted.get("to"), request.at, "to"),
                note=posted.get("note", ""),
                at=request.at,
            )
            messages.success(request, f"已签，等{found.to.name if found.to else ''}签收。")
        elif row is None or word not in ("take", "back"):
            raise Http404
        elif word == "take":
            handing.take(actor=request.actor, row=row, at=request.at, note=posted.get("note", ""))
            messages.success(request, "两边都签了，交接完成。")
        else:
            handing.send_back(actor=request.actor, row=row, reason=posted.get("reason", ""), at=request.at)
            messages.success(request, "已退回交班人。")
    except Refused as refused:
        if not refused.field:
            raise
        return _handover(request, shift, refused)
    return HttpResponseRedirect(reverse("duty_handover", args=[pk]))


def handover_print(request: Request, pk: int) -> HttpResponse:
    shift, form = _shift(pk), request.GET.get("form", "pdf")
    row = handing.found(shift)
    if form not in ("pdf", "docx"):
        raise Refused("form", "只能导出 pdf 或 docx。", "form")
    paper = _paper(shift, row, request.at)
    content, kind = (to_pdf(paper), "application/pdf") if form == "pdf" else (to_docx(paper), MEDIA_TYPE)
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(f'交接班_{shift.get_post_display()}_{civil_date(shift.ends_at)}')}.{form}"
    )
    return answer


def _at(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(CHINA):%m-%d %H:%M}"


def _paper(shift: DutyShift, row: HandOver | None, at: datetime) -> OfficialDocument:
    sheet = row.sheet if row is not None and row.state != "draft" else queries.sheet(shift, at)
    tables = (
        ("在办事件", ("编号", "事件", "状态", "未完任务"), [(one["number"], one["title"], f"{one['state']}{one['level']}", str(one["tasks"])) for one in sheet["incidents"]]),
        ("没有人接的任务", ("事件", "任务", "谁", "期限"), [(one["number"], one["title"], one["who"], _at(one["due"])) for one in sheet["tasks"]]),
        ("已超时的时限", ("事件", "时限", "到期"), [(one["number"], one["clock"], _at(one["due"])) for one in sheet["late"]]),
        ("本班记事", ("时间", "事件", "谁", "内容"), [(_at(one["at"]), one["number"], one["name"], one["text"]) for one in sheet["notes"]]),
        ("一天内缺岗", ("岗位", "单位", "从", "到"), [(one["post"], one["organisation"], _at(one["from"]), _at(one["to"])) for one in sheet["gaps"]]),
    )  # fmt: skip
    body: list[Heading | Paragraph | Table] = []
    for title, head, rows in tables:
        body += [Heading(title), Table(caption=title, head=head, rows=tuple(rows)) if rows else Paragraph("没有。")]
    body += [Heading("交代的事"), Paragraph(row.note if row and row.note else "没有另外交代。"), Heading("签名")]
    given = (
        f"交班：{shift.person.name} {row.given_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        if row and row.given_at
        else f"交班：{shift.person.name}（未签）"
    )
    taken = (
        f"接班：{row.to.name} {row.taken_at.astimezone(CHINA):%Y-%m-%d %H:%M} {row.taken_note}"
        if row and row.taken_at and row.to
        else "接班：（未签）"
    )
    body += [
        Paragraph(given),
        Paragraph(taken.strip()),
        *([Paragraph(f"校验：{row.hash}")] if row and row.hash else []),
    ]
    return OfficialDocument(
        title=f"{shift.organisation}{shift.get_post_display()}\n交接班记录",
        issuer=str(shift.organisation),
        dated=civil_date(shift.ends_at),
        demo=shift.is_demo,
        body=tuple(body),
    )


# ---- call-up
def calls(request: Request) -> HttpResponse:
    return _calls(request)


def call_new(request: Request) -> HttpResponse:
    posted = request.POST
    try:
        incident = response.incident(request.actor, posted["incident"]) if posted.get("incident") else None
        owner = (
            incident.organisation
            if incident
            else Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
        )
        if owner is None:
            raise Refused("forbidden", "当前岗位不属于任何单位。")
        row = calling.call(
            actor=request.actor, posts=posted.getlist("posts"), title=posted.get("title", ""), organisation=owner, at=request.at, key=posted.get("key", "")[:60] or uuid4().hex,
            words=posted.get("words", ""), incident=incident, is_test=bool(posted.get("is_test")),
        )  # fmt: skip
    except Refused as refused:
        if not refused.field:
            raise
        return _calls(request, refused)
    return HttpResponseRedirect(reverse("duty_call", args=[row.pk]))


def _calls(request: Request, bad: Refused | None = None) -> HttpResponse:
    rows = CallUp.objects.select_related("incident")[:40]
    shown = [
        (one, list(one.people.select_related("person")), queries.unanswered(one) if one.state == "open" else [])
        for one in rows
    ]
    held = {one.post for one in response.on_duty(request.at)}
    context = {
        "rows": shown, "bad": bad, "typed": request.POST if bad else request.GET, "chosen": request.POST.getlist("posts") if bad else [], "post_list": [(slug, title, slug in held) for slug, title in POSTS.items()],
        "incidents": response.visible(request.actor, Incident.objects.filter(is_open=True))[:50], "may": policy.may(request.actor, queries.CALL), "key": uuid4().hex,
        "wait": WAIT[False].seconds // 60, "test_wait": WAIT[True].seconds // 60, "source": SOURCE,
    }  # fmt: skip
    return render(request, _T + "calls.html", context, status=status(bad))


def call(request: Request, pk: int) -> HttpResponse:
    row = CallUp.objects.select_related("incident", "organisation").filter(pk=pk).first()
    if row is None:
        raise Http404
    may = policy.may(request.actor, queries.CALL, row)
    lines = [(one, one.person_id == request.actor.person_id, calling.NEXT[one.state] if row.state == "open" and (may or one.person_id == request.actor.person_id) else ())
             for one in row.people.select_related("person")]  # fmt: skip
    context = {
        "row": row,
        "lines": lines,
        "may": may,
        "dead": [POSTS[one] for one in queries.unanswered(row)] if row.state == "open" else [],
        "wait": WAIT[row.is_test].seconds // 60,
    }
    return render(request, _T + "call.html", context)


def call_do(request: Request, pk: int, word: str) -> HttpResponse:
    if word == "close":
        row = CallUp.objects.select_related("incident__organisation", "organisation").filter(pk=pk).first()
        if row is None:
            raise Http404
        calling.close(actor=request.actor, row=row, at=request.at)
        return HttpResponseRedirect(reverse("duty_call", args=[pk]))
    one = (
        Called.objects.select_related("call__organisation", "call__incident__organisation", "person")
        .filter(pk=pk)
        .first()
    )
    if one is None or word not in calling.NEXT:
        raise Http404
    calling.answer(actor=request.actor, row=one, target=word, at=request.at, note=request.POST.get("note", ""))
    messages.success(request, f"{one.person.name}：{one.get_state_display()}。")
    return HttpResponseRedirect(reverse("duty_call", args=[one.call_id]))


# ---- self-check
def check(request: Request) -> HttpResponse:
    bad: Refused | None = None
    if request.method == "POST":
        try:
            row = checking.store(
                actor=request.actor, ticked=request.POST.dict(), note=request.POST.get("note", ""), at=request.at
            )
            messages.success(request, f"自查已存，{f'{row.faults} 项不好，已写明怎么办' if row.faults else '全部好'}。")
            return HttpResponseRedirect(reverse("duty_check"))
        except Refused as refused:
            if refused.code in ("forbidden", "sign_in"):
                raise
            bad = refused
    typed = request.POST if bad else {}
    lines = [(one, typed.get(one.slug, "")) for one in checking.look(request.at)]
    context = {"lines": lines, "shift": queries.due_check(request.actor.person_id, request.at), "bad": bad, "typed": typed, "past": SelfCheck.objects.select_related("person", "organisation")[:10], "source": SOURCE,
               "faults": [one for one, _said in lines if one.sound is False]}  # fmt: skip
    return render(request, _T + "check.html", context, status=status(bad))


# ---- large events
def count(request: Request, pk: int) -> HttpResponse:
    event = LargeEvent.objects.select_related("organisation").filter(pk=pk).first()
    if event is None:
        raise Http404
    posted = request.POST
    _row, light = checking.count(
        actor=request.actor,
        event=event,
        people=posted.get("people", ""),
        spot=posted.get("spot", ""),
        note=posted.get("note", ""),
        at=request.at,
    )
    if light == "red":
        messages.error(request, f"已到核定人数 {event.most}：停止进入，按方案分流，报活动负责人。")
    elif light:
        messages.warning(request, f"已记。接近核定人数 {event.most}，放慢进入。")
    else:
        messages.success(request, "已记。")
    return HttpResponseRedirect(reverse("large_events_detail", args=[pk]))
