"""The table of judgements, with the shapes of all 36 printed indicators."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from anlan.kernel.planning.values.judging import Known, Promise, Verdict, judge, pace, plain, years_due

pytestmark = pytest.mark.pure
AT = date(2025, 7, 25)


def promise(baseline: str | None, target: str | None, comparator: str, unit: str = "%", **more: Any) -> Promise:
    return Promise(
        unit=unit, baseline=None if baseline is None else Decimal(baseline), target=None if target is None else Decimal(target),
        comparator=comparator, first_year=2021, last_year=2025, **more,
    )  # fmt: skip


def known(value: str, year: int = 2025, as_of: date | None = None, ratio: tuple[int, int] | None = None) -> Known:
    return Known(value=Decimal(value), year=year, as_of=as_of or date(year, 12, 31), ratio=ratio)


GOOD_DAYS = promise("63.9", "74", ">=", flags=frozenset({"provisional"}))
PM25 = promise("46", "36", "<=", "微克/立方米")
# Two education targets below their baselines: the target is a floor to hold.
PUBLIC_PLACES = promise("64", "60", ">", flags=frozenset({"below_baseline"}))
KEPT = promise("99", "99", ">")
NONE_LEFT = promise("0", "0", "<=")
ALL = promise("100", "100", ">=")
FROM_CITY = promise("22.6", None, "city_assigned")
DEATHS = promise(None, "0.01", "<=")
COMMUNITIES = promise(None, "2", ">=", "个")
DOCKED = promise(None, None, "=", "", flags=frozenset({"no_number"}))
HOURS = promise(None, "12", "<=", "小时")
MYOPIA = promise("58.2", "53.2", "<=")

TABLE = [
    # promise, figure, state, gap
    (GOOD_DAYS, known("72.5"), "behind", "1.5"),
    (GOOD_DAYS, known("74"), "reached", "0"),
    (GOOD_DAYS, known("70.4", 2022), "on_pace", "3.6"),  # the line asks for 67.94
    (GOOD_DAYS, known("66.8", 2023), "behind", "7.2"),  # the line asks for 69.96
    (PM25, known("39"), "behind", "3"),
    (PM25, known("35.9"), "reached", "0"),
    (PM25, known("42", 2022), "on_pace", "6"),  # exactly on the line
    (PM25, known("42.1", 2022), "behind", "6.1"),
    (PUBLIC_PLACES, known("62", 2023), "reached", "0"),  # under the baseline, over the target
    (PUBLIC_PLACES, known("58", 2023), "behind", "2"),
    (PUBLIC_PLACES, known("60", 2023), "behind", "0"),  # > is strict
    (KEPT, known("99.2", 2021), "reached", "0"),
    (KEPT, known("99", 2021), "behind", "0"),
    (NONE_LEFT, known("0", 2021), "reached", "0"),
    (NONE_LEFT, known("0.3", 2021), "behind", "0.3"),
    (ALL, known("100", 2021), "reached", "0"),
    (ALL, known("99.9", 2021), "behind", "0.1"),
    (DEATHS, known("0.008", 2021), "reached", "0"),
    (DEATHS, known("0.02", 2021), "behind", "0.01"),
    (COMMUNITIES, known("1", 2022), "on_pace", "1"),  # counted up from zero: the line asks for 0.8
    (COMMUNITIES, known("1", 2024), "behind", "1"),
    (COMMUNITIES, known("2", 2024), "reached", "0"),
    (HOURS, known("12", 2024), "reached", "0"),
    (HOURS, known("14", 2024), "behind", "2"),
    (MYOPIA, known("56", 2022), "on_pace", "2.8"),  # the line asks for 56.2
    (MYOPIA, known("59", 2022), "behind", "5.8"),
    (FROM_CITY, known("20", 2024), "unassigned", None),
    (promise("22.6", "25", "city_assigned"), known("26", 2024), "reached", "0"),  # the number has arrived
    (
        promise(None, "95", "city_assigned", "吨"),
        known("80", 2024),
        "on_pace",
        "15",
    ),  # counted up: the line asks for 76
    (DOCKED, known("1", 2023), "reached", "0"),
    (DOCKED, known("0", 2023), "on_pace", None),
    (GOOD_DAYS, None, "unfilled", None),
]


@pytest.mark.parametrize(("row", "figure", "state", "gap"), TABLE)
def test_judgement(row: Promise, figure: Known | None, state: str, gap: str | None) -> None:
    verdict = judge(row, figure, AT)
    assert verdict.state == state
    assert verdict.gap == (None if gap is None else Decimal(gap))
    assert verdict.word
    assert verdict.sentence.endswith("。")


def test_before_the_first_due_day_nothing_is_wanted() -> None:
    assert judge(GOOD_DAYS, None, date(2022, 3, 31)).state == "not_due"
    assert judge(GOOD_DAYS, None, date(2022, 4, 1)).state == "unfilled"
    assert years_due(GOOD_DAYS, date(2024, 4, 1)) == [2021, 2022, 2023]


def test_a_sentence_without_a_number_is_late_only_after_the_plan() -> None:
    assert judge(DOCKED, known("0", 2025), date(2025, 12, 31)).state == "on_pace"
    assert judge(DOCKED, known("0", 2025), date(2026, 1, 1)).state == "behind"


def test_the_gap_is_said_in_points_and_in_days() -> None:
    figure = known("72.5", 2025, date(2025, 7, 24), (148, 204))
    assert judge(GOOD_DAYS, figure, AT).sentence == "差 1.5 个百分点；剩余 160 天须有 ≥ 122 天。"
    hopeless = known("10", 2025, date(2025, 12, 21), (35, 350))
    assert "全部计入也达不到" in judge(GOOD_DAYS, hopeless, AT).sentence
    assert judge(PM25, known("39"), AT).sentence == "高 3 微克/立方米。"
    assert "目标要求高于这个数" in judge(KEPT, known("99"), AT).sentence


def test_the_days_asked_for_are_enough_and_one_less_is_not() -> None:
    for good, valid, day in ((148, 204, date(2025, 7, 24)), (10, 30, date(2025, 1, 30)), (215, 300, date(2025, 11, 1))):
        sentence = judge(GOOD_DAYS, known(f"{Decimal(good * 100) / valid}", 2025, day, (good, valid)), AT).sentence
        left = (date(2025, 12, 31) - day).days
        need = int(sentence.split("≥ ")[1].split(" ")[0])
        assert Decimal(good + need) * 100 / (valid + left) >= 74 > Decimal(good + need - 1) * 100 / (valid + left)


def test_pace_is_straight_and_stops_at_both_ends() -> None:
    assert [pace(PM25, year) for year in (2019, 2020, 2021, 2025, 2030)] == [Decimal(n) for n in (46, 46, 44, 36, 36)]
    assert pace(PUBLIC_PLACES, 2022) is None
    assert pace(DEATHS, 2022) is None


def test_in_the_last_year_only_the_target_counts() -> None:
    assert judge(COMMUNITIES, known("1", 2025), AT) == Verdict(
        state="behind", gap=Decimal(1), pace=Decimal(2), sentence="差 1 个。"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("1.500000", "1.5"),
        ("100.000000", "100"),
        ("0.0005", "0"),
        ("0.0015", "0.002"),
        ("12000", "12000"),
        ("-3.10", "-3.1"),
    ],
)
def test_plain_numbers(value: str, words: str) -> None:
    assert plain(Decimal(value)) == words
