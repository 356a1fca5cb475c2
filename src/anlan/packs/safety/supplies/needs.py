"""Needs against offers: who asks for what, who can help, what is still missing. Each is one transaction with one journal entry of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, check
from anlan.kernel.access.types import Actor, Move
from anlan.kernel.casework.models import Counter
from anlan.kernel.journal.record import record
from anlan.kernel.response.models import Incident
from anlan.packs.safety.supplies import actions, queries, telling
from anlan.packs.safety.supplies.actions import Out
from anlan.packs.safety.supplies.models import SupplyItem, SupplyNeed, SupplyOffer, SupplyStore
from anlan.packs.safety.supplies.moves import AGREE, DECLINE, DIRECT, MOVE, NEED, SEND, TAKE_OFF
from anlan.packs.safety.supplies.rules import MOST, words

PREFIX = "XQ"
LONGEST = timedelta(days=90)


def _note(actor: Actor, verb: str, need: SupplyNeed, at: datetime, **new: Any) -> None:
    record(actor=actor, verb=f"supplies.{verb}", subject_kind="supply_need", subject_id=need.pk, org_path=need.organisation.path, at=at, new={"number": need.number, **new})  # fmt: skip


@transaction.atomic
def make(
    *, actor: Actor, organisation: Organisation, item: SupplyItem, amount: int, place: str, due_at: datetime, at: datetime, key: UUID,
    incident: Incident | None = None, longitude: float | None = None, latitude: float | None = None, note: str = "", is_demo: bool = False,
) -> SupplyNeed:  # fmt: skip
    """提出需求: so many pieces at a place by a time. The incident's log is told."""
    policy.require(actor, NEED, organisation)
    if (done := SupplyNeed.objects.filter(key=key).first()) is not None:
        return done
    if item.retired_on is not None:
        raise Refused("item", f"“{item}”已停用。", "item")
    if not 0 < amount <= MOST:
        raise Refused("amount", f"数量要是 1 到 {MOST:,}。", "amount")
    if not at < due_at <= at + LONGEST:
        raise Refused("due_at", "要在什么时候前送到：写一个以后的时间，90 天以内。", "due_at")
    if incident is not None and not incident.is_open:
        raise Refused("incident", "这个事件已经结束。", "incident")
    place, note = words(place, "送到哪里", "place", 120), words(note, "说明", "note", needed=False)
    number = Counter.next(PREFIX, civil_date(at).year)
    need = SupplyNeed.objects.create(
        number=number, key=key, incident=incident, organisation=organisation, item=item, amount=amount, place=place, longitude=longitude, latitude=latitude,
        due_at=due_at, note=note, made_at=at, made_by=actor.name, is_demo=is_demo,
    )  # fmt: skip
    by = due_at.astimezone(CHINA)
    telling.note(actor, incident, f"物资需求 {number}：{item} {amount}{item.unit}，{by:%m-%d %H:%M} 前送到{place}。{note}", at)  # fmt: skip
    _note(actor, "need.made", need, at, item=item.code, amount=amount, place=place, due=due_at.isoformat())
    return need


def _held(need: SupplyNeed) -> SupplyNeed:
    """The need as it is now, held until the transaction ends."""
    found: SupplyNeed = SupplyNeed.objects.select_for_update(of=("self",)).select_related("organisation", "item", "incident").get(pk=need.pk)  # fmt: skip
    return found


def _open(need: SupplyNeed) -> SupplyNeed:
    found = _held(need)
    if found.state != "open":
        raise Refused("illegal", f"需求{found.get_state_display()}，不能再供。")
    return found


