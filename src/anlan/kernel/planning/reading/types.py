"""What a reading is made of. Field names are those of `anlan plan read --json`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Literal

from anlan.base.errors import Refused

DeadlineKind = Literal["year", "year_end", "ongoing", "year_then_ongoing", "as_city_directs"]


# Every flag an indicator or a task may carry, in words for people.
FLAG_WORDS = {
    "provisional": "初步", "cumulative": "累计数", "below_baseline": "目标低于基期", "no_number": "没有数值", "inherited": "类别沿用上行",
    "illegible": "原文缺字", "damaged": "数字之间缺字", "unended": "句尾缺失", "gap": "前后空行异常，可能缺行",
    "joined": "由断开的单元格合成", "number_missing": "缺序号", "number_unusual": "序号不连续", "duplicate_number": "序号重复",
    "stray_number": "夹有多余数字", "name_missing": "缺名称", "kind_missing": "缺属性", "baseline_missing": "缺基期值",
    "target_missing": "缺目标值", "extra_value": "数值多于两个", "value_unusual": "数值超出范围", "group_doubtful": "分组存疑",
    "text_missing": "缺任务内容", "deadline_missing": "没有时限", "departments_missing": "没有部门", "department_unusual": "部门名称存疑",
    "category_unusual": "任务类别存疑", "path_doubtful": "沿用的类别存疑",
    "plan_doubtful": "可能属于另一个规划",
}  # fmt: skip


def flag_words(flags: Iterable[str]) -> str:
    return "、".join(FLAG_WORDS[flag] for flag in flags)


@dataclass(frozen=True)
class Line:
    """One printed line or cell. `number` counts source lines from 1; `gap` is how many blank lines stood before it."""

    number: int
    text: str
    gap: int = 1


def numbered(texts: Iterable[str]) -> list[Line]:
    """Lines of a source that prints no blank lines between cells; a text with line ends gives several."""
    spoken = (part.strip() for text in texts for part in text.splitlines())
    return [Line(number, text) for number, text in enumerate((text for text in spoken if text), 1)]


@dataclass
class Document:
    title: str = ""
    number: str = ""
    issuer: str = ""
    index: str = ""
    topics: list[str] = field(default_factory=list)
    valid: str = ""


@dataclass
class Chapter:
    """A heading with the paragraphs below it. `number` as printed (`四、`), `path` all numbers from the top (`四/（一）/1`)."""

    number: str
    title: str
    level: int
    path: str
    text: str


@dataclass
class Indicator:
    number: int
    group: str
    name: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    baseline_text: str
    target_text: str
    comparator: str
    kind: str | None
    flags: list[str]


@dataclass
class Deadline:
    """`kind` None: nothing printed or nothing legible; the task is flagged, a deadline is never guessed."""

    kind: DeadlineKind | None
    year: int | None
    text: str


@dataclass
class Task:
    number: str
    path: list[str]
    text: str
    departments: list[str]
    deadline: Deadline
    flags: list[str]


@dataclass
class Project:
    """A key project (`kind` key_project) or an item of a box (`kind` box_item, `box` its title). `place` as in Target."""

    number: str
    title: str
    text: str
    kind: str
    box: str
    place: str


@dataclass
class Target:
    """A number promised in running text. `place` is `chapter path ¶paragraph @offset`; `attached_to` an indicator name or None."""

    text: str
    value: Decimal
    unit: str
    comparator: str
    year: int | None
    place: str
    attached_to: str | None


@dataclass
class Plan:
    title: str
    period: tuple[int, int]
    chapters: list[Chapter] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)


@dataclass
class Unread:
    line: int
    text: str


@dataclass
class Account:
    """Printed characters by owner. `source` must equal the sum of the others; `reader.read` refuses to answer otherwise."""

    source: int = 0
    document: int = 0
    chapters: int = 0
    tables: int = 0
    projects: int = 0
    unread: int = 0

    @property
    def balanced(self) -> bool:
        return self.source == self.document + self.chapters + self.tables + self.projects + self.unread


@dataclass
class Reading:
    document: Document
    plans: list[Plan]
    unread: list[Unread]
    account: Account
    problems: list[str]  # sentences naming what is missing or doubtful, e.g. 任务表缺第 37 行
    missing_rows: list[int]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def require_complete(reading: Reading) -> None:
    """Raises Refused naming the rows of a task table that are not there: such a file is never imported."""
    if reading.missing_rows:
        raise Refused("missing_rows", f"任务表缺第 {'、'.join(map(str, reading.missing_rows))} 行。补全后再读。")


def to_json(reading: Reading) -> dict[str, Any]:
    """The published interface of `plan read --json`: numbers as JSON numbers, everything else text, lists and null."""
    return {
        "document": _plain(asdict(reading.document)),
        "plans": [_plain(asdict(plan)) for plan in reading.plans],
        "unread": [{"line": one.line, "text": one.text} for one in reading.unread],
    }
