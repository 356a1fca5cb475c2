"""After action: the board as it was known at any instant, the key times, who waited for whom, the evidence bundle."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import STATUS, Request, form_key
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Page
from anlan.kernel.casework import subjects
from anlan.kernel.casework.types import SubjectKind
from anlan.kernel.response import lessons, log, queries, regrading, showing
from anlan.kernel.response.actions import saying
from anlan.kernel.response.findings import KIND_WORDS, findings
from anlan.kernel.response.fold import Board, TaskView
from anlan.kernel.response.models import Incident
from anlan.kernel.response.pages.incidents import UNITS, found, instant
from anlan.kernel.response.types import COMMAND, POSTS, READ, STATES
from anlan.kernel.web import picking
from anlan.kernel.web.picking import Picker

_T = "kernel/response/"


def replay(request: Request, number: str) -> HttpResponse:
    """The board at an instant, with what the house knew then. Steps go from entry to entry."""
    incident = found(request, number)
    times = list(incident.entries.order_by("received_at").values_list("received_at", flat=True))
    try:
        asked = instant(request.GET.get("at", ""), "at")
    except Refused:
        asked = None
    at = min(max(asked or times[-1], times[0]), max(times[-1], incident.now(request.at)))
    standing = log.board_at(incident, at)
    entries = list(log.known(incident, at).order_by("-seq")[:60])
    before, after = [one for one in times if one < at], [one for one in times if one > at]
    context = {
        **showing.at_board(incident, standing, at), "feed": showing.feed(entries)[:40], "first": times[0], "last": times[-1], "shown": at.astimezone(CHINA),
        "earlier": before[-1] if before else None, "later": after[0] if after else None, "number": len(before) + 1, "total": len(times),
        "share": round((at - times[0]) / (times[-1] - times[0]) * 1000) if times[-1] > times[0] else 1000, "steps": _steps(times),
    }  # fmt: skip
    return render(request, _T + ("replay_part.html" if request.GET.get("part") else "replay.html"), context)


def _steps(times: list[datetime]) -> str:
    """The instants of the entries, for the slider; at most 2,000, evenly."""
    every = max(1, len(times) // 2000)
    return json.dumps(
        [one.astimezone(CHINA).isoformat(timespec="microseconds") for one in (*times[::every], times[-1])]
    )


@dataclass(frozen=True)
class KeyTime:
    title: str
    at: datetime | None
    since: timedelta | None


def key_times(board: Board) -> list[KeyTime]:
    """The times by which a response is judged, from when it happened."""
    start = board.occurred_at
    tasks = list(board.tasks.values())
    accepted = [one.accepted_at for one in tasks if one.accepted_at]
    scene = [
        one.since for one in board.resources.values() if one.state in ("on_scene", "working", "resting", "released")
    ]
    sent = [one["sent_at"] for one in board.reports if one.get("sent_at")]
    rows = [
        ("接报", board.opened_at), *((STATES[one], board.reached.get(one)) for one in ("verified", "assessed", "responding")), ("启动预案", board.activated_at),
        ("第一项任务被接受", min(accepted, default=None)), ("第一支力量到场", min(scene, default=None)), ("第一份报告送出", min(sent, default=None)),
        ("响应终止", board.ended_at),
    ]  # fmt: skip
    return [KeyTime(title, at, at - start if at and start else None) for title, at in rows]


@dataclass(frozen=True)
class Delay:
    """A late task and the chain of those it waited for that were late themselves."""

    task: TaskView
    late: timedelta
    because: list[TaskView]


def delays(board: Board, at: datetime) -> list[Delay]:
    found = []
    for task in board.tasks.values():
        late = task.late(at)
        if late:
            because: list[TaskView] = []
            waiting = list(task.after)
            while waiting:
                one = board.tasks.get(waiting.pop(0))
                if one and one not in because and one.late(at):
                    because.append(one)
                    waiting += one.after
            found.append(Delay(task, late, because))
    return sorted(found, key=lambda one: one.late, reverse=True)


def after_action(request: Request, number: str, refused: Refused | None = None, place: str = "") -> HttpResponse:
    """Key times, delays, what the reports lacked, causes and lessons, the evaluation; beside another incident or drill when one is chosen."""
    incident = found(request, number)
    board, at = log.board(incident), incident.now(request.at)
    typed = request.POST if place in ("cause", "look") else request.GET
    near, kind = picking.filtered(UNITS, typed, "owner"), regrading.kind_of(typed.get("subject_kind", ""))
    other = queries.visible(request.actor).filter(number=request.GET.get("with", "")).first()
    beside = log.board(other) if other else None
    times = key_times(board)
    context: dict[str, Any] = {
        "incident": incident, "board": board, "at": at, "times": list(zip(times, key_times(beside) if beside else itertools.repeat(None), strict=False)), "other": other,
        "delays": delays(board, at), "findings": findings(board, at), "finding_words": KIND_WORDS, "post_words": POSTS,
        "others": queries.visible(request.actor).exclude(pk=incident.pk)[:50], "fault": log.verify(incident), **_scores(board),
        "lessons": {one["entry"]: one["case"] for one in board.links if one.get("kind") == "lesson"}, "lesson_kinds": lessons.KINDS, "units": UNITS,
        "may_lesson": policy.may(request.actor, lessons.PROCESS.open, incident), "bad": refused, "place": place, "typed": typed, "key": request.POST.get("key") or uuid4(),
        "kind": kind, "kinds": [one for one, _how in regrading.kinds().values()], "regraded": regrading.standing(request.actor, board.causes),
        "subject": kind and _picker(request, incident, kind, near, typed), "may_strike": policy.may(request.actor, COMMAND, incident), "me": request.actor.person_id,
    }  # fmt: skip
    return render(request, _T + "review.html", context, status=STATUS.get(refused.code, 422) if refused else 200)


def _picker(request: Request, incident: Incident, kind: SubjectKind, owner: Organisation | None, typed: Any) -> Picker:
    rows = subjects.choices(kind.offered(request.actor, owner)) if owner else ()
    url = f"{reverse('incident_subjects', args=[incident.number])}?subject_kind={kind.slug}"
    return picking.picker_of(rows, typed, "subject", url, fixed=False, listed="look" in typed)


def named(request: Request, number: str) -> HttpResponse:
    """The answer to a script: what of the organisation's the words may mean."""
    found(request, number)
    kind, owner = (
        regrading.kind_of(request.GET.get("subject_kind", "")),
        picking.filtered(UNITS, request.GET, "owner"),
    )
    rows = subjects.choices(kind.offered(request.actor, owner)) if kind and owner else []
    words = request.GET.get("q", "").strip()
    return picking.answer(picking.fitting(rows, words) if words else rows)


