"""The main job, done in a browser by each kind of person."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Product, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def no_sideways_scroll(page: Page) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.wait_for_load_state()  # a click ends when the page has begun to come: its style has not
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


def test_planner_from_the_plan_to_the_line_of_the_file(sign_in: SignIn, product: Product, hours: bool) -> None:
    page = sign_in("planner")
    page.goto("/plans/")
    if product.real:
        panel = page.locator("section.panel", has_text="天津市河北区生态环境保护")
        expect(panel.locator("dd").first).to_have_text("144")
        panel.locator("h2 a").click()
        expect(page.locator("h1")).to_contain_text("144")
        expect(page.locator("tbody")).to_contain_text("区发展改革委")
    page.goto("/planning/indicators/")
    tab = "生态环境" if product.real else "生态环境（示例）"
    page.get_by_role("link", name=re.compile(rf"^{re.escape(tab)}\s*\d+$")).first.click()
    page.get_by_role("link", name="城市空气质量优良天数比率").first.click()
    page.wait_for_load_state()
    for _ in range(20 if hours else 0):  # the worker recomputes within half a minute of the import
        if "以外地站点数据示例" in page.content():
            break
        page.wait_for_timeout(2_000)
        page.reload()
    assert "以外地站点数据示例" in page.content() or not hours
    page.get_by_role("link", name=re.compile(r"^\d+ 行$")).first.click()
    expect(page.locator("h1")).to_contain_text("年空气质量")
    page.locator("#days tbody a").first.click()
    page.get_by_role("link", name=re.compile(r"第 \d+ 行")).first.click()
    expect(page.locator("tr[aria-selected=true]")).to_have_count(1)
    expect(page.locator("h2", has_text="文件原行")).to_be_visible()


def test_officer_accepts_and_reports(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("environment", width=360)
    page.select_option("#acting", label="区生态环境局 · 综合科经办")
    page.get_by_role("button", name="换", exact=True).click()
    page.goto("/plans/tasks/?state=issued")
    no_sideways_scroll(page)
    led = page.locator("tbody tr", has=page.locator("strong", has_text="区生态环境局"))
    led.first.locator("a").first.click()
    page.get_by_role("button", name="签收").click()
    expect(page.locator(".messages")).to_contain_text("已签收")
    file = tmp_path / "佐证.txt"
    file.write_text("示例佐证", encoding="utf-8")
    page.get_by_role("button", name="存进展").click()
    expect(page.locator("[role=alert]")).to_contain_text("没有写进展")
    page.fill("#r-text", "示例：已完成第一批")
    page.fill("#r-p", "30")
    page.set_input_files("#r-files", str(file))
    page.get_by_role("button", name="存进展").click()
    expect(page.locator(".messages")).to_contain_text("进展已存")
    expect(page.locator("main")).to_contain_text("佐证.txt")
    no_sideways_scroll(page)


def test_planner_reminds_many_and_takes_it_back(sign_in: SignIn) -> None:
    page = sign_in("planner")
    page.goto("/plans/tasks/?state=issued&late=overdue&sort=due&unit=区住房建设委")
    expect(page.locator("#bulk")).to_be_hidden()
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    expect(page.locator("[data-picked]")).to_have_text("已选 3 件")
    page.get_by_role("button", name="催办").click()
    expect(page.locator("main tbody tr")).to_have_count(3)
    done = page.locator("main tbody .ok").count()
    assert done >= 1
    expect(page.locator("main tbody .flag")).to_have_count(3 - done)  # each with its reason beside it
    page.get_by_role("button", name="撤回").click()
    page.wait_for_url("**/plans/tasks/?state=issued*")
    expect(page.locator(".messages")).to_contain_text("已撤回")
    page.locator("[data-pick]").first.check()
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#bulk")).to_be_hidden()


def test_planner_works_a_key_project(sign_in: SignIn) -> None:
    page = sign_in("planner")
    page.goto("/plans/projects/?late=late")
    page.locator("main tbody th a").first.click()
    expect(page.locator(".refused-move").first).to_be_visible()
    page.locator("summary", has_text="列节点").click()
    page.get_by_label("节点内容").fill("示例新节点")
    page.locator("#n-due").fill("2025-11-11")
    page.get_by_role("button", name="列入").click()
    expect(page.locator(".messages")).to_contain_text("已列入节点“示例新节点”。")
    page.get_by_role("button", name="撤回").click()
    expect(page.locator(".messages")).to_contain_text("已撤回。")
    expect(page.locator("th", has_text="示例新节点")).to_have_count(0)


def test_environment_officer_corrects_an_hour(sign_in: SignIn) -> None:
    page = sign_in("environment")
    page.goto("/air/stations/")
    page.locator("tr", has_text="示例站").get_by_role("link", name="2025").click()
    page.locator(".calendar a").first.click()
    before = page.locator("dl.facts").inner_text()
    page.fill("#c-hour", "5")
    page.select_option("#c-item", "PM25")
    page.fill("#c-value", "777")
    page.get_by_role("button", name="更正").click()
    expect(page.locator("[role=alert]")).to_contain_text("理由")
    assert page.input_value("#c-value") == "777"
    page.fill("#c-reason", "示例：仪器校准")
    page.get_by_role("button", name="更正").click()
    expect(page.locator(".messages")).to_contain_text("已更正")
    assert page.locator("dl.facts").inner_text() != before
    expect(page.locator("main")).to_contain_text("人工更正")


def test_auditor_reads_and_checks_the_chain(sign_in: SignIn) -> None:
    page = sign_in("auditor")
    page.goto("/journal/")
    page.get_by_role("link", name="核对摘要链").click()
    expect(page.locator(".panel[role=status]")).to_contain_text("完好")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_auditor_finds_who_did_what(sign_in: SignIn) -> None:
    """From one action to the person's others and to all that happened to the same thing; what is filtered is exported."""
    page = sign_in("auditor", land="/journal/")
    page.select_option("#j-verb", label="物资单据流转") if page.locator(
        "#j-verb option", has_text="物资单据流转"
    ).count() else None
    page.fill("#j-name", "示例·孔保管")
    page.get_by_role("button", name="筛选").click()
    rows = page.locator("tbody tr[data-row]")
    expect(rows.first).to_contain_text("示例·孔保管")
    assert set(rows.locator("td:nth-child(2)").all_inner_texts()) == {"示例·孔保管"}
    line = rows.filter(has_text=re.compile(r"WZ-\d")).first
    number = re.search(r"WZ-[\d-]+", line.inner_text())
    assert number
    line.get_by_role("link").last.click()
    expect(page).to_have_url(re.compile("subject=supply_order"))
    expect(rows.first).to_contain_text(number[0])
    rows.first.locator("summary").click()
    expect(rows.first).to_contain_text('"number":')
    no_sideways_scroll(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == rows.count() + 1
    page.fill("#j-name", "没有这个人")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("main")).to_contain_text("没有符合筛选的流水")


