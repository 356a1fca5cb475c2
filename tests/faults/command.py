"""Words of the agents about command: what is got ready, done and looked at afterwards: an activation, a move of stock, a hand-over."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access.models import Post
from anlan.kernel.exchange.delivery.models import Parcel, Peer
from anlan.kernel.exchange.delivery.tests.support import Other
from anlan.kernel.journal.models import Entry
from anlan.kernel.relay import actions as relay
from anlan.kernel.relay.models import Handover
from anlan.kernel.response import log
from anlan.kernel.response.actions import tasking
from anlan.kernel.response.models import Incident, Member, PlanVersion, Task
from anlan.kernel.response.tests.support import assessed, plan
from anlan.packs.safety.supplies import actions as supplies
from anlan.packs.safety.supplies.models import StockBalance, StockMove, SupplyItem, SupplyOrder, SupplyStore
from anlan.packs.safety.supplies.tests import support as stock
from anlan.packs.safety.supplies.tests.test_ledger import in_order
from tests.support.cast import AT, Cast, make_cast

KEY = UUID("6b1d7c62-5b0a-4c55-9d5e-2f6d8f0c0a11")


def ready() -> int:
    """A district, a roster, a plan, an incident that was assessed."""
    with transaction.atomic():
        cast = make_cast()
        plan(cast)
        assessed(cast)
    return 0


def _cast(at: datetime = AT) -> Cast:
    posts = {one.person.username: one for one in Post.objects.select_related("person", "organisation")}
    named = dict.fromkeys(
        ("district", "emergency", "environment", "street", "enterprise", "education", "school"),
        posts["duty"].organisation,
    )
    return Cast(at, *named.values(), posts)


def activate() -> int:
    """Sign the activation, always with the same key: again it changes nothing."""
    incident = Incident.objects.get()
    cast = _cast(incident.opened_at)
    tasking.activate(
        actor=cast.actor("commander"),
        incident=incident,
        version=PlanVersion.objects.get(),
        scenario="downpour",
        level=3,
        at=cast.at,
        key=KEY,
    )
    return 0


def look() -> int:
    """What is there, and whether the rows are what the log says, as one line of JSON."""
    incident = Incident.objects.get()
    before = sorted(Task.objects.values_list("key", "state")), incident.state, incident.level, Member.objects.count()
    folded = log.fold_all(incident)
    rows = sorted((key, one.state) for key, one in folded.tasks.items()), folded.state, folded.level, before[3]
    told = {
        "entries": incident.entries.count(), "journal": Entry.objects.filter(verb="response.plan").count(), "tasks": before[0], "state": incident.state,
        "fault": log.verify(incident), "same": list(before) == list(rows), "board": len(asdict(folded)["tasks"]),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


# ---- stock goes from one store to another
def stock_ready() -> int:
    with transaction.atomic():
        cast = make_cast()
        bag, here = stock.item(cast), stock.store(cast)
        stock.store(cast, "S", cast.street)
        stock.bought(cast, here, bag, 10)
    return 0


def stock_move() -> int:
    """Four of ten to the other store, always with the same key."""
    cast = _cast()
    here, there = (SupplyStore.objects.get(code=code) for code in ("A", "S"))
    line = supplies.Out(item=SupplyItem.objects.get(), amount=4)
    supplies.send_out(
        actor=cast.actor("store"), kind="transfer", store=here, target=there, lines=[line], at=cast.at, key=KEY
    )
    return 0


def stock_look() -> int:
    in_order(_cast())
    told = {
        "orders": SupplyOrder.objects.count(), "moves": StockMove.objects.count(), "journal": Entry.objects.filter(verb__startswith="supplies.").count(),
        "balances": sorted(StockBalance.objects.values_list("place__pk", "amount")), "fault": "", "same": True,
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


# ---- an incident goes to another instance
def hand_ready() -> int:
    with transaction.atomic():
        cast = make_cast()
        assessed(cast)
        Other(cast).linked()
    return 0


def hand_over() -> int:
    cast = _cast()
    try:
        relay.hand_over(
            actor=cast.actor("duty"), incident=Incident.objects.get(), peer=Peer.objects.get(), reason="请市里统筹", at=cast.at
        )  # fmt: skip
    except Refused as refused:
        return 0 if refused.code == "twice" else 1
    return 0


def hand_look() -> int:
    incident, peer = Incident.objects.get(), Peer.objects.get()
    told = {
        "entries": incident.entries.count(), "handed": Handover.objects.count(), "parcels": Parcel.objects.count(), "numbered": peer.out_seq,
        "journal": Entry.objects.filter(verb__startswith="relay.").count(), "fault": log.verify(incident), "same": log.fold_all(incident).seq == incident.seq,
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


WORDS: dict[str, Callable[..., int]] = {
    "command-ready": ready, "command-activate": activate, "command-look": look, "stock-ready": stock_ready, "stock-move": stock_move, "stock-look": stock_look,
    "hand-ready": hand_ready, "hand-over": hand_over, "hand-look": hand_look,
}  # fmt: skip
