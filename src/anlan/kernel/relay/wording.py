"""An entry of a log as JSON on the line, back as an entry, and in one line for a reader."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from anlan.base.errors import Refused
from anlan.kernel.response.fold import Said
from anlan.kernel.response.models import LogEntry
from anlan.kernel.response.types import (
    KINDS,
)

_TIMES = ("occurred_at", "recorded_at", "received_at")
_PLAIN = ("seq", "kind", "skew", "on_behalf_of", "post", "place", "longitude", "latitude", "payload", "former", "hash")


def told(entry: LogEntry) -> dict[str, Any]:
    times = {name: getattr(entry, name).astimezone(UTC).isoformat() for name in _TIMES}
    return {"id": str(entry.pk), "actor": entry.actor_name, **times, **{name: getattr(entry, name) for name in _PLAIN}}


def entry_of(facts: Any) -> LogEntry:
    """An entry that is not stored, to be hashed again. Raises Refused `form`."""
    try:
        times = {name: datetime.fromisoformat(facts[name]) for name in _TIMES}
        entry = LogEntry(
            id=UUID(facts["id"]), actor_name=facts["actor"], **times, **{name: facts[name] for name in _PLAIN}
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Refused("form", "有一条记录读不懂。") from None
    whole = isinstance(entry.seq, int) and isinstance(entry.payload, dict) and entry.kind in KINDS
    if not whole or any(one.tzinfo is None for one in times.values()):
        raise Refused("form", f"第 {entry.seq} 条记录的种类、内容或时间不对。")
    return entry


def said(entry: LogEntry) -> Said:
    """For the fold; persons of another instance have no row here."""
    return Said(
        id=entry.pk, seq=entry.seq, kind=entry.kind, occurred_at=entry.occurred_at, received_at=entry.received_at, name=entry.actor_name, person=None,
        post=entry.post, payload=entry.payload, skew=entry.skew,
    )  # fmt: skip
