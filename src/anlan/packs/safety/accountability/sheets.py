"""The registers: duty lists and the year's work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.accountability.models import DutyItem, WorkItem
from anlan.packs.safety.accountability.rules import SLUG

READ, WRITE = f"{SLUG}.read", f"{SLUG}.write"


def check_work(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Finished and the day of finishing go together; the last day lies in the list's year."""
    found = []
    if (values["share"] == 100) != (values.get("done_on") is not None):
        found.append(Problem("done_on", "完成日期：完成 100% 的才写，写了就是 100%。"))
    if values["due_on"].year != values["year"]:
        found.append(Problem("due_on", "期限：不在清单的年份里。"))
    return found


_YEAR = Column("year", "年份", kind="int", required=True, minimum=2020, maximum=2100)
DUTIES = Sheet(
    slug="safety_duties", title="安全责任清单", model=DutyItem, key="code", read=READ, write=WRITE, review_days=365,
    duty="一个岗位一条责任一行；写岗位，不写人。", columns=(
        Column("code", "编号", required=True, max_length=40), _YEAR, Column("position", "岗位", required=True, max_length=80),
        Column("duty", "责任", kind="long", required=True, max_length=300), Column("basis", "依据", max_length=160, in_list=False)),
)  # fmt: skip
WORKS = Sheet(
    slug="safety_works", title="安全年度工作清单", model=WorkItem, key="code", read=READ, write=WRITE, review_days=30, check=check_work,
    duty="一件工作一行，每月更新进度；到期没有完成的，进入提醒约谈。", columns=(
        Column("code", "编号", required=True, max_length=40), _YEAR, Column("title", "工作", required=True, max_length=160),
        Column("due_on", "期限", kind="date", required=True), Column("share", "进度", kind="int", required=True, unit="%", minimum=0, maximum=100),
        Column("done_on", "完成日期", kind="date"), Column("note", "进展", kind="long", max_length=200, in_list=False)),
)  # fmt: skip
SHEETS = (DUTIES, WORKS)
