"""The skeleton of a document: header, plans, headings, boxes, tables. Every line gets exactly one owner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from anlan.kernel.planning.reading.text import BOX, CHAPTER, FIRST, SECOND, THIRD, chinese_number, normal, tidy
from anlan.kernel.planning.reading.types import Chapter, Document, Line

_TITLE = re.compile(r"(?:十[一二三四五六七八九]?五|五年).{0,4}.*规划(?:\(\d{4}年?[—\-–~]\d{4}年?\))?$")
_LABELS = {
    "名称": "title", "索引号": "index", "发布机构": "issuer", "发文字号": "number", "主题": "topics", "有效性": "valid",
    "成文日期": "", "发文日期": "",
}  # fmt: skip
TABLE_TITLE = re.compile(r"任务分解表$")
TABLE_HEADS = ("序号", "任务", "任务类别", "任务内容", "牵头部门", "完成时限")
INDICATOR_TITLE = re.compile(r"(?:指标体系|发展主要目标|主要指标表?)$")
INDICATOR_HEADS = re.compile(r"^(?:序号|指标|主要指标|属性|指标属性|\d{4}年?)$")


@dataclass
class Section:
    """A heading and the lines below it, before they are joined to text. `place` is the path of numbers."""

    number: str
    title: str
    level: int
    path: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)
    heading: list[Line] = field(default_factory=list)

    @property
    def place(self) -> str:
        return "/".join(self.path)

    def chapter(self) -> Chapter:
        return Chapter(
            self.number, self.title, self.level, self.place, "\n".join(tidy(line.text) for line in self.lines)
        )


@dataclass
class Box:
    title: str
    heading: Line
    items: list[Line] = field(default_factory=list)


@dataclass
class Skeleton:
    """One plan before its parts are read."""

    title: str
    sections: list[Section] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    indicator_lines: list[Line] = field(default_factory=list)
    task_lines: list[Line] = field(default_factory=list)
    heads: list[Line] = field(default_factory=list)  # table titles and column heads
    titles: list[Line] = field(default_factory=list)


def header(lines: Sequence[Line]) -> tuple[Document, list[Line], list[Line]]:
    """(metadata, lines it was read from, other lines before the first plan)."""
    document, used, rest = Document(), list[Line](), list[Line]()
    label = ""
    for line in lines:
        word, field_value = _labelled(normal(line.text))
        if word is not None:
            label = word
            used.append(line)
            if field_value:
                _fill(document, label, field_value)
                label = ""
        elif label and _fill(document, label, tidy(line.text)):
            used.append(line)
            label = ""
        else:
            rest.append(line)
            label = ""
    return document, used, rest


def _labelled(word: str) -> tuple[str | None, str]:
    """(field, value on the same line) when the line is a metadata label; `名 称 :` has inner blanks in print."""
    name, colon, value = word.partition(":")
    return (_LABELS[name], value) if colon and name in _LABELS else (None, "")


def _fill(document: Document, name: str, value: str) -> bool:
    if not name:
        return False
    if name == "topics":
        document.topics = [topic.strip() for topic in re.split(r"[;；]", value) if topic.strip()]
    else:
        setattr(document, name, value)
    return True


def is_plan_title(text: str) -> bool:
    word = normal(text)
    return bool(_TITLE.search(word)) and len(word) < 50 and not re.search(r"[。,《》]|通知|印发|意见|附件", word)


def plan_starts(lines: Sequence[Line]) -> list[tuple[int, int, str]]:
    """(first line, line after the title, title) of each plan; a title may stand on two lines."""
    starts = []
    for at, line in enumerate(lines):
        if not is_plan_title(line.text):
            continue
        first = at
        before = normal(lines[at - 1].text) if at else ""
        if (
            before
            and len(before) < 30
            and not re.search(r"[。,:;)》]$|\d{4}|附件|目录", before)
            and not _begins_whole(line.text)
        ):
            first = at - 1
        title = "".join(tidy(part.text) for part in lines[first : at + 1])
        starts.append((first, at + 1, title))
    return starts


def _begins_whole(text: str) -> bool:
    """A title that already names a place or organ is whole."""
    return bool(re.match(r"^.{0,12}(?:省|市|区|县)", normal(text)))


def heading_of(text: str) -> tuple[int, str, str, str] | None:
    """(level rank, number, title, rest of the line) if the line opens with a heading."""
    word = tidy(text)
    flat = normal(text)
    for rank, pattern in enumerate((CHAPTER, FIRST, SECOND, THIRD), 1):
        found = pattern.match(flat)
        if not found:
            continue
        number = flat[: found.start(2)]
        body = _after(word, number)
        if len(flat) <= 45 and not flat.endswith(("。", ";")):
            return rank, number, body, ""
        lead, stop, rest = body.partition("。")
        if rank == 2 or rank == 1 or (len(lead) > 40 and rank == 4):
            return None
        return (rank, number, lead, rest) if stop else None
    return None


def _after(word: str, number: str) -> str:
    """The printed text behind the heading's number, whatever blanks stand inside."""
    left = len(number)
    for index, char in enumerate(word):
        if left == 0:
            return word[index:].strip()
        if not char.isspace():
            left -= 1
    return ""


