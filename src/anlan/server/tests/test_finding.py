"""The search palette: words, pinyin initials, groups, and only what the person may open."""

from __future__ import annotations

import pytest
from tests.support.cast import make_cast

from anlan.kernel.access.types import ANONYMOUS
from anlan.server.desk.finding import find, initials

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("words", "expected"), [("导入规划", "drgh"), ("PM2.5浓度", "pm2.5nd"), ("", "")])
def test_initials(words: str, expected: str) -> None:
    assert initials(words) == expected


@pytest.mark.parametrize("words", ["导入规划", "drgh", "DRGH", " drgh "])
def test_a_command_is_found_by_words_and_by_initials(words: str) -> None:
    found = find(make_cast().actor("planner"), words)
    assert any(hit.group == "办" and hit.url == "/plans/import/" for hit in found)


def test_only_what_the_person_may_open() -> None:
    cast = make_cast()
    assert not [hit for hit in find(cast.actor("auditor"), "导入规划") if hit.group == "办"]
    assert not [hit for hit in find(ANONYMOUS, "任务") if hit.url.startswith("/plans/")]


@pytest.mark.parametrize("words", ["", "   ", "没有这样的词", "%", "'; DROP TABLE", "x" * 5000])
def test_odd_words_find_nothing_and_break_nothing(words: str) -> None:
    assert find(make_cast().actor("planner"), words) == []


def test_the_box_gets_a_fragment_and_a_reader_without_script_the_page() -> None:
    client = make_cast().client("planner")
    fragment = client.get("/search/", {"q": "任务"}, HTTP_HX_REQUEST="true").content.decode()
    page = client.get("/search/", {"q": "任务"}).content.decode()
    assert fragment.startswith('<div role="group"')
    assert "<html" in page
    assert "/plans/tasks/" in fragment
    assert "/plans/tasks/" in page


def test_a_nul_is_refused_with_one_sentence_on_any_page() -> None:
    client = make_cast().client("planner")
    for address in ("/search/", "/plans/tasks/", "/journal/"):
        answer = client.get(address, {"q": "a\x00b", "name": "\x00"})
        assert answer.status_code in {403, 422}
