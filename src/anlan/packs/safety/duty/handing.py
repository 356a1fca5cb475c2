"""Handing a shift over: the sheet is drafted from what happened, the one who goes signs, the one who comes signs. Two signatures, or none."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import canonical
from anlan.kernel.response.models import DutyShift
from anlan.packs.safety.duty.models import HandOver
from anlan.packs.safety.duty.queries import ACT, sheet
from anlan.packs.safety.duty.rostering import journal, text_of
from anlan.packs.safety.duty.rules import HAND_EARLY


def found(shift: DutyShift) -> HandOver | None:
    return (
        HandOver.objects.select_related("shift__person", "shift__organisation", "given_by", "to")
        .filter(shift=shift)
        .first()
    )


def give(*, actor: Actor, shift: DutyShift, to: Person, note: str, at: datetime) -> HandOver:
    """The signature of who goes. What stands now is frozen into the sheet."""
    policy.require(actor, ACT)
    if shift.person_id != actor.person_id:
        raise Refused("forbidden", f"这一班是{shift.person.name}的，由本人交。")
    if to.pk == actor.person_id:
        raise Refused("to", "不能交给自己。", "to")
    if shift.state != "planned" or at < shift.starts_at:
        raise Refused("illegal", "这一班还没有开始，不能交。")
    if at < shift.ends_at - HAND_EARLY:
        raise Refused("illegal", f"离下班还早，最早提前 {HAND_EARLY.seconds // 60} 分钟交班。中途换人请用换班。")
    words, frozen = text_of(note, "note", "要交代的事", 4000, wanted=False), sheet(shift, at)
    with transaction.atomic():
        row, _made = HandOver.objects.get_or_create(shift=shift, defaults={"drafted_at": at, "is_demo": shift.is_demo})
        digest = hashlib.sha256(
            canonical(
                {"shift": shift.pk, "sheet": frozen, "note": words, "from": actor.person_id, "to": to.pk, "at": at}
            ).encode()
        ).hexdigest()
        _move(
            row,
            "draft",
            state="given",
            sheet=frozen,
            note=words,
            hash=digest,
            given_at=at,
            given_by_id=actor.person_id,
            to=to,
        )
        journal(actor, "handover.given", row, shift.organisation.path, at, post=shift.post, to=to.name, hash=digest)
    return row


def take(*, actor: Actor, row: HandOver, at: datetime, note: str = "") -> HandOver:
    """The signature of who comes: the person it was given to, nobody else."""
    policy.require(actor, ACT)
    if row.to_id != actor.person_id or row.given_by_id == actor.person_id:
        raise Refused("forbidden", f"这张交接单是给{row.to.name if row.to else '别人'}的，由本人签收。")
    words = text_of(note, "note", "接班意见", 400, wanted=False)
    with transaction.atomic():
        _move(row, "given", state="done", taken_at=at, taken_note=words)
        journal(
            actor,
            "handover.taken",
            row,
            row.shift.organisation.path,
            at,
            post=row.shift.post,
            hash=row.hash,
            note=words,
        )
    return row


def send_back(*, actor: Actor, row: HandOver, reason: str, at: datetime) -> HandOver:
    """Who comes does not take it as it is: back to who goes, with the reason."""
    if row.to_id != actor.person_id:
        raise Refused("forbidden", "这张交接单不是给你的。")
    words = text_of(reason, "reason", "哪里不对", 400)
    with transaction.atomic():
        _move(row, "given", state="draft", taken_note=words, given_at=None, hash="")
        journal(actor, "handover.sent_back", row, row.shift.organisation.path, at, post=row.shift.post, reason=words)
    return row


def _move(row: HandOver, source: str, **changes: Any) -> None:
    if row.state != source:
        raise Refused("illegal", f"交接单现在是“{HandOver.STATES[row.state]}”。")
    hit = HandOver.objects.filter(pk=row.pk, state=source, version=row.version).update(
        version=F("version") + 1, **changes
    )
    if hit != 1:
        raise Refused("stale", "交接单刚被签过，刷新后再看。")
    row.version += 1
    for name, value in changes.items():
        setattr(row, name, value)
