"""The live stream as server-sent events: sealed journal entries, of which only number and verb travel, and alarms as soon as
they are committed. A reader that was cut off says where it stopped (`Last-Event-ID`: entry.alarm) and misses and doubles nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import asdict

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.feed import feed, shown
from anlan.kernel.journal.models import Head, Seal
from anlan.kernel.journal.sealing import sealed_after

BEAT_SECONDS = 1.0
LIFETIME_BEATS = 1800  # the browser reconnects with Last-Event-ID and misses nothing


def _end() -> int:
    head = Head.objects.filter(pk=1).first()
    return head.seq if head else 0


def _next(seq: int) -> list[Seal]:
    return list(sealed_after(seq))


def _shown(actor: Actor, row: Seal) -> bool:
    """Own subtree and what concerns nobody in particular; auditors and administrators hear everything."""
    path = row.entry.org_path
    return policy.may(actor, "desk.audit") or not path or bool(actor.path and path.startswith(actor.path))


async def _stream(actor: Actor, seq: int, alarm: int | None) -> AsyncIterator[str]:
    """`alarm`: after which alarm event; None: from now on."""
    yield "retry: 2000\n\n"
    async with feed().listening() as events:
        alarm = events.last if alarm is None else alarm
        for _beat in range(LIFETIME_BEATS):
            for row in await sync_to_async(_next)(seq):
                seq = row.seq
                if _shown(actor, row):
                    body = {"verb": row.entry.verb, "kind": row.entry.subject_kind, "id": row.entry.subject_id}
                    yield f"id: {seq}.{alarm}\nevent: entry\ndata: {json.dumps(body)}\n\n"
            yield f"id: {seq}.{alarm}\nevent: beat\ndata: {clock.now().isoformat(timespec='seconds')}\n\n"
            until = time.monotonic() + BEAT_SECONDS
            while (left := until - time.monotonic()) > 0:
                news = await events.after(alarm, left)
                if not news:
                    continue
                for one in await sync_to_async(shown)(actor, news):
                    yield f"id: {seq}.{one.number}\nevent: alarm\ndata: {json.dumps(asdict(one), ensure_ascii=False)}\n\n"
                alarm = news[-1][0]
                await asyncio.sleep(0)  # a long catching up leaves room for others


def _place(last: str) -> tuple[int | None, int | None]:
    """(entry, alarm event) after which to go on; None where it is not said."""
    entry, _dot, alarm = last.partition(".")
    return int(entry) if entry.isdecimal() else None, int(alarm) if alarm.isdecimal() else None


def events(request: Request) -> HttpResponse:
    """From where the reader stopped (`Last-Event-ID`), else from now."""
    seq, alarm = _place(request.headers.get("Last-Event-ID", "")[:40])
    stream = _stream(request.actor, _end() if seq is None else seq, alarm)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response  # type: ignore[return-value]
