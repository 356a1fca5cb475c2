"""One table as a file: csv (UTF-8 with BOM, for Excel) or xlsx. A page exports exactly the rows it has filtered."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from urllib.parse import quote

import xlsxwriter
from django.http import HttpResponse

from anlan.base.errors import Refused

Cell = str | int | float | Decimal | date | None
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _plain(cell: Cell) -> str:
    """Text that no spreadsheet program takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if isinstance(cell, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    strong, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, head, strong)
    sheet.freeze_panes(1, 0)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(line, column, cell, day)
            elif isinstance(cell, int | float | Decimal):
                sheet.write_number(line, column, float(cell))
            elif cell is not None:
                sheet.write_string(line, column, cell)
    book.close()
    return out.getvalue()


def exported(form: str, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """`form` is csv or xlsx; anything else is refused. The file is always an attachment."""
    if form not in _TYPES:
        raise Refused("form", "只能导出 csv 或 xlsx。", "form")
    content = (_csv if form == "csv" else _xlsx)(head, rows)
    response = HttpResponse(content, content_type=_TYPES[form])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.{form}"
    return response
