"""What supplies tell an incident's log, in the same transaction as the stock that moved. Who may move the stock may say so:
an owner that helps need not be a member of the incident yet; by this entry it becomes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.response import log
from anlan.kernel.response.fold import Board
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Incident
from anlan.packs.safety.supplies.models import SupplyOrder


def say(actor: Actor, incident: Incident, kind: str, payload: Mapping[str, Any], at: datetime) -> None:
    def decide(board: Board) -> list[Draft]:
        if board.state == "archived":
            raise Refused("illegal", "事件已经归档，不能再记。")
        return [Draft(kind=kind, payload=payload)]

    log.write(actor=actor, incident=incident, at=at, decide=decide, verb=kind)


def resource(actor: Actor, order: SupplyOrder, state: str, goods: Sequence[str], at: datetime, more: str = "") -> None:
    """The goods of an order as a resource of the board: called, moving, on scene, released. `key` is the order's number."""
    if order.incident is None:
        return
    source = order.source or order.partner
    title = "、".join(part for part in (*goods, more) if part) or "物资"
    payload = {"kind": "supply", "key": order.number, "title": f"{title}（{source}）"[:120], "organisation": order.organisation_id, "state": state}  # fmt: skip
    say(actor, order.incident, "resource", payload, at)


def note(actor: Actor, incident: Incident | None, text: str, at: datetime) -> None:
    if incident is not None:
        say(actor, incident, "note", {"text": text[:2000]}, at)
