"""Taking an incident down, the list, the board, and everything one does on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import make_aware

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, form_key
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.types import Page
from anlan.kernel.files.keeping import keep
from anlan.kernel.maps import ground
from anlan.kernel.response import candidates, declared, log, queries, showing
from anlan.kernel.response.actions import command, intake, saying, tasking
from anlan.kernel.response.grading import IncidentKind, kinds
from anlan.kernel.response.models import Incident, LogEntry
from anlan.kernel.response.types import (
    ACT,
    COLOURS,
    COMMAND,
    FACTS,
    GRADES,
    INTAKE,
    KINDS,
    LEVELS,
    MOVES,
    POSTS,
    READ,
    STATES,
    TASK_STATES,
)
from anlan.kernel.web import picking
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.kernel.web.picking import Units

_T = "kernel/response/"
SHOWS = {"open": "在办", "closed": "办完的", "drill": "演练", "all": "全部"}
UNITS = Units(but=("section",))
PEOPLE = ("trapped", "injured", "dead", "missing", "affected")
_FACTS = list(FACTS.values())


def found(request: Request, number: str) -> Incident:
    try:
        return queries.incident(request.actor, number)
    except Refused:
        raise Http404 from None


def instant(text: str, field: str) -> datetime | None:
    """An instant as a form gives it (`2025-07-25T14:20`, the house's own time); None when empty."""
    if not text:
        return None
    try:
        return (
            make_aware(datetime.fromisoformat(text), CHINA)
            if datetime.fromisoformat(text).tzinfo is None
            else datetime.fromisoformat(text)
        )
    except ValueError:
        raise Refused("time", "时间读不出。", field) from None


# ---- the list, and the first report
def incidents(request: Request) -> HttpResponse:
    """What is open, then what was; drills apart."""
    asked = request.GET
    rows = queries.visible(request.actor).select_related("organisation")
    shown = asked.get("show", "open")
    rows = (
        rows.filter(mode="drill")
        if shown == "drill"
        else rows.filter(mode="real", is_open=shown != "closed")
        if shown != "all"
        else rows
    )
    if word := asked.get("q", "").strip():
        rows = (
            rows.filter(title__icontains=word)
            | rows.filter(number__icontains=word)
            | rows.filter(place__icontains=word)
        )
    page = page_of(request, rows)
    lines = [(one, standing if one.is_open else None) for one, standing in log.boards(page)]
    context = {
        "page": page, "shows": SHOWS.items(), "lines": lines, "kinds": kinds(), "shown": shown, "asked": asked, "states": STATES, "may_open": policy.why(request.actor, INTAKE),
        "on_duty": [one for one in queries.on_duty(request.at) if one.post in ("duty", "commander", "deputy") and one.rank == 1],
        "key": uuid4(), "typed": {}, "bad": None,
    }  # fmt: skip
    return render(request, _T + "list.html", context)


def new(request: Request) -> HttpResponse:
    """Four fields open it: where, what, people, from whom. A refusal keeps what was typed."""
    refused: Refused | None = None
    typed: Any = request.POST if request.method == "POST" else request.GET
    chosen = candidates.find(request.actor, request.at, typed.get("link", "")) if typed.get("link") else None
    if request.method == "GET" and chosen:
        typed = {
            name: getattr(chosen, name) or ""
            for name in ("place", "kind", "source", "title", "link", "longitude", "latitude")
        }
    if request.method == "POST":
        try:
            incident = intake.open_incident(
                actor=request.actor, organisation=district_of(request), place=typed.get("place", ""), kind=typed.get("kind", ""),
                source=typed.get("source", ""), at=request.at, counts=_people(typed), title=typed.get("title", ""), key=form_key(request),
                occurred_at=instant(typed.get("occurred_at", ""), "occurred_at"), longitude=typed.get("longitude"), latitude=typed.get("latitude"),
                streets=tuple(Organisation.objects.filter(kind="street", code__in=request.POST.getlist("streets"))),
                link={"link": chosen.link, "title": chosen.title, "url": chosen.url} if chosen else None,
            )  # fmt: skip
            messages.success(request, f"已接报 {incident.number}。")
            return HttpResponseRedirect(reverse("incident", args=[incident.number]))
        except Refused as error:
            if error.code in ("forbidden", "sign_in"):
                raise
            refused = error
    context = {
        "kinds": _numbered(), "people": [(slug, FACTS[slug].title) for slug in PEOPLE], "typed": typed, "bad": refused, "key": typed.get("key") or uuid4(), "streets": Organisation.objects.filter(kind="street", closed_on=None),
        "candidates": candidates.candidates(request.actor, request.at),
        "open": queries.visible(request.actor).filter(is_open=True, mode="real")[:8], "chosen": request.POST.getlist("streets"),
    }  # fmt: skip
    return render(request, _T + "new.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _numbered() -> list[tuple[str, list[tuple[int, IncidentKind]]]]:
    """The kinds by class, each with a number: what is typed in the list to choose it."""
    rows = groupby(enumerate(kinds().values(), 1), key=lambda pair: pair[1].group)
    return [(group, list(each)) for group, each in rows]


def _people(typed: Any) -> dict[str, str]:
    """The one field for people: `2死1伤` is for the log; here a number of those concerned, by kind."""
    return {slug: typed.get(slug, "") for slug in PEOPLE if typed.get(slug)}


def district_of(request: Request) -> Organisation:
    """Who leads it: the district of whoever takes it down."""
    return Organisation.objects.get(pk=int(request.actor.path.strip("/").split("/")[0]))


# ---- the board
def board(request: Request, number: str) -> HttpResponse:
    incident = found(request, number)
    return shown(request, incident)


def shown(request: Request, incident: Incident, refused: Refused | None = None, place: str = "") -> HttpResponse:
    context = {
        **showing.context(incident, request.actor, request.at), **_live(request, incident), "facts": _FACTS, "post_words": POSTS, "levels": LEVELS,
        "grades": GRADES, "colours": COLOURS, "bad": refused, "place": place, "typed": request.POST if refused else {}, "key": uuid4(),
        "may_command": policy.why(request.actor, COMMAND, incident), "may_act": policy.why(request.actor, ACT, incident),
        "others": queries.visible(request.actor).filter(is_open=True, mode=incident.mode).exclude(pk=incident.pk)[:50],
        "people_to": Person.objects.filter(posts__role__in=("duty_officer", "commander", "leader", "bureau_officer"), is_active=True).distinct()[:200],
        "kinds": kinds(), "streets": Organisation.objects.filter(kind="street", closed_on=None), "map": ground.bounds() is not None,
        "units": UNITS,
    }  # fmt: skip
    return render(request, _T + "board.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _live(request: Request, incident: Incident) -> dict[str, Any]:
    entries = list(incident.entries.exclude(kind__in=("task_move", "receipt")).order_by("-seq")[:60])
    strikes = incident.entries.filter(kind="strike")
    both = {one.pk: one for one in (*entries, *strikes)}
    return {"feed": showing.feed(list(both.values()))[:40], "known": _known(request, incident)}


def _known(request: Request, incident: Incident) -> str:
    """What a page shows: the last entry, and the minute, since clocks run."""
    return f"{incident.seq}-{incident.now(request.at):%H%M}"


def live(request: Request, number: str) -> HttpResponse:
    """The parts that change, for a page that knows `known`; 204 while nothing has."""
    incident = found(request, number)
    if request.GET.get("known") == _known(request, incident):
        return HttpResponse(status=204)
    seen = request.GET.get("decided", "")
    decided = int(seen) if seen.isdecimal() and len(seen) < 10 else 0  # what the buttons of that page were made for
    told = {**showing.context(incident, request.actor, request.at), **_live(request, incident), "decided": decided}
    return render(request, _T + "live.html", told)


def wall(request: Request, number: str) -> HttpResponse:
    """Read-only, for a wall: figures, map, tasks; no names of persons, nothing to press."""
    incident = found(request, number)
    at, standing = incident.now(request.at), log.board(incident)
    split = showing.groups(standing, at)
    context = {
        **showing.at_board(incident, standing, at), "mode": "wall", "tasks": [*split.late, *split.running, *split.coming][:6], "map": ground.bounds() is not None,
        "here": sum(1 for one in standing.resources.values() if one.kind == "team" and one.state != "released"),
        "shelters": [one for one in standing.resources.values() if one.kind == "shelter" and one.state != "released"],
    }  # fmt: skip
    return render(request, _T + "wall.html", context)


def picture(request: Request, number: str) -> HttpResponse:
    """The schematic map with the incident, its teams and the assets near it."""
    standing = log.board(found(request, number))
    places = {one.key: one for one in declared.assets(request.at)} if standing.resources or standing.tasks else {}
    points = []
    if standing.longitude is not None and standing.latitude is not None:
        points.append(ground.Spot(standing.longitude, standing.latitude, "事发", "event"))
    keys = dict.fromkeys([*standing.resources, *(use["key"] for task in standing.tasks.values() for use in task.uses)])
    for key in keys:
        asset = places.get(key)
        if asset and asset.longitude is not None and asset.latitude is not None:
            points.append(ground.Spot(asset.longitude, asset.latitude, asset.title, asset.kind))
    return HttpResponse(
        ground.picture(points=points, dark=request.GET.get("dark") == "1"), content_type="image/svg+xml"
    )


# ---- what is done on it
def act(request: Request, number: str, word: str) -> HttpResponse:
    """Every form of the board: one word, one action. A refusal shows the board with the sentence where it happened."""
    incident = found(request, number)
    doing = _ACTS.get(word) or (_move if word in {one.slug for one in MOVES} else None)
    if doing is None:
        raise Http404
    try:
        told = doing(request, incident, word)
    except Refused as refused:
        if refused.code == "sign_in":
            raise
        return shown(request, incident, refused, word)
    if told:
        messages.success(request, told)
    back = request.POST.get("back", "")
    return HttpResponseRedirect(
        back if back.startswith(f"/incidents/{number}/") else reverse("incident", args=[number])
    )


def _seen(request: Request) -> int | None:
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _move(request: Request, incident: Incident, word: str) -> str:
    values = {name: request.POST.get(name, "") for name in ("into", "to", "level")}
    command.move(
        actor=request.actor, incident=incident, move=word, at=request.at, reason=request.POST.get("reason", ""), seen=_seen(request), values=values,
        key=form_key(request),
    )  # fmt: skip
    return f"{command.find(word).title}，现在是“{STATES[incident.state]}”。"


def _note(request: Request, incident: Incident, _word: str) -> str:
    saying.note(
        actor=request.actor, incident=incident, text=request.POST.get("text", ""), at=request.at, key=form_key(request),
        occurred_at=instant(request.POST.get("occurred_at", ""), "occurred_at"),
    )  # fmt: skip
    return ""


def _fact(request: Request, incident: Incident, _word: str) -> str:
    values = {slug: request.POST[slug] for slug in FACTS if request.POST.get(slug, "").strip()}
    saying.fact(
        actor=request.actor, incident=incident, values=values, at=request.at, key=form_key(request),
        occurred_at=instant(request.POST.get("occurred_at", ""), "occurred_at"),
    )  # fmt: skip
    return "已记下。"


def _strike(request: Request, incident: Incident, _word: str) -> str:
    try:
        entry = UUID(request.POST.get("entry", ""))
    except ValueError:
        raise Refused("not_found", "没有这条记录。") from None
    saying.strike(
        actor=request.actor, incident=incident, entry=entry, reason=request.POST.get("reason", ""), at=request.at
    )
    return "已划去，原文还在记录里。"


def _grade(request: Request, incident: Incident, _word: str) -> str:
    command.decide_grade(
        actor=request.actor, incident=incident, grade=request.POST.get("grade"), at=request.at, reason=request.POST.get("reason", ""), seen=_seen(request),
        proposal=request.POST.get("proposal", ""),
    )  # fmt: skip
    return f"事件定为{GRADES[incident.grade or 4]}。"


def _colour(request: Request, incident: Incident, _word: str) -> str:
    command.decide_colour(
        actor=request.actor, incident=incident, colour=request.POST.get("colour"), at=request.at, reason=request.POST.get("reason", ""), seen=_seen(request)
    )  # fmt: skip
    return "已定预警颜色。"


def _refuse(request: Request, incident: Incident, _word: str) -> str:
    command.refuse(
        actor=request.actor, incident=incident, proposal=request.POST.get("proposal", ""), reason=request.POST.get("reason", ""), at=request.at
    )  # fmt: skip
    return "已记下不采纳的理由。"


def _correct(request: Request, incident: Incident, _word: str) -> str:
    changes: dict[str, Any] = {
        name: request.POST[name].strip()
        for name in ("title", "place", "kind")
        if request.POST.get(name, "").strip() not in ("", getattr(incident, name))
    }
    if request.POST.get("longitude") or request.POST.get("latitude"):
        changes |= {"longitude": request.POST.get("longitude"), "latitude": request.POST.get("latitude")}
    if request.POST.getlist("streets"):
        changes["streets"] = list(Organisation.objects.filter(kind="street", code__in=request.POST.getlist("streets")))
    intake.correct(actor=request.actor, incident=incident, at=request.at, key=form_key(request), **changes)
    return "已更正，原来的写法还在记录里。"


def _take(request: Request, incident: Incident, _word: str) -> str:
    post = request.POST.get("post", "")
    command.take_post(actor=request.actor, incident=incident, post=post, at=request.at, key=form_key(request))
    return f"你现在是{POSTS[post]}。"


def _offer(request: Request, incident: Incident, _word: str) -> str:
    to = Person.objects.filter(pk=request.POST.get("to", "") if request.POST.get("to", "").isdecimal() else 0).first()
    if to is None:
        raise Refused("to", "没有选交给谁。", "to")
    command.offer_post(actor=request.actor, incident=incident, post=request.POST.get("post", ""), to=to, at=request.at)
    return f"已交{to.name}，他签字后生效。"


def _sign(request: Request, incident: Incident, _word: str) -> str:
    post = request.POST.get("post", "")
    command.sign_post(actor=request.actor, incident=incident, post=post, at=request.at)
    return f"你现在是{POSTS.get(post, post)}。"


def _order(request: Request, incident: Incident, _word: str) -> str:
    minutes, organisation = request.POST.get("minutes", ""), picking.maybe(UNITS, request.POST, "organisation")
    tasking.order(
        actor=request.actor, incident=incident, title=request.POST.get("title", ""), post=request.POST.get("post", ""), at=request.at,
        minutes=int(minutes) if minutes.isdecimal() and len(minutes) < 7 else 0, organisation=organisation, place=request.POST.get("where", "")[:120],
        message=request.POST.get("message", "")[:1000], key=form_key(request),
    )  # fmt: skip
    return "任务已下达。"


def _withdraw(request: Request, incident: Incident, _word: str) -> str:
    tasking.withdraw(
        actor=request.actor, incident=incident, tasks=request.POST.getlist("task"), reason=request.POST.get("reason", ""), at=request.at
    )  # fmt: skip
    return "任务已撤销。"


def _opinion(request: Request, incident: Incident, _word: str) -> str:
    saying.opinion(
        actor=request.actor, incident=incident, text=request.POST.get("text", ""), source=request.POST.get("source", ""), at=request.at,
        address=request.POST.get("address", ""), key=form_key(request),
    )  # fmt: skip
    return "已记下这条舆情。"


def _join(request: Request, incident: Incident, _word: str) -> str:
    done = request.POST.get("investigated") == "1"
    saying.join_case(
        actor=request.actor, incident=incident, number=request.POST.get("case", ""), at=request.at, investigated=done, key=form_key(request)
    )  # fmt: skip
    return "已关联，调查时限停表。" if done else "已关联。"


def _evaluate(request: Request, incident: Incident, _word: str) -> str:
    saying.evaluate(actor=request.actor, incident=incident, text=request.POST.get("text", ""), at=request.at)
    return "已记下评估结论。"


_ACTS: dict[str, Callable[[Request, Incident, str], str]] = {
    "note": _note, "fact": _fact, "strike": _strike, "grade": _grade, "colour": _colour, "refuse": _refuse, "correct": _correct, "take": _take,
    "offer": _offer, "sign": _sign, "order": _order, "withdraw": _withdraw, "opinion": _opinion, "join": _join, "evaluation": _evaluate,
}  # fmt: skip


# ---- one task, also on a phone
def task(request: Request, number: str, key: str) -> HttpResponse:
    incident = found(request, number)
    standing, at = log.board(incident), incident.now(request.at)
    view = standing.tasks.get(key)
    if view is None:
        raise Http404
    refused: Refused | None = None
    if request.method == "POST":
        try:
            files = [
                keep(
                    actor=request.actor,
                    name=one.name or "",
                    content=one.read(),
                    at=request.at,
                    org_path=incident.organisation.path,
                )
                for one in request.FILES.getlist("files")[:10]
            ]
            tasking.progress(
                actor=request.actor, incident=incident, task=key, state=request.POST.get("state", ""), at=request.at, note=request.POST.get("note", ""),
                ticked=request.POST.getlist("ticked"), files=files, key=form_key(request),
            )  # fmt: skip
            messages.success(request, "已记下。")
            return HttpResponseRedirect(reverse("incident_task", args=[number, key]))
        except Refused as error:
            if error.code == "sign_in":
                raise
            refused = error
    history = [
        one
        for one in incident.entries.filter(
            kind__in=("plan", "task", "task_move", "escalated", "withdrawn", "note")
        ).order_by("seq")
        if _of(one, key)
    ]
    context = {
        "incident": incident, "board": standing, "task": view, "at": at, "history": showing.feed(history), "why_not": tasking.may_act(standing, view, request.actor, at),
        "waits": [standing.tasks[one] for one in view.after if one in standing.tasks], "states": TASK_STATES, "bad": refused, "key": uuid4(),
        "typed": request.POST if refused else {}, "ticked": request.POST.getlist("ticked") if refused else list(view.ticked), "post": POSTS[view.post],
        "by": POSTS.get(view.by, ""), "may_withdraw": policy.may(request.actor, COMMAND, incident),
    }  # fmt: skip
    return render(request, _T + "task.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _of(entry: LogEntry, key: str) -> bool:
    p = entry.payload
    if entry.kind == "plan":
        return any(one["key"] == key for one in p["tasks"])
    if entry.kind == "withdrawn":
        return key in p["tasks"]
    return bool((p["task"]["key"] if entry.kind == "task" else p.get("task")) == key)


# ---- the log
def entries(request: Request, number: str) -> HttpResponse:
    """Everything, as it came in, with its hashes; the chain is checked as the page is made."""
    incident = found(request, number)
    rows = incident.entries.order_by("seq")
    kind = request.GET.get("kind", "")
    page = page_of(request, rows.filter(kind=kind) if kind in KINDS else rows.order_by("-seq"))
    strikes = {one.payload["entry"]: one.payload["reason"] for one in rows.filter(kind="strike")}
    context = {
        "incident": incident, "page": page, "lines": [(one, showing.words(one), strikes.get(str(one.pk), "")) for one in page], "kinds": KINDS,
        "kind": kind, "fault": log.verify(incident), "post_words": POSTS, "key": uuid4(),
    }  # fmt: skip
    return render(request, _T + "log.html", context)


def export(request: Request, number: str) -> HttpResponse:
    incident = found(request, number)
    head = ("序号", "类别", "发生", "记录", "收到", "时钟偏差（秒）", "单位", "姓名", "岗位", "内容", "摘要")
    rows = (
        (one.seq, KINDS[one.kind].title, _text(one.occurred_at), _text(one.recorded_at), _text(one.received_at), one.skew, one.on_behalf_of,
         one.actor_name, POSTS.get(one.post, ""), showing.words(one), one.hash)
        for one in incident.entries.order_by("seq")
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"{incident.number}记录", head, rows)


def _text(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


_N = "incidents/<str:number>/"
PAGES = (
    Page(path="command/", name="incidents", view=incidents, permission=READ, title="事件", section="command"),
    Page(path="incidents/new/", name="incident_new", view=new, permission=INTAKE, title="登记事件", methods=("GET", "POST"), section="command", command="登记事件"),
    Page(path=_N, name="incident", view=board, permission=READ, title="指挥板", section="command"),
    Page(path=f"{_N}live/", name="incident_live", view=live, permission=READ, title="指挥板更新", kind="fragment"),
    Page(path=f"{_N}wall/", name="incident_wall", view=wall, permission=READ, title="墙屏", section="command"),
    Page(path=f"{_N}map.svg", name="incident_map", view=picture, permission=READ, title="事件示意图", kind="file"),
    Page(path=f"{_N}do/<slug:word>/", name="incident_act", view=act, permission=READ, title="处置", methods=("POST",)),
    Page(path=f"{_N}tasks/<str:key>/", name="incident_task", view=task, permission=READ, title="任务", methods=("GET", "POST"), section="command"),
    Page(path=f"{_N}log/", name="incident_log", view=entries, permission=READ, title="记录", section="command"),
    Page(path=f"{_N}log/export/", name="incident_log_export", view=export, permission=READ, title="导出记录", kind="export"),
)  # fmt: skip
