"""What makes a month and a year of a section, which items have a column, how near is near. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from anlan.science.water import surface

_TABLE = tomllib.loads(Path(__file__).with_name("evaluation.toml").read_text(encoding="utf-8"))
SOURCE: str = _TABLE["source"]
AUTO_DAYS, YEAR_MONTHS, NEAR, SAMPLE_DUE = (
    int(_TABLE[name]) for name in ("auto_days", "year_months", "near", "sample_due")
)
_OWN = {"As": "arsenic"}  # `as` is a word of Python
# Item of `science.water` -> column of a sample; TP of lakes is the same column.
ITEM_COLUMNS: Mapping[str, str] = {
    "pH": "ph", **{item: _OWN.get(item, item.lower()) for item in surface.LIMITS if item != "TP_lake"}
}  # fmt: skip
ROMAN = {"I": "Ⅰ", "II": "Ⅱ", "III": "Ⅲ", "IV": "Ⅳ", "V": "Ⅴ", "劣V": "劣Ⅴ"}


def class_words(water_class: str | None) -> str:
    return "—" if water_class is None else f"{ROMAN[water_class]}类"


@dataclass(frozen=True)
class Month:
    """One section and month: the mean of each item, and whether it came from the automatic station or by hand."""

    year: int
    month: int
    mean: Mapping[str, Decimal]
    source: Mapping[str, str]  # item -> auto or hand
    days: int = 0
    samples: int = 0
    lake: bool = False

    @property
    def verdict(self) -> surface.Verdict | None:
        return surface.evaluate(self.mean, lake=self.lake)

    @property
    def water_class(self) -> str | None:
        found = self.verdict
        return found.water_class if found else None


def month_of(
    year: int,
    month: int,
    auto: Mapping[str, tuple[Decimal, int]],
    hand: Mapping[str, Decimal],
    *,
    samples: int,
    lake: bool,
) -> Month:
    """Automatic means with enough days go first, then the manual sample; `auto` gives (mean, days with values)."""
    enough = {item: mean for item, (mean, days) in auto.items() if days >= AUTO_DAYS}
    mean = {**hand, **enough}
    return Month(
        year, month, mean, {item: "auto" if item in enough else "hand" for item in mean}, max((days for _m, days in auto.values()), default=0),
        samples, lake,
    )  # fmt: skip


def share_of_limit(item: str, value: Decimal, target: str, *, lake: bool) -> Decimal | None:
    """Per cent of the target's limit that is used up (dissolved oxygen: limit / value); None for pH."""
    limit = surface.limit_of(item, target, lake=lake)
    if limit is None:
        return None
    if item == "DO":
        return None if value <= 0 else (100 * limit / value).quantize(Decimal(1))
    return (100 * value / limit).quantize(Decimal(1))


@dataclass(frozen=True)
class Warned:
    """An item of a section that is over its target, or near it."""

    item: str
    value: Decimal
    share: Decimal | None
    over: bool


def warned(mean: Mapping[str, Decimal], target: str, *, lake: bool) -> list[Warned]:
    """Over first, then near, by share. pH is over when outside 6–9."""
    found = []
    for item, value in mean.items():
        verdict = surface.evaluate({item: value}, lake=lake)
        over = verdict is not None and not surface.at_least(verdict.water_class, target)
        share = share_of_limit(item, value, target, lake=lake)
        if over or (share is not None and share >= NEAR):
            found.append(Warned(item, value, share, over))
    return sorted(found, key=lambda one: (not one.over, -(one.share or Decimal(1000))))


def complete(mean: Mapping[str, Decimal]) -> bool:
    """Whether all evaluated items are there: only then is a CWQI comparable."""
    return set(ITEM_COLUMNS) <= set(mean)


def months_between(first: date, last: date) -> list[tuple[int, int]]:
    """Civil months from the first day's to the last day's."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [((first.month - 1 + step) // 12 + first.year, (first.month - 1 + step) % 12 + 1) for step in range(count)]


def shifted(year: int, month: int, by: int) -> tuple[int, int]:
    place = year * 12 + month - 1 + by
    return place // 12, place % 12 + 1
