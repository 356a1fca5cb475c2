"""How sources, days and bulletins are shown and exported. No rule lives here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlan.base.clock import CHINA
from anlan.kernel.registry.models import Station
from anlan.kernel.web.charts import Point, line_chart
from anlan.packs.environment.pollution_source import rules
from anlan.packs.environment.pollution_source.hours import day_start
from anlan.packs.environment.pollution_source.kinds import ITEMS, KINDS, MEDIUM, Item
from anlan.packs.environment.pollution_source.models import Limit
from anlan.packs.environment.pollution_source.queries import ItemDay, Standing
from anlan.science.flue.validity import Medium

EXPORT_HEAD = (
    "锅炉", "单位", "限值 mg/m³", "排污许可证", "日均 mg/m³", "有效小时", "收到小时", "停运小时", "最大 mg/m³", "最大时间", "超限小时数", "超限时段",
    "无效小时和原因", "人工审核小时", "判断", "依据",
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """The sources of one kind, and a station's rows together."""

    title: str
    stations: list[tuple[Station, list[Standing]]]


def groups(rows: Iterable[Standing]) -> list[Group]:
    found: dict[str, dict[int, tuple[Station, list[Standing]]]] = {}
    for one in rows:
        found.setdefault(one.station.kind, {}).setdefault(one.station.pk, (one.station, []))[1].append(one)
    order = {kind: {item.code: place for place, item in enumerate(given)} for kind, given in ITEMS.items()}
    return [
        Group(kind.title, [(station, sorted(mine, key=lambda one: order[one.station.kind][one.item.code]))
                           for station, mine in sorted(found[kind.slug].values(), key=lambda pair: pair[0].name)])
        for kind in KINDS if kind.slug in found
    ]  # fmt: skip


def medium(station: Station) -> Medium:
    return MEDIUM[station.kind]


def start_of(day: date) -> datetime:
    return day_start(day)


def day_chart(given: ItemDay) -> Any:
    points = [
        Point(
            f"{one.start.astimezone(CHINA):%H时}",
            None if one.value is None else float(one.value),
            over=rules.over(one.value, given.limit),
        )
        for one in given.hours
    ]
    high = float(given.limit.high) if given.limit else None
    return line_chart(
        points, title=f"{given.item.title}小时值", unit=given.item.unit, limit=high, limit_word=f"限值 {rules.limit_words(given.limit)}" if given.limit else "",
        width=960, height=220, labels=False, from_zero=True,
    )  # fmt: skip


def reasons(hours: Sequence[Any]) -> str:
    return "；".join(f"{one.start.astimezone(CHINA):%H}时 {one.reason}" for one in hours)


def export_row(one: ItemDay) -> tuple[Any, ...]:
    limit, highest = one.limit, one.highest
    return (
        one.station.name, str(one.station.organisation), limit.high if limit else None, limit.permit if limit else "", one.mean, len(one.valid),
        one.received, one.stopped, highest.value if highest else None, f"{highest.start.astimezone(CHINA):%H:%M}" if highest else "", len(one.over),
        "、".join(f"{hour.start.astimezone(CHINA):%H}时" for hour in one.over), reasons(one.missing),
        sum(hour.review is not None and not hour.review.by_rule for hour in one.hours), one.word, limit.basis if limit else "",
    )  # fmt: skip


def lacking(stations: Iterable[Station], held: Mapping[tuple[int, str], Limit]) -> list[tuple[Station, Item]]:
    """Items that nobody has set a limit for: their hours are never judged."""
    return [(one, item) for one in stations for item in ITEMS[one.kind] if (one.pk, item.code) not in held]
