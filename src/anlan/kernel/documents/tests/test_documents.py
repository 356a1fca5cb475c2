"""The measures of GB/T 9704-2012 read back from the files, and every figure of the document found in all three prints."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import docx
import pdfplumber
import pytest
import typst
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from lxml import etree
from pypdf import PdfReader

from anlan.base.errors import Missing, Refused
from anlan.kernel.documents import layout, pdf
from anlan.kernel.documents.laying import laid
from anlan.kernel.documents.pdf import to_pdf
from anlan.kernel.documents.plot import svg
from anlan.kernel.documents.types import (
    Block,
    Chart,
    DocumentNumber,
    Heading,
    OfficialDocument,
    Paragraph,
    Series,
    Table,
)
from anlan.kernel.documents.word import texts_of, to_docx

pytestmark = pytest.mark.pure

TABLE = Table(
    caption="指标完成情况", head=("指标", "当前", "目标"),
    rows=tuple((f"示例指标{n}", f"{n}.{n}7", f"{n + 10}") for n in range(1, 31)), widths=(3, 1, 1), right=frozenset({1, 2}),
)  # fmt: skip
BARS = Chart(
    title="各单位得分", unit="分", kind="bars", labels=("甲", "乙"),
    series=(Series("本期", (Decimal("88.53"), None)), Series("上期", (Decimal("80.06"), Decimal("72.25")))),
)  # fmt: skip
LINES = Chart(
    title="优良天数比率", unit="%", kind="lines", labels=("2020", "2021", "2022"),
    series=(Series("实际", (Decimal("63.9"), None, Decimal("70.4"))),), limit=74, limit_word="目标 74",
)  # fmt: skip


def document(*body: Block, **changes: Any) -> OfficialDocument:
    facts: dict[str, Any] = {
        "title": "示例规划\n2025年度评估报告", "issuer": "示例区发展改革委", "dated": date(2025, 7, 5),
        "number": DocumentNumber(code="示例发改", year=2025, serial=3), "addressee": "示例区人民政府",
        "signer": "示例·签发人", "attachments": ("指标来源表", "任务评分表"), "demo": True,
    }  # fmt: skip
    return OfficialDocument(body=body, **{**facts, **changes})


FULL = document(
    Heading("总体情况"), Paragraph("全区示例指标36项，达标19项，占52.8%。"), Heading("指标", 2), TABLE, BARS, LINES
)


def figures(one: OfficialDocument) -> set[str]:
    """Every number that the document states, as printed."""
    found: set[str] = set()
    for block in laid(one):
        found |= set(re.findall(r"\d+(?:\.\d+)?", block.text))
        if block.table:
            found |= {
                number for row in block.table.rows for cell in row for number in re.findall(r"\d+(?:\.\d+)?", cell)
            }
        if block.chart:
            found |= {str(value) for series in block.chart.series for value in series.values if value is not None}
    return found


def sections(content: bytes) -> Any:
    return docx.Document(io.BytesIO(content)).sections[0]


def test_docx_margins_and_grid_hold_22_lines_of_28_characters() -> None:
    section = sections(to_docx(FULL))
    for measured, wanted in (
        (section.page_width, 210), (section.page_height, 297), (section.top_margin, 37), (section.left_margin, 28),
        (section.right_margin, 26), (section.bottom_margin, 35),
    ):  # fmt: skip
        assert abs(measured - Mm(wanted)) < Mm(0.05)
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    pitch, space = int(grid.get(qn("w:linePitch"))), int(grid.get(qn("w:charSpace")))
    assert space < 0
    width = (section.page_width - section.left_margin - section.right_margin) / Pt(1)
    height = (section.page_height - section.top_margin - section.bottom_margin) / Pt(1)
    assert int(width / (16 + space / 4096)) == 28
    assert int(height / (pitch / 20)) == 22
    normal = docx.Document(io.BytesIO(to_docx(FULL))).styles["Normal"]
    assert normal.font.size == Pt(16)
    assert int(height / normal.paragraph_format.line_spacing.pt) == 22
    assert int(width / (16 + int(normal.element.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20)) == 28


def test_docx_names_the_issued_fonts_and_what_stands_in_for_them() -> None:
    paper = docx.Document(io.BytesIO(to_docx(FULL)))

    def asian(style: str) -> str:
        return str(paper.styles[style].element.rPr.rFonts.get(qn("w:eastAsia")))

    wanted = {"Normal": "仿宋_GB2312", "Title": "方正小标宋简体", "Heading 1": "黑体", "Heading 2": "楷体_GB2312"}
    assert {style: asian(style) for style in wanted} == wanted
    assert paper.styles["Title"].font.size == Pt(22)
    part = next(part for part in paper.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml")
    root = etree.fromstring(part.blob)
    named = {font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val")) for font in root}
    assert named["仿宋_GB2312"].split(",")[0] == "FangSong"
    assert set(wanted.values()) <= set(named)


def test_docx_page_numbers_change_sides_and_the_demo_mark_is_in_every_head() -> None:
    content = to_docx(FULL)
    section, settings = sections(content), docx.Document(io.BytesIO(content)).settings
    assert settings.odd_and_even_pages_header_footer
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        line = footer.paragraphs[0]
        assert line.text == "— 1 —"
        assert "PAGE" in line._p.xml
        assert line._p.find(f".//{qn('w:ind')}").get(qn(f"w:{side}Chars")) == "100"
        assert {run.font.size for run in line.runs} == {Pt(14)}
    assert layout.DEMO_MARK in section.header.paragraphs[0].text
    assert layout.DEMO_MARK in section.even_page_header.paragraphs[0].text
    assert not sections(to_docx(document(Paragraph("正文。"), demo=False))).header.paragraphs[0].text


def test_docx_holds_every_figure_and_the_parts_in_order() -> None:
    text = "\n".join(texts_of(to_docx(FULL)))
    assert figures(FULL)
    assert {number for number in figures(FULL) if number not in text} == set()
    parts = ["示例发改〔2025〕3号", "示例规划", "示例区人民政府：", "一、总体情况", "（一）指标", "表1　指标完成情况",
             "图1　各单位得分（分）", "图2", "附件：1. 指标来源表", "示例区发展改革委", "2025年7月5日"]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_docx_title_breaks_where_told_and_properties_say_who() -> None:
    paper = docx.Document(io.BytesIO(to_docx(FULL)))
    title = next(line for line in paper.paragraphs if line.style is not None and line.style.name == "Title")
    assert title.text == "示例规划\n2025年度评估报告"
    assert paper.core_properties.title == "示例规划2025年度评估报告"
    assert paper.core_properties.author == "示例区发展改革委"


def _has_font() -> bool:
    try:
        pdf._fonts()
    except Missing:
        return False
    return True


needs_font = pytest.mark.skipif(not _has_font(), reason="no Chinese font: apt-get install fonts-noto-cjk")


@needs_font
def test_pdf_holds_every_figure_and_the_mark_on_every_page() -> None:
    reader = PdfReader(io.BytesIO(to_pdf(FULL)))
    pages = [page.extract_text() for page in reader.pages]
    text = re.sub(r"\s", "", "".join(pages))
    assert {number for number in figures(FULL) if number not in text} == set()
    assert len(pages) >= 3
    for number, page in enumerate(pages, start=1):
        flat = re.sub(r"\s", "", page)
        assert re.sub(r"\s", "", layout.DEMO_MARK) in flat
        assert f"—{number}—" in flat
    assert {tuple(round(float(side) / 72 * 25.4) for side in page.mediabox[2:]) for page in reader.pages} == {
        (210, 297)
    }


@needs_font
def test_pdf_prints_28_characters_a_line_and_22_lines_a_page() -> None:
    content = to_pdf(document(Paragraph("永" * 28 * 70), number=None, signer="", addressee="", demo=False))
    with pdfplumber.open(io.BytesIO(content)) as paper:
        lines = [line["text"] for line in paper.pages[1].extract_text_lines()]
        left = min(letter["x0"] for letter in paper.pages[1].chars if letter["text"] == "永") / 72 * 25.4
        sizes = {round(letter["size"]) for letter in paper.pages[1].chars if letter["text"] == "永"}
    assert lines[-1].replace(" ", "") == "—2—"
    assert lines[:-1] == ["永" * 28] * 22
    assert abs(left - 28) < 0.6
    assert sizes == {16}


@needs_font
def test_pdf_is_the_same_twice() -> None:
    assert to_pdf(FULL) == to_pdf(FULL)


@needs_font
def test_text_is_never_markup() -> None:
    nasty = '#panic("x") $a$ *b* <c> [d] \\ @e `f` 100%'
    text = PdfReader(io.BytesIO(to_pdf(document(Paragraph(nasty), number=None)))).pages[0].extract_text()
    assert re.sub(r"\s", "", nasty) in re.sub(r"\s", "", text)
    assert nasty in "\n".join(texts_of(to_docx(document(Paragraph(nasty)))))


def test_without_a_chinese_font_pdf_says_what_to_install_and_word_still_holds_the_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bare = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(typst, "Fonts", lambda: bare)
    pdf._fonts.cache_clear()
    try:
        with pytest.raises(Missing, match="apt-get install fonts-noto-cjk"):
            to_pdf(FULL)
        text = "\n".join(texts_of(to_docx(FULL)))
    finally:
        pdf._fonts.cache_clear()
    assert "88.53" in text
    assert "图1" in text


@pytest.mark.parametrize("chart", [BARS, LINES], ids=["bars", "lines"])
def test_charts_are_black_on_white_with_a_gap_for_what_is_missing(chart: Chart) -> None:
    root = etree.fromstring(svg(chart).encode())
    inks = {node.get(name) for node in root.iter() for name in ("fill", "stroke")} - {None}
    assert inks <= {"black", "white", "none", "url(#p1)", "url(#p2)", "url(#p3)"}
    assert not [node for node in root.iter() if node.get("style")]
    drawn = " ".join(node.text or "" for node in root.iter("{*}text"))
    assert all(str(value) in drawn for one in chart.series for value in one.values if value is not None)


def test_a_missing_value_lifts_the_pen() -> None:
    root = etree.fromstring(svg(LINES).encode())
    line = next(node.get("d") for node in root.iter("{*}path") if (node.get("stroke-width") or "") == "1.6")
    assert line is not None
    assert (line.count("M"), line.count("L")) == (2, 0)


def test_chart_text_is_escaped_and_five_series_are_refused() -> None:
    one = Chart(title="<x>", unit="", kind="bars", labels=("<&",), series=(Series("s", (1,)),))
    assert "<x>" not in svg(one)
    etree.fromstring(svg(one).encode())
    many = Chart(title="t", unit="", kind="bars", labels=("a",), series=tuple(Series(f"{n}", (n,)) for n in range(5)))
    with pytest.raises(ValueError, match="at most 4"):
        svg(many)


def test_headings_are_numbered_in_four_levels_and_restart() -> None:
    body = (
        Heading("甲"),
        Heading("乙", 2),
        Heading("丙", 3),
        Heading("丁", 4),
        Heading("戊", 4),
        Heading("己", 2),
        Heading("庚"),
        Heading("辛", 2),
    )
    assert [block.text for block in laid(document(*body))] == [
        "一、甲", "（一）乙", "1. 丙", "（1）丁", "（2）戊", "（二）己", "二、庚", "（一）辛",
    ]  # fmt: skip


@pytest.mark.parametrize(("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九")])
def test_chinese_ordinals(number: int, words: str) -> None:
    assert layout.chinese_number(number) == words


def test_number_is_written_as_the_standard_says_and_wrong_ones_are_refused() -> None:
    assert str(DocumentNumber(code="示例发改", year=2025, serial=12)) == "示例发改〔2025〕12号"
    for wrong in ({"code": "abc"}, {"year": 25}, {"serial": 0}):
        with pytest.raises(Refused):
            DocumentNumber(**{"code": "示例", "year": 2025, "serial": 1, **wrong})  # type: ignore[arg-type]


def test_a_row_of_the_wrong_length_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="2 cells"):
        Table(caption="x", head=("a", "b"), rows=(("1",),))
    with pytest.raises(ValueError, match="2 values"):
        Chart(title="x", unit="", kind="bars", labels=("a", "b"), series=(Series("s", (1,)),))
