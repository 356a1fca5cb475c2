"""Reads of supplies. All see the stock of all; who may move what is asked of the policy, store by store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import inf

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.response.activation import Asset
from anlan.packs.safety.subjects import reserve
from anlan.packs.safety.subjects.reserve_models import Reserve, ReserveNorm, ReservePlan, ReserveScenario
from anlan.packs.safety.supplies.models import (
    OrderLine,
    Requisition,
    StockBalance,
    StockMove,
    SupplyAgreement,
    SupplyItem,
    SupplyNeed,
    SupplyOffer,
    SupplyOrder,
    SupplyStore,
)
from anlan.packs.safety.supplies.moves import MOVE, READ
from anlan.packs.safety.supplies.rules import Norm, Standing, condition
from anlan.science.geo.earth import kilometres


def items() -> QuerySet[SupplyItem]:
    return SupplyItem.objects.filter(retired_on=None).order_by("category", "code")


def stores(actor: Actor, *, mine: bool = False) -> list[SupplyStore]:
    """Stores in use; `mine`: those whose stock this person may move."""
    rows = SupplyStore.objects.filter(retired_on=None).select_related("organisation").order_by("code")
    return [one for one in rows if not mine or policy.may(actor, MOVE, one)]


def item(code: str) -> SupplyItem:
    """By code or, when only one is called so, by name. Raises Refused."""
    code = code.strip().split(" ")[0] if " " in code.strip() else code.strip()
    found = SupplyItem.objects.filter(code=code).first()
    if found is None:
        named = list(items().filter(name=code)[:2])
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise Refused("item", f"目录里没有“{code}”。写编号或名称，或先在“物资目录”登记。", "item")
    return found


# ---- stock
@dataclass(frozen=True)
class Stock:
    """One line of the district's stock: an item, or an item in one store. `agreed`: promised and not drawn."""

    item: SupplyItem
    good: int = 0
    near: int = 0
    expired: int = 0
    transit: int = 0
    in_use: int = 0
    agreed: int = 0
    norm: int | None = None

    @property
    def usable(self) -> int:
        return self.good + self.near

    @property
    def lacking(self) -> int:
        return max(0, (self.norm or 0) - self.usable - self.agreed)


def balances(store: SupplyStore | None = None) -> QuerySet[StockBalance]:
    rows = StockBalance.objects.filter(amount__gt=0).select_related("lot__item", "place__store__organisation")
    rows = rows.filter(place__store=store) if store else rows
    return rows.order_by("lot__item__code", F("lot__expires_on").asc(nulls_last=True), "lot_id", "place_id")


def stock(today: date, store: SupplyStore | None = None) -> list[Stock]:
    """By item over the district, or of one store. Items that nobody holds are there too in the district's."""
    sums: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = StockBalance.objects.filter(amount__gt=0).order_by()
    within = rows.filter(place__store=store) if store else rows.exclude(place__store=None)
    lots = within.values_list("lot__item_id", "lot__item__warn_days", "lot__expires_on").annotate(n=Sum("amount"))
    for of, warn, expires, amount in lots:
        sums[of][condition(expires, today, warn)] += amount
    if store is None:
        away = rows.filter(place__store=None).values_list("lot__item_id", "place__slug").annotate(n=Sum("amount"))
        for of, slug, amount in away:
            sums[of][slug] += amount
    promised, needed = ({}, {}) if store else (agreed(today), {one.slug: one.needed for one in norms(today)})
    found = SupplyItem.objects.filter(pk__in=sums) if store else SupplyItem.objects.filter(Q(retired_on=None) | Q(pk__in=sums))  # fmt: skip
    return [
        Stock(one, agreed=promised.get(one.code, 0), norm=needed.get(one.code), **{name: sums[one.pk].get(name, 0) for name in ("good", "near", "expired", "transit", "in_use")})
        for one in found.order_by("category", "code")
    ]  # fmt: skip


def available(item: SupplyItem, today: date, store: SupplyStore | None = None) -> dict[int, int]:
    """In date, by store."""
    rows = StockBalance.objects.filter(lot__item=item, amount__gt=0, place__store__retired_on=None).exclude(place__store=None)  # fmt: skip
    rows = rows.filter(Q(lot__expires_on=None) | Q(lot__expires_on__gte=today))
    rows = rows.filter(place__store=store) if store else rows
    return dict(rows.order_by().values_list("place__store_id").annotate(n=Sum("amount")))


