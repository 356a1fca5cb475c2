"""Story (a) in the browser, by all the posts at the sizes they use: a downpour from the orange warning to the archive.

The duty officer (1366, keyboard), the commander (1366), the wall (1920), two shelter keepers, a street and a team on phones (360), and the city
on an instance of its own behind a line that is cut while a report is sent.
"""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from anlan.base import clock
from anlan.base.clock import CHINA
from anlan.packs.safety.warning.tests.support import cap
from tests.journeys.conftest import PASSWORD, Product, SignIn
from tests.journeys.test_journeys import no_sideways_scroll
from tests.support.line import Line, Weather

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "示例试走暴雨积水"
HOURS = timedelta(hours=12)


@pytest.fixture
def city(product: Product, browser: Browser) -> Iterator[tuple[Page, Weather]]:
    """The city's duty officer at 1366, and the line to it: `anlan city` beside the product, its card passed on with the line's address."""
    started = subprocess.Popen(
        [sys.executable, "-m", "anlan.server", "city", "--port", "0"],
        env=product.env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    url = next((line for line in started.stdout if line.startswith("READY")), "").split()[-1]
    weather = Weather(random.Random("downpour"), bad=0.0)
    line = Line(int(url.rpartition(":")[2]), weather)
    theirs = {**product.env, "ANLAN_VAR": f"{product.env['ANLAN_VAR']}-city"}
    card = _said(theirs, "link", "card", "--address", line.address)
    _said(product.env, "link", "pair", "--kind", "city", given=card)
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=url)
    try:
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto("/account/login/")
        page.fill("#id_login", "city")
        page.fill("#id_password", PASSWORD)
        page.locator("main button").first.click()
        expect(page.locator("h1")).to_be_visible()
        yield page, weather
    finally:
        context.close()
        line.close()
        started.send_signal(signal.SIGINT)
        started.wait(timeout=20)


def _said(env: dict[str, str], *words: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "anlan.server", *words], env=env, input=given, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().splitlines()[-1]


def again(page: Page, path: str, found: Callable[[], Locator]) -> None:
    """The page opened anew until it says so: what a job brings, in its own time."""
    for _ in range(60):
        page.goto(path)
        if found().count():
            return
        page.wait_for_timeout(1_000)
    raise AssertionError(f"{path} never said it")


def unfold(page: Page, words: str) -> Locator:
    """A thing that can be done on the board, with its form open."""
    move = page.locator("#do details.move", has=page.locator("summary", has_text=words))
    move.locator("summary").click()
    return move


def press(page: Page, key: str) -> None:
    """A key of the page, once its script listens."""
    page.wait_for_load_state()
    page.keyboard.press(key)


def pressed(page: Page, key: str, told: str) -> None:
    press(page, key)
    expect(page.locator(".messages")).to_contain_text(told)


def warned(product: Product, duty: Page) -> None:
    """The warning comes as a file of the line, the duty officer sees it among what may be an incident."""
    folder = Path(product.env["ANLAN_VAR"]) / "warnings" / "in"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orange.part").write_bytes(cap("QX-STORY", clock.now() - timedelta(minutes=2)))
    (folder / "orange.part").rename(folder / "orange.xml")
    again(duty, "/warnings/", lambda: duty.get_by_role("link", name=re.compile("QX-STORY")))


def opened(duty: Page, happened: datetime) -> str:
    """By keyboard: four fields, then what is known beyond them. Returns the address of the board."""
    duty.goto("/desk/")
    press(duty, "e")
    expect(duty.locator("#place")).to_be_focused()
    duty.keyboard.type("示例路下沉桥")
    duty.keyboard.press("Tab")
    duty.keyboard.type("1")
    expect(duty.locator("#kind")).to_have_value("flood")
    for _ in range(5):
        duty.keyboard.press("Tab")
    expect(duty.locator("#affected")).to_be_focused()
    duty.keyboard.type("640")
    duty.keyboard.press("Tab")
    duty.keyboard.type("示例雨情平台")
    duty.locator("summary", has_text="知道更多就填").click()
    duty.fill("#title", TITLE)
    duty.fill("#occurred_at", f"{happened.astimezone(CHINA):%Y-%m-%dT%H:%M}")
    for street in ("示例一街道", "示例二街道", "示例三街道"):
        duty.get_by_label(street).check()
    duty.locator("#title").press("Enter")
    expect(duty.locator("h1")).to_contain_text(TITLE)
    no_sideways_scroll(duty)
    pressed(duty, "n", "核实属实")
    return duty.url


