"""Ask a neighbour, answer a neighbour: each act is said to the other side in the same transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.exchange.delivery import actions as delivery
from anlan.kernel.exchange.delivery.models import Peer
from anlan.kernel.exchange.delivery.types import Arrival, Subject
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.kernel.response.actions import saying
from anlan.kernel.response.models import Incident
from anlan.packs.safety.mutual_aid import queries
from anlan.packs.safety.mutual_aid.models import STATES, AidRequest
from anlan.packs.safety.mutual_aid.moves import ASK, IN, OUT, SUBJECT

VERBS = tuple(
    Verb(slug=f"mutual_aid.{slug}", title=title)
    for slug, title in {"asked": "请求支援", "moved": "办理支援请求", "arrived": "对方来的支援消息"}.items()
)


def _note(actor: Actor, row: AidRequest, verb: str, at: datetime, **new: Any) -> None:
    record(
        actor=actor, verb=f"mutual_aid.{verb}", subject_kind="aid_request", subject_id=row.pk, at=at, org_path=row.organisation.path,
        new={"peer": row.peer.code, "state": row.state, **new},
    )  # fmt: skip


def _words(text: str, name: str, title: str, most: int) -> str:
    text = text.strip()
    if not 0 < len(text) <= most:
        raise Refused(name, f"写{title}，不超过 {most} 个字。", name)
    return text


@transaction.atomic
def ask(
    *, actor: Actor, organisation: Organisation, peer: Peer, what: str, place: str, needed_at: datetime | None, at: datetime, incident: Incident | None = None,
    exercise: bool = False,
) -> AidRequest:  # fmt: skip
    """Ask a neighbour with whom an agreement is in force. For a drill it is an exercise, whatever is ticked; it is said in the incident's log."""
    policy.require(actor, ASK, organisation)
    what, place = _words(what, "what", "要什么支援", 400), _words(place, "place", "到哪里", 120)
    if needed_at is None or not at < needed_at <= at + timedelta(days=30):
        raise Refused("needed_at", "什么时候要到，要晚于现在、30 天内。", "needed_at")
    if queries.agreement_with(peer.code, civil_date(at)) is None:
        raise Refused("peer", f"和{peer}没有在有效期内的联动协议。先在台账登记或续签。", "peer")
    exercise = exercise or bool(incident and incident.is_drill)
    made = AidRequest.objects.create(
        way="out", peer=peer, organisation=organisation, incident=incident, incident_words=str(incident or "")[:160], exercise=exercise, what=what, place=place,
        needed_at=needed_at, made_at=at, made_by=actor.name,
    )  # fmt: skip
    body = {
        "key": str(made.key), "kind": "request", "what": what, "place": place, "needed_at": needed_at.isoformat(), "exercise": exercise,
        "incident": made.incident_words, "by": f"{actor.on_behalf_of} {actor.name}".strip(),
    }  # fmt: skip
    delivery.post(peer=peer, subject=SUBJECT, body=body, at=at)
    if incident is not None:
        saying.note(actor=actor, incident=incident, text=f"向{peer}请求支援：{what}", at=at)
    _note(actor, made, "asked", at, what=what, exercise=exercise)
    return made


@transaction.atomic
def move(*, actor: Actor, request: AidRequest, step: str, words: str, at: datetime) -> AidRequest:
    """Promise or decline what was asked of us; withdraw, note the arrival of, or close what we asked."""
    row = next((one for one in (OUT if request.way == "out" else IN) if one.slug == step), None)
    if row is None:
        raise Refused("not_found", "没有这一步。")
    words = _words(words, "words", "一句话（来什么、几点到，或为什么）", 400)
    delivery.hold(request.peer)
    changes: dict[str, Any] = {"answer": words}
    if request.way == "in":
        changes |= {"answered_at": at, "answered_by": actor.name}
    advance(request, row, actor=actor, **changes)
    body = {"key": str(request.key), "kind": "state", "state": request.state, "words": words, "exercise": request.exercise, "by": f"{actor.on_behalf_of} {actor.name}".strip()}  # fmt: skip
    delivery.post(peer=request.peer, subject=SUBJECT, body=body, at=at)
    if request.incident is not None:
        saying.note(
            actor=actor,
            incident=request.incident,
            text=f"{request.peer}的支援：{STATES[request.state]}，{words}",
            at=at,
        )
    _note(actor, request, "moved", at, step=step, words=words)
    return request


def arrived(arrival: Arrival) -> None:
    """A neighbour asks, or says what became of a request."""
    body = arrival.body
    try:
        key, kind, exercise = UUID(body["key"]), body["kind"], body["exercise"]
        by = str(body["by"])[:80]
    except (KeyError, ValueError, TypeError, AttributeError):
        raise Refused("form", "支援的消息不完整。") from None
    if not isinstance(exercise, bool):
        raise Refused("form", "没有写明是不是演练。")
    if kind == "request":
        _asked(arrival, key, exercise, by)
    else:
        _told(arrival, key, exercise, by)


def _asked(arrival: Arrival, key: UUID, exercise: bool, by: str) -> None:
    body, peer = arrival.body, Peer.objects.select_related("organisation").get(pk=arrival.peer)
    try:
        what, place, needed_at = (
            str(body["what"]).strip(),
            str(body["place"]).strip(),
            datetime.fromisoformat(body["needed_at"]),
        )
    except (KeyError, ValueError, TypeError):
        raise Refused("form", "支援请求不完整。") from None
    if not what or needed_at.tzinfo is None or AidRequest.objects.filter(key=key).exists():
        raise Refused("form", "支援请求没有内容、没有时区，或编号已用过。")
    made = AidRequest.objects.create(
        key=key, way="in", peer=peer, organisation=peer.organisation, incident_words=str(body.get("incident", ""))[:160], exercise=exercise, what=what[:400],
        place=place[:120], needed_at=needed_at.astimezone(CHINA), made_at=arrival.at, made_by=by,
    )  # fmt: skip
    _note(SYSTEM, made, "arrived", arrival.at, what=made.what)


def _told(arrival: Arrival, key: UUID, exercise: bool, by: str) -> None:
    """The other side's step: it may only make those that are its own."""
    row = (
        AidRequest.objects.select_related("peer", "organisation", "incident")
        .filter(key=key, peer_id=arrival.peer)
        .first()
    )
    if row is None:
        raise Refused("not_found", "没有这个支援请求。")
    if row.exercise != exercise:
        raise Refused("exercise", "一边是演练、一边是实战，没有收。")
    state, words = arrival.body.get("state"), str(arrival.body.get("words", ""))[:400]
    theirs = IN if row.way == "out" else OUT
    step = next((one for one in theirs if one.target == state and row.state in one.sources), None)
    if step is None:
        raise Refused("state", f"请求现在是“{row.get_state_display()}”，不能变成“{STATES.get(str(state), state)}”。")
    changes = {"answered_at": arrival.at, "answered_by": by} if row.way == "out" else {}
    AidRequest.objects.filter(pk=row.pk, version=row.version).update(
        state=state, answer=words, version=F("version") + 1, **changes
    )
    row.state = str(state)
    if row.incident is not None and row.incident.state != "archived":
        saying.note(
            actor=SYSTEM, incident=row.incident, text=f"{row.peer}答复：{STATES[row.state]}，{words}", at=arrival.at
        )
    _note(SYSTEM, row, "arrived", arrival.at, words=words)


def _line(body: Any) -> str:
    return str(body.get("what") or body.get("words") or "")[:200]


SUBJECTS = (Subject(slug=SUBJECT, title="支援请求", arrived=arrived, words=_line),)
