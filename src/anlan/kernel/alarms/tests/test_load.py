"""Dated figures, floods and the words of a condition: pure."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.clock import CHINA
from anlan.kernel.alarms.load import _busiest, floods
from anlan.kernel.alarms.rules import edition, editions, figures
from anlan.kernel.alarms.wording import condition, seconds_words

pytestmark = pytest.mark.pure
AT = datetime(2026, 1, 1, 8, tzinfo=CHINA)
KNOWN = edition(AT)


def test_editions_are_dated_and_before_the_first_one_the_first_holds() -> None:
    assert edition(datetime(1999, 1, 1, tzinfo=CHINA)) == editions()[0]
    assert KNOWN.answer_within(1) < KNOWN.answer_within(2) < KNOWN.answer_within(3) < KNOWN.answer_within(4)
    assert all(one.source for one in figures())
    assert [one.slug for one in figures() if one.verified] == []  # nobody has read them in their own text yet


def test_a_figure_has_three_judgements() -> None:
    per_hour = next(one for one in figures() if one.slug == "per_hour")
    assert [per_hour.judge(value) for value in (6, 6.1, 12, 12.1)] == ["ok", "gap", "gap", "over"]


def test_eleven_in_ten_minutes_are_a_flood_and_ten_are_none() -> None:
    ten = [AT + timedelta(seconds=54 * place) for place in range(10)]
    assert floods(ten, KNOWN) == []
    eleven = [*ten, AT + timedelta(minutes=10)]
    assert floods(eleven, KNOWN) == [(AT, AT + timedelta(minutes=10), 11)]
    assert floods([*ten, AT + timedelta(minutes=10, seconds=1)], KNOWN) == []


@given(st.lists(st.integers(0, 7200), max_size=60))
def test_floods_are_those_a_naive_count_finds(seconds: list[int]) -> None:
    times = [AT + timedelta(seconds=one) for one in sorted(seconds)]
    span = timedelta(minutes=KNOWN.flood_minutes)
    naive = max((sum(first <= one <= first + span for one in times) for first in times), default=0)
    assert _busiest(times, KNOWN) == naive
    assert bool(floods(times, KNOWN)) == (naive > KNOWN.flood_count)


def test_conditions_in_words() -> None:
    assert [seconds_words(one) for one in (45, 60, 90, 1800, 7200)] == ["45 秒", "1 分钟", "90 秒", "30 分钟", "2 小时"]
    titles = {"second": "二级报警"}
    given = {"limit": 25, "back": 3, "hold_s": 60, "unless": [["second", "gas"]], "calendar": {"weekdays": [0, 1], "start": 1320, "end": 360}}  # fmt: skip
    assert condition("above", given, "%LEL", titles) == "高于 25 %LEL，持续 1 分钟，回差 3，周一、二 22:00 到次日 6:00，“二级报警”报警时不报"  # fmt: skip
    assert condition("above", {"permit": True}, "mg/L", {}, 60.0) == "高于 60 mg/L，限值取自许可证"
    assert condition("gap", {"hold_s": 600}, "", {}) == "10 分钟没有数据"
    assert condition("all", {"of": [["second", "gas"]]}, "", titles) == "“二级报警”同时成立"
