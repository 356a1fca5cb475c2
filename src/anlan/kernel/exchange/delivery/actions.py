"""Peers, posting, receiving, acknowledging. Whatever comes twice, late or in another order changes nothing twice and nothing out of order."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.exchange.delivery import identity, rules
from anlan.kernel.exchange.delivery.declared import subjects
from anlan.kernel.exchange.delivery.models import Arrived, Forged, Parcel, Peer
from anlan.kernel.exchange.delivery.moves import CARRY, MANAGE, PEER
from anlan.kernel.exchange.delivery.rules import Ack, Envelope
from anlan.kernel.exchange.delivery.types import (
    DEAD_AFTER,
    LONGEST_BODY,
    MOST_WAITING,
    PEER_KINDS,
    Arrival,
    Card,
)
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb

log = logging.getLogger(__name__)
_TITLES = {
    "peer.entered": "登记对端", "peer.moved": "办理对端", "sent": "送到对端", "dead": "成为死信", "again": "死信重送", "arrived": "收到对端来件",
    "forged": "拒收来历不明的消息", "seen": "看过拒收的消息", "imported": "导入链路文件", "exported": "导出链路文件",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"delivery.{slug}", title=title) for slug, title in _TITLES.items())
Signed = tuple[str, str]  # text, signature


def note(actor: Actor, peer: Peer, verb: str, at: datetime, **new: Any) -> None:
    record(
        actor=actor, verb=f"delivery.{verb}", subject_kind="peer", subject_id=peer.pk, at=at, org_path=peer.organisation.path,
        new={"peer": peer.code, **new},
    )  # fmt: skip


# ---- peers
@transaction.atomic
def enter_peer(
    *, actor: Actor, card: Card, kind: str, organisation: Organisation, at: datetime, is_demo: bool = False
) -> Peer:
    """Enter another instance by its card. Nothing travels before somebody else has compared the key."""
    policy.require(actor, MANAGE, organisation)
    if kind not in PEER_KINDS:
        raise Refused("kind", "没有选对方是谁。", "kind")
    if card.code == identity.code() or card.key == rules.public_key(identity.seed()):
        raise Refused("card", "这是本单位自己的连接卡。", "card")
    if Peer.objects.filter(code=card.code).exists():
        raise Refused("card", f"“{card.code}”已经登记过。要换公钥或地址，先停用再“改连接卡”。", "card")
    made = Peer.objects.create(
        code=card.code, title=card.title.strip(), kind=kind, address=card.address.rstrip("/"), key=card.key, organisation=organisation,
        made_at=at, made_by=actor.name, maker_id=actor.person_id, is_demo=is_demo,
    )  # fmt: skip
    note(actor, made, "peer.entered", at, key=made.key, address=made.address)
    return made


@transaction.atomic
def replace_card(*, actor: Actor, peer: Peer, card: Card, at: datetime) -> Peer:
    """A new key or address of a stopped peer; numbers go on, and the key is compared again."""
    if card.code != peer.code:
        raise Refused("card", f"这张卡是“{card.code}”的，不是“{peer.code}”的。", "card")
    row = find(PEER, "resume")
    advance(
        peer, row, actor=actor, key=card.key, address=card.address.rstrip("/"), title=card.title.strip(), maker_id=actor.person_id, made_by=actor.name,
        failures=0, retry_at=None, trouble="",
    )  # fmt: skip
    note(actor, peer, "peer.moved", at, step="card", key=peer.key, address=peer.address)
    return peer


@transaction.atomic
def move_peer(*, actor: Actor, peer: Peer, step: str, at: datetime, fingerprint: str = "") -> Peer:
    """Confirm (with the fingerprint as the other side read it out), stop or resume. Who entered it confirms nothing."""
    row = next((one for one in PEER if one.slug == step), None)
    if row is None:
        raise Refused("not_found", "没有这一步。")
    changes: dict[str, Any] = {}
    if step == "confirm":
        policy.require(actor, row.permission, peer)
        if actor.person_id is not None and peer.maker_id == actor.person_id:
            raise Refused("same_person", "登记的人不能自己核对，请另一个人来。")
        if "".join(fingerprint.lower().split()) != rules.fingerprint(peer.key).replace(" ", ""):
            raise Refused(
                "fingerprint", "和对方念的不一样，没有连通。打电话请对方再念一遍；仍不一样就不要连。", "fingerprint"
            )
        changes = {"confirmed_at": at, "confirmed_by": actor.name}
    advance(peer, row, actor=actor, **changes)
    note(actor, peer, "peer.moved", at, step=step)
    return peer


# ---- out
def hold(peer: Peer) -> Peer:
    """Lock the peer's row. Whoever locks rows of its own as well as posting takes this one first, as arrivals do: then nobody waits in a ring."""
    return Peer.objects.select_for_update().get(pk=peer.pk)


