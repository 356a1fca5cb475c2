"""What a hand report does to a risk, choosing one of many organisations with and without script, and a school officer on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Product, SignIn
from tests.journeys.phone import Office, Phone, noise
from tests.journeys.test_axe import violations
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


LIST = "[role=listbox] [role=option]"
FOUND = f".picker {LIST}"  # what a box has found


@pytest.fixture
def phone(browser: Browser, product: Product) -> Iterator[Phone]:
    made = Phone(browser, product.url)
    yield made
    made.close()


def _risk(page: Page, code: str) -> None:
    page.goto(f"/risks/?q={code}")
    page.locator("main tbody a").first.click()


def test_a_worker_without_a_line_names_the_measure_that_failed_and_the_safety_officer_sees_it(
    phone: Phone, sign_in: SignIn
) -> None:
    """Searched on the phone without a network; the risk's card counts it and leads to the case, the case leads back."""
    phone.sign_in("worker")
    phone.context.set_offline(True)
    phone.report("防撞栏立柱断裂", photos=1, press=False)
    box = phone.page.locator("[data-field=subject] input")
    box.fill("防撞栏")
    phone.page.locator(FOUND, has_text="F006-1").click()
    expect(box).to_have_value(re.compile("F006-1 "))
    no_sideways_scroll(phone.page)
    assert violations(phone.page) == []
    phone.press()
    phone.context.set_offline(False)
    phone.emptied()
    safety = sign_in("safety")
    number = Office(safety.request).rows("防撞栏立柱断裂")[0]
    _risk(safety, "F006")
    failed = safety.locator("td details")
    failed.locator("summary").click()
    failed.get_by_role("link", name=number).click()
    expect(safety.locator("main")).to_contain_text("失效措施")
    safety.get_by_role("link", name=re.compile("F006-1")).click()
    expect(safety.locator("h1")).to_contain_text("管道被叉车撞坏")


@pytest.mark.parametrize("width", [1366, 360])
def test_one_of_many_is_searched_with_the_keyboard(sign_in: SignIn, width: int) -> None:
    page = sign_in("regulator", width=width)
    page.goto("/dangers/new/")
    owner = page.locator("#owner")
    owner.focus()
    page.keyboard.type("冷库")
    expect(page.locator(f"#owner ~ {LIST}")).to_have_count(3)
    expect(owner).to_have_attribute("aria-expanded", "true")
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text("示例冷库甲")
    page.keyboard.press("Enter")
    expect(owner).to_have_value(re.compile("^示例冷库甲（"))
    expect(page).to_have_url(re.compile("/dangers/new/"))
    page.locator("#subject").focus()
    expect(page.locator(f"#subject ~ {LIST}").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f"#subject ~ {LIST}").first).to_be_hidden()
    page.locator("#subject").fill("防撞栏")
    page.locator(f"#subject ~ {LIST}").first.click()
    page.fill("#title", "防撞栏松动")
    no_sideways_scroll(page)
    page.locator("main form.form button.main").click()
    expect(page.locator("main")).to_contain_text("示例冷库甲")
    expect(page.get_by_role("link", name=re.compile("F006-1"))).to_be_visible()


def test_one_of_many_without_script(sign_in: SignIn) -> None:
    """Words that fit several come back as a list; nothing that was typed is lost."""
    page = sign_in("regulator", width=360, script=False)
    page.goto("/dangers/new/")
    page.fill("#owner", "冷库")
    page.fill("#title", "月台照明不亮")
    page.locator("main form.form button.main").click()
    expect(page.locator(".field.bad")).to_contain_text("对得上不止一个单位")
    expect(page.locator("#title")).to_have_value("月台照明不亮")
    no_sideways_scroll(page)
    page.locator("select[name=owner]").select_option(label="示例冷库甲（SL-E31），企业")
    page.get_by_role("button", name="列出这家的").click()
    expect(page.locator("#title")).to_have_value("月台照明不亮")
    page.locator("select[name=subject]").select_option(index=1)
    page.locator("main form.form button.main").last.click()
    expect(page.locator("h1")).to_contain_text("月台照明不亮")
    expect(page.locator("main")).to_contain_text("F001-1")


def test_a_school_officer_checks_the_campus_on_a_phone(phone: Phone) -> None:
    """A check begun on the web, done without a line; what failed is a campus danger with its photo, and waits on the same phone."""
    phone.sign_in("school")
    phone.page.goto("/registry/campus_checks/new/")
    no_sideways_scroll(phone.page)
    phone.page.locator("#form").select_option(index=1)
    phone.page.get_by_role("button", name="开始检查").click()
    expect(phone.page).to_have_url(re.compile("/checks/\\d+/"))
    phone.page.goto("/field/")
    phone.ready()
    phone.context.set_offline(True)
    phone.page.locator("a.f-row", has_text="平安校园").first.click()
    parts = phone.page.locator(".f-part")
    expect(parts.first).to_be_visible()
    for place in range(1, parts.count()):
        parts.nth(place).locator("input[value=ok]").check()
    parts.nth(0).locator("input[value=failed]").check()
    parts.nth(0).locator("[data-field^='t-'] input").fill("门卫离岗")
    parts.nth(0).locator("input[type=file]").set_input_files(
        [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": noise(300, 200)}]
    )
    expect(phone.page.locator(".f-tiles figure")).to_have_count(1)
    no_sideways_scroll(phone.page)
    assert violations(phone.page) == []
    phone.press()
    phone.context.set_offline(False)
    phone.emptied()
    phone.go("outbox")
    expect(phone.page.locator("#main")).to_contain_text("已查，1 项不合格，已登记")
    phone.page.goto("/field/received/")
    expect(phone.page.locator("main")).to_contain_text("检查")
    no_sideways_scroll(phone.page)
