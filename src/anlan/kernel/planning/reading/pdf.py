"""The one adapter for pdfplumber, imported late: a text PDF becomes the same stream of lines as the flattened text.

Ruled tables are read by cell; a line that runs to the edge of its column goes on in the next one, otherwise it ends a
paragraph or cell line. Page numbers are moved to the front, where they stay unread. A scan has no text and is refused.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.planning.reading.structure import heading_of
from anlan.kernel.planning.reading.types import Line, numbered

PAGES_LIMIT = 600
_FOOT = re.compile(r"^[—\-–·\s]*\d{1,3}[—\-–·\s]*$|^第\s*\d+\s*页.*$")
_CLOSING = "，。、；：！？）》〉」』】”’,.;:!?)%‰…—"
_HEAD = re.compile(rf"[（(《〈「『【“‘{re.escape(_CLOSING)}]*(?:[A-Za-z0-9.+/-]+|.)[{re.escape(_CLOSING)}]*")


@dataclass
class Row:
    """One printed line with the column it stands in; lengths in points."""

    text: str
    left: float
    right: float
    top: float
    size: float
    head: float  # width of its first word, which could not stay on the line before
    edge: float = 0.0  # right edge of its column, 0 = the page's own margin
    cell: int = 0  # lines of different cells never join


def pdf_lines(data: bytes) -> list[Line]:
    """Raises Refused when encrypted, broken, too long or without text."""
    import pdfplumber  # noqa: PLC0415
    from pdfminer.psexceptions import PSException  # noqa: PLC0415
    from pdfplumber.utils.exceptions import PdfminerException  # noqa: PLC0415

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    rows: list[Row] = []
    outer: list[tuple[int, int]] = []  # (page, place in rows) of what may be a page number
    try:
        with pdfplumber.open(io.BytesIO(data)) as book:
            if len(book.pages) > PAGES_LIMIT:
                raise Refused("pages", f"PDF 有 {len(book.pages)} 页，超过 {PAGES_LIMIT} 页，不像规划文件。")
            pages = len(book.pages)
            for number, page in enumerate(book.pages, 1):
                here = _page(page, len(rows))
                outer += [(number, len(rows) + at) for at, row in enumerate(here) if _may_be_foot(row, page)]
                rows += here
                page.close()
    except (PdfminerException, PSException, ValueError, KeyError, TypeError, OSError, RecursionError, AttributeError,
            IndexError, AssertionError) as error:  # fmt: skip
        if "Password" in repr(error) or "Encrypt" in repr(error):
            raise Refused("encrypted", "PDF 有密码。去掉密码再试。") from None
        raise Refused("broken", "PDF 已损坏，打不开。") from None
    if not rows:
        raise Refused("scan", "PDF 里没有文字，像是扫描件。换成文字版再试。")
    feet = page_numbers(rows, outer, pages)
    body = [row for at, row in enumerate(rows) if at not in feet]
    return numbered([*(rows[at].text for at in sorted(feet)), *join(body)])


def _may_be_foot(row: Row, page: Any) -> bool:
    margin = 0.09 * float(page.height)
    outside = row.top > float(page.height) - margin or row.top < margin
    return outside and bool(_FOOT.match(row.text))


def page_numbers(rows: list[Row], outer: list[tuple[int, int]], pages: int) -> set[int]:
    """Places of page numbers. A bare number counts only when it keeps step with most pages: it may be a row's 序号."""
    bare = [(page, at) for page, at in outer if rows[at].text.strip().isdecimal()]
    steps = Counter(int(rows[at].text) - page for page, at in bare)
    step = next((one for one, times in steps.most_common(1) if 2 * times > pages), None)
    strays = {at for page, at in bare if int(rows[at].text) - page != step}
    return {at for _page, at in outer} - strays


def _page(page: Any, first: int) -> list[Row]:
    """Rows of one page from top to bottom, tables cell by cell in reading order; a character belongs where its middle is."""
    tables = [table for table in page.find_tables() if len(table.cells) > 1]
    free = list(page.chars)
    pieces: list[tuple[float, list[Row]]] = []
    for at, table in enumerate(tables):
        found: list[Row] = []
        for number, box in enumerate(sorted(set(table.cells), key=lambda cell: (round(cell[1]), cell[0])), 1):
            inside = [char for char in free if _within(char, box)]
            free = [char for char in free if not _within(char, box)]
            found += _cell(inside, box, first + 1000 * at + number)
        pieces.append((table.bbox[1], found))
    pieces += [(row.top, [row]) for row in _rows(free)]
    return [row for _top, group in sorted(pieces, key=lambda piece: piece[0]) for row in group]


def _within(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= across < box[2] and box[1] <= down < box[3])


def _cell(chars: list[dict[str, Any]], box: tuple[float, float, float, float], number: int) -> list[Row]:
    rows = _rows(chars)
    pad = min((row.left - box[0] for row in rows), default=0.0)
    for row in rows:
        row.edge, row.cell = box[2] - pad, number
    return rows


def _rows(chars: list[dict[str, Any]]) -> list[Row]:
    from pdfplumber.utils.text import chars_to_textmap  # noqa: PLC0415

    lines = chars_to_textmap(chars).extract_text_lines(strip=True, return_chars=True) if chars else []
    return [_row(line) for line in lines if line["text"].strip()]


def _row(line: dict[str, Any]) -> Row:
    text, chars = line["text"], line["chars"]
    found = _HEAD.match(text)
    last = chars[min(len(found.group()) if found else 1, len(chars)) - 1]
    size = max(char["size"] for char in chars)
    return Row(text, line["x0"], line["x1"], line["top"], size, last["x1"] - chars[0]["x0"])


def join(rows: list[Row]) -> list[str]:
    """Lines to paragraphs: a line goes on in the next one if that one's first word had no room left on it, unless the
    next is indented, set apart, or of another cell. Closing signs may hang over the margin and do not measure it."""
    free = [row for row in rows if not row.cell]
    edge = max((row.right for row in free if row.text[-1] not in _CLOSING), default=0.0)
    margin = min((row.left for row in free), default=0.0)
    steps = Counter(round(two.top - one.top, 1) for one, two in pairwise(free) if two.top > one.top)
    leading = min(steps.most_common(3), default=(0.0, 0))[0]
    texts: list[str] = []
    before: Row | None = None
    for row in rows:
        if before is not None and _goes_on(before, row, before.edge or edge, margin, leading):
            texts[-1] += row.text
        else:
            texts.append(row.text)
        before = row
    return texts


def _goes_on(row: Row, following: Row, edge: float, margin: float, leading: float) -> bool:
    if row.cell != following.cell or row.right + following.head < edge - 0.5:
        return False
    if row.cell:
        return True
    apart = following.top - row.top  # not positive across a page break, which hides the space between paragraphs
    if apart <= 0 and heading_of(following.text) is not None:
        return False
    return apart < 1.2 * leading and following.left < margin + 0.7 * row.size