def nearest(item: SupplyItem, today: date, longitude: float | None, latitude: float | None) -> list[tuple[SupplyStore, int, float | None]]:  # fmt: skip
    """(store, in date, km), nearest first; those without a place last, the fullest first."""
    there = available(item, today)
    found = []
    for one in SupplyStore.objects.filter(pk__in=there).select_related("organisation"):
        known = None not in (longitude, latitude, one.longitude, one.latitude)
        km = round(kilometres(longitude, latitude, one.longitude, one.latitude), 1) if known else None  # type: ignore[arg-type]  # none of them is None
        found.append((one, there[one.pk], km))
    return sorted(found, key=lambda row: (row[2] if row[2] is not None else inf, -row[1], row[0].code))


def expiring(today: date, viewer: Actor, *, mine: bool = False) -> list[tuple[StockBalance, str]]:
    """Lots in stores that are out of date or within their item's days of it, the first first."""
    rows = balances().exclude(place__store=None).exclude(lot__expires_on=None).order_by("lot__expires_on", "pk")
    found = [(one, condition(one.lot.expires_on, today, one.lot.item.warn_days)) for one in rows]
    return [
        (one, state) for one, state in found
        if state != "good" and (not mine or (one.place.store is not None and policy.may(viewer, MOVE, one.place.store)))
    ]  # fmt: skip


def moves_of(item: SupplyItem) -> QuerySet[StockMove]:
    rows = StockMove.objects.filter(lot__item=item)
    return rows.select_related("order", "lot__item", "source__store", "target__store").order_by("-at", "-id")


# ---- orders, needs
def orders() -> QuerySet[SupplyOrder]:
    return SupplyOrder.objects.select_related("organisation", "source__organisation", "target__organisation", "need__organisation", "need__incident", "incident", "agreement__organisation", "parent").prefetch_related("lines__item")  # fmt: skip


def order(number: str) -> SupplyOrder | None:
    return orders().filter(number=number).first()


def needs() -> QuerySet[SupplyNeed]:
    return SupplyNeed.objects.select_related("organisation", "item", "incident")


def standing(rows: Iterable[SupplyNeed]) -> dict[int, Standing]:
    """By need: asked for, sent, promised. Orders that were reversed or cancelled do not count; an agreement's order counts as promised."""
    wanted = {one.pk: one.amount for one in rows}
    sent: dict[int, int] = defaultdict(int)
    promised: dict[int, int] = defaultdict(int)
    lines = OrderLine.objects.filter(order__need__in=wanted, order__kind__in=("issue", "agreement"), order__state__in=("moving", "done", "ordered"))  # fmt: skip
    for need, state, amount, received in lines.values_list("order__need_id", "order__state", "amount", "received"):
        (promised if state == "ordered" else sent)[need] += amount if received is None else received
    offers = SupplyOffer.objects.filter(need__in=wanted)
    for need, amount in offers.filter(state__in=("asked", "offered")).values_list("need_id", "amount"):
        promised[need] += amount
    for need, amount in offers.filter(state="sent", order=None).values_list("need_id", "amount"):  # of a drill
        sent[need] += amount
    return {pk: Standing(amount, sent[pk], promised[pk]) for pk, amount in wanted.items()}


def to_sign(actor: Actor) -> list[SupplyOrder]:
    """Orders on the way whose goods this person's organisation is to receive."""
    rows = orders().filter(state__in=("moving", "ordered")).order_by("made_at")
    return [one for one in rows if actor.path and receiver(one).startswith(actor.path)]


def receiver(order: SupplyOrder) -> str:
    """The path of the organisation that signs for the goods."""
    if order.target is not None:
        return order.target.organisation.path
    return (order.need.organisation if order.need else order.organisation).path


def asked_of(actor: Actor) -> list[SupplyOffer]:
    """Requests and promises that this person's stores have still to answer or to send."""
    rows = SupplyOffer.objects.filter(state__in=("asked", "offered"), need__state="open")
    found = rows.select_related("store__organisation", "need__item", "need__incident", "need__organisation")
    return [one for one in found if policy.may(actor, MOVE, one.store)]


