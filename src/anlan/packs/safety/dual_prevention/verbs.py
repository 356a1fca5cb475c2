"""What dual prevention writes into the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Model

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb

_TITLES = {
    "register_written": "改风险清单", "risk_written": "改风险", "risk_graded": "重评风险", "risk_retired": "停用风险", "risk_looked_at": "核对风险",
    "point_placed": "标风险点位置", "signal_raised": "提示重评", "signal_withdrawn": "撤回重评提示", "near_miss_reported": "报未遂事故", "near_miss_linked": "对应风险", "standard_published": "发布标准",
    "standard_adopted": "套用标准", "standard_upgraded": "升级标准", "checks_made": "按措施生成检查",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"dual_prevention.{slug}", title=title) for slug, title in _TITLES.items())


def note(
    actor: Actor,
    row: Model,
    organisation: Organisation,
    verb: str,
    at: datetime,
    old: Mapping[str, Any] | None = None,
    **new: Any,
) -> None:
    record(
        actor=actor, verb=f"dual_prevention.{verb}", subject_kind=f"dual_prevention_{type(row).__name__.lower()}"[:40], subject_id=row.pk, at=at,
        org_path=organisation.path, old=old, new=new,
    )  # fmt: skip
