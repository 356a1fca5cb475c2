"""Loops closed in the browser: a failed look on a phone becomes a rectification that another closes; a drawn warehouse is seen and seen again;
a whistle-blower without script follows the report; a citizen reads the discretion tables."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from anlan.base import clock
from tests.journeys.conftest import SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#a9b3b0").save(out, "PNG")
    return out.getvalue()


def _state(page: Page, word: str) -> None:
    expect(page.locator(".step-bar [aria-current], .step-bar .done").last).to_contain_text(word)


def test_a_failed_look_is_put_right_and_closed_by_another(sign_in: SignIn) -> None:
    street = sign_in("street", width=360)
    street.goto("/registry/dust_sites/?q=GD-01")
    street.locator("tbody tr[data-row] a").first.click()
    row = street.url
    street.select_option("#result", "fail")
    street.get_by_role("button", name="记检查").click()
    expect(street.locator("#looks .errors")).to_contain_text("没有写发现什么")
    expect(street.locator("#result")).to_have_value("fail")
    street.fill("#found", "出口没有冲洗，带泥上路")
    street.get_by_role("button", name="记检查").click()
    expect(street.locator(".messages")).to_contain_text("整改 HG-")
    no_sideways_scroll(street)
    link = street.locator("#looks tbody a").first
    address = link.get_attribute("href") or ""

    inspector = sign_in("inspector")
    inspector.goto(address)
    expect(inspector.locator("main")).to_contain_text("检查来自")
    inspector.select_option("#grade-grade", "general")
    inspector.get_by_role("button", name="判级", exact=True).last.click()
    inspector.fill("#assign-fixer", "示例建筑工地甲")
    inspector.fill("#assign-until", (clock.now() + timedelta(days=5)).date().isoformat())
    inspector.get_by_role("button", name="下达", exact=True).last.click()
    _state(inspector, "整改中")

    street.goto(address)
    street.fill("#submit-note", "洗车台修好了。")
    street.set_input_files("#file-submit-after", {"name": "改后.png", "mimeType": "image/png", "buffer": _photo()})
    street.get_by_role("button", name="报改好").last.click()
    _state(street, "待复查")
    inspector.goto(address)
    inspector.get_by_role("button", name="复查通过").last.click()
    expect(inspector.locator("main")).to_contain_text("已销号")

    inspector.get_by_role("link", name="（GD-01）").click()
    expect(inspector.locator("#looks")).to_contain_text("已改好，销号")
    street.goto(row)
    expect(street.locator("#looks tbody tr").first).to_contain_text("已改好")


def test_a_drawn_warehouse_is_seen_again_when_it_lacked_something(sign_in: SignIn) -> None:
    """The story's visit lacked two things and its second look is late; the street looks again and it holds."""
    page = sign_in("regulator")
    page.goto("/registry/campaign_warehouses/visits/")
    expect(page.locator("main")).to_contain_text("超期")
    page.locator("tbody tr", has_text="没有做到").locator("th a").click()
    page.locator("#again_on").fill("2020-01-01")
    page.get_by_role("button", name="存", exact=True).click()
    expect(page.locator("#visits .errors")).to_contain_text("早于检查日期")
    for box in page.locator("#visits fieldset input").all():
        box.check()
    page.locator("#again_on").fill("")
    page.get_by_role("button", name="存", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("回头看已记下")
    expect(page.locator("#visits")).to_contain_text("现在不等抽查，也不等回头看")
    no_sideways_scroll(page)


def test_a_whistle_blower_without_script(sign_in: SignIn) -> None:
    page = sign_in(None, width=360, script=False)
    page.goto("/public/safety-reports/")
    no_sideways_scroll(page)
    page.locator("input[name=kind][value=fire]").check()
    page.fill("#place", "示例南路 70 号")
    page.fill("#fact", "安全出口锁着")
    page.locator("form.report button.main").click()
    number, code = (page.locator(".ticket dd").nth(place).inner_text() for place in (0, 1))
    page.get_by_role("button", name="记下了").click()
    other = sign_in(None, width=360, script=False)
    other.goto("/public/safety-reports/track/")
    other.fill("#number", number)
    other.fill("#code", code)
    other.locator("form button.main").click()
    expect(other.locator("main")).to_contain_text("等待受理")
    regulator = sign_in("regulator")
    regulator.goto(f"/cases/{number}/")
    expect(regulator.locator("#reporter")).to_contain_text("匿名")
    firm = sign_in("head")
    assert firm.goto(f"/cases/{number}/").status == 404  # type: ignore[union-attr]


@pytest.mark.parametrize("width", [360, 1366])
def test_a_citizen_reads_the_discretion_tables(sign_in: SignIn, width: int) -> None:
    page = sign_in(None, width=width, script=False)
    page.goto("/public/enforcement/")
    page.get_by_role("link", name="裁量基准").last.click()
    expect(page.locator("main")).to_contain_text("条款待核")
    no_sideways_scroll(page)
    page.select_option("#of", label="应急管理处罚")
    page.get_by_role("button", name="看", exact=True).click()
    expect(page.locator("main")).not_to_contain_text("大气污染物")
    page.fill("#on", "1999-01-01")
    page.get_by_role("button", name="看", exact=True).click()
    expect(page.locator("main")).to_contain_text("没有适用的裁量表")
