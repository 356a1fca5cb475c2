"""The OpenAPI 3.1 document of every API page, made from the declarations; committed as `docs/api/openapi.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import PUBLIC, Operation, Page
from anlan.kernel.capability.types import Capability

VERSION = "1.0.0"  # of the promise; /api/v1 holds while its first number does
_REFUSED = {"$ref": "#/components/schemas/refused"}
_SCHEMAS: dict[str, Any] = {
    "refused": {
        "title": "拒绝",
        "type": "object",
        "required": ["code", "message", "field"],
        "properties": {
            "code": {"type": "string", "description": "给程序看的短词"},
            "message": {"type": "string", "description": "一句话，说明怎么办"},
            "field": {"type": "string", "description": "出错的参数，没有则空"},
        },
    }
}
_text: list[str] = []

OPERATION = Operation(summary="本文件", answer={"type": "object", "required": ["openapi", "info", "paths"]})


def _refusal(why: str) -> dict[str, Any]:
    return {"description": why, "content": {"application/json": {"schema": _REFUSED}}}


def _operation(capability: Capability, page: Page, promised: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": {"description": "好", "content": {promised.media: {"schema": promised.answer}}},
        "400": _refusal("参数没有、重复或不合要求"),
    }
    if page.permission != PUBLIC or promised.proof:
        answers |= {"401": _refusal("没有登录"), "403": _refusal("当前岗位不能看")}
    if promised.missing:
        answers["404"] = _refusal(promised.missing)
    parameters = [
        {"name": one.name, "in": one.within, "required": one.within == "path", "description": one.title, "schema": one.schema}
        for one in promised.parameters
    ]  # fmt: skip
    if promised.body is not None:
        answers |= {
            "403": _refusal("当前岗位不能办，或没有带 CSRF 令牌"),
            "422": _refusal("内容不能收，message 说明怎么办"),
        }
    return {
        "operationId": page.name,
        "summary": promised.summary,
        "tags": [capability.title],
        "security": [{promised.proof: []}]
        if promised.proof
        else []
        if page.permission == PUBLIC
        else [{"session": []}],
        "parameters": parameters,
        **(
            {"requestBody": {"required": True, "content": {promised.body_media: {"schema": promised.body}}}}
            if promised.body is not None
            else {}
        ),
        "responses": answers,
    }


def document(capabilities: Iterable[Capability]) -> dict[str, Any]:
    """The whole document, in declared order."""
    paths: dict[str, Any] = {}
    schemas = dict(_SCHEMAS)
    for capability in capabilities:
        for page in capability.pages:
            if page.operation:
                path = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", page.path)
                method = "post" if page.operation.body is not None else "get"
                paths[path] = {method: _operation(capability, page, page.operation)}
                schemas |= page.operation.schemas
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "安澜",
            "version": VERSION,
            "description": "除现场端、预警来源和城市互联的 POST 外只读。权限与网页相同：看得见的行才在答复里。",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": settings.SESSION_COOKIE_NAME,
                    "description": "网页登录后的会话",
                },
                "token": {"type": "http", "scheme": "bearer", "description": "来源的令牌，在来源页发"},
                "signature": {
                    "type": "mutualTLS",
                    "description": "不用会话：每封邮件自带 Ed25519 签名，密钥先由两边核对",
                },
            },
        },
    }


def install(capabilities: Iterable[Capability]) -> None:
    """Make the document once at start."""
    _text[:] = [json.dumps(document(capabilities), ensure_ascii=False, indent=1) + "\n"]


def text() -> str:
    return _text[0]


def served(_request: Request) -> HttpResponse:
    return HttpResponse(text(), content_type="application/json")