def requisitions(actor: Actor) -> QuerySet[Requisition]:
    rows = Requisition.objects.select_related("organisation", "incident")
    return policy.visible_to(actor, READ, rows, "organisation__path")


# ---- agreements, norms
def agreements(today: date) -> QuerySet[SupplyAgreement]:
    return SupplyAgreement.objects.filter(retired_on=None, valid_from__lte=today, valid_until__gte=today).select_related("organisation").order_by("item", "lead_hours")  # fmt: skip


def agreed(today: date) -> dict[str, int]:
    """Promised and not drawn, by item code."""
    return dict(agreements(today).order_by().values_list("item").annotate(n=Sum(F("quantity") - F("drawn"))))


def _scenario_norms() -> dict[str, tuple[int, bool]]:
    """By kind of goods, the largest demand of any scenario in force, and whether all its norms are verified."""
    scenarios = {one.code: one for one in ReserveScenario.objects.filter(retired_on=None)}
    demands: dict[tuple[str, str], tuple[int, bool]] = {}
    for one in ReserveNorm.objects.filter(retired_on=None, scenario__in=scenarios):
        scenario = scenarios[one.scenario]
        amount, sound = demands.get((one.scenario, one.item), (0, True))
        demands[one.scenario, one.item] = (amount + reserve.demand(one.basis, one.amount, scenario.people, scenario.days), sound and one.verified)  # fmt: skip
    found: dict[str, tuple[int, bool]] = {}
    for (_scenario, kind), (amount, sound) in demands.items():
        if amount > found.get(kind, (0, True))[0]:
            found[kind] = (amount, sound)
    return found


def norms(today: date, held: dict[int, int] | None = None) -> list[Norm]:
    """The lines of the norms: a kind of goods that the scenarios ask for (all its items together, under the first one's code), or an item
    with a norm of its own. `held`: in date by item; None: as it is now."""
    good = _in_date(today) if held is None else held
    promised, wanted = agreed(today), _scenario_norms()
    by_kind: dict[str, list[SupplyItem]] = defaultdict(list)
    single = []
    for one in items():
        if one.reserve in wanted:
            by_kind[one.reserve].append(one)
        elif one.least:
            single.append(one)
    lines = [
        Norm(rows[0].code, reserve.ITEMS[kind], rows[0].unit, max(wanted[kind][0], sum(one.least or 0 for one in rows)),
             sum(good.get(one.pk, 0) for one in rows), sum(promised.get(one.code, 0) for one in rows), wanted[kind][1])
        for kind, rows in by_kind.items()
    ]  # fmt: skip
    lines += [Norm(f"none:{kind}", reserve.ITEMS[kind], reserve.UNITS[kind], amount, 0, 0, sound) for kind, (amount, sound) in wanted.items() if kind not in by_kind and amount]  # fmt: skip
    lines += [Norm(one.code, one.name, one.unit, one.least or 0, good.get(one.pk, 0), promised.get(one.code, 0), one.verified) for one in single]  # fmt: skip
    return sorted(lines, key=lambda one: (one.reached, one.title))


def _in_date(today: date) -> dict[int, int]:
    rows = StockBalance.objects.filter(amount__gt=0).exclude(place__store=None)
    rows = rows.filter(Q(lot__expires_on=None) | Q(lot__expires_on__gte=today))
    return dict(rows.order_by().values_list("lot__item_id").annotate(n=Sum("amount")))


@dataclass(frozen=True)
class GapLine:
    """A kind of goods against one scenario; `own`: of its stock, what only the registers of the grass roots hold."""

    gap: reserve.Gap
    own: int

    @property
    def ledger(self) -> int:
        return self.gap.stock - self.own


