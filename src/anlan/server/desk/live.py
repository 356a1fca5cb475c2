"""The live stream as server-sent events: sealed journal entries, of which only number and verb travel, and alarms as soon as
they are committed. A reader that was cut off says where it stopped (`Last-Event-ID`: entry.alarm) and misses and doubles nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.db import close_old_connections, connections
from django.http import HttpResponse, StreamingHttpResponse

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.feed import ALARMS, shown
from anlan.kernel.journal.models import Entry, Head
from anlan.kernel.journal.sealing import sealed_after
from anlan.kernel.response import queries as incidents
from anlan.kernel.web.feed import Source, either

T = TypeVar("T")
BEAT_SECONDS = 1.0
LOOK_S = 0.1  # between two looks at the journal, once a process
LIFETIME_BEATS = 1800  # the browser reconnects with Last-Event-ID and misses nothing


def _end() -> int:
    close_old_connections()
    head = Head.objects.filter(pk=1).first()
    return head.seq if head else 0


def _after(seq: int) -> list[tuple[int, Entry]]:
    close_old_connections()  # this thread serves no request
    return [(row.seq, row.entry) for row in sealed_after(seq)]


ENTRIES: Source[Entry] = Source("entries", _end, _after, LOOK_S)


def _shown(actor: Actor, entry: Entry) -> bool:
    """Own subtree and what concerns nobody in particular; an incident to those who see it; auditors and administrators hear everything."""
    path = entry.org_path
    if policy.may(actor, "desk.audit") or not path or bool(actor.path and path.startswith(actor.path)):
        return True
    return entry.subject_kind == "incident" and _sees(actor, entry.subject_id)


def _sees(actor: Actor, incident: str) -> bool:
    """Kept for a minute: of every entry all who listen are asked."""
    key = f"sees:{actor.person_id}:{actor.post_id}:{incident}"
    return bool(cache.get_or_set(key, lambda: incidents.visible(actor).filter(pk=incident).exists(), timeout=60))


def _lines(actor: Actor, news: Sequence[tuple[int, Entry]]) -> list[tuple[int, str]]:
    told = [
        (seq, {"verb": one.verb, "kind": one.subject_kind, "id": one.subject_id})
        for seq, one in news
        if _shown(actor, one)
    ]
    return [(seq, json.dumps(body)) for seq, body in told]


def _released(work: Callable[..., T], *given: Any) -> T:
    """A line stands for half an hour: it holds no connection meanwhile, or some dozens of them would leave none for anybody."""
    try:
        return work(*given)
    finally:
        connections.close_all()


async def _stream(actor: Actor, seq: int | None, alarm: int | None) -> AsyncIterator[str]:
    """`seq`, `alarm`: after which entry and alarm event; None: from now on."""
    yield "retry: 2000\n\n"
    await sync_to_async(connections.close_all)()  # what the request itself has used
    async with ALARMS.here().listening() as alarms, ENTRIES.here().listening() as entries:
        seq, alarm = entries.last if seq is None else seq, alarms.last if alarm is None else alarm
        for _beat in range(LIFETIME_BEATS):
            yield f"id: {seq}.{alarm}\nevent: beat\ndata: {clock.now().isoformat(timespec='seconds')}\n\n"
            until = time.monotonic() + BEAT_SECONDS
            while (left := until - time.monotonic()) > 0:
                raised, written = await either(alarms, alarm, entries, seq, left)
                for one in await sync_to_async(_released)(shown, actor, raised) if raised else ():
                    yield f"id: {seq}.{one.number}\nevent: alarm\ndata: {json.dumps(asdict(one), ensure_ascii=False)}\n\n"
                alarm = raised[-1][0] if raised else alarm
                for number, body in await sync_to_async(_released)(_lines, actor, written) if written else ():
                    yield f"id: {number}.{alarm}\nevent: entry\ndata: {body}\n\n"
                seq = written[-1][0] if written else seq
                await asyncio.sleep(0)  # a long catching up leaves room for others


def _place(last: str) -> tuple[int | None, int | None]:
    """(entry, alarm event) after which to go on; None where it is not said."""
    entry, _dot, alarm = last.partition(".")
    return int(entry) if entry.isdecimal() else None, int(alarm) if alarm.isdecimal() else None


def events(request: Request) -> HttpResponse:
    """From where the reader stopped (`Last-Event-ID`), else from now."""
    seq, alarm = _place(request.headers.get("Last-Event-ID", "")[:40])
    response = StreamingHttpResponse(_stream(request.actor, seq, alarm), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response  # type: ignore[return-value]
