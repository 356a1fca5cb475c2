"""The task table (任务分解表): rows from a stream of cells in which category cells may be missing (merged in print).

A row is: number, 0–3 category lines, the text, departments one a line, the deadline. The number is trusted only where
one is expected; in a text whose cells stand apart by exactly one blank line, a doubled or missing blank is a trace of a
lost, split or inserted line and flags the row.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from anlan.kernel.planning.reading.text import YEAR, losses, normal, tidy
from anlan.kernel.planning.reading.types import Deadline, Line, Task

_DEADLINES = (
    (re.compile(rf"^{YEAR}年?底(?:前)?$"), "year_end"),
    (re.compile(rf"^{YEAR}年?(?:起)?并?长期坚持$"), "year_then_ongoing"),
    (re.compile(rf"^{YEAR}年?$"), "year"),
    (re.compile(r"^(?:并)?长期坚持$"), "ongoing"),
    (re.compile(r"^按(?:照)?市(?:统一)?部署(?:开展|执行|推进)?$"), "as_city_directs"),
)
_OFFICE = re.compile(
    r"(?:委|局|办|处|室|中心|公司|支队|大队|分局|法院|检察院|妇联|总工会|团区委|部|单位|部门|所|队|站|厅|院|会|办公室|政府|街道|集团)(?:\(.*\))?$"
)
_TAILS = (
    "办公室",
    "办事处",
    "委员会",
    "管理局",
    "检察院",
)  # kinds of office, which nobody is called without a name before
_PAGE = re.compile(r"^[—\-–\s]*\d{1,3}[—\-–\s]*$")
_SECTION = re.compile(r"^[一二三四五六七八九十]*、")
LONG, SHORT = 24, 12  # a text cell is longer than any department; shorter than SHORT it may be a category


def deadline_of(text: str) -> Deadline | None:
    """One of the five printed kinds, or None."""
    word = normal(text)
    for pattern, kind in _DEADLINES:
        if found := pattern.match(word):
            year = int(found.group(1)) if found.groups() else None
            return Deadline(kind, year, tidy(text))  # type: ignore[arg-type]
    return None


@dataclass
class Raw:
    """Cells of one row before they are told apart."""

    number: int
    cells: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return bool(self.cells) and deadline_of(self.cells[-1]) is not None


@dataclass
class Table:
    """Rows told apart, the section headings, and the stray lines."""

    rows: list[Raw] = field(default_factory=list)
    strays: list[Line] = field(default_factory=list)


def _spaced(lines: Sequence[Line]) -> bool:
    """Whether this source separates every cell by the same blank: only then is an odd blank a trace."""
    return sum(1 for line in lines if line.gap == 1) > 0.9 * len(lines)


def _integer(text: str) -> int | None:
    word = normal(text)
    return int(word) if re.fullmatch(r"\d{1,3}", word) else None


def _starts_row(lines: Sequence[Line], at: int, row: Raw | None, expected: int) -> bool:
    """Is the integer at `at` the number of a new row, or a stray page number?"""
    number = _integer(lines[at].text)
    if number is None or not expected <= number <= expected + 9:
        return False
    following = [_integer(line.text) for line in lines[at + 1 : at + 40]]
    if row is not None and not row.complete:
        # An unfinished row: its deadline was lost, or this is a page number and the real number follows.
        return number not in following
    # A page number between two rows is followed by the real number at once, or has no text of a row behind it.
    return number == expected or not (expected in following or number in following)


def split_rows(lines: Sequence[Line], first: int = 1) -> Table:
    """Tell the rows apart; numbers that are skipped or repeated are left to the caller to name."""
    table, spaced = Table(), _spaced(lines)
    for at, line in enumerate(lines):
        row = table.rows[-1] if table.rows else None
        expected = row.number + 1 if row else first
        odd = spaced and line.gap != 1 and at > 0
        if _starts_row(lines, at, row, expected):
            table.rows.append(Raw(_integer(line.text) or expected))
            if odd:
                _mark(table, "gap")
        elif row is not None:
            _feed(table, row, line, odd)
        elif _SECTION.match(normal(line.text)) or _numbered_soon(lines, at, first):
            table.strays.append(line)
        else:
            table.rows.append(Raw(first, [line.text], ["number_missing"]))
    return table


def _feed(table: Table, row: Raw, line: Line, odd: bool) -> None:
    """Give a line that is no number to the last row, to a row that lost its number, or to the strays."""
    text = line.text
    if row.complete and deadline_of(row.cells[-1] + text):
        row.cells[-1] += text
        _flag(row, "joined")
    elif row.complete and _SECTION.match(normal(text)):
        table.strays.append(line)
    elif _integer(text) is not None or _PAGE.match(text):
        table.strays.append(line)
        _flag(row, "stray_number")
    elif row.complete:
        table.rows.append(Raw(row.number + 1, [text], ["number_missing"]))
    elif odd and line.gap == 0 and row.cells and not _whole(row.cells[-1], text):
        row.cells[-1] += text
        _flag(row, "joined")
    else:
        row.cells.append(text)
        if odd:
            _flag(row, "gap")


def _numbered_soon(lines: Sequence[Line], at: int, first: int) -> bool:
    return any(_integer(line.text) == first for line in lines[at : at + 12])


def _whole(previous: str, text: str) -> bool:
    """Both are cells of their own (an inserted line), not halves of one."""
    return bool(deadline_of(text) or (_OFFICE.search(normal(previous)) and _OFFICE.search(normal(text))))


def _flag(row: Raw, flag: str) -> None:
    if flag not in row.flags:
        row.flags.append(flag)


def _mark(table: Table, flag: str) -> None:
    """An odd blank at a row's start may have swallowed the end of the row before: flag both."""
    for row in table.rows[-2:]:
        _flag(row, flag)


