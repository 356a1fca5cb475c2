"""Charts over time: gaps are said and hatched, peaks survive thinning, limits are words, nothing is interpolated."""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timedelta

import pytest

from anlan.base.clock import CHINA
from anlan.kernel.web.time_chart import Limit, Spot, sparkline, time_chart

START = datetime(2026, 3, 1, tzinfo=CHINA)
END = START + timedelta(hours=24)
pytestmark = pytest.mark.pure


def spots(count: int = 24, step: int = 3600, skip: range = range(0)) -> list[Spot]:
    return [Spot(START + timedelta(seconds=step * n), 10.0 + n % 3) for n in range(count) if n not in skip]


def drawn(given: list[Spot], **more: object) -> str:
    return str(time_chart(given, start=START, end=END, title="溶解氧", unit="mg/L", rhythm=3600, **more))  # type: ignore[arg-type]


def paths(picture: str) -> list[str]:
    return re.findall(r'class="svg-line" d="([^"]+)"', picture)


def test_a_gap_parts_the_line_and_is_said() -> None:
    whole, cut = drawn(spots()), drawn(spots(skip=range(8, 14)))
    assert len(paths(whole)) == 1
    assert "缺测" not in whole
    assert len(paths(cut)) == 2
    assert "缺测 1 段" in cut
    assert 'fill="url(#hatch-c)"' in cut


def test_three_missing_values_are_a_gap_two_are_not() -> None:
    assert "缺测" not in drawn(spots(skip=range(8, 10)))
    assert "缺测 1 段" in drawn(spots(skip=range(8, 11)))


def test_a_value_that_is_not_usable_is_no_point_but_a_mark() -> None:
    given = spots()
    given[10] = Spot(given[10].at, 999.0, mark="超出可能范围")
    picture = drawn(given)
    assert "最大 12" in picture
    assert "<title>超出可能范围</title>" in picture


def test_a_peak_among_many_points_is_drawn() -> None:
    given = [Spot(START + timedelta(seconds=10 * n), 5.0) for n in range(8640)]
    given[4321] = Spot(given[4321].at, 50.0)
    picture = str(time_chart(given, start=START, end=END, title="气体", unit="%LEL", rhythm=10))
    (line,) = paths(picture)
    heights = [float(one.split()[1]) for one in line[1:].split("L")]
    assert len(heights) < 1500
    assert min(heights) < 50  # y grows downwards
    assert "缺测" not in picture


def test_limits_have_words_that_do_not_touch_and_only_the_one_that_raised_is_red() -> None:
    picture = drawn(
        spots(),
        limits=[Limit(12.0, "≤ 12", alarm=True, raises=True), Limit(12.1, "≤ 12.1"), Limit(9.0, "≥ 9", above=False)],
    )
    words = re.findall(r'class="svg-limit-word( raises)?" x="[\d.]+" y="([\d.]+)">([^<]+)<', picture)
    assert {(red, word) for red, _y, word in words} == {(" raises", "≤ 12"), ("", "≤ 12.1"), ("", "≥ 9")}
    heights = sorted(float(y) for _red, y, _word in words)
    assert all(after - before >= 14.9 for before, after in itertools.pairwise(heights))
    assert picture.count('class="svg-beyond"') == 1
    assert picture.count('class="svg-over"') == 0  # 12 is not above 12
    assert drawn(spots(), limits=[Limit(11.0, "≤ 11", alarm=True)]).count('class="svg-over"') == 8


def test_a_limit_far_away_does_not_press_the_line_to_the_ground() -> None:
    assert "≤ 5000" not in re.sub(r'aria-label="[^"]*"', "", drawn(spots(), limits=[Limit(5000.0, "≤ 5000")]))


def test_nothing_to_draw_is_a_sentence() -> None:
    assert "没有可画的数据" in drawn([])
    assert "没有可画的数据" in drawn([Spot(START, None)])


def test_a_constant_series_and_a_single_value_are_drawn() -> None:
    assert paths(drawn([Spot(one.at, 7.0) for one in spots()]))
    assert 'class="svg-dot"' in drawn([Spot(START + timedelta(hours=12), 7.0)])


def test_sparklines_leave_gaps_and_need_two_values() -> None:
    assert sparkline([None, 1.0]) == ""
    assert str(sparkline([1.0, None, 2.0, 3.0])).count("M") == 2
    assert "spark over" in sparkline([1.0, 2.0], over=True)
