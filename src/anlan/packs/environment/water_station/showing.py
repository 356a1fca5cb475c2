"""How sections, months and years are shown. No rule lives here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from anlan.kernel.web.charts import Point, line_chart
from anlan.packs.environment.water_station import rules
from anlan.packs.environment.water_station.models import Section
from anlan.packs.environment.water_station.queries import Line
from anlan.packs.environment.water_station.rules import Month, class_words, months_between
from anlan.science.water import surface

EXPORT_HEAD = (
    "编号",
    "断面",
    "河流",
    "级别",
    "目标",
    "月类别",
    "定类项目",
    "超Ⅲ类项目和倍数",
    "月判断",
    "全年以来类别",
    "有数据月数",
    "自动站现在",
    "自动站时间",
)


@dataclass(frozen=True)
class ItemRow:
    """One item of a month against the section's target."""

    item: str
    name: str
    unit: str
    value: Decimal
    source: str
    limit: str
    water_class: str
    times: Decimal | None
    meets: bool
    share: Decimal | None


def plain(value: Decimal | None) -> str:
    return "—" if value is None else f"{value.normalize():f}"


def shown(value: Decimal) -> Decimal:
    """At most four significant decimals, none that says nothing."""
    return Decimal(
        f"{value.quantize(Decimal('0.00001') if abs(value) < Decimal('0.01') else Decimal('0.001')).normalize():f}"
    )


def item_rows(section: Section, month: Month) -> list[ItemRow]:
    verdict = month.verdict
    over = {one.item: one.times for one in verdict.over} if verdict else {}
    rows = []
    for item, value in month.mean.items():
        mine = verdict.by_item[item] if verdict else "I"
        limit = surface.limit_of(item, section.target, lake=section.is_lake)
        words = "6 – 9" if limit is None else f"{'≥' if item == 'DO' else '≤'} {plain(limit)}"
        rows.append(ItemRow(
            item, surface.NAMES[item], "" if item == "pH" else "mg/L", shown(value), "自动" if month.source[item] == "auto" else "手工", words,
            class_words(mine), over.get(item), surface.at_least(mine, section.target),
            rules.share_of_limit(item, value, section.target, lake=section.is_lake),
        ))  # fmt: skip
    return sorted(rows, key=lambda one: (one.meets, -(one.share or Decimal(0))))


def strip(
    given: Sequence[Month], years: Sequence[int], target: str
) -> list[tuple[int, list[tuple[int, str, bool | None]]]]:
    """(year, twelve of (month, class or empty, whether the target is met))."""
    by_month = {(one.year, one.month): one.water_class for one in given}
    told = []
    for year in years:
        cells = []
        for month in range(1, 13):
            found = by_month.get((year, month))
            cells.append(
                (month, rules.ROMAN[found] if found else "", surface.at_least(found, target) if found else None)
            )
        told.append((year, cells))
    return told


def item_chart(section: Section, given: Sequence[Month], item: str) -> Any:
    """The months of an item with its target limit; a month without a value is a gap."""
    if not given:
        return ""
    by_month = {(one.year, one.month): one.mean.get(item) for one in given}
    first, last = given[0], given[-1]
    limit = surface.limit_of(item, section.target, lake=section.is_lake)
    points = []
    for year, month in months_between(date(first.year, first.month, 1), date(last.year, last.month, 1)):
        value = by_month.get((year, month))
        over = value is not None and limit is not None and (value < limit if item == "DO" else value > limit)
        points.append(Point(f"{year}-{month:02d}", None if value is None else float(value), over=over))
    word = "" if limit is None else f"{class_words(section.target)} {'≥' if item == 'DO' else '≤'} {plain(limit)}"
    return line_chart(
        points,
        title=surface.NAMES[item],
        unit="" if item == "pH" else "mg/L",
        limit=limit,
        limit_word=word,
        width=960,
        height=240,
        labels=False,
    )


def export_rows(lines: Sequence[Line]) -> Any:
    for one in lines:
        section, last, now = one.section, one.last, one.now
        verdict = last.verdict if last else None
        yield (
            section.code, section.name, section.river, section.get_level_display(), section.get_target_display(),
            class_words(verdict.water_class) if verdict else "", "、".join(surface.NAMES[item] for item in verdict.items) if verdict else "",
            "、".join(f"{surface.NAMES[o.item]} {o.times}" if o.times is not None else surface.NAMES[o.item] for o in verdict.over) if verdict else "",
            {True: "达标", False: "不达标", None: "没有监测"}[one.meets], class_words(one.year.water_class) if one.year.verdict else "", len(one.year.months),
            class_words(now.verdict.water_class) if now and now.verdict else "", now.at.isoformat() if now and now.at else "",
        )  # fmt: skip
