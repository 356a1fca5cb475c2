"""The kernel's rectification with the ledger's words: ordered at once, progress reported, accepted by another and published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.processes.rectification import rectification
from anlan.kernel.casework.types import Field, Step
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.inspector_rectification.rules import KINDS, LIMITS, RECEIPTS, SLUG, STATES


def _ordered(_case: Case, _actor: Actor, values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
    """The day of the ledger is the clock's end, also one that lies behind: a task taken over late is late."""
    return {"due_at": datetime.combine(values["until"], time(23, 59, 59), CHINA)}


def _progressed(case: Case, _actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    if values["percent"] > 100 or values["percent"] != int(values["percent"]):
        raise Refused("percent", "完成进度是 0 到 100 的整数。", "percent")
    InspectorItem.objects.filter(case=case).update(
        percent=int(values["percent"]), progress=values["done"][:400], progressed_at=at
    )
    return {}


def _another(case: Case, actor: Actor, _values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
    """Whose task it is does not accept it, whoever of them asks."""
    if (
        actor.path
        and case.owner.path.startswith(actor.path)
        and not (case.issuer and case.issuer.path.startswith(actor.path))
    ):
        raise Refused("guard", f"{case.owner}是责任单位，由督导部门或生态环境局核查验收。")
    return {}


def _closed(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    _another(case, actor, values, at)
    if values["published_on"] > civil_date(at):
        raise Refused("published_on", "公开日期还没有到。先公开再销号。", "published_on")
    InspectorItem.objects.filter(case=case).update(
        percent=100, published_on=values["published_on"], published_where=values["published_where"]
    )
    return {}


def _panel(case: Case) -> Sequence[tuple[str, str]]:
    row = InspectorItem.objects.filter(case=case).first()
    if row is None:
        return ()
    found = [
        ("批次", row.round), ("整改目标", row.goal), ("整改措施", row.measures), ("督导部门", row.supervisor), ("目标日期", row.target_on.isoformat()),
        ("进度", f"{row.percent}%，{row.progress}" if row.progress else f"{row.percent}%"),
        ("公开", f"{row.published_on}，{row.published_where}" if row.published_on else ""),
    ]  # fmt: skip
    return [(term, words) for term, words in found if words]


_BASE = rectification(
    slug=SLUG, title="督察整改", prefix="DC", grades={"item": ("整改任务", "")}, kinds=KINDS, limits=LIMITS, evidence=RECEIPTS,
    receipts=tuple(RECEIPTS), panel=_panel, note="整改任务一般从“整改台账”立案，这里补登记没有列入清单的。",
)  # fmt: skip
_ORDER = (
    Field(name="fixer", title="责任人", required=True, max_length=80),
    Field(name="measure", title="措施", kind="long", required=True),
    Field(name="until", title="目标日期", kind="day", required=True),
)
_PROGRESS = (
    Field(name="percent", title="完成进度", kind="number", required=True, unit="%"),
    Field(name="done", title="做了什么", kind="long", required=True),
)
_PUBLISHED = (
    Field(name="published_on", title="公开日期", kind="day", required=True),
    Field(name="published_where", title="在哪里公开", required=True, help="网站栏目、报纸"),
)
PROCESS = replace(
    _BASE, states=STATES, grades=None, evidence=_BASE.evidence,
    steps=(
        replace(_BASE.step("assign"), sources=("reported",), fields=_ORDER, takes=("plan", "order"), effect=_ordered, applies=None),
        Step(slug="progress", title="报进展", sources=("rectifying",), target="", permission=f"{SLUG}.rectify", fields=_PROGRESS,
             takes=("after", "other"), effect=_progressed),
        _BASE.step("submit"),
        replace(_BASE.step("pass_major"), title="核查通过", effect=_another, applies=None),
        replace(_BASE.step("send_back"), title="退回整改", effect=_another),
        replace(_BASE.step("close"), title="验收销号", fields=_PUBLISHED, effect=_closed),
        replace(_BASE.step("void"), sources=("reported",)),
        _BASE.step("reopen"),
    ),
)  # fmt: skip
