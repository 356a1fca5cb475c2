"""The skeleton of a document: header, plans, headings, boxes, tables. Every line gets exactly one owner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from anlan.kernel.planning.reading.indicators import KINDS
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
PAGE = re.compile(r"^[—\-–·]*\d{1,3}[—\-–·]*$|^第\d+页(?:共\d+页)?$")  # of a line without blanks
PAGE_DASHED = re.compile(r"^[—\-–·]+\d{1,3}[—\-–·]+$|^第\d+页(?:共\d+页)?$")


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
    place: str
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
    strays: list[Line] = field(default_factory=list)  # page numbers
    restarts: bool = False  # whether the first rank begins again: another plan's title may be lost


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
        if rank in (1, 2) or (len(lead) > 40 and rank == 4):
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


def table_kind(words: Sequence[str]) -> str:
    """`tasks` or `indicators` when these words without blanks are the column heads of a table, else nothing."""
    if not words or (words[0] not in ("序号", *TABLE_HEADS) and not INDICATOR_HEADS.match(words[0])):
        return ""
    if sum(word in TABLE_HEADS for word in words[:6]) >= 4:
        return "tasks"
    heads = [word for word in words[:6] if INDICATOR_HEADS.match(word)]
    return "indicators" if len(heads) >= 3 and any(word[:4].isdecimal() for word in heads) else ""


class Builder:
    """Walks the lines of one plan once and hands each to its owner."""

    def __init__(self, title: str, titles: Sequence[Line]) -> None:
        self.plan = Skeleton(title, titles=list(titles))
        self._section = Section("", "", 0, ())
        self.plan.sections.append(self._section)
        self._box: Box | None = None
        self._mode = "text"
        self._row_seen = False
        self._top: tuple[int, int] | None = None  # rank and ordinal of the last heading of the first rank
        self._stack: list[tuple[int, str]] = []

    def feed(self, line: Line, ahead: Sequence[str]) -> None:
        """`ahead` are this line and the next five without blanks, to recognise a table whose title is lost."""
        word = ahead[0]
        if TABLE_TITLE.search(word) and "附件:" not in word:
            self._mode = "tasks"
            self.plan.heads.append(line)
        elif self._mode == "tasks":
            (self.plan.heads if word in TABLE_HEADS else self.plan.task_lines).append(line)
        elif PAGE_DASHED.match(word) or (self._mode == "text" and PAGE.match(word)):
            self.plan.strays.append(line)
        elif self._mode == "indicators":
            self._indicator(line, word)
        elif self._titles_indicators(word):
            self._mode = "indicators"
            self.plan.heads.append(line)
        elif kind := table_kind(ahead):
            self._mode = kind
            self.plan.heads.append(line)
        else:
            self._text(line, word)

    def _titles_indicators(self, word: str) -> bool:
        return bool(INDICATOR_TITLE.search(word)) and "、" not in word and not SECOND.match(word) and len(word) < 40

    def _indicator(self, line: Line, word: str) -> None:
        """A table ends at the first line that is a sentence or a heading of the text; `(一)` of few words is a group."""
        sentence = len(word) > 40 or word.endswith("。") or word.startswith("指标说明")
        if sentence or CHAPTER.match(word) or FIRST.match(word) or (SECOND.match(word) and len(word) > 14):
            self._mode = "text"
            self._text(line, word)
        elif INDICATOR_HEADS.match(word) and not self._row_seen:
            self.plan.heads.append(line)
        else:
            self._row_seen = self._row_seen or word in KINDS
            self.plan.indicator_lines.append(line)

    def _text(self, line: Line, word: str) -> None:
        if box := BOX.match(word):
            title = f"专栏{box.group(1)} {_after(tidy(line.text), '专栏' + box.group(1))}"
            self._box = Box(title, line, self._section.place)
            self.plan.boxes.append(self._box)
            return
        if self._box is not None and self._boxed(self._box, line, word):
            return
        self._box = None
        found = heading_of(line.text)
        if found is not None and not (found[0] == 4 and self._lists_indicators()):
            self._open(line, *found)
        elif found is None and self._continues_title(word):
            self._section.title = f"{self._section.title} {tidy(line.text)}"
            self._section.heading.append(line)
        else:
            self._section.lines.append(line)

    def _lists_indicators(self) -> bool:
        """Below 主要指标 the numbered lines are indicators, not headings."""
        return normal(self._section.title).endswith("主要指标")

    def _continues_title(self, word: str) -> bool:
        """A chapter's title may stand on two lines: the second is short, without a sentence's marks."""
        fresh = len(self._section.heading) == 1 and not self._section.lines
        return fresh and self._section.number.startswith("第") and len(word) <= 30 and not re.search(r"[,。;:、]", word)

    def _boxed(self, box: Box, line: Line, word: str) -> bool:
        """Items of a box are numbered from 1 without a break; anything else ends it."""
        item = THIRD.match(word)
        if not item or int(item.group(1)) != len(box.items) + 1:
            return False
        box.items.append(line)
        return True

    def _open(self, line: Line, rank: int, number: str, title: str, rest: str) -> None:
        while self._stack and self._stack[-1][0] >= rank:
            self._stack.pop()
        self._stack.append((rank, number))
        path = tuple(_bare(one) for _rank, one in self._stack)
        if len(self._stack) == 1:
            self.plan.restarts = self.plan.restarts or (self._top is not None and (rank, ordinal(number)) < self._top)
            self._top = (rank, ordinal(number))
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
    words = [normal(line.text) for line in lines]
    for at, line in enumerate(lines):
        builder.feed(line, words[at : at + 6])
    return builder.plan
