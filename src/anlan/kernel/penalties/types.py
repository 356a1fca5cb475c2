"""What a department declares of its enforcement: discretion tables, thresholds and periods, all dated. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A rule in force from a day (inclusive) to another (exclusive). `verified`: the clause was read in its own text."""

    law: str
    verified: bool = False
    valid_from: date = date(1900, 1, 1)
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True, kw_only=True)
class Circumstance:
    """情节 with its range of fine, both ends included, in yuan."""

    slug: str
    word: str
    when: str
    low: Decimal
    high: Decimal


@dataclass(frozen=True, kw_only=True)
class Violation(Dated):
    """违法行为: the duty that was broken (`duty`), the clause that punishes it (`law`), the ranges by circumstance."""

    code: str
    title: str
    duty: str
    circumstances: tuple[Circumstance, ...]

    def circumstance(self, slug: str) -> Circumstance | None:
        return next((one for one in self.circumstances if one.slug == slug), None)


@dataclass(frozen=True, kw_only=True)
class Heavy(Dated):
    """重大处罚: from this fine on (yuan) those in charge decide together (集体讨论)."""

    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Period(Dated):
    """How long something stays public, in months from the day it was published."""

    kind: str
    months: int


@dataclass(frozen=True, kw_only=True)
class Regime:
    """A department's enforcement. `slug` is that of its penalty process; `answer_days` the working days a party has after the notice."""

    slug: str
    title: str
    violations: tuple[Violation, ...]
    heavy: tuple[Heavy, ...]
    periods: tuple[Period, ...]
    decide_days: int
    decide_law: str
    answer_days: int
    answer_law: str

    def violation(self, code: str, on: date) -> Violation | None:
        found = [one for one in self.violations if one.code == code and one.holds(on)]
        return max(found, key=lambda one: one.valid_from, default=None)

    @property
    def words(self) -> Mapping[str, str]:
        """The choices of the form: code -> title."""
        return {one.code: one.title for one in self.violations}

    @property
    def degrees(self) -> Mapping[str, str]:
        """Every circumstance of the tables: slug -> word."""
        return {step.slug: step.word for one in self.violations for step in one.circumstances}
