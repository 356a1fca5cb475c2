"""The indicator table: rows from a stream of cells, in print `[number] name baseline target kind` below a group.

A row ends with its kind (约束性, 预期性, 导向性). What breaks that order is a trace of a lost, split or inserted line and
flags the row: a text after values begins a row whose predecessor lost its kind; three values hold one too many.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from anlan.kernel.planning.reading.indicators import ASSIGNED, KINDS, indicator_of
from anlan.kernel.planning.reading.text import SECOND, normal
from anlan.kernel.planning.reading.types import Indicator, Line

_VALUE = re.compile(r"^[<>≤≥]?=?\d+(?:\.\d*)?%?$|^[<>≤≥]=?$|^[—\-–/]$")
_NUMBER = re.compile(r"^\d{1,2}$")
_WHOLE = (ASSIGNED, *KINDS)


@dataclass
class Cell:
    """A cell without blanks; `odd` when the blank before it is not the table's usual one."""

    text: str
    odd: bool = False
    joined: bool = False

    @property
    def value(self) -> bool:
        return bool(_VALUE.match(self.text)) or self.text == ASSIGNED


@dataclass
class Row:
    """Cells of one row told apart. `heads` stand before the name: the group, on one line or several."""

    group: str = ""
    number: int | None = None
    names: list[str] = field(default_factory=list)
    values: list[Cell] = field(default_factory=list)
    kind: str = ""
    flags: list[str] = field(default_factory=list)

    def flag(self, name: str) -> None:
        if name not in self.flags:
            self.flags.append(name)


def from_table(lines: Sequence[Line]) -> list[Indicator]:
    """`lines` are the cells below the column heads, in reading order."""
    rows = _rows(_cells(lines))
    ordered = sum(row.number is not None for row in rows) * 2 > len(rows)
    (_number if ordered else _group)(rows)
    return [
        indicator_of(row.group, row.number or 0, "".join(row.names), *_values(row), row.kind, row.flags) for row in rows
    ]


def _cells(lines: Sequence[Line]) -> list[Cell]:
    """Cells, with the kinds and 完成市下达目标 put together: the latter is printed on two lines."""
    spaced = sum(line.gap == 1 for line in lines) > 0.8 * len(lines)
    cells: list[Cell] = []
    for at, line in enumerate(lines):
        cell = Cell(normal(line.text), odd=spaced and at > 0 and line.gap != 1)
        before = cells[-1].text if cells else ""
        if before and (_halves(before, cell.text) or _one_word(before, cell.text)):
            usual = (before, cell.text) == ("完成市下", "达目标")
            cells[-1] = Cell(before + cell.text, cells[-1].odd or cell.odd, cells[-1].joined or not usual)
        else:
            cells.append(cell)
    for cell in cells:  # one of the two lines is lost: what is left can mean nothing else
        if (
            len(cell.text) >= 2
            and cell.text not in _WHOLE
            and (ASSIGNED.startswith(cell.text) or ASSIGNED.endswith(cell.text))
        ):
            cell.text, cell.joined = ASSIGNED, True
    return cells


def _one_word(first: str, second: str) -> bool:
    return first not in _WHOLE and any(whole.startswith(first + second) for whole in _WHOLE)


def _halves(first: str, second: str) -> bool:
    """Whether a sign shows that a name or a figure goes on: `58.` `2`, `>` `85`, `巩固率(` `%`."""
    return first.endswith(("(", "(比例", ".", ">", "<")) or second.startswith((".", ")", "%"))


