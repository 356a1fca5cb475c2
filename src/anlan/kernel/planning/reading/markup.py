"""The one adapter for lxml, imported late so that reading plain text stays quick: HTML and Word become the same stream of
lines as the flattened text. A merged cell speaks once; a line break inside a cell separates lines."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.planning.reading.types import Line, numbered

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"
BODY_LIMIT = 64 * 1024 * 1024  # a 188 KB plan makes a body of about 2 MB
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "tr",
        "td",
        "th",
        "li",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "br",
        "hr",
        "table",
        "tbody",
        "thead",
        "caption",
        "section",
        "article",
        "header",
        "footer",
        "nav",
        "main",
        "dl",
        "dt",
        "dd",
        "pre",
        "blockquote",
        "form",
        "body",
    ]
)
_SILENT = frozenset(("script", "style", "noscript", "template", "head", "svg", "object"))


def html_lines(text: str) -> list[Line]:
    """Blocks and cells in document order; scripts, styles and comments dropped, entities resolved."""
    from lxml import etree, html  # noqa: PLC0415

    try:
        root = html.document_fromstring(
            text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Refused("broken", "网页文件读不出内容。") from None
    out: list[str] = [""]
    for word in _walk(root):
        if word is None:
            out.append("")
        else:
            out[-1] += word
    return numbered(out)


def _walk(node: Any, as_typed: bool = False) -> Iterator[str | None]:
    """The texts below a node in order; None where a block or a typed line ends. libxml2 limits the depth to 256."""
    tag = node.tag if isinstance(node.tag, str) else ""
    as_typed = as_typed or tag in ("pre", "plaintext", "textarea")
    if tag in _BLOCKS:
        yield None
    if tag and tag not in _SILENT:
        yield from _words(node.text, as_typed)
        for child in node:
            yield from _walk(child, as_typed)
            yield from _words(child.tail, as_typed)
    if tag in _BLOCKS:
        yield None


def _words(text: str | None, as_typed: bool) -> Iterator[str | None]:
    """HTML's own rule: a run of blanks is one blank, but preformatted text keeps its lines."""
    for number, line in enumerate((text or "").split("\n") if as_typed else [text or ""]):
        if number:
            yield None
        yield re.sub(r"[ \t\r\n\f]+", " ", line)


def docx_lines(data: bytes) -> list[Line]:
    """Paragraphs and table cells in order; a vertically merged cell speaks in its first row only.

    `data` passed sources.check_zip. Raises Refused when the body is broken, too big, or defines entities.
    """
    from lxml import etree  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.getinfo(_BODY).file_size > BODY_LIMIT:
                raise Refused("bomb", "文件解开后大得不合常理，已拒绝。")
            body = archive.read(_BODY)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, zlib.error):  # fmt: skip
        raise Refused("broken", "Word 文件已损坏，打不开。") from None
    if b"<!DOCTYPE" in body[:4096] or b"<!ENTITY" in body[:65536]:
        raise Refused("entities", "Word 文件里有不该有的实体定义，已拒绝。")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(body, parser).find(f"{_W}body")
    except (etree.XMLSyntaxError, ValueError):
        raise Refused("broken", "Word 文件已损坏，打不开。") from None
    if root is None:
        raise Refused("broken", "Word 文件里没有正文。")
    return numbered([_paragraph(block) for block in root.iter(f"{_W}p") if not _continues(block)])


def _continues(paragraph: Any) -> bool:
    """Whether the paragraph stands in a cell that continues a vertical merge."""
    for cell in paragraph.iterancestors(f"{_W}tc"):
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        if merge is not None and merge.get(f"{_W}val", "continue") == "continue":
            return True
    return False


def _paragraph(paragraph: Any) -> str:
    """Runs joined; text deleted under track changes (w:delText) is not printed and not read."""
    parts: list[str] = []
    for node in paragraph.iter(f"{_W}t", f"{_W}br", f"{_W}cr", f"{_W}tab", f"{_W}noBreakHyphen"):
        if node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            parts.append("\n")
        else:
            parts.append("-" if node.tag == f"{_W}noBreakHyphen" else " ")
    return "".join(parts)
