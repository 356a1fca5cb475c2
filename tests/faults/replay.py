"""What the rules must have told of a ledger: naive, one value after another, written from the words of the standard's table alone.

It shares nothing with the product's engine but the meaning of a rule; a value is what the ledger says was acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

MINUTE = 60_000
Told = tuple[int, int, int, str, int, float]  # rule, stream, since, told, at, value


@dataclass(frozen=True)
class Law:
    """A rule on a stream: `form` and its numbers as they were entered; `hold` in ms."""

    rule: int
    stream: int
    form: str
    limit: float = 0.0
    low: float = 0.0
    back: float = 0.0
    hold: int = 0
    mask: int = 0

    def holds(self, value: float, before: tuple[int, float | None], at: int, *, stands: bool) -> bool:
        ease = self.back if stands else 0.0
        then, last = before
        if self.form == "above":
            return value > self.limit - ease
        if self.form == "outside":
            return not self.low + ease <= value <= self.limit - ease
        if self.form == "bits":
            return int(value) & self.mask != 0
        if last is None:
            return False
        if self.form == "rate":
            return abs(value - last) * MINUTE > self.limit * (at - then)
        assert self.form == "frozen"
        return value == last


def story(values: Iterable[tuple[int, float]], possible: tuple[float, float]) -> list[tuple[int, float | None]]:
    """(end, usable value or None) in the order of arrival, without what came after something newer of its stream."""
    told: list[tuple[int, float | None]] = []
    for end, value in values:
        if not told or end > told[-1][0]:
            told.append((end, value if possible[0] <= value <= possible[1] else None))
    return told


def alarms(law: Law, told: Sequence[tuple[int, float | None]]) -> list[Told]:
    """Every time the rule was raised, and every time it returned."""
    found: list[Told] = []
    since, stands = None, False
    before: tuple[int, float | None] = (0, None)
    for end, value in told:
        if value is not None:
            if not law.holds(value, before, end, stands=stands):
                if stands and since is not None:
                    found.append((law.rule, law.stream, since, "returned", end, value))
                since, stands = None, False
            elif since is None:
                since = before[0] if law.form == "frozen" else end
            if since is not None and not stands and end - since >= law.hold:
                stands = True
                found.append((law.rule, law.stream, since, "raised", end, value))
        before = (end, value)
    return found


def expected(laws: Iterable[Law], ledger: dict[int, list[tuple[int, float]]], possible: dict[int, Any]) -> list[Told]:
    """All of them, sorted."""
    return sorted(told for law in laws for told in alarms(law, story(ledger.get(law.stream, ()), possible[law.stream])))
