"""Hand an incident over, follow it, take what others hand over. What is sent is read from the log itself, so nothing that was committed is left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import Move, advance
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.exchange.delivery import actions as delivery
from anlan.kernel.exchange.delivery.models import Peer
from anlan.kernel.exchange.delivery.types import Arrival, Subject
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.kernel.relay import queries
from anlan.kernel.relay.models import Handover, Mirror, MirrorEntry, Shipment
from anlan.kernel.relay.types import HAND_OVER, INCIDENT, MOST_BYTES, MOST_ENTRIES, RECEIPT
from anlan.kernel.relay.wording import entry_of, said, told
from anlan.kernel.response import log
from anlan.kernel.response.fold import Board, apply, copied, needs_fold
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Incident, LogEntry

_TITLES = {
    "handed": "移送事件",
    "moved": "停止或恢复传送",
    "sent": "传送事件记录",
    "taken": "签收移送的事件",
    "receipt": "对方签收",
}
VERBS = tuple(Verb(slug=f"relay.{slug}", title=title) for slug, title in _TITLES.items())
MOVES = (
    Move(slug="close", title="停止传送", sources=("linked",), target="closed", permission=HAND_OVER),
    Move(slug="reopen", title="恢复传送", sources=("closed",), target="linked", permission=HAND_OVER),
)


def _note(actor: Actor, handover: Handover, verb: str, at: datetime, **new: Any) -> None:
    record(
        actor=actor, verb=f"relay.{verb}", subject_kind="handover", subject_id=handover.pk, at=at, org_path=handover.access_paths[0],
        new={"incident": handover.incident.number, "peer": handover.peer.code, **new},
    )  # fmt: skip


@transaction.atomic
def hand_over(*, actor: Actor, incident: Incident, peer: Peer, reason: str, at: datetime) -> Handover:
    """Give a peer the whole log, and what is added while it is linked. Said in the log itself; twice is once."""
    policy.require(actor, HAND_OVER, incident)
    reason = reason.strip()
    if not 0 < len(reason) <= 300:
        raise Refused("reason", "写为什么移送，不超过 300 个字。", "reason")
    peer = delivery.hold(peer)
    if peer.state != "linked":
        raise Refused("peer", f"和{peer}的链路没有连通。先到“链路”核对公钥。", "peer")
    standing = Handover.objects.filter(incident=incident, peer=peer).first()
    if standing is not None:
        raise Refused("twice", f"已经移送给{peer}，{standing.get_state_display()}。", "peer")
    payload = {"kind": "handover", "peer": peer.code, "title": f"移送{peer}", "reason": reason}
    log.write(actor=actor, incident=incident, at=at, decide=lambda _board: [Draft(kind="link", payload=payload)])
    made = Handover.objects.create(incident=incident, peer=peer, reason=reason, started_at=at, started_by=actor.name)
    _note(actor, made, "handed", at, reason=reason)
    _ship(made, at)
    return made


@transaction.atomic
def move(*, actor: Actor, handover: Handover, step: str, at: datetime) -> Handover:
    row = next((one for one in MOVES if one.slug == step), None)
    if row is None:
        raise Refused("not_found", "没有这一步。")
    delivery.hold(handover.peer)
    if step == "close":
        _ship(Handover.objects.select_for_update().get(pk=handover.pk), at)
    advance(handover, row, actor=actor)
    _note(actor, handover, "moved", at, step=step)
    return handover


def follow(at: datetime) -> int:
    """The job: what was added to incidents that are linked goes into the outbox; returns how many parcels."""
    count = 0
    for row in Handover.objects.filter(state="linked", peer__state="linked").select_related("incident", "peer"):
        if row.sent_seq < row.incident.seq:
            with transaction.atomic():
                delivery.hold(row.peer)
                locked = Handover.objects.select_for_update().get(pk=row.pk)
                if locked.state == "linked":
                    count += _ship(locked, at)
    return count


def _ship(handover: Handover, at: datetime) -> int:
    """Everything after `sent_seq`, in parcels; the caller holds the handover's row."""
    incident, count = handover.incident, 0
    former = handover.sent_seq
    for rows in _batches(incident, handover.sent_seq):
        body = {
            "incident": {"key": str(incident.key), "number": incident.number, "reason": handover.reason},
            "entries": rows,
        }
        parcel = delivery.post(peer=handover.peer, subject=INCIDENT, body=body, at=at)
        handover.sent_seq = rows[-1]["seq"]
        Shipment.objects.create(handover=handover, parcel=parcel, last_seq=handover.sent_seq)
        count += 1
    if count:
        Handover.objects.filter(pk=handover.pk).update(sent_seq=handover.sent_seq)
        _note(SYSTEM, handover, "sent", at, first=former + 1, last=handover.sent_seq)
    return count


def _batches(incident: Incident, after: int) -> list[list[dict[str, Any]]]:
    found: list[list[dict[str, Any]]] = []
    size = 0
    for entry in LogEntry.objects.filter(incident=incident, seq__gt=after).order_by("seq"):
        row = told(entry)
        length = len(json.dumps(row, ensure_ascii=False).encode())
        if not found or len(found[-1]) >= MOST_ENTRIES or size + length > MOST_BYTES:
            found.append([])
            size = 0
        found[-1].append(row)
        size += length
    return found


