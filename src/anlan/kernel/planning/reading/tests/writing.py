"""The same plan written as HTML, Word with merged cells, and text PDF."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence

import docx
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate

from anlan.kernel.planning.reading.tests.real import Block, Table

Cell = list[str] | None


def _below(table: Table, row: int, column: int) -> int:
    """How many rows a cell reaches."""
    reach = 1
    while (
        row + reach < len(table.rows) and len(table.rows[row + reach]) > 1 and table.rows[row + reach][column] is None
    ):
        reach += 1
    return reach


def as_html(blocks: Sequence[Block]) -> bytes:
    parts = ["<!DOCTYPE html><html><head><title>规划</title><script>var 十四五规划 = 1;</script></head><body>"]
    for block in blocks:
        if not isinstance(block, Table):
            parts.append(f"<p>{html.escape(block.text).replace(chr(0xA0), '&nbsp;')}</p>")
            continue
        parts.append("<table>")
        width = max(len(row) for row in block.rows)
        for at, row in enumerate(block.rows):
            span = f' colspan="{width}"' if len(row) == 1 else ""
            cells = [
                f'<td{span} rowspan="{_below(block, at, column)}">{"<br/>".join(map(html.escape, cell))}</td>'
                for column, cell in enumerate(row)
                if cell is not None
            ]
            parts.append(f"<tr>{''.join(cells)}</tr>")
        parts.append("</table>")
    return "\n".join([*parts, "<style>p { color: red }</style></body></html>"]).encode()


def as_docx(blocks: Sequence[Block]) -> bytes:
    document = docx.Document()
    for block in blocks:
        if not isinstance(block, Table):
            document.add_paragraph(block.text)
            continue
        width = max(len(row) for row in block.rows)
        table = document.add_table(rows=len(block.rows), cols=width)
        grid = [list(row.cells) for row in table.rows]
        for at, row in enumerate(block.rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    grid[at][column].text = "\n".join(cell)
                    if len(row) == 1:
                        grid[at][0].merge(grid[at][width - 1])
                    elif (reach := _below(block, at, column)) > 1:
                        grid[at][column].merge(grid[at + reach - 1][column])
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(blocks: Sequence[Block]) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    body = ParagraphStyle("body", fontName="STSong-Light", fontSize=10.5, leading=16, wordWrap="CJK", spaceAfter=8)
    small = ParagraphStyle("small", fontName="STSong-Light", fontSize=8, leading=11, wordWrap="CJK")

    def write(words: str, style: ParagraphStyle) -> Paragraph:
        return Paragraph(html.escape(words), style)

    story: list[object] = []
    for block in blocks:
        if not isinstance(block, Table):
            story.append(write(block.text, body))
            continue
        width = max(len(row) for row in block.rows)
        rows, styles = [], [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        for at, row in enumerate(block.rows):
            cells = [[write(line, small) for line in cell or []] for cell in row]
            rows.append(cells + [[]] * (width - len(cells)))
            if len(row) == 1:
                styles.append(("SPAN", (0, at), (-1, at)))
            else:
                spans = [(column, _below(block, at, column)) for column, cell in enumerate(row) if cell is not None]
                styles += [("SPAN", (column, at), (column, at + reach - 1)) for column, reach in spans if reach > 1]
        widths = [36, 100, 130, 330, 110, 74] if width == 6 else None
        story.append(LongTable(rows, colWidths=widths, style=styles))
    out = io.BytesIO()

    def foot(canvas: object, document: SimpleDocTemplate) -> None:
        canvas.setFont("STSong-Light", 9)  # type: ignore[attr-defined]
        canvas.drawCentredString(420, 24, f"— {document.page} —")  # type: ignore[attr-defined]

    SimpleDocTemplate(out, pagesize=landscape(A4), leftMargin=30, rightMargin=30).build(
        story, onFirstPage=foot, onLaterPages=foot
    )
    return out.getvalue()
