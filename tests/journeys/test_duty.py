"""The duty officer at 1366, and a team that has no account, by link on a telephone without script."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_duty_officer_sees_the_gap_and_fills_it(sign_in: SignIn) -> None:
    page = sign_in("duty", width=1366)
    page.goto("/desk/")
    expect(page.locator("main")).to_contain_text("转移安置没有人")
    page.goto("/duty/")
    no_sideways_scroll(page)
    page.get_by_role("link", name="补上").first.click()
    expect(page.locator("#post")).to_have_value("evacuation")
    page.locator("#person").select_option(label="示例·赵街道")
    page.fill("#note", "示例：补缺")
    page.get_by_role("button", name="排上").click()
    expect(page.locator("main")).to_contain_text("七天内各岗都有人")
    no_sideways_scroll(page)


def test_the_self_check_and_a_call_up(sign_in: SignIn) -> None:
    page = sign_in("duty", width=1366)
    page.goto("/duty/check/")
    expect(page.locator("main")).to_contain_text("试写一行，成功")
    for one in page.locator("main form input[type=radio][value=ok]").all():
        one.check()
    page.fill("#note", "示例：网关未启动的稍后再看")
    page.get_by_role("button", name="存自查").click()
    expect(page.locator("main")).to_contain_text("自查已存")
    page.goto("/duty/calls/")
    page.fill("#title", "示例：暴雨，到指挥中心")
    page.locator("input[name=posts][value=rescue]").check()
    page.get_by_role("button", name="召集", exact=True).click()
    expect(page.locator("h1")).to_contain_text("到指挥中心")
    no_sideways_scroll(page)


def test_a_team_without_an_account_acts_by_link(sign_in: SignIn, browser: Browser) -> None:
    page = sign_in("duty", width=1366)
    page.goto("/teams/")
    page.get_by_role("link", name=re.compile("示例：小区地下车库进水")).first.click()
    no_sideways_scroll(page)
    card = page.locator("section.panel", has=page.locator("h2", has_text="示例水上救援志愿队"))
    card.locator("summary").click()
    card.get_by_role("button", name="出一个链接").click()
    address = page.locator("input[readonly]").input_value()
    phone = browser.new_context(
        viewport={"width": 360, "height": 780}, java_script_enabled=False, locale="zh-CN"
    ).new_page()
    phone.goto(address)
    no_sideways_scroll_without_script(phone)
    phone.get_by_role("button", name="收到，能来").click()
    for word in ("途中", "到场"):
        phone.get_by_role("button", name=word, exact=True).click()
    phone.fill("#people", "11")
    phone.get_by_role("button", name="报点名").click()
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#a9b3b0").save(out, "PNG")
    phone.fill("#text", "水深半米，没有人被困")
    phone.set_input_files("#photos", {"name": "现场.png", "mimeType": "image/png", "buffer": out.getvalue()})
    phone.get_by_role("button", name="报给指挥中心").click()
    expect(phone.locator("main")).to_contain_text("已报给指挥中心")
    page.reload()
    expect(page.locator("main")).to_contain_text("同意：")
    card = page.locator("section.panel", has=page.locator("h2", has_text="示例水上救援志愿队"))
    card.locator("summary").click()
    while card.get_by_role("button", name="收回").count():
        card.get_by_role("button", name="收回").first.click()
        card.locator("summary").click()
    gone = phone.goto(address)
    assert gone is not None
    assert gone.status == 404
    phone.context.close()


def no_sideways_scroll_without_script(page: object) -> None:
    """Playwright reads sizes also where the page's own script is off."""
    box = page.locator("main").bounding_box()  # type: ignore[attr-defined]
    assert box is not None
    assert box["x"] + box["width"] <= 361
