"""Where a source posts its warnings: one CAP document as the body, its token in the header."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import SYSTEM, Operation
from anlan.packs.safety.warning.receiving import receive, source_of

_TEXT = {"type": "string"}
POST = Operation(
    summary="来源推送一条预警（CAP 1.2，或中文预警报文）；令牌写在 Authorization: Bearer", body=_TEXT, body_media="application/cap+xml", proof="token",
    answer={
        "type": "object", "required": ["outcome", "id", "state", "message"], "additionalProperties": False,
        "properties": {
            "outcome": {"enum": ["new", "update", "cancel", "repeat", "held", "ignored"]}, "id": {"type": "integer"}, "state": _TEXT,
            "message": {**_TEXT, "description": "一句话"},
        },
    },
)  # fmt: skip


@csrf_exempt
def post(request: Request) -> HttpResponse:
    given = request.headers.get("Authorization", "")
    source = source_of(given.removeprefix("Bearer ").strip() if given.startswith("Bearer ") else "")
    try:
        data = request.body
    except (RequestDataTooBig, UnreadablePostError):
        raise Refused("bad_request", "没有收全，或超过 1 MB。") from None
    taken = receive(actor=SYSTEM, data=data, way="feed", at=request.at, source=source)
    body = {"outcome": taken.outcome, "id": taken.message.pk, "state": taken.message.state, "message": taken.words}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
