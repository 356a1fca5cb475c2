"""From a document to the flat lines every renderer prints: headings numbered, tables and charts captioned. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anlan.kernel.documents.layout import ordinal
from anlan.kernel.documents.types import Chart, Heading, OfficialDocument, Paragraph, Table


@dataclass(frozen=True)
class Laid:
    """One printed block. `kind` is heading1..4, paragraph, table or chart; `text` the heading, sentence or caption."""

    kind: str
    text: str
    table: Table | None = None
    chart: Chart | None = None


def laid(document: OfficialDocument) -> Iterator[Laid]:
    """Blocks in order. A heading restarts the ordinals below it; tables are 表1, 表2 …, charts 图1, 图2 …"""
    counts = [0, 0, 0, 0]
    tables = charts = 0
    for block in document.body:
        if isinstance(block, Heading):
            counts[block.level - 1] += 1
            counts[block.level :] = [0] * (4 - block.level)
            yield Laid(f"heading{block.level}", ordinal(block.level, counts[block.level - 1]) + block.text)
        elif isinstance(block, Paragraph):
            yield Laid("paragraph", block.text)
        elif isinstance(block, Table):
            tables += 1
            yield Laid("table", f"表{tables}　{block.caption}", table=block)
        else:
            charts += 1
            yield Laid("chart", f"图{charts}　{block.title}（{block.unit}）", chart=block)


def twin(chart: Chart) -> Table:
    """The chart as a table: every printed picture can be read as numbers."""
    rows = tuple((one.name, *("—" if value is None else f"{value}" for value in one.values)) for one in chart.series)
    return Table(caption=chart.title, head=(chart.unit, *chart.labels), rows=rows)
