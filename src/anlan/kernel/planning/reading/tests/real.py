"""The published plan beside the repository (`../shared` or ANLAN_SHARED), and its tables as rows, for writing other forms."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from anlan.kernel.planning.reading.reader import read
from anlan.kernel.planning.reading.sources import text_lines
from anlan.kernel.planning.reading.text import normal
from anlan.kernel.planning.reading.types import Line, Plan, Reading


def path() -> Path:
    shared = Path(os.environ.get("ANLAN_SHARED", Path(__file__).resolve().parents[6] / "../shared"))
    found = shared / "plan" / "plan-2022-5.txt"
    if not found.exists():
        pytest.skip("../shared is not here")
    return found


def text() -> str:
    return path().read_text(encoding="utf-8")


@cache
def _read(words: str) -> Reading:
    return read(words.encode())


def reading() -> Reading:
    return _read(text())


def plan(word: str) -> Plan:
    return next(one for one in reading().plans if word in one.title)


@dataclass
class Table:
    """Rows of cells; a cell is its printed lines; None continues the cell above; a row of one cell spans all columns."""

    rows: list[list[list[str] | None]] = field(default_factory=list)


Block = Line | Table


def blocks() -> list[Block]:
    """The document as paragraphs and real tables with merged cells, as an office would have typed it."""
    lines = text_lines(text())
    words = [normal(line.text) for line in lines]
    first = next(at for at, word in enumerate(words) if word == "序号" and words[at + 2] == "任务类别")
    tasks = _tasks(lines[first:])
    one = next(at for at, word in enumerate(words) if word == "主要指标")
    one_end = next(at for at in range(one, len(words)) if words[at].startswith("三、主要任务"))
    two = next(at for at, word in enumerate(words) if word == "序号")
    two_end = next(at for at in range(two, len(words)) if words[at].startswith("指标说明"))
    return [*lines[:one], _grouped(words[one:one_end]), *lines[one_end:two], _numbered(words[two:two_end]),
            *lines[two_end:first], tasks]  # fmt: skip


def _tasks(lines: list[Line]) -> Table:
    table = Table([[[line.text] for line in lines[:6]]])
    at = 6
    for task in plan("生态").tasks:
        if normal(lines[at].text) != task.number:
            table.rows.append([[lines[at].text]])
            at += 1
        end = at + 1
        while end < len(lines) and not (
            lines[end].text.startswith(task.text[:8]) and len(lines[end].text) >= len(task.text)
        ):
            end += 1
        categories = [line.text for line in lines[at + 1 : end]]
        after = end + 1 + len(task.departments)
        table.rows.append([
            [lines[at].text], categories[:-1] if len(categories) > 1 else None, categories[-1:] or None,
            [lines[end].text], [line.text for line in lines[end + 1 : after]], [lines[after].text],
        ])  # fmt: skip
        at = after + 1
    assert at == len(lines)
    return table


def _grouped(words: list[str]) -> Table:
    table = Table([[[words[0]], [], [words[1]], [words[2]], [words[3]]]])
    cells: list[str] = []
    for word in words[4:]:
        cells.append(word)
        if word.endswith("性") and len(word) == 3:
            group = cells[:-4]
            table.rows.append([group or None, *([one] for one in cells[-4:])])
            cells = []
    return table


def _numbered(words: list[str]) -> Table:
    table = Table([[[words[0]], [words[1]], [words[2]], [words[3]], words[4:6]]])
    cells: list[str] = []
    for word in words[6:]:
        if word.startswith("("):
            table.rows.append([[word]])
            continue
        cells.append(word)
        if word.endswith("性") and len(word) == 3:
            target = ["完成市下", "达目标"] if "达目标" in cells else [cells[-2]]
            baseline = cells[2 : -1 - len(target)]
            table.rows.append([[cells[0]], [cells[1]], baseline, target, [word]])
            cells = []
    return table
