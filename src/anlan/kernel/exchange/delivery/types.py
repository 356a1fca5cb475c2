"""What travels between instances, and the declaration of who takes it. Pure.

A *peer* (对端) is another instance. A *parcel* (邮件) is one signed message to it; each has a number of its own in the peer's row, one after the
other. It is acknowledged (回执) when the other side holds it, and handed to its *subject* there strictly in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

PEER_STATES: Mapping[str, str] = {"proposed": "待核对", "linked": "已连通", "stopped": "已停用"}
PEER_KINDS: Mapping[str, str] = {"city": "上级（市）", "neighbour": "相邻区", "unit": "下级或驻区单位"}
OUT_STATES: Mapping[str, str] = {"queued": "待送", "acked": "对方已收", "dead": "死信"}
IN_STATES: Mapping[str, str] = {"waiting": "等前面的", "applied": "已收办", "refused": "不能收办"}

# How long after a failure the next attempt: doubled each time up to the last (本系统默认值).
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=1)
LATE_AFTER = timedelta(minutes=5)  # a parcel not acknowledged so long is shown at the duty desk (本系统默认值)
DEAD_AFTER = timedelta(
    hours=24
)  # and so long is a dead letter: somebody sends it again or carries the file (本系统默认值)
BATCH = 20  # parcels in one request
LONGEST = 4 << 20  # bytes of one request
LONGEST_BODY = 1 << 20  # bytes of one parcel
MOST_WAITING = 2000  # parcels of one peer that may wait for an earlier one


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A parcel as its subject gets it: from whom, its own number, what it says."""

    peer: int
    peer_code: str
    peer_title: str
    id: UUID
    seq: int
    body: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a capability sends and takes. `arrived` runs once for each parcel, in order, in the transaction that records it; a `Refused` from it
    keeps the parcel as one that cannot be taken and tells the sender why. `words(body)`: one line for the pages."""

    slug: str
    title: str
    arrived: Callable[[Arrival], None]
    words: Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, kw_only=True)
class Card:
    """What two instances exchange before they are linked: the other side's code, name, address ("" where only files travel) and public key."""

    code: str
    title: str
    address: str
    key: str