def _office(name: str) -> bool:
    """Whether this can be a whole department's name: 区妇联 is the shortest kind."""
    word = normal(name)
    return len(word) >= 3 and word not in _TAILS and bool(_OFFICE.search(word))


def _text_at(cells: list[str]) -> int | None:
    """Which cell is the task's text: the longest if longer than any name can be, else the last before the offices."""
    if not cells:
        return None
    at = max(range(len(cells)), key=lambda index: len(cells[index]))
    if len(normal(cells[at])) >= LONG or cells[at].rstrip().endswith("。"):
        return at
    offices = len(cells)
    while offices and _OFFICE.search(normal(cells[offices - 1])):
        offices -= 1
    return offices - 1 if offices and len(normal(cells[offices - 1])) >= SHORT else None


def tell(row: Raw, inherited: list[str]) -> Task:
    """Name the cells of a row; empty categories come from the row above (`inherited` is updated)."""
    flags, cells = list(row.flags), [tidy(cell) for cell in row.cells]
    due = deadline_of(cells[-1]) if cells else None
    if due is None:
        flags.append("deadline_missing")
        due = Deadline(None, None, "")
    else:
        cells = cells[:-1]
    at = _text_at(cells)
    if at is None:
        flags.append("text_missing")
        at = next((index for index, cell in enumerate(cells) if _OFFICE.search(normal(cell))), len(cells))
        categories, text, departments = cells[:at], "", cells[at:]
    else:
        categories, text, departments = cells[:at], cells[at], cells[at + 1 :]
    if not departments:
        flags.append("departments_missing")
    elif any(not _office(name) for name in departments):
        flags.append("department_unusual")
    path = _path(categories, inherited, flags)
    return Task(str(row.number), path, text, departments, due, flags)


def _path(categories: list[str], inherited: list[str], flags: list[str]) -> list[str]:
    """[任务, 任务类别]. Three or more lines: the first cell was printed on several lines."""
    if len(categories) >= 2:
        inherited[:] = ["".join(categories[:-1]), categories[-1]]
    else:
        flags.append("inherited")
        inherited[:] = [inherited[0], categories[0] if categories else inherited[1]]
    return list(inherited)


