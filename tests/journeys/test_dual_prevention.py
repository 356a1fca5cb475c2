"""A worker's shift check on the phone, from a failed item to the danger; a safety officer adopts and upgrades a standard."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#a9b3b0").save(out, "PNG")
    return out.getvalue()


def _choose(page: Page, item: int, word: str) -> None:
    page.locator(".check-items > li").nth(item).locator(".check-choice").get_by_text(word, exact=True).click()


def test_a_shift_check_on_the_phone_finds_a_danger(sign_in: SignIn) -> None:
    worker = sign_in("worker", width=360)
    link = worker.locator('a[href^="/checks/"]').first
    link.click()
    expect(worker.locator("h1")).to_contain_text("检查")
    no_sideways_scroll(worker)
    items = worker.locator(".check-items > li")
    worker.get_by_role("button", name="完成并签名").click()
    expect(worker.locator("main [role=alert]")).to_contain_text("还没有选")
    for place in range(items.count()):
        number = items.nth(place).locator('input[name^="n-"]')
        if number.count():
            number.fill("1")
        _choose(worker, place, "合格")
    _choose(worker, 0, "不合格")
    first = items.nth(0)
    first.locator("details summary").click() if not first.locator("textarea").is_visible() else None
    first.locator("textarea").fill("指示灯不亮，试了两次")
    first.locator('input[type="file"]').set_input_files(
        {"name": "现场.png", "mimeType": "image/png", "buffer": _picture()}
    )
    no_sideways_scroll(worker)
    worker.get_by_role("button", name="完成并签名").click()
    expect(worker.locator(".messages")).to_contain_text(re.compile("已登记 YH-"))
    expect(worker.locator("main")).to_contain_text("1 项不合格")
    no_sideways_scroll(worker)
    worker.locator('main td a[href^="/cases/"]').first.click()
    expect(worker.locator("main")).to_contain_text("指示灯不亮，试了两次")
    expect(worker.locator("main")).to_contain_text("失效措施")
    expect(worker.locator('main a[href^="/checks/"]')).to_be_visible()
    no_sideways_scroll(worker)


def test_a_missed_check_is_explained_not_hidden(sign_in: SignIn) -> None:
    safety = sign_in("safety")
    safety.goto("/risks/checks/?state=missed&unexplained=1")
    safety.locator("tbody th a").last.click()
    expect(safety.locator("main")).to_contain_text("漏查")
    safety.fill("#why", "当班的人请假，没有替班")
    safety.get_by_role("button", name="写明原因").click()
    expect(safety.locator("main")).to_contain_text("当班的人请假")
    expect(safety.locator(".page-head")).to_contain_text("漏查")


def test_a_standard_is_upgraded_and_what_the_firm_changed_stays(sign_in: SignIn) -> None:
    """Of three changes of its own, one meets the standard's: the officer decides that one, the others are kept untold."""
    cold = sign_in("cold")
    expect(cold.locator("main")).to_contain_text("有第二版")
    cold.goto("/risks/standards/")
    cold.get_by_role("link", name="升级", exact=True).click()
    expect(cold.locator("main")).to_contain_text("两边都改了，要决定")
    no_sideways_scroll(cold)
    cold.get_by_role("button", name="升级").click()
    expect(cold.locator("main [role=alert]")).to_contain_text("逐处选定")
    cold.get_by_label("留本单位的").first.check()
    cold.get_by_role("button", name="升级").click()
    expect(cold.locator(".messages")).to_contain_text("第二版")
    cold.goto("/risks/?q=F001")
    cold.locator("tbody th a").first.click()
    expect(cold.locator("main")).to_contain_text("每班在记录本签字")
    cold.goto("/risks/?q=F007")
    cold.locator("tbody th a").first.click()
    expect(cold.locator("main")).to_contain_text("物流组")
    cold.goto("/risks/?q=F010")
    cold.locator("tbody th a").first.click()
    expect(cold.locator("main")).to_contain_text("踢脚板")


