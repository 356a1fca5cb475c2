"""An official document as data. What is printed is exactly what is here: no renderer adds or drops a figure. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from anlan.base.errors import Refused

Number = Decimal | int
_CODE = re.compile(r"[一-鿿]{2,12}")


@dataclass(frozen=True, kw_only=True)
class DocumentNumber:
    """发文字号: issuer's code, four-digit year in 六角括号, serial without 第 and without leading zero (GB/T 9704-2012, 7.2.5)."""

    code: str
    year: int
    serial: int

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise Refused("number", "发文字号的机关代字应为 2 至 12 个汉字。", "code")
        if not (1949 <= self.year <= 9999 and self.serial >= 1):
            raise Refused("number", "发文字号的年份为四位，顺序号从 1 起。", "serial")

    def __str__(self) -> str:
        return f"{self.code}〔{self.year}〕{self.serial}号"


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、黑体), 2 （（一）楷体）, 3 （1. 仿宋） or 4 （（1）仿宋）; the ordinal is added when printed."""

    text: str
    level: Literal[1, 2, 3, 4] = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text, first line indented by two characters."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A ruled table. Every cell is text as it shall be printed; `widths` are shares, `right` the right-aligned columns."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    right: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) != len(self.head)]
        if wrong or (self.widths and len(self.widths) != len(self.head)):
            message = f"table {self.caption!r}: every row needs {len(self.head)} cells"
            raise ValueError(message)


@dataclass(frozen=True)
class Series:
    """One row of a chart: as many values as the chart has labels, None where missing (a gap, never zero)."""

    name: str
    values: tuple[Number | None, ...]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Printed black on white: bars are told apart by pattern, lines by dash and mark. `limit` is a line with words."""

    title: str
    unit: str
    kind: Literal["bars", "lines"]
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    limit: Number | None = None
    limit_word: str = ""

    def __post_init__(self) -> None:
        if any(len(one.values) != len(self.labels) for one in self.series):
            message = f"chart {self.title!r}: every series needs {len(self.labels)} values"
            raise ValueError(message)


Block = Heading | Paragraph | Table | Chart


@dataclass(frozen=True, kw_only=True)
class OfficialDocument:
    """`title` may hold line breaks where it should be broken; `issuer` signs at the end over `dated` (成文日期); `signer` is 签发人 beside the number, empty when there is none.

    `demo` prints 示例数据 in the head of every page.
    """

    title: str
    issuer: str
    dated: date
    body: tuple[Block, ...]
    number: DocumentNumber | None = None
    addressee: str = ""
    signer: str = ""
    attachments: tuple[str, ...] = field(default_factory=tuple)
    demo: bool = False

    @property
    def plain_title(self) -> str:
        """The title on one line."""
        return self.title.replace("\n", "")
