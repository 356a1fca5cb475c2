"""The boards "1+5": at a desk, on a wall, in a hand; an earthquake from its sentence to its board."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from anlan.base import clock
from anlan.base.clock import CHINA
from anlan.kernel.response.boards import BOARDS
from tests.journeys.conftest import SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADDRESSES = {slug: "/command/boards/" if slug == "general" else f"/command/boards/{slug}/" for slug in BOARDS}
# The smallest letters on the page that somebody reads.
SMALLEST = """() => {
  const sizes = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const of = walk.currentNode.parentElement;
    if (walk.currentNode.data.trim() && of.checkVisibility() && !of.closest("script, style, svg")) sizes.push(parseFloat(getComputedStyle(of).fontSize));
  }
  return Math.min(...sizes);
}"""


def test_every_board_at_a_desk(sign_in: SignIn) -> None:
    page = sign_in("duty")
    for slug, one in BOARDS.items():
        page.goto(ADDRESSES[slug])
        expect(page.locator("h1")).to_have_text(one.title)
        expect(page.locator(".board-head")).to_contain_text("截至")
        expect(page.locator(".board-map img")).to_be_visible()
        no_sideways_scroll(page)
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), slug  # only its columns scroll
        assert page.evaluate(SMALLEST) >= 12
    page.goto(ADDRESSES["flood"])
    for word in ("水位", "雨量", "易积水点", "排水泵", "队伍", "避难场所", "物资报警", "现行预警"):
        expect(page.locator("main")).to_contain_text(word)
    page.get_by_role("link", name="示例片区短时强降雨积水").first.click()
    expect(page).to_have_url(re.compile("/incidents/"))


def test_every_board_on_a_wall(sign_in: SignIn) -> None:
    page = sign_in("leader", width=1920)
    for slug, one in BOARDS.items():
        page.goto(f"{ADDRESSES[slug]}?wall=1")
        expect(page.locator("h1")).to_have_text(one.title)
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [1920, 1080]  # fmt: skip
        assert page.evaluate(SMALLEST) >= 24, slug
        assert page.locator("a, button, input, form").count() == 0
        assert page.evaluate("document.querySelector('main').scrollHeight <= innerHeight"), slug  # nothing is cut off
        for cut in page.locator(".wall-panels .panel").all():
            assert cut.evaluate("one => one.scrollHeight <= one.clientHeight + 1"), (slug, cut.inner_text())
    expect(page.locator(".wall-live")).to_contain_text("实时")


def test_every_board_in_a_hand(sign_in: SignIn) -> None:
    page = sign_in("commander", width=360)
    for slug in BOARDS:
        page.goto(ADDRESSES[slug])
        no_sideways_scroll(page)
        page.goto(f"{ADDRESSES[slug]}?wall=1")
        no_sideways_scroll(page)


def test_an_earthquake_from_its_sentence_to_its_board(sign_in: SignIn) -> None:
    page, wall = sign_in("duty", width=360), sign_in("leader")
    wall.goto(ADDRESSES["earthquake"])
    expect(wall.locator("main")).to_contain_text("没有收到地震速报")
    page.goto(ADDRESSES["earthquake"])
    page.get_by_role("link", name="录入速报").click()
    told = (clock.now() - timedelta(minutes=9)).astimezone(CHINA)
    page.fill("#text", f"中国地震台网正式测定：{told:%m月%d日%H时%M分}在示例市示例区（北纬39.33度，东经117.82度）发生5.1级地震，震源深度10千米。")  # fmt: skip
    page.get_by_role("button", name="读出").click()
    expect(page.locator("#magnitude")).to_have_value("5.1")
    no_sideways_scroll(page)
    page.locator("button[value=open]").click()
    expect(page.locator("h1")).to_contain_text("示例市示例区 5.1 级地震")
    # The other's board learns of it by itself.
    expect(wall.locator("#boards-now")).to_contain_text("示例市示例区 5.1 级地震", timeout=30_000)
    expect(wall.locator("#boards-now")).to_contain_text("km")
    expect(wall.locator("#boards-notices")).to_contain_text("没有装入")
    page.goto("/earthquakes/")
    no_sideways_scroll(page)