def test_citizen_reads_without_script(sign_in: SignIn) -> None:
    page = sign_in(None, width=360, script=False)
    page.goto("/")
    for name in ("规划公开", "规划指标", "空气质量"):
        page.goto("/")
        page.locator("main").get_by_role("link", name=name, exact=True).click()
        expect(page.locator("h1")).to_be_visible()
        no_sideways_scroll(page)
    page.goto("/plans/tasks/")
    expect(page).to_have_url(re.compile("/account/login/"))


def test_planner_prints_the_yearly_review(sign_in: SignIn) -> None:
    """A signed review is printed from its frozen snapshot, as Word and as PDF."""
    page = sign_in("planner")
    page.goto("/planning/reviews/")
    urls = page.evaluate("[...document.querySelectorAll('main tbody th a')].map(a => a.getAttribute('href'))")
    assert urls
    for url in urls:
        page.goto(url)
        if page.get_by_role("link", name="Word", exact=True).count():
            break
    for name, ending in (("Word", ".docx"), ("PDF", ".pdf")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(ending)
        assert Path(download.value.path()).stat().st_size > 5_000


def test_map_reaches_idle_and_has_its_table(sign_in: SignIn) -> None:
    page = sign_in("planner")
    page.goto("/map/")
    if page.locator("script[src*='built/assets/map']").count() == 0:
        pytest.skip("assets are not built")
    page.wait_for_selector("body[data-map-idle]", timeout=20_000)
    expect(page.locator(".map-badge")).to_have_text("示意图 · 不作定界依据")
    expect(page.locator("#tables")).to_contain_text("示例一街道")


def test_keys_and_live_sign(sign_in: SignIn) -> None:
    page = sign_in("planner")
    if page.locator("script[src*='built/assets/main']").count() == 0:
        pytest.skip("assets are not built")
    page.wait_for_timeout(1500)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search-box"
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("g")
    page.wait_for_url("**/plans/")


@pytest.mark.parametrize("width", [360, 1366, 1920])
@pytest.mark.parametrize("who", ["planner", "environment", "auditor", "admin"])
def test_no_page_scrolls_sideways(sign_in: SignIn, who: str, width: int) -> None:
    page = sign_in(who, width=width)
    urls = page.evaluate("[...document.querySelectorAll('.rail a')].map(a => a.getAttribute('href'))")
    for url in urls:
        page.goto(url)
        no_sideways_scroll(page)
        for tab in page.evaluate(
            "[...document.querySelectorAll('.page-head .tabs a')].map(a => a.getAttribute('href'))"
        )[:9]:
            page.goto(tab)
            no_sideways_scroll(page)


def test_a_long_import_shows_how_far_it_is(sign_in: SignIn, tmp_path: Path) -> None:
    work = openpyxl.Workbook(write_only=True)
    table = work.create_sheet()
    table.append(["编号", "名称", "种类", "坐标来源"])
    for number in range(4000):
        table.append([f"JD{number}", f"示例地点{number}", "公园", "WGS-84"])
    work.save(tmp_path / "places.xlsx")
    page = sign_in("admin")
    page.goto("/registry/places/import/")
    page.set_input_files("#file", tmp_path / "places.xlsx")
    page.get_by_role("button", name="预览").click()
    line = page.locator("[data-progress-line]")
    expect(line).to_be_visible()
    expect(line).to_contain_text(re.compile("读文件|逐格检查|上传"))
    expect(page.get_by_text("新增 4000")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("已导入：新增 4000 行")).to_be_visible(timeout=60_000)
    assert page.url.endswith("/registry/places/")
