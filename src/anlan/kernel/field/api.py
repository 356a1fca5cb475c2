"""What the phone asks: its bundle, its key; what it sends: photos and entries. Every answer is JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse, UnreadablePostError
from django.middleware.csrf import get_token

from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Post
from anlan.kernel.access.types import Operation, Parameter
from anlan.kernel.field import actions, queries, rules, sealing
from anlan.kernel.field.rules import instant

MOST_ENTRIES = 50
_TEXT, _WHOLE, _TIME = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "date-time"}


def _answer(body: dict[str, Any]) -> HttpResponse:
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _post(request: Request) -> Post:
    return next(one for one in request.posts if one.pk == request.actor.post_id)


def bundle(request: Request) -> HttpResponse:
    """All this person needs; the CSRF cookie comes with it, for what is sent later."""
    get_token(request)
    return _answer(queries.bundle(request.actor, _post(request), request.at, demo=settings.DEMO))


def key(request: Request) -> HttpResponse:
    """The key that seals this person's outbox; the phone keeps it where scripts cannot read it out, and drops it at sign-out."""
    get_token(request)
    row = sealing.key_for(actor=request.actor, at=request.at)
    return _answer({"person": row.person_id, "code": row.code, "key": base64.b64encode(bytes(row.secret)).decode()})


def _body(request: Request) -> bytes:
    try:
        return request.body
    except RequestDataTooBig:
        raise Refused("size", "一次发来的内容太大。照片缩小后、分几次再传。") from None
    except UnreadablePostError:
        raise Refused("bad_request", "没有收全。再传一次。") from None


def photos(request: Request) -> HttpResponse:
    """One photo as the body, named by its hash."""
    sha256 = request.GET.get("sha256", "")
    if not rules.HASH.fullmatch(sha256):
        raise Refused("bad_request", "照片的校验值不对。更新现场端后再传。", "sha256")
    row = actions.take_photo(actor=request.actor, content=_body(request), sha256=sha256, at=request.at)
    return _answer({"sha256": row.sha256, "size": row.size})


def entries(request: Request) -> HttpResponse:
    """Entries in the order they were made, whatever the order they come in; a receipt for each."""
    try:
        given = json.loads(_body(request))
    except (ValueError, RecursionError):
        given = None
    rows = given.get("entries") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(rows, list):
        raise Refused("bad_request", "读不懂发来的内容。更新现场端后再传。")
    if len(rows) > MOST_ENTRIES:
        raise Refused("bad_request", f"一次最多 {MOST_ENTRIES} 件。分几次传。")
    sent_at = instant(given.get("sent_at"), "发送的时间")
    # An id made on a phone begins with its time, so sorting by id is the order of making; what opens a case goes before what moves it.
    ordered = sorted(
        rows,
        key=lambda one: (
            not (isinstance(one, dict) and one.get("kind") == "open"),
            str(one.get("id", "")) if isinstance(one, dict) else "",
        ),
    )
    receipts = [
        actions.receive(actor=request.actor, posts=request.posts, given=one, sent_at=sent_at, at=request.at)
        for one in ordered
    ]
    return _answer({
        "server_time": request.at.isoformat(),
        "receipts": [
            {"id": one.id, "result": one.result, "sentence": one.sentence, "code": one.code, "case": one.case, "wants": list(one.wants), "drift": one.drift}
            for one in receipts
        ],
    })  # fmt: skip


# ---- what is promised
def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(of: Any) -> dict[str, Any]:
    return {"type": "array", "items": of}


_PAIRS = _list({"type": "array"})
_NUMBER = {"type": ["number", "null"]}
_MAYBE_TIME = {"type": ["string", "null"], "format": "date-time"}
TASK = _object(
    number=_TEXT, process=_TEXT, title=_TEXT, fact=_TEXT, state=_TEXT, kind=_TEXT, grade=_TEXT, level=_TEXT, place=_TEXT, owner=_TEXT,
    holder=_TEXT, due_at=_MAYBE_TIME, started_at=_MAYBE_TIME, longitude=_NUMBER, latitude=_NUMBER, supervised={"type": "boolean"},
    panel=_PAIRS, lines=_list(_object(at=_TIME, title=_TEXT, note=_TEXT, facts={"type": "object"})),
    pictures=_list(_object(id=_WHOLE, word=_TEXT)), seen_line=_WHOLE, have=_list(_TEXT),
    offers=_list(_object(step=_TEXT, title=_TEXT, allowed={"type": "boolean"}, why=_TEXT, main={"type": "boolean"})),
)  # fmt: skip
CHECK = _object(
    id=_WHOLE, title=_TEXT, form=_TEXT, edition=_TEXT, place=_TEXT, subject=_TEXT, target=_TEXT, starts_at=_TIME, due_at=_TIME, closes_at=_TIME, note=_TEXT,
    items=_list(_object(id=_WHOLE, title=_TEXT, criterion=_TEXT, photo=_TEXT, number={"type": "boolean"}, unit=_TEXT, bounds=_TEXT, points=_WHOLE)),
)  # fmt: skip
BUNDLE = Operation(
    summary="现场端的数据包：我的事项、现在能办的步骤的表单、底图",
    schemas={"field_task": {"title": "一件事项", **TASK}, "field_check": {"title": "一次检查", **CHECK}},
    answer=_object(
        server_time=_TIME, demo={"type": "boolean"},
        person=_object(id=_WHOLE, name=_TEXT, post=_WHOLE, post_title=_TEXT, organisation=_TEXT, organisation_id=_WHOLE),
        tasks=_list({"$ref": "#/components/schemas/field_task"}), sent=_list({"$ref": "#/components/schemas/field_task"}), checks=_list({"$ref": "#/components/schemas/field_check"}),
        processes={"type": "object", "description": "流程代号 → 标题、状态、佐证、登记表 open、步骤表 steps；每张表带版次 edition"},
        subjects={"type": "object", "description": "流程代号 → 登记时可选的对应项：[单位, 代号, 名称, 属于什么]"},
        organisations=_list({"type": "array"}),
        map={"type": "object", "description": "示意底图：areas、lines 各有 name、sign、parts（经纬度）"},
    ),
)  # fmt: skip
KEY = Operation(
    summary="封存本人待传记录的密钥（AES-256，Base64）", answer=_object(person=_WHOLE, code=_TEXT, key=_TEXT)
)
PHOTOS = Operation(
    summary="传一张照片，内容即正文；同一张再传一次还是它",
    parameters=(Parameter(name="sha256", title="正文的 SHA-256，十六进制", schema={"type": "string", "maxLength": 64}),),
    answer=_object(sha256=_TEXT, size=_WHOLE), body={"type": "string", "format": "binary"}, body_media="image/jpeg",
)  # fmt: skip
_RECEIPT = _object(
    id=_TEXT, sentence=_TEXT, code=_TEXT, case=_TEXT, wants=_list(_TEXT), drift=_WHOLE,
    result={"type": "string", "enum": ["stored", "proposal", "kept", "refused", "photos", "again"]},
)  # fmt: skip
ENTRIES = Operation(
    summary="传现场记录；每件一个回执，同一编号再传给同一个回执",
    schemas={"field_receipt": {"title": "回执", **_RECEIPT}},
    answer=_object(server_time=_TIME, receipts=_list({"$ref": "#/components/schemas/field_receipt"})),
    body=_object(sent_at=_TIME, entries=_list({"type": "object", "description": "id（UUIDv7）、kind、person、post、made_at、edition 等"})),
)  # fmt: skip
