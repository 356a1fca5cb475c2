"""Two-step sign-in in a real browser, on a telephone's width: switch on, sign in with a code, switch off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from anlan.base import clock
from anlan.server.second_factor.codes import code_at
from tests.journeys.conftest import PASSWORD, SignIn

pytestmark = pytest.mark.browser
OWN = "/account/second-factor/"


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def _sign_in_with(page: Page, code: str) -> None:
    page.context.clear_cookies()
    page.goto("/account/login/")
    page.fill("#id_login", "auditor")
    page.fill("#id_password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/account/code/")
    page.fill("#id_code", code)
    page.click("main button.main")
    page.wait_for_url("**/desk/")


def test_switch_on_use_and_switch_off(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("auditor", width=360, script=False)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(OWN)
    _fits(page)
    page.click(f"main a[href='{OWN}on/']")
    page.fill("#id_password", PASSWORD)
    page.click("main button.main")
    page.wait_for_url(f"**{OWN}on/")
    box = page.locator("svg.qr").bounding_box()
    assert box
    assert box["width"] == pytest.approx(box["height"], abs=2)
    assert box["width"] > 180
    _fits(page)
    page.screenshot(path=str(tmp_path / "qr.png"))
    secret = re.sub(r"\s", "", page.locator("main code").inner_text())
    page.fill("#id_code", code_at(secret, clock.now()))
    page.click("main button.main")
    page.wait_for_url(f"**{OWN}codes/")
    assert page.locator("main .codes li").count() == 10
    page.emulate_media(media="print")
    assert page.locator("main .codes").is_visible()
    assert not page.locator("main .no-print").is_visible()
    page.screenshot(path=str(tmp_path / "codes.png"))
    page.emulate_media(media="screen")
    codes = page.locator("main .codes code").all_inner_texts()

    _sign_in_with(page, codes[0])
    page.goto(OWN + "off/")
    page.fill("#id_password", PASSWORD)
    page.click("main button.main")
    page.wait_for_url(f"**{OWN}off/")
    page.click("main button.main")
    page.wait_for_url(f"**{OWN}")
    assert page.locator(f"main a[href='{OWN}on/']").is_visible()
    assert [line for line in said if "Content Security Policy" in line] == []
