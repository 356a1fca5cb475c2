"""What a phone keeps for a person: their cases, the forms of what they may do now, organisations, a schematic ground."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Max, Q, QuerySet

from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import PUBLIC, Actor
from anlan.kernel.casework import declared, proposals, subjects
from anlan.kernel.casework import queries as casework
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.types import Process
from anlan.kernel.checks import queries as checks
from anlan.kernel.checks.models import Task
from anlan.kernel.field import forms
from anlan.kernel.field.models import FieldEntry
from anlan.kernel.maps.base import LINES, STREETS

MOST_TASKS, MOST_SENT, MOST_LINES, MOST_PICTURES = 200, 50, 12, 4
MOST_SUBJECTS, MOST_OWNERS = 1500, 20  # what a phone is given to name cases after, and of how many organisations
AHEAD = timedelta(hours=12)  # checks that begin while the phone may be without a line
SETTLE = "field.settle"


def bundle(actor: Actor, post: Post, at: datetime, *, demo: bool) -> dict[str, Any]:
    """Everything this person needs to work without a network."""
    tasks = [_task(case, actor) for case in casework.mine(actor).order_by("due_at", "id")[:MOST_TASKS]]
    sent = [_task(case, actor) for case in casework.sent(actor).order_by("due_at", "id")[:MOST_SENT]]
    soon = sorted(
        {one.pk: one for one in (*checks.mine(actor, at), *checks.mine(actor, at + AHEAD))}.values(),
        key=lambda one: (one.due_at, one.pk),
    )
    shown = {one["process"] for one in (*tasks, *sent)}
    processes = {
        slug: _process(one, actor) for slug, one in declared.processes().items() if slug in shown or _opens(one, actor)
    }
    return {
        "server_time": at.isoformat(),
        "demo": demo,
        "person": {
            "id": actor.person_id, "name": actor.name, "post": actor.post_id, "post_title": post.title, "organisation": actor.on_behalf_of,
            "organisation_id": actor.organisation_id,
        },
        "tasks": tasks,
        "sent": sent,
        "checks": [_check(one) for one in soon[:MOST_TASKS]],
        "processes": processes,
        "subjects": {
            slug: _subjects(actor, declared.process(slug), [actor.organisation_id or 0, *(one.target_id for one in soon)])
            for slug, one in processes.items() if one["open"] and one["open"]["subject"]
        },
        "organisations": _organisations(processes),
        "map": {"areas": _shapes(STREETS.features(actor, at)), "lines": _shapes(LINES.features(actor, at)), "schematic": True},
    }  # fmt: skip


def _subjects(actor: Actor, process: Process, near: Iterable[int]) -> list[list[Any]]:
    """(organisation, id, title, within) of what a case may be about: of one's own organisation and of those whose checks wait."""
    units = Organisation.objects.filter(pk__in=list(dict.fromkeys(near))[:MOST_OWNERS]).order_by("path")
    rows = (
        [unit.pk, one.id, one.title, one.within] for unit in units for one in subjects.offered(actor, process, unit)
    )
    return list(islice(rows, MOST_SUBJECTS))


