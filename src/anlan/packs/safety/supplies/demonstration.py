"""The story of the demonstration: four stores, what came in and went out, a need that three stores answer in part, an agreement, a
requisition, a donation (示例). Loaded again, it changes nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from anlan.base.clock import civil_date
from anlan.kernel.access import demonstration
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.types import Sheet
from anlan.kernel.response.models import Incident
from anlan.packs.safety.supplies import actions, needs, requisitions
from anlan.packs.safety.supplies.actions import In, Out
from anlan.packs.safety.supplies.models import SupplyAgreement, SupplyItem, SupplyNeed, SupplyOffer, SupplyStore
from anlan.packs.safety.supplies.sheets import AGREEMENTS, ITEMS_SHEET, STORES_SHEET

STORY = Path(__file__).with_name("story.toml")
PEOPLE, UNITS = {"store", "street", "duty", "emergency"}, {"SL-B11", "SL-B07", "SL-S01", "SL-S02"}


def key(*parts: str) -> UUID:
    return uuid5(NAMESPACE_URL, "anlan:supplies:" + ":".join(parts))


def load(at: datetime) -> None:
    people, units = demonstration.people(), demonstration.units()
    if not (people.keys() >= PEOPLE and units.keys() >= UNITS):
        return  # the demonstration's people are not all here
    story = tomllib.loads(STORY.read_text(encoding="utf-8"))
    _registers(story, units, at)
    _stock(story, people, at)
    _orders(people, at)
    _need(people, units, at)
    _requisition(story["requisition"], people, units, at)


def _add(sheet: Sheet, owner: Organisation, values: Mapping[str, Any], at: datetime) -> None:
    if sheet.model.objects.filter(code=values["code"]).exists():
        return
    empty = {"text": "", "long": "", "choice": "", "bool": False}
    full = {one.name: values.get(one.name, empty.get(one.kind)) for one in sheet.columns}
    registry.add(actor=SYSTEM, sheet=sheet, organisation=owner, values=full, at=at, is_demo=True)


def _registers(story: Mapping[str, Any], units: Mapping[str, Organisation], at: datetime) -> None:
    today = civil_date(at)
    for row in story["item"]:
        _add(ITEMS_SHEET, units["SL-B11"], row, at)
    for row in story["store"]:
        _add(STORES_SHEET, units[row["organisation"]], row, at)
    given = story["agreement"]
    days = {name: today + timedelta(days=given[name]) for name in ("valid_from", "valid_until")}
    _add(AGREEMENTS, units[given["organisation"]], {**given, **days}, at)


def _stock(story: Mapping[str, Any], people: Mapping[str, Actor], at: datetime) -> None:
    today = civil_date(at)

    def day(n: int) -> date | None:
        return today + timedelta(days=n) if n else None

    for given in story["came"]:
        store = SupplyStore.objects.get(code=given["store"])
        for code, amount, ago, batch, made, until, donor in given["rows"]:
            line = In(
                item=SupplyItem.objects.get(code=code),
                amount=amount,
                batch=batch,
                made_on=day(made),
                expires_on=day(until),
            )
            actions.bring_in(
                actor=people.get(given["by"], SYSTEM), kind="donation" if donor else "purchase", store=store, lines=[line], at=at - timedelta(days=ago),
                key=key(given["store"], code, str(ago)), partner=donor or "示例供货商", is_demo=True,
            )  # fmt: skip


def _orders(people: Mapping[str, Actor], at: datetime) -> None:
    """Sandbags issued and partly returned as pumps came back; a transfer that is still on its way."""
    item = {one.code: one for one in SupplyItem.objects.all()}
    first, street = SupplyStore.objects.get(code="CK-01"), SupplyStore.objects.get(code="CK-03")
    then = at - timedelta(days=20)
    issued = actions.send_out(
        actor=people["store"], kind="issue", store=first, lines=[Out(item=item["SD-PUMP"], amount=2), Out(item=item["SD-BAG"], amount=300)], at=then,
        key=key("issue"), partner="示例一街道抢险队", place="示例路下沉桥", is_demo=True,
    )  # fmt: skip
    if not issued.children.exists():
        pumps = issued.lines.get(item=item["SD-PUMP"])
        actions.give_back(
            actor=people["store"], order=issued, amounts={pumps.pk: 1}, store=first, at=then + timedelta(days=3), key=key("back"), reason="另一台留用", is_demo=True
        )  # fmt: skip
    actions.send_out(
        actor=people["store"], kind="transfer", store=first, target=street, lines=[Out(item=item["SD-TENT"], amount=10)], at=at - timedelta(hours=3),
        key=key("transfer"), carrier="示例货车", is_demo=True,
    )  # fmt: skip


def _need(people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime) -> None:
    """800 sandbags asked for by the street: the street's own store sends, the flood store is asked, the rest is missing."""
    if SupplyNeed.objects.filter(key=key("need")).exists():
        return
    duty, street = people["duty"], people["street"]
    item = {one.code: one for one in SupplyItem.objects.all()}
    incident = Incident.objects.filter(is_demo=True, is_open=True, mode="real").first()
    then = at - timedelta(hours=1)
    made = needs.make(
        actor=street, organisation=units["SL-S01"], item=item["SD-BAG"], amount=1200, place="示例路下沉桥北口", due_at=at + timedelta(hours=5), at=then,
        key=key("need"), incident=incident, longitude=117.203, latitude=39.170, note="水面还在涨", is_demo=True,
    )  # fmt: skip
    own = needs.offer(actor=street, need=made, store=SupplyStore.objects.get(code="CK-03"), amount=300, at=then)
    needs.send(actor=street, offer=_whole(own), amount=300, at=then, key=key("sent"), carrier="街道皮卡", is_demo=True)
    needs.offer(actor=duty, need=made, store=SupplyStore.objects.get(code="CK-01"), amount=500, at=then, asked=True)
    food = needs.make(
        actor=street, organisation=units["SL-S01"], item=item["SD-FOOD"], amount=640, place="示例学校安置点", due_at=at + timedelta(hours=9), at=then,
        key=key("need", "food"), incident=incident, longitude=117.198, latitude=39.174, is_demo=True,
    )  # fmt: skip
    agreement = SupplyAgreement.objects.get(code="XY-01")
    actions.draw(actor=duty, agreement=agreement, amount=640, at=then, key=key("draw"), need=food, is_demo=True)


def _whole(row: SupplyOffer) -> SupplyOffer:
    return SupplyOffer.objects.select_related("need__item", "need__incident", "need__organisation", "store__organisation").get(pk=row.pk)  # fmt: skip


def _requisition(
    given: Mapping[str, Any], people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime
) -> None:
    actor, then = people["emergency"], at - timedelta(days=20)
    row = requisitions.take(
        actor=actor, organisation=units["SL-B11"], what=given["what"], amount=given["amount"], unit=given["unit"], owner=given["owner"], phone=given["phone"],
        basis=given["basis"], state_before=given["state_before"], until=civil_date(then) + timedelta(days=5), at=then, key=key("requisition"), is_demo=True,
    )  # fmt: skip
    if row.state == "taken":
        requisitions.hand_back(actor=actor, row=row, damage=given["damage"], at=then + timedelta(days=3))
        requisitions.settle(actor=actor, row=row, compensation=Decimal(given["compensation"]), grounds=given["grounds"], at=then + timedelta(days=9))  # fmt: skip
