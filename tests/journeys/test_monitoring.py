"""The living district, watched by those who answer for it: from the overview to a figure's limit, an answered alarm, a signed round."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def alive(page: Page, path: str, found: str) -> None:
    """The page once the simulated devices have said enough; the gateway starts beside the server."""
    for _ in range(45):
        page.goto(path)
        if page.locator(found).count():
            return
        page.wait_for_timeout(2_000)
    raise AssertionError(f"{path}: {found} never came")


def test_environment_officer_from_the_overview_to_a_limit(sign_in: SignIn) -> None:
    page = sign_in("environment")
    alive(page, "/monitor/", ".tile-lines a")
    tile = page.locator("section.panel", has=page.locator("h2", has_text="锅炉烟气"))
    tile.locator(".tile-lines a").first.click()
    expect(page.locator("dl.fact-strip")).to_contain_text("在线")
    page.locator("table.items").get_by_role("link", name=re.compile("氮氧化物小时均值")).first.click()
    page.get_by_role("link", name="7 天", exact=True).click()
    expect(page.locator("svg.time-chart")).to_have_attribute("aria-label", re.compile(r"氮氧化物小时均值.*mg/m³"))
    page.get_by_role("link", name="表格", exact=True).click()
    expect(page.locator("main table").first).to_contain_text("可用")
    page.get_by_role("link", name="对比", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("对比")


@pytest.mark.parametrize("width", [360, 1366, 1920])
def test_an_alarm_is_answered_from_the_list(sign_in: SignIn, width: int) -> None:
    page = sign_in("emergency", width=width)
    alive(page, "/monitor/alarms/?state=all", "tbody tr[data-row]")
    no_sideways_scroll(page)
    page.locator("tbody tr[data-row] th a").first.click()
    expect(page.locator("main")).to_contain_text("为什么报警")
    no_sideways_scroll(page)
    answer = page.get_by_role("button", name=re.compile("^确认"))
    if answer.count():
        answer.first.click()
        expect(page.locator("main")).to_contain_text(re.compile("已确认|已结束|确认"))


def test_the_overview_is_read_again_by_itself(sign_in: SignIn) -> None:
    page = sign_in("leader", width=1920)
    alive(page, "/monitor/", ".tile-lines a")
    clock = page.locator("dl.fact-strip dd", has_text="在线")
    before = clock.inner_text()
    expect(clock).not_to_have_text(before, timeout=20_000)
    no_sideways_scroll(page)


def test_a_vehicle_replays_without_script(sign_in: SignIn) -> None:
    page = sign_in("emergency", script=False)
    page.goto("/vehicles/")
    page.locator("main tbody a, main .tile-lines a").first.click()
    expect(page.locator("main")).to_contain_text("示意图")
    no_sideways_scroll(page)


def test_a_worker_reports_and_another_reviews(sign_in: SignIn) -> None:
    """From the phone of a worker to the safety officer and back; the one who fixed it cannot pass it."""
    worker = sign_in("worker", width=360)
    worker.goto("/dangers/new/")
    worker.fill("#title", "机房照明不亮")
    worker.select_option("#source", "post")
    worker.set_input_files("#file_before", {"name": "前.png", "mimeType": "image/png", "buffer": _picture()})
    no_sideways_scroll(worker)
    worker.locator("main form.form button.main").click()
    expect(worker.locator("h1")).to_contain_text("机房照明不亮")
    address = worker.url
    safety = sign_in("safety")
    safety.goto(address)
    safety.locator("#grade-grade").select_option("general")
    safety.get_by_role("button", name="判级").click()
    safety.fill("#assign-fixer", "示例·冯机房")
    safety.fill("#assign-until", "2099-01-31")
    safety.get_by_role("button", name="下达").last.click()
    expect(safety.locator(".step-bar [aria-current]")).to_contain_text("整改中")
    worker.goto(address)
    worker.fill("#submit-note", "灯管换好")
    worker.set_input_files("#file-submit-after", {"name": "后.png", "mimeType": "image/png", "buffer": _picture()})
    worker.get_by_role("button", name="报改好").last.click()
    expect(worker.locator("main")).to_contain_text("待复查")
    no_sideways_scroll(worker)
    safety.goto(address)
    safety.get_by_role("button", name="复查通过").last.click()
    expect(safety.locator(".step-bar")).to_contain_text("已销号")


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#a9b3b0").save(out, "PNG")
    return out.getvalue()
