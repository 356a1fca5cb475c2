"""Relief as its people do it: the duty officer orders, a keeper registers on a phone, a street finds who is late, a citizen sees what is open."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def board(page: Page) -> None:
    page.goto("/relief/")
    page.get_by_role("link", name="示例暴雨内涝").first.click()
    expect(page.locator("h1")).to_contain_text("示例暴雨内涝")


def test_the_command_sees_the_slow_street_first_and_orders_a_site(sign_in: SignIn) -> None:
    page = sign_in("duty")
    board(page)
    no_sideways_scroll(page)
    first = page.get_by_role("region", name="按街道").locator("tbody tr").first
    expect(first).to_contain_text("示例三街道")
    expect(first).to_contain_text("还没有")
    expect(page.locator("dl.facts").first).to_contain_text(re.compile(r"6[4-9]\d"))
    page.get_by_role("link", name="下开设令").click()
    row = page.locator("main tbody tr", has_text="示例体育馆避难场所")
    if row.get_by_role("checkbox").count():
        row.get_by_role("checkbox").check()
        page.get_by_role("button", name="下令").click()
        expect(page.locator("main")).to_contain_text("安置多少人")  # what is missing, and what was ticked is kept
        row = page.locator("main tbody tr", has_text="示例体育馆避难场所")
        expect(row.get_by_role("checkbox")).to_be_checked()
        row.get_by_role("textbox").fill("80")
        page.get_by_role("button", name="下令").click()
        expect(page.get_by_role("region", name="场所")).to_contain_text("示例体育馆避难场所")
    street = sign_in("street3", width=360)
    board(street)
    street.get_by_role("link", name="示例体育馆避难场所").click()
    if street.get_by_role("button", name="已开放").count():
        street.get_by_role("button", name="已开放").click()
    expect(street.locator(".page-head .chip").first).to_contain_text("开放")
    no_sideways_scroll(street)


def test_a_keeper_registers_a_household_on_a_phone(sign_in: SignIn) -> None:
    page = sign_in("shelter", width=360)
    board(page)
    page.get_by_role("link", name="示例广场避难场所").click()
    no_sideways_scroll(page)
    page.get_by_role("link", name="登记一户").click()
    no_sideways_scroll(page)
    page.fill("#head", "示例新户")
    page.fill("#people", "两")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".errors")).to_contain_text("几口人")
    expect(page.locator("#head")).to_have_value("示例新户")
    page.fill("#people", "2")
    page.fill("#elderly", "1")
    page.get_by_label("食物").first.check()
    page.get_by_role("button", name="登记", exact=True).click()
    done = page.locator(".messages")
    expect(done).to_contain_text("已登记 AZ-")
    number = re.search(r"AZ-\d{4}-\d{5}", done.inner_text())
    assert number
    page.goto(f"/relief/household/{number[0]}/")
    expect(page.locator("main")).to_contain_text("示**")
    page.get_by_label("饮水").check()
    page.get_by_role("button", name="已有").click()
    expect(page.locator("main")).to_contain_text("已确认 1 项")
    no_sideways_scroll(page)
    page.get_by_role("link", name="看原文").click()
    page.fill("#reason", "联系家属")
    page.get_by_role("button", name="看这一次").click()
    expect(page.locator("main")).to_contain_text("示例新户")
    page.goto(f"/relief/household/{number[0]}/")
    page.get_by_text("离开", exact=True).click()
    page.fill("#where", "回家")
    page.get_by_role("button", name="登记离开").click()
    expect(page.locator("main")).to_contain_text("已离开")


def test_a_street_confirms_those_who_are_late_together(sign_in: SignIn) -> None:
    page = sign_in("street3", width=360)
    board(page)
    page.get_by_role("region", name="按街道").get_by_role("link", name="示例三街道").click()
    expect(page.locator("main tbody tr").first).to_contain_text(re.compile("超时|未联系上"))
    no_sideways_scroll(page)
    page.goto(page.url.split("?")[0] + "?class=late&lacks=medical")
    rows = page.locator("main tbody tr[data-row]")
    before = rows.count()
    assert before
    rows.first.get_by_role("checkbox").check()
    page.locator("#bulk").get_by_label("医疗").check()
    page.locator("#bulk").get_by_role("button", name="确认已有").click()
    expect(page.locator(".messages")).to_contain_text("新增 1 项")
    assert (
        page.locator("main tbody tr[data-row]").count() == before - 1
    )  # it stays late: what came after the limit changes nothing
    page.goto(page.url.split("?")[0] + "?class=late")
    assert page.locator("main tbody tr[data-row]").count() >= before


def test_paper_forms_are_printed_with_numbers_and_entered(sign_in: SignIn) -> None:
    page = sign_in("street")
    board(page)
    page.get_by_role("link", name="纸质表").click()
    page.fill("#count", "2")
    page.get_by_role("button", name="编号并打印").click()
    expect(page.locator("article.paper")).to_have_count(2)
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="录入").first.click()
    assert page.locator("#paper").input_value().startswith("DJ-")
    page.select_option("#situation", "home")
    page.fill("#head", "示例纸上户")
    page.fill("#people", "3")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("已登记")


def test_a_citizen_sees_what_is_open(sign_in: SignIn) -> None:
    page = sign_in(None, width=360)
    page.goto("/public/relief/")
    expect(page.locator("main")).to_contain_text("示例广场避难场所")
    no_sideways_scroll(page)
