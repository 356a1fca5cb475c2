"""A person corrects what was read; the correction survives every later import."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.planning.intake import new_terms
from anlan.kernel.planning.models import Correction, Indicator, Task
from anlan.kernel.planning.models.promises import DEADLINES
from anlan.kernel.planning.rules import due_day

TASK_FIELDS = {"title": "任务", "text": "任务内容", "deadline_kind": "期限种类", "deadline_year": "期限年份"}
INDICATOR_FIELDS = {"name": "名称", "unit": "单位", "baseline": "基期值", "target": "目标值"}


def _number(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise Refused("number", "这里要填数字。", "value") from None


def _parsed(field: str, text: str) -> Any:
    if field in ("baseline", "target"):
        return _number(text)
    if field == "deadline_year":
        number = _number(text)
        if number is not None and (number != int(number) or not 2000 <= number <= 2100):
            raise Refused("year", "年份不对。", "value")
        return None if number is None else int(number)
    if field == "deadline_kind" and text not in DEADLINES:
        raise Refused("kind", "没有这种期限。", "value")
    if not text.strip():
        raise Refused("empty", "更正后的内容不能空着。", "value")
    return text.strip()


@transaction.atomic
def correct(*, actor: Actor, item: Task | Indicator, field: str, value: str, reason: str, at: datetime) -> Correction:
    """Correct one field; what is printed is kept beside it."""
    policy.require(actor, "planning.correct", item)
    kind = "task" if isinstance(item, Task) else "indicator"
    if field not in (TASK_FIELDS if kind == "task" else INDICATOR_FIELDS):
        raise Refused("field", "这一项不能更正。", "field")
    if not reason.strip():
        raise Refused("reason", "没有写依据。写明依据再存。", "reason")
    parsed, old = _parsed(field, value), getattr(item, field)
    limit = {"title": 120, "name": 120, "unit": 20}.get(field)
    if limit and len(str(parsed)) > limit:
        raise Refused("long", f"最多 {limit} 个字。", "value")
    setattr(item, field, parsed)
    facts: dict[str, Any] = {field: parsed}
    if isinstance(item, Task) and field.startswith("deadline"):
        item.due_on = due_day(item.deadline_kind, item.deadline_year)
        facts["due_on"] = item.due_on
    item.save(update_fields=list(facts))
    row, made = Correction.objects.get_or_create(
        kind=kind, item_id=item.pk, field=field,
        defaults={"printed": _json(old), "corrected": _json(parsed), "reason": reason.strip()[:200], "at": at, "by": actor.name},
    )  # fmt: skip
    if not made:
        row.corrected, row.reason, row.at, row.by = _json(parsed), reason.strip()[:200], at, actor.name
        row.save()
    new_terms(kind, item.pk, facts, civil_date(at), "correction", reason.strip())
    record(actor=actor, verb="planning.item.corrected", subject_kind=kind, subject_id=item.pk, at=at,
           old={field: old}, new={field: parsed, "reason": reason.strip()})  # fmt: skip
    return row


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
