"""An entry of a log as JSON on the line, back as an entry, and in one line for a reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from anlan.base.errors import Refused
from anlan.kernel.response.fold import Said
from anlan.kernel.response.models import LogEntry
from anlan.kernel.response.types import (
    COLOURS,
    FACTS,
    GRADES,
    KINDS,
    LEVELS,
    POSTS,
    RESOURCE_STATES,
    STATES,
    TASK_STATES,
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


def words(kind: str, payload: Mapping[str, Any]) -> str:
    """One line; what has no words of its own is told by its text or reason."""
    make = _WORDS.get(kind)
    text = make(payload) if make else str(payload.get("text", "") or payload.get("title", ""))
    reason = str(payload.get("reason", ""))
    return f"{text}（{reason}）" if reason and reason not in text else text


def _values(values: Mapping[str, Any]) -> str:
    return "，".join(
        f"{FACTS[slug].title} {value}{FACTS[slug].unit}" for slug, value in values.items() if slug in FACTS
    )


def _opened(p: Mapping[str, Any]) -> str:
    counts = _values(p.get("counts", {}))
    return "；".join(
        one for one in (str(p.get("title", "")), str(p.get("place", "")), str(p.get("source", "")), counts) if one
    )


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "opened": _opened,
    "corrected": lambda p: "、".join(str(one) for name, one in p.items() if name in ("title", "place")),
    "moved": lambda p: STATES.get(p.get("target", ""), ""),
    "fact": lambda p: _values(p.get("values", {})),
    "grade": lambda p: GRADES.get(p.get("grade", 0), ""),
    "colour": lambda p: COLOURS.get(p.get("colour", 0), ""),
    "level": lambda p: LEVELS.get(p.get("level", 0), ""),
    "post": lambda p: f"{POSTS.get(p.get('post', ''), '')}：{p.get('name', '')}",
    "plan": lambda p: f"{p.get('title', '')} {p.get('edition', '')}，任务 {len(p.get('tasks', ()))} 项",
    "task": lambda p: str(p.get("task", {}).get("title", "")),
    "task_move": lambda p: f"{p.get('task', '')}：{TASK_STATES.get(p.get('state', ''), '')} {p.get('note', '')}".strip(),
    "resource": lambda p: f"{p.get('title', '')}：{RESOURCE_STATES.get(p.get('state', ''), '')}",
    "headcount": lambda p: f"{p.get('key', '')}：{p.get('people', '')} 人",
    "strike": lambda _p: "划去一条记录",
    "report": lambda p: f"第 {p.get('number', '')} 号报告",
    "withdrawn": lambda p: f"撤销 {len(p.get('tasks', ()))} 项任务",
}  # fmt: skip
