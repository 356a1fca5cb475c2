"""A citizen at 360 px without script, and a worker who takes an examination on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Product, SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _fits(page: Page) -> None:
    """Playwright reads sizes also where the page's own script is off."""
    box = page.locator("main").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 361


def test_a_citizen_without_script(product: Product, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{product.url}/public/knowledge/")
    page.fill("#q", "地库进水怎么走")
    page.locator("main form button").click()
    _fits(page)
    page.get_by_role("link", name="示例：地下车库进水怎么办").click()
    _fits(page)
    picture = page.locator(".prose img")
    expect(picture).to_be_visible()
    box = picture.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 345  # inside its panel
    assert box["height"] > 100  # and not squeezed
    expect(page.locator("main")).to_contain_text("水到脚踝就离开")
    page.get_by_role("link", name="订阅这个主题").click()
    expect(page.locator("#topic")).to_have_value("flood")
    page.fill("#address", "neighbour@example.cn")
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text("打开里面的链接确认")
    page.goto(f"{product.url}/public/kit/")
    page.fill("#people", "4")
    page.get_by_label("有婴幼儿").check()
    page.get_by_role("button", name="算清单").click()
    expect(page.locator("main")).to_contain_text("36 升")
    expect(page.locator("main")).to_contain_text("奶粉和尿不湿")
    _fits(page)
    page.goto(f"{product.url}/public/certificate/")
    page.fill("#number", "PX-2020-00001")
    page.fill("#code", "22222222")
    page.locator("main form button").click()
    expect(page.locator("[role=alert]")).to_contain_text("对不上")
    _fits(page)
    context.close()


def test_a_worker_takes_an_examination_on_a_phone(sign_in: SignIn, product: Product) -> None:
    page = sign_in("worker", width=360)
    page.goto("/desk/")
    expect(page.locator("main")).to_contain_text("证书到期")
    page.goto("/exams/")
    no_sideways_scroll(page)
    page.locator("main").get_by_role("link", name="示例：涉氨制冷岗位安全考试").first.click()
    page.get_by_role("button", name="开始考试").click()
    no_sideways_scroll(page)
    for question in page.locator("fieldset.exam-question").all():
        question.locator("input").first.check()
    page.get_by_role("button", name="先存").click()
    expect(page.locator("main")).to_contain_text("已存，还没有交卷")
    assert page.locator("fieldset.exam-question input:checked").count() == 5
    page.get_by_role("button", name="交卷").click()
    expect(page.locator("main")).to_contain_text("合格线 60 %")
    no_sideways_scroll(page)
    page.goto("/exams/")
    page.locator("a[href^='/exams/certificate/']").last.click()
    code = page.locator(".paper").inner_text()
    number = code.split("证书编号：")[1].split()[0]
    proof = code.split("验证码：")[1].split()[0]
    page.goto(f"{product.url}/public/certificate/")
    page.fill("#number", number)
    page.fill("#code", proof)
    page.locator("main form.report button").click()
    expect(page.locator(".standing")).to_contain_text("示**")
    no_sideways_scroll(page)
