"""What people do with stock. Each is one transaction: the order, its moves, the balances, the incident's log and one journal entry, or nothing.

Locks are always taken in this order: the need, the number, the order, the agreement, the places, the incident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, check
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Counter
from anlan.kernel.journal.record import record
from anlan.kernel.response.models import Incident
from anlan.packs.safety.supplies import ledger, telling
from anlan.packs.safety.supplies.ledger import Leg, lock, place_of, special
from anlan.packs.safety.supplies.models import (
    Lot,
    OrderLine,
    StockMove,
    StockPlace,
    SupplyAgreement,
    SupplyItem,
    SupplyNeed,
    SupplyOffer,
    SupplyOrder,
    SupplyStore,
)
from anlan.packs.safety.supplies.moves import CANCEL, DELIVER, DRAW, MOVE, REVERSE, SIGN, SIGN_OFF
from anlan.packs.safety.supplies.rules import KINDS, MOST, Held, Kind, expired, pick, words

PREFIX = "WZ"


@dataclass(frozen=True, kw_only=True)
class In:
    """A line that comes in: a batch with its days."""

    item: SupplyItem
    amount: int
    batch: str = ""
    made_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Out:
    """A line that goes out; without a lot, what expires first."""

    item: SupplyItem
    amount: int
    lot: Lot | None = None


def note(actor: Actor, verb: str, order: SupplyOrder, at: datetime, old: Mapping[str, Any] | None = None, **new: Any) -> None:  # fmt: skip
    record(actor=actor, verb=f"supplies.{verb}", subject_kind="supply_order", subject_id=order.pk, org_path=order.organisation.path, at=at, old=old, new={"number": order.number, **new})  # fmt: skip


def _known(key: UUID) -> SupplyOrder | None:
    return SupplyOrder.objects.select_related("organisation").filter(key=key).first()


def _new(actor: Actor, key: UUID, kind: str, at: datetime, organisation: Organisation, **columns: Any) -> SupplyOrder:
    number = Counter.next(PREFIX, civil_date(at).year)
    if (done := _known(key)) is not None:  # sent twice at the same time
        raise Refused("stale", f"这张单已经开过：{done.number}。")
    return SupplyOrder.objects.create(number=number, key=key, kind=kind, organisation=organisation, made_at=at, made_by=actor.name, **columns)  # fmt: skip


def _lines(lines: Sequence[In] | Sequence[Out]) -> None:
    if not lines:
        raise Refused("item", "没有写物资。至少写一行。", "item")
    for one in lines:
        if not 0 < one.amount <= MOST:
            raise Refused("amount", f"“{one.item}”的数量要是 1 到 {MOST:,}。", "amount")
        if one.item.retired_on is not None:
            raise Refused("item", f"“{one.item}”已停用。", "item")


def _usable(store: SupplyStore) -> None:
    if store.retired_on is not None:
        raise Refused("store", f"“{store}”已停用。选别的储备点。", "store")


def _said(lines: Sequence[In] | Sequence[Out]) -> list[str]:
    return [f"{one.item} {one.amount}{one.item.unit}" for one in lines]


# ---- in
@transaction.atomic
def bring_in(
    *, actor: Actor, kind: str, store: SupplyStore, lines: Sequence[In], at: datetime, key: UUID, partner: str = "", reason: str = "", is_demo: bool = False,
) -> SupplyOrder:  # fmt: skip
    """采购入库 or 捐赠入库: goods come into a store of one's own. A donation names who gave it; nothing expired comes in."""
    policy.require(actor, MOVE, store)
    if (done := _known(key)) is not None:
        return done
    given = KINDS.get(kind)
    if given is None or not given.into or not given.typed:
        raise Refused("kind", "没有这种入库。", "kind")
    _usable(store)
    _lines(lines)
    today, partner = civil_date(at), words(partner, given.partner, "partner", 80, needed=kind == "donation")
    for one in lines:
        _days(one, today)
    order = _new(actor, key, kind, at, store.organisation, state="done", target=store, partner=partner, reason=words(reason, "说明", "reason", needed=False), done_at=at, done_by=actor.name, is_demo=is_demo)  # fmt: skip
    place, outside = place_of(store), special(given.outside)
    lock(place)
    legs: list[Leg] = []
    for one in lines:
        OrderLine.objects.create(order=order, item=one.item, amount=one.amount, received=one.amount)
        lot = ledger.lot_of(
            one.item,
            batch=words(one.batch, "批号", "batch", 40, needed=False),
            made_on=one.made_on,
            expires_on=one.expires_on,
            donor=partner if kind == "donation" else "",
        )
        legs.append((outside, place, lot.pk, one.amount))
    ledger.post(order=order, legs=legs, actor=actor, at=at)
    note(actor, "ordered", order, at, kind=kind, store=store.code, lines=_said(lines), partner=partner)
    return order