def post(*, peer: Peer, subject: str, body: Mapping[str, Any], at: datetime) -> Parcel:
    """Put a message into the outbox, in the caller's transaction and with its next number. The caller writes the journal entry.

    Raises Refused `link` when the peer is not linked, `size` when the message is too long."""
    known = subjects()[subject]
    locked = hold(peer)
    if locked.state != "linked":
        raise Refused("link", f"和{peer}的链路没有连通，现在不能送。")
    Peer.objects.filter(pk=peer.pk).update(out_seq=F("out_seq") + 1)
    number = uuid4()
    text = rules.write_envelope(
        Envelope(id=number, sender=identity.code(), to=locked.code, seq=locked.out_seq + 1, subject=subject, made_at=at, body=body)
    )  # fmt: skip
    if len(text.encode()) > LONGEST_BODY:
        raise Refused("size", "要送的内容太长。分几次送。")
    return Parcel.objects.create(
        id=number, peer=locked, seq=locked.out_seq + 1, subject=subject, words=known.words(body)[:200], text=text,
        signature=rules.sign(identity.seed(), text), made_at=at, since=at,
    )  # fmt: skip


def _believed(peer: Peer, signed: Signed) -> Ack | None:
    text, signature = signed
    if not rules.signed_by(peer.key, text, signature):
        return None
    try:
        ack = rules.read_ack(text)
    except Refused:
        return None
    return ack if ack.sender == peer.code and ack.to == identity.code() else None


def take_ack(peer: Peer, signed: Signed, at: datetime) -> bool:
    """Believe an acknowledgement: signed by the peer, to us, of the very text that was sent. Returns whether it changed something."""
    ack = _believed(peer, signed)
    if ack is None:
        return False
    with transaction.atomic():
        parcel = Parcel.objects.select_for_update().filter(pk=ack.id, peer=peer).first()
        if parcel is None or rules.digest(parcel.text) != ack.digest:
            return False
        if ack.state == "refused" and (parcel.state, parcel.why) != ("dead", ack.why):
            Parcel.objects.filter(pk=parcel.pk).update(state="dead", why=ack.why, acked_at=None)
            note(SYSTEM, peer, "dead", at, parcel=str(parcel.pk), seq=parcel.seq, why=ack.why)
            return True
        if ack.state == "kept" and parcel.state != "acked":
            Parcel.objects.filter(pk=parcel.pk).update(state="acked", acked_at=at, why="")
            note(SYSTEM, peer, "sent", at, parcel=str(parcel.pk), seq=parcel.seq, digest=ack.digest)
            return True
    return False


@transaction.atomic
def again(*, actor: Actor, parcel: Parcel, at: datetime) -> None:
    """Queue a dead letter again: the same number, the same text."""
    policy.require(actor, CARRY, parcel.peer)
    if not Parcel.objects.filter(pk=parcel.pk, state="dead").update(state="queued", since=at, why=""):
        raise Refused("illegal", "这一件不是死信，不用重送。")
    Peer.objects.filter(pk=parcel.peer_id).update(retry_at=None)
    note(actor, parcel.peer, "again", at, parcel=str(parcel.pk), seq=parcel.seq)