@dataclass
class Known:
    """What the table and the chapters say elsewhere: a cell cut in two can be told by finding it whole there."""

    chapters: str  # normalised text of the plan's chapters, commas left out
    cells: Counter[str]
    echoes: bool = False  # whether this plan's chapters name the table's categories, as most do

    def listen(self, rows: Sequence[Raw]) -> None:
        """Four in five first cells of rows are found in the chapters, or finding them says nothing."""
        firsts = [row.cells[0] for row in rows if len(row.cells) > 3]
        self.echoes = sum(map(self.category, firsts)) * 5 > len(firsts) * 4

    def cut(self, first: str, second: str) -> bool:
        """Whether two neighbouring cells are halves of one."""
        one, two = normal(first), normal(second)
        if two[0] in ",、。;:()》%" or one[-1] in ",、(《":
            return True
        if self.cells[one] > 1 and self.cells[two] > 1:
            return False
        if self.cells[one + two]:
            return True
        whole = _bare(one + two.partition("(")[0])
        return len(whole) > max(4, len(_bare(one))) and whole in self.chapters

    def category(self, word: str) -> bool:
        """Whether a category is found elsewhere; what stands in brackets is the table's own addition."""
        bare = _bare(re.sub(r"\(.*", "", normal(word)))
        return self.cells[normal(word)] > 1 or bare in self.chapters


def _bare(text: str) -> str:
    return re.sub(r"[,、\"“”]", "", text)


def _rejoin(row: Raw, known: Known) -> None:
    """Put together cells that are halves of one, and say so."""
    cells: list[str] = []
    for cell in row.cells:
        if cells and deadline_of(cell) is None and known.cut(cells[-1], cell):
            cells[-1] += cell
            _flag(row, "joined")
        else:
            cells.append(cell)
    row.cells = cells


# A flag that makes the categories doubtful for the rows that inherit them.
_DOUBT = frozenset(
    ("gap", "joined", "number_missing", "category_unusual", "text_missing", "path_doubtful", "stray_number")
)


def _judge(task: Task, categories: int, doubtful: bool, known: Known) -> None:
    """Flag what the row shows only beside the others."""
    fresh = task.path[-categories:] if categories else []
    if any(re.search(r"[,。;]", word) or (known.echoes and not known.category(word)) for word in fresh):
        task.flags.append("category_unusual")
    if categories < 2 and doubtful:
        task.flags.append("path_doubtful")
    task.flags += losses(task.text)
    if task.text and not task.text.endswith(("。", ";", "!", ")")):
        task.flags.append("unended")


def read_table(lines: Sequence[Line], chapters: str = "") -> tuple[list[Task], list[Line], list[int]]:
    """(tasks in order, stray lines, numbers that are missing between the first and the last).

    `chapters` is the running text of the same plan, which mostly says the same: it tells halves of a cell.
    """
    table = split_rows(lines)
    known = Known(_bare(normal(chapters)), Counter(normal(line.text) for line in lines))
    known.listen(table.rows)
    inherited, doubtful = ["", ""], False
    tasks: list[Task] = []
    seen: dict[str, Task] = {}
    for row in table.rows:
        _rejoin(row, known)
        before = list(inherited)
        task = tell(row, inherited)
        fresh = 2 if "inherited" not in task.flags else int(inherited[1] != before[1])
        _judge(task, fresh, doubtful, known)
        doubtful = bool(_DOUBT.intersection(task.flags))
        if task.number in seen:
            seen[task.number].flags.append("duplicate_number")
            task.flags.append("duplicate_number")
        seen[task.number] = task
        tasks.append(task)
    numbers = {int(task.number) for task in tasks}
    missing = [number for number in range(1, max(numbers, default=0) + 1) if number not in numbers]
    return tasks, table.strays, missing


def is_section(line: Line) -> bool:
    return bool(_SECTION.match(normal(line.text)))
