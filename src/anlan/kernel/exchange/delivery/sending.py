"""The line out: what waits goes to each peer in batches, with back-off. Runs beside the worker's loop, so that a dead line holds up nothing."""

from __future__ import annotations

import http.client
import json
import logging
import ssl
from datetime import datetime
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from django.db import close_old_connections, connection
from django.db.models import F, Q

from anlan.kernel.exchange.delivery import actions, rules
from anlan.kernel.exchange.delivery.actions import Signed
from anlan.kernel.exchange.delivery.models import Parcel, Peer
from anlan.kernel.exchange.delivery.types import BATCH, DEAD_AFTER, LONGEST

log = logging.getLogger(__name__)
PATH = "/api/v1/link/parcels"
TIMEOUT_S = 8.0
ROUNDS = 25  # batches to one peer in one run
_busy = Lock()


class Unreached(Exception):  # noqa: N818 - the line's answer, not a crash
    """No answer that can be believed; `str` is one line for the duty desk."""


def exchange(address: str, parcels: list[Signed]) -> list[Signed]:
    """One request; the acknowledgements of its answer, not yet believed."""
    parts = urlsplit(address)
    body = json.dumps(
        {"parcels": [{"text": text, "signature": signature} for text, signature in parcels]}, ensure_ascii=False
    )
    try:
        if parts.scheme == "https":
            line: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=TIMEOUT_S, context=ssl.create_default_context()
            )
        else:
            line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        try:
            line.request("POST", parts.path.rstrip("/") + PATH, body.encode(), {"Content-Type": "application/json"})
            answer = line.getresponse()
            content = answer.read(LONGEST + 1)
        finally:
            line.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreached(_words(error)) from None
    return _acks(answer.status, content)


def _words(error: Exception) -> str:
    return f"连不上（{type(error).__name__}）"


def _acks(status: int, content: bytes) -> list[Signed]:
    try:
        told: Any = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if status == 200 and isinstance(told, dict) and isinstance(told.get("acks"), list):
        return [(str(one.get("text", "")), str(one.get("signature", ""))) for one in told["acks"] if isinstance(one, dict)]  # fmt: skip
    said = told.get("message", "") if isinstance(told, dict) else ""
    raise Unreached(f"对方答复 {status}：{str(said)[:120] or '不是链路的答复'}")


def send_all(at: datetime) -> int:
    """Every linked peer whose time has come; returns how many parcels were acknowledged."""
    actions.bury(at)
    return sum(send_to(peer, at) for peer in due(at))


def due(at: datetime) -> list[Peer]:
    ready = Peer.objects.filter(state="linked").exclude(address="").filter(Q(retry_at=None) | Q(retry_at__lte=at))
    return list(ready.filter(parcels__state="queued").select_related("organisation").distinct())


def send_to(peer: Peer, at: datetime) -> int:
    """Batches in order of number until nothing waits or the line fails. A batch of which nothing was acknowledged is a failure too."""
    done = 0
    for _round in range(ROUNDS):
        rows = list(Parcel.objects.filter(peer=peer, state="queued").order_by("seq")[:BATCH])
        if not rows:
            break
        Parcel.objects.filter(pk__in=[one.pk for one in rows]).update(attempts=F("attempts") + 1)
        try:
            acks = exchange(peer.address, _fitting(rows))
            believed = sum(actions.take_ack(peer, one, at) for one in acks)
            if not believed:
                raise Unreached("对方的回执签名不对，或答非所问")
        except Unreached as trouble:
            failures = peer.failures + 1
            Peer.objects.filter(pk=peer.pk).update(
                failures=failures, retry_at=at + rules.wait(failures), trouble=str(trouble)[:200]
            )
            return done
        done += believed
        peer.failures = 0
        Peer.objects.filter(pk=peer.pk).update(failures=0, retry_at=None, trouble="", heard_at=at)
    return done


def _fitting(rows: list[Parcel]) -> list[Signed]:
    """As many of them as one request may hold, at least one."""
    found: list[Signed] = []
    size = 0
    for one in rows:
        size += 2 * len(one.text.encode()) + 400  # quoting within quoting
        if found and size > LONGEST:
            break
        found.append((one.text, one.signature))
    return found


def pump(at: datetime) -> int:
    """The job: start a run in a thread of its own unless one goes on; 1 when one was started."""
    if not due(at) and not Parcel.objects.filter(state="queued", since__lt=at - DEAD_AFTER).exists():
        return 0
    if not _busy.acquire(blocking=False):
        return 0
    Thread(target=_run, args=(at,), daemon=True, name="delivery").start()
    return 1


def _run(at: datetime) -> None:
    try:
        close_old_connections()
        send_all(at)
    except Exception:
        log.exception("delivery failed")
    finally:
        connection.close()
        _busy.release()
