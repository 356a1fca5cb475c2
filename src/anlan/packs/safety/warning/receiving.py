"""Warnings of others: uploaded, posted by a source, or found in a folder. Each is kept once; an update or a cancel takes effect whatever the order
they come in; what cannot be taken is kept as a refusal until somebody has looked."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.packs.safety.warning import rules
from anlan.packs.safety.warning.models import (
    WarningCounter,
    WarningMessage,
    WarningReference,
    WarningRefusal,
    WarningSource,
)
from anlan.packs.safety.warning.moves import MANAGE, RECEIVE, RECEIVED
from anlan.packs.safety.warning.noting import note
from anlan.packs.safety.warning.rules import SLUG, Named, Told

HEAD = 2000  # letters of a refused file that are kept to be looked at
Outcome = Literal["new", "update", "cancel", "repeat", "held", "ignored"]


@dataclass(frozen=True)
class Taken:
    """What became of a file. `words`: one sentence for whoever sent it."""

    outcome: Outcome
    message: WarningMessage
    words: str


def queue(at: datetime) -> WarningCounter:
    """Everything that changes which warnings hold goes through here one after the other."""
    WarningCounter.objects.get_or_create(year=civil_date(at).year)
    return WarningCounter.objects.select_for_update().get(year=civil_date(at).year)


def keeper() -> Organisation:
    """The organisation that keeps what comes without a person: the topmost."""
    found = Organisation.objects.filter(parent=None).order_by("pk").first()
    if found is None:
        raise Refused("organisation", "还没有单位，收不了预警。先建单位。")
    return found


def receive(
    *, actor: Actor, data: bytes, way: str, at: datetime, source: WarningSource | None = None, name: str = "", is_demo: bool = False
) -> Taken:  # fmt: skip
    """Take one document. Raises Refused with one sentence when it is not taken; the refusal itself is kept."""
    organisation = source.organisation if source else keeper()
    if source is None:
        policy.require(actor, RECEIVE, organisation)
    try:
        told = rules.read(data)
        _entitled(source, told)
    except Refused as refused:
        _refused(actor, data, way, source, name, refused, at)
        raise
    try:
        with transaction.atomic():
            queue(at)
            return _take(actor, told, data, way, source, organisation, at, is_demo)
    except IntegrityError:  # the same document at the same moment on another line
        return _repeat(actor, WarningMessage.objects.get(sender=told.sender, identifier=told.identifier, sent_at=told.sent_at), at)  # fmt: skip


def _entitled(source: WarningSource | None, told: Told) -> None:
    allowed = [one.strip() for one in source.senders.split(",") if one.strip()] if source else []
    if allowed and told.sender not in allowed:
        raise Refused("sender", f"来源“{source}”不能代“{told.sender}”发预警，没有收。", "sender")


def _take(
    actor: Actor, told: Told, data: bytes, way: str, source: WarningSource | None, organisation: Organisation, at: datetime, is_demo: bool
) -> Taken:  # fmt: skip
    standing = WarningMessage.objects.filter(sender=told.sender, identifier=told.identifier, sent_at=told.sent_at).first()  # fmt: skip
    if standing is not None:
        return _repeat(actor, standing, at)
    message = WarningMessage.objects.create(
        way=way, source=source, organisation=organisation, identifier=told.identifier, sender=told.sender, sent_at=told.sent_at, status=told.status,
        exercise=told.exercise, message_type=told.message_type, scope=told.scope, hazard=told.hazard, colour=told.colour, event=told.event,
        headline=told.headline, description=told.description, instruction=told.instruction, sender_name=told.sender_name, severity=told.severity,
        urgency=told.urgency, certainty=told.certainty, effective_at=told.effective_at, onset_at=told.onset_at, expires_at=told.expires_at,
        areas=rules.plain_areas(told.areas), text=data.decode("utf-8", "replace"), sha256=hashlib.sha256(data).hexdigest(), state="ignored",
        why=" ".join(told.notes)[:300], made_at=at, made_by=actor.name, maker_id=actor.person_id, is_demo=is_demo,
    )  # fmt: skip
    WarningReference.objects.bulk_create(
        WarningReference(message=message, sender=one.sender[:120], identifier=one.identifier[:120], sent_at=one.sent_at) for one in told.references
    )  # fmt: skip
    if source is not None:
        WarningSource.objects.filter(pk=source.pk).update(last_at=at)
    taken = _settled(message, told)
    note(
        actor,
        message,
        "received",
        at,
        way=way,
        outcome=taken.outcome,
        state=message.state,
        source=source.name if source else "",
    )
    return taken


def _repeat(actor: Actor, standing: WarningMessage, at: datetime) -> Taken:
    with transaction.atomic():
        note(actor, standing, "repeated", at)
    return Taken("repeat", standing, "以前收过同一条，没有重复记。")


def _settled(message: WarningMessage, told: Told) -> Taken:
    """Which state it takes, and what it does to those it names; then what came before it and names it."""
    if told.status not in ("Actual", "Exercise") or told.message_type not in ("Alert", "Update", "Cancel"):
        kind = (
            rules.STATUS[told.status] if told.status not in ("Actual", "Exercise") else rules.TYPES[told.message_type]
        )
        return _set(message, "ignored", "ignored", f"这是{kind}，不作预警。")
    targets = [one for each in told.references for one in named(each)]
    good = [one for one in targets if not _against(message, one)]
    if told.message_type == "Cancel" and not good:
        why = _against(message, targets[0]) if targets else "引用的预警没有收到过"
        return _set(message, "held", "held", f"解除没有照办：{why}。请人工核定。")
    for one in good:
        touch(message, one)
    if told.message_type == "Cancel":
        return _set(message, "notice", "cancel", "已照它解除。")
    done = _set(
        message, "active", "update" if good else "new", "已更新原来的预警。" if good else _as_new(message, targets)
    )
    return _caught_up(message, done)


def _as_new(message: WarningMessage, targets: list[WarningMessage]) -> str:
    if message.message_type != "Update":
        return "已收下。"
    why = _against(message, targets[0]) if targets else "引用的预警没有收到过"
    return f"是更新，但{why.rstrip('。')}；按新的预警收下，原来的没有动。"


def _set(message: WarningMessage, state: str, outcome: Outcome, words: str) -> Taken:
    plain = words in ("已收下。", "已照它解除。", "已更新原来的预警。")
    why = message.why if plain else f"{words} {message.why}".strip()
    WarningMessage.objects.filter(pk=message.pk).update(state=state, why=why[:300])
    message.state, message.why = state, why[:300]
    return Taken(outcome, message, f"{words}{f' {message.why}' if plain and message.why else ''}")


def named(one: Named) -> QuerySet[WarningMessage]:
    """The messages a reference can mean: by number and sender, and by time where the reference writes it."""
    rows = WarningMessage.objects.filter(identifier=one.identifier)
    if one.sender:
        rows = rows.filter(sender=one.sender)
    return rows.filter(sent_at=one.sent_at) if one.sent_at else rows


def _against(message: WarningMessage, target: WarningMessage) -> str:
    return rules.applies(message.message_type, message.status, message.sender, target.status, target.sender)


def touch(message: WarningMessage, target: WarningMessage) -> None:
    """What an update or a cancel does to one it names; whatever has ended already stays as it ended."""
    state = "cancelled" if message.message_type == "Cancel" else "updated"
    changed = WarningMessage.objects.filter(pk=target.pk, state="active").update(state=state, version=F("version") + 1)
    if changed or message.follows_id is None:
        WarningMessage.objects.filter(pk=message.pk, follows=None).update(follows=target)


def _caught_up(message: WarningMessage, done: Taken) -> Taken:
    """Updates and cancels that came before what they name: they take effect now."""
    rows = (
        WarningReference.objects.filter(identifier=message.identifier)
        .select_related("message")
        .order_by("message__sent_at", "pk")
    )
    for one in rows:
        later = one.message
        fits = one.sender in ("", message.sender) and one.sent_at in (None, message.sent_at)
        if (
            not fits
            or later.state not in ("held", "active", "updated", "cancelled", "notice")
            or _against(later, message)
        ):
            continue
        touch(later, message)
        if later.state == "held":
            WarningMessage.objects.filter(pk=later.pk).update(state="notice", why="原预警后到，已照它解除。")
    message.refresh_from_db()
    if message.state == "active":
        return done
    return Taken(
        done.outcome,
        message,
        f"先来过它的{'解除' if message.state == 'cancelled' else '更新'}，所以{message.get_state_display()}。",
    )


@transaction.atomic
def _refused(
    actor: Actor, data: bytes, way: str, source: WarningSource | None, name: str, refused: Refused, at: datetime
) -> None:
    digest = hashlib.sha256(data).hexdigest()
    changed = WarningRefusal.objects.filter(sha256=digest, way=way).update(times=F("times") + 1, at=at)
    if changed:
        return
    made = WarningRefusal.objects.create(
        way=way, source=source, name=name[:160], code=refused.code[:20], why=refused.message[:300], sha256=digest, size=len(data),
        head=data[:HEAD].decode("utf-8", "replace").replace("\x00", "�"), at=at,
    )  # fmt: skip
    record(
        actor=actor, verb=f"{SLUG}.refused", subject_kind="warning_refusal", subject_id=made.pk, at=at, new={"code": refused.code, "way": way, "name": name},
        content_hash=digest,
    )  # fmt: skip


@transaction.atomic
def seen(*, actor: Actor, at: datetime) -> int:
    policy.require(actor, RECEIVE)
    count = WarningRefusal.objects.filter(seen_at=None).update(seen_at=at, seen_by=actor.name)
    if count:
        record(
            actor=actor,
            verb=f"{SLUG}.seen",
            subject_kind="warning_refusal",
            subject_id="all",
            at=at,
            new={"count": count},
        )
    return count


# ---- what a person decides about a received one
@transaction.atomic
def move(*, actor: Actor, message: WarningMessage, step: str, reason: str, at: datetime) -> WarningMessage:
    """Follow a cancel that was held, decline it, or end a warning whose cancel never came."""
    row = next((one for one in RECEIVED if one.slug == step), None)
    if row is None:
        raise Refused("not_found", "没有这一步。")
    reason = reason.strip()
    if not 0 < len(reason) <= 200:
        raise Refused("reason", "写一句理由，不超过 200 个字。", "reason")
    queue(at)
    if step == "accept":
        targets = [one for each in message.references.all() for one in named(Named(identifier=each.identifier))]
        good = [one for one in targets if one.status == message.status]
        if not good:
            raise Refused("references", "没有可以解除的预警：引用的那条没有收到过。等它到，或“不采用”。")
        for one in good:
            touch(message, one)
    advance(message, find(RECEIVED, step), actor=actor, why=f"{row.title}：{reason}"[:300])
    note(actor, message, "moved", at, step=step, reason=reason)
    return message


@transaction.atomic
def say(*, actor: Actor, message: WarningMessage, hazard: str, colour: str, at: datetime) -> WarningMessage:
    """Add what the document does not say. What it does say is not changed."""
    policy.require(actor, RECEIVE, message)
    if message.own or message.state not in ("active", "held"):
        raise Refused("illegal", "只有收来的、现行的预警可以补写。")
    changes: dict[str, object] = {}
    if not message.hazard or (message.said_by and hazard):
        if hazard not in rules.HAZARDS:
            raise Refused("hazard", "没有选灾种。", "hazard")
        changes["hazard"] = hazard
    if message.colour is None:
        number = next((one for one, slug in rules.COLOUR_SLUGS.items() if slug == colour), None)
        if number is None:
            raise Refused("colour", "没有选颜色。按原文写的颜色选，不要由严重程度推。", "colour")
        changes["colour"] = number
    if not changes:
        raise Refused("illegal", "原文已写明灾种和颜色，不能改。")
    WarningMessage.objects.filter(pk=message.pk).update(**changes, said_by=actor.name, version=F("version") + 1)
    note(actor, message, "said", at, **changes)
    message.refresh_from_db()
    return message


# ---- sources
@transaction.atomic
def add_source(*, actor: Actor, name: str, senders: str, organisation: Organisation, at: datetime, is_demo: bool = False) -> tuple[WarningSource, str]:  # fmt: skip
    """A source and its token, which is shown once and never kept."""
    policy.require(actor, MANAGE, organisation)
    name, senders = name.strip(), ",".join(one.strip() for one in senders.replace("，", ",").split(",") if one.strip())
    if not 0 < len(name) <= 80:
        raise Refused("name", "写来源名称，不超过 80 个字。", "name")
    if len(senders) > 400:
        raise Refused("senders", "发送方写得太长。", "senders")
    token = secrets.token_urlsafe(32)
    made = WarningSource.objects.create(
        name=name, senders=senders, digest=digest_of(token), organisation=organisation, made_at=at, made_by=actor.name, is_demo=is_demo
    )  # fmt: skip
    record(actor=actor, verb=f"{SLUG}.source", subject_kind="warning_source", subject_id=made.pk, at=at, org_path=organisation.path, new={"name": name, "senders": senders})  # fmt: skip
    return made, token


@transaction.atomic
def revoke_source(*, actor: Actor, source: WarningSource, at: datetime) -> None:
    policy.require(actor, MANAGE, source)
    if not WarningSource.objects.filter(pk=source.pk, state="admitted").update(state="revoked"):
        raise Refused("illegal", "这个来源已经停用。")
    record(actor=actor, verb=f"{SLUG}.source", subject_kind="warning_source", subject_id=source.pk, at=at, org_path=source.organisation.path, new={"state": "revoked"})  # fmt: skip


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def source_of(token: str) -> WarningSource:
    """Raises Refused `sign_in` when the token is nobody's."""
    row = WarningSource.objects.filter(digest=digest_of(token), state="admitted").select_related("organisation").first() if token else None  # fmt: skip
    if row is None:
        raise Refused("sign_in", "没有令牌，或令牌不对、已停用。请向区里换发一个。")
    return row
