"""Grading of risks by LEC (D = L·E·C) and by LS (R = L·S). Exact decimals; tables are dated data (`grading.toml`).

The tables come from common practice (knowledge of LEC after Graham and Kinney, and the 5 × 5 matrix), not read in one standard: each
says whether it is verified. A value that no table lists may still be graded (`free=True`): every number from 0 up lies in one band.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Literal

Level = Literal["red", "orange", "yellow", "blue"]
LEVELS: Mapping[str, str] = {"red": "重大", "orange": "较大", "yellow": "一般", "blue": "低"}
ORDER: tuple[str, ...] = tuple(LEVELS)  # worst first


@dataclass(frozen=True)
class Table:
    """A method in force from `valid_from`. `factors`: letter → (value, words), highest first; `bands`: (from, level), highest first."""

    method: str
    title: str
    valid_from: date
    source: str
    verified: bool
    factors: Mapping[str, tuple[tuple[Decimal, str], ...]]
    bands: tuple[tuple[Decimal, str], ...]

    def level(self, score: Decimal) -> str:
        """The band of a score ≥ 0. Raises ValueError."""
        if not score.is_finite() or score < 0:
            raise ValueError("a score is a number from 0 up")
        return next(level for start, level in self.bands if score >= start)


@dataclass(frozen=True)
class Graded:
    score: Decimal
    level: str


@cache
def tables() -> tuple[Table, ...]:
    rows = tomllib.loads(Path(__file__).with_name("grading.toml").read_text(encoding="utf-8"))["table"]
    return tuple(
        Table(
            row["method"], row["title"], row["valid_from"], row["source"], row["verified"],
            {letter: tuple((Decimal(value), words) for value, words in values) for letter, values in row["factors"].items()},
            tuple((Decimal(band["from"]), band["level"]) for band in row["band"]),
        )
        for row in rows
    )  # fmt: skip


def table(method: str, on: date) -> Table:
    """The table of a method in force on that day. Raises KeyError."""
    found = [one for one in tables() if one.method == method and one.valid_from <= on]
    if not found:
        raise KeyError(method)
    return max(found, key=lambda one: one.valid_from)


def grade(method: str, values: Mapping[str, Decimal | str | int], on: date, *, free: bool = False) -> Graded:
    """Multiply the method's factors and find the band. Raises KeyError for a method, ValueError for a factor that is missing or that
    the table does not list (unless `free`)."""
    used, score = table(method, on), Decimal(1)
    for letter, listed in used.factors.items():
        try:
            value = Decimal(str(values[letter]))
        except (KeyError, InvalidOperation):
            raise ValueError(f"{letter.upper()} 没有填") from None
        if not value.is_finite() or value < 0 or (not free and value not in {one for one, _words in listed}):
            raise ValueError(f"{letter.upper()} 没有 {value} 这个分值")
        score *= value
    return Graded(score, used.level(score))


def worst(levels: list[str]) -> str:
    """The worst of some levels; empty for none."""
    return next((one for one in ORDER if one in levels), "")
