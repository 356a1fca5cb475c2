"""What casework writes into the journal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.record import append, draft
from anlan.kernel.journal.types import Verb

_TITLES = {
    "opened": "登记事项", "moved": "办理事项", "commented": "留言", "handed_over": "转办", "extension_asked": "申请延期",
    "extension_answered": "答复延期", "supervised": "挂牌督办", "released": "解除督办", "merged": "并案", "paused": "暂停计时",
    "resumed": "恢复计时", "escalated": "超时上报", "proposed": "收到现场提议", "proposal_answered": "核定现场提议",
    "unmasked": "查看原文",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"casework.{slug}", title=title) for slug, title in _TITLES.items())


def drafted(
    actor: Actor, case: Case, verb: str, at: datetime, old: Mapping[str, Any] | None = None, **new: Any
) -> Entry:
    """The entry of a case, not yet written."""
    return draft(
        actor=actor, verb=f"casework.{verb}", subject_kind="case", subject_id=case.pk, at=at, org_path=case.holder.path, old=old,
        new={"process": case.process, "number": case.number, **new},
    )  # fmt: skip


def note(actor: Actor, case: Case, verb: str, at: datetime, old: Mapping[str, Any] | None = None, **new: Any) -> None:
    append([drafted(actor, case, verb, at, old, **new)])
