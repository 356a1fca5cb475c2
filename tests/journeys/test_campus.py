"""Schools and enterprises at the size they use: the school officer at a desk, a pupil on a phone, a hot-work permit on a phone."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn, choose
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#a9b3b0").save(out, "PNG")
    return out.getvalue()


def step(page: Page, word: str, title: str, **fields: str) -> None:
    """Make a step of a case: open its form, fill it, press."""
    form = page.locator(f"form[action$='/steps/{word}/']")
    if not form.locator("button.main").is_visible():
        page.locator("details.move > summary", has_text=title).first.click()
    for name, value in fields.items():
        box = form.locator(f"[name={name}]")
        if box.evaluate("one => one.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    no_sideways_scroll(page)
    form.get_by_role("button", name=title).click()


def test_school_officer_from_the_desk_to_a_mended_danger(sign_in: SignIn) -> None:
    """What runs out, the rates, a sample, a danger that the school mends and the bureau passes."""
    school = sign_in("school")
    school.goto("/desk/")
    expect(school.locator("main")).to_contain_text("校车检验")
    school.goto("/registry/campus_safety/")
    expect(school.locator("main")).to_contain_text("今天不能开的班次")
    no_sideways_scroll(school)
    school.get_by_role("link", name="留样", exact=True).click()
    school.get_by_role("link", name="新增").first.click()
    school.fill("#c-code", "LY-99")
    school.fill("#c-canteen_code", "ST-01")
    school.fill("#c-served_on", "2026-03-02")
    school.select_option("#c-meal", "lunch")
    school.fill("#c-dish", "青菜")
    school.fill("#c-grams", "100")
    school.fill("#c-taken_by", "示例甲")
    school.locator("main form button.main").click()
    expect(school.locator(".field.bad")).to_contain_text("125")
    expect(school.locator("#c-dish")).to_have_value("青菜")
    school.fill("#c-grams", "130")
    school.locator("main form button.main").click()
    expect(school.locator("h1")).to_contain_text("青菜")
    expect(school.locator("main")).not_to_contain_text("示例甲")

    school.goto("/campus/dangers/new/")
    school.fill("#title", "操场围网破损")
    school.select_option("#kind", "sports")
    school.select_option("#source", "self")
    school.locator("main form.form button.main").click()
    expect(school.locator("h1")).to_contain_text("操场围网破损")
    address = school.url
    step(school, "grade", "判级", grade="general")
    step(school, "assign", "下达", fixer="示例·总务", until="2099-01-31")
    school.set_input_files("#file-submit-after", {"name": "后.png", "mimeType": "image/png", "buffer": picture()})
    step(school, "submit", "报改好", note="换好了")
    expect(school.locator("main")).to_contain_text("区教育局")
    bureau = sign_in("education")
    bureau.goto(address)
    step(bureau, "pass", "复查通过")
    expect(bureau.locator(".step-bar")).to_contain_text("已销号")


def test_a_pupil_reports_on_a_phone_without_an_account(sign_in: SignIn) -> None:
    """Without script: written, sent, number and secret; the bureau and the school answer; the pupil reads it and says more."""
    pupil = sign_in(None, width=360, script=False)
    pupil.goto("/public/campus-report/")
    no_sideways_scroll(pupil)
    pupil.select_option("#school", label="示例学校")
    pupil.select_option("#kind", "words")
    pupil.fill("#words", "小华总在班里喊小林的外号，别人也跟着喊。")
    pupil.select_option("#reporter_kind", "classmate")
    pupil.fill("#pupil", "小林")
    pupil.set_input_files("#file_scene", {"name": "截图.png", "mimeType": "image/png", "buffer": picture()})
    pupil.get_by_role("button", name="送出").click()
    number, secret = (one.strip() for one in pupil.locator("dl.pairs dd").all_inner_texts())
    no_sideways_scroll(pupil)

    bureau = sign_in("bullying")
    bureau.goto(f"/cases/{number}/")
    expect(bureau.locator("main")).to_contain_text("小**")
    expect(bureau.locator("main")).not_to_contain_text("小林")
    bureau.get_by_role("link", name=re.compile("已遮住")).click()
    bureau.fill("#reason", "了解是哪个班")
    bureau.get_by_role("button", name="看这一次").click()
    expect(bureau.locator("main")).to_contain_text("小林")
    bureau.goto(f"/cases/{number}/")
    form = bureau.locator("form[action$='/steps/accept/']")
    choose(bureau, "#accept-to", "示例学校")
    form.get_by_role("button", name="受理").click()
    handler = sign_in("handler")
    handler.goto(f"/cases/{number}/")
    step(handler, "answer", "答复", answer="已经和同学谈过，老师会常看着。")
    officer = sign_in("school")
    assert officer.goto(f"/cases/{number}/").status == 404  # type: ignore[union-attr]

    pupil.goto("/campus-report/track/")
    pupil.fill("#number", number)
    pupil.fill("#secret", secret)
    pupil.get_by_role("button", name="查", exact=True).click()
    expect(pupil.locator("main")).to_contain_text("老师会常看着")
    pupil.fill("#words", "今天没有人喊了")
    pupil.get_by_role("button", name="补充").click()
    expect(pupil.locator("main")).to_contain_text("已经送到")
    no_sideways_scroll(pupil)


def test_a_hot_work_permit_on_a_phone(sign_in: SignIn) -> None:
    """Applied and measured by the safety officer, refused while the gas is bad, approved by the head, started, closed."""
    safety = sign_in("safety", width=360)
    safety.goto("/permits/new/")
    no_sideways_scroll(safety)
    safety.fill("#title", "管架焊接")
    safety.fill("#place", "机房北侧")
    safety.select_option("#new-work", "hot_2")
    safety.fill("#new-leader", "示例卫")
    safety.fill("#new-guardian", "示例卫")
    safety.fill("#new-crew", "2")
    safety.fill("#new-certificate", "CZ-02")
    safety.fill("#new-measures", "清除可燃物，灭火器两具")
    safety.locator("main form.form button.main").click()
    expect(safety.locator("[role=alert]")).to_contain_text("监护人不能是作业负责人")
    safety.fill("#new-guardian", "示例冯")
    safety.locator("main form.form button.main").click()
    expect(safety.locator("h1")).to_contain_text("管架焊接")
    address = safety.url
    gas = {"spot": "焊点旁", "instrument": "四合一 07"}
    step(safety, "measure", "记气体分析", **gas, combustible="18")
    head = sign_in("head", width=360)
    head.goto(address)
    expect(head.locator(".refused-move", has_text="审批")).to_contain_text("高于 10")
    safety.goto(address)
    step(safety, "measure", "记气体分析", **gas, combustible="0")
    expect(safety.locator("main")).to_contain_text("须由另一人办")
    head.goto(address)
    step(head, "approve", "审批")
    safety.goto(address)
    step(safety, "start", "开工")
    expect(safety.locator(".step-bar [aria-current]")).to_contain_text("作业中")
    no_sideways_scroll(safety)
    step(safety, "finish", "完工验收", cleared="1", counted="1")
    expect(safety.locator(".step-bar")).to_contain_text("已完工")
    safety.get_by_role("link", name="打印").click()
    expect(safety.locator("article.paper")).to_contain_text("二级动火作业票")


def test_regulator_and_planner_at_their_desks(sign_in: SignIn) -> None:
    regulator = sign_in("regulator")
    regulator.goto("/registry/enterprise/")
    regulator.get_by_role("link", name="示例冷库甲").first.click()
    expect(regulator.locator("main")).to_contain_text("示例证0002")
    regulator.goto("/registry/campaign_areas/")
    regulator.get_by_role("link", name="仓储物流场所").click()
    expect(regulator.locator("main")).to_contain_text("示例快递分拨仓")
    no_sideways_scroll(regulator)
    planner = sign_in("planner")
    planner.goto("/registry/enterprise/SL-E31/")
    expect(planner.locator("main")).not_to_contain_text("示例证0002")
    planner.goto("/registry/school_building/")
    expect(planner.locator("main")).to_contain_text("示例幼儿园 旧附楼")
    no_sideways_scroll(planner)