def test_a_standard_is_adopted_and_its_checks_are_made(sign_in: SignIn) -> None:
    plant = sign_in("plant")
    plant.goto("/risks/standards/")
    plant.get_by_role("link", name="套用", exact=True).click()
    expect(plant.locator("main")).to_contain_text("标准新增")
    plant.get_by_role("button", name="套用").click()
    expect(plant.locator("h1")).to_contain_text("16")
    plant.locator("input[data-pick]").first.check()
    plant.get_by_role("button", name="核对所选").click()
    expect(plant.locator(".messages")).to_contain_text("已核对 1 条")
    plant.goto("/risks/")
    plant.get_by_role("button", name="生成或更新").click()
    expect(plant.locator("h1")).to_contain_text("检查计划")
    expect(plant.locator("tbody tr[data-row]").first).to_be_visible()
    no_sideways_scroll(plant)


def test_a_risk_is_graded_again_after_a_near_miss(sign_in: SignIn) -> None:
    safety = sign_in("safety")
    safety.goto("/risks/?signal=1&q=F006")
    safety.locator("tbody th a").first.click()
    expect(safety.locator("main")).to_contain_text("未遂事故")
    safety.locator("#lec-l").select_option("3")
    safety.fill("#grade-reason", "转弯有盲区，防撞栏已被蹭到")
    safety.locator("form .main", has_text="重评").click()
    expect(safety.locator(".messages")).to_contain_text("重大风险，由公司主控")
    expect(safety.locator("main")).to_contain_text("转弯有盲区")


def test_an_expert_is_consulted_about_a_risk(sign_in: SignIn) -> None:
    """Asked by the firm, found on the expert's desk, refused while empty, answered with a file; the firm writes what it adopted."""
    safety = sign_in("safety", land="/risks/?q=F006")
    safety.locator("tbody th a").first.click()
    title = safety.locator("h1").inner_text()
    safety.get_by_text("请专家会诊", exact=True).click()
    safety.select_option("#holder", label="区应急管理局")
    safety.fill("#fact", "转弯处再加什么，叉车才蹭不到管子？")
    safety.get_by_role("button", name="送去会诊").click()
    link = safety.locator("main a[href^='/cases/']", has_text=re.compile(r"^HZ-")).first
    number = link.inner_text()

    expert = sign_in("expert", width=1366)
    line = expert.locator("tr[data-row]", has_text="专家会诊").first
    expect(line).to_contain_text("待答复")
    line.get_by_role("link").last.click()
    expect(expert).to_have_url(re.compile(f"/cases/{number}/"))
    expect(expert.locator("main")).to_contain_text("转弯处再加什么")
    expect(expert.locator("main")).to_contain_text(title.split()[0])
    no_sideways_scroll(expert)
    opinion = expert.locator("#advise-opinion")
    opinion.fill("  ")
    expert.get_by_role("button", name="答复").last.click()
    expect(expert.locator("main [role=alert]")).to_contain_text("没有保存")
    opinion.fill("转弯处设凸面镜和限高门，防撞栏外移 0.5 米。")
    expert.locator("#file-advise-opinion").set_input_files(
        {"name": "意见.png", "mimeType": "image/png", "buffer": _picture()}
    )
    expert.get_by_role("button", name="答复").last.click()
    expect(expert.locator(".step-bar .done, .step-bar .now").last).to_contain_text("待采纳")
    expert.goto("/desk/done/")
    expect(expert.locator("main .history li").first).to_contain_text(number)

    safety.goto(f"/cases/{number}/")
    expect(safety.locator("main")).to_contain_text("限高门")
    safety.select_option("#adopt-adopted", "part")
    safety.fill("#adopt-note", "限高门下月装，凸面镜当天装。")
    safety.get_by_role("button", name="记采纳").last.click()
    expect(safety.locator("main")).to_contain_text("部分采纳")
    expect(safety.locator("main")).to_contain_text("已办结")
