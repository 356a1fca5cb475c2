"""What is said and seen: facts, notes, strikes, teams, counts of heads, opinions, causes, the evaluation. These entries never conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.types import Cause
from anlan.kernel.files.models import Stored
from anlan.kernel.response import log, regrading
from anlan.kernel.response.actions.intake import checked, place_of
from anlan.kernel.response.fold import Board
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Incident, LogEntry
from anlan.kernel.response.types import ACT, COMMAND, KINDS, RESOURCE_STATES


def _words(text: str, title: str, field: str, most: int = 2000) -> str:
    text = text.strip()
    if not text:
        raise Refused(field, f"没有写{title}。", field)
    if len(text) > most:
        raise Refused(field, f"{title}超过 {most} 个字。", field)
    return text


def _say(
    actor: Actor, incident: Incident, at: datetime, kind: str, payload: Mapping[str, Any], *, key: UUID | None = None, occurred_at: datetime | None = None,
    skew: float = 0.0, files: Sequence[Stored] = (), longitude: Any = None, latitude: Any = None,
) -> list[LogEntry]:  # fmt: skip
    policy.require(actor, ACT, incident)
    x, y = place_of(longitude, latitude)
    draft = Draft(
        kind=kind, payload=payload, id=key or uuid4(), at=occurred_at, recorded_at=occurred_at, skew=skew, files=tuple(files), longitude=x, latitude=y
    )  # fmt: skip

    def decide(board: Board) -> list[Draft]:
        if board.state == "archived":
            raise Refused("illegal", "事件已经归档，不能再记。")
        return [draft]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb=kind, key=key)


def fact(*, actor: Actor, incident: Incident, values: Mapping[str, Any], at: datetime, **more: Any) -> list[LogEntry]:
    """Totals so far (dead, injured, evacuated, loss …) as of `occurred_at`."""
    given = checked(values)
    if not given:
        raise Refused("fact", "没有填任何一项。")
    return _say(actor, incident, at, "fact", {"values": given}, **more)


def note(*, actor: Actor, incident: Incident, text: str, at: datetime, **more: Any) -> list[LogEntry]:
    return _say(actor, incident, at, "note", {"text": _words(text, "内容", "text")}, **more)


@transaction.atomic
def strike(*, actor: Actor, incident: Incident, entry: UUID, reason: str, at: datetime) -> list[LogEntry]:
    """Strike something that was said wrongly: it stays in the log, struck through, and no longer counts. Its author, or who commands."""
    reason = _words(reason, "划去的理由", "reason", 400)
    found = LogEntry.objects.filter(pk=entry, incident=incident).first()
    if found is None:
        raise Refused("not_found", "没有这条记录。")
    if not KINDS[found.kind].strikable:
        raise Refused("illegal", f"“{KINDS[found.kind].title}”是已经作出的决定，不能划去；要改就再作一个决定。")
    if found.person_id != actor.person_id:
        policy.require(actor, COMMAND, incident)

    def decide(board: Board) -> list[Draft]:
        if entry in board.struck:
            raise Refused("illegal", "这条已经划去。")
        return [Draft(kind="strike", payload={"entry": str(entry), "reason": reason})]

    written = log.write(actor=actor, incident=incident, at=at, decide=decide, verb="strike")
    regrading.withdraw(actor, found.payload.get("subject", ()) if found.kind == "cause" else (), entry, at)
    return written


def resource(
    *, actor: Actor, incident: Incident, kind: str, key: str, title: str, organisation: int, state: str, at: datetime, people: int | None = None,
    **more: Any,
) -> list[LogEntry]:  # fmt: skip
    """Where a team or piece of equipment stands: called, moving, on scene, working, resting, released."""
    if state not in RESOURCE_STATES:
        raise Refused("state", "没有这种状态。", "state")
    payload = {"kind": kind, "key": key, "title": title[:120], "organisation": organisation, "state": state}
    return _say(actor, incident, at, "resource", payload if people is None else {**payload, "people": people}, **more)


def headcount(*, actor: Actor, incident: Incident, key: str, people: Any, at: datetime, **more: Any) -> list[LogEntry]:
    """How many of a team were counted now."""
    number = checked({"trapped": people}).get("trapped")
    if number is None:
        raise Refused("people", "没有写点到几人。", "people")
    if key not in log.board(incident).resources:
        raise Refused("resource", "这支队伍没有调派到这个事件。")
    return _say(actor, incident, at, "headcount", {"key": key, "people": number}, **more)


def opinion(
    *, actor: Actor, incident: Incident, text: str, source: str, at: datetime, address: str = "", **more: Any
) -> list[LogEntry]:
    """Something people say in public, as somebody read it and typed it in."""
    payload = {
        "text": _words(text, "说了什么", "text"),
        "source": _words(source, "在哪里看到", "source", 120),
        "address": address.strip()[:300],
    }
    return _say(actor, incident, at, "opinion", payload, **more)


@transaction.atomic
def cause(
    *, actor: Actor, incident: Incident, text: str, at: datetime, lesson: str = "", owner: Organisation | None = None, failed: Mapping[str, Any] | None = None,
    **more: Any,
) -> list[LogEntry]:  # fmt: skip
    """A cause or lesson. `failed` names, as a form does, what of `owner`'s did not hold: its risk is to be graded again, unless it was a drill."""
    payload: dict[str, Any] = {"text": _words(text, "原因或教训", "text"), "lesson": lesson.strip()[:2000]}
    named = regrading.chosen(actor, owner, failed or {})
    if named:
        kind, one = named
        payload["subject"] = [kind.slug, one.id, f"{owner} {one.title}"[:160]]
    entries = _say(actor, incident, at, "cause", payload, **more)
    if named and not incident.is_drill and entries[0].payload.get("subject") == payload["subject"]:
        told = Cause(entry=entries[0].pk, incident=incident, text=payload["text"])
        regrading.ask(actor, named[0], named[1].id, told, at)
    return entries


def evaluate(*, actor: Actor, incident: Incident, text: str, at: datetime) -> list[LogEntry]:
    """The conclusion of the evaluation, by command."""
    policy.require(actor, COMMAND, incident)
    return _say(actor, incident, at, "evaluation", {"text": _words(text, "评估结论", "text", 8000)})


def join_case(
    *, actor: Actor, incident: Incident, number: str, at: datetime, investigated: bool = False, **more: Any
) -> list[LogEntry]:  # fmt: skip
    """Join a case (the file of the accident's investigation, a danger) that this person sees. `investigated`: its report is in, the clock stops."""
    case = cases.visible(actor).filter(number=number.strip()).first()
    if case is None:
        raise Refused("case", "没有这个编号的事项，或您看不到它。", "case")
    payload = {
        "kind": "investigated" if investigated else "case",
        "case": case.number,
        "title": f"{case.number} {case.title}"[:200],
    }
    return _say(actor, incident, at, "link", payload, **more)