@transaction.atomic
def move(*, actor: Actor, need: SupplyNeed, move: Move, at: datetime, reason: str = "") -> SupplyNeed:
    """结束, 撤回 or 重新打开. Closing a need that is not all sent, withdrawing and opening again say why; what is promised is let off."""
    need = _held(need)
    check(need, move, actor=actor)
    short = move.slug == "close" and queries.standing([need])[need.pk].open > 0
    reason = words(reason, "理由", "reason", needed=short or move.slug != "close")
    advance(need, move, actor=actor, ended_at=None if move.target == "open" else at)
    if move.target != "open":
        need.offers.filter(state__in=("asked", "offered")).update(state="withdrawn", reason=f"需求{need.get_state_display()}", version=F("version") + 1)  # fmt: skip
    telling.note(actor, need.incident, f"物资需求 {need.number} {move.title}。{reason}", at)
    _note(actor, "need.moved", need, at, state=need.state, reason=reason)
    return need


@transaction.atomic
def offer(*, actor: Actor, need: SupplyNeed, store: SupplyStore, amount: int, at: datetime, asked: bool = False) -> SupplyOffer:  # fmt: skip
    """`asked`: the command asks a store for it (请求); otherwise its owner promises it (承诺). Never more than is missing or than it holds."""
    policy.require(actor, DIRECT if asked else MOVE, store)
    need = _open(need)
    if store.retired_on is not None:
        raise Refused("store", f"“{store}”已停用。", "store")
    missing = queries.standing([need])[need.pk].missing
    if not 0 < amount <= missing:
        raise Refused("amount", f"还缺 {missing:,}{need.item.unit}，数量要是 1 到 {missing:,}。" if missing else "已经都有人供了。", "amount")  # fmt: skip
    there = queries.available(need.item, civil_date(at), store).get(store.pk, 0)
    if there < amount:
        raise Refused("amount", f"{store}在效期内的只有 {there:,}{need.item.unit}。", "amount")
    if need.offers.filter(store=store, state__in=("asked", "offered")).exists():
        raise Refused("store", f"{store}已经有一条没办完的。先办完那一条。", "store")
    row = SupplyOffer.objects.create(need=need, store=store, amount=amount, state="asked" if asked else "offered", made_at=at, made_by=actor.name)  # fmt: skip
    _note(actor, "offer.made", need, at, store=store.code, amount=amount, state=row.state)
    return row


@transaction.atomic
def answer(*, actor: Actor, offer: SupplyOffer, move: Move, at: datetime, reason: str = "") -> SupplyOffer:
    """能供, 不能供 (with its reason) or 不要了."""
    if move not in (AGREE, DECLINE, TAKE_OFF):
        raise Refused("illegal", "没有这一步。")
    _open(offer.need)
    reason = words(reason, "理由", "reason", needed=move is DECLINE)
    advance(offer, move, actor=actor, reason=reason)
    _note(actor, "offer.moved", offer.need, at, store=offer.store.code, state=offer.state, reason=reason)
    return offer


@transaction.atomic
def send(
    *, actor: Actor, offer: SupplyOffer, amount: int, at: datetime, key: UUID, carrier: str = "", reason: str = "", is_demo: bool = False
) -> SupplyOffer:  # fmt: skip
    """发货: the stock leaves the store for the place of the need, all or part of what was promised. A drill moves no stock."""
    check(offer, SEND, actor=actor)
    need = _open(offer.need)
    if not 0 < amount <= offer.amount:
        raise Refused("amount", f"承诺的是 {offer.amount:,}，发货要是 1 到 {offer.amount:,}。", "amount")
    order = None
    if need.is_drill:
        telling.note(actor, need.incident, f"（演练，不动账）{offer.store}发出 {need.item} {amount}{need.item.unit}，送{need.place}", at)  # fmt: skip
    else:
        order = actions.send_out(
            actor=actor, kind="issue", store=offer.store, lines=[Out(item=need.item, amount=amount)], at=at, key=key, need=need, place=need.place,
            carrier=carrier, reason=reason, is_demo=is_demo,
        )  # fmt: skip
    advance(offer, SEND, actor=actor, amount=amount, order=order)
    _note(actor, "offer.moved", need, at, store=offer.store.code, state="sent", amount=amount, order=order.number if order else "演练")  # fmt: skip
    return offer


def lines_of(need: SupplyNeed) -> Sequence[SupplyOffer]:
    return list(need.offers.select_related("store__organisation", "order"))
