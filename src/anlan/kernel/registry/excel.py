"""Excel in and out of a register: template, dry run with every fault by cell, the file returned with faults marked."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import xlsxwriter
from django.utils.translation import gettext
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import InvalidFileException

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.registry.cells import plain, row_of
from anlan.kernel.registry.progress import EVERY, Told, silent
from anlan.kernel.registry.types import Problem, Sheet

LIMIT = 8 * 1024 * 1024
UNPACKED_LIMIT = 128 * 1024 * 1024
ROWS_LIMIT = 20_000
HEAD_ROWS = 5


@dataclass
class Line:
    """A row of the file: its number there, its values, what is wrong, and what storing it would do."""

    number: int
    values: dict[str, Any]
    problems: list[Problem]
    what: str = ""  # new, changed, same


@dataclass
class DryRun:
    """The whole file, checked; nothing stored. `good` only when no line has a problem."""

    lines: list[Line]
    content_hash: str
    columns: list[str]
    faults: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return self.faults == 0 and bool(self.lines)


def template(sheet: Sheet) -> bytes:
    """Headings, a note on each, choices as drop-down lists."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(sheet.title[:31])
    strong = book.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.title, strong)
        note = "；".join(
            part
            for part in (column.help, f"单位 {column.unit}" if column.unit else "", "必填" if column.required else "")
            if part
        )
        if note:
            page.write_comment(0, place, note)
        if column.choices:
            page.data_validation(
                1, place, ROWS_LIMIT, place, {"validate": "list", "source": list(column.choices.values())}
            )
        page.set_column(place, place, max(12, len(column.title) * 2 + 2))
    page.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def table_of(data: bytes) -> list[list[Any]]:
    """Rows of cells of an xlsx or csv file."""
    if len(data) > LIMIT:
        raise Refused("size", f"文件超过 {LIMIT // 1024 // 1024} MB。拆分后再导入。", "file")
    if not data.strip():
        raise Refused("empty", "文件是空的。", "file")
    if data.startswith(b"PK\x03\x04"):
        return _xlsx(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused("old", "这是旧版或加密的 Excel。另存为 xlsx 再试。", "file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    raise Refused("form", "只收 xlsx 或 csv。", "file")


def _xlsx(data: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT:
                raise Refused("bomb", "文件解开后大得不合常理，已拒绝。", "file")
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=False)
        page = book.worksheets[0]
        if page.max_row > ROWS_LIMIT + HEAD_ROWS:
            raise Refused("rows", f"超过 {ROWS_LIMIT} 行。拆分后再导入。", "file")
        return [list(row) for row in page.iter_rows(values_only=True)]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, EOFError):
        raise Refused("broken", "Excel 文件打不开。另存一份再试。", "file") from None


def _heading(sheet: Sheet, table: Sequence[Sequence[Any]]) -> tuple[int, list[str]]:
    """(row of the headings, column name by place); title rows above are passed over."""
    titles = {column.title: column.name for column in sheet.columns}
    for at, row in enumerate(table[:HEAD_ROWS]):
        names = [titles.get(plain(cell), "") for cell in row]
        if sum(1 for name in names if name) >= 2 or (len(sheet.columns) == 1 and any(names)):
            missing = [column.title for column in sheet.columns if column.required and column.name not in names]
            if missing:
                raise Refused("heading", f"表头缺列：{'、'.join(missing)}。", "file")
            twice = [name for name in names if name and names.count(name) > 1]
            if twice:
                raise Refused("heading", f"表头“{sheet.column(twice[0]).title}”出现两次。", "file")
            return at, names
    raise Refused("heading", f"没有找到表头。第一行要有：{'、'.join(titles)}。", "file")


def dry_run(sheet: Sheet, data: bytes, actor: Actor, told: Told = silent) -> DryRun:
    """Check every cell; say what each row would do. Raises Refused when the file as a whole cannot be read."""
    told(gettext("读文件"), 0, 0)
    table = table_of(data)
    head, names = _heading(sheet, table)
    lines, seen = [], dict[Any, int]()
    for number, row in enumerate(table[head + 1 :], head + 2):
        if number % EVERY == 0:
            told(gettext("逐格检查"), number, len(table))
        if not any(plain(cell) for cell in row):
            continue
        values, problems = row_of({name: cell for name, cell in zip(names, row, strict=False) if name}, sheet)
        key = values.get(sheet.key)
        if key and key in seen:
            problems.append(Problem(sheet.key, f"与第 {seen[key]} 行重复。"))
        elif key:
            seen[key] = number
        lines.append(Line(number, values, problems))
    if not lines:
        raise Refused("no_rows", "表头下面没有行。", "file")
    _compare(sheet, lines, actor)
    run = DryRun(lines, hashlib.sha256(data).hexdigest(), names)
    run.faults = sum(1 for line in lines if line.problems)
    run.counts = {what: sum(1 for line in lines if line.what == what) for what in ("new", "changed", "same")}
    return run


def _compare(sheet: Sheet, lines: list[Line], actor: Actor) -> None:
    keys = [line.values.get(sheet.key) for line in lines]
    known = {
        getattr(row, sheet.key): row
        for row in sheet.model.objects.select_related("organisation").filter(
            **{f"{sheet.key}__in": [key for key in keys if key]}
        )
    }
    for line in lines:
        row = known.get(line.values.get(sheet.key))
        if row is None:
            line.what = "new"
        elif not policy.may(actor, sheet.write, row):
            line.problems.append(Problem(sheet.key, "这一行属于别的单位，不能改。"))
        else:
            line.what = "changed" if any(getattr(row, name) != value for name, value in line.values.items()) else "same"


def marked(data: bytes, run: DryRun) -> bytes:
    """The same rows with the faulty cells coloured and the fault as a note, for mending and sending again."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None  # noqa: S101 - a new workbook has a sheet
    for row in table_of(data):
        page.append([plain(cell) for cell in row])
    fill = PatternFill("solid", fgColor="FFF3C41B")
    for line in run.lines:
        for problem in line.problems:
            place = run.columns.index(problem.column) + 1 if problem.column in run.columns else 1
            cell = page.cell(row=line.number, column=place)
            cell.fill, cell.comment = fill, Comment(problem.message, "安澜")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
