"""Is an indicator where it should be? By target, comparator and direction, with straight-line progress between. Pure.

Progress is measured from the baseline year (the year before the plan) to the plan's last year. Where the target does
not lie on the better side of the baseline (two education targets lie below theirs) there is no line to walk: the target
itself is the measure in every year.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from math import ceil
from pathlib import Path

_RULES = tomllib.loads(Path(__file__).with_name("judging.toml").read_text(encoding="utf-8"))
RULE = f"{_RULES['source']} {_RULES['version']}"
_COUNTED = frozenset(_RULES["counted"])

# state -> (sign, word). A sign is shape and word together; the half disc is "not there yet".
WORDS = {
    "reached": ("✓", "已达标"),
    "on_pace": ("✓", "按期"),
    "behind": ("◐", "有差距"),
    "unassigned": ("○", "待下达目标"),
    "not_due": ("○", "未到填报期"),
    "unfilled": ("○", "待填报"),
}
GOOD, OPEN = ("reached", "on_pace"), ("unassigned", "not_due", "unfilled")


@dataclass(frozen=True, kw_only=True)
class Promise:
    """What the plan says. `comparator` is >=, >, <=, <, = or city_assigned; the period is `first_year`..`last_year`."""

    unit: str
    baseline: Decimal | None
    target: Decimal | None
    comparator: str
    first_year: int
    last_year: int
    flags: frozenset[str] = frozenset()

    @property
    def baseline_year(self) -> int:
        return self.first_year - 1

    @property
    def bound(self) -> str:
        """The comparator to judge by, also when the city has assigned the number."""
        return _RULES["assigned"] if self.comparator == "city_assigned" else self.comparator

    @property
    def more_is_better(self) -> bool:
        return self.bound in (">=", ">")

    @property
    def qualitative(self) -> bool:
        """A sentence without a number: done (1) or not (0)."""
        return self.target is None and self.comparator != "city_assigned"

    @property
    def start(self) -> Decimal | None:
        """Where progress begins: the printed baseline, or zero for what is counted up."""
        if self.baseline is None and self.more_is_better and self.unit in _COUNTED:
            return Decimal(0)
        return self.baseline


@dataclass(frozen=True, kw_only=True)
class Known:
    """The newest figure: of which year, up to which day; `ratio` is numerator and denominator where days are counted."""

    value: Decimal
    year: int
    as_of: date
    ratio: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`gap` is the distance to the target in the indicator's unit (0 when reached), `pace` what the line asks now."""

    state: str
    gap: Decimal | None = None
    pace: Decimal | None = None
    sentence: str = ""

    @property
    def sign(self) -> str:
        return WORDS[self.state][0]

    @property
    def word(self) -> str:
        return WORDS[self.state][1]

    @property
    def behind(self) -> bool:
        return self.state == "behind"


def meets(value: Decimal, comparator: str, bound: Decimal) -> bool:
    """Does `value comparator bound` hold?"""
    return {
        ">=": value >= bound,
        ">": value > bound,
        "<=": value <= bound,
        "<": value < bound,
        "=": value == bound,
    }[comparator]


def pace(promise: Promise, year: int) -> Decimal | None:
    """What the straight line asks for in `year`; None when there is no line (no start, or the target is not better)."""
    start, target = promise.start, promise.target
    if start is None or target is None or promise.comparator == "=":
        return None
    better = target > start if promise.more_is_better else target < start
    if not better:
        return None
    walked = min(max(year - promise.baseline_year, 0), promise.last_year - promise.baseline_year)
    return start + (target - start) * walked / (promise.last_year - promise.baseline_year)


def due_on(year: int) -> date:
    """The day by which the figure of `year` is wanted."""
    return date(year + 1, *_RULES["due"])


def years_due(promise: Promise, at: date) -> list[int]:
    """Years of the plan whose figure should be there by `at`."""
    return [year for year in range(promise.first_year, promise.last_year + 1) if due_on(year) < at]


def judge(promise: Promise, known: Known | None, at: date) -> Verdict:
    """The word, the gap and its sentence, on the day `at`."""
    if promise.target is None and promise.comparator == "city_assigned":
        return Verdict(state="unassigned", sentence="目标由市里下达，下达后再判断。")
    if known is None:
        late = years_due(promise, at)
        if late:
            return Verdict(state="unfilled", sentence=f"缺 {late[-1]} 年的数，应在 {due_on(late[-1])} 前填报。")
        return Verdict(state="not_due", sentence=f"{due_on(max(promise.first_year, at.year))} 前填报。")
    if promise.qualitative:
        return _done_or_not(promise, known, at)
    return _measured(promise, known)


def _done_or_not(promise: Promise, known: Known, at: date) -> Verdict:
    if known.value >= 1:
        return Verdict(state="reached", gap=Decimal(0), sentence="已完成。")
    over = at.year > promise.last_year
    return Verdict(
        state="behind" if over else "on_pace",
        sentence="到期未完成。" if over else f"推进中，{promise.last_year} 年到期。",
    )


def _measured(promise: Promise, known: Known) -> Verdict:
    target = promise.target
    assert target is not None  # noqa: S101 - judge() has dealt with the others
    asked = pace(promise, known.year)
    if meets(known.value, promise.bound, target):
        return Verdict(state="reached", gap=Decimal(0), pace=asked, sentence="已达到目标。")
    gap = abs(target - known.value)
    words = gap_words(promise, gap, known.value)
    if asked is not None and known.year < promise.last_year and _on_line(promise, known.value, asked):
        return Verdict(
            state="on_pace",
            gap=gap,
            pace=asked,
            sentence=f"{words}，不低于匀速进度 {plain(asked)}。"
            if promise.more_is_better
            else f"{words}，不高于匀速进度 {plain(asked)}。",
        )
    left = remaining_words(promise, known)
    return Verdict(state="behind", gap=gap, pace=asked, sentence=f"{words}{f'；{left}' if left else ''}。")


def _on_line(promise: Promise, value: Decimal, asked: Decimal) -> bool:
    return value >= asked if promise.more_is_better else value <= asked


def gap_words(promise: Promise, gap: Decimal, value: Decimal) -> str:
    """`差 1.5 个百分点`, `高 3 微克/立方米`; equal to a strict bound is said as such."""
    if gap == 0:
        return f"等于 {plain(value)}，目标要求{'高于' if promise.bound == '>' else '低于'}这个数"
    unit = "个百分点" if promise.unit in ("%", "％") else promise.unit
    over = promise.target is not None and value > promise.target
    return f"{'高' if over else '差'} {plain(gap)} {unit}".rstrip()


def remaining_words(promise: Promise, known: Known) -> str:
    """For a ratio of days in a running year: how many of the remaining days must count, or that it cannot be any more."""
    end = date(known.year, 12, 31)
    if known.ratio is None or promise.target is None or not promise.more_is_better or known.as_of >= end:
        return ""
    left, (good, valid) = (end - known.as_of).days, known.ratio
    need = max(ceil(promise.target * (valid + left) / 100) - good, 0)
    if need > left:
        return f"剩余 {left} 天全部计入也达不到"
    return f"剩余 {left} 天须有 ≥ {need} 天"


def plain(value: Decimal) -> str:
    """At most three decimals, without trailing zeros."""
    short = value.quantize(Decimal("0.001"), ROUND_HALF_EVEN)
    return f"{short.normalize():f}" if short != short.to_integral_value() else f"{short.to_integral_value():f}"
