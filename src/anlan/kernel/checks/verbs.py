"""What checks write into the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.kernel.access.types import Actor
from anlan.kernel.checks.models import Form, Plan, Task
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb

_TITLES = {
    "form.published": "发布检查表", "plan.made": "定检查计划", "plan.stopped": "停检查计划", "task.made": "加一次检查", "task.finished": "完成检查",
    "task.finished_failed": "完成检查，有不合格", "task.corrected": "更正检查记录", "task.excused": "免查", "task.explained": "说明漏查",
    "task.missed": "漏查",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"checks.{slug}", title=title) for slug, title in _TITLES.items())


def note(
    actor: Actor, row: Form | Plan | Task, verb: str, at: datetime, old: Mapping[str, Any] | None = None, **new: Any
) -> None:
    path = row.access_paths[0] if row.access_paths else ""
    record(
        actor=actor, verb=f"checks.{verb}", subject_kind=f"check_{type(row).__name__.lower()}", subject_id=row.pk, at=at, org_path=path,
        old=old, new={"area": row.area, **new},
    )  # fmt: skip
