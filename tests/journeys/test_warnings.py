"""A warning as it is handled: a file that is not taken, one that is, an own one from draft to receipt, what a citizen sees; and a file for the line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from anlan.base import clock
from anlan.packs.safety.warning.tests.support import cap
from tests.journeys.conftest import SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _file(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/xml", "buffer": data}


def test_taken_in_and_proposed(sign_in: SignIn) -> None:
    """A file with an external entity says what to do; a good one is there, is passed on, and opens an incident with one click."""
    page = sign_in("duty")
    page.goto("/warnings/")
    page.set_input_files(
        "#file", _file("坏.xml", b'<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>')
    )
    page.get_by_role("button", name="上传").click()
    expect(page.locator(".errors")).to_contain_text("外部实体")
    now = clock.now()
    page.set_input_files("#file", _file("好.xml", cap("QX-JOURNEY", now - timedelta(minutes=1))))
    page.get_by_role("button", name="上传").click()
    expect(page.locator("h1")).to_contain_text("QX-JOURNEY")
    page.get_by_role("button", name="转发给街道、部门和订阅人").click()
    expect(page.locator("#receipts")).to_contain_text("家已签收")
    page.get_by_role("button", name="提出事件").click()
    expect(page.locator("main")).to_contain_text("已提出事件")
    page.goto("/warnings/refusals/")
    expect(page.locator("table")).to_contain_text("没有打开")
    no_sideways_scroll(page)


def test_an_own_one_from_a_phone_to_everybody(sign_in: SignIn) -> None:
    page = sign_in("duty", width=360)
    page.goto("/warnings/new/")
    page.select_option("#template", label="大风黄色")
    page.get_by_role("button", name="套用").click()
    expect(page.locator("#headline")).to_have_value("示例区发布大风黄色预警")
    page.fill("#headline", "示例区发布大风黄色预警（试走）")
    no_sideways_scroll(page)
    page.get_by_role("button", name="存草稿").click()
    page.get_by_role("button", name="送审").click()
    address = page.url
    chief = sign_in("commander")
    chief.goto(address)
    chief.get_by_role("button", name="批准并发布").click()
    expect(chief.locator(".page-head")).to_contain_text("现行")
    street = sign_in("street")
    street.goto(address)
    street.get_by_role("button", name="我单位收到").click()
    expect(street.locator("#receipts")).to_contain_text("1 / ")
    citizen = sign_in(None, width=360)
    citizen.goto("/public/warnings/")
    citizen.get_by_role("link", name="示例区发布大风黄色预警（试走）").click()
    expect(citizen.locator("main")).to_contain_text("停止高空作业")
    no_sideways_scroll(citizen)


def test_an_exercise_is_marked_and_not_for_citizens(sign_in: SignIn) -> None:
    page = sign_in("duty")
    page.goto("/warnings/?view=exercise")
    page.locator("tbody th a").first.click()
    expect(page.locator("main")).to_contain_text("这是演练")
    number = page.url.rstrip("/").rpartition("/")[2]
    citizen = sign_in(None)
    citizen.goto(f"/public/warnings/{number}/")
    expect(citizen.locator("main")).to_contain_text("没有")


def test_the_card_and_a_wrong_file_of_the_line(sign_in: SignIn) -> None:
    page = sign_in("duty", width=360)
    page.goto("/link/")
    expect(page.locator("#own-card")).to_contain_text("key")
    no_sideways_scroll(page)
    page.goto("/link/import/")
    page.set_input_files("#file", _file("坏.zip", b"PK"))
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.locator(".errors")).to_contain_text("不是链路文件")
