"""The observation store as the product's processes open it: read-only for all but the gateway.

Values are answered by stream number; who may see a stream is asked of `queries` before.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import zstandard
from django.conf import settings

from anlan.base.clock import CHINA
from anlan.base.errors import Refused, unwritable
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Reader, Store
from anlan.kernel.observations.store.databases import NOTHING, damaged

_here = threading.local()


def writer() -> Store:
    """The one writer. Raises Refused when another process is, or when what is stored cannot be read."""
    database = open_database(settings.OBSERVATIONS, writes=True)
    try:
        return Store(database)
    except (sqlite3.DatabaseError, zstandard.ZstdError, ValueError) as error:
        database.close()
        raise (unwritable(error) or damaged(error)) from None


def reader() -> Reader | None:
    """This thread's reader; None while no gateway has ever written. A connection that was lost is made again.

    Raises Refused for a store that is damaged, newer or away.
    """
    held: tuple[str, Reader] | None = getattr(_here, "reader", None)
    if held and held[0] == settings.OBSERVATIONS:
        held[1].database.revive()
        return held[1]
    try:
        opened = Reader(open_database(settings.OBSERVATIONS, writes=False))
    except Refused as refused:
        if refused.message == NOTHING:
            return None
        raise
    _here.reader = (settings.OBSERVATIONS, opened)
    return opened


def close() -> None:
    """Let go of this thread's reader (before a restore, and between tests)."""
    held = getattr(_here, "reader", None)
    if held:
        held[1].database.close()
        del _here.reader


def ms(at: datetime) -> int:
    """An aware instant in milliseconds since 1970-01-01 UTC."""
    return round(at.timestamp() * 1000)


def instant(at: int) -> datetime:
    """Milliseconds as an instant in civil time."""
    return datetime.fromtimestamp(at / 1000, CHINA)


STALE_S = 20  # the gateway reports every five seconds
ONLINE_S = 300


@dataclass(frozen=True)
class Report:
    """What the gateway last said of itself; `silent` when it should have said more since."""

    at: datetime
    silent: bool
    facts: Mapping[str, Any]


def gateway(at: datetime) -> Report | None:
    """None while no gateway has ever reported."""
    store = reader()
    body = store.state().get("gateway") if store else None
    if not body:
        return None
    facts = json.loads(body)
    told = datetime.fromtimestamp(facts["at"] / 1000, CHINA)
    return Report(told, (at - told).total_seconds() > STALE_S, facts)


def links(at: datetime) -> dict[int, dict[str, Any]]:
    """What the gateway last said of each device, by its id; `heard_at` as an instant, `skew_s` in seconds, `online`: a line stands,
    or it was heard in the last minutes (a device that posts has no line)."""
    store = reader()
    body = store.state().get("gateway") if store else None
    found = {}
    for number, link in (json.loads(body)["devices"] if body else {}).items():
        heard = datetime.fromtimestamp(link["heard"] / 1000, CHINA) if link["heard"] else None
        skew = None if link["skew"] is None else round(link["skew"] / 1000, 1) + 0.0
        online = link["connected"] or (heard is not None and (at - heard).total_seconds() < ONLINE_S)
        found[int(number)] = {**link, "heard_at": heard, "skew_s": skew, "online": online}
    return found


# Why the gateway did not store something, by its code.
REFUSALS = {
    "time": "没有时间、没有时区或读不懂", "channel": "没有这个通道", "form": "格式不对", "token": "令牌不对", "not_admitted": "没有接入",
    "wrong_secret": "口令不对", "lagging": "存储跟不上", "full": "存不进去",
}  # fmt: skip


def refusals(link: Mapping[str, Any] | None) -> list[tuple[str, int]]:
    """(reason, how often) since the gateway started, the most frequent first."""
    told = (link or {}).get("why", {})
    return sorted(((REFUSALS.get(code, code), count) for code, count in told.items()), key=lambda one: -one[1])
