"""A table as csv and xlsx: exactly the cells, no formulas, nothing else accepted."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from anlan.base.errors import Refused
from anlan.kernel.web.exporting import Cell, exported

pytestmark = pytest.mark.pure
ROWS: list[tuple[Cell, ...]] = [("=1+1", Decimal("-3.50"), date(2025, 7, 25), None), ("+86", 2, None, "一，“二”\n三")]


def test_csv_opens_in_excel_and_holds_no_formula() -> None:
    answer = exported("csv", "表 格", ("甲", "乙", "丙", "丁"), ROWS)
    text = answer.content.decode("utf-8-sig")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert text.splitlines()[1] == "'=1+1,-3.50,2025-07-25,"
    assert "'+86,2,," in text
    assert "%E8%A1%A8" in answer["Content-Disposition"]


def test_xlsx_keeps_numbers_and_dates_and_writes_text_as_text() -> None:
    sheet = load_workbook(io.BytesIO(exported("xlsx", "x", ("甲", "乙", "丙", "丁"), ROWS).content)).active
    assert sheet is not None
    first = [cell.value for cell in sheet[2]]
    assert (first[0], first[1]) == ("=1+1", -3.5)
    assert sheet["A2"].data_type == "s"
    assert str(first[2]).startswith("2025-07-25")


def test_another_form_is_refused() -> None:
    with pytest.raises(Refused):
        exported("pdf", "x", (), [])