def bury(at: datetime) -> int:
    """What nobody acknowledged for a day is a dead letter; returns how many."""
    gone = 0
    for parcel in Parcel.objects.filter(state="queued", since__lt=at - DEAD_AFTER).select_related("peer__organisation")[:200]:  # fmt: skip
        with transaction.atomic():
            why = f"{DEAD_AFTER // timedelta(hours=1)} 小时没有送到"
            if Parcel.objects.filter(pk=parcel.pk, state="queued").update(state="dead", why=why):
                note(SYSTEM, parcel.peer, "dead", at, parcel=str(parcel.pk), seq=parcel.seq, why=why)
                gone += 1
    return gone


# ---- in
@dataclass(frozen=True)
class Received:
    """What came of one batch: signed acknowledgements to give back, and what was refused at the door, in words."""

    acks: list[Signed]
    refused: list[Refused]
    peer: Peer | None
    fresh: int


def receive(parcels: Sequence[Signed], *, way: str, source: str, at: datetime) -> Received:
    """Take what a line or a file brings. Each parcel is checked, kept, and then everything whose turn has come is handed on."""
    acks: list[Signed] = []
    refused: list[Refused] = []
    peer: Peer | None = None
    fresh = 0
    for text, signature in parcels:
        try:
            peer, envelope = _opened(text, signature)
            fresh += _keep(peer, envelope, text, way, at)
        except Refused as no:
            refused.append(no)
            if no.code != "full":
                _forged(rules.claimed_sender(text), no.message, text, way, source, at)
            continue
        _hand_on(peer, at)
        acks.append(_ack(Arrived.objects.get(pk=envelope.id), peer))
    if peer is not None:
        told = {text for text, _signature in acks}
        late = Arrived.objects.filter(peer=peer, state="refused").order_by("-seq")[:20]
        acks += [one for one in (_ack(row, peer) for row in late) if one[0] not in told]
    return Received(acks, refused, peer, fresh)


def _opened(text: str, signature: str) -> tuple[Peer, Envelope]:
    """The sender is known and linked, its signature holds, and it is for us. Refused `forged` otherwise."""
    if len(text.encode()) > LONGEST_BODY:
        raise Refused("forged", "内容超过长度。")
    sender = rules.claimed_sender(text)
    peer = Peer.objects.filter(code=sender, state="linked").select_related("organisation").first()
    if peer is None:
        raise Refused("forged", f"不认识发送方“{sender or '（没有写）'}”，或它没有连通。")
    if not rules.signed_by(peer.key, text, signature):
        raise Refused("forged", f"自称“{sender}”，签名不对。")
    envelope = rules.read_envelope(text)
    if envelope.to != identity.code():
        raise Refused("forged", f"“{sender}”寄给“{envelope.to[:40]}”的，不是寄给本单位。")
    return peer, envelope


def _keep(peer: Peer, envelope: Envelope, text: str, way: str, at: datetime) -> int:
    """One row for each number; 1 when it is new. The same again is only counted; another text under a known number is refused."""
    digest = rules.digest(text)
    with transaction.atomic():
        locked = Peer.objects.select_for_update().get(pk=peer.pk)
        Peer.objects.filter(pk=peer.pk).update(heard_at=at)
        known = Arrived.objects.filter(pk=envelope.id).first() or Arrived.objects.filter(peer=peer, seq=envelope.seq).first()  # fmt: skip
        if known is not None:
            if known.digest != digest or known.peer_id != peer.pk:
                raise Refused("forged", f"“{peer.code}”的第 {envelope.seq} 件已经收过，内容和这次的不同。")
            Arrived.objects.filter(pk=known.pk).update(times=F("times") + 1)
            return 0
        if envelope.seq > locked.in_seq + MOST_WAITING:
            raise Refused("full", "前面缺的太多，先把缺的送来。")
        subject = subjects().get(envelope.subject)
        words = subject.words(envelope.body) if subject else envelope.subject
        Arrived.objects.create(
            id=envelope.id, peer=peer, seq=envelope.seq, subject=envelope.subject[:40], words=words[:200], text=text, digest=digest, way=way, arrived_at=at
        )  # fmt: skip
    return 1