def cause(request: Request, number: str) -> HttpResponse:
    """Write down a cause or lesson, with the measure that failed."""
    incident = found(request, number)
    if request.POST.get("look"):
        return after_action(request, number, None, "look")
    try:
        saying.cause(
            actor=request.actor, incident=incident, text=request.POST.get("text", ""), lesson=request.POST.get("lesson", ""), at=request.at,
            key=form_key(request), owner=picking.maybe(UNITS, request.POST, "owner"), failed=request.POST,
        )  # fmt: skip
    except Refused as refused:
        if refused.code == "sign_in":
            raise
        return after_action(request, number, refused, "cause")
    messages.success(request, "已记下。")
    return HttpResponseRedirect(f"{reverse('incident_review', args=[number])}#causes")


def lesson(request: Request, number: str, entry: UUID) -> HttpResponse:
    """Make a case of a cause or lesson."""
    incident = found(request, number)
    try:
        owner = picking.chosen(UNITS, request.POST, "owner")
        case = lessons.open_lesson(
            actor=request.actor,
            incident=incident,
            entry=entry,
            owner=owner,
            kind=request.POST.get("kind", ""),
            at=request.at,
        )
    except Refused as refused:
        if refused.code == "sign_in":
            raise
        return after_action(request, number, refused, str(entry))
    return HttpResponseRedirect(reverse("case", args=[case.number]))


def _scores(board: Board) -> dict[str, Any]:
    """Counts from the entries alone: of tasks, in time or not; median span to accept."""
    tasks = [one for one in board.tasks.values() if one.state != "withdrawn"]
    spans = sorted(one.accepted_at - one.sent_at for one in tasks if one.accepted_at and one.sent_at)
    done = [one for one in tasks if one.state == "done"]
    in_time = [one for one in done if not (one.done_at and one.done_at > one.due_at)]
    return {"tasks": len(tasks), "done": len(done), "in_time": len(in_time), "accept": spans[len(spans) // 2] if spans else None,
            "climbed": sum(1 for one in tasks if one.raised)}  # fmt: skip


def bundle(request: Request, number: str) -> HttpResponse:
    """Everything for an investigation: the log, the reports, the files, and a list of SHA-256 of each."""
    incident = found(request, number)
    parts = _parts(incident)
    parts["SHA256SUMS"] = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(parts.items())
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(parts.items()):
            archive.writestr(name, content)
    response = HttpResponse(out.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{incident.number}.zip"'
    return response


def _parts(incident: Incident) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    lines = [
        json.dumps(
            {
                "seq": one.seq, "id": str(one.pk), "kind": one.kind, "occurred_at": one.occurred_at.isoformat(), "recorded_at": one.recorded_at.isoformat(),
                "received_at": one.received_at.isoformat(), "skew": one.skew, "actor": one.actor_name, "on_behalf_of": one.on_behalf_of, "post": one.post,
                "payload": one.payload, "former": one.former, "hash": one.hash, "words": showing.words(one),
            },
            ensure_ascii=False, sort_keys=True,
        )
        for one in incident.entries.order_by("seq")
    ]  # fmt: skip
    parts["记录.jsonl"] = ("\n".join(lines) + "\n").encode()
    for report in incident.reports.exclude(state__in=("draft", "dropped")):
        parts[f"报告/{report.number:02d}-{report.get_stage_display()}.txt"] = (
            f"{report.body}\n\n签发：{report.signed_by}\n摘要：{report.hash}\n".encode()
        )
    for entry in incident.entries.prefetch_related("files__stored").filter(files__isnull=False).distinct():
        for photo in entry.files.all():
            if photo.stored.location.exists():
                parts[f"附件/{entry.seq:05d}-{photo.stored.sha256[:8]}-{photo.stored.name}"] = (
                    photo.stored.location.read_bytes()
                )
    return parts


_N = "incidents/<str:number>/"
PAGES = (
    Page(path=f"{_N}replay/", name="incident_replay", view=replay, permission=READ, title="回放", section="command"),
    Page(path=f"{_N}review/", name="incident_review", view=after_action, permission=READ, title="复盘", section="command"),
    Page(path=f"{_N}causes/", name="incident_cause", view=cause, permission=READ, title="记原因或教训", methods=("POST",)),
    Page(path=f"{_N}subjects/", name="incident_subjects", view=named, permission=READ, title="哪条措施没起作用", kind="fragment"),
    Page(path=f"{_N}lessons/<uuid:entry>/", name="incident_lesson", view=lesson, permission=lessons.PROCESS.open, title="立案复盘整改", methods=("POST",)),
    Page(path=f"{_N}bundle/", name="incident_bundle", view=bundle, permission=READ, title="证据包", kind="export"),
)  # fmt: skip
