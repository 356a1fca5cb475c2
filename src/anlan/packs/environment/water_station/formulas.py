"""Indicators that water records answer: share of good and of worse sections, share that meet their target, black-odorous waters.

The way back: value → sections of the year → months → samples and automatic stations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import Count, Max
from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.observations import reading
from anlan.kernel.observations.store.types import DAY_MS
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.environment.water_station import queries, rules
from anlan.packs.environment.water_station.models import BlackReading, BlackWater, Sample, Section
from anlan.packs.environment.water_station.queries import Year
from anlan.science.water import black, surface

MADE_UP = "示例断面的虚构数据"
ILLEGIBLE = "规划原文类别缺字，按{}计算，以印发文为准。"
Chosen = Callable[[Section], bool]


def _assessed(one: Section) -> bool:
    return one.level != "watch"


def _national(one: Section) -> bool:
    return one.level == "national"


def _steps(given: Sequence[Year], year: int) -> tuple[Step, ...]:
    hand = sum(one.samples for line in given for one in line.months)
    auto = sum("auto" in one.source.values() for line in given for one in line.months)
    count = sum(len(line.months) for line in given)
    return (
        Step(
            title="断面",
            text=f"{len(given)} 个，有数据 {sum(one.verdict is not None for one in given)} 个",
            link="断面页",
            url=reverse("water"),
        ),
        Step(
            title="月均值",
            text=f"应有 {len(given) * 12} 个断面月，实有 {count}",
            link=f"{count} 个",
            url=f"{reverse('water_report')}?year={year}",
        ),
        Step(title="手工样", text=f"{hand} 个样", link="台账", url=reverse("water_samples_list")),
        Step(title="自动站", text=f"{auto} 个断面月用自动站月均值", link="监测点", url=reverse("stations_now")),
    )


def _shares(
    what: str, chosen: Chosen, counts: Callable[[Year], bool], note: str = ""
) -> Callable[[int, date], Computed]:
    def compute(year: int, as_of: date) -> Computed:
        last = min(as_of, date(year, 12, 31))
        given = queries.years([one for one in queries.sections(SYSTEM) if chosen(one)], year, last)
        judged = [one for one in given if one.verdict is not None]
        good = [one for one in judged if counts(one)]
        value = _percent(len(good), len(judged))
        short = sum(not one.enough for one in judged)
        words = [f"{short} 个断面不足 {rules.YEAR_MONTHS} 个月，仅供参考。" if short else "", note]
        return Computed(
            value=value, unit="%", window=(date(year, 1, 1), last), as_of=last, expected=len(given) * _months(last),
            valid=sum(len(one.months) for one in given),
            sentence=f"{what} {len(good)} 个 ÷ 有数据断面 {len(judged)} 个 = {value} %" if judged else "",
            rule=f"{surface.SOURCE} 单因子评价；{rules.SOURCE}", inputs_hash=_hash(given),
            note="".join(words) if judged else "这一年没有断面数据。",
            substitution=MADE_UP if any(one.section.is_demo for one in judged) else "", steps=_steps(given, year),
        )  # fmt: skip

    return compute


def _months(last: date) -> int:
    return last.month


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_EVEN) if whole else None


def _hash(given: Sequence[Year]) -> str:
    digest = hashlib.sha256()
    for one in given:
        digest.update(f"{one.section.code}|{one.section.target}|{len(one.months)}|{sorted(one.mean.items())}".encode())
    return digest.hexdigest()


def _fingerprint(year: int) -> str:
    """Sections and samples by number and newest change, automatic values by count and sum."""
    parts = [
        repr(Section.objects.aggregate(n=Count("id"), at=Max("updated_at"), gone=Count("retired_on"))),
        repr(
            Sample.objects.filter(taken_on__year=year).aggregate(
                n=Count("id"), at=Max("updated_at"), gone=Count("retired_on")
            )
        ),
    ]
    store = reading.reader()
    streams = [one.pk for mine in queries.streams_of(queries.sections(SYSTEM)).values() for one in mine]
    if store is not None and streams:
        after, until = (reading.ms(datetime(at, 1, 1, tzinfo=CHINA)) for at in (year, year + 1))
        told = store.statistics(streams, after, until, DAY_MS)
        # A day's worth of hours may change the figure; every single hour need not recompute the year.
        parts += [f"{one.stream}:{len(one.count)}" for one in told]
    return "|".join(parts)


def _black(year: int, as_of: date) -> Computed:
    last = min(as_of, date(year, 12, 31))
    given = queries.black_waters(SYSTEM, year)
    judged = [one for one in given if one.grade is not None]
    bad = [one for one in judged if one.grade != black.NONE]
    digest = hashlib.sha256(repr([(one.water.code, one.readings, one.grade) for one in given]).encode())
    url = reverse("black_waters_list")
    return Computed(
        value=_percent(len(bad), len(judged)), unit="%", window=(date(year, 1, 1), last), as_of=last, expected=len(given), valid=len(judged),
        sentence=f"黑臭 {len(bad)} 处 ÷ 有监测的水体 {len(judged)} 处 = {_percent(len(bad), len(judged))} %" if judged else "",
        rule=black.SOURCE, inputs_hash=digest.hexdigest(), note="" if judged else "这一年没有监测值。",
        substitution="示例水体的虚构数据" if any(one.water.is_demo for one in judged) else "",
        steps=(
            Step(title="水体", text=f"台账 {len(given)} 处，这一年有监测 {len(judged)} 处", link="台账", url=url),
            Step(title="监测值", text=f"{sum(one.readings for one in given)} 次", link="监测值", url=reverse("black_readings_list")),
        ),
    )  # fmt: skip


def _black_fingerprint(year: int) -> str:
    rows = BlackReading.objects.filter(measured_on__year=year)
    return repr((rows.aggregate(n=Count("id"), at=Max("updated_at"), gone=Count("retired_on")),
                 BlackWater.objects.aggregate(n=Count("id"), at=Max("updated_at"), gone=Count("retired_on"))))  # fmt: skip


def _good(one: Year) -> bool:
    return one.verdict is not None and surface.at_least(one.verdict.water_class, "III")


def _worse(one: Year) -> bool:
    return one.water_class == surface.CLASSES[-1]


_TEXT = "各月均值的算术平均按 GB 3838 单因子评价，{} ÷ 有数据的断面，保留一位小数。月均值先用自动站（有值 15 天以上），再用手工样。"
FORMULAS = (
    Formula(
        slug="water_station.good_share", title="地表水达到或优于Ⅲ类水体比例", unit="%", text=_TEXT.format("国控断面中Ⅲ类及更好的"),
        indicators=("地表水达到或优于Ⅲ类水体比例", "地表水达到或优于类水体比例", "地表水达到或好于Ⅲ类水体比例"),
        compute=_shares("Ⅲ类及更好", _national, _good, ILLEGIBLE.format("Ⅲ类")), fingerprint=_fingerprint,
    ),
    Formula(
        slug="water_station.worse_share", title="地表水劣Ⅴ类水体比例", unit="%", text=_TEXT.format("考核断面中劣Ⅴ类的"),
        indicators=("地表水劣Ⅴ类水体比例", "地表水劣类水体比例", "地表水劣类水体数量(比例)", "地表水劣Ⅴ类水体数量(比例)"),
        compute=_shares("劣Ⅴ类", _assessed, _worse, ILLEGIBLE.format("劣Ⅴ类")), fingerprint=_fingerprint,
    ),
    Formula(
        slug="water_station.target_share", title="断面达标比例", unit="%", text=_TEXT.format("考核断面中达到目标类别的"),
        indicators=("河道断面达标比例", "断面达标比例", "地表水断面达标率"),
        compute=_shares("达到目标", _assessed, lambda one: bool(one.meets)), fingerprint=_fingerprint,
    ),
    Formula(
        slug="water_station.black_share", title="黑臭水体比例", unit="%", text="这一年有监测的水体中，评为轻度或重度黑臭的 ÷ 有监测的，保留一位小数。",
        indicators=("黑臭水体比例",), compute=_black, fingerprint=_black_fingerprint,
    ),
)  # fmt: skip
