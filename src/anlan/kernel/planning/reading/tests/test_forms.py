"""The same plan in five forms gives the same reading."""

from __future__ import annotations

import html
import re

import pytest

from anlan.kernel.planning.reading import pdf
from anlan.kernel.planning.reading.pdf import Row
from anlan.kernel.planning.reading.reader import read
from anlan.kernel.planning.reading.tests import real, writing
from anlan.kernel.planning.reading.types import Reading, to_json

pytestmark = pytest.mark.pure


def _same(one: Reading, other: Reading) -> None:
    left, right = to_json(one), to_json(other)
    assert left["document"] == right["document"]
    for mine, theirs in zip(left["plans"], right["plans"], strict=True):
        for part, items in mine.items():
            if isinstance(items, list) and part != "period":
                for item, twin in zip(items, theirs[part], strict=True):
                    assert item == twin
            assert items == theirs[part]
    pages = re.compile(r"^— \d+ —$")
    kept = [
        ["".join(item["text"].split()) for item in side["unread"] if not pages.match(item["text"])]
        for side in (left, right)
    ]
    assert kept[0] == kept[1]
    assert other.account.balanced


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(encoding: str) -> None:
    _same(real.reading(), read(real.text().encode(encoding)))


def test_windows_line_ends() -> None:
    _same(real.reading(), read(real.text().replace("\n", "\r\n").encode()))


def test_html_table() -> None:
    _same(real.reading(), read(writing.as_html(real.blocks())))


def test_text_saved_as_a_page_keeps_its_lines() -> None:
    page = f"<html><body><pre>{html.escape(real.text())}</pre></body></html>"
    _same(real.reading(), read(page.encode()))


def test_word_with_merged_cells() -> None:
    _same(real.reading(), read(writing.as_docx(real.blocks())))


def test_text_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """The PDF font used here lacks µ and ·: the text without them is written and compared."""
    words = real.text().replace("µ", "").replace("·", "")
    monkeypatch.setattr(real, "text", lambda: words)
    read_back = read(writing.as_pdf(real.blocks()))
    _same(read(words.encode()), read_back)
    assert any(one.text == "— 12 —" for one in read_back.unread)  # page numbers are accounted for, not lost


def test_full_width_figures_are_the_same_figures() -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    head, tail = real.text().split("任务分解表\n", 1)
    _same(real.reading(), read(f"{head}任务分解表\n{tail.translate(wide)}".encode()))


def test_a_bare_number_at_the_edge_of_a_page_may_be_a_row() -> None:
    def feet(*texts: str, pages: int) -> list[str]:
        rows = [Row(text, 0, 0, 0, 10, 0) for text in texts]
        places = pdf.page_numbers(rows, [(page, page - 1) for page in range(1, len(texts) + 1)], pages)
        return [rows[at].text for at in sorted(places)]

    assert feet("1", "2", "3", "4", pages=4) == ["1", "2", "3", "4"]
    assert feet("7", "40", "60", pages=12) == []
    assert feet("13", "14", "99", "16", pages=4) == ["13", "14", "16"]
    assert feet("— 1 —", "7", "— 3 —", "第 4 页", pages=4) == ["— 1 —", "— 3 —", "第 4 页"]