def _days(line: In, today: date) -> None:
    if line.made_on is not None and line.made_on > today:
        raise Refused("made_on", f"“{line.item}”的生产日期晚于今天。", "made_on")
    if line.expires_on is not None and line.made_on is not None and line.expires_on < line.made_on:
        raise Refused("expires_on", f"“{line.item}”的有效期早于生产日期。", "expires_on")
    if expired(line.expires_on, today):
        raise Refused("expires_on", f"“{line.item}”已经过期，不能入库。", "expires_on")


# ---- out
@transaction.atomic
def send_out(
    *, actor: Actor, kind: str, store: SupplyStore, lines: Sequence[Out], at: datetime, key: UUID, target: SupplyStore | None = None, partner: str = "",
    place: str = "", carrier: str = "", moving: bool = False, need: SupplyNeed | None = None, reason: str = "", is_demo: bool = False,
) -> SupplyOrder:  # fmt: skip
    """发放, 调拨, 报废, 捐出 from a store of one's own. `reason` lets expired goods go out, and is needed to scrap or give away.

    A transfer to somebody else's store, whatever goes to a need, and what is `moving` is 在途 until the other side signs."""
    policy.require(actor, MOVE, store)
    if (done := _known(key)) is not None:
        return done
    given = _kind_out(kind)
    _way(given, store, target)
    if need is not None and need.is_drill:
        raise Refused("drill", "演练的需求不动真账。在需求页面上发货。")
    _lines(lines)
    if len({one.item.pk for one in lines}) < len(lines):
        raise Refused("item", "同一种物资写了两行。合成一行。", "item")
    reason = words(reason, "理由", "reason", needed=given.says)
    partner = words(partner, given.partner, "partner", 80, needed=bool(given.partner) and need is None)
    elsewhere = target is not None and target.organisation_id != store.organisation_id
    travels = need is not None or elsewhere or (kind in ("issue", "transfer") and moving)
    order = _new(
        actor, key, kind, at, store.organisation, state="moving" if travels else "done", source=store, target=target, need=need,
        incident=need.incident if need else None, partner=partner, place=words(place, "送到哪里", "place", 120, needed=False),
        carrier=words(carrier, "承运", "carrier", 80, needed=False), reason=reason, is_demo=is_demo,
        done_at=None if travels else at, done_by="" if travels else actor.name,
    )  # fmt: skip
    source = place_of(store)
    ends = {one.item.pk: _end(order, one.item) for one in lines}
    lock(source, *ends.values(), *([special("transit")] if travels else []))
    legs: list[Leg] = []
    for one in lines:
        OrderLine.objects.create(order=order, item=one.item, amount=one.amount, received=None if travels else one.amount)  # fmt: skip
        goes_to = special("transit") if travels else ends[one.item.pk]
        legs += [(source, goes_to, lot, amount) for lot, amount in _picked(order, source, one, civil_date(at))]
    ledger.post(order=order, legs=legs, actor=actor, at=at)
    if order.incident is not None:
        telling.resource(actor, order, "moving", _said(lines), at)
    note(actor, "ordered", order, at, kind=kind, store=store.code, target=target.code if target else "", lines=_said(lines), partner=partner, reason=reason)  # fmt: skip
    return order


