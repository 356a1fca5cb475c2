"""Needs and offers, what the incident's log is told, agreements, requisitions, norms, indicators, plans' assets, pages, the story."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access import actions as access
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.registry.cells import row_of
from anlan.kernel.response import log
from anlan.kernel.response.actions import intake
from anlan.kernel.response.activation import Facts, uses
from anlan.kernel.response.cards import ResourceRule
from anlan.kernel.response.models import Incident
from anlan.kernel.response.tests.support import flood
from anlan.packs.safety.subjects.reserve_models import Reserve, ReserveNorm, ReserveScenario
from anlan.packs.safety.supplies import (
    actions,
    demonstration,
    desk,
    formulas,
    needs,
    panels,
    queries,
    requisitions,
    telling,
)
from anlan.packs.safety.supplies.actions import In, Out
from anlan.packs.safety.supplies.models import Requisition, StockMove, SupplyNeed, SupplyOffer, SupplyOrder
from anlan.packs.safety.supplies.moves import AGREE, CLOSE, DECLINE, REOPEN
from anlan.packs.safety.supplies.rules import Standing
from anlan.packs.safety.supplies.sheets import AGREEMENTS, ITEMS_SHEET
from anlan.packs.safety.supplies.tests.support import agreement, bought, item, store
from anlan.packs.safety.supplies.tests.test_ledger import TODAY, in_order

pytestmark = pytest.mark.django_db


def need_of(cast: Cast, of: Any, amount: int, incident: Incident | None = None, who: str = "duty") -> SupplyNeed:
    return needs.make(
        actor=cast.actor(who), organisation=cast.district if who == "duty" else cast.street, item=of, amount=amount, place="示例路下沉桥",
        due_at=cast.at + timedelta(hours=3), at=cast.at, key=uuid4(), incident=incident, longitude=117.20, latitude=39.17,
    )  # fmt: skip


def test_the_board_tells_needs_first_then_what_is_below_its_norm(cast: Cast) -> None:
    duty = cast.actor("duty")
    assert panels.lines(duty, cast.at) == []
    bag = item(cast, least=600)
    bought(cast, store(cast), bag, 400)
    need_of(cast, bag, 500, flood(cast))
    need, norm, unchecked = panels.lines(duty, cast.at)
    assert (need.title, need.value, need.word) == ("需要 沙袋", "500", "还缺")
    assert (norm.title, norm.value, norm.word) == ("沙袋", "400 / 600", "不足定额")
    assert (unchecked.title, unchecked.word) == ("定额", "待核")
    assert panels.lines(duty, cast.at + timedelta(hours=4))[0].word == "过时还缺"


def test_three_stores_answer_a_need_in_part_and_the_log_is_told(cast: Cast) -> None:
    bag, incident = item(cast), flood(cast)
    here, theirs = store(cast, "A", longitude=117.30, latitude=39.17), store(cast, "S", cast.street, longitude=117.21, latitude=39.17)  # fmt: skip
    bought(cast, here, bag, 400)
    bought(cast, theirs, bag, 200)
    need = need_of(cast, bag, 500, incident)
    assert [one.code for one, _n, _km in queries.nearest(bag, TODAY, 117.20, 39.17)] == ["S", "A"]
    duty, keeper, street = cast.actor("duty"), cast.actor("store"), cast.actor("street")
    asked = needs.offer(actor=duty, need=need, store=here, amount=300, at=cast.at, asked=True)
    own = needs.offer(actor=street, need=need, store=theirs, amount=150, at=cast.at)
    assert queries.standing([need])[need.pk] == Standing(500, 0, 450)
    with pytest.raises(Refused, match="还缺 50"):
        needs.offer(actor=keeper, need=need, store=store(cast, "B"), amount=60, at=cast.at)
    with pytest.raises(Refused) as no:
        needs.offer(actor=keeper, need=need, store=theirs, amount=10, at=cast.at)
    assert no.value.code == "forbidden"
    needs.answer(actor=keeper, offer=asked, move=AGREE, at=cast.at)
    sent = needs.send(actor=keeper, offer=asked, amount=250, at=cast.at, key=uuid4(), carrier="示例车")
    needs.answer(actor=street, offer=own, move=DECLINE, at=cast.at, reason="本街道要用")
    assert queries.standing([need])[need.pk] == Standing(500, 250, 0)
    board = log.board(Incident.objects.get(pk=incident.pk))
    assert sent.order is not None
    assert [(one.key, one.state, one.organisation) for one in board.resources.values()] == [(sent.order.number, "moving", cast.emergency.pk)]  # fmt: skip
    assert any("物资需求" in one["text"] for one in board.notes)
    line = sent.order.lines.get()
    with pytest.raises(Refused):  # the store that sent it does not sign for who asked
        actions.sign(actor=keeper, order=queries.order(sent.order.number), received={line.pk: 250}, at=cast.at)  # type: ignore[arg-type]  # it is there
    order = queries.order(sent.order.number)
    assert order is not None
    actions.sign(actor=duty, order=order, received={line.pk: 240}, at=cast.at, reason="破损")
    assert queries.standing([need])[need.pk] == Standing(500, 240, 0)
    assert log.board(Incident.objects.get(pk=incident.pk)).resources[order.number].state == "on_scene"
    assert log.verify(Incident.objects.get(pk=incident.pk)) == ""
    in_order(cast)
    # Reversed: the need lacks it again.
    actions.reverse(actor=keeper, order=order, reason="送错地方", at=cast.at, key=uuid4())
    assert queries.standing([need])[need.pk].missing == 500
    assert log.board(Incident.objects.get(pk=incident.pk)).resources[order.number].state == "released"


def test_two_offers_of_one_page_are_two_orders(cast: Cast) -> None:
    bag, places = item(cast), [store(cast, code) for code in "AB"]
    need = need_of(cast, bag, 20)
    for where in places:
        bought(cast, where, bag, 10)
        needs.offer(actor=cast.actor("store"), need=need, store=where, amount=10, at=cast.at)
    sent = {"do": "send", "amount": "10", "key": str(uuid4())}
    for offer in SupplyOffer.objects.all():
        answer = cast.client("store").post(f"/supplies/needs/{need.number}/", {**sent, "offer": offer.pk})
        assert answer.status_code == 302
    assert SupplyOrder.objects.filter(kind="issue").count() == 2
    assert queries.standing([need])[need.pk] == Standing(20, 20, 0)


def test_goods_come_back_from_where_they_went_whatever_the_catalogue_says_since(cast: Cast) -> None:
    pump, here, keeper = item(cast, "PUMP", "泵", returnable=True), store(cast), cast.actor("store")
    bought(cast, here, pump, 3)
    out = actions.send_out(actor=keeper, kind="issue", store=here, lines=[Out(item=pump, amount=3)], at=cast.at, key=uuid4(), partner="x")  # fmt: skip
    pump.returnable = False
    pump.save()
    actions.give_back(actor=keeper, order=out, amounts={out.lines.get().pk: 3}, store=here, at=cast.at, key=uuid4())
    (row,) = queries.stock(TODAY)
    assert (row.usable, row.in_use) == (3, 0)
    in_order(cast)


def test_when_the_log_refuses_no_stock_moves(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    bag, incident, here = item(cast), flood(cast), store(cast)
    bought(cast, here, bag, 100)
    need = need_of(cast, bag, 50, incident)
    offer = needs.offer(actor=cast.actor("store"), need=need, store=here, amount=50, at=cast.at)
    entries = incident.entries.count()

    def dies(*_args: object, **_more: object) -> None:
        raise Refused("illegal", "事件已经归档，不能再记。")

    monkeypatch.setattr(telling, "say", dies)
    with pytest.raises(Refused, match="归档"):
        needs.send(actor=cast.actor("store"), offer=offer, amount=50, at=cast.at, key=uuid4())
    assert (SupplyOrder.objects.filter(kind="issue").count(), StockMove.objects.count(), incident.entries.count()) == (0, 1, entries)  # fmt: skip
    assert SupplyOffer.objects.get().state == "offered"
    in_order(cast)


def test_a_drill_is_answered_without_moving_stock(cast: Cast) -> None:
    bag, here = item(cast), store(cast)
    bought(cast, here, bag, 100)
    drill = intake.open_incident(actor=cast.actor("duty"), organisation=cast.district, place="示例路", kind="flood", source="演练", at=cast.at, mode="drill")  # fmt: skip
    need = need_of(cast, bag, 50, drill)
    offer = needs.offer(actor=cast.actor("store"), need=need, store=here, amount=50, at=cast.at)
    needs.send(actor=cast.actor("store"), offer=offer, amount=50, at=cast.at, key=uuid4())
    assert queries.standing([need])[need.pk] == Standing(50, 50, 0)
    assert StockMove.objects.count() == 1
    with pytest.raises(Refused, match="演练"):
        actions.send_out(actor=cast.actor("store"), kind="issue", store=here, lines=[Out(item=bag, amount=1)], at=cast.at, key=uuid4(), need=need)  # fmt: skip
    with pytest.raises(Refused, match="演练"):
        actions.draw(actor=cast.actor("duty"), agreement=agreement(cast, bag), amount=5, at=cast.at, key=uuid4(), need=need)  # fmt: skip


def test_closing_a_need_that_is_not_filled_says_why_and_lets_go(cast: Cast) -> None:
    bag, here = item(cast), store(cast)
    bought(cast, here, bag, 100)
    need, duty = need_of(cast, bag, 50), cast.actor("duty")
    offer = needs.offer(actor=cast.actor("store"), need=need, store=here, amount=20, at=cast.at)
    with pytest.raises(Refused, match="理由"):
        needs.move(actor=duty, need=need, move=CLOSE, at=cast.at)
    needs.move(actor=duty, need=need, move=CLOSE, at=cast.at, reason="水退了")
    offer = SupplyOffer.objects.select_related("need__organisation", "store__organisation").get(pk=offer.pk)
    assert offer.state == "withdrawn"
    with pytest.raises(Refused, match="已满足"):
        needs.offer(actor=cast.actor("store"), need=need, store=here, amount=1, at=cast.at)
    needs.move(actor=duty, need=need, move=REOPEN, at=cast.at, reason="又涨了")
    assert SupplyNeed.objects.get().state == "open"
    for values, match in (({"amount": 0}, "数量"), ({"due_at": cast.at}, "以后的时间"), ({"place": ""}, "送到哪里"), ({"due_at": cast.at + timedelta(days=91)}, "90 天")):  # fmt: skip
        given: dict[str, Any] = {"amount": 5, "place": "x", "due_at": cast.at + timedelta(hours=1), **values}
        with pytest.raises(Refused, match=match):
            needs.make(actor=duty, organisation=cast.district, item=bag, at=cast.at, key=uuid4(), **given)
    with pytest.raises(Refused):
        needs.make(actor=cast.actor("street"), organisation=cast.emergency, item=bag, amount=1, place="x", due_at=cast.at + timedelta(hours=1), at=cast.at, key=uuid4())  # fmt: skip


def test_agreement_stock_is_a_promise_until_it_is_there(cast: Cast) -> None:
    food, here, duty = item(cast, "FOOD", "食品"), store(cast), cast.actor("duty")
    promise, need = agreement(cast, food, 1000), need_of(cast, food, 640)
    order = actions.draw(actor=duty, agreement=promise, amount=640, at=cast.at, key=uuid4(), need=need)
    promise.refresh_from_db()
    assert (promise.left, order.due_at, queries.standing([need])[need.pk]) == (360, cast.at + timedelta(hours=4), Standing(640, 0, 640))  # fmt: skip
    assert not StockMove.objects.exists()
    with pytest.raises(Refused, match="还剩 360"):
        actions.draw(actor=duty, agreement=promise, amount=361, at=cast.at, key=uuid4(), store=here)
    with pytest.raises(Refused, match="1 到 640"):
        actions.deliver(actor=duty, order=order, line=In(item=food, amount=641), at=cast.at)
    actions.deliver(actor=duty, order=order, line=In(item=food, amount=600, expires_on=TODAY + timedelta(days=30)), at=cast.at)  # fmt: skip
    promise.refresh_from_db()
    assert (promise.left, queries.standing([need])[need.pk]) == (400, Standing(640, 600, 0))
    other = actions.draw(actor=duty, agreement=promise, amount=100, at=cast.at, key=uuid4(), store=here)
    actions.cancel(actor=duty, order=other, reason="不用了", at=cast.at)
    promise.refresh_from_db()
    assert promise.left == 400
    actions.reverse(actor=cast.actor("officer"), order=order, reason="没有送到", at=cast.at, key=uuid4())
    promise.refresh_from_db()
    assert promise.left == 1000
    in_order(cast)
    promise.valid_until = TODAY - timedelta(days=1)
    promise.save()
    with pytest.raises(Refused, match="有效期"):
        actions.draw(actor=duty, agreement=promise, amount=1, at=cast.at, key=uuid4(), store=here)


def test_registers_refuse_what_would_break_the_ledger(cast: Cast) -> None:
    food = item(cast, "FOOD", "食品")
    promise = agreement(cast, food, 100)
    actions.draw(actor=cast.actor("duty"), agreement=promise, amount=60, at=cast.at, key=uuid4(), place="x")
    row = {
        "code": "X1",
        "item": "FOOD",
        "quantity": "59",
        "firm": "x",
        "contact": "x",
        "phone": "x",
        "lead_hours": "4",
        "valid_from": "2025-07-01",
        "valid_until": "2025-06-01",
    }
    assert {one.column for one in row_of(row, AGREEMENTS)[1]} == {"quantity", "valid_until"}
    assert {one.column for one in row_of({**row, "item": "NONE", "quantity": "60", "valid_until": "2026-01-01"}, AGREEMENTS)[1]} == {"item"}  # fmt: skip
    thing = {"code": "A B", "name": "x", "unit": "个", "category": "other", "warn_days": "9", "verified": "是"}
    assert {one.column for one in row_of(thing, ITEMS_SHEET)[1]} == {"code", "source"}


def test_requisition_from_the_receipt_to_the_money(cast: Cast) -> None:
    officer = cast.actor("officer")
    row = requisitions.take(
        actor=officer, organisation=cast.emergency, what="挖掘机", amount=1, unit="台", owner="示例公司", phone="", basis="示例令", state_before="完好",
        until=TODAY + timedelta(days=3), at=cast.at, key=uuid4(),
    )  # fmt: skip
    assert row.number == "ZY-2025-00001"
    with pytest.raises(Refused, match="不能“定补偿”"):
        requisitions.settle(actor=officer, row=row, compensation=Decimal(1), grounds="x", at=cast.at)
    requisitions.hand_back(actor=officer, row=row, damage="", at=cast.at)
    for money in ("-1", "0.001", "1e12"):
        with pytest.raises(Refused, match="金额"):
            requisitions.settle(actor=officer, row=row, compensation=Decimal(money), grounds="x", at=cast.at)
    requisitions.settle(actor=officer, row=row, compensation=Decimal("7200.00"), grounds="3 个台班", at=cast.at)
    with pytest.raises(Refused, match="晚于今天"):
        requisitions.pay(actor=officer, row=row, on=TODAY + timedelta(days=1), voucher="1", at=cast.at)
    requisitions.pay(actor=officer, row=row, on=TODAY, voucher="凭-1", at=cast.at)
    assert Requisition.objects.get().state == "paid"
    seen = cast.client("leader").get(f"/supplies/requisitions/{row.number}/").content.decode()
    assert "示例公司" not in seen
    assert "示**" in seen.replace("示\u200b", "示")
    assert cast.client("leader").get(f"/supplies/requisitions/{row.number}/print/").status_code == 403
    assert "示例公司" in cast.client("officer").get(f"/supplies/requisitions/{row.number}/print/").content.decode()
    assert cast.client("officer").get(f"/supplies/requisitions/{row.number}/print/?form=docx").status_code == 200


def _scenario(cast: Cast, amount: int) -> ReserveScenario:
    common = {"organisation": cast.emergency, "created_at": cast.at, "updated_at": cast.at}
    scenario = ReserveScenario.objects.create(code="Q", name="内涝", people=100, days=2, **common)
    ReserveNorm.objects.create(code="N", scenario="Q", item="bag", basis="once", amount=amount, **common)
    return scenario


def test_norms_and_indicators_by_hand(cast: Cast) -> None:
    bag, boat = item(cast, reserve="bag"), item(cast, "BOAT", "艇", least=4)
    scenario, here = _scenario(cast, 1000), store(cast)
    bought(cast, here, bag, 700)
    bought(cast, here, bag, 90, TODAY - timedelta(days=1), "旧", days_ago=30)
    bought(cast, here, boat, 4)
    agreement(cast, bag, 200)
    lines = {one.title: (one.needed, one.held, one.agreed, one.reached) for one in queries.norms(TODAY)}
    assert lines == {"编织袋": (1000, 700, 200, False), "艇": (4, 4, 0, True)}
    reached, late = (one.compute(2025, TODAY) for one in formulas.FORMULAS)
    assert (reached.value, reached.ratio, late.value, late.ratio) == (Decimal("50.0"), (1, 2), Decimal("100.0"), (1, 1))
    Reserve.objects.create(organisation=cast.street, code="R", item="bag", kind="stock", quantity=60, place="x", created_at=cast.at, updated_at=cast.at)  # fmt: skip
    (gap,) = queries.scenario_gaps(scenario, TODAY)
    assert (gap.gap.demand, gap.ledger, gap.own, gap.gap.agreement, gap.gap.lacking) == (1000, 700, 60, 200, 40)
    # A past day is computed from the moves until then: 30 days ago the lot was good and the rest was not there yet.
    before = formulas.FORMULAS[1].compute(2025, TODAY - timedelta(days=20))
    assert (before.value, before.ratio) == (Decimal("0.0"), (0, 1))
    assert reached.steps[1].url == "/supplies/norms/?lacking=1"
    assert cast.client("leader").get(reached.steps[1].url).status_code == 200


def test_plans_find_stock_near_first_then_the_agreement(cast: Cast) -> None:
    pump = item(cast, "PUMP", "移动泵", reserve="pump")
    near, far = store(cast, "N", longitude=117.201, latitude=39.17), store(cast, "F", longitude=117.4, latitude=39.3)
    bought(cast, far, pump, 5)
    bought(cast, near, pump, 2)
    bought(cast, near, pump, 9, TODAY - timedelta(days=1), days_ago=9)  # expired: no plan counts on it
    agreement(cast, pump, 3)
    facts = Facts(level=3, organisation=cast.district.pk, organisation_name="区", place="桥", longitude=117.2, latitude=39.17)  # fmt: skip
    given, gap = uses(ResourceRule(kind="supply", item="抽水泵", amount=9), facts, queries.assets(cast.at), {})
    assert [(one.key, one.amount) for one in given] == [("supply:N:PUMP", 2), ("supply:F:PUMP", 5), ("agreement:X1", 2)]
    assert gap == ""
    assert uses(ResourceRule(kind="supply", item="移动泵", amount=11), facts, queries.assets(cast.at), {})[1].endswith("缺 1")  # fmt: skip


def test_gifts_are_followed_to_their_use(cast: Cast) -> None:
    water, here, keeper = item(cast, "W", "水"), store(cast), cast.actor("store")
    bought(cast, here, water, 100, kind="donation", partner="示例公司")
    bought(cast, here, water, 50, date(2026, 1, 1))
    actions.send_out(actor=keeper, kind="issue", store=here, lines=[Out(item=water, amount=80)], at=cast.at, key=uuid4(), partner="安置点")  # fmt: skip
    (gift,) = queries.gifts()
    assert (gift.donor, gift.received, gift.used, gift.left) == ("示例公司", 100, 30, 70)


# ---- pages
def _client(cast: Cast, who: str) -> Client:
    return cast.client(who)


def test_the_form_of_moves_by_keyboard(cast: Cast) -> None:
    _bag, here = item(cast), store(cast)
    client, address = _client(cast, "store"), "/supplies/move/?kind=purchase"
    page = client.get(address).content.decode()
    assert "autofocus" in page
    key = str(uuid4())
    sent = {"kind": "purchase", "store": here.pk, "item-0": "沙袋", "amount-0": "1,200", "item-1": "BAG", "amount-1": "30", "batch-1": "二", "key": key, "again": "1"}  # fmt: skip
    for _each in range(2):
        answer = client.post("/supplies/move/", sent)
        assert answer.status_code == 302
        assert answer["Location"] == f"/supplies/move/?kind=purchase&store={here.pk}"
    assert queries.stock(TODAY)[0].usable == 1230
    wrong = client.post("/supplies/move/", {**sent, "key": str(uuid4()), "item-1": "石头"})
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert "第 2 行：目录里没有“石头”" in text
    assert 'value="1,200"' in text  # what was typed is kept
    out = client.post("/supplies/move/", {"kind": "issue", "store": here.pk, "item-0": "BAG", "amount-0": "2000", "partner": "x"})  # fmt: skip
    assert out.status_code == 422
    assert "不够" in out.content.decode()


def test_pages_of_a_need_and_an_order_by_each_who_works_with_them(cast: Cast) -> None:
    bag, here, incident = item(cast), store(cast, keeper="示例·孔"), flood(cast)
    bought(cast, here, bag, 400)
    duty, keeper, street = _client(cast, "duty"), _client(cast, "store"), _client(cast, "street")
    new = {"item": "BAG", "amount": "300", "incident": incident.number, "due_at": "2099-01-01T00:00", "place": ""}
    assert street.post("/supplies/needs/new/", new).status_code == 422  # 90 days at most
    need = need_of(cast, bag, 300, incident)
    address = f"/supplies/needs/{need.number}/"
    assert duty.post(address, {"do": "ask", "store": here.pk, "amount": "200"}).status_code == 302
    assert street.post(address, {"do": "ask", "store": here.pk, "amount": "20"}).status_code == 403
    offer = SupplyOffer.objects.get()
    assert "请求" in "".join(one.kind for one in desk.waits(cast.actor("store"), cast.at))
    assert keeper.get(address).content.decode().count("发货") >= 1
    assert keeper.post(address, {"do": "send", "offer": offer.pk, "amount": "200", "carrier": "示例车"}).status_code == 302  # fmt: skip
    order = SupplyOrder.objects.get(kind="issue")
    page = f"/supplies/orders/{order.number}/"
    assert "refused-move" in keeper.get(page).content.decode()
    line = order.lines.get()
    assert duty.post(page, {"do": "sign", f"received-{line.pk}": "0"}).status_code == 422
    assert duty.post(page, {"do": "sign", f"received-{line.pk}": "200"}).status_code == 302
    assert keeper.post(page, {"do": "nothing"}).status_code == 409
    for path in ("/supplies/needs/", f"/supplies/incidents/{incident.number}/", "/supplies/orders/?q=沙袋", f"/supplies/items/{bag.pk}/", "/supplies/balance/", "/supplies/stores/", "/supplies/expiring/", "/supplies/donations/", "/supplies/norms/", "/supplies/agreements/", "/supplies/requisitions/", page + "print/"):  # fmt: skip
        assert duty.get(path, follow=True).status_code == 200, path
    assert duty.get(page + "print/?form=docx").status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(duty.get("/supplies/orders/export/").content))
    assert book.worksheets[0].max_row == 1 + StockMove.objects.count()
    assert duty.get("/supplies/orders/WZ-1999-00001/").status_code == 404
    assert duty.get("/supplies/needs/x/").status_code == 404


def test_the_story_loads_once_and_the_ledger_is_in_order(cast: Cast) -> None:
    for code, name, kind in (("SL-B07", "城管委", "bureau"), ("SL-S02", "二街道", "street")):
        access.found_organisation(actor=SYSTEM, code=code, name=name, short_name=name, kind=kind, parent=cast.district, at=cast.at, is_demo=True)  # fmt: skip
    officer = Person.objects.get(username="officer")
    officer.username = "emergency"
    officer.save()
    flood(cast)
    for _each in range(2):
        demonstration.load(cast.at)
    in_order(cast)
    counts = (SupplyOrder.objects.count(), SupplyNeed.objects.count(), Requisition.objects.count())
    assert counts[1:] == (2, 1)
    demonstration.load(cast.at + timedelta(days=1))
    assert (SupplyOrder.objects.count(), SupplyNeed.objects.count(), Requisition.objects.count()) == counts
    bag = next(one for one in SupplyNeed.objects.select_related("item") if one.item.code == "SD-BAG")
    assert queries.standing([bag])[bag.pk] == Standing(1200, 300, 500)
    assert [state for _row, state in queries.expiring(TODAY, SYSTEM)] == ["expired", "near"]
    assert cast.client("store").get("/supplies/").status_code == 200
