"""A citizen reports at 360 px without script and follows it to the reply; the street works it; a fire alarm is verified; the auditor sees a mask."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn, choose
from tests.journeys.test_journeys import no_sideways_scroll
from tests.journeys.test_monitoring import alive

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLACE = "示例南路 66 号后院"


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "#a9b3b0").save(out, "JPEG")
    return out.getvalue()


def report(page: Page) -> tuple[str, str]:
    """Fill in the form without script, pointing at the picture first; returns number and code."""
    page.goto("/public/reports/")
    no_sideways_scroll(page)
    page.locator("input[name=kind][value=fume]").check()
    page.fill("#fact", "晚饭时油烟直排到楼上")
    page.locator("details.pick summary").click()
    page.locator("input[type=image]").click(position={"x": 90, "y": 170})
    expect(page.locator("[data-position]")).to_contain_text("已在图上标出")
    expect(page.locator("#fact")).to_have_value("晚饭时油烟直排到楼上")
    page.fill("#place", PLACE)
    page.fill("#name", "示例·钱某")
    page.fill("#phone", "13800000009")
    page.set_input_files("#photos", {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.locator("form.report button.main").click()
    expect(page.locator(".ticket")).to_contain_text("查询码")
    no_sideways_scroll(page)
    number, code = (page.locator(".ticket dd").nth(place).inner_text() for place in (0, 1))
    return number, code


def test_a_citizen_without_script_from_the_report_to_the_judgement(sign_in: SignIn) -> None:
    citizen = sign_in(None, width=360, script=False)
    number, code = report(citizen)
    citizen.get_by_role("button", name="记下了").click()
    expect(citizen.locator("main")).not_to_contain_text(code)

    officer = sign_in("environment")
    officer.goto(f"/cases/{number}/")
    expect(officer.locator("#reporter")).to_contain_text("***0009")
    expect(officer.locator("main")).not_to_contain_text("13800000009")
    choose(officer, "#accept-to", "示例一街道")
    officer.get_by_role("button", name="受理", exact=True).last.click()
    expect(officer.locator(".step-bar [aria-current]")).to_contain_text("办理中")

    street = sign_in("street")
    expect(street.locator("main")).to_contain_text(PLACE)  # on the workbench
    street.goto(f"/cases/{number}/")
    expect(street.locator("#reporter")).to_contain_text("示**")
    expect(street.locator("#reporter .refused-move")).to_contain_text("查看原文")
    street.fill("#answer-answer", "已责令安装净化器，下周复查。")
    street.get_by_role("button", name="答复", exact=True).last.click()
    expect(street.locator(".step-bar [aria-current]")).to_contain_text("已答复")
    no_sideways_scroll(street)

    auditor = sign_in("auditor")
    auditor.goto(f"/cases/{number}/")
    expect(auditor.locator("#reporter")).to_contain_text("***0009")
    expect(auditor.locator("main")).not_to_contain_text("示例·钱某")

    citizen.goto("/public/reports/track/")
    citizen.fill("#number", number)
    citizen.fill("#code", "AAAA-AAAA")
    citizen.locator("form.report button.main").click()
    expect(citizen.locator("main")).to_contain_text("编号或查询码不对")
    citizen.fill("#code", code.lower())
    citizen.locator("form.report button.main").click()
    expect(citizen.locator("main")).to_contain_text("已责令安装净化器")
    citizen.locator("input[name=satisfaction][value=fair]").check()
    citizen.get_by_role("button", name="评价").click()
    expect(citizen.locator("main")).to_contain_text("您的评价：基本满意")
    no_sideways_scroll(citizen)
    officer.reload()
    expect(officer.locator("#reporter")).to_contain_text("基本满意")


def test_with_script_the_picture_is_marked_in_place_and_a_large_photo_is_named(sign_in: SignIn) -> None:
    page = sign_in(None, width=360)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 117.2, "latitude": 39.165})
    page.goto("/public/reports/")
    page.locator("details.pick summary").click()
    page.locator("input[type=image]").click(position={"x": 120, "y": 120})
    expect(page.locator("[data-position]")).to_contain_text("已在图上标出")
    assert page.url.endswith("/public/reports/")
    page.get_by_role("button", name="用手机现在的位置").click()
    expect(page.locator("[data-position]")).to_contain_text("117.200000")
    page.set_input_files(
        "#photos", {"name": "大.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + b"0" * (11 << 20)}
    )
    expect(page.locator("[data-photos]")).to_contain_text("超过 10 MB")


def test_the_one_on_duty_verifies_a_fire_alarm(sign_in: SignIn) -> None:
    page = sign_in("emergency")
    alive(page, "/fire/cases/?state=calling", "tbody tr[data-row]")
    page.locator("tbody tr[data-row] th a").first.click()
    expect(page.locator(".step-bar [aria-current]")).to_contain_text("待核实")
    number = re.findall(r"XF-\d+-\d+", page.url)[0]
    page.fill("#call-called", "养老院值班电话")
    page.select_option("#call-answered", "1")
    page.fill("#call-told", "厨房做饭冒烟，没有明火")
    page.get_by_role("button", name="记核实电话").last.click()
    expect(page.locator("main")).to_contain_text("厨房做饭冒烟")
    page.locator("details.move", has_text="误报").locator("summary").last.click()
    page.select_option("#dismiss-how", "phone")
    page.fill("#dismiss-reached", "示例·值班护工")
    page.select_option("#dismiss-cause", "cooking")
    page.fill("#dismiss-note", "做饭油烟，已开窗")
    page.get_by_role("button", name="误报").last.click()
    expect(page.locator(".step-bar")).to_contain_text("误报")
    page.get_by_role("link", name="看报警").first.click()
    expect(page.locator("main")).to_contain_text("已结束")
    expect(page.locator("main")).to_contain_text(number)
    page.goto("/monitor/alarms/?state=all&kind=fire")
    expect(page.locator(".alarm-table")).to_contain_text("误报")
    no_sideways_scroll(page)


def test_the_ledger_and_the_registers_at_both_sizes(sign_in: SignIn) -> None:
    for width in (360, 1366):
        page = sign_in("environment", width=width)
        page.goto("/registers/")
        page.get_by_role("link", name="施工工地六个百分之百达标率").first.click()
        expect(page.locator(".formula")).to_contain_text("%")
        no_sideways_scroll(page)
        page.locator("tbody th a").first.click()
        page.fill("#looked_on", "2026-01-05")
        page.select_option("#result", "fail")
        page.fill("#found", "裸土没有苫盖")
        page.get_by_role("button", name="记检查").click()
        expect(page.locator("#looks")).to_contain_text("裸土没有苫盖")
        no_sideways_scroll(page)
        page.goto("/rectification/")
        expect(page.locator("main table").last).to_contain_text("第二轮中央督察")
        no_sideways_scroll(page)