def _kind_out(kind: str) -> Kind:
    given = KINDS.get(kind)
    if given is None or given.into or not given.typed:
        raise Refused("kind", "没有这种出库。", "kind")
    return given


def _way(kind: Kind, store: SupplyStore, target: SupplyStore | None) -> None:
    """A transfer, and nothing else, goes to another store; both are in use."""
    if (kind.slug == "transfer") != (target is not None):
        raise Refused("target", "调拨要选调到哪个储备点。" if kind.slug == "transfer" else "只有调拨才填调入储备点。", "target")  # fmt: skip
    if target is not None and target.pk == store.pk:
        raise Refused("target", "调出和调入是同一个储备点。", "target")
    _usable(store)
    if target is not None:
        _usable(target)


def _end(order: SupplyOrder, item: SupplyItem) -> StockPlace:
    """Where goods of this order end: in the other store, in use, used up, scrapped, given away."""
    if order.target is not None:
        return place_of(order.target)
    if order.kind in ("issue", "agreement"):
        return special("in_use" if item.returnable else "used")
    return special(KINDS[order.kind].outside)


def _picked(order: SupplyOrder, source: StockPlace, line: Out, today: date) -> list[tuple[int, int]]:
    rows = ledger.held(source, line.item)
    if line.lot is not None:
        if line.lot.item_id != line.item.pk:
            raise Refused("lot", "这一批不是这种物资。", "lot")
        rows = [one for one in rows if one.lot == line.lot.pk]
    elif order.kind == "scrap":
        # Without a lot only what is expired is scrapped, oldest first.
        rows = [Held(one.lot, one.amount, one.expires_on) for one in rows if expired(one.expires_on, today)]
        if sum(one.amount for one in rows) < line.amount:
            raise Refused("lot", f"“{line.item}”过期的只有 {sum(one.amount for one in rows):,}。报废没过期的，到储备点页面选那一批。", "amount")  # fmt: skip
    try:
        return pick(rows, line.amount, today, also_expired=bool(order.reason))
    except Refused as refused:
        raise Refused(refused.code, f"{order.source}的“{line.item}”：{refused.message}", refused.field) from None


@transaction.atomic
def sign(
    *, actor: Actor, order: SupplyOrder, received: Mapping[int, int], at: datetime, reason: str = ""
) -> SupplyOrder:
    """签收: what came, by line; what did not come is written off with a reason. Signed by who is to receive it."""
    policy.require(actor, SIGN_OFF, order.target or order.need or order)
    lines = list(order.lines.select_related("item"))
    short = [one for one in lines if received.get(one.pk, one.amount) < one.amount]
    if any(not 0 <= received.get(one.pk, one.amount) <= one.amount for one in lines):
        raise Refused("received", "实收不能比发出的多，也不能是负数。", "received")
    reason = words(reason, "少收的原因", "reason", needed=bool(short))
    hold(order)
    check(order, SIGN, actor=actor)
    transit, lost, ends = special("transit"), special("scrapped"), {one.item_id: _end(order, one.item) for one in lines}
    lock(transit, *ends.values())
    legs: list[Leg] = []
    for one in lines:
        one.received = received.get(one.pk, one.amount)
        one.save(update_fields=["received"])
        left = one.received
        for move in order.moves.filter(target=transit, lot__item=one.item_id):
            good = min(left, move.amount)
            left -= good
            legs += [(transit, ends[one.item_id], move.lot_id, good)] if good else []
            legs += [(transit, lost, move.lot_id, move.amount - good)] if move.amount > good else []
    ledger.post(order=order, legs=legs, actor=actor, at=at)
    if order.incident is not None:
        telling.resource(actor, order, "on_scene", [f"{one.item} {one.received}{one.item.unit}" for one in lines], at)
    advance(order, SIGN, actor=actor, done_at=at, done_by=actor.name, reason=(f"{order.reason} 少收：{reason}".strip() if short else order.reason)[:200])  # fmt: skip
    note(actor, "signed", order, at, lines=[f"{one.item} {one.received}/{one.amount}" for one in lines], reason=reason)
    return order


