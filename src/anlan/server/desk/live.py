"""The live stream: sealed journal entries as server-sent events. Only the number and the verb travel; pages re-read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpResponse, StreamingHttpResponse

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor
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


async def _stream(actor: Actor, seq: int) -> AsyncIterator[str]:
    yield "retry: 2000\n\n"
    for _beat in range(LIFETIME_BEATS):
        for row in await sync_to_async(_next)(seq):
            seq = row.seq
            if _shown(actor, row):
                body = json.dumps({"verb": row.entry.verb, "kind": row.entry.subject_kind, "id": row.entry.subject_id})
                yield f"id: {seq}\nevent: entry\ndata: {body}\n\n"
        yield f"event: beat\ndata: {clock.now().isoformat(timespec='seconds')}\n\n"
        await asyncio.sleep(BEAT_SECONDS)


def events(request: Request) -> HttpResponse:
    """From where the reader stopped (`Last-Event-ID`), else from now."""
    last = request.headers.get("Last-Event-ID", "")
    seq = int(last) if last.isdecimal() else _end()
    response = StreamingHttpResponse(_stream(request.actor, seq), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response  # type: ignore[return-value]