def _task(case: Case, actor: Actor) -> dict[str, Any]:
    process = case.of
    word, level = (process.grades or {}).get(case.grade, ("", ""))
    longitude, latitude = case.longitude, case.latitude
    if longitude is None or latitude is None:
        longitude, latitude = case.owner.longitude, case.owner.latitude
    lines = list(case.lines.order_by("-id")[:MOST_LINES])
    photos = [one for one in case.evidence.select_related("stored") if one.stored.media_type.startswith("image/")]
    return {
        "number": case.number, "process": case.process, "title": case.title, "fact": case.fact, "state": case.state,
        "kind": (process.kinds or {}).get(case.kind, ""), "grade": word, "level": level, "place": case.place, "owner": str(case.owner),
        "holder": str(case.holder), "due_at": _iso(case.due_at), "started_at": _iso(case.started_at), "longitude": longitude,
        "latitude": latitude, "supervised": case.supervised_at is not None,
        "panel": [list(pair) for pair in (process.panel(case) if process.panel else ())],
        "lines": [{"at": _iso(one.at), "title": one.title, "note": one.note, "facts": one.facts} for one in lines],
        "pictures": [{"id": one.pk, "word": one.word} for one in photos[-MOST_PICTURES:]],
        "seen_line": proposals.moves(case).aggregate(last=Max("pk"))["last"] or 0,
        "have": sorted(set(case.evidence.values_list("kind", flat=True))),
        "offers": [
            {"step": one.move.slug, "title": one.move.title, "allowed": one.reason.allowed, "why": "" if one.reason.allowed else one.reason.sentence,
             "main": bool(getattr(one.move, "main", False))}
            for one in casework.offered(case, actor)
        ],
    }  # fmt: skip


def _check(task: Task) -> dict[str, Any]:
    """A check task with the items of its form, as they were when the task was made."""
    return {
        "id": task.pk, "title": task.title, "form": f"{task.form.title} {task.form.edition}", "edition": str(task.form_id), "place": task.place,
        "subject": task.subject_title, "target": str(task.target), "starts_at": task.starts_at.isoformat(), "due_at": task.due_at.isoformat(),
        "closes_at": task.closes_at.isoformat(), "note": task.form.note,
        "items": [
            {"id": one.pk, "title": one.title, "criterion": one.criterion, "photo": one.photo, "number": one.number, "unit": one.unit, "bounds": one.bounds,
             "points": one.points}
            for one in task.form.items.all()
        ],
    }  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _opens(process: Process, actor: Actor) -> bool:
    return process.open != PUBLIC and policy.may(actor, process.open)


def _process(process: Process, actor: Actor) -> dict[str, Any]:
    opens = _opens(process, actor)
    return {
        "title": process.title,
        "states": dict(process.states),
        "evidence": dict(process.evidence or {}),
        "open": {**forms.open_form(process), "units": list(casework.openable(actor, process).rows().values_list("pk", flat=True))} if opens else None,
        "steps": {one.slug: forms.step_form(process, one) for one in process.steps if policy.may(actor, one.permission)},
    }  # fmt: skip


def _organisations(processes: Mapping[str, Any]) -> list[list[Any]]:
    """(id, name): the units one may report for; every organisation when a form asks for one."""
    wanted = {pk for one in processes.values() if one["open"] for pk in one["open"]["units"]}
    asked = any(
        field["kind"] == "organisation"
        for one in processes.values()
        for form in (*one["steps"].values(), *([one["open"]] if one["open"] else []))
        for field in form["fields"]
    )
    rows = Organisation.objects.filter(closed_on=None)
    rows = rows.filter(Q(pk__in=wanted) | ~Q(kind="community")) if asked else rows.filter(pk__in=wanted)
    return [[one.pk, str(one)] for one in rows.order_by("path")]


def _shapes(collection: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Name, sign and rings or lines of a layer: all that a drawing needs."""
    found = []
    for one in collection["features"]:
        geometry, said = one["geometry"], one["properties"]
        parts = (
            geometry["coordinates"] if geometry["type"] in ("Polygon", "MultiLineString") else [geometry["coordinates"]]
        )
        if geometry["type"] in ("Polygon", "MultiLineString", "LineString"):
            found.append({"name": said.get("name", ""), "sign": said.get("sign", ""), "parts": parts})
    return found


# ---- what came, for whoever answers for it
def received(actor: Actor) -> QuerySet[FieldEntry]:
    """Entries of the organisations this person answers for."""
    rows = FieldEntry.objects.select_related("person", "organisation", "case", "proposal")
    return policy.visible_to(actor, SETTLE, rows, "organisation__path")


def kept(actor: Actor) -> QuerySet[FieldEntry]:
    return received(actor).filter(state="kept")