def scenario_gaps(scenario: ReserveScenario, today: date) -> list[GapLine]:
    """The scenario's demand against the ledger in date, what the grass roots keep by themselves, agreements, and what is planned."""
    held: dict[tuple[str, str], int] = defaultdict(int)
    good, promised = _in_date(today), agreed(today)
    for one in items().exclude(reserve=""):
        held[one.reserve, "stock"] += good.get(one.pk, 0)
        held[one.reserve, "agreement"] += promised.get(one.code, 0)
    fresh = Reserve.objects.filter(Q(expires_on=None) | Q(expires_on__gte=today), retired_on=None)
    own: dict[str, int] = defaultdict(int)
    for kind, way, amount in fresh.values_list("item", "kind", "quantity"):
        held[kind, way] += amount
        own[kind] += amount if way == "stock" else 0
    rows = ReserveNorm.objects.filter(scenario=scenario.code, retired_on=None).values_list("item", "basis", "amount", "verified")  # fmt: skip
    plans = ReservePlan.objects.filter(retired_on=None, year__gte=today.year).order_by().values_list("item")
    planned = dict(plans.annotate(n=Sum(F("quantity") - F("arrived"))))
    return [GapLine(one, own[one.item]) for one in reserve.gaps(list(rows), scenario.people, scenario.days, held, planned)]  # fmt: skip


# ---- donations
@dataclass(frozen=True)
class Gift:
    """What one giver gave of an item, and where it is now."""

    donor: str
    item: SupplyItem
    received: int
    used: int
    scrapped: int
    left: int


def gifts() -> list[Gift]:
    """By giver and item; returns and reversals are taken off."""
    sums: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = StockMove.objects.exclude(lot__donor="").values_list("lot__donor", "lot__item_id", "source__slug", "target__slug", "amount")  # fmt: skip
    for donor, of, source, target, amount in rows:
        sums[donor, of][target] += amount
        sums[donor, of][source] -= amount
    known = SupplyItem.objects.in_bulk({of for _donor, of in sums})
    return [
        Gift(donor, known[of], -by["donated"], by["used"] + by["in_use"] + by["given"], by["scrapped"], sum(n for slug, n in by.items() if slug.startswith("store:") or slug == "transit"))
        for (donor, of), by in sorted(sums.items())
    ]  # fmt: skip


# ---- for contingency plans
def assets(at: datetime) -> list[Asset]:
    """Stock in date of every store, and what agreements still promise (without a place: it comes after what is near)."""
    today = civil_date(at)
    rows = StockBalance.objects.filter(amount__gt=0, place__store__retired_on=None).exclude(place__store=None)
    rows = rows.filter(Q(lot__expires_on=None) | Q(lot__expires_on__gte=today))
    sums = rows.order_by().values_list("place__store_id", "lot__item_id").annotate(n=Coalesce(Sum("amount"), 0))
    known, places = SupplyItem.objects.in_bulk(), {one.pk: one for one in SupplyStore.objects.select_related("organisation")}  # fmt: skip
    found = []
    for store_id, item_id, amount in sums:
        store, what = places[store_id], known[item_id]
        found.append(
            Asset(
                kind="supply", key=f"supply:{store.code}:{what.code}", title=f"{store}·{what}", organisation=store.organisation_id,
                organisation_name=str(store.organisation), longitude=store.longitude, latitude=store.latitude, skills=_skills(what), amount=amount,
            )
        )  # fmt: skip
    by_code = {one.code: one for one in known.values()}
    found += [
        Asset(
            kind="supply", key=f"agreement:{one.code}", title=f"协议·{one.firm}·{by_code[one.item]}（{one.lead_hours} 小时）", organisation=one.organisation_id,
            organisation_name=str(one.organisation), skills=_skills(by_code[one.item]), amount=one.left,
        )
        for one in agreements(today) if one.left > 0 and one.item in by_code
    ]  # fmt: skip
    return found


def _skills(item: SupplyItem) -> tuple[str, ...]:
    """The names a plan's card can ask for it by."""
    return tuple(dict.fromkeys(one for one in (item.name, reserve.ITEMS.get(item.reserve, ""), item.code) if one))


def agreements_ending(today: date, days: int = 60) -> QuerySet[SupplyAgreement]:
    return SupplyAgreement.objects.filter(retired_on=None, valid_until__lte=today + timedelta(days=days)).select_related("organisation")  # fmt: skip


def totals() -> tuple[int, Sequence[tuple[str, int]]]:
    """What all places, inside and outside, hold together (always 0), and what each of them holds: the trial balance of the ledger."""
    sums: dict[str, int] = defaultdict(int)
    rows = StockMove.objects.order_by().values_list("source__slug", "target__slug").annotate(n=Sum("amount"))
    for source, target, amount in rows:
        sums[source] -= amount
        sums[target] += amount
    return sum(sums.values()), sorted(sums.items())
