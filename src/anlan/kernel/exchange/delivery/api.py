"""Where other instances send to. Who sends is proved by the signature on each parcel alone; there is no session and no token."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Operation
from anlan.kernel.exchange.delivery import actions
from anlan.kernel.exchange.delivery.actions import Signed
from anlan.kernel.exchange.delivery.types import BATCH, LONGEST

_TEXT = {"type": "string"}
_SIGNED = {
    "type": "object", "required": ["text", "signature"], "additionalProperties": False,
    "properties": {"text": {**_TEXT, "description": "签名的原文：JSON 文本"}, "signature": {**_TEXT, "description": "Ed25519 签名，十六进制"}},
}  # fmt: skip
PARCELS = Operation(
    summary="收对端的邮件：验签、去重、按序号办，答复签名的回执", proof="signature", body={"type": "object", "required": ["parcels"], "properties": {"parcels": {"type": "array", "maxItems": BATCH, "items": _SIGNED}}},
    answer={
        "type": "object", "required": ["acks", "refused"], "additionalProperties": False,
        "properties": {"acks": {"type": "array", "items": _SIGNED}, "refused": {"type": "array", "items": _TEXT}},
    },
)  # fmt: skip


def pairs(given: Any, name: str, most: int) -> list[Signed]:
    """`[{"text", "signature"}]` under that name. Raises Refused `bad_request`."""
    rows = given.get(name) if isinstance(given, dict) else None
    if not isinstance(rows, list) or not all(
        isinstance(one, dict) and isinstance(one.get("text"), str) and isinstance(one.get("signature"), str)
        for one in rows
    ):
        raise Refused("bad_request", "读不懂发来的内容：要有 parcels，每件有 text 和 signature。")
    if len(rows) > most:
        raise Refused("bad_request", f"一次最多 {most} 件。分几次送。")
    return [(one["text"], one["signature"]) for one in rows]


@csrf_exempt
def parcels(request: Request) -> HttpResponse:
    try:
        content = request.body
    except (RequestDataTooBig, UnreadablePostError):
        raise Refused("bad_request", "没有收全，或内容太大。分几次送。") from None
    if len(content) > 2 * LONGEST:
        raise Refused("bad_request", "内容太大。分几次送。")
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        given = None
    done = actions.receive(
        pairs(given, "parcels", BATCH), way="line", source=request.META.get("REMOTE_ADDR", ""), at=request.at
    )
    if done.refused and not done.acks:
        first = done.refused[0]
        raise Refused("forbidden", first.message)
    body = {
        "acks": [{"text": text, "signature": signature} for text, signature in done.acks],
        "refused": [one.message for one in done.refused],
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
