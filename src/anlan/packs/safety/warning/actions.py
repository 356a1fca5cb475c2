"""Own warnings: drafted, approved by another, issued, updated and cancelled with one click; passed on, confirmed; a warning proposes an incident."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import Actor
from anlan.kernel.exchange.delivery import identity
from anlan.kernel.response.actions import intake
from anlan.kernel.response.models import Incident
from anlan.packs.safety.warning import rules, telling
from anlan.packs.safety.warning.models import WarningMessage, WarningReference
from anlan.packs.safety.warning.moves import APPROVE, CANCEL_OUT, DRAFT, OWN, RECEIVE
from anlan.packs.safety.warning.noting import note
from anlan.packs.safety.warning.receiving import queue, touch
from anlan.packs.safety.warning.rules import Named, Own

LONGEST_HOURS = 240
_TEXTS = (("headline", "标题", 200, True), ("description", "说明", 2000, True), ("instruction", "防御指引", 2000, True))


def _checked(given: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """The fields of a draft; Refused at the field."""
    found: dict[str, Any] = {}
    for name, title, most, needed in _TEXTS:
        text = str(given.get(name, "")).strip()
        if (needed and not text) or len(text) > most:
            raise Refused(name, f"写{title}，不超过 {most} 个字。", name)
        found[name] = text
    if given.get("hazard") not in rules.HAZARDS:
        raise Refused("hazard", "没有选灾种。", "hazard")
    colour = next((number for number, slug in rules.COLOUR_SLUGS.items() if slug == given.get("colour")), None)
    if colour is None:
        raise Refused("colour", "没有选预警颜色。", "colour")
    for name, words, title in (
        ("severity", rules.SEVERITY, "严重程度"),
        ("urgency", rules.URGENCY, "紧迫程度"),
        ("certainty", rules.CERTAINTY, "把握程度"),
    ):
        if given.get(name) not in words:
            raise Refused(name, f"没有选{title}。", name)
        found[name] = given[name]
    expires = given.get("expires_at")
    if not isinstance(expires, datetime) or not at < expires <= at + timedelta(hours=LONGEST_HOURS):
        raise Refused("expires_at", f"失效时间要晚于现在，不超过 {LONGEST_HOURS // 24} 天。", "expires_at")
    return {
        **found,
        "hazard": given["hazard"],
        "event": rules.HAZARDS[given["hazard"]],
        "colour": colour,
        "expires_at": expires,
    }


def _areas(given: Mapping[str, Any], organisation: Organisation) -> list[dict[str, object]]:
    rows = Organisation.objects.filter(code__in=given.get("streets", ()), kind="street", closed_on=None)
    areas = rules.areas_of([(one.code, str(one)) for one in rows], str(given.get("polygon", "")), (organisation.code, organisation.name))  # fmt: skip
    return rules.plain_areas(areas)


@transaction.atomic
def draft(
    *, actor: Actor, organisation: Organisation, given: Mapping[str, Any], at: datetime, exercise: bool = False, follows: WarningMessage | None = None,
    incident: Incident | None = None, is_demo: bool = False,
) -> WarningMessage:  # fmt: skip
    """A draft. It is an exercise when the person says so, when what it follows is one, or when the incident it belongs to is a drill; and stays one."""
    policy.require(actor, DRAFT, organisation)
    fields, areas = _checked(given, at), _areas(given, organisation)
    exercise = exercise or bool(follows and follows.exercise) or bool(incident and incident.is_drill)
    made = _new(
        actor,
        organisation,
        at,
        exercise,
        "Update" if follows else "Alert",
        follows,
        incident,
        is_demo,
        areas=areas,
        **fields,
    )
    note(actor, made, "drafted", at, headline=made.headline, colour=made.colour, hazard=made.hazard)
    return made


def _new(
    actor: Actor, organisation: Organisation, at: datetime, exercise: bool, message_type: str, follows: WarningMessage | None, incident: Incident | None,
    is_demo: bool, state: str = "draft", **fields: Any,
) -> WarningMessage:  # fmt: skip
    if follows is not None and (not follows.own or follows.state != "active"):
        raise Refused("illegal", "只有本区发布的、现行的预警可以更新或解除。")
    counter = queue(at)
    type(counter).objects.filter(pk=counter.pk).update(last=F("last") + 1)
    code = identity.code()
    return WarningMessage.objects.create(
        way="own", organisation=organisation, identifier=f"{code.upper()}-{civil_date(at).year}-{counter.last + 1:05d}", sender=f"{code}@anlan",
        sender_name=organisation.name, status=rules.status_of(exercise=exercise), exercise=exercise, message_type=message_type, state=state, follows=follows,
        incident=incident, made_at=at, made_by=actor.name, maker_id=actor.person_id, is_demo=is_demo, **fields,
    )  # fmt: skip


@transaction.atomic
def change(
    *, actor: Actor, message: WarningMessage, given: Mapping[str, Any], at: datetime, seen: int
) -> WarningMessage:
    """Change a draft. Whether it is an exercise is not among the fields."""
    policy.require(actor, DRAFT, message)
    if message.message_type == "Cancel":
        raise Refused("illegal", "解除通知不改内容；要改就作废，重新解除。")
    fields = {**_checked(given, at), "areas": _areas(given, message.organisation), "maker_id": actor.person_id, "made_by": actor.name}  # fmt: skip
    hit = WarningMessage.objects.filter(pk=message.pk, state="draft", version=seen).update(
        version=F("version") + 1, **fields
    )
    if not hit:
        raise Refused("stale", "别人刚改过，或已经送审。刷新后再改。")
    message.refresh_from_db()
    note(actor, message, "changed", at, headline=message.headline, colour=message.colour)
    return message


@transaction.atomic
def cancel(*, actor: Actor, message: WarningMessage, reason: str, at: datetime) -> WarningMessage:
    """One click: a cancel of this warning, sent for approval at once."""
    policy.require(actor, DRAFT, message)
    reason = reason.strip()
    if not 0 < len(reason) <= 200:
        raise Refused("reason", "写一句为什么解除，不超过 200 个字。", "reason")
    if WarningMessage.objects.filter(follows=message, message_type="Cancel", state="waiting").exists():
        raise Refused("twice", "解除已经送审，等批准。")
    made = _new(
        actor, message.organisation, at, message.exercise, "Cancel", message, message.incident, message.is_demo, state="waiting", hazard=message.hazard,
        colour=message.colour, event=message.event, headline=f"解除：{message.headline}"[:200], description=reason, instruction="", areas=message.areas,
        severity=message.severity, urgency="Past", certainty=message.certainty,
    )  # fmt: skip
    note(actor, made, "drafted", at, cancels=message.identifier, reason=reason)
    return made


@transaction.atomic
def move(*, actor: Actor, message: WarningMessage, step: str, at: datetime, reason: str = "") -> WarningMessage:
    """Send for approval, approve and issue, return, drop. Who wrote it approves nothing."""
    row = next((one for one in OWN if one.slug == step), None)
    if row is None or not message.own:
        raise Refused("not_found", "没有这一步。")
    reason = reason.strip()
    if step == "return" and not 0 < len(reason) <= 200:
        raise Refused("reason", "写退回的理由，不超过 200 个字。", "reason")
    if step == "approve":
        return _issue(actor, message, at)
    advance(message, find(OWN, step), actor=actor, why=reason[:200])
    note(actor, message, "moved", at, step=step, reason=reason)
    return message


def _issue(actor: Actor, message: WarningMessage, at: datetime) -> WarningMessage:
    """Approved by another: written, read back, checked, told. An update replaces and a cancel ends what it follows, in the same breath."""
    policy.require(actor, APPROVE, message)
    if actor.person_id is not None and message.maker_id == actor.person_id:
        raise Refused("same_person", "写的人不能自己批，请另一个人批。")
    queue(at)
    sent_at = at.replace(microsecond=0)
    if message.message_type != "Cancel" and (message.expires_at is None or message.expires_at <= at):
        raise Refused("expires_at", "失效时间已经过了。退回改了再批。", "expires_at")
    target = message.follows
    if target is not None:
        target.refresh_from_db()
        if target.state != "active":
            raise Refused("illegal", f"它跟的那条已经“{target.get_state_display()}”，不能再发。作废这一条。")
    references = _references(target) if target else ()
    data = rules.leaving(_document(message, sent_at, references), exercise=message.exercise)
    advance(
        message, CANCEL_OUT if message.message_type == "Cancel" else find(OWN, "approve"), actor=actor, sent_at=sent_at, text=data.decode(),
        sha256=hashlib.sha256(data).hexdigest(), approved_at=at, approved_by=actor.name, effective_at=sent_at, why="",
    )  # fmt: skip
    WarningReference.objects.bulk_create(
        WarningReference(message=message, sender=one.sender, identifier=one.identifier, sent_at=one.sent_at) for one in references
    )  # fmt: skip
    if target is not None:
        touch(message, target)
    count = telling.spread(message, at)
    note(actor, message, "issued", at, type=message.message_type, told=count)
    return message


def _references(target: WarningMessage) -> tuple[Named, ...]:
    """The one it follows and everything that one followed (CAP 1.2 asks for all that is still known)."""
    found: list[Named] = []
    one: WarningMessage | None = target
    while one is not None and len(found) < 20:
        found.append(Named(sender=one.sender, identifier=one.identifier, sent_at=one.sent_at))
        one = one.follows
    return tuple(found)


def _document(message: WarningMessage, sent_at: datetime, references: tuple[Named, ...]) -> bytes:
    if message.colour is None:
        raise Refused("colour", "没有预警颜色，不能发。", "colour")
    head = f"【演练】{message.headline}" if message.exercise else message.headline
    return rules.write(
        Own(
            identifier=message.identifier, sender=message.sender, sender_name=message.sender_name, sent_at=sent_at, message_type=message.message_type,
            exercise=message.exercise, references=references, hazard=message.hazard, colour=message.colour, headline=head, description=message.description,
            instruction=message.instruction, severity=message.severity, urgency=message.urgency, certainty=message.certainty, effective_at=sent_at,
            expires_at=message.expires_at, areas=rules.areas_from(message.areas),
        )
    )  # fmt: skip


@transaction.atomic
def pass_on(*, actor: Actor, message: WarningMessage, at: datetime) -> int:
    """Tell organisations and subscribers of a warning that came from others; returns how many."""
    policy.require(actor, RECEIVE, message)
    if message.own or message.state not in ("active", "notice"):
        raise Refused("illegal", "只有收来的、现行的预警（或解除）可以转发。")
    if message.told_at is not None:
        raise Refused("twice", "已经转发过。")
    count = telling.spread(message, at)
    note(actor, message, "told", at, told=count)
    return count


@transaction.atomic
def propose(*, actor: Actor, message: WarningMessage, place: str, at: datetime) -> Incident:
    """One click: an incident of the hazard's kind, linked to the warning. Again gives the one that stands; an exercise opens a drill, never a real one."""
    policy.require(actor, RECEIVE, message)
    if message.state != "active" or not message.hazard:
        raise Refused("illegal", "现行的、写明灾种的预警才能提出事件。先补写灾种。")
    standing = WarningMessage.objects.select_for_update(of=("self",)).get(pk=message.pk).incident
    if standing is not None:
        return standing
    link = {"kind": "warning", "id": message.pk, "title": str(message)[:120], "identifier": message.identifier}
    incident = intake.open_incident(
        actor=actor, organisation=message.organisation, place=place.strip() or message.organisation.name, kind=rules.hazards()[message.hazard].incident,
        source=f"{message.sender_name or message.sender}预警 {message.identifier}"[:200], title=f"{'【演练】' if message.exercise else ''}{message}"[:120],
        mode="drill" if message.exercise else "real", key=uuid5(NAMESPACE_URL, f"anlan:warning:{message.sender}:{message.identifier}:{message.sent_at}"),
        link=link, at=at, is_demo=message.is_demo,
    )  # fmt: skip
    WarningMessage.objects.filter(pk=message.pk).update(incident=incident)
    message.incident = incident
    note(actor, message, "proposed", at, incident=incident.number)
    return incident
