"""Which hours of continuous monitoring count, why the others do not, and what stands in for them in totals.

Sources: HJ 75-2017 (flue gas) and HJ 356-2019 (waste water), recalled and not read in their own text; the figures are data in
`validity.toml`. What stands in never decides whether a limit was kept.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Literal

Medium = Literal["gas", "water"]
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Band:
    """From `capture` per cent on, for gaps up to `longest` hours (0: any): the maximum of the last `back` valid hours."""

    capture: int
    longest: int
    back: int


@dataclass(frozen=True)
class Edition:
    """`share`: per cent of an hour's expected values that must be valid; `day_hours`: valid hours that make a day."""

    medium: Medium
    title: str
    since: date
    verified: bool
    share: int
    day_hours: int
    bands: tuple[Band, ...]

    @property
    def words(self) -> str:
        return self.title if self.verified else f"{self.title}（条款待核）"

    def needed(self, expected: int) -> int:
        """Valid values an hour needs, of those it expects."""
        return -(-expected * self.share // 100)


def _load() -> tuple[Edition, ...]:
    rows = tomllib.loads(Path(__file__).with_name("validity.toml").read_text(encoding="utf-8"))["edition"]
    return tuple(
        Edition(row["medium"], row["title"], row["from"], row["verified"], row["share"], row["day_hours"],
                tuple(Band(one["capture"], one["longest"], one["back"]) for one in row.get("band", ())))
        for row in rows
    )  # fmt: skip


EDITIONS = _load()


def edition_for(medium: Medium, day: date) -> Edition:
    """The edition in force on a day; the oldest known one before that."""
    mine = [one for one in EDITIONS if one.medium == medium]
    return max((one for one in mine if one.since <= day), key=lambda one: one.since, default=mine[0])


@dataclass(frozen=True)
class Judged:
    """One hour. `mean` None when too few values count; `reason` says why, in the words of the marks, empty when it is valid."""

    mean: Decimal | None
    count: int
    needed: int
    reason: str


def judge(values: Sequence[tuple[Decimal | None, str]], expected: int, edition: Edition) -> Judged:
    """(value, why it does not count or empty) of one hour; what is not there at all is 缺."""
    usable = [value for value, why in values if value is not None and not why]
    why = Counter(word or "没有值" for value, word in values if value is None or word)
    return of_counts(
        sum(usable, Decimal(0)), len(usable), expected, edition, {**why, "缺": max(expected - len(values), 0)}
    )


def of_counts(total: Decimal, count: int, expected: int, edition: Edition, why: Mapping[str, int]) -> Judged:
    """The same from the sum and count of what is valid; `why` counts the rest by reason."""
    needed = edition.needed(expected)
    if count and count >= needed:
        return Judged((total / count).quantize(_CENT, ROUND_HALF_EVEN), count, needed, "")
    told = "、".join(f"{word} {number}" for word, number in sorted(why.items(), key=lambda one: -one[1]) if number)
    return Judged(None, count, needed, f"有效 {count}，不足 {needed}" + (f"（{told}）" if told else ""))


@dataclass(frozen=True)
class StandIn:
    """What stands in for an hour; `value` None when nothing may, `rule` says by which rule or why not."""

    value: Decimal | None
    rule: str


def capture(hours: Sequence[Decimal | None], stopped: Sequence[bool]) -> Decimal | None:
    """Per cent of the running hours that are valid, two decimals; None when it never ran."""
    running = [value for value, off in zip(hours, stopped, strict=True) if not off]
    if not running:
        return None
    valid = sum(value is not None for value in running)
    return (Decimal(100 * valid) / len(running)).quantize(_CENT, ROUND_HALF_EVEN)


def gas_stand_ins(
    hours: Sequence[Decimal | None], stopped: Sequence[bool], before: Sequence[Decimal], edition: Edition
) -> list[StandIn | None]:
    """For each hour of a quarter: None when it is valid or the source stood still, else what goes into the total.

    `before` are valid hours before the quarter, oldest first. A gap is a run of missing hours; standing still does not break it.
    """
    share = capture(hours, stopped)
    found: list[StandIn | None] = [None] * len(hours)
    valid = list(before)
    for gap in _gaps(hours, stopped):
        known = valid + [one for one in hours[: gap[0]] if one is not None]
        answer = _gas(known, len(gap), share or Decimal(0), edition)
        for place in gap:
            found[place] = answer
    return found


def _gaps(hours: Sequence[Decimal | None], stopped: Sequence[bool]) -> list[list[int]]:
    gaps: list[list[int]] = []
    fresh = True
    for place, (value, off) in enumerate(zip(hours, stopped, strict=True)):
        if off:
            continue
        if value is not None:
            fresh = True
        elif fresh:
            gaps.append([place])
            fresh = False
        else:
            gaps[-1].append(place)
    return gaps


def _gas(known: Sequence[Decimal], length: int, share: Decimal, edition: Edition) -> StandIn:
    band = next(
        (one for one in edition.bands if share >= one.capture and (not one.longest or length <= one.longest)), None
    )
    if band is None:
        least = min((one.capture for one in edition.bands), default=0)
        return StandIn(None, f"捕集率 {share}%，低于 {least}%，不能替代，另行核算")
    if not known:
        return StandIn(None, "之前没有有效小时，不能替代")
    last = known[-band.back :]
    short = f"，只有 {len(last)} 个" if len(last) < band.back else ""
    return StandIn(max(last), f"连缺 {length} 小时，取之前 {band.back} 个有效小时的最大值{short}")


def water_stand_ins(values: Sequence[Decimal | None], before: Sequence[Decimal] = ()) -> list[StandIn | None]:
    """The mean of as many valid values as are missing, right before the gap (HJ 356, recalled); pH is not to be given here."""
    found: list[StandIn | None] = [None] * len(values)
    for gap in _gaps(values, [False] * len(values)):
        known = [*before, *(one for one in values[: gap[0]] if one is not None)][-len(gap) :]
        if len(known) < len(gap):
            answer = StandIn(None, "之前的有效值不够长，不能替代")
        else:
            mean = (sum(known, Decimal(0)) / len(known)).quantize(_CENT, ROUND_HALF_EVEN)
            answer = StandIn(mean, f"连缺 {len(gap)} 个，取之前 {len(gap)} 个有效值的平均")
        for place in gap:
            found[place] = answer
    return found


def weighted_mean(values: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Of (concentration, flow): Σcq / Σq, two decimals; None without flow."""
    flow = sum((one for _value, one in values), Decimal(0))
    if flow <= 0:
        return None
    return (sum((value * one for value, one in values), Decimal(0)) / flow).quantize(_CENT, ROUND_HALF_EVEN)


def mass_kg(concentration: Decimal, flow: Decimal) -> Decimal:
    """kg in one hour from mg/m³ and m³/s (the same for mg/L and L/s × 1000): c × q × 3600 / 10⁶, four decimals."""
    return (concentration * flow * 3600 / Decimal(1_000_000)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
