"""The process of reports about safety: the kernel's table with our kinds, limits and the counter's part of the page. A reward names the penalty or
the danger that the report led to; it is decided by one person and paid by another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import limits
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.processes.public_report import public_report
from anlan.kernel.casework.types import Field
from anlan.kernel.reporting import actions, pages
from anlan.kernel.reporting.types import Counter

SLUG = "safety_report"
KINDS = {
    "danger": "事故隐患", "violation": "违法生产、经营、储存", "unlicensed": "无证上岗、违章作业", "fire": "消防通道、消防设施", "hidden": "瞒报、谎报事故",
    "other": "其他",
}  # fmt: skip
# What a reward is for: a penalty that was served, a danger that was found to be one.
PROVEN: Mapping[str, frozenset[str]] = {
    "enforcement/penalty": frozenset({"served", "paying", "closed"}),
    "hidden_danger": frozenset({"graded", "rectifying", "reviewing", "passed", "closed"}),
}
WORDS = {"title": "举报安全生产问题", "track": "查安全举报进度", "figures": "安全举报统计"}
COUNTER = Counter(
    slug=SLUG, path="safety-reports", title=WORDS["title"], track_title=WORDS["track"], figures_title=WORDS["figures"], accept=f"{SLUG}.accept", unmask=f"{SLUG}.unmask",
    hotline="12350", intro="不用登录，可以不留姓名。提交后给您编号和查询码，凭它们查进度、领奖励。",
    urgent="正在起火、泄漏、有人被困，先打 119、110、120。",
    reward_note="举报属实的，可以按奖励办法得奖励，只有您凭编号看得到；被举报的单位看不到这一件，也看不到您是谁。",
)  # fmt: skip


def _rewarded(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """Only for what was proven: the number is of a served penalty or of a danger that was found to be one."""
    found = Case.objects.filter(number=values["proof"].strip().upper()).first()
    if found is None or found.state not in PROVEN.get(found.process, ()):
        raise Refused("proof", "写查实的处罚（已经送达）或隐患（已经判级）的编号。", "proof")
    return actions.rewarded(case, actor, values, at)


PROCESS = public_report(
    slug=SLUG, title="安全举报", prefix="AJ", kinds=KINDS, limits=limits.read(Path(__file__).with_name("limits.toml")), reward=True, entered=f"{SLUG}.accept",
    pay=f"{SLUG}.pay", part=pages.part(SLUG, f"{SLUG}.unmask"), rewarded=_rewarded, paid=actions.paid,
    reward_asks=(Field(name="proof", title="查实的处罚或隐患编号", required=True, max_length=24),),
    note="来电、来信、来访的，替举报人登记；不愿意留姓名的不问。",
)  # fmt: skip
