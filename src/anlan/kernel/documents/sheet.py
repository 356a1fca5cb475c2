"""The document as a web page: the context of `kernel/documents/sheet.html`, from the same laid blocks as Word and PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from anlan.kernel.documents import layout
from anlan.kernel.documents.laying import laid, twin
from anlan.kernel.documents.plot import svg
from anlan.kernel.documents.types import OfficialDocument, Table


@dataclass(frozen=True)
class Cell:
    text: str
    right: bool


@dataclass(frozen=True)
class Shown:
    """One block for the template; `level` is the HTML heading level, the document's title being h1."""

    kind: str
    text: str
    level: int = 0
    picture: SafeString | str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    columns: tuple[int, ...] = ()  # per cent of the width, as in Word


@dataclass(frozen=True)
class Sheet:
    """What the template prints around the blocks."""

    document: OfficialDocument
    title_lines: tuple[str, ...]
    dated: str
    demo_mark: str
    blocks: tuple[Shown, ...]


def _rows(table: Table) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(Cell(text, index in table.right) for index, text in enumerate(row)) for row in table.rows)


def _columns(table: Table) -> tuple[int, ...]:
    shares = table.widths or (1,) * len(table.head)
    return tuple(100 * share // sum(shares) for share in shares)


def _shown(document: OfficialDocument) -> Iterator[Shown]:
    for index, block in enumerate(laid(document)):
        table = block.table or (twin(block.chart) if block.chart else None)
        # Built by plot.svg, which escapes every text it draws.
        picture = mark_safe(svg(block.chart, f"c{index}-")) if block.chart else ""  # noqa: S308
        level = int(block.kind.removeprefix("heading")) + 1 if block.kind.startswith("heading") else 0
        if table is None:
            yield Shown(block.kind, block.text, level)
        else:
            yield Shown(block.kind, block.text, 0, picture, table.head, _rows(table), _columns(table))


def sheet(document: OfficialDocument) -> Sheet:
    return Sheet(
        document,
        tuple(document.title.split("\n")),
        layout.date_words(document.dated),
        layout.DEMO_MARK if document.demo else "",
        tuple(_shown(document)),
    )
