"""The one adapter for pdfplumber, imported late: a text PDF becomes the same stream of lines as the flattened text.

Ruled tables are read by cell; a line that runs to the edge of its column goes on in the next one, otherwise it ends a
paragraph or cell line. Page numbers are moved to the front, where they stay unread. A scan has no text and is refused.
"""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.planning.reading.types import Line, numbered

PAGES_LIMIT = 600
_FOOT = re.compile(r"^[—\-–·\s]*\d{1,3}[—\-–·\s]*$|^第\s*\d+\s*页.*$")
_SLACK = 1.7  # a full line may end this many characters before the edge: punctuation is not split from its word


@dataclass
class Row:
    """One printed line with the column it stands in; lengths in points."""

    text: str
    left: float
    right: float
    top: float
    size: float
    edge: float = 0.0  # right edge of its column, 0 = the page's own margin
    cell: int = 0  # lines of different cells never join


def pdf_lines(data: bytes) -> list[Line]:
    """Raises Refused when encrypted, broken, too long or without text."""
    import pdfplumber  # noqa: PLC0415
    from pdfminer.psexceptions import PSException  # noqa: PLC0415
    from pdfplumber.utils.exceptions import PdfminerException  # noqa: PLC0415

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    feet: list[str] = []
    rows: list[Row] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as book:
            if len(book.pages) > PAGES_LIMIT:
                raise Refused("pages", f"PDF 有 {len(book.pages)} 页，超过 {PAGES_LIMIT} 页，不像规划文件。")
            for page in book.pages:
                here = _page(page, len(rows))
                feet += [row.text for row in here if _is_foot(row, page)]
                rows += [row for row in here if not _is_foot(row, page)]
                page.close()
    except (PdfminerException, PSException, ValueError, KeyError, TypeError, OSError, RecursionError, AttributeError,
            IndexError, AssertionError) as error:  # fmt: skip
        if "Password" in repr(error) or "Encrypt" in repr(error):
            raise Refused("encrypted", "PDF 有密码。去掉密码再试。") from None
        raise Refused("broken", "PDF 已损坏，打不开。") from None
    if not rows:
        raise Refused("scan", "PDF 里没有文字，像是扫描件。换成文字版再试。")
    return numbered([*feet, *join(rows)])


def _is_foot(row: Row, page: Any) -> bool:
    margin = 0.09 * float(page.height)
    outside = row.top > float(page.height) - margin or row.top < margin
    return outside and bool(_FOOT.match(row.text))


def _page(page: Any, first: int) -> list[Row]:
    """Rows of one page from top to bottom, tables cell by cell in reading order."""
    tables = [table for table in page.find_tables() if len(table.cells) > 1]
    boxes = [table.bbox for table in tables]

    def outside(thing: dict[str, Any]) -> bool:
        middle, centre = (thing["top"] + thing["bottom"]) / 2, (thing["x0"] + thing["x1"]) / 2
        return not any(box[1] <= middle <= box[3] and box[0] <= centre <= box[2] for box in boxes)

    free = page.filter(lambda thing: thing["object_type"] != "char" or outside(thing)) if boxes else page
    pieces = [(row.top, [row]) for row in _rows(free)]
    for at, table in enumerate(tables):
        cells = sorted({cell for cell in table.cells if cell}, key=lambda cell: (round(cell[1]), cell[0]))
        found = [row for number, box in enumerate(cells) for row in _cell(page, box, first + 1000 * at + number + 1)]
        pieces.append((table.bbox[1], found))
    return [row for _top, group in sorted(pieces, key=lambda piece: piece[0]) for row in group]


def _cell(page: Any, box: tuple[float, float, float, float], number: int) -> list[Row]:
    rows = _rows(page.crop(box, strict=False))
    pad = min((row.left - box[0] for row in rows), default=0.0)
    for row in rows:
        row.edge, row.cell = box[2] - pad, number
    return rows


def _rows(area: Any) -> list[Row]:
    lines = area.extract_text_lines(return_chars=True, strip=True)
    return [
        Row(line["text"], line["x0"], line["x1"], line["top"], max(char["size"] for char in line["chars"]))
        for line in lines
        if line["text"].strip()
    ]


def join(rows: list[Row]) -> list[str]:
    """Lines to paragraphs: a full line goes on unless the next one is indented, set apart, or of another cell."""
    edge = max((row.right for row in rows if not row.cell), default=0.0)
    margin = min((row.left for row in rows if not row.cell), default=0.0)
    texts: list[str] = []
    before: Row | None = None
    for row in rows:
        if before is not None and _goes_on(before, row, edge, margin):
            texts[-1] += row.text
        else:
            texts.append(row.text)
        before = row
    return texts


def _goes_on(row: Row, following: Row, edge: float, margin: float) -> bool:
    if row.cell != following.cell or row.right < (row.edge or edge) - _SLACK * row.size:
        return False
    if row.cell:
        return True
    apart = following.top - row.top  # negative across a page break
    return apart < 2.2 * row.size and following.left < margin + 0.7 * row.size
