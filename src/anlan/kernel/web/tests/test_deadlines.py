"""The deadline line: which span it chooses, where marks stand, that labels never touch, and its sentence."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.clock import CHINA
from anlan.kernel.web.deadlines import Mark, _place, _width, deadline_line, sentence, window

NOW = datetime(2026, 7, 24, 14, 32, tzinfo=CHINA)


def mark(hours: float, words: str = "续报审签", state: str = "") -> Mark:
    return Mark(at=NOW + timedelta(hours=hours), words=words, state=state or ("late" if hours < 0 else "coming"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "days"),
    [((1, 3), 1), ((1, 30), 9), ((24 * 20,), 37), ((24 * 60,), 111), ((24 * 300,), 437), ((24 * 900,), 437), ((), 1), ((-5,), 1)],
)  # fmt: skip
def test_the_span_holds_two_coming_marks(hours: tuple[float, ...], days: int) -> None:
    shown = window([mark(one) for one in hours], NOW)
    assert round((shown.end - shown.start) / timedelta(days=1)) == days
    assert shown.start < NOW < shown.end


def test_early_morning_is_on_the_line() -> None:
    early = NOW.replace(hour=0, minute=5)
    assert window([], early).start <= early


def test_late_is_a_square_with_words_and_old_ones_stand_at_the_edge() -> None:
    drawn = deadline_line([mark(-24 * 40, "旧的"), mark(2)], NOW)
    assert drawn.count('class="dl-late"') == 1
    assert '<svg x="1.0%"' in drawn
    assert "超40天 旧的" in drawn
    assert "16:32 续报审签" in drawn
    assert ">14:32<" in drawn


def test_words_are_escaped() -> None:
    assert "<script>" not in deadline_line([mark(1, "<script>1</script>")], NOW)


def test_sentence_counts_each_state() -> None:
    marks = [mark(-1), mark(1), mark(2, state="near"), mark(-2, state="done")]
    assert sentence(marks) == "时限线：已超时1件，未到期2件，已办1件。"


def test_no_style_attribute_and_no_script() -> None:
    assert not re.search(r"style=|onclick|<script", deadline_line([mark(1), mark(-1)], NOW))


@given(st.lists(st.tuples(st.floats(-200, 2000), st.text("甲乙a1", max_size=30)), max_size=40))
def test_labels_of_a_lane_never_touch(rows: list[tuple[float, str]]) -> None:
    marks = [mark(hours, words) for hours, words in rows]
    shown = window(marks, NOW)
    lanes: dict[int, list[tuple[float, float]]] = {}
    for one in _place(marks, NOW, shown):
        if one.lane is None:
            continue
        wide = _width(one.label)
        low, high = (one.x, one.x + wide) if one.anchor == "start" else (one.x - wide, one.x)
        assert 0 <= low < high <= 100
        assert all(high <= a or low >= b for a, b in lanes.setdefault(one.lane, []))
        lanes[one.lane].append((low, high))
