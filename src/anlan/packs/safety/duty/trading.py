"""Trading shifts: asked, answered by the other, approved when a limit is passed. The shift changes hands once, by compare-and-set."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import Actor
from anlan.kernel.response.models import DutyShift
from anlan.packs.safety.duty.models import OPEN_TRADES, TRADE_STATES, ShiftTrade
from anlan.packs.safety.duty.queries import ACT, APPROVE, spans_of
from anlan.packs.safety.duty.rostering import check_shift, journal, text_of
from anlan.packs.safety.duty.rules import TRADED_HOURS, Span, over


def ask(
    *,
    actor: Actor,
    shift: DutyShift,
    to: Person,
    reason: str,
    at: datetime,
    back: DutyShift | None = None,
    is_demo: bool = False,
) -> ShiftTrade:
    """Ask somebody to take one's shift, or to trade it for one of theirs."""
    policy.require(actor, ACT)
    words = text_of(reason, "reason", "为什么换")
    if shift.person_id != actor.person_id:
        raise Refused("forbidden", "这不是你的班，不能提换班。")
    if shift.state != "planned" or shift.starts_at <= at:
        raise Refused("illegal", "这一班已经开始或已取消，不能再换。")
    if to.pk == shift.person_id:
        raise Refused("to", "不能和自己换。", "to")
    if back is not None and (back.person_id != to.pk or back.state != "planned" or back.starts_at <= at):
        raise Refused("back", f"换回的班要是{to.name}还没开始的班。", "back")
    why = _over(shift, to, back, at)
    try:
        with transaction.atomic():
            row = ShiftTrade.objects.create(
                shift=shift,
                back=back,
                asker_id=shift.person_id,
                to=to,
                reason=words,
                over=why[:200],
                asked_at=at,
                is_demo=is_demo,
            )
            journal(
                actor,
                "trade.asked",
                row,
                shift.organisation.path,
                at,
                shift=shift.pk,
                to=to.name,
                back=back.pk if back else None,
                reason=words,
                over=why,
            )
    except IntegrityError:
        raise Refused("taken", "这一班已经有一个换班在办。先撤回那个。") from None
    return row


def _over(shift: DutyShift, to: Person, back: DutyShift | None, at: datetime) -> str:
    """Why the trade needs an approval. Refused when it cannot be at all."""
    but = [shift.pk, *([back.pk] if back else [])]
    found = []
    pairs: list[tuple[Person, DutyShift]] = [(to, shift), *([(shift.person, back)] if back else [])]
    for person, taken in pairs:
        span = Span(taken.starts_at, taken.ends_at)
        if why := check_shift(taken.post, taken.organisation, person, span, at, but) or over(
            spans_of(person.pk, but), span
        ):
            found.append(f"{person.name}{why}")
        hours = traded_hours(person, taken.starts_at) + span.length.total_seconds() / 3600
        if hours > TRADED_HOURS:
            found.append(f"{person.name}本月换来 {hours:g} 小时，超过 {TRADED_HOURS} 小时")
    return "；".join(dict.fromkeys(found))


def traded_hours(person: Person, moment: datetime) -> float:
    """Hours that came to this person by trades, in the civil month of the instant."""
    month = moment.astimezone(CHINA).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (month + timedelta(days=32)).replace(day=1)
    done = ShiftTrade.objects.filter(state="done").select_related("shift", "back")
    taken = [one.shift for one in done.filter(to=person, shift__starts_at__gte=month, shift__starts_at__lt=end)]
    taken += [
        one.back for one in done.filter(asker=person, back__starts_at__gte=month, back__starts_at__lt=end) if one.back
    ]
    return sum((one.ends_at - one.starts_at).total_seconds() for one in taken) / 3600


