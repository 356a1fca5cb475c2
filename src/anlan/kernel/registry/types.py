"""The declaration of a register (台账): from it come list, form, history, import, export and API. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from anlan.kernel.access.types import Actor

Kind = Literal["text", "long", "int", "decimal", "date", "choice", "bool", "longitude", "latitude"]


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell; `column` is the column's name, empty for the whole row."""

    column: str
    message: str


@dataclass(frozen=True)
class Column:
    """One column. `title` is its heading in the list, the form and the Excel file; `personal` values are masked."""

    name: str
    title: str
    kind: Kind = "text"
    required: bool = False
    choices: Mapping[str, str] | None = None
    unit: str = ""
    help: str = ""
    max_length: int = 120
    minimum: float | None = None
    maximum: float | None = None
    in_list: bool = True
    filterable: bool = False
    personal: bool = False
    past: bool = False  # a day that cannot be later than today


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A register. `model` derives from `registry.models.Entry`; `key` is the column that identifies a row in a file.

    `read` and `write` are permission slugs; `review_days` sets the next review after each (0: none);
    `check(values)` adds what the columns cannot say; `changed()` is called in the transaction of every change; `duty` and `basis` are shown to the people who fill it in;
    `part(row, actor, at)` gives a further part of the row's page: (template, what it shows).
    """

    slug: str
    title: str
    model: Any
    key: str
    columns: Sequence[Column]
    read: str
    write: str
    review_days: int = 0
    check: Callable[[Mapping[str, Any]], Sequence[Problem]] | None = None
    changed: Callable[[], None] | None = None
    duty: str = ""
    basis: str = ""
    part: Callable[[Any, Actor, datetime], tuple[str, Mapping[str, Any]]] | None = None

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)
