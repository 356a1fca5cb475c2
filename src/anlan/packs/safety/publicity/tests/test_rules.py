"""Search in Chinese, text to HTML, question files, papers by a seed, figures that name nobody."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.errors import Refused
from anlan.packs.safety.publicity import rules
from anlan.packs.safety.publicity.rules import Asked, Line

pytestmark = pytest.mark.pure
BANK = tuple(Asked("single", f"题{n}", ("甲", "乙", "丙", "丁"), frozenset({n % 4}), 1) for n in range(12))


def w(asked: str, title: str, text: str = "") -> int:
    return rules.weight(rules.words_of(asked), title, "防汛", text)


def test_search_needs_no_tokenizer() -> None:
    assert w("车库进水", "地下车库进水怎么办") > w("车库进水", "怎么办", "车库进水时先走人") > 0
    assert w("地库进水怎么走", "地下车库进水怎么办", "走楼梯") > 0  # no such words in a row, but most of their pairs
    assert w("地震", "地下车库进水怎么办", "走楼梯") == 0
    assert w("ＧＡＳ", "gas") > 0  # full width
    assert w("进水 地震", "车库进水") > 0
    assert w("地震 台风 高温", "车库进水", "高温") == 0
    assert rules.words_of("  ，。 ") == []


def test_text_is_safe_and_shows_only_its_own_pictures() -> None:
    html = rules.to_html(
        "# 大\n\n<script>x</script> [a](javascript:alert(1)) [b](https://e.cn) ![图](picture:1) ![外](https://e.cn/x.png) ![无](picture:7)",
        {1: "/p/1"},
    )
    assert "<script" not in html
    assert "javascript:" not in html.replace("(javascript:alert(1))", "")
    assert html.count("<img") == 1
    assert 'src="/p/1"' in html
    assert 'href="https://e.cn"' in html
    assert "<h2>大</h2>" in html
    assert rules.pictures_in("![a](picture:3) `![b](picture:4)`") == [3]


def test_an_excerpt_has_words_alone() -> None:
    assert rules.bare("# 先走人\n\n- 水到**脚踝**\n1. 走\n\n| 看见 | 做 |\n|---|---|\n![图](picture:1) [字](https://e.cn) 3-5 人") == "先走人 水到 脚踝 走 看见 做 字 3-5 人"  # fmt: skip


@given(st.text(max_size=200))
def test_no_text_gives_a_script_or_a_foreign_picture(text: str) -> None:
    html = rules.to_html(text, {})
    assert "<script" not in html.lower()
    assert "<img" not in html


def _row(*cells: Any) -> list[Any]:
    return list(cells)


GOOD = _row("多选", "题", "甲", "乙", "丙", None, None, None, "AC", 2, "依据")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (_row("填空", "题", "甲", "乙"), "题型"),
        (_row("单选", "", "甲", "乙", "", "", "", "", "A"), "题目"),
        (_row("单选", "题", "甲", "", "丙", "", "", "", "A"), "中间不空"),
        (_row("单选", "题", "甲", "甲", "", "", "", "", "A"), "不能相同"),
        (_row("单选", "题", "甲", "乙", "", "", "", "", "C"), "字母"),
        (_row("单选", "题", "甲", "乙", "", "", "", "", "AB"), "单选一个"),
        (_row("多选", "题", "甲", "乙", "", "", "", "", "A"), "多选至少"),
        (_row("多选", "题", "甲", "乙", "", "", "", "", "AA"), "不重复"),
        (_row("判断", "题", "", "", "", "", "", "", "是"), "“对”或“错”"),
        (_row("判断", "题", "甲", "", "", "", "", "", "对"), "不写选项"),
        (_row("单选", "题", "甲", "乙", "", "", "", "", "A", "0"), "分值"),
        (_row("单选", "题", "甲", "乙", "", "", "", "", "A", "²"), "分值"),
    ],
)
def test_a_bad_question_names_its_line(row: list[Any], said: str) -> None:
    with pytest.raises(Refused, match="第 3 行") as told:
        rules.read_questions([list(rules.HEAD), GOOD, row])
    assert said in told.value.message


def test_question_files_go_out_as_they_came_in() -> None:
    judge = _row("判断", "判", "", "", "", "", "", "", "错", 1, "")
    read = rules.read_questions([list(rules.HEAD), GOOD, [None] * 11, judge])
    assert [one.kind for one in read] == ["multiple", "judge"]
    assert rules.read_questions([list(rules.HEAD), *map(rules.row_of, read)]) == read
    with pytest.raises(Refused, match="和前面的相同"):
        rules.read_questions([list(rules.HEAD), GOOD, GOOD])
    with pytest.raises(Refused, match="第一行"):
        rules.read_questions([["题型"], GOOD])
    with pytest.raises(Refused):
        rules.read_questions([list(rules.HEAD)])


def test_the_same_seed_gives_the_same_paper() -> None:
    first = rules.paper("a", BANK, 5)
    assert first == rules.paper("a", BANK, 5)
    assert [one.text for one in first] == ["题6", "题8", "题10", "题4", "题3"]  # on every machine and version
    assert first != rules.paper("b", BANK, 5)
    assert len({one.text for one in first}) == 5
    for one in rules.paper("a", BANK, 12):
        old = next(each for each in BANK if each.text == one.text)
        assert [one.options[at] for at in one.right] == [old.options[at] for at in old.right]


def test_marks() -> None:
    asked = (
        Asked("multiple", "多", ("甲", "乙", "丙"), frozenset({0, 2}), 3),
        Asked("judge", "判", rules.JUDGE, frozenset({1}), 1),
    )
    assert rules.marked(asked, {"0": [0, 2], "1": [1]}).got == 4
    assert rules.marked(asked, {"0": [0], "1": [1]}).got == 1  # half of a multiple choice is nothing
    assert rules.marked(asked, {"0": [0, 1, 2]}).got == 0
    assert rules.Mark(3, 4).passed(75)
    assert not rules.Mark(3, 4).passed(76)
    assert not rules.Mark(0, 0).passed(1)
    for sent in ({"q0": ["3"]}, {"q0": ["x"]}, {"q1": ["0", "1"]}, {"q0": ["-1"]}):
        with pytest.raises(Refused):
            rules.chosen(asked, sent)


def test_small_numbers_are_not_told() -> None:
    rows = [("甲", 12, 6), ("乙", 9, 9), ("丙", 3, 1), ("丁", 4, 4)]
    assert rules.told(rows) == (Line("乙", 9, None), Line("甲", 12, 6), Line("其他单位", 7, 5 if 7 - 5 >= 5 else None))
    assert rules.told([("甲", 12, 6), ("丙", 4, 1)]) == (Line("甲", 12, 6),)  # one alone is never told as "others"
    assert rules.told([("丙", 2, 1), ("丁", 2, 2)]) == ()


@given(st.lists(st.tuples(st.text("甲乙丙丁", min_size=1), st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_no_line_tells_of_fewer_than_five(rows: list[tuple[str, int, int]]) -> None:
    for one in rules.told([(name, n, min(n, good)) for name, n, good in rows]):
        assert one.sat >= rules.FEWEST
        assert one.passed is None or min(one.passed, one.sat - one.passed) >= rules.FEWEST


def test_certificates() -> None:
    code = rules.code_of("PX-2026-00001", "seed", "secret")
    assert rules.CODE.match(code)
    assert code != rules.code_of("PX-2026-00002", "seed", "secret")
    assert rules.masked("冯机房") == "冯**"
    assert rules.masked(" ") == "—**"
    assert rules.months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert rules.months_later(date(2025, 12, 31), 12) == date(2026, 12, 31)
    assert rules.months_later(date(2025, 11, 30), 3) == date(2026, 2, 28)
