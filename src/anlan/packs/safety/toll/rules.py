"""Under what casualties are counted, and how the plan's eight printed figures are worked. Pure.

The plan prints its rates with “%”, but they read per 亿元 and per 100,000 persons: each has a working definition that stands beside the
printed text (本系统默认值，未核实)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from anlan.science.stats.rounding import round_half_even

FIELDS: Mapping[str, str] = {
    "trade": "工矿商贸（含建筑业）", "road": "生产经营性道路交通", "fire": "生产经营性火灾", "other": "其他生产经营", "disaster": "自然灾害",
    "none": "不是生产安全事故", "outside": "不计入本区",
}  # fmt: skip
WORK = ("trade", "road", "fire", "other")
# Until somebody has ruled, by the kind of the incident; other kinds of 事故灾难 are “other”.
BY_KIND: Mapping[str, str] = {
    "hazchem": "trade", "construction": "trade", "special_equipment": "trade", "gas": "trade", "traffic": "road", "fire": "fire",
}  # fmt: skip
RULE = "统计口径为本系统默认值（未核实）"


def field_of(kind: str, group: str) -> str:
    if group == "自然灾害":
        return "disaster"
    return BY_KIND.get(kind, "other") if group == "事故灾难" else "none"


def period(year: int) -> range:
    """The years of the five-year plan up to this one: they begin with the years that end in 1 and 6."""
    return range(year - (year - 1) % 5, year + 1)


@dataclass(frozen=True, kw_only=True)
class Year:
    """What is known of one year: a sum of casualties or losses, and what it is measured by. `None` is not known."""

    year: int
    amount: Decimal | None
    measure: Decimal | None
    typed: bool = False


def rate(years: Sequence[Year], factor: Decimal, places: int) -> Decimal | None:
    """Σ amounts ÷ Σ measures × factor; None as long as anything of any year is not known, or the measures are nought."""
    amounts = [one.amount for one in years if one.amount is not None]
    measures = [one.measure for one in years if one.measure is not None]
    if not years or len(amounts) < len(years) or len(measures) < len(years) or not sum(measures):
        return None
    return round_half_even(sum(amounts, Decimal(0)) * factor / sum(measures, Decimal(0)), places)


def lacking(years: Sequence[Year], what: str, measure: str) -> str:
    """Which years lack which figure, in words; "" when none does."""
    without = [str(one.year) for one in years if not one.measure]
    unknown = [str(one.year) for one in years if one.amount is None]
    told = [f"缺 {'、'.join(without)} 年的{measure}"] if without else []
    if unknown:
        told.append(f"{'、'.join(unknown)} 年没有任何事件记录，也没有填{what}，不能当作零")
    return "；".join(told) + ("。" if told else "")