@transaction.atomic
def give_back(
    *, actor: Actor, order: SupplyOrder, amounts: Mapping[int, int], store: SupplyStore, at: datetime, key: UUID, reason: str = "", is_demo: bool = False
) -> SupplyOrder:  # fmt: skip
    """退库: goods of an issue come back to a store of the owner, never more than went out and has not come back."""
    policy.require(actor, MOVE, store)
    if (done := _known(key)) is not None:
        return done
    if store.organisation_id != order.organisation_id:
        raise Refused("store", f"这批物资是{order.organisation}的，退到它的储备点。", "store")
    if order.kind not in ("issue", "agreement") or order.state != "done" or order.target is not None:
        raise Refused("illegal", "签收过的发放单才能退库。")
    lines = [one for one in order.lines.select_related("item") if amounts.get(one.pk)]
    if not lines or any(amounts[one.pk] < 0 for one in lines):
        raise Refused("amount", "没有填退回多少。", "amount")
    back = _new(actor, key, "return", at, order.organisation, state="done", target=store, parent=order, need=order.need, incident=order.incident, reason=words(reason, "说明", "reason", needed=False), done_at=at, done_by=actor.name, is_demo=is_demo)  # fmt: skip
    hold(order)
    place = place_of(store)
    lock(place, special("in_use"))
    legs: list[Leg] = []
    for one in lines:
        OrderLine.objects.create(order=back, item=one.item, amount=amounts[one.pk], received=amounts[one.pk])
        legs += _returned(order, one, amounts[one.pk], place)
    ledger.post(order=back, legs=legs, actor=actor, at=at)
    if order.incident is not None and all(outstanding(order, one) == 0 for one in order.lines.select_related("item") if one.item.returnable):  # fmt: skip
        telling.resource(actor, order, "released", [str(one) for one in lines], at)
    note(actor, "returned", order, at, by=back.number, lines=[f"{one.item} {amounts[one.pk]}" for one in lines])
    return back


def _out(order: SupplyOrder, item: SupplyItem) -> dict[tuple[str, int], int]:
    """By place and lot, what of an item is out by this order: what ended in use or used up, less what came back from there."""
    found: dict[tuple[str, int], int] = {}
    for slug, lot, amount in order.moves.filter(lot__item=item, target__slug__in=("in_use", "used")).values_list("target__slug", "lot_id", "amount"):  # fmt: skip
        found[slug, lot] = found.get((slug, lot), 0) + amount
    back = StockMove.objects.filter(order__parent=order, order__kind="return", order__state="done", lot__item=item)
    for slug, lot, amount in back.values_list("source__slug", "lot_id", "amount"):
        found[slug, lot] = found.get((slug, lot), 0) - amount
    return found


def outstanding(order: SupplyOrder, line: OrderLine) -> int:
    return sum(_out(order, line.item).values())


def _returned(order: SupplyOrder, line: OrderLine, amount: int, place: StockPlace) -> list[Leg]:
    left, legs = amount, list[Leg]()
    for (slug, lot), out in sorted(_out(order, line.item).items()):
        part = min(out, left)
        if part > 0:
            legs.append((special(slug), place, lot, part))
            left -= part
    if left:
        raise Refused("amount", f"“{line.item}”还没退的只有 {amount - left:,}{line.item.unit}。", "amount")
    return legs


def hold(order: SupplyOrder) -> None:
    """Keep others from the order until the transaction ends; who comes second, after it changed, sees `stale`."""
    now = SupplyOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
    if (now.state, now.version) != (order.state, order.version):
        raise Refused("stale", f"别人刚办过这张单，现在{now.get_state_display()}。刷新后再办。")


