"""The ledger: both sides of every move, stock that is the sum and never negative, nothing half-done, wrong entries reversed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.journal.models import Entry
from anlan.packs.safety.supplies import actions, ledger, queries
from anlan.packs.safety.supplies.actions import In, Out
from anlan.packs.safety.supplies.models import Lot, StockBalance, StockMove, StockPlace, SupplyOrder
from anlan.packs.safety.supplies.rules import Held, Standing, condition, netted, pick, whole
from anlan.packs.safety.supplies.tests.support import bought, item, store

TODAY = date(2025, 7, 25)


# ---- pure
@pytest.mark.pure
def test_what_expires_first_goes_first_and_what_is_expired_stays() -> None:
    held = [
        Held(1, 5, None),
        Held(2, 5, date(2025, 9, 1)),
        Held(3, 5, date(2025, 7, 24)),
        Held(4, 5, date(2025, 7, 25)),
    ]
    assert pick(held, 7, TODAY) == [(4, 5), (2, 2)]
    assert pick(held, 15, TODAY) == [(4, 5), (2, 5), (1, 5)]
    with pytest.raises(Refused, match="另有 5 已过期") as refused:
        pick(held, 16, TODAY)
    assert refused.value.code == "expired"
    assert pick(held, 16, TODAY, also_expired=True)[-1] == (3, 1)
    with pytest.raises(Refused, match="只有 20"):
        pick(held, 21, TODAY, also_expired=True)


@pytest.mark.pure
@given(
    st.lists(
        st.tuples(
            st.integers(0, 50), st.one_of(st.none(), st.integers(-30, 30).map(lambda n: TODAY + timedelta(days=n)))
        ),
        max_size=8,
    ),
    st.integers(1, 200),
    st.booleans(),
)
def test_picking_gives_exactly_what_was_asked_or_says_no(
    rows: list[tuple[int, date | None]], amount: int, also: bool
) -> None:
    held = [Held(n, much, day) for n, (much, day) in enumerate(rows)]
    there = sum(one.amount for one in held if also or one.expires_on is None or one.expires_on >= TODAY)
    if there < amount:
        with pytest.raises(Refused):
            pick(held, amount, TODAY, also_expired=also)
        return
    found = pick(held, amount, TODAY, also_expired=also)
    assert sum(part for _lot, part in found) == amount
    assert all(0 < part <= held[lot].amount for lot, part in found)
    assert len({lot for lot, _part in found}) == len(found)


@pytest.mark.pure
def test_condition_on_its_edges() -> None:
    assert [condition(TODAY + timedelta(days=n), TODAY, 30) for n in (-1, 0, 30, 31)] == ["expired", "near", "near", "good"]  # fmt: skip
    assert condition(None, TODAY, 30) == "good"


@pytest.mark.pure
def test_changes_are_in_one_order_and_cancel_out() -> None:
    assert netted([(2, 1, 5), (1, 9, -3), (2, 1, -5), (1, 2, 4)]) == [(1, 2, 4), (1, 9, -3)]


@pytest.mark.pure
def test_a_need_is_full_only_when_all_is_sent() -> None:
    assert (Standing(300, 299, 0).share, Standing(300, 300, 0).share, Standing(300, 310, 0).share) == (99, 100, 100)
    assert (Standing(300, 100, 150).missing, Standing(300, 100, 150).open, Standing(300, 100, 900).missing) == (50, 200, 0)  # fmt: skip


@pytest.mark.pure
@pytest.mark.parametrize("text", ["", "0", "-3", "1.5", "一百", "1e3", "100000001", "²", "1 000 x"])
def test_amounts_that_are_no_amounts(text: str) -> None:
    with pytest.raises(Refused, match="整数"):
        whole(text, "数量", "amount")
    assert whole(" 1,200 ", "数量", "amount") == 1200


# ---- the ledger
def in_order(cast: Cast) -> None:
    """What must hold after whatever was done."""
    assert queries.totals()[0] == 0
    sums: dict[tuple[int, int], int] = {}
    for move in StockMove.objects.all():
        for place, sign in ((move.source_id, -1), (move.target_id, 1)):
            sums[place, move.lot_id] = sums.get((place, move.lot_id), 0) + sign * move.amount
    inside = {one.pk for one in StockPlace.objects.all() if one.inside}
    kept = {(one.place_id, one.lot_id): one.amount for one in StockBalance.objects.all() if one.amount}
    assert kept == {key: amount for key, amount in sums.items() if amount and key[0] in inside}
    assert all(amount >= 0 for amount in kept.values())


@pytest.mark.django_db
def test_in_out_and_back(cast: Cast) -> None:
    bag, pump = item(cast), item(cast, "PUMP", "泵", returnable=True)
    here, keeper = store(cast), cast.actor("store")
    done = actions.bring_in(actor=keeper, kind="purchase", store=here, lines=[In(item=bag, amount=500), In(item=pump, amount=3)], at=cast.at, key=uuid4())  # fmt: skip
    assert done.number == "WZ-2025-00001"
    out = actions.send_out(actor=keeper, kind="issue", store=here, lines=[Out(item=bag, amount=120), Out(item=pump, amount=2)], at=cast.at, key=uuid4(), partner="抢险队")  # fmt: skip
    row = {one.item.code: one for one in queries.stock(TODAY)}
    assert (row["BAG"].usable, row["BAG"].in_use, row["PUMP"].usable, row["PUMP"].in_use) == (380, 0, 1, 2)
    pumps = out.lines.get(item=pump)
    back = actions.give_back(actor=keeper, order=out, amounts={pumps.pk: 1}, store=here, at=cast.at, key=uuid4())
    assert (back.kind, actions.outstanding(out, pumps)) == ("return", 1)
    with pytest.raises(Refused, match="还没退的只有 1"):
        actions.give_back(actor=keeper, order=out, amounts={pumps.pk: 2}, store=here, at=cast.at, key=uuid4())
    with pytest.raises(Refused, match="先冲回退库单"):
        actions.reverse(actor=keeper, order=out, reason="错了", at=cast.at, key=uuid4())
    actions.reverse(actor=keeper, order=back, reason="退错", at=cast.at, key=uuid4())
    assert actions.outstanding(out, pumps) == 2
    actions.reverse(actor=keeper, order=out, reason="发错", at=cast.at, key=uuid4())
    assert {one.item.code: one.usable for one in queries.stock(TODAY)} == {"BAG": 500, "PUMP": 3}
    with pytest.raises(Refused, match="已冲回"):
        actions.reverse(actor=keeper, order=out, reason="再来", at=cast.at, key=uuid4())
    in_order(cast)
    assert Entry.objects.filter(verb__startswith="supplies.").count() == 5


@pytest.mark.django_db
def test_sent_twice_is_done_once(cast: Cast) -> None:
    bag, here, key = item(cast), store(cast), uuid4()
    first = bought(cast, here, bag, 10)
    again = actions.bring_in(actor=cast.actor("store"), kind="purchase", store=here, lines=[In(item=bag, amount=10)], at=cast.at, key=first.key)  # fmt: skip
    assert again == first
    for _each in range(3):
        actions.send_out(actor=cast.actor("store"), kind="issue", store=here, lines=[Out(item=bag, amount=4)], at=cast.at, key=key, partner="x")  # fmt: skip
    assert sum(ledger.amount_of(ledger.place_of(here), lot) for lot in Lot.objects.all()) == 6


@pytest.mark.django_db
def test_each_moves_only_its_own_and_all_see_all(cast: Cast) -> None:
    bag, theirs = item(cast), store(cast, "S", cast.street)
    bought(cast, theirs, bag, 10)
    keeper = cast.actor("store")
    acts: tuple[Callable[[], object], ...] = (
        lambda: actions.send_out(actor=keeper, kind="issue", store=theirs, lines=[Out(item=bag, amount=1)], at=cast.at, key=uuid4(), partner="x"),
        lambda: actions.bring_in(actor=keeper, kind="purchase", store=theirs, lines=[In(item=bag, amount=1)], at=cast.at, key=uuid4()),
        lambda: actions.count(actor=keeper, store=theirs, lot=Lot.objects.get(), counted=1, at=cast.at, key=uuid4(), reason="x"),
    )  # fmt: skip
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "forbidden"
    for who in ("store", "street", "duty", "leader", "other"):
        page = cast.client(who).get(f"/supplies/stores/{theirs.pk}/")
        assert page.status_code == 200
        assert "沙袋" in page.content.decode()
    assert cast.client("worker").get("/supplies/").status_code == 403
    assert SupplyOrder.objects.count() == 1


@pytest.mark.django_db
def test_a_transfer_is_on_its_way_until_the_other_side_signs_and_what_is_missing_is_written_off(cast: Cast) -> None:
    bag, here, there = item(cast), store(cast), store(cast, "S", cast.street)
    bought(cast, here, bag, 100, date(2025, 8, 1), "甲")
    bought(cast, here, bag, 100, date(2025, 9, 1), "乙")
    keeper, street = cast.actor("store"), cast.actor("street")
    order = actions.send_out(actor=keeper, kind="transfer", store=here, target=there, lines=[Out(item=bag, amount=150)], at=cast.at, key=uuid4(), carrier="示例车")  # fmt: skip
    (stock,) = queries.stock(TODAY)
    assert (order.state, stock.usable, stock.transit) == ("moving", 50, 150)
    assert [one.number for one in queries.to_sign(street)] == [order.number]
    line = order.lines.get()
    with pytest.raises(Refused, match="不是"):
        actions.sign(actor=keeper, order=order, received={line.pk: 150}, at=cast.at)
    with pytest.raises(Refused, match="少收的原因"):
        actions.sign(actor=street, order=order, received={line.pk: 140}, at=cast.at)
    with pytest.raises(Refused, match="不能比发出的多"):
        actions.sign(actor=street, order=order, received={line.pk: 151}, at=cast.at)
    order.refresh_from_db()
    actions.sign(actor=street, order=order, received={line.pk: 140}, at=cast.at, reason="路上淋湿")
    places = dict(queries.totals()[1])
    assert (places["scrapped"], places.get("transit", 0), places[f"store:{there.pk}"]) == (10, 0, 140)
    # It is the street's now: only the street can send it back.
    with pytest.raises(Refused):
        actions.reverse(actor=keeper, order=order, reason="x", at=cast.at, key=uuid4())
    actions.reverse(actor=street, order=order, reason="不需要", at=cast.at, key=uuid4())
    (stock,) = queries.stock(TODAY)
    assert (stock.usable, stock.transit) == (200, 0)
    in_order(cast)


@pytest.mark.django_db
def test_expired_goods_go_out_with_a_reason_only_and_are_scrapped_first(cast: Cast) -> None:
    water, here, keeper = item(cast, "W", "水"), store(cast), cast.actor("store")
    bought(cast, here, water, 30, date(2025, 7, 24), "旧", days_ago=60)
    bought(cast, here, water, 50, date(2025, 12, 1), "新")
    give: dict[str, Any] = {"actor": keeper, "kind": "issue", "store": here, "at": cast.at, "partner": "安置点"}
    with pytest.raises(Refused, match="在效期内的只有 50，另有 30 已过期"):
        actions.send_out(lines=[Out(item=water, amount=60)], key=uuid4(), **give)
    with pytest.raises(Refused, match="已过期"):
        actions.send_out(lines=[Out(item=water, amount=1, lot=Lot.objects.get(batch="旧"))], key=uuid4(), **give)
    order = actions.send_out(lines=[Out(item=water, amount=60)], key=uuid4(), reason="清洗地面用", **give)
    assert {one.lot.batch: one.amount for one in order.moves.all()} == {"新": 50, "旧": 10}
    with pytest.raises(Refused, match="理由"):
        actions.send_out(lines=[Out(item=water, amount=5)], key=uuid4(), **{**give, "kind": "scrap"})
    actions.send_out(lines=[Out(item=water, amount=20)], key=uuid4(), reason="过期", **{**give, "kind": "scrap"})
    assert queries.stock(TODAY) == [queries.Stock(water)]
    in_order(cast)


@pytest.mark.django_db
def test_counting_writes_the_difference_with_its_reason(cast: Cast) -> None:
    bag, here, keeper = item(cast), store(cast), cast.actor("store")
    bought(cast, here, bag, 100)
    lot = Lot.objects.get()
    with pytest.raises(Refused, match="账上 100，盘到 98"):
        actions.count(actor=keeper, store=here, lot=lot, counted=98, at=cast.at, key=uuid4())
    actions.count(actor=keeper, store=here, lot=lot, counted=98, at=cast.at, key=uuid4(), reason="鼠咬")
    actions.count(actor=keeper, store=here, lot=lot, counted=98, at=cast.at, key=uuid4())
    actions.count(actor=keeper, store=here, lot=lot, counted=101, at=cast.at, key=uuid4(), reason="漏记")
    assert ledger.amount_of(ledger.place_of(here), lot) == 101
    assert StockMove.objects.count() == 3
    in_order(cast)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"lines": []}, "至少写一行"),
        ({"kind": "purchase"}, "没有这种出库"),
        ({"kind": "teleport"}, "没有这种出库"),
        ({"kind": "transfer"}, "调到哪个"),
        ({"partner": " "}, "领用单位或人"),
        ({"partner": "长" * 81}, "最多 80"),
        ({"reason": "长" * 201}, "最多 200"),
    ],
)
def test_what_is_refused_leaves_nothing(cast: Cast, change: dict[str, Any], match: str) -> None:
    bag, here = item(cast), store(cast)
    bought(cast, here, bag, 10)
    entries = Entry.objects.count()
    values: dict[str, Any] = {"kind": "issue", "store": here, "lines": [Out(item=bag, amount=1)], "partner": "x", **change}  # fmt: skip
    with pytest.raises(Refused, match=match):
        actions.send_out(actor=cast.actor("store"), at=cast.at, key=uuid4(), **values)
    assert (SupplyOrder.objects.count(), StockMove.objects.count(), Entry.objects.count()) == (1, 1, entries)


@pytest.mark.django_db
def test_bad_lines_in(cast: Cast) -> None:
    bag, here, tomorrow = item(cast), store(cast), TODAY + timedelta(days=1)
    for line, match in (
        (In(item=bag, amount=0), "数量"), (In(item=bag, amount=1, made_on=tomorrow), "晚于今天"), (In(item=bag, amount=1, expires_on=TODAY - timedelta(days=1)), "已经过期"),
        (In(item=bag, amount=1, made_on=TODAY, expires_on=TODAY - timedelta(days=2)), "早于生产"), (In(item=bag, amount=1, batch="长" * 41), "最多 40"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=match):
            actions.bring_in(actor=cast.actor("store"), kind="purchase", store=here, lines=[line], at=cast.at, key=uuid4())  # fmt: skip
    with pytest.raises(Refused, match="捐赠人"):
        actions.bring_in(actor=cast.actor("store"), kind="donation", store=here, lines=[In(item=bag, amount=1)], at=cast.at, key=uuid4())  # fmt: skip
    assert not StockMove.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["note", "telling", "post"])
def test_killed_in_the_middle_nothing_is_half_done(cast: Cast, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """A failure at the last step, at the first balance and between the balances and the moves."""
    bag, here, there = item(cast), store(cast), store(cast, "S", cast.street)
    bought(cast, here, bag, 10)

    def dies(*_args: object, **_more: object) -> None:
        raise RuntimeError

    if where == "note":
        monkeypatch.setattr(actions, "note", dies)
    elif where == "post":
        monkeypatch.setattr(StockMove.objects, "bulk_create", dies)
    else:
        monkeypatch.setattr(ledger, "_change", dies)
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.send_out(actor=cast.actor("store"), kind="transfer", store=here, target=there, lines=[Out(item=bag, amount=4)], at=cast.at, key=uuid4())  # fmt: skip
    monkeypatch.undo()
    assert (SupplyOrder.objects.count(), StockMove.objects.count()) == (1, 1)
    assert ledger.amount_of(ledger.place_of(here), Lot.objects.get()) == 10
    in_order(cast)
    # Afterwards it goes, with the next number.
    done = actions.send_out(actor=cast.actor("store"), kind="transfer", store=here, target=there, lines=[Out(item=bag, amount=4)], at=cast.at, key=uuid4())  # fmt: skip
    assert done.number == "WZ-2025-00002"


@pytest.mark.django_db
def test_the_database_itself_holds_the_guards(cast: Cast) -> None:
    bag, here = item(cast), store(cast)
    bought(cast, here, bag, 10)
    move = StockMove.objects.get()
    for act in (
        lambda: StockBalance.objects.update(amount=-1),
        lambda: StockMove.objects.create(order=move.order, source=move.source, target=move.source, lot=move.lot, amount=1, at=cast.at, actor_name="x"),
        lambda: StockMove.objects.create(order=move.order, source=move.source, target=move.target, lot=move.lot, amount=0, at=cast.at, actor_name="x"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


class Walk:
    """Random acts of random people on random stores and orders."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.draw = cast, random.Random(seed)
        self.goods = [item(cast), item(cast, "PUMP", "泵", returnable=True)]
        self.places = [store(cast, "A"), store(cast, "B"), store(cast, "S", cast.street)]
        self.who = {cast.emergency.pk: cast.actor("store"), cast.street.pk: cast.actor("street")}
        self.acts = (self.buy, self.send, self.send, self.sign, self.back, self.undo, self.count)

    def step(self) -> None:
        self.here, self.of, self.amount = (
            self.draw.choice(self.places),
            self.draw.choice(self.goods),
            self.draw.randint(1, 30),
        )
        self.owner = self.who[self.here.organisation_id]
        orders = list(SupplyOrder.objects.select_related("target__organisation", "organisation"))
        self.order = self.draw.choice(orders) if orders else bought(self.cast, self.here, self.of, 10)
        self.draw.choice(self.acts)()

    def buy(self) -> None:
        until = TODAY + timedelta(days=self.draw.randint(0, 3))
        bought(self.cast, self.here, self.of, self.amount, until, days_ago=self.draw.randint(0, 2))

    def send(self) -> None:
        kind, target = self.draw.choice([("issue", None), ("scrap", None), ("transfer", self.draw.choice(self.places))])
        actions.send_out(
            actor=self.owner, kind=kind, store=self.here, target=target, lines=[Out(item=self.of, amount=self.amount)], at=self.cast.at, key=uuid4(), partner="x",
            reason=self.draw.choice(["", "理由"]), moving=self.draw.random() < 0.5,
        )  # fmt: skip

    def sign(self) -> None:
        signer = self.who[(self.order.target or self.order).organisation_id]
        received = {one.pk: self.draw.randint(0, one.amount) for one in self.order.lines.all()}
        actions.sign(actor=signer, order=self.order, received=received, at=self.cast.at, reason="少")

    def back(self) -> None:
        amounts = {one.pk: self.amount for one in self.order.lines.all()}
        actions.give_back(actor=self.owner, order=self.order, amounts=amounts, store=self.here, at=self.cast.at, key=uuid4())  # fmt: skip

    def undo(self) -> None:
        actions.reverse(actor=self.owner, order=self.order, reason="错", at=self.cast.at, key=uuid4())

    def count(self) -> None:
        if lot := Lot.objects.order_by("pk").first():
            actions.count(actor=self.owner, store=self.here, lot=lot, counted=self.draw.randint(0, 40), at=self.cast.at, key=uuid4(), reason="盘")  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_a_random_walk_keeps_the_ledger_in_order(cast: Cast, seed: int) -> None:
    walk, done = Walk(cast, seed), 0
    for _turn in range(60):
        try:
            with transaction.atomic():
                walk.step()
            done += 1
        except Refused:
            pass
        in_order(cast)
    assert done > 10
    assert StockMove.objects.aggregate(n=Sum("amount"))["n"] > 0
