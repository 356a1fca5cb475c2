"""A need, as the street, the duty officer and the store keeper meet it: asked for, found, sent from a phone, signed for; then a wrong
entry is reversed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def usable(page: Page, item: str) -> int:
    page.goto("/supplies/")
    row = page.locator("tbody tr", has_text=item)
    return int(row.locator("td").first.inner_text().replace(",", ""))


def test_sandbags_from_the_need_to_the_signature(sign_in: SignIn) -> None:
    street, duty, keeper = sign_in("street"), sign_in("duty"), sign_in("store", width=360)
    street.goto("/supplies/needs/new/")
    expect(street.locator("#item")).to_be_focused()
    street.fill("#item", "SD-BAG")
    street.fill("#amount", "500")
    street.evaluate(
        "document.querySelector('#due_at').value = new Date(Date.now() + 20 * 36e5).toISOString().slice(0, 16)"
    )
    street.fill("#place", "示例路北口")
    street.keyboard.press("Enter")
    expect(street.locator("h1")).to_contain_text("防汛沙袋 500 条")
    address = street.url
    expect(street.locator("dl.facts").first).to_contain_text("还缺")

    # The duty officer finds who has them and asks.
    duty.goto(address)
    row = duty.locator("section", has=duty.locator("h2", has_text="哪里有")).locator("tr", has_text="示例区应急物资库")
    row.locator("input[name=amount]").fill("200")
    row.get_by_role("button", name="请求").click()
    expect(duty.locator("main")).to_contain_text("已请求")
    no_sideways_scroll(duty)

    # The keeper sees it on the phone and sends.
    before = usable(keeper, "防汛沙袋")
    keeper.goto("/supplies/needs/")
    no_sideways_scroll(keeper)
    keeper.goto(address)
    offer = keeper.locator("section", has=keeper.locator("h2", has_text="谁供")).locator("tr", has_text="待答复")
    offer.locator("input[name=carrier]").fill("示例车")
    offer.get_by_role("button", name="发货").click()
    expect(keeper.locator("main")).to_contain_text("已发出")
    no_sideways_scroll(keeper)
    assert usable(keeper, "防汛沙袋") == before - 200

    # Who asked signs; the board says what is still missing.
    street.goto(address)
    street.get_by_role("link", name=re.compile("^WZ-")).first.click()
    order = street.url
    street.get_by_role("button", name="签收").click()
    expect(street.locator("main")).to_contain_text("已完成")
    street.goto("/supplies/needs/")
    expect(street.locator("tbody tr", has_text="300").first).to_contain_text("防汛沙袋")
    street.goto(order + "print/")
    expect(street.locator("article.paper")).to_contain_text("应急物资出库单")


def test_the_form_is_quick_by_keyboard_and_a_wrong_entry_is_reversed(sign_in: SignIn) -> None:
    page = sign_in("store")
    before = usable(page, "移动排水泵")
    page.goto("/supplies/move/?kind=purchase")
    expect(page.locator("#item-0")).to_be_focused()
    page.keyboard.type("SD-PUMP")
    page.keyboard.press("Tab")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("采购入库 WZ-")
    order = page.url
    assert usable(page, "移动排水泵") == before + 7
    page.goto(order)
    page.locator("summary", has_text="冲回").click()
    page.fill("#reverse-reason", "多打了一张")
    page.locator("details").get_by_role("button", name="冲回").click()
    expect(page.locator("main")).to_contain_text("已冲回")
    assert usable(page, "移动排水泵") == before
    page.goto("/supplies/move/")
    page.fill("#partner", "示例")
    page.fill("#item-0", "SD-BOAT")
    page.fill("#amount-0", "99")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_contain_text("不够")
    expect(page.locator("#amount-0")).to_have_value("99")
    page.goto("/supplies/balance/")
    expect(page.locator("tfoot")).to_contain_text("平")


@pytest.mark.parametrize("width", [360, 1366])
def test_the_pages_fit(sign_in: SignIn, width: int) -> None:
    page = sign_in("emergency", width=width)
    for path in ("", "stores/", "expiring/", "needs/", "orders/", "agreements/", "requisitions/", "donations/", "norms/", "move/?kind=purchase"):  # fmt: skip
        page.goto(f"/supplies/{path}")
        no_sideways_scroll(page)