@transaction.atomic
def count(
    *, actor: Actor, store: SupplyStore, lot: Lot, counted: int, at: datetime, key: UUID, reason: str = "", is_demo: bool = False
) -> SupplyOrder:  # fmt: skip
    """盘点 of a lot in a store: the difference is a move, with its reason; no difference is an order without a move."""
    policy.require(actor, MOVE, store)
    if (done := _known(key)) is not None:
        return done
    if not 0 <= counted <= MOST:
        raise Refused("counted", f"盘点数要是 0 到 {MOST:,}。", "counted")
    reason = words(reason, "差异的原因", "reason", needed=False)
    order = _new(actor, key, "count", at, store.organisation, state="done", source=store, reason=reason, done_at=at, done_by=actor.name, is_demo=is_demo)  # fmt: skip
    place, outside = place_of(store), special("counted")
    lock(place)
    booked = ledger.amount_of(place, lot)
    if counted != booked and not reason:
        raise Refused("reason", f"账上 {booked:,}，盘到 {counted:,}。写明差异的原因。", "reason")
    OrderLine.objects.create(order=order, item=lot.item, amount=booked, received=counted)
    if counted > booked:
        ledger.post(order=order, legs=[(outside, place, lot.pk, counted - booked)], actor=actor, at=at)
    elif counted < booked:
        ledger.post(order=order, legs=[(place, outside, lot.pk, booked - counted)], actor=actor, at=at)
    note(actor, "counted", order, at, store=store.code, lot=lot.key, old={"amount": booked}, amount=counted, reason=reason)  # fmt: skip
    return order


@transaction.atomic
def reverse(*, actor: Actor, order: SupplyOrder, reason: str, at: datetime, key: UUID) -> SupplyOrder:
    """冲回: every move of the order the other way, with a reason. Once; not after goods of it came back; by who holds the goods now."""
    check(order, REVERSE, actor=actor)
    policy.require(actor, MOVE, order.target if order.target and order.state == "done" else order.organisation)
    if (done := _known(key)) is not None:
        return done
    if order.kind == "reversal":
        raise Refused("illegal", "冲回单不能再冲回。重新开一张。")
    reason = words(reason, "冲回的理由", "reason")
    back = _new(actor, key, "reversal", at, order.organisation, state="done", source=order.target, target=order.source, parent=order, need=order.need, incident=order.incident, reason=reason, done_at=at, done_by=actor.name, is_demo=order.is_demo)  # fmt: skip
    hold(order)
    if order.children.filter(kind="return", state="done").exists():
        raise Refused("illegal", "这张单有退库。先冲回退库单。")
    if order.agreement is not None:
        _undraw(order.agreement, sum(one.received or 0 for one in order.lines.all()))
    moves = list(order.moves.select_related("source", "target"))
    lock(*(side for one in moves for side in (one.source, one.target)))
    for one in order.lines.select_related("item"):
        OrderLine.objects.create(order=back, item=one.item, amount=one.amount, received=one.received)
    ledger.post(order=back, legs=[(one.target, one.source, one.lot_id, one.amount) for one in moves], actor=actor, at=at)  # fmt: skip
    SupplyOffer.objects.filter(order=order).update(state="withdrawn", reason=f"已冲回：{reason}"[:200], version=F("version") + 1)  # fmt: skip
    if order.incident is not None and order.kind in ("issue", "agreement"):
        telling.resource(actor, order, "released", [], at, f"冲回：{reason}")
    advance(order, REVERSE, actor=actor)
    note(actor, "reversed", order, at, by=back.number, reason=reason)
    return back


