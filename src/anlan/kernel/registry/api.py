"""The API of any register: its rows as JSON under the list's filters, and what it promises, both from its sheet."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Operation, Parameter
from anlan.kernel.registry import queries
from anlan.kernel.registry.cells import bounds, shown
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.types import Column, Sheet

ROWS, LAST_PAGE = 100, 1_000_000
_DATE = {"type": ["string", "null"], "format": "date"}
_TYPES: dict[str, dict[str, Any]] = {
    "int": {"type": "integer"},
    "decimal": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "longitude": {"type": "number"},
    "latitude": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "bool": {"type": "boolean"},
}


def as_json(sheet: Sheet, row: Entry) -> dict[str, Any]:
    values = {
        column.name: (shown(getattr(row, column.name), column) if column.personal else getattr(row, column.name))
        for column in sheet.columns
    }
    return {
        "id": row.pk,
        "organisation": row.organisation.code,
        "version": row.version,
        "review_due_on": row.review_due_on,
        "retired_on": row.retired_on,
        **values,
    }


def _answer(body: dict[str, Any]) -> HttpResponse:
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def rows(sheet: Sheet, request: Request) -> HttpResponse:
    """`{"count", "page", "pages", "rows": […]}` under the same filters and permissions as the list."""
    found = queries.filtered(sheet, queries.visible(sheet, request.actor), request.GET, civil_date(request.at))
    pages = Paginator(found, ROWS)
    number = int(request.GET.get("page", 1))
    if number > pages.num_pages:
        raise Refused("not_found", f"只有 {pages.num_pages} 页。", "page")
    lines = [as_json(sheet, row) for row in pages.page(number).object_list]
    return _answer({"count": pages.count, "page": number, "pages": pages.num_pages, "rows": lines})


def row(sheet: Sheet, request: Request, number: int) -> HttpResponse:
    found = queries.visible(sheet, request.actor).filter(pk=number).first()
    if found is None:
        raise Refused("not_found", "没有这一行。")
    return _answer(as_json(sheet, found))


def _described(column: Column) -> dict[str, str]:
    words = [f"单位 {column.unit}"] if column.unit else []
    words += [column.help] if column.help else []
    words += ["；".join(f"{slug} {word}" for slug, word in (column.choices or {}).items())] if column.choices else []
    words += ["个人信息，只给第一个字"] if column.personal else []
    return {"title": column.title, **({"description": "。".join(words)} if words else {})}


def column_schema(column: Column) -> dict[str, Any]:
    """JSON Schema of one cell; an empty number or date is null, an empty text or choice the empty string."""
    said = _described(column)
    if column.personal:
        return {**said, "type": "string"}
    if column.kind == "choice":
        return {**said, "type": "string", "enum": [*(column.choices or {}), *([] if column.required else [""])]}
    if column.kind not in _TYPES:
        return {**said, "type": "string", "maxLength": column.max_length}
    schema = {**said, **_TYPES[column.kind]}
    low, high = bounds(column)
    if schema["type"] in ("integer", "number"):
        schema |= {word: value for word, value in (("minimum", low), ("maximum", high)) if value is not None}
    if not column.required and column.kind != "bool":
        schema["type"] = [schema["type"], "null"]
    return schema


def row_schema(sheet: Sheet) -> dict[str, Any]:
    properties = {
        "id": {"type": "integer"},
        "organisation": {"title": "单位", "type": "string", "description": "单位代码"},
        "version": {"title": "版本", "type": "integer", "minimum": 1},
        "review_due_on": {"title": "下次复核", **_DATE},
        "retired_on": {"title": "停用日期", **_DATE},
        **{column.name: column_schema(column) for column in sheet.columns},
    }
    return {"title": sheet.title, "type": "object", "required": list(properties), "properties": properties}


def _parameters(sheet: Sheet) -> tuple[Parameter, ...]:
    names = [column.name for column in sheet.columns]
    filters = (
        Parameter(name=one.name, title=one.title, schema={"type": "string", "enum": list(one.choices)}
                  if one.choices else {"type": "string", "maxLength": one.max_length})
        for one in sheet.columns if one.filterable
    )  # fmt: skip
    return (
        Parameter(name="page", title="第几页", schema={"type": "integer", "minimum": 1, "maximum": LAST_PAGE}),
        Parameter(name="q", title="文字列里含有", schema={"type": "string", "maxLength": 80}),
        Parameter(
            name="sort",
            title="按列排，前加 - 倒排",
            schema={"type": "string", "enum": [*names, *(f"-{one}" for one in names)]},
        ),
        Parameter(name="review", title="due：到期该复核的", schema={"type": "string", "enum": ["due"]}),
        Parameter(name="retired", title="1：连同已停用的", schema={"type": "string", "enum": ["1"]}),
        *filters,
    )


def rows_operation(sheet: Sheet) -> Operation:
    line = {"$ref": f"#/components/schemas/{sheet.slug}"}
    return Operation(
        summary=f"查{sheet.title}",
        parameters=_parameters(sheet),
        schemas={sheet.slug: row_schema(sheet)},
        answer={
            "type": "object",
            "required": ["count", "page", "pages", "rows"],
            "properties": {
                "count": {"type": "integer", "minimum": 0, "description": "共几行"},
                "page": {"type": "integer", "minimum": 1},
                "pages": {"type": "integer", "minimum": 1, "description": f"共几页，每页 {ROWS} 行"},
                "rows": {"type": "array", "maxItems": ROWS, "items": line},
            },
        },
        missing="没有这一页",
    )


def row_operation(sheet: Sheet) -> Operation:
    return Operation(
        summary=f"取一行{sheet.title}",
        parameters=(Parameter(name="number", title="行号", schema={"type": "integer", "minimum": 0}, within="path"),),
        schemas={sheet.slug: row_schema(sheet)},
        answer={"$ref": f"#/components/schemas/{sheet.slug}"},
        missing="没有这一行，或不能看",
    )
