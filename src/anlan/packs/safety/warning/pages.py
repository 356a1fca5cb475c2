"""预警 for the staff: the list, one warning with what can be done, the form, sources, what was refused, subscribers in figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, F
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import Offer, offers
from anlan.kernel.response import queries as response
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.warning import actions, queries, receiving, rules, shapes, telling
from anlan.packs.safety.warning.models import (
    WAYS,
    WarningMessage,
    WarningRefusal,
    WarningSource,
    WarningSubscription,
    WarningTemplate,
)
from anlan.packs.safety.warning.moves import APPROVE, DRAFT, MANAGE, OWN, RECEIVE, RECEIVED
from anlan.packs.safety.warning.sheets import COLOUR_CHOICES
from anlan.protocols.cap.alert import LONGEST

_T = "packs/safety/warning/"
_OUTWARD = ("sign_in", "forbidden", "second_factor")
_CODES = {**STATUS, "too_many": 429}


def _status(refused: Refused | None) -> int:
    return _CODES.get(refused.code, 422) if refused else 200


def _organisation(request: Request) -> Organisation:
    row = Organisation.objects.filter(pk=request.actor.organisation_id or 0).first()
    if row is None:
        raise Refused("organisation", "当前岗位没有单位，不能发预警。")
    return row


def _view(request: Request) -> str:
    name = request.GET.get("view", "now")
    return name if name in queries.VIEWS else "now"


def listing(request: Request, refused: Refused | None = None) -> HttpResponse:
    name, at = _view(request), request.at
    every = queries.visible(request.actor)
    counts = {one: queries.view(every, one, at).count() for one in queries.VIEWS}
    page = page_of(request, queries.view(every, name, at))
    context = {
        "page": page, "lines": [(one, queries.standing(one, at), rules.COLOUR_SLUGS.get(one.colour or 0, "")) for one in page], "view": name,
        "views": [(slug, word, counts[slug]) for slug, word in queries.VIEWS.items()], "ways": WAYS, "types": rules.TYPES, "bad": refused,
        "draft": policy.may(request.actor, DRAFT), "receive": policy.may(request.actor, RECEIVE),
    }  # fmt: skip
    return render(request, _T + "list.html", context, status=_status(refused))


def export(request: Request) -> HttpResponse:
    name = _view(request)
    rows = (
        (one.identifier, rules.STATUS[one.status], rules.TYPES[one.message_type], one.event, rules.COLOURS.get(one.colour or 0, ""), str(one), one.sender_name or one.sender,
         one.sent_at.astimezone(CHINA).isoformat(timespec="minutes") if one.sent_at else "", one.expires_at.astimezone(CHINA).isoformat(timespec="minutes") if one.expires_at else "",
         queries.standing(one, request.at), one.why)
        for one in queries.view(queries.visible(request.actor), name, request.at)[:5000]
    )  # fmt: skip
    head = ("编号", "实际或演练", "类型", "灾种", "颜色", "标题", "发布单位", "发布", "失效", "状态", "说明")
    return exported(request.GET.get("form", "xlsx"), f"预警_{queries.VIEWS[name]}", head, rows)


def upload(request: Request) -> HttpResponse:
    try:
        file = request.FILES.get("file")
        if file is None:
            raise Refused("file", "没有选文件。", "file")
        if (file.size or 0) > LONGEST:
            raise Refused("file", "文件超过 1 MB，不是预警。", "file")
        taken = receiving.receive(
            actor=request.actor, data=file.read(), way="upload", at=request.at, name=file.name or ""
        )
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return listing(request, refused)
    messages.success(request, taken.words)
    return HttpResponseRedirect(reverse("warning", args=[taken.message.pk]))


# ---- one warning
def _found(request: Request, given: str) -> WarningMessage:
    row = queries.visible(request.actor).filter(pk=number(given)).first()
    if row is None:
        raise Http404
    return row


def _offers(message: WarningMessage, request: Request) -> list[Offer]:
    return offers(OWN if message.own else RECEIVED, message, request.actor)


def detail(request: Request, given: str, refused: Refused | None = None, word: str = "") -> HttpResponse:
    row, at = _found(request, given), request.at
    actor = request.actor
    told = queries.receipts(row)
    matrix = queries.response_of(row.hazard, row.colour, civil_date(at))
    context: dict[str, Any] = {
        "one": row, "standing": queries.standing(row, at), "colour": rules.COLOUR_SLUGS.get(row.colour or 0, ""), "hazard": rules.HAZARDS.get(row.hazard, ""),
        "offers": _offers(row, request), "receive": policy.may(actor, RECEIVE, row), "draft": policy.may(actor, DRAFT, row),
        "approve": policy.may(actor, APPROVE, row), "same": row.maker_id == actor.person_id, "told": told, "mine": queries.mine(actor, row),
        "notices": row.notices.filter(channel="page").select_related("organisation").order_by(F("read_at").asc(nulls_first=True), "organisation__path"),
        "references": row.references.all(), "followers": row.followed_by.exclude(state="dropped"), "matrix": matrix, "proposal": queries.proposal(matrix),
        "level": queries.LEVELS.get(matrix.level, "") if matrix else "", "severity": rules.SEVERITY.get(row.severity, row.severity),
        "urgency": rules.URGENCY.get(row.urgency, row.urgency), "certainty": rules.CERTAINTY.get(row.certainty, row.certainty),
        "missing": row.state in ("active", "held") and not row.own and (row.colour is None or not row.hazard), "hazards": rules.HAZARDS,
        "colours": COLOUR_CHOICES, "bad": refused, "word": word, "typed": request.POST if refused else {}, "place": "、".join(one["description"] for one in row.areas)[:120],
        "map": row.state == "active" and policy.may(actor, "maps.read"), "shown": bool(shapes.features(row)), "incident_seen": row.incident if row.incident and response.visible(actor).filter(pk=row.incident_id or 0).exists() else None,
    }  # fmt: skip
    return render(request, _T + "detail.html", context, status=_status(refused))


def document(request: Request, given: str) -> HttpResponse:
    """The document as it came or left, byte for byte as kept."""
    row = _found(request, given)
    if not row.text:
        raise Http404
    answer = HttpResponse(row.text.encode(), content_type="application/xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="warning-{row.pk}.xml"'
    return answer


def _own_move(request: Request, row: WarningMessage, word: str) -> str:
    actions.move(actor=request.actor, message=row, step=word, at=request.at, reason=request.POST.get("reason", ""))
    return {"submit": "已送审。", "approve": "已发布，正在分送。", "return": "已退回。", "drop": "已作废。"}[word]


def _received_move(request: Request, row: WarningMessage, word: str) -> str:
    receiving.move(actor=request.actor, message=row, step=word, reason=request.POST.get("reason", ""), at=request.at)
    return f"已办，现在是“{row.get_state_display()}”。"


def _cancel(request: Request, row: WarningMessage, _word: str) -> str:
    actions.cancel(actor=request.actor, message=row, reason=request.POST.get("reason", ""), at=request.at)
    return "解除已送审，另一个人批准后发出。"


def _say(request: Request, row: WarningMessage, _word: str) -> str:
    posted = request.POST
    receiving.say(
        actor=request.actor,
        message=row,
        hazard=posted.get("hazard", ""),
        colour=posted.get("colour", ""),
        at=request.at,
    )
    return "已补写，并记下是谁写的。"


def _pass_on(request: Request, row: WarningMessage, _word: str) -> str:
    return f"已转发 {actions.pass_on(actor=request.actor, message=row, at=request.at)} 处。"


def _propose(request: Request, row: WarningMessage, _word: str) -> str:
    incident = actions.propose(
        actor=request.actor, message=row, place=request.POST.get("place", "")[:120], at=request.at
    )
    return f"已提出事件 {incident.number}。"


def _confirm(request: Request, row: WarningMessage, _word: str) -> str:
    notice = queries.mine(request.actor, row)
    if notice is None:
        raise Refused("twice", "你单位没有待签收的，或已经签收过。")
    telling.confirm(actor=request.actor, notice=notice, at=request.at)
    return "已签收。"


_DO: dict[str, Callable[[Request, WarningMessage, str], str]] = {
    "submit": _own_move, "approve": _own_move, "return": _own_move, "drop": _own_move, "accept": _received_move, "decline": _received_move,
    "end": _received_move, "cancel": _cancel, "say": _say, "tell": _pass_on, "propose": _propose, "confirm": _confirm,
}  # fmt: skip


def act(request: Request, given: str, word: str) -> HttpResponse:
    row = _found(request, given)
    if word not in _DO:
        raise Http404
    try:
        messages.success(request, _DO[word](request, row, word))
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return detail(request, given, refused, word)
    return HttpResponseRedirect(reverse("warning", args=[row.pk]))


# ---- the form
def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=CHINA) if found.tzinfo is None else found


def _given(request: Request) -> dict[str, Any]:
    posted = request.POST
    plain = (
        "hazard",
        "colour",
        "severity",
        "urgency",
        "certainty",
        "headline",
        "description",
        "instruction",
        "polygon",
    )
    return {
        **{name: posted.get(name, "") for name in plain},
        "expires_at": _moment(posted.get("expires_at", "")),
        "streets": posted.getlist("streets"),
    }


def _start(request: Request, follows: WarningMessage | None) -> dict[str, Any]:
    """What the form begins with: what it follows, else a template, else nothing chosen."""
    found: dict[str, Any] = {"urgency": "Expected", "certainty": "Likely", "severity": "", "streets": []}
    until = request.at + timedelta(hours=24)
    template = WarningTemplate.objects.filter(pk=number(request.GET.get("template")), retired_on=None).first()
    if follows is not None:
        found |= _fields(follows)
        until = max(until, follows.expires_at or until)
    elif template is not None:
        found |= {
            name: getattr(template, name)
            for name in ("hazard", "colour", "severity", "headline", "description", "instruction")
        }
        until = request.at + timedelta(hours=template.hours)
    return {**found, "expires_at": f"{until.astimezone(CHINA):%Y-%m-%dT%H:%M}"}


def _fields(row: WarningMessage) -> dict[str, Any]:
    plain = {
        name: getattr(row, name)
        for name in ("hazard", "severity", "urgency", "certainty", "headline", "description", "instruction")
    }
    polygon = next((text for area in row.areas for text in area["polygons"]), "")
    until = f"{row.expires_at.astimezone(CHINA):%Y-%m-%dT%H:%M}" if row.expires_at else ""
    return {
        **plain,
        "colour": rules.COLOUR_SLUGS.get(row.colour or 0, ""),
        "streets": sorted(shapes.codes(row.areas)),
        "polygon": polygon,
        "expires_at": until,
    }


def _form(
    request: Request, values: dict[str, Any], refused: Refused | None, follows: WarningMessage | None, row: WarningMessage | None
) -> HttpResponse:  # fmt: skip
    context = {
        "v": values, "bad": refused, "follows": follows, "one": row, "hazards": rules.HAZARDS, "colours": COLOUR_CHOICES, "severities": rules.SEVERITY,
        "urgencies": rules.URGENCY, "certainties": rules.CERTAINTY, "streets": Organisation.objects.filter(kind="street", closed_on=None),
        "templates": WarningTemplate.objects.filter(retired_on=None).order_by("code"), "incidents": response.visible(request.actor).filter(is_open=True)[:100],
        "exercise": values.get("exercise") == "1" or bool(follows and follows.exercise) or bool(row and row.exercise),
        "fixed": bool(follows) or bool(row),
    }  # fmt: skip
    return render(request, _T + "form.html", context, status=_status(refused))


def _typed(request: Request) -> dict[str, Any]:
    return {**request.POST.dict(), "streets": request.POST.getlist("streets")}


def new(request: Request) -> HttpResponse:
    """A new warning, or with `follows` the update of one."""
    asked = request.POST.get("follows") or request.GET.get("follows", "")
    follows = _found(request, asked) if asked else None
    if request.method != "POST":
        return _form(request, _start(request, follows), None, follows, None)
    try:
        chosen = request.POST.get("incident", "")
        made = actions.draft(
            actor=request.actor, organisation=_organisation(request), given=_given(request), at=request.at, exercise=request.POST.get("exercise") == "1",
            follows=follows, incident=response.incident(request.actor, chosen) if chosen else None,
        )  # fmt: skip
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return _form(request, _typed(request), refused, follows, None)
    messages.success(request, "草稿已存，看一遍再送审。")
    return HttpResponseRedirect(reverse("warning", args=[made.pk]))


def edit(request: Request, given: str) -> HttpResponse:
    row = _found(request, given)
    if not row.own or row.state != "draft":
        raise Refused("illegal", "只有起草中的预警可以改。发布了的请“更新”。")
    if request.method != "POST":
        return _form(request, {**_fields(row), "seen": row.version}, None, None, row)
    try:
        actions.change(
            actor=request.actor,
            message=row,
            given=_given(request),
            at=request.at,
            seen=number(request.POST.get("seen")),
        )
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return _form(request, _typed(request), refused, None, row)
    messages.success(request, "已改。")
    return HttpResponseRedirect(reverse("warning", args=[row.pk]))


# ---- what was refused, sources, subscribers
def refusals(request: Request) -> HttpResponse:
    rows = WarningRefusal.objects.select_related("source")
    context = {"page": page_of(request, rows), "unseen": rows.filter(seen_at=None).exists(), "receive": policy.may(request.actor, RECEIVE)}  # fmt: skip
    return render(request, _T + "refusals.html", context)


def refusals_seen(request: Request) -> HttpResponse:
    receiving.seen(actor=request.actor, at=request.at)
    messages.success(request, "已记为看过。")
    return HttpResponseRedirect(reverse("warning_refusals"))


def sources(request: Request, refused: Refused | None = None, token: str = "") -> HttpResponse:
    context = {
        "rows": WarningSource.objects.select_related("organisation"), "manage": policy.may(request.actor, MANAGE), "bad": refused, "token": token,
        "typed": request.POST if refused else {}, "address": request.build_absolute_uri(reverse("warning_post")),
    }  # fmt: skip
    return render(request, _T + "sources.html", context, status=_status(refused))


def source_new(request: Request) -> HttpResponse:
    posted = request.POST
    try:
        _made, token = receiving.add_source(
            actor=request.actor, name=posted.get("name", ""), senders=posted.get("senders", ""), organisation=_organisation(request), at=request.at
        )  # fmt: skip
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return sources(request, refused)
    return sources(request, token=token)


def source_revoke(request: Request, given: str) -> HttpResponse:
    row = WarningSource.objects.filter(pk=number(given)).select_related("organisation").first()
    if row is None:
        raise Http404
    try:
        receiving.revoke_source(actor=request.actor, source=row, at=request.at)
    except Refused as refused:
        if refused.code in _OUTWARD:
            raise
        return sources(request, refused)
    messages.success(request, "已停用，它的令牌不再有效。")
    return HttpResponseRedirect(reverse("warning_sources"))


def subscribers(request: Request) -> HttpResponse:
    """In figures: nobody's address is shown."""
    rows = WarningSubscription.objects.values("state", "channel", "place__short_name", "place__name", "hazard").annotate(many=Count("pk")).order_by("-many")  # fmt: skip
    words, channels = WarningSubscription.STATES, {"email": "邮件", "message": "短信"}
    lines = [
        (words[one["state"]], channels[one["channel"]], one["place__short_name"] or one["place__name"] or "全区", rules.HAZARDS.get(one["hazard"], "各种"), one["many"])
        for one in rows
    ]  # fmt: skip
    return render(
        request,
        _T + "subscribers.html",
        {"lines": lines, "active": WarningSubscription.objects.filter(state="active").count()},
    )
