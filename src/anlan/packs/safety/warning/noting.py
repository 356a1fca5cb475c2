"""One journal entry for each thing done to a warning."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.packs.safety.warning.models import WarningMessage
from anlan.packs.safety.warning.rules import SLUG

_TITLES = {
    "received": "收到预警", "repeated": "预警重复来到", "refused": "预警没有收下", "seen": "看过没有收下的预警", "said": "补写灾种或颜色", "moved": "办理预警",
    "drafted": "起草预警", "changed": "修改预警草稿", "issued": "发布预警", "told": "分送预警", "read": "签收预警", "proposed": "由预警提出事件",
    "source": "登记或停用预警来源", "subscribed": "订阅预警", "unsubscribed": "退订预警",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"{SLUG}.{slug}", title=title) for slug, title in _TITLES.items())


def note(actor: Actor, message: WarningMessage, verb: str, at: datetime, **new: Any) -> None:
    record(
        actor=actor, verb=f"{SLUG}.{verb}", subject_kind="warning", subject_id=message.pk, at=at, org_path=message.organisation.path,
        new={"identifier": message.identifier, "status": message.status, **new}, content_hash=message.sha256,
    )  # fmt: skip
