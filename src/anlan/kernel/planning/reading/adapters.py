"""The one adapter for lxml and pdfplumber: they are imported when a file of their kind is read, so that reading plain text
stays quick. HTML, Word and PDF become the same stream of lines as the flattened text: a merged cell speaks once."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.planning.reading.types import Line

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BLOCKS = {
    "p",
    "div",
    "tr",
    "td",
    "th",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "br",
    "table",
    "caption",
    "section",
    "title",
}
_SILENT = {"script", "style", "noscript", "template", "head"}
PAGES_LIMIT = 600


def _numbered(texts: list[str]) -> list[Line]:
    spoken = [part.strip() for text in texts for part in text.splitlines()]
    return [Line(number, text, 1) for number, text in enumerate((text for text in spoken if text), 1)]


def html_lines(text: str) -> list[Line]:
    """Blocks and cells in document order; scripts and styles dropped."""
    from lxml import etree, html

    try:
        parser = html.HTMLParser(no_network=True, huge_tree=False)
        root = (
            html.fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", no_network=True))
            if parser is not None
            else None
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Refused("broken", "网页文件读不出内容。") from None
    out: list[str] = [""]

    def walk(node: Any) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        block = tag in _BLOCKS
        if block:
            out.append("")
        if tag not in _SILENT and tag:
            out[-1] += _flow(node.text)
            for child in node:
                walk(child)
                out[-1] += _flow(child.tail)
        if block:
            out.append("")

    walk(root)
    return _numbered(out)


def _flow(text: str | None) -> str:
    """HTML's own rule: runs of blanks, line ends included, are one blank."""
    return re.sub(r"[ \t\r\n\f]+", " ", text) if text else ""


def docx_lines(data: bytes) -> list[Line]:
    """Paragraphs and table cells in order; a vertically merged cell speaks in its first row only."""
    from lxml import etree

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as part:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
            root = etree.fromstring(part.read(), parser)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise Refused("broken", "Word 文件已损坏，打不开。") from None
    if root.getroottree().docinfo.doctype:
        raise Refused("entities", "Word 文件里有不该有的实体定义，已拒绝。")
    body = root.find(f"{_W}body")
    if body is None:
        raise Refused("broken", "Word 文件里没有正文。")
    out: list[str] = []
    for block in body.iter(f"{_W}p"):
        if not _continues(block):
            out.append(_paragraph(block))
    return _numbered(out)


def _continues(paragraph: Any) -> bool:
    """Whether the paragraph stands in a cell that continues a vertical merge."""
    for ancestor in paragraph.iterancestors(f"{_W}tc"):
        merge = ancestor.find(f"{_W}tcPr/{_W}vMerge")
        if merge is not None and merge.get(f"{_W}val", "continue") == "continue":
            return True
    return False


def _paragraph(paragraph: Any) -> str:
    parts = []
    for node in paragraph.iter(f"{_W}t", f"{_W}br", f"{_W}tab", f"{_W}noBreakHyphen"):
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        else:
            parts.append("\n" if node.tag == f"{_W}br" else "-" if node.tag.endswith("Hyphen") else " ")
    return "".join(parts)


def pdf_lines(data: bytes) -> list[Line]:
    """Text PDF: ruled tables by cell, other lines joined to paragraphs where a line runs to the right margin."""
    import logging

    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFSyntaxError
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import PdfminerException

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    out: list[str] = []
    try:
        with pdfplumber.open(io.BytesIO(data)) as book:
            if len(book.pages) > PAGES_LIMIT:
                raise Refused("pages", f"PDF 有 {len(book.pages)} 页，超过 {PAGES_LIMIT} 页，不像规划文件。")
            for page in book.pages:
                out += _page(page)
    except (
        PdfminerException,
        PDFPasswordIncorrect,
        PDFSyntaxError,
        PSException,
        ValueError,
        KeyError,
        TypeError,
        OSError,
        RecursionError,
    ) as error:
        reason = str(error) + repr(getattr(error, "args", ""))
        if "Password" in reason or "Encrypt" in reason:
            raise Refused("encrypted", "PDF 有密码。去掉密码再试。") from None
        raise Refused("broken", "PDF 已损坏，打不开。") from None
    if not any(text.strip() for text in out):
        raise Refused("scan", "PDF 里没有文字，像是扫描件。换成文字版再试。")
    return _numbered(_across_pages(out))


_BREAK = "\f"


def _page(page: Any) -> list[str]:
    """Blocks of one page from top to bottom; a block that runs on to the next page ends with a form feed."""
    tables = page.find_tables()
    pieces: list[tuple[float, list[str]]] = [(table.bbox[1], _cells(table)) for table in tables]
    inside = [table.bbox for table in tables]

    def outside(thing: Any) -> bool:
        middle = (thing["top"] + thing["bottom"]) / 2
        return not any(
            box[1] <= middle <= box[3] and box[0] <= (thing["x0"] + thing["x1"]) / 2 <= box[2] for box in inside
        )

    rows = page.filter(lambda thing: thing.get("object_type") != "char" or outside(thing)).extract_text_lines(
        return_chars=False
    )
    pieces += _paragraphs(rows)
    return [text for _top, texts in sorted(pieces, key=lambda piece: piece[0]) for text in texts]


def _cells(table: Any) -> list[str]:
    """Cell texts row by row; a cell printed on several lines that are departments keeps its lines, a sentence is joined."""
    found: list[str] = []
    for row in table.extract():
        for cell in row:
            if cell:
                lines = [line.strip() for line in cell.split("\n")]
                sentence = len("".join(lines)) > 40 and any(len(line) > 14 for line in lines)
                found += ["".join(lines)] if sentence else lines
    return found


def _paragraphs(rows: list[dict[str, Any]]) -> list[tuple[float, list[str]]]:
    if not rows:
        return []
    right = max(row["x1"] for row in rows)
    found: list[tuple[float, list[str]]] = []
    running = False
    for row in rows:
        size = row["bottom"] - row["top"]
        if running:
            found[-1][1][0] += row["text"]
        else:
            found.append((row["top"], [row["text"]]))
        running = row["x1"] > right - 1.6 * size and (row["x1"] - row["x0"]) > 12 * size
    if running:
        found[-1][1][0] += _BREAK
    return found


def _across_pages(texts: list[str]) -> list[str]:
    """Join what a page break cut."""
    joined: list[str] = []
    for text in texts:
        if joined and joined[-1].endswith(_BREAK):
            joined[-1] = joined[-1][:-1] + text
        else:
            joined.append(text)
    return [text.replace(_BREAK, "") for text in joined]