# ---- agreement stock
@transaction.atomic
def draw(
    *, actor: Actor, agreement: SupplyAgreement, amount: int, at: datetime, key: UUID, store: SupplyStore | None = None, need: SupplyNeed | None = None,
    place: str = "", is_demo: bool = False,
) -> SupplyOrder:  # fmt: skip
    """下单: the firm is asked for part of what it promised, to be there within its lead time, in a store or at the place of the need."""
    policy.require(actor, DRAW, agreement)
    if (done := _known(key)) is not None:
        return done
    item, today = SupplyItem.objects.filter(code=agreement.item).first(), civil_date(at)
    if item is None:
        raise Refused("item", "协议写的物资不在目录里。先改协议。", "item")
    if agreement.retired_on is not None or not agreement.valid_from <= today <= agreement.valid_until:
        raise Refused("agreement", "协议不在有效期内。", "agreement")
    if need is not None and need.is_drill:
        raise Refused("drill", "演练中不真下单。记一条说明即可。")
    if need is not None and need.item_id != item.pk:
        raise Refused("item", f"需求要的是“{need.item}”。", "item")
    _lines([Out(item=item, amount=amount)])
    if store is not None:
        _usable(store)
    place = words(place or (need.place if need else ""), "送到哪里", "place", 120, needed=store is None)
    due = at + timedelta(hours=agreement.lead_hours)
    order = _new(actor, key, "agreement", at, agreement.organisation, state="ordered", target=store, agreement=agreement, need=need, incident=need.incident if need else None, partner=agreement.firm, place=place, due_at=due, is_demo=is_demo)  # fmt: skip
    hit = SupplyAgreement.objects.filter(pk=agreement.pk, retired_on=None, drawn__lte=F("quantity") - amount).update(drawn=F("drawn") + amount)  # fmt: skip
    if hit != 1:
        agreement.refresh_from_db()
        raise Refused("short", f"协议还剩 {agreement.left:,}{item.unit}，不够 {amount:,}。改数量。", "amount")
    OrderLine.objects.create(order=order, item=item, amount=amount)
    if order.incident is not None:
        telling.resource(actor, order, "called", [f"{item} {amount}{item.unit}"], at)
    note(actor, "drawn", order, at, agreement=agreement.code, amount=amount, item=item.code, due=due.isoformat())
    return order


def _undraw(agreement: SupplyAgreement, amount: int) -> None:
    SupplyAgreement.objects.filter(pk=agreement.pk).update(drawn=F("drawn") - amount)


@transaction.atomic
def deliver(*, actor: Actor, order: SupplyOrder, line: In, at: datetime) -> SupplyOrder:
    """到货签收 of what an agreement's firm brought; what it did not bring stays promised."""
    policy.require(actor, SIGN_OFF, order.target or order.need or order)
    asked = order.lines.select_related("item").get()
    if order.agreement is None or line.item.pk != asked.item_id:
        raise Refused("item", "不是这张单的物资。", "item")
    if not 0 < line.amount <= asked.amount:
        raise Refused("amount", f"实收要是 1 到 {asked.amount:,}。", "amount")
    _days(line, civil_date(at))
    hold(order)
    check(order, DELIVER, actor=actor)
    asked.received = line.amount
    asked.save(update_fields=["received"])
    _undraw(order.agreement, asked.amount - line.amount)
    end, outside = _end(order, line.item), special("agreed")
    lock(end)
    lot = ledger.lot_of(line.item, batch=words(line.batch, "批号", "batch", 40, needed=False), made_on=line.made_on, expires_on=line.expires_on)  # fmt: skip
    ledger.post(order=order, legs=[(outside, end, lot.pk, line.amount)], actor=actor, at=at)
    if order.incident is not None:
        telling.resource(actor, order, "on_scene", [f"{line.item} {line.amount}{line.item.unit}"], at)
    advance(order, DELIVER, actor=actor, done_at=at, done_by=actor.name)
    note(actor, "delivered", order, at, amount=line.amount, of=asked.amount)
    return order


@transaction.atomic
def cancel(*, actor: Actor, order: SupplyOrder, reason: str, at: datetime) -> SupplyOrder:
    """取消下单: the promise is whole again."""
    reason = words(reason, "取消的理由", "reason")
    hold(order)
    check(order, CANCEL, actor=actor)
    if order.agreement is not None:
        _undraw(order.agreement, sum(one.amount for one in order.lines.all()))
    if order.incident is not None:
        telling.resource(actor, order, "released", [], at, f"取消：{reason}")
    advance(order, CANCEL, actor=actor, reason=reason, done_at=at, done_by=actor.name)
    note(actor, "cancelled", order, at, reason=reason)
    return order


def open_incident(number: str, found: Incident | None) -> Incident | None:
    """The incident a form names: "" is none. Raises Refused when it is not there or is over."""
    if not number:
        return None
    if found is None or not found.is_open:
        raise Refused("incident", "没有这个事件，或它已经结束。", "incident")
    return found