def _hand_on(peer: Peer, at: datetime) -> None:
    """Everything whose turn it is, one transaction each."""
    while True:
        with transaction.atomic():
            locked = Peer.objects.select_for_update().get(pk=peer.pk)
            row = Arrived.objects.filter(peer=peer, seq=locked.in_seq + 1, state="waiting").first()
            if row is None:
                return
            why = _taken(peer, row, at)
            Arrived.objects.filter(pk=row.pk).update(
                state="refused" if why else "applied", why=why[:300], applied_at=at
            )
            Peer.objects.filter(pk=peer.pk).update(in_seq=row.seq)
            note(SYSTEM, peer, "arrived", at, parcel=str(row.pk), seq=row.seq, subject=row.subject, digest=row.digest, refused=why)  # fmt: skip


def _taken(peer: Peer, row: Arrived, at: datetime) -> str:
    """ "" when the subject took it, else why not. A fault in a subject keeps the parcel and does not stop the ones behind it."""
    subject = subjects().get(row.subject)
    if subject is None:
        return f"本系统没有“{row.subject}”这类内容。"
    body = rules.read_envelope(row.text).body
    arrival = Arrival(
        peer=peer.pk, peer_code=peer.code, peer_title=peer.title, id=row.pk, seq=row.seq, body=body, at=at
    )
    try:
        with transaction.atomic():
            subject.arrived(arrival)
    except Refused as refused:
        return refused.message
    except (OperationalError, InterfaceError):
        raise  # the disk or the server: nothing was kept, it comes again
    except Exception:
        log.exception("parcel %s of %s could not be taken", row.pk, peer.code)
        return "收办时出错，已记入日志。"
    return ""


@transaction.atomic
def take_again(*, actor: Actor, row: Arrived, at: datetime) -> None:
    """Hand a parcel that could not be taken to its subject once more, when what stood against it is gone."""
    policy.require(actor, CARRY, row.peer)
    locked = Peer.objects.select_for_update().select_related("organisation").get(pk=row.peer_id)
    if not Arrived.objects.filter(pk=row.pk, state="refused").exists():
        raise Refused("illegal", "这一件已经收办。")
    why = _taken(locked, row, at)
    if why:
        raise Refused("refused", f"还是不能收办：{why}")
    Arrived.objects.filter(pk=row.pk).update(state="applied", why="", applied_at=at)
    note(
        actor,
        locked,
        "arrived",
        at,
        parcel=str(row.pk),
        seq=row.seq,
        subject=row.subject,
        digest=row.digest,
        refused="",
    )


def _ack(row: Arrived, peer: Peer) -> Signed:
    state = "refused" if row.state == "refused" else "kept"
    text = rules.write_ack(
        Ack(id=row.pk, sender=identity.code(), to=peer.code, digest=row.digest, state=state, why=row.why if state == "refused" else "")
    )  # fmt: skip
    return text, rules.sign(identity.seed(), text)


def acks_of(peer: Peer, most: int = 2000) -> list[Signed]:
    """Acknowledgements of the newest parcels of a peer, for a file."""
    return [_ack(one, peer) for one in Arrived.objects.filter(peer=peer).order_by("-seq")[:most]]


@transaction.atomic
def _forged(claimed: str, why: str, text: str, way: str, source: str, at: datetime) -> None:
    standing = Forged.objects.filter(claimed=claimed, why=why, first_at__gt=at - timedelta(days=1), seen_at=None).first()  # fmt: skip
    if standing is not None:
        Forged.objects.filter(pk=standing.pk).update(times=F("times") + 1, last_at=at, source=source[:60])
        return
    made = Forged.objects.create(
        claimed=claimed, why=why[:200], digest=rules.digest(text), way=way, source=source[:60], first_at=at, last_at=at
    )
    record(
        actor=SYSTEM, verb="delivery.forged", subject_kind="forged", subject_id=made.pk, at=at, new={"claimed": claimed, "why": why, "source": source}
    )  # fmt: skip


@transaction.atomic
def seen(*, actor: Actor, at: datetime) -> int:
    """Somebody has looked at what was refused; it stays listed."""
    policy.require(actor, CARRY)
    count = Forged.objects.filter(seen_at=None).update(seen_at=at, seen_by=actor.name)
    if count:
        record(actor=actor, verb="delivery.seen", subject_kind="forged", subject_id="all", at=at, new={"count": count})
    return count
