"""Reading: handovers and mirrors as a viewer sees them, the chain of a mirror, what waits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.relay.models import Handover, Mirror, Shipment
from anlan.kernel.relay.types import HAND_OVER, READ
from anlan.kernel.relay.wording import entry_of, said
from anlan.kernel.response.fold import Board, fold
from anlan.kernel.response.log import Boards, hashed
from anlan.kernel.response.models import LogEntry
from anlan.kernel.web.types import Waiting


def handovers(actor: Actor) -> QuerySet[Handover]:
    rows = Handover.objects.select_related("incident__organisation", "peer")
    return policy.visible_to(actor, READ, rows, "incident__organisation__path")


def mirrors(actor: Actor) -> QuerySet[Mirror]:
    return policy.visible_to(
        actor, READ, Mirror.objects.select_related("peer__organisation"), "peer__organisation__path"
    )


@dataclass(frozen=True)
class Line:
    """A handover with how far the other side has it: entries acknowledged of those there are."""

    handover: Handover
    acked: int
    total: int


def acked_seq(handover: Handover) -> int:
    """Up to which entry the other side holds the log."""
    held = 0
    for last, state in Shipment.objects.filter(handover=handover).order_by("last_seq").values_list("last_seq", "parcel__state"):  # fmt: skip
        if state != "acked":
            break
        held = last
    return held


def lines(rows: QuerySet[Handover]) -> list[Line]:
    return [Line(one, acked_seq(one), one.incident.seq) for one in rows]


def entries(mirror: Mirror) -> list[LogEntry]:
    return [entry_of(json.loads(one.told)) for one in mirror.entries.order_by("seq")]


BOARDS = Boards(100)


def board(mirror: Mirror) -> Board:
    """The board as of the mirror's head, which names every entry before it; to be read, not changed."""
    found = BOARDS.get(mirror.head, mirror.seq)
    if found is None:
        found = fold(said(one) for one in entries(mirror))
        BOARDS.put(mirror.head, found)
    return found


def verify(mirror: Mirror) -> str:
    """ "" when the chain holds from the first entry to the head, else what is wrong."""
    former = ""
    for number, entry in enumerate(entries(mirror), start=1):
        if entry.seq != number:
            return f"第 {number} 条记录缺失"
        if entry.former != former or entry.hash != hashed(entry):
            return f"第 {number} 条记录被改动过"
        former = entry.hash
    return "" if former == mirror.head else "最后的记录缺失"


def waiting(actor: Actor, _at: datetime) -> Iterator[Waiting]:
    if policy.may(actor, HAND_OVER):
        for one in mirrors(actor).filter(taken_at=None):
            yield Waiting(
                kind="移送", title=f"{'【演练】' if one.is_drill else ''}{one.title}", fact=f"{one.peer}移送，{one.seq} 条记录", sender=one.peer.title,
                verb="去签收", url=reverse("relay_mirror", args=[one.pk]), started_at=one.arrived_at,
            )  # fmt: skip
