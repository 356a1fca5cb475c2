"""Story (b) in the browser: ammonia at a cold store, from the detector's alarm to the archive and the file of the investigation.

The duty officer, the commander, the regulator and the district's leader at 1366, and the team's leader on a phone of 360 without an account and without script.
"""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from anlan.base import clock
from tests.journeys.conftest import Product, SignIn, choose
from tests.journeys.test_journeys import no_sideways_scroll
from tests.journeys.test_story_downpour import Close, again, ended, press, pressed, reported, unfold

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "示例冷库氨泄漏试走"
STATION = "示例食品冷库氨机房"


def leaks(product: Product) -> None:
    """The detector says 62 % of the lower explosive limit, by its own line."""
    ports = json.loads((Path(product.env["ANLAN_VAR"]) / "gateway.json").read_text(encoding="utf-8"))
    reading = {"channel": "gas_1", "time": int(clock.now().timestamp() * 1000), "value": 62.0}
    asked = urllib.request.Request(
        f"http://127.0.0.1:{ports['http']}/api/v1/observations",
        json.dumps({"observations": [reading]}).encode(),
        {"Authorization": "Bearer anlan-demo-CG-02", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:  # noqa: S310 - the gateway's own address
        assert answer.status == 200


def opened(duty: Page) -> str:
    """The alarm stands among what may be an incident; one click fills the form, the people are added, and it is verified and graded."""
    again(duty, "/incidents/new/", lambda: duty.get_by_role("link", name=re.compile(f"{STATION} 可燃气体二级报警")))
    duty.get_by_role("link", name=re.compile(f"{STATION} 可燃气体二级报警")).first.click()
    expect(duty.locator("#place")).to_have_value(STATION)
    expect(duty.locator("#kind")).to_have_value("hazchem")
    duty.fill("#trapped", "2")
    duty.fill("#title", TITLE)
    duty.get_by_role("button", name=re.compile("接报")).click()
    expect(duty.locator("h1")).to_contain_text(TITLE)
    expect(duty.locator("#do")).to_contain_text("可燃气体二级报警")  # linked to the alarm
    pressed(duty, "n", "核实属实")
    graded(duty, "一般")
    pressed(duty, "n", "研判完成")
    return duty.url


def graded(duty: Page, grade: str) -> None:
    form = unfold(duty, "定级")
    form.locator("#grade").select_option(label=grade)
    form.get_by_role("button", name="定级").click()
    expect(duty.locator(".messages")).to_contain_text(f"事件定为{grade}")


def activated(commander: Page, board: str) -> None:
    commander.goto(board)
    press(commander, "l")
    expect(commander.locator("h1")).to_contain_text("启动预案")
    commander.locator("#level").select_option("3")
    commander.get_by_role("button", name="看预览").click()
    expect(commander.locator("main")).to_contain_text("厂区人员清点")
    commander.get_by_role("button", name="签发启动").click()
    expect(commander.locator(".messages")).to_contain_text("Ⅲ级响应")


def on_the_phone(duty: Page, browser: Browser, board: str) -> None:
    """A team called; its leader, by the link on the phone: can come, under way, there with eight, counted again."""
    duty.goto(board)
    duty.get_by_role("link", name="队伍调派").click()
    team = duty.locator("#team option", has_text="示例危化应急队").first
    duty.locator("#team").select_option(value=team.get_attribute("value"))
    duty.locator("#task").select_option(index=1)
    duty.fill("#order", "堵漏、水幕稀释")
    duty.get_by_role("button", name="调派", exact=True).click()
    card = duty.locator("section.panel", has=duty.locator("h2", has_text="示例危化应急队"))
    card.locator("summary").click()
    card.get_by_role("button", name="出一个链接").click()
    address = duty.locator("input[readonly]").input_value()
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="zh-CN")
    phone = context.new_page()
    phone.goto(address)
    expect(phone.locator("main")).to_contain_text("堵漏、水幕稀释")
    phone.get_by_role("button", name="收到，能来").click()
    phone.get_by_role("button", name="途中", exact=True).click()
    phone.fill("#came", "8")
    phone.get_by_role("button", name="到场", exact=True).click()
    phone.fill("#people", "8")
    phone.get_by_role("button", name="报点名").click()
    expect(phone.locator("main")).to_contain_text("8")
    context.close()
    duty.goto(board)
    expect(duty.locator("#board-resources")).to_contain_text("示例危化应急队")
    expect(duty.locator("#board-resources")).to_contain_text("8 人")
    expect(duty.locator("#board-now")).to_contain_text("点名 8 人")


def died(duty: Page, dead: int) -> None:
    """The total so far, as it is typed on the board."""
    duty.locator(".now summary", has_text="填数").click()
    duty.fill("#f-dead", str(dead))
    duty.get_by_role("button", name="记下", exact=True).click()
    expect(duty.locator(".messages")).to_contain_text("已记下")
    expect(duty.locator("#board-now .cells")).to_contain_text(re.compile(rf"{dead}\s*人\s*死亡"))


def investigated(regulator: Page) -> str:
    """The file of the investigation; its number."""
    regulator.goto("/accountability/investigations/new/")
    choose(regulator, "#owner", "示例食品冷库")
    regulator.fill("#title", TITLE)
    regulator.locator("#kind").select_option(label="中毒窒息")
    regulator.locator("#source").select_option(label="监测报警")
    regulator.fill("#fact", "制冷机房氨泄漏，示例事故，没有真实人员。")
    regulator.fill("#new-happened_on", f"{clock.civil_date(clock.now()):%Y-%m-%d}")
    regulator.fill("#new-dead", "3")
    regulator.get_by_role("button", name="登记", exact=True).click()
    expect(regulator.locator("main")).to_contain_text(re.compile(r"SG-\d{4}-\d+"))
    number = re.search(r"SG-\d{4}-\d+", regulator.locator("main").inner_text())
    assert number
    return number[0]


def test_ammonia_from_the_alarm_to_the_file_of_the_investigation(
    sign_in: SignIn, product: Product, browser: Browser
) -> None:
    duty, commander = sign_in("duty"), sign_in("commander")
    leaks(product)
    board = opened(duty)
    activated(commander, board)
    on_the_phone(duty, browser, board)

    expect(duty.locator(".clocks")).to_contain_text("向市报告")
    reported(duty, commander, board, "初报")
    duty.goto(board)
    expect(duty.locator(".clocks")).to_contain_text("✓ 按时")
    for dead in (1, 2, 3):
        died(duty, dead)
    expect(duty.locator(".proposal")).to_contain_text("定为较大")
    duty.locator(".proposal").get_by_role("button", name="定为较大").click()
    expect(duty.locator(".head-facts")).to_contain_text("较大")
    expect(duty.locator(".clocks")).to_contain_text("较大以上电话快报")  # the clocks of that grade
    no_sideways_scroll(duty)

    number = investigated(sign_in("regulator"))
    leader = sign_in("leader")  # sees both the incident and the file
    leader.goto(board)
    leader.locator("summary", has_text="关联一件事项").click()
    leader.fill("#join-case", number)
    leader.get_by_role("button", name="关联", exact=True).click()
    expect(leader.locator("main").get_by_role("link", name=re.compile(number))).to_be_visible()

    duty.goto(board)
    duty.get_by_role("link", name="队伍调派").click()
    duty.locator("summary", has_text="电话、链接、归队").click()
    duty.get_by_role("button", name="归队").click()
    expect(duty.locator("main")).to_contain_text("已离开")
    said = Close("泄漏止住，浓度连续达标", "联锁被旁路", "旁路要审批", "切断慢。")
    ended(duty, commander, board, said)
    with commander.expect_download() as kept:
        commander.get_by_role("link", name="下载证据包").click()
    assert kept.value.suggested_filename.endswith(".zip")