class _Builder:
    """Tells rows apart. `doubt`: a group's heading may be lost or cut, so its rows cannot be sure of it."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._row, self._group, self._doubt = Row(), "", False

    def feed(self, cell: Cell, following: Sequence[Cell]) -> None:
        row = self._row
        if SECOND.match(cell.text) and not row.names:
            self._group = row.group = SECOND.sub(r"\2", cell.text)
            self._doubt = cell.odd
        elif cell.text in KINDS:
            row.kind = cell.text
        elif row.names and row.number is None and not row.values and _leads(cell, following):
            self._group, self._doubt = "".join(row.names), True
            self._row = Row(self._group, int(cell.text))
        elif cell.value and (row.names or _NUMBER.match(cell.text)):
            _take_value(row, cell, following)
        elif row.values:  # a text after values: the kind of this row is lost
            number = _without_kind(row)
            self.rows.append(row)
            self._row = Row(self._group, number, [cell.text])
        else:
            row.names.append(cell.text)
        self._trace(cell)

    def _trace(self, cell: Cell) -> None:
        row = self._row
        if cell.odd or cell.joined:
            row.flag("gap" if cell.odd else "joined")
            if cell.odd and self.rows and not row.values and len(row.names) <= 1:
                self.rows[-1].flag("gap")  # the lost line may have been the end of the row before
        self._doubt = self._doubt or (cell.odd and not row.names)
        if self._doubt:
            row.flag("group_doubtful")
        if row.kind:
            self.rows.append(row)
            self._row = Row(self._group)

    def end(self) -> list[Row]:
        if self._row.names:
            _without_kind(self._row)
            self.rows.append(self._row)
        return [one for one in self.rows if one.names or one.values]


def _rows(cells: Sequence[Cell]) -> list[Row]:
    builder = _Builder()
    for at, cell in enumerate(cells):
        builder.feed(cell, cells[at + 1 : at + 2])
    return builder.end()


def _leads(cell: Cell, following: Sequence[Cell]) -> bool:
    """Whether the cell is a row's number: an integer with a text behind it."""
    behind = following[0] if following else None
    return bool(_NUMBER.match(cell.text)) and behind is not None and not behind.value and behind.text not in KINDS


def _take_value(row: Row, cell: Cell, following: Sequence[Cell]) -> None:
    """A short integer before the name is the row's number; a second one there, a page's."""
    if row.names:
        row.values.append(cell)
    elif row.number is None:
        row.number = int(cell.text)
        if following and following[0].value:
            row.flag("stray_number")
    else:
        row.flag("stray_number")


def _without_kind(row: Row) -> int | None:
    """Flag the row; its last integer, when one too many, is the number of the next row."""
    row.flag("kind_missing")
    if len(row.values) > 1 and _NUMBER.match(row.values[-1].text) and row.values[-2].value:
        last = int(row.values[-1].text)
        if row.number is not None and last == row.number + 1:
            row.values.pop()
            return last
    return None


def _number(rows: list[Row]) -> None:
    """A numbered table: a missing number is the next one; a long name may be printed on several lines."""
    before = 0
    for row in rows:
        if not row.group and any(one.group for one in rows):
            row.flag("group_doubtful")
        if row.number is None or row.number != before + 1:
            row.flag("number_missing" if row.number is None else "number_unusual")
            row.number = before + 1 if row.number is None else row.number
        before = row.number
        if len(row.names) > 1:
            row.flag("joined")


def _group(rows: list[Row]) -> None:
    """No numbers: what stands before the name is a group; groups are printed on the same number of lines."""
    usual, _ = (
        Counter(len(row.names) - 1 for row in rows if len(row.names) > 1).most_common(1)[0]
        if any(len(row.names) > 1 for row in rows)
        else (0, 0)
    )
    group, place, doubtful = "", 0, False
    for row in rows:
        if len(row.names) > 1:
            doubtful = len(row.names) - 1 != usual
            group, place, row.names = "".join(row.names[:-1]), 0, row.names[-1:]
        doubtful = doubtful or "gap" in row.flags or not row.names
        if row.number is not None:
            row.flag("stray_number")
        place += 1
        row.group, row.number = row.group or group, place
        if doubtful:
            row.flag("group_doubtful")


def _values(row: Row) -> tuple[str, str]:
    """(baseline, target) as printed: the last is the target. One value is a target, and only then without a flag if assigned."""
    texts = [cell.text for cell in row.values]
    if ASSIGNED in texts[:-1]:  # nothing is printed behind the target
        row.flag("stray_number")
        texts = texts[: texts.index(ASSIGNED) + 1]
    if len(texts) > 2:
        row.flag("extra_value")
    if not row.names:
        row.flag("name_missing")
    if not texts:
        row.flag("target_missing")
        return "", ""
    if len(texts) == 1:
        if texts[0] != ASSIGNED:
            row.flag("baseline_missing")
        return "", texts[0]
    return texts[0], texts[-1]
