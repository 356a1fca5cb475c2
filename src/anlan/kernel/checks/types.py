"""What a pack declares of its checks: an area with its permissions, and forms in code. Frozen data; pure.

A *check form* (检查表) is a dated edition of items. A *check plan* (检查计划) says who checks what, where and how often; the clock
makes its *check tasks* (检查任务), each with a window. Doing a task gives a *record* (检查记录) with one answer for each item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Pace = Literal["shift", "day", "week", "month", "quarter", "year"]
PACES: Mapping[Pace, str] = {
    "shift": "每班", "day": "每天", "week": "每周", "month": "每月", "quarter": "每季度", "year": "每年",
}  # fmt: skip
RESULTS: Mapping[str, str] = {"ok": "合格", "failed": "不合格", "na": "不适用"}
Photo = Literal["", "failed", "always"]
PHOTOS: Mapping[Photo, str] = {"": "不要求", "failed": "不合格时", "always": "每次"}


@dataclass(frozen=True, kw_only=True)
class CheckItem:
    """One line of a form. `photo`: when a photo must be taken. `number`: a figure is recorded, in `unit`, and `low` ≤ it ≤ `high`
    is sound. `points`: what a sound item scores. `measure_kind` and `measure` are told to the case that a failed item opens, as
    far as its process asks for them. `subject`: what the item looks at, as plain (kind, id, title)."""

    code: str
    title: str
    criterion: str = ""
    photo: Photo = ""
    number: bool = False
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    points: int = 0
    measure_kind: str = ""
    measure: str = ""
    subject: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, kw_only=True)
class CheckForm:
    """One edition of a form. `area`: the CheckArea it belongs to. `process`: the process whose case a failed item opens ("": none,
    the item is a gap). Scored when its items have points. `source` is where the items come from, `verified` whether they were read there."""

    slug: str
    area: str
    title: str
    edition: str
    valid_from: date
    items: tuple[CheckItem, ...]
    process: str = ""
    source: str = ""
    verified: bool = False
    note: str = ""

    @property
    def points(self) -> int:
        return sum(one.points for one in self.items)


@dataclass(frozen=True, kw_only=True)
class CheckArea:
    """The checks of one capability. `read` sees tasks and figures, `do` finishes tasks, `plan` makes forms and plans, excuses,
    explains and corrects. `slug` is the capability's; `section` the shell's."""

    slug: str
    title: str
    read: str
    do: str
    plan: str


def faults(area: CheckArea, permissions: set[str]) -> list[str]:
    """Every inconsistency of an area as a sentence."""
    return [
        f"{area.slug}: permission {one!r} is not declared"
        for one in sorted({area.read, area.do, area.plan} - permissions)
    ]


def form_faults(form: CheckForm) -> list[str]:
    """Every inconsistency of a form as a sentence; also what is said to a person who makes one by hand."""
    codes = [one.code for one in form.items]
    found = [f"项目编号 {one!r} 重复" for one in sorted({one for one in codes if codes.count(one) > 1})]
    if not form.items:
        found.append("没有检查项目")
    for one in form.items:
        if not one.title or not one.code:
            found.append("有一项没有写检查什么")
        if one.low is not None and one.high is not None and one.low > one.high:
            found.append(f"“{one.title}”的下限大于上限")
        if (one.low is not None or one.high is not None) and not one.number:
            found.append(f"“{one.title}”有上下限而不记数值")
        if one.points < 0:
            found.append(f"“{one.title}”的分值是负数")
    return found