class Builder:
    """Walks the lines of one plan once and hands each to its owner."""

    def __init__(self, title: str, titles: Sequence[Line]) -> None:
        self.plan = Skeleton(title, titles=list(titles))
        self._section = Section("", "", 0, ())
        self.plan.sections.append(self._section)
        self._box: Box | None = None
        self._mode = "text"
        self._stack: list[tuple[int, str]] = []

    def feed(self, line: Line) -> None:
        word = normal(line.text)
        if TABLE_TITLE.search(word) and "附件:" not in word:
            self._mode = "tasks"
            self.plan.heads.append(line)
        elif self._mode == "tasks":
            (self.plan.heads if word in TABLE_HEADS else self.plan.task_lines).append(line)
        elif self._mode == "indicators":
            self._indicator(line, word)
        elif INDICATOR_TITLE.search(word) and "、" not in word and not SECOND.match(word) and len(word) < 40:
            self._mode = "indicators"
            self.plan.heads.append(line)
        else:
            self._text(line, word)

    def _indicator(self, line: Line, word: str) -> None:
        """A table ends at the first line that is a sentence or a heading of the text."""
        sentence = len(word) > 40 or word.endswith("。") or word.startswith("指标说明")
        group = SECOND.match(word) and not self._has_kind_ahead(word)
        if sentence or CHAPTER.match(word) or FIRST.match(word) or group:
            self._mode = "text"
            self._text(line, word)
        elif INDICATOR_HEADS.match(word) and not self.plan.indicator_lines:
            self.plan.heads.append(line)
        else:
            self.plan.indicator_lines.append(line)

    def _has_kind_ahead(self, word: str) -> bool:
        """`(一)生态环境质量` inside the table is a group: it is short and the last heading has other siblings."""
        return len(word) <= 14

    def _text(self, line: Line, word: str) -> None:
        if box := BOX.match(word):
            self._box = Box(f"专栏{box.group(1)} {_after(tidy(line.text), '专栏' + box.group(1))}", line)
            self.plan.boxes.append(self._box)
            return
        if self._box is not None and self._boxed(line, word):
            return
        self._box = None
        found = heading_of(line.text)
        if found is None:
            self._section.lines.append(line)
        else:
            self._open(line, *found)

    def _boxed(self, line: Line, word: str) -> bool:
        """Items of a box are numbered from 1 without a break; anything else ends it."""
        box = self._box
        item = THIRD.match(word)
        if box is None or not item or int(item.group(1)) != len(box.items) + 1:
            return False
        box.items.append(line)
        return True

    def _open(self, line: Line, rank: int, number: str, title: str, rest: str) -> None:
        while self._stack and self._stack[-1][0] >= rank:
            self._stack.pop()
        self._stack.append((rank, number))
        path = tuple(_bare(one) for _rank, one in self._stack)
        self._section = Section(number, title, len(self._stack), path, heading=[line])
        if rest:
            self._section.lines.append(Line(line.number, rest, line.gap))
        self.plan.sections.append(self._section)


def _bare(number: str) -> str:
    return number.rstrip("、.)").lstrip("(")


def ordinal(number: str) -> int:
    """`四、` → 4, `(三)` → 3, `8.` → 8, `第二章` → 2."""
    word = _bare(number).removeprefix("第").removesuffix("章")
    return int(word) if word.isdecimal() else chinese_number(word)


def build(title: str, titles: Sequence[Line], lines: Sequence[Line]) -> Skeleton:
    builder = Builder(title, titles)
    for line in lines:
        builder.feed(line)
    return builder.plan
