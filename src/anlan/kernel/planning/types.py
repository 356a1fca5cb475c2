"""Declarations of planning: a formula computes an indicator from records, and says where the number comes from. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Step:
    """One link of 这个数从哪来: a level of records, what it counts, and the page that shows them."""

    title: str
    text: str
    link: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A value with everything that is needed to believe it. `value` None means it cannot be computed, `note` says why.

    `expected`/`valid` are counts of the base records (e.g. days); `sentence` is the formula with its numbers filled in;
    `substitution` is shown wherever the figure is shown (以外地站点数据示例); `inputs_hash` fixes the records used.
    """

    value: Decimal | None
    unit: str
    window: tuple[date, date]
    as_of: date
    expected: int
    valid: int
    sentence: str
    rule: str
    inputs_hash: str
    note: str = ""
    substitution: str = ""
    # For a share: how many count, of how many.
    ratio: tuple[int, int] | None = None
    steps: tuple[Step, ...] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class Working:
    """The working definition (口径) of an indicator whose printed unit is another than what is computed. `printed`: the units it may be
    printed with ("": a sentence without a number). The printed number is judged in the formula's unit, unless `target` and `comparator`
    say what is reached. `why` stands beside the printed text."""

    printed: tuple[str, ...]
    why: str
    target: Decimal | None = None
    comparator: str = ""


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A named computation. `indicators` are the printed names it answers (matched exactly after normalisation).

    `compute(year, as_of)` reads records and returns the year's value as known on `as_of`;
    `changed_since` lets the worker recompute only when records changed: a cheap fingerprint of the inputs.
    """

    slug: str
    title: str
    unit: str
    text: str
    indicators: tuple[str, ...]
    compute: Callable[[int, date], Computed]
    fingerprint: Callable[[int], str]
    # 试算: the same figure under another edition of the standard; shown beside the value, never replacing it.
    trial: Callable[[int, date], Computed] | None = None
    working: Working | None = None
    of_days: bool = False  # its ratio counts days: what remains of the year can be said in days

    def works(self, printed: str) -> Working | None:
        """The working definition for an indicator printed with this unit; None where the printed one is what is computed."""
        return self.working if self.working and printed in self.working.printed else None
