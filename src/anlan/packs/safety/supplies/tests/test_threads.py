"""Many writers at once, on the database the tests run on (SQLite; PostgreSQL in its part): nobody gets the same goods twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.support.cast import Cast, make_cast
from tests.support.together import together

from anlan.base.errors import Refused
from anlan.packs.safety.supplies import actions, needs, queries
from anlan.packs.safety.supplies.actions import In, Out
from anlan.packs.safety.supplies.models import StockBalance, SupplyAgreement, SupplyOrder
from anlan.packs.safety.supplies.rules import Standing
from anlan.packs.safety.supplies.tests.support import agreement, bought, item, store
from anlan.packs.safety.supplies.tests.test_ledger import TODAY, in_order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def abreast(*works: Callable[[], object]) -> tuple[list[object], list[Refused]]:
    """What they gave at once, and what was refused."""
    found = together(*works)
    return [one for one in found if not isinstance(one, Refused)], [one for one in found if isinstance(one, Refused)]


def test_ten_keepers_want_the_last_hundred(cast: Cast) -> None:
    bag, here, keeper = item(cast), store(cast), cast.actor("store")
    bought(cast, here, bag, 60, TODAY + timedelta(days=9))
    bought(cast, here, bag, 40)

    def take() -> object:
        return actions.send_out(actor=keeper, kind="issue", store=here, lines=[Out(item=bag, amount=15)], at=cast.at, key=uuid4(), partner="x")  # fmt: skip

    done, refused = abreast(*[take] * 10)
    assert (len(done), len(refused)) == (6, 4)  # 6 x 15 = 90; ten are left
    assert all("不够" in one.message for one in refused)
    assert queries.stock(TODAY)[0].usable == 10
    in_order(cast)


def test_two_stores_send_to_each_other_and_nobody_waits_in_a_ring(cast: Cast) -> None:
    bag, pump = item(cast), item(cast, "PUMP", "泵", returnable=True)
    here, there = store(cast, "A"), store(cast, "B")
    for where in (here, there):
        bought(cast, where, bag, 500)
        bought(cast, where, pump, 500)
    keeper = cast.actor("store")

    def swap(source: object, target: object, first: object, second: object) -> Callable[[], object]:
        def work() -> None:
            for _turn in range(6):
                order = actions.send_out(actor=keeper, kind="transfer", store=source, target=target, lines=[Out(item=first, amount=3), Out(item=second, amount=3)], at=cast.at, key=uuid4(), moving=True)  # type: ignore[arg-type]  # rows  # fmt: skip
                actions.sign(actor=keeper, order=order, received={one.pk: 2 for one in order.lines.all()}, at=cast.at, reason="少一件")  # fmt: skip

        return work

    abreast(swap(here, there, bag, pump), swap(there, here, pump, bag), swap(here, there, pump, bag), swap(there, here, bag, pump))  # fmt: skip
    assert SupplyOrder.objects.filter(kind="transfer", state="done").count() == 24
    assert dict(queries.totals()[1])["scrapped"] == 48
    in_order(cast)


def test_one_key_sent_by_two_threads_is_one_order(cast: Cast) -> None:
    bag, here, key = item(cast), store(cast), uuid4()

    def come() -> object:
        return actions.bring_in(actor=cast.actor("store"), kind="purchase", store=here, lines=[In(item=bag, amount=7)], at=cast.at, key=key)  # fmt: skip

    done, refused = abreast(*[come] * 5)
    assert len(done) >= 1
    assert {one.code for one in refused} <= {"stale"}
    assert StockBalance.objects.get().amount == 7
    assert SupplyOrder.objects.count() == 1


def test_an_order_is_signed_reversed_or_returned_once(cast: Cast) -> None:
    pump, here, keeper = item(cast, "PUMP", "泵", returnable=True), store(cast), cast.actor("store")
    bought(cast, here, pump, 9)
    order = actions.send_out(actor=keeper, kind="issue", store=here, lines=[Out(item=pump, amount=9)], at=cast.at, key=uuid4(), partner="x")  # fmt: skip
    line = order.lines.get()

    def back() -> object:
        return actions.give_back(actor=keeper, order=SupplyOrder.objects.get(pk=order.pk), amounts={line.pk: 5}, store=here, at=cast.at, key=uuid4())  # fmt: skip

    def undo() -> object:
        return actions.reverse(actor=keeper, order=SupplyOrder.objects.get(pk=order.pk), reason="错", at=cast.at, key=uuid4())  # fmt: skip

    done, _refused = abreast(back, back, undo, undo)
    assert len(done) == 1
    in_order(cast)


def test_an_agreement_is_never_overdrawn_and_a_need_never_overpromised(cast: Cast) -> None:
    bag, duty = item(cast), cast.actor("duty")
    promise = agreement(cast, bag, 100)
    places = [store(cast, code) for code in "ABCDEF"]
    for where in places:
        bought(cast, where, bag, 50)
    need = needs.make(actor=duty, organisation=cast.district, item=bag, amount=120, place="桥", due_at=cast.at + timedelta(hours=2), at=cast.at, key=uuid4())  # fmt: skip

    def drawn() -> object:
        return actions.draw(actor=duty, agreement=promise, amount=30, at=cast.at, key=uuid4(), place="桥")

    def asked(where: object) -> Callable[[], object]:
        return lambda: needs.offer(actor=duty, need=need, store=where, amount=40, at=cast.at, asked=True)  # type: ignore[arg-type]  # a store

    done, refused = abreast(*[drawn] * 5, *(asked(where) for where in places))
    assert (len(done), len(refused)) == (3 + 3, 2 + 3)
    assert SupplyAgreement.objects.get().drawn == 90
    assert queries.standing([need])[need.pk] == Standing(120, 0, 120)


def test_the_cast_can_be_made_again() -> None:
    """The flush between tests leaves nothing that a second cast would fall over."""
    assert make_cast().district.code == "SL"
