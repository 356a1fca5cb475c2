"""The two air indicators of the plan, each with its way back: value → days → hours → stations → lines of the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.urls import reverse

from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.environment.air_quality import queries
from anlan.packs.environment.air_quality.queries import YearView
from anlan.science.air.editions import Edition, edition_for, other
from anlan.science.stats.rounding import round_half_even

NO_AREA = "还没有设区一级单位，不能计算。"


def _steps(view: YearView) -> tuple[Step, ...]:
    usable, expected = view.period.usable, view.period.expected_days
    url = reverse("air_year", args=[view.year])
    files = {int(number) for _source, _day, row in view.rows for number in row.block.files if number}
    names = "、".join(source.station.name for source in view.sources) or "没有测点"
    return (
        Step(
            title="日评价",
            text=f"应有 {expected} 天，有效 {usable} 天，缺 {expected - usable} 天",
            link=f"{usable} 行",
            url=f"{url}#days",
        ),
        Step(
            title="小时值",
            text=f"应有 {view.expected_hours}，实有 {view.present_hours}",
            link=f"{view.present_hours} 行",
            url=f"{url}#days",
        ),
        Step(
            title="测点", text=f"{names}（参与评价 {len(view.sources)} 个）", link="测点页", url=reverse("air_stations")
        ),
        Step(
            title="原始文件", text=f"{len(files)} 个文件，逐行可查", link=f"{len(files)} 个", url=reverse("air_files")
        ),
    )


def _computed(view: YearView, value: Decimal | None, unit: str, sentence: str, valid: int, note: str) -> Computed:
    rule = f"{view.edition.title}" + ("" if view.edition.verified else "（未核实）")
    return Computed(
        value=value, unit=unit, window=(view.period.first, view.period.last), as_of=view.period.last,
        expected=view.period.expected_days, valid=valid, sentence=sentence, rule=rule, inputs_hash=view.inputs_hash,
        note=note, substitution=view.substitution, steps=_steps(view),
    )  # fmt: skip


def _good(view: YearView) -> Computed:
    result = view.period
    if not result.usable:
        return _computed(view, None, "%", "", 0, "这一年没有有效日。")
    sentence = f"优良天数 {result.good} ÷ 有效天数 {result.usable} = {result.good_ratio} %"
    note = ""
    if result.dust_days:
        note = (
            f"其中沙尘日 {result.dust_days} 天；不计沙尘日为 {result.good_ratio_without_dust} %（沙尘日计入考核比率）。"
        )
    return _computed(view, result.good_ratio, "%", sentence, result.usable, note)


def _pm25(view: YearView) -> Computed:
    days, mean = view.period.valid_days["PM25"], view.period.mean["PM25"]
    if mean is None:
        return _computed(view, None, "微克/立方米", "", 0, "这一年没有有效日均值。")
    value = round_half_even(mean, 0)
    sentence = f"{days} 个有效日均值之和 ÷ {days} = {round_half_even(mean, 3)}，修约为 {value} 微克/立方米"
    note = "有效天数或某月不足，年均值仅供参考。" if "PM25" in view.period.failures else ""
    return _computed(view, value, "微克/立方米", sentence, days, note)


def _compute(
    finish: Callable[[YearView], Computed], edition_of: Callable[[date], Edition]
) -> Callable[[int, date], Computed]:
    def compute(year: int, as_of: date) -> Computed:
        place = queries.area()
        last = min(as_of, date(year, 12, 31))
        if place is None:
            first = date(year, 1, 1)
            return Computed(
                value=None,
                unit="",
                window=(first, last),
                as_of=last,
                expected=0,
                valid=0,
                sentence="",
                rule="",
                inputs_hash="",
                note=NO_AREA,
            )
        return finish(queries.year_view(place, year, last, edition_of(last)))

    return compute


def _fingerprint(year: int) -> str:
    place = queries.area()
    return queries.fingerprint(place, year) if place else "no area"


FORMULAS = (
    Formula(
        slug="air_quality.good_day_ratio",
        title="优良天数比率",
        unit="%",
        text="日 AQI 不大于 100 的天数 ÷ 有效天数，保留一位小数（HJ 663）；六项齐全或 AQI 大于 100 的日子有效，沙尘日计入。",
        indicators=("城市空气质量优良天数比率", "空气质量优良天数比率"),
        compute=_compute(_good, edition_for),
        fingerprint=_fingerprint,
        trial=_compute(_good, lambda day: other(edition_for(day))),
        of_days=True,
    ),
    Formula(
        slug="air_quality.pm25_mean",
        title="细颗粒物年均浓度",
        unit="微克/立方米",
        text="有效日均值（每天不少于 20 个小时值）的算术平均，按 GB/T 8170 修约到整数（HJ 663）；多测点先求当日各点平均。",
        indicators=("细颗粒物(PM2.5)浓度", "细颗粒物(PM2.5)年均浓度", "PM2.5年均浓度"),
        compute=_compute(_pm25, edition_for),
        fingerprint=_fingerprint,
        trial=_compute(_pm25, lambda day: other(edition_for(day))),
    ),
)
