"""PDF through typst. The document travels as JSON to `document.typ`; nothing is spliced into markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from anlan.base.errors import Missing
from anlan.kernel.documents import layout
from anlan.kernel.documents.laying import laid, twin
from anlan.kernel.documents.plot import svg
from anlan.kernel.documents.types import Chart, OfficialDocument, Table

_TEMPLATE = Path(__file__).with_name("document.typ")
_CHINESE = (
    "CJK SC",
    "Noto Sans SC",
    "Noto Serif SC",
    "Source Han",
    "FangSong",
    "仿宋",
    "SimSun",
    "宋体",
    "SimHei",
    "黑体",
)
_PICTURE = (
    b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), width: 620pt, format: "svg")'
)


@cache
def _fonts() -> typst.Fonts:
    """The machine's fonts, searched once; raises Missing (exit 3) when none can print Chinese."""
    found = typst.Fonts()
    if not any(mark in family for family in found.families() for mark in _CHINESE):
        raise Missing("font", "这台机器没有中文字体，不能生成 PDF。先运行 apt-get install fonts-noto-cjk。")
    return found


def _compile(source: bytes, kind: Literal["pdf", "png"], inputs: dict[str, str], **options: Any) -> bytes:
    made = typst.Compiler(source, font_paths=_fonts()).compile(format=kind, sys_inputs=inputs, **options)
    if not isinstance(made, bytes):
        made = b"".join(made or ())
    return made


def chart_png(chart: Chart) -> bytes:
    """The chart as a picture for Word: 620 x 300 points at 200 dpi."""
    return _compile(_PICTURE, "png", {"svg": svg(chart)}, ppi=200)


def _table(table: Table) -> dict[str, Any]:
    return {
        "head": table.head,
        "rows": table.rows,
        "widths": table.widths or [1] * len(table.head),
        "right": sorted(table.right),
    }


def _blocks(document: OfficialDocument) -> Iterator[dict[str, Any]]:
    for block in laid(document):
        made: dict[str, Any] = {"kind": block.kind, "text": block.text}
        if block.table is not None:
            made["table"] = _table(block.table)
        if block.chart is not None:
            made |= {"svg": svg(block.chart), "table": _table(twin(block.chart))}
        yield made


def _facts(document: OfficialDocument) -> dict[str, Any]:
    """What `document.typ` reads."""
    available = set(_fonts().families())
    fonts = {
        key: [name for name in names if name in available] or ["Noto Serif CJK SC"]
        for key, names in layout.FONTS.items()
    }
    return {
        "title": document.title, "issuer": document.issuer, "date": layout.date_words(document.dated),
        "number": str(document.number or ""), "signer": document.signer, "addressee": document.addressee,
        "attachments": document.attachments, "demo": layout.DEMO_MARK if document.demo else "",
        "blocks": list(_blocks(document)), "fonts": fonts, "latin": layout.LATIN,
        "lines": layout.LINES, "characters": layout.CHARACTERS,
    }  # fmt: skip


def to_pdf(document: OfficialDocument) -> bytes:
    """The document as PDF bytes; the same document gives the same bytes on the same machine."""
    made = datetime.combine(document.dated, time(), UTC)
    facts = json.dumps(_facts(document), ensure_ascii=False)
    return _compile(_TEMPLATE.read_bytes(), "pdf", {"document": facts}, timestamp=made)
