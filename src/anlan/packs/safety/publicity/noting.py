"""One journal entry for each thing done here. What concerns a person's examination names no answer, no mark and no outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.packs.safety.publicity.rules import SLUG

_TITLES = {
    "drafted": "起草知识", "changed": "修改知识草稿", "pictured": "加图片", "unpictured": "去掉图片", "moved": "办理知识", "published": "发布知识",
    "subscribed": "订阅知识", "unsubscribed": "退订知识",
    "course": "建课程", "course_changed": "修改课程", "bank": "换题库", "course_moved": "开考或停考", "started": "开始考试", "kept": "存答案",
    "handed_in": "交卷", "issued": "发证书", "revoked": "撤销证书",
    "applied": "申报示范社区", "document": "加申报材料", "check": "安排评分检查", "title": "办理示范社区",
}  # fmt: skip
VERBS = tuple(Verb(slug=f"{SLUG}.{slug}", title=title) for slug, title in _TITLES.items())


def note(actor: Actor, row: Any, verb: str, at: datetime, path: str, **new: Any) -> None:
    kind = type(row).__name__.lower()
    record(actor=actor, verb=f"{SLUG}.{verb}", subject_kind=kind, subject_id=row.pk, at=at, org_path=path, new=new)
