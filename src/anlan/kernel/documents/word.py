"""Word: a docx that opens in Word and WPS with the 22 x 28 grid, ready to edit. The chart is a picture, its table is text."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import docx
from docx.document import Document as Docx
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips
from docx.text.paragraph import Paragraph as Line
from docx.text.run import Run

from anlan.base.errors import Missing
from anlan.kernel.documents import layout
from anlan.kernel.documents.laying import Laid, laid, twin
from anlan.kernel.documents.pdf import chart_png
from anlan.kernel.documents.types import Chart, OfficialDocument, Table

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADING_FONTS = {"heading1": "hei", "heading2": "kai", "heading3": "body", "heading4": "body"}
_BLACK = RGBColor(0, 0, 0)


def _element(name: str, **attributes: object) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), str(value))
    return made


def _fonts(properties: Any, font: str) -> None:
    """Name the issued font for Chinese; Latin letters and digits are Times New Roman."""
    fonts = properties.get_or_add_rFonts()
    for key in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[key]
    for key, name in (
        ("ascii", layout.LATIN), ("hAnsi", layout.LATIN), ("eastAsia", layout.FONTS[font][0]), ("cs", layout.LATIN),
    ):  # fmt: skip
        fonts.set(qn(f"w:{key}"), name)


def _style(document: Docx, name: str, font: str, size: float, *, pitch: bool = True) -> Any:
    """A paragraph style; `pitch` sets it on the 22 lines of the page."""
    styles = document.styles
    style: Any = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.font.size, style.font.bold, style.font.italic, style.font.color.rgb = Pt(size), False, False, _BLACK
    _fonts(style.element.get_or_add_rPr(), font)
    spacing = style.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    if pitch:
        spacing.line_spacing = Twips(layout.grid()[0])
    else:
        spacing.line_spacing_rule = WD_LINE_SPACING.SINGLE
    return style


def _styles(document: Docx) -> None:
    """Normal is body text: docGrid's charSpace is counted from its size, so it must be 3号.

    Programs that lay Chinese on the grid by whole cells give a 16 pt letter two cells of 15.8 pt. The styles therefore
    say the pitch themselves (exact lines, letters drawn together) and do not snap; Word and WPS come out the same.
    """
    normal = _style(document, "Normal", "body", layout.SIZE_BODY)
    normal.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    normal.element.get_or_add_pPr().insert_element_before(_element("w:snapToGrid", val="0"), "w:spacing")
    properties = normal.element.get_or_add_rPr()
    properties.insert_element_before(_element("w:snapToGrid", val="0"), "w:color", "w:sz")
    properties.insert_element_before(_element("w:spacing", val=layout.letter_spacing()), "w:sz")
    title = _style(document, "Title", "title", layout.SIZE_TITLE)
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for old in title.element.findall(f".//{qn('w:pBdr')}"):
        old.getparent().remove(old)
    for level, font in enumerate(_HEADING_FONTS.values(), start=1):
        heading = _style(document, f"Heading {level}", font, layout.SIZE_BODY)
        heading.paragraph_format.keep_with_next = True
    caption = _style(document, "Caption", "hei", layout.SIZE_TABLE)
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    caption.paragraph_format.keep_with_next = True
    cell = _style(document, "Table Text", "song", layout.SIZE_NOTE, pitch=False)
    cell.base_style = document.styles["Normal"]
    cell.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    cell.paragraph_format.space_before = cell.paragraph_format.space_after = Pt(2)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")  # the shape of 。and ， follows the language


def _page(document: Docx, demo: bool) -> None:
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(layout.PAGE_MM[0]), Mm(layout.PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(layout.TOP_MM), Mm(layout.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(layout.LEFT_MM), Mm(layout.RIGHT_MM)
    # 7.5: the page number's rule lies 7 mm under the text area.
    section.header_distance, section.footer_distance = Mm(20), Mm(layout.BOTTOM_MM - 7 - 5)
    properties: Any = section._sectPr  # noqa: SLF001 - python-docx has no name for the grid
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    pitch, space = layout.grid()
    properties.append(_element("w:docGrid", type="linesAndChars", linePitch=pitch, charSpace=space))
    document.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        _page_number(footer.paragraphs[0], side)
    if demo:
        for header in (section.header, section.even_page_header):
            line = header.paragraphs[0]
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(line, layout.DEMO_MARK, "hei", layout.SIZE_TABLE)


def _page_number(line: Line, side: str) -> None:
    """— 1 —, 4号 宋体: odd pages one character from the right, even pages from the left (7.5)."""
    outer = WD_ALIGN_PARAGRAPH.RIGHT if side == "right" else WD_ALIGN_PARAGRAPH.LEFT
    line.alignment = outer
    indent = _element("w:ind", **{f"{side}Chars": 100, side: 280})
    line._p.get_or_add_pPr().append(indent)  # noqa: SLF001
    _run(line, "— ", "song", layout.SIZE_PAGE)
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "1"), ("end", "")):
        run = _run(line, text if kind == "text" else "", "song", layout.SIZE_PAGE)
        if kind == "":
            code = _element("w:instrText")
            code.text = text
            run._r.append(code)  # noqa: SLF001
        elif kind != "text":
            run._r.append(_element("w:fldChar", fldCharType=kind))  # noqa: SLF001
    _run(line, " —", "song", layout.SIZE_PAGE)


def _run(line: Line, text: str, font: str, size: float) -> Run:
    run = line.add_run(text)
    run.font.size = Pt(size)
    _fonts(run._r.get_or_add_rPr(), font)  # noqa: SLF001
    return run


def _indent(line: Line, **characters: int) -> None:
    """Indents in hundredths of a character, with twips for programs that ignore the characters."""
    values = {f"{side}Chars": count * 100 for side, count in characters.items()}
    values |= {side: round(count * layout.CHARACTER_PITCH_PT * 20) for side, count in characters.items()}
    line._p.get_or_add_pPr().append(_element("w:ind", **values))  # noqa: SLF001


def _head(paper: Docx, document: OfficialDocument) -> None:
    """Number and signer (7.2.5, 7.2.6), two empty lines, the title, one empty line, the addressee."""
    if document.number and document.signer:
        line = paper.add_paragraph(f"{document.number}")
        _indent(line, left=1, right=1)
        line.paragraph_format.tab_stops.add_tab_stop(Twips(layout.text_twips()[0] - 640), WD_TAB_ALIGNMENT.RIGHT)
        line.add_run("\t签发人：")
        _run(line, document.signer, "kai", layout.SIZE_BODY)
    elif document.number:
        paper.add_paragraph(f"{document.number}").alignment = WD_ALIGN_PARAGRAPH.CENTER
    if document.number:
        paper.add_paragraph()
        paper.add_paragraph()
    title = paper.add_paragraph(style="Title")
    *before, last = document.title.split("\n")
    for part in before:
        title.add_run(part).add_break()
    title.add_run(last)
    paper.add_paragraph()
    if document.addressee:
        paper.add_paragraph(f"{document.addressee}：")


def _foot(paper: Docx, document: OfficialDocument) -> None:
    """附件说明 (7.3.4), two empty lines, issuer centred over the date, the date four characters from the right (7.3.5)."""
    for number, name in enumerate(document.attachments, start=1):
        if number == 1:
            paper.add_paragraph()
        mark = "附件：" if number == 1 else "　　　"
        _indent(paper.add_paragraph(f"{mark}{number}. {name}"), firstLine=2)
    paper.add_paragraph()
    paper.add_paragraph()
    day = layout.date_words(document.dated)
    for text in (document.issuer, day):
        line = paper.add_paragraph(text)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.keep_together = True
        _indent(line, right=max(4 + round((_width(day) - _width(text)) / 2), 0))


def _width(text: str) -> float:
    """In characters: Latin letters and digits are half."""
    return sum(0.5 if letter.isascii() else 1 for letter in text)


def _table(paper: Docx, table: Table) -> None:
    shares = table.widths or (1,) * len(table.head)
    grid = paper.add_table(rows=0, cols=len(table.head), style="Table Grid")
    grid.alignment, grid.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    total = layout.text_twips()[0]
    widths = [Twips(total * share // sum(shares)) for share in shares]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for number, texts in enumerate((table.head, *table.rows)):
        row = grid.add_row()
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001
        properties.append(_element("w:cantSplit"))
        if number == 0:
            properties.append(_element("w:tblHeader"))
        for index, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = widths[index]
            line = cell.paragraphs[0]
            line.style = paper.styles["Table Text"]
            run = line.add_run(text)
            if number == 0:
                line.alignment = WD_ALIGN_PARAGRAPH.CENTER
                _fonts(run._r.get_or_add_rPr(), "hei")  # noqa: SLF001
            elif index in table.right:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _chart(paper: Docx, caption: str, chart: Chart) -> None:
    """The picture when the machine can draw Chinese, and always its numbers."""
    picture: bytes | None
    try:
        picture = chart_png(chart)
    except Missing:
        picture = None
    if picture is not None:
        line = paper.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        line.add_run().add_picture(io.BytesIO(picture), width=Mm(150))
    paper.add_paragraph(caption, style="Caption")
    _table(paper, twin(chart))
    paper.add_paragraph()


def _block(paper: Docx, block: Laid) -> None:
    if block.table is not None:
        paper.add_paragraph(block.text, style="Caption")
        _table(paper, block.table)
        paper.add_paragraph()
    elif block.chart is not None:
        _chart(paper, block.text, block.chart)
    else:
        level = block.kind.removeprefix("heading")
        line = paper.add_paragraph(block.text, style=f"Heading {level}" if block.kind != "paragraph" else None)
        _indent(line, firstLine=2)


def _name_fonts(document: Docx) -> None:
    """Write the font table: each issued font with the names to try when a machine lacks it."""
    part: Any = next(part for part in document.part.package.iter_parts() if str(part.partname) == "/word/fontTable.xml")
    rows = "".join(
        f'<w:font w:name="{names[0]}"><w:altName w:val="{",".join(names[1:])}"/><w:charset w:val="86"/></w:font>'
        for names in layout.FONTS.values()
    )
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    part._blob = (  # noqa: SLF001
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts xmlns:w="{space}">{rows}</w:fonts>'
    ).encode()


def to_docx(document: OfficialDocument) -> bytes:
    """The document as docx bytes. Its core properties carry the document's own title, issuer and date."""
    paper = docx.Document()
    _styles(paper)
    _page(paper, document.demo)
    _head(paper, document)
    for block in laid(document):
        _block(paper, block)
    _foot(paper, document)
    _name_fonts(paper)
    core = paper.core_properties
    core.title, core.author, core.comments, core.language = document.plain_title, document.issuer, "", "zh-CN"
    core.created = core.modified = datetime.combine(document.dated, time(), UTC)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def texts_of(content: bytes) -> Iterator[str]:
    """Every text of a docx as a reader sees it: paragraphs and cells of the body, in document order."""
    paper = docx.Document(io.BytesIO(content))
    for element in paper.element.body.iter(qn("w:p")):
        yield "".join(node.text or "" for node in element.iter(qn("w:t")))