def ordered(duty: Page) -> None:
    duty.get_by_role("link", name="安置救助").click()
    duty.locator(".page-head").get_by_role("link", name="下开设令").click()
    for shelter, people in (("示例广场避难场所", "400"), ("示例公园避难场所", "240")):
        row = duty.locator("main tbody tr", has_text=shelter)
        row.get_by_role("checkbox").check()
        row.get_by_role("textbox").fill(people)
    duty.get_by_role("button", name="下令").click()
    expect(duty.get_by_role("region", name="场所")).to_contain_text("示例公园避难场所")


def sheltered(page: Page, clock_page: str, shelter: str, head: str, people: str, street: str) -> None:
    """A keeper on the phone: open the site, register a household with all five things in one screen."""
    page.goto(clock_page)
    page.get_by_role("link", name=shelter).click()
    page.get_by_role("button", name="已开放").click()
    expect(page.locator(".page-head .chip").first).to_contain_text("开放")
    no_sideways_scroll(page)
    page.get_by_role("link", name="登记一户").click()
    page.fill("#head", head)
    page.fill("#people", people)
    page.select_option("#organisation", label=street)
    for what in ("食物", "饮水", "住处", "衣被", "医疗"):
        page.get_by_label(what).first.check()
    no_sideways_scroll(page)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("已登记 AZ-")


def at_home(page: Page, clock_page: str) -> None:
    """The street on the phone: a household at home that nothing has reached yet."""
    page.goto(clock_page)
    page.get_by_role("link", name="登记一户").click()
    page.select_option("#situation", "home")
    page.fill("#head", "示例三街户")
    page.fill("#people", "3")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("已登记 AZ-")


def activated(duty: Page, commander: Page, board: str) -> None:
    """Colour, grade, assessment by the duty officer; the plan at level Ⅲ by the commander, whose open page says that something was decided."""
    commander.goto(board)
    duty.goto(board)
    form = unfold(duty, "定预警颜色")
    form.locator("#colour").select_option(label="橙色")
    form.locator("#colour-reason").fill("示例气象台暴雨橙色预警")
    form.get_by_role("button", name="定颜色").click()
    expect(duty.locator(".board-head")).to_contain_text("橙色预警")
    form = unfold(duty, "定级")
    form.locator("#grade").select_option(label="一般")
    form.get_by_role("button", name="定级").click()
    expect(duty.locator(".messages")).to_contain_text("事件定为一般")
    pressed(duty, "n", "研判完成")
    commander.get_by_role("link", name="刷新").click()
    expect(commander.locator("#do")).to_contain_text("启动Ⅲ级响应")  # proposed, from the warning in force
    press(commander, "l")
    expect(commander.locator("h1")).to_contain_text("启动预案")
    expect(commander.locator("#level")).to_have_value("3")
    no_sideways_scroll(commander)
    commander.get_by_role("button", name="签发启动").click()
    expect(commander.locator(".messages")).to_contain_text("Ⅲ级响应")
    expect(commander.locator("#board-tasks")).to_contain_text("进行中")


def done(page: Page, words: str) -> None:
    """A task on the phone, from the desk: accept it, tick its list, report it finished."""
    page.goto("/desk/")
    page.locator("main li, main tr", has_text=words).filter(has_text=TITLE).get_by_role(
        "link", name=re.compile("接受|办")
    ).first.click()
    expect(page.locator("h1")).to_contain_text(words)
    no_sideways_scroll(page)
    page.get_by_role("button", name="接受").click()
    expect(page.locator(".page-head .chip").first).to_contain_text("已接受")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="报完成").click()
    expect(page.locator("main")).to_contain_text("已完成。")


def reported(duty: Page, commander: Page, board: str, stage: str) -> None:
    """Drafted by the duty officer, signed by the commander, sent to the city."""
    duty.goto(f"{board}reports/")
    duty.get_by_role("button", name=f"起草{stage}").click()
    expect(duty.locator("#body")).not_to_be_empty()
    commander.goto(duty.url)
    commander.get_by_role("button", name="签发").click()
    duty.reload()
    expect(duty.locator(".page-head .chip").first).to_contain_text("已签发")
    duty.get_by_role("button", name="报送").click()
    expect(duty.locator(".page-head .chip").first).to_contain_text("已报送")


def handed_over(duty: Page, number: str) -> None:
    duty.goto(f"/relay/?incident={number}")
    duty.locator("#peer").select_option(label="示例市")
    duty.fill("#reason", "请市里统筹排水力量")
    duty.get_by_role("button", name="移送", exact=True).click()
    expect(duty.locator(".messages")).to_contain_text("已移送")


