"""The API list of tasks: what it answers and what it promises."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.kernel.access.types import Operation, Parameter
from anlan.kernel.checks.models import Record, Task
from anlan.kernel.checks.queries import WORDS
from anlan.kernel.checks.types import RESULTS

ROWS, LAST_PAGE = 100, 1_000_000
_TEXT: dict[str, Any] = {"type": "string"}
_TIME: dict[str, Any] = {"type": "string", "format": "date-time"}
_SCHEMA = "check_task"


def as_json(task: Task, at: datetime) -> dict[str, Any]:
    record = next((one for one in task.records.all() if one.state == "standing"), None)
    return {
        "id": task.pk, "title": task.title, "form": task.form.slug, "edition": task.form.edition, "organisation": task.organisation.code, "target": task.target.code,
        "place": task.place, "subject": task.subject_title, "starts_at": task.starts_at, "due_at": task.due_at, "state": task.state,
        "missed": task.state == "open" and task.due_at < at, "reason": task.reason, "done_at": task.done_at, "record": _record(record),
    }  # fmt: skip


def _record(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    answers = [
        {"code": one.item.code, "title": one.item.title, "result": one.result, "number": None if one.number is None else f"{one.number.normalize():f}",
         "unit": one.item.unit, "note": one.note, "case": one.case.number if one.case else ""}
        for one in record.answers.all()
    ]  # fmt: skip
    return {"failed": record.failed, "got": record.got, "full": record.full, "answers": answers}


def _schemas() -> dict[str, Any]:
    answer = {
        "type": "object", "required": ["code", "title", "result", "number", "unit", "note", "case"],
        "properties": {
            "code": _TEXT, "title": _TEXT, "result": {"type": "string", "enum": list(RESULTS)}, "number": {"type": ["string", "null"]}, "unit": _TEXT, "note": _TEXT,
            "case": {**_TEXT, "description": "不合格登记的事项编号"},
        },
    }  # fmt: skip
    whole = {"type": "integer", "minimum": 0}
    record = {
        "type": ["object", "null"], "required": ["failed", "got", "full", "answers"],
        "properties": {"failed": whole, "got": whole, "full": whole, "answers": {"type": "array", "items": answer}},
    }  # fmt: skip
    names = {
        "id": {"type": "integer"}, "title": _TEXT, "form": _TEXT, "edition": _TEXT, "organisation": {**_TEXT, "description": "单位代码"},
        "target": {**_TEXT, "description": "被查单位代码"}, "place": _TEXT, "subject": _TEXT, "starts_at": _TIME, "due_at": _TIME,
        "state": {"type": "string", "enum": list(Task.STATES)}, "missed": {"type": "boolean"}, "reason": _TEXT,
        "done_at": {"type": ["string", "null"], "format": "date-time"}, "record": record,
    }  # fmt: skip
    return {_SCHEMA: {"title": "检查任务", "type": "object", "required": list(names), "properties": names}}


def operation(title: str) -> Operation:
    day = {"type": "string", "maxLength": 10}
    return Operation(
        summary=f"查{title}",
        parameters=(
            Parameter(name="page", title="第几页", schema={"type": "integer", "minimum": 1, "maximum": LAST_PAGE}),
            Parameter(name="q", title="名称、地点、单位里含有", schema={"type": "string", "maxLength": 80}),
            Parameter(name="state", title="状态", schema={"type": "string", "enum": list(WORDS)}),
            Parameter(name="from", title="完成期限从哪天起", schema=day),
            Parameter(name="to", title="完成期限到哪天止", schema=day),
        ),
        schemas=_schemas(),
        answer={
            "type": "object", "required": ["count", "page", "pages", "rows"],
            "properties": {
                "count": {"type": "integer", "minimum": 0, "description": "共几行"}, "page": {"type": "integer", "minimum": 1},
                "pages": {"type": "integer", "minimum": 1, "description": f"共几页，每页 {ROWS} 行"},
                "rows": {"type": "array", "maxItems": ROWS, "items": {"$ref": f"#/components/schemas/{_SCHEMA}"}},
            },
        },
        missing="没有这一页",
    )  # fmt: skip