def answer(*, actor: Actor, row: ShiftTrade, agreed: bool, at: datetime, note: str = "") -> ShiftTrade:
    """The other one's word. Within the limits the trade is done with it."""
    policy.require(actor, ACT)
    if row.to_id != actor.person_id:
        raise Refused("forbidden", f"这要{row.to.name}本人答复。")
    words = text_of(note, "note", "为什么不换", wanted=False)
    with transaction.atomic():
        _hold(row)
        if not agreed:
            return _move(actor, row, "asked", "refused", at, answered_at=at, note=words)
        why = _over(row.shift, row.to, row.back, at)
        if why:
            return _move(actor, row, "asked", "agreed", at, answered_at=at, over=why[:200])
        _move(actor, row, "asked", "done", at, answered_at=at, over="")
        _swap(row, at)
    return row


def decide(*, actor: Actor, row: ShiftTrade, approved: bool, at: datetime, note: str = "") -> ShiftTrade:
    """The approval of a trade that passes a limit; by neither of the two."""
    policy.require(actor, APPROVE, row.shift.organisation)
    if actor.person_id in (row.asker_id, row.to_id):
        raise Refused("forbidden", "换班的两个人不能自己批准。")
    words = text_of(note, "note", "为什么不批准", wanted=not approved)
    with transaction.atomic():
        _hold(row)
        _move(
            actor, row, "agreed", "done" if approved else "denied", at, decided_at=at, decided_by=actor.name, note=words
        )
        if approved:
            _swap(row, at)
    return row


def withdraw(*, actor: Actor, row: ShiftTrade, at: datetime) -> ShiftTrade:
    if row.asker_id != actor.person_id:
        raise Refused("forbidden", f"这要{row.asker.name}本人撤回。")
    with transaction.atomic():
        return _move(actor, row, row.state, "withdrawn", at)


def _hold(row: ShiftTrade) -> None:
    """The shifts before the trade, always in one order: two answers over one shift wait for each other instead of locking each other out."""
    keys = [row.shift_id, *([row.back_id] if row.back_id else [])]
    list(DutyShift.objects.select_for_update().filter(pk__in=keys).order_by("pk"))


def _move(actor: Actor, row: ShiftTrade, source: str, target: str, at: datetime, **changes: Any) -> ShiftTrade:
    if row.state != source or source not in OPEN_TRADES:
        raise Refused("illegal", f"这个换班现在是“{TRADE_STATES[row.state]}”。")
    hit = ShiftTrade.objects.filter(pk=row.pk, state=source, version=row.version).update(
        state=target, version=F("version") + 1, **changes
    )
    if hit != 1:
        raise Refused("stale", "别人刚答复过这个换班，刷新后再看。")
    row.version += 1
    for name, value in {"state": target, **changes}.items():
        setattr(row, name, value)
    journal(
        actor,
        f"trade.{target}",
        row,
        row.shift.organisation.path,
        at,
        shift=row.shift_id,
        **{key: value for key, value in changes.items() if key != "answered_at"},
    )
    return row


def _swap(row: ShiftTrade, at: datetime) -> None:
    """Both shifts, or none. Other trades that wait on either are void."""
    if row.shift.starts_at <= at or (row.back is not None and row.back.starts_at <= at):
        raise Refused("illegal", "班次已经开始，不能再换。")
    pairs = [(row.shift, row.asker_id, row.to_id), *([(row.back, row.to_id, row.asker_id)] if row.back else [])]
    for shift, source, target in sorted(pairs, key=lambda pair: pair[0].pk):
        try:
            with transaction.atomic():
                hit = DutyShift.objects.filter(
                    pk=shift.pk, version=shift.version, person=source, state="planned"
                ).update(person=target, version=F("version") + 1)
        except IntegrityError:
            raise Refused("stale", "对方这一班刚被排上，不能再换。") from None
        if hit != 1:
            raise Refused("stale", "这一班刚被别人改过，换班没有办成。刷新后再看。")
        ShiftTrade.objects.filter(Q(shift=shift) | Q(back=shift), state__in=OPEN_TRADES).exclude(pk=row.pk).update(
            state="void", note="班次已换给别人", version=F("version") + 1
        )
