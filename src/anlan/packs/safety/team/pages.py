"""Teams at incidents, the search for the nearest, and the page behind a link."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, form_key, number
from anlan.kernel.response import log
from anlan.kernel.response import queries as response
from anlan.kernel.response.actions.intake import place_of
from anlan.kernel.response.models import Incident
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.team import actions, finding, links, queries
from anlan.packs.safety.team.models import STATES, Dispatch, Team, TeamLink
from anlan.packs.safety.team.rules import LINK_HOURS, LINK_HOURS_MOST, READINESS, SKILLS, SOURCE, TASKS

_T = "packs/safety/team/"
FRESH = "team_link_fresh"  # in the session: the one address that was just made
SHOWN = 20


def _status(bad: Refused | None) -> int:
    return STATUS.get(bad.code, 422) if bad else 200


# ---- all incidents
def home(request: Request) -> HttpResponse:
    """Every team that is out, by incident; open incidents without one below."""
    shown = []
    for incident in queries.incidents(request.actor).select_related("organisation")[:60]:
        rows = [one for one in queries.dispatches(request.actor, incident, request.at) if one.dispatch.ended_at is None]
        shown.append((incident, rows))
    shown.sort(key=lambda pair: not pair[1])
    teams = Team.objects.filter(retired_on=None).count()
    context = {
        "shown": shown,
        "teams": teams,
        "out": sum(len(rows) for _incident, rows in shown),
        "may_read": policy.may(request.actor, queries.READ),
    }
    return render(request, _T + "home.html", context)


# ---- the nearest
def find(request: Request) -> HttpResponse:
    asked, bad = request.GET, None
    incident = Incident.objects.none().first()
    found: list[finding.Found] | None = None
    try:
        if asked.get("incident"):
            incident = response.incident(request.actor, asked["incident"])
        place = _place(request, incident)
        if place:
            found = finding.nearest(*place, at=request.at, **_wanted(request))
    except Refused as refused:
        if refused.code == "not_found":
            raise
        bad = refused
    if asked.get("form") and found is not None:
        return _exported(asked["form"], found)
    skill = asked.get("skill", "")
    context = {
        "bad": bad, "asked": asked, "found": found, "incident": incident, "skills": SKILLS, "network": finding.roads() is not None,
        "incidents": queries.incidents(request.actor)[:60], "experts": finding.experts(skill, civil_date(request.at)) if skill in SKILLS and found is not None else None,
        "may": incident is not None and policy.may(request.actor, queries.DISPATCH, incident), "first": not asked,
    }  # fmt: skip
    return render(request, _T + "find.html", context, status=_status(bad))


def _place(request: Request, incident: Incident | None) -> tuple[float, float] | None:
    x, y = place_of(request.GET.get("lon", "").strip(), request.GET.get("lat", "").strip())
    if x is not None and y is not None:
        return x, y
    if incident is not None:
        if incident.longitude is None or incident.latitude is None:
            raise Refused("place", "这个事件没有经纬度。写上经纬度再找，或先更正事件的地点。", "lon")
        return incident.longitude, incident.latitude
    if request.GET and not request.GET.keys() <= {"page"}:
        raise Refused("place", "选一个事件，或写经纬度。", "lon")
    return None


def _wanted(request: Request) -> dict[str, Any]:
    asked = request.GET
    skill = asked.get("skill", "")
    if skill and skill not in SKILLS:
        raise Refused("skill", "没有这种专长。", "skill")
    text = asked.get("within", "").strip()
    within = number(text)
    if text and not 1 <= within <= 500:
        raise Refused("within", "距离写 1 到 500 公里的整数。", "within")
    return {
        "skill": skill,
        "ready": not asked.get("any"),
        "free": not asked.get("busy"),
        "within_km": float(within) if within else None,
        "count": SHOWN,
    }


def _exported(form: str, found: list[finding.Found]) -> HttpResponse:
    if form not in ("csv", "xlsx"):
        raise Refused("form", "只能导出 csv 或 xlsx。", "form")
    head = ("队伍", "单位", "专长", "人数", "直线公里", "道路公里", "备勤", "现在")
    rows = (
        (one.team.name, str(one.team.organisation), one.team.skills, one.team.people, round(one.km, 2), None if one.road_km is None else round(one.road_km, 2),
         one.unready or READINESS[one.team.ready], one.busy) for one in found
    )  # fmt: skip
    return exported(form, "附近队伍", head, rows)


# ---- one incident
def incident_page(request: Request, number: str) -> HttpResponse:
    return _incident(request, response.incident(request.actor, number))


def _incident(request: Request, incident: Incident, bad: Refused | None = None, place: str = "", phone: tuple[int, str] | None = None) -> HttpResponse:  # fmt: skip
    rows = queries.dispatches(request.actor, incident, request.at)
    fresh = request.session.pop(FRESH, None)
    there = [one for one in rows if one.dispatch.ended_at is None]
    board = log.board(incident)
    near = (
        _near(incident, request.at)
        if policy.may(request.actor, queries.DISPATCH, incident) and incident.is_open
        else None
    )
    context = {
        "incident": incident, "rows": there, "past": [one for one in rows if one.dispatch.ended_at is not None], "bad": bad, "bad_place": place,
        "typed": request.POST if bad else {}, "may": near is not None, "near": near, "tasks": TASKS.values(), "states": STATES, "source": SOURCE,
        "hours": LINK_HOURS, "most": LINK_HOURS_MOST, "fresh": fresh, "key": uuid4(), "board": board, "now": incident.now(request.at), "phone": phone,
        "out": sum(one.dispatch.people or 0 for one in there),
    }  # fmt: skip
    return render(request, _T + "incident.html", context, status=_status(bad))


def _near(incident: Incident, at: datetime) -> list[finding.Found]:
    """Teams to choose from: the nearest first; in order of code when the incident has no place."""
    if incident.longitude is not None and incident.latitude is not None:
        return finding.nearest(incident.longitude, incident.latitude, at=at, ready=False, count=40)
    rows = Team.objects.filter(retired_on=None).select_related("organisation").order_by("code")[:200]
    busy = finding.busy(one.pk for one in rows)
    return [finding.Found(team=one, km=0.0, road_km=None, unready="", busy="") for one in rows if one.pk not in busy]


def call(request: Request, number: str) -> HttpResponse:
    incident, posted = response.incident(request.actor, number), request.POST
    try:
        team = Team.objects.select_related("organisation").filter(pk=_pk(posted.get("team"))).first()
        if team is None:
            raise Refused("team", "没有选队伍。", "team")
        row = actions.dispatch(
            actor=request.actor, incident=incident, team=team, task=posted.get("task", ""), order=posted.get("order", ""), at=request.at, reason=posted.get("reason", ""),
        )  # fmt: skip
    except Refused as refused:
        if not refused.field:
            raise
        return _incident(request, incident, refused, "call")
    messages.success(request, f"已请{team.organisation}同意调{team}。" if row.state == "asked" else f"已调派{team}。")
    return _back(incident)


def _pk(text: str | None) -> int:
    return number(text)


def _back(incident: Incident) -> HttpResponse:
    return HttpResponseRedirect(reverse("team_incident", args=[incident.number]))


def _dispatch(request: Request, pk: int) -> Dispatch:
    row = Dispatch.objects.select_related("team__organisation", "incident__organisation").filter(pk=pk).first()
    if row is None:
        raise Http404
    if not policy.may(
        request.actor, queries.WRITE, row.team
    ):  # whose team it is answers before the incident concerns them
        response.incident(request.actor, row.incident.number)
    return row


def step(request: Request, pk: int, word: str) -> HttpResponse:
    row, posted = _dispatch(request, pk), request.POST
    try:
        shown = _step(request, row, word, posted.get("people"), posted.get("reason", ""))
    except Refused as refused:
        if not refused.field or word in ("agree", "refuse"):
            raise
        return _incident(request, row.incident, refused, f"{word}-{pk}")
    return shown or _back(row.incident)


def _step(request: Request, row: Dispatch, word: str, people: Any, reason: str) -> HttpResponse | None:
    actor, at = request.actor, request.at
    if word == "headcount":
        actions.headcount(actor=actor, row=row, people=people, at=at)
        messages.success(request, f"{row.team}点到 {row.people} 人。")
    elif word in ("agree", "refuse"):
        actions.consent(actor=actor, row=row, agreed=word == "agree", at=at, reason=reason)
        messages.success(request, f"{row.team}：{STATES[row.state]}。")
        return HttpResponseRedirect(reverse("teams_detail", args=[row.team_id]))
    elif word == "phone":
        return _incident(request, row.incident, phone=(row.pk, actions.see_phone(actor=actor, row=row, at=at)))
    elif word == "link":
        link, token = links.make(
            actor=actor, row=row, holder=request.POST.get("holder", ""), hours=request.POST.get("hours", ""), at=at
        )
        address = request.build_absolute_uri(reverse("team_link", args=[token]))
        request.session[FRESH] = {"holder": link.holder, "address": address, "dispatch": row.pk}
    elif word in STATES:
        actions.step(actor=actor, row=row, target=word, at=at, people=people, reason=reason)
        messages.success(request, f"{row.team}：{STATES[word]}。")
    else:
        raise Http404
    return None


def revoke(request: Request, pk: int) -> HttpResponse:
    link = (
        TeamLink.objects.select_related("dispatch__incident__organisation", "dispatch__team__organisation")
        .filter(pk=pk)
        .first()
    )
    if link is None:
        raise Http404
    response.incident(request.actor, link.dispatch.incident.number)
    links.revoke(actor=request.actor, link=link, at=request.at)
    messages.success(request, f"给{link.holder}的链接已收回。")
    return _back(link.dispatch.incident)


def export(request: Request, number: str) -> HttpResponse:
    incident = response.incident(request.actor, number)
    head = (
        "队伍",
        "单位",
        "任务",
        "做什么",
        "状态",
        "从",
        "调派",
        "调派人",
        "同意",
        "人数",
        "最近点名",
        "漏点",
        "离开",
        "原因",
    )
    rows = (
        (str(d.team), str(d.team.organisation), d.get_task_display(), d.order, d.get_state_display(), _minute(d.since), _minute(d.called_at), d.called_by, d.consent_by, d.people,
         _minute(d.counted_at), d.lapses, _minute(d.ended_at), d.reason)
        for d in (one.dispatch for one in queries.dispatches(request.actor, incident, request.at))
    )  # fmt: skip
    form = request.GET.get("form", "xlsx")
    if form not in ("csv", "xlsx"):
        raise Refused("form", "只能导出 csv 或 xlsx。", "form")
    return exported(form, f"队伍_{incident.number}", head, rows)


def _minute(at: datetime | None) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}" if at else ""


# ---- behind a link
def link(request: Request, token: str) -> HttpResponse:
    """The one task of a link. Works without script, on a telephone; shows nothing else of the incident."""
    try:
        found = links.find(token, request.at)
    except Refused as refused:
        return render(request, _T + "link.html", {"gone": refused}, status=404)
    if request.method != "POST":
        links.opened(found, request.at)
        return _link(request, found)
    posted = request.POST
    try:
        links.act(
            link=found, word=posted.get("do", ""), at=request.at, people=posted.get("people"), text=posted.get("text", ""),
            photos=tuple(one.read() for one in request.FILES.getlist("photos") if one.size and one.size <= links.PHOTO_LIMIT * 2), key=form_key(request),
        )  # fmt: skip
    except Refused as refused:
        if refused.code == "not_found":
            return render(request, _T + "link.html", {"gone": refused}, status=404)
        return _link(request, links.find(token, request.at), refused, posted.get("do", ""))
    if found.dispatch.ended_at is not None:
        return render(request, _T + "link.html", {"thanks": True, "row": found.dispatch})
    messages.success(request, "已报给指挥中心。")
    return HttpResponseRedirect(reverse("team_link", args=[token]))


def _link(request: Request, found: TeamLink, bad: Refused | None = None, word: str = "") -> HttpResponse:
    row = found.dispatch
    now = row.incident.now(request.at)
    state = next(
        (one for one in queries.dispatches(links.voice(found), row.incident, request.at) if one.dispatch.pk == row.pk),
        None,
    )
    context = {
        "link": found, "row": row, "bad": bad, "word": word, "typed": request.POST if bad else {}, "key": uuid4(), "steps": [one for one in links.STEPS if state and one in state.steps],
        "states": STATES, "work": state.work if state else None, "count_late": bool(state and state.count_late), "counted": row.state in ("on_scene", "working", "resting"), "now": now,
        "minutes": TASKS[row.task].headcount, "most": links.MOST_PHOTOS,
    }  # fmt: skip
    return render(request, _T + "link.html", context, status=_status(bad))
