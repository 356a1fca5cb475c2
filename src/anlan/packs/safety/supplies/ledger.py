"""The one way stock changes: moves written together with the balances they add up to.

Every writer first locks the inside places it touches, in one order; then a balance goes down only where enough is left, in one statement.
The database itself refuses a balance below zero. So no two writers, on any database, give out the same goods, and none wait for each other in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import F

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.packs.safety.supplies.models import (
    Lot,
    StockBalance,
    StockMove,
    StockPlace,
    SupplyItem,
    SupplyOrder,
    SupplyStore,
)
from anlan.packs.safety.supplies.rules import Held, netted

Leg = tuple[StockPlace, StockPlace, int, int]  # from, to, lot, amount


def place_of(store: SupplyStore) -> StockPlace:
    return StockPlace.objects.get_or_create(slug=f"store:{store.pk}", defaults={"store": store})[0]


def special(slug: str) -> StockPlace:
    """A place in words, of `rules.OUTSIDE` or `rules.INSIDE`."""
    return StockPlace.objects.get_or_create(slug=slug)[0]


def lock(*places: StockPlace) -> None:
    """Hold the inside places until the transaction ends. All that an action needs at once: a second call could wait in a ring."""
    inside = {one.pk for one in places if one.inside}
    list(StockPlace.objects.select_for_update().filter(pk__in=inside).order_by("pk"))


def lot_of(
    item: SupplyItem, *, batch: str = "", made_on: date | None = None, expires_on: date | None = None, donor: str = ""
) -> Lot:
    """The lot of exactly these; the same goods from the same giver are one lot."""
    key = "|".join((str(item.pk), batch, str(made_on or ""), str(expires_on or ""), donor))
    values = {"item": item, "batch": batch, "made_on": made_on, "expires_on": expires_on, "donor": donor}
    return Lot.objects.get_or_create(key=key, defaults=values)[0]


def held(place: StockPlace, item: SupplyItem) -> list[Held]:
    """What the place holds of the item; true until the end of the transaction when the place is locked."""
    rows = StockBalance.objects.filter(place=place, lot__item=item, amount__gt=0)
    return [Held(lot, amount, day) for lot, amount, day in rows.values_list("lot_id", "amount", "lot__expires_on")]


def amount_of(place: StockPlace, lot: Lot) -> int:
    return StockBalance.objects.filter(place=place, lot=lot).values_list("amount", flat=True).first() or 0


def post(*, order: SupplyOrder, legs: Sequence[Leg], actor: Actor, at: datetime) -> None:
    """Write the moves of an order and change the balances, in the caller's transaction. Refused `short` when a place holds less."""
    _change((place.pk, lot, sign * amount) for source, target, lot, amount in legs for place, sign in ((source, -1), (target, 1)) if place.inside)  # fmt: skip
    StockMove.objects.bulk_create(
        StockMove(order=order, source=source, target=target, lot_id=lot, amount=amount, at=at, actor_name=actor.name)
        for source, target, lot, amount in legs
    )


def _change(changes: Iterable[tuple[int, int, int]]) -> None:
    for place, lot, amount in netted(changes):
        row = StockBalance.objects.filter(place=place, lot=lot)
        if amount > 0:
            StockBalance.objects.get_or_create(place_id=place, lot_id=lot)
            row.update(amount=F("amount") + amount)
        elif row.filter(amount__gte=-amount).update(amount=F("amount") + amount) != 1:
            where, what = StockPlace.objects.get(pk=place), Lot.objects.select_related("item").get(pk=lot)
            has = row.values_list("amount", flat=True).first() or 0
            raise Refused("short", f"{where}的{what}只有 {has:,}，不够 {-amount:,}。看过现在的库存再办。", "amount")