def one_street_late(duty: Page, relief: str) -> None:
    """Twelve hours have passed: the street that nothing had reached stands first, in red."""
    rows = duty.get_by_role("region", name="按街道").locator("tbody tr")
    again(duty, relief, lambda: rows.filter(has_text="示例三街道").locator("td .late"))
    expect(rows.first).to_contain_text("示例三街道")


@dataclass(frozen=True)
class Close:
    """What is said as an incident ends."""

    why: str
    cause: str
    lesson: str
    conclusion: str


def ended(duty: Page, commander: Page, board: str, said: Close) -> None:
    """Level down with its reason, what nobody began withdrawn together, the end, the aftermath, the final report, the review, the archive."""
    commander.goto(f"{board}plan/?level=4")
    commander.fill("#reason", said.why)
    commander.get_by_role("button", name="签发调整").click()
    expect(commander.locator(".head-facts")).to_contain_text("Ⅳ级响应")
    form = unfold(commander, "撤销没办的任务")
    form.locator("#withdraw-reason").fill(f"{said.why}，不再需要")
    form.get_by_role("button", name="撤销勾选的").click()
    expect(commander.locator(".messages")).to_contain_text("任务已撤销")
    form = unfold(commander, "终止响应")
    form.locator("#end-reason").fill(said.why)
    form.get_by_role("button", name="终止响应").click()
    expect(commander.locator(".messages")).to_contain_text("响应终止")
    duty.goto(board)
    pressed(duty, "n", "善后")
    reported(duty, commander, board, "终报")
    commander.goto(f"{board}review/")
    commander.fill("#cause", said.cause)
    commander.fill("#lesson", said.lesson)
    commander.get_by_role("button", name="记下").click()
    expect(commander.locator("main")).to_contain_text(said.cause)
    commander.fill("#evaluation", said.conclusion)
    commander.get_by_role("button", name="写评估结论").click()
    expect(commander.locator("#evaluation")).to_have_value(said.conclusion)
    no_sideways_scroll(commander)
    duty.goto(board)
    pressed(duty, "n", "已评估")
    pressed(duty, "n", "已归档")
    commander.reload()
    expect(commander.locator("main")).to_contain_text("摘要链完整")
    expect(commander.locator("tr", has_text="启动预案")).not_to_contain_text("—")


def test_a_downpour_from_the_warning_to_the_archive(
    sign_in: SignIn, product: Product, city: tuple[Page, Weather]
) -> None:
    (centre, weather), duty, commander = city, sign_in("duty"), sign_in("commander")
    warned(product, duty)
    happened = (clock.now() - HOURS).replace(second=0, microsecond=0) + timedelta(minutes=2)
    board = opened(duty, happened)
    number = board.rstrip("/").rpartition("/")[2]
    ordered(duty)
    street = sign_in("street3", width=360)
    sheltered(sign_in("shelter", width=360), duty.url, "示例广场避难场所", "示例广场户", "4", "示例一街道")
    sheltered(sign_in("shelter2", width=360), duty.url, "示例公园避难场所", "示例公园户", "2", "示例二街道")
    at_home(street, duty.url)
    relief = duty.url

    activated(duty, commander, board)
    wall = sign_in("leader", width=1920)
    wall.goto(f"{board}wall/")
    expect(wall.locator(".wall-head")).to_contain_text("橙色预警")
    expect(wall.locator(".wall-foot")).to_contain_text("已启用 2 处")
    no_sideways_scroll(wall)
    done(sign_in("team", width=360), "移动泵车到最深积水点")

    handed_over(duty, number)
    reported(duty, commander, board, "初报")
    again(centre, "/relay/", lambda: centre.get_by_role("link", name=number))
    centre.get_by_role("link", name=number).click()
    centre.get_by_role("button", name="签收").click()
    expect(centre.locator("main")).to_contain_text("每条的校验值都对得上")
    mirror = centre.url
    weather.cut = True
    reported(duty, commander, board, "续报")
    duty.goto("/link/")
    expect(duty.locator("main tbody tr", has_text="示例市").locator("td.num").first).not_to_have_text("0")
    centre.goto(mirror)
    expect(centre.locator("main")).not_to_contain_text("（续报）报送")
    weather.cut = False
    again(centre, mirror, lambda: centre.get_by_text("（续报）报送"))
    expect(centre.locator("main")).to_contain_text("每条的校验值都对得上")
    no_sideways_scroll(centre)

    one_street_late(duty, relief)
    said = Close("雨停水退", "三街道转移慢", "把低洼户名单提前一天核一遍", "排水快，转移慢。")
    ended(duty, commander, board, said)