# ---- what arrives
def incident_arrived(arrival: Arrival) -> None:
    """Append the entries to the mirror. Each must follow the one before it by number and by hash; what is known already must be the same."""
    facts, rows = arrival.body.get("incident"), arrival.body.get("entries")
    if not isinstance(facts, dict) or not isinstance(rows, list) or not rows:
        raise Refused("form", "移送的内容不完整。")
    try:
        key = UUID(facts["key"])
        number, reason = str(facts["number"])[:24], str(facts.get("reason", ""))[:300]
    except (KeyError, ValueError, TypeError, AttributeError):
        raise Refused("form", "移送的事件没有编号。") from None
    mirror, _made = Mirror.objects.get_or_create(
        peer_id=arrival.peer, key=key,
        defaults={"number": number, "reason": reason, "mode": "real", "state": "reported", "arrived_at": arrival.at, "last_at": arrival.at},
    )  # fmt: skip
    board = _followed(mirror, rows, arrival.at)
    for name in ("title", "kind", "mode", "state", "grade", "level", "place"):
        setattr(mirror, name, getattr(board, name))
    mirror.last_at = arrival.at
    mirror.save()


def _followed(mirror: Mirror, rows: Sequence[Any], at: datetime) -> Board:
    """The board with the entries that are new. One that is known is gone on with: a long log costs no more at its end than at its beginning."""
    known = queries.board(mirror)
    added = [entry for row in rows if (entry := _append(mirror, row, at)) is not None]
    new = [said(one) for one in added]
    if any(needs_fold(one) for one in new):
        return queries.board(mirror)
    standing = copied(known)
    for one in new:
        apply(standing, one)
    head = mirror.head
    transaction.on_commit(lambda: queries.BOARDS.put(head, standing))
    return standing


def _append(mirror: Mirror, row: Any, at: datetime) -> LogEntry | None:
    """The entry as it was appended; None for one that is here already."""
    entry = entry_of(row)
    if entry.seq <= mirror.seq:
        if not MirrorEntry.objects.filter(mirror=mirror, seq=entry.seq, hash=entry.hash).exists():
            raise Refused("differs", f"第 {entry.seq} 条记录和以前送来的不同。")
        return None
    if entry.seq != mirror.seq + 1:
        raise Refused("gap", f"缺第 {mirror.seq + 1} 条记录，先送来它。")
    if entry.former != mirror.head or entry.hash != log.hashed(entry):
        raise Refused("hash", f"第 {entry.seq} 条记录的校验值不对，没有收。")
    MirrorEntry.objects.create(
        mirror=mirror, seq=entry.seq, kind=entry.kind, occurred_at=entry.occurred_at, received_at=entry.received_at, arrived_at=at,
        told=json.dumps(row, ensure_ascii=False, sort_keys=True), hash=entry.hash,
    )  # fmt: skip
    mirror.seq, mirror.head = entry.seq, entry.hash
    return entry


@transaction.atomic
def take(*, actor: Actor, mirror: Mirror, at: datetime) -> None:
    """A person signs for what was handed over; the other side is told by whom."""
    policy.require(actor, HAND_OVER, mirror)
    delivery.hold(mirror.peer)
    if not Mirror.objects.filter(pk=mirror.pk, taken_at=None).update(taken_at=at, taken_by=actor.name):
        raise Refused("twice", "已经签收过。")
    record(
        actor=actor, verb="relay.taken", subject_kind="mirror", subject_id=mirror.pk, at=at, org_path=mirror.access_paths[0],
        new={"number": mirror.number, "seq": mirror.seq}, content_hash=mirror.head,
    )  # fmt: skip
    body = {
        "key": str(mirror.key),
        "seq": mirror.seq,
        "head": mirror.head,
        "by": f"{actor.on_behalf_of} {actor.name}".strip(),
    }
    delivery.post(peer=mirror.peer, subject=RECEIPT, body=body, at=at)


def receipt_arrived(arrival: Arrival) -> None:
    """The other side's person signed: it must be for an entry that stands in our log under that hash."""
    try:
        key, seq, head, by = (
            UUID(arrival.body["key"]),
            int(arrival.body["seq"]),
            str(arrival.body["head"]),
            str(arrival.body["by"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise Refused("form", "签收的内容不完整。") from None
    handover = Handover.objects.filter(incident__key=key, peer_id=arrival.peer).select_related("incident__organisation", "peer").first()  # fmt: skip
    if handover is None:
        raise Refused("not_found", "没有移送过这个事件。")
    if not LogEntry.objects.filter(incident=handover.incident, seq=seq, hash=head).exists():
        raise Refused("differs", "签收的记录和本单位的不同。")
    Handover.objects.filter(pk=handover.pk, taken_at=None).update(taken_at=arrival.at, taken_by=by[:120])
    payload = {"kind": "handover_taken", "peer": arrival.peer_code, "title": f"{arrival.peer_title}签收", "by": by[:120], "to_seq": seq}  # fmt: skip

    def decide(board: Board) -> list[Draft]:
        return [] if board.state == "archived" else [Draft(kind="link", payload=payload)]

    log.write(actor=SYSTEM, incident=handover.incident, at=arrival.at, decide=decide)
    _note(SYSTEM, handover, "receipt", arrival.at, by=by[:120], seq=seq)


def _incident_words(body: Any) -> str:
    rows = body.get("entries")
    rows = rows if isinstance(rows, list) else []
    first = rows[0].get("seq", "?") if rows and isinstance(rows[0], dict) else "?"
    facts = body.get("incident")
    number = facts.get("number", "") if isinstance(facts, dict) else ""
    return f"{number} 第 {first} 条起 {len(rows)} 条"


SUBJECTS = (
    Subject(slug=INCIDENT, title="移送事件记录", arrived=incident_arrived, words=_incident_words),
    Subject(slug=RECEIPT, title="签收移送", arrived=receipt_arrived, words=lambda body: str(body.get("by", ""))[:120]),
)
