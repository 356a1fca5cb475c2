"""The field app cut off wherever a request begins or ends, with a reload, a restart, a full phone and a sign-out in between: what was
entered stands on the server once, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from tests.journeys.conftest import PASSWORD, Product, SignIn
from tests.journeys.phone import Office, Phone, noise
from tests.journeys.test_axe import violations
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def phone(browser: Browser, product: Product) -> Iterator[Phone]:
    made = Phone(browser, product.url)
    yield made
    made.close()


@pytest.fixture
def office(sign_in: SignIn) -> Office:
    return Office(sign_in("safety", land="").request)


# ---- where the line is cut
def _on(path: str, method: str, act: Callable[[Route], None], place: int = 1) -> Callable[[Route], None]:
    """`act` at the `place`-th such request and every one after it; the others pass."""
    seen = [0]

    def cut(route: Route) -> None:
        if path in route.request.url and route.request.method == method:
            seen[0] += 1
            if seen[0] >= place:
                with suppress(Error):  # the page that asked is gone already: cut off all the same
                    act(route)
                return
        route.continue_()

    return cut


def _never_sent(route: Route) -> None:
    route.abort("internetdisconnected")


def _never_answered(route: Route) -> None:
    """The server gets it and does it; the phone never hears."""
    route.fetch()
    route.abort("connectionreset")


def _half_sent(route: Route) -> None:
    content = route.request.post_data_buffer or b""
    route.fetch(post_data=content[: len(content) // 2])
    route.abort("connectionreset")


def _half_answered(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(status=200, content_type="application/json", body=answer.text()[: len(answer.text()) // 2])


CUTS = {
    "before the entry": lambda: _on("/entries", "POST", _never_sent),
    "entry sent, answer cut": lambda: _on("/entries", "POST", _never_answered),
    "entry sent, half an answer": lambda: _on("/entries", "POST", _half_answered),
    "before a photo": lambda: _on("/photos", "POST", _never_sent),
    "during a photo": lambda: _on("/photos", "POST", _half_sent),
    "photo sent, answer cut": lambda: _on("/photos", "POST", _never_answered),
    "second photo": lambda: _on("/photos", "POST", _never_sent, 2),
    "after the photos, before the entry": lambda: _on("/entries", "POST", _never_sent, 2),
    "entry taken, receipt not heard": lambda: _on("/entries", "POST", _never_answered, 2),
    "entry taken, half a receipt": lambda: _on("/entries", "POST", _half_answered, 2),
    "bundle not fetched": lambda: _on("/bundle", "GET", _never_sent),
    "half a bundle": lambda: _on("/bundle", "GET", _half_answered),
}
TURNS = ("nothing", "reload", "restart", "sign-out")


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("cut", CUTS)
def test_cut_off(phone: Phone, office: Office, cut: str, turn: str) -> None:
    title = f"断网 {cut} {turn}"
    phone.sign_in("worker")
    phone.cut(CUTS[cut]())
    phone.report(title)
    phone.page.wait_for_timeout(1_200)
    if turn == "reload":
        phone.page.reload()
        phone.page.wait_for_timeout(800)
    elif turn == "restart":
        phone.restart()
        phone.page.goto("/field/#/outbox")
        phone.page.wait_for_timeout(800)
    elif turn == "sign-out":
        phone.sign_out()
        left = phone.count()  # nothing is sent any more
        phone.sign_in("safety")
        if left:
            expect(phone.page.locator("#top")).to_contain_text(f"他人未上传 {left}")
        phone.go("outbox")
        expect(phone.page.locator("#main")).not_to_contain_text(title)
        phone.page.wait_for_timeout(800)
        assert phone.count() == left, "another's entries are neither sent nor dropped"
        phone.lift()
        phone.again()
        expect(phone.page.locator("#strip")).not_to_contain_text("没有登录")
        phone.sign_out()
        phone.sign_in("worker")
    phone.lift()
    phone.emptied()
    numbers = office.rows(title)
    assert len(numbers) == 1
    photos = office.photos(numbers[0])
    assert len(photos) == 2
    assert not any(b"SECRETCAMERA" in one for one in photos)
    phone.go("outbox")
    expect(phone.page.locator("#main")).to_contain_text(f"已登记 {numbers[0]}")


def test_a_whole_day_without_a_line(phone: Phone, office: Office) -> None:
    """Five reports, a reload, a restart; then the line comes and goes at random requests: five rows."""
    phone.sign_in("worker")
    phone.context.set_offline(True)
    for n in range(5):
        phone.report(f"整天断网 {n}", photos=n % 3)
        if n == 2:
            phone.page.reload()
        if n == 3:
            phone.restart()
            phone.go("outbox")
    expect(phone.page.locator("#unsent")).to_contain_text("未上传 5")
    phone.context.set_offline(False)
    turn = [0]

    def flicker(route: Route) -> None:
        turn[0] += 1
        (_never_answered if turn[0] % 3 == 0 else _never_sent if turn[0] % 3 == 1 else Route.continue_)(route)

    phone.cut(flicker)
    for _turn in range(6):
        phone.again()
        phone.page.wait_for_timeout(700)
    phone.lift()
    phone.emptied()
    for n in range(5):
        numbers = office.rows(f"整天断网 {n}")
        assert len(numbers) == 1
        assert len(office.photos(numbers[0])) == n % 3


def test_a_nearly_full_phone_says_so_and_loses_nothing(phone: Phone, office: Office, product: Product) -> None:
    phone.sign_in("worker")
    phone.context.set_offline(True)
    phone.report("存储快满 一")
    tools = phone.context.new_cdp_session(phone.page)
    usage = phone.page.evaluate("navigator.storage.estimate().then(one => one.usage)")
    tools.send("Storage.overrideQuotaForOrigin", {"origin": product.url, "quotaSize": int(usage / 0.95)})
    phone.page.wait_for_timeout(32_000)  # Chromium asks for its own quota anew after half a minute
    phone.report("存储快满 二", photos=4, press=False)
    phone.page.locator("button[type=submit]").click()
    expect(phone.page.locator(".f-error")).to_contain_text("存储满了")
    expect(phone.page.locator("#strip")).to_contain_text("存储快满")
    expect(phone.page.locator(".f-tiles figure")).to_have_count(4)
    expect(phone.page.locator("[data-field=title] input")).to_have_value("存储快满 二")
    assert phone.count() == 1, "what was kept before is still there"
    with phone.page.expect_download() as got:
        phone.page.evaluate("location.hash = '#/outbox'")
        phone.page.get_by_role("button", name="导出到文件").click()
    assert len(json.loads(Path(got.value.path()).read_text(encoding="utf-8"))["entries"]) == 1
    tools.send("Storage.overrideQuotaForOrigin", {"origin": product.url})
    phone.page.wait_for_timeout(1_000)
    phone.report("存储快满 二", photos=4)
    phone.page.reload()
    expect(phone.page.locator("#unsent")).to_contain_text("未上传 2")
    phone.context.set_offline(False)
    phone.emptied()
    assert [len(office.photos(office.rows(f"存储快满 {n}")[0])) for n in "一二"] == [2, 4]


def test_the_app_opens_without_a_line(phone: Phone) -> None:
    """The real worker: after one visit everything is there, also the words of the tasks; nothing of it lies readable on the phone."""
    phone.sign_in("worker")
    case = "a.f-row[href^='#/case/YH-']"  # a danger to put right; the worker has other matters too
    first = phone.page.locator(case).first.inner_text()
    phone.page.wait_for_timeout(500)
    phone.context.set_offline(True)
    phone.restart()
    phone.page.goto("/field/")
    expect(phone.page.locator("#strip")).to_contain_text("没有网络，可以继续办")
    expect(phone.page.locator(case).first).to_have_text(first.replace("\n", ""), use_inner_text=False)
    phone.page.locator(case).first.click()
    expect(phone.page.locator("#main")).to_contain_text("经过")
    expect(phone.page.get_by_role("link", name="报改好")).to_be_visible()
    phone.go("map")
    expect(phone.page.locator("svg.f-map")).to_be_visible()
    phone.page.reload()
    expect(phone.page.locator("svg.f-map")).to_be_visible()


def test_it_can_be_installed(phone: Phone) -> None:
    phone.sign_in("worker")
    tools = phone.context.new_cdp_session(phone.page)
    told = tools.send("Page.getAppManifest")
    assert told["url"].endswith("/field/manifest.webmanifest")
    assert told["errors"] == []
    faults = [one["errorId"] for one in tools.send("Page.getInstallabilityErrors")["installabilityErrors"]]
    assert set(faults) <= {"in-incognito"}, faults  # a context of the test's browser is a private window


def test_a_file_from_the_phone_is_brought_in_at_a_desk(phone: Phone, office: Office, sign_in: SignIn) -> None:
    """The phone never finds a line: its sealed file is taken for its owner, twice; the phone, sending later, doubles nothing."""
    phone.sign_in("worker")
    phone.context.set_offline(True)
    phone.report("文件带回")
    with phone.page.expect_download() as got:
        phone.page.get_by_role("button", name="导出到文件").click()
    content = Path(got.value.path()).read_text(encoding="utf-8")
    assert "文件带回" not in content
    desk = sign_in("safety")
    for _turn in range(2):
        desk.goto("/field/import/")
        desk.set_input_files(
            "#file", {"name": got.value.suggested_filename, "mimeType": "application/json", "buffer": content.encode()}
        )
        desk.locator("main form button.main").click()
        expect(desk.locator("main")).to_contain_text("收下 1，没有收下 0")
    numbers = office.rows("文件带回")
    assert len(numbers) == 1
    desk.goto(f"/cases/{numbers[0]}/")
    expect(desk.locator("main")).to_contain_text("由文件导入")
    phone.context.set_offline(False)
    phone.emptied()
    assert office.rows("文件带回") == numbers
    assert len(office.photos(numbers[0])) == 2


def test_signing_out_on_the_web_takes_the_key(phone: Phone) -> None:
    phone.sign_in("worker")
    phone.context.set_offline(True)
    phone.report("退出以后", photos=0)
    phone.cut(lambda route: route.abort())
    phone.context.set_offline(False)
    phone.page.goto("/desk/")
    phone.page.locator("details.menu summary").click()
    phone.page.get_by_role("button", name="退出").click()
    phone.page.wait_for_url(lambda url: "/desk" not in url)
    phone.page.goto("/field/#/outbox")
    expect(phone.page.locator("#others")).to_contain_text("他人未上传 1 件")
    assert phone.count("session") == 0
    expect(phone.page.locator("#main")).not_to_contain_text("退出以后")
    phone.lift()
    phone.sign_in("worker")
    phone.emptied()


def test_a_draft_survives(phone: Phone) -> None:
    phone.sign_in("worker")
    phone.report("写到一半", photos=1, press=False)
    expect(phone.page.locator("#main")).to_contain_text("草稿已存")
    phone.page.wait_for_timeout(700)
    phone.page.reload()
    expect(phone.page.locator("[data-field=title] input")).to_have_value("写到一半")
    expect(phone.page.locator(".f-tiles figure")).to_have_count(1)
    phone.page.get_by_role("button", name="去掉").click()
    phone.page.fill("[data-field=title] input", "")
    phone.page.wait_for_timeout(700)


def test_what_was_sent_back_is_put_right(phone: Phone, office: Office) -> None:
    """The server sends an entry back; it stays with the sentence until the person has put it right."""
    phone.sign_in("worker")
    receipt = {
        "id": "",
        "result": "refused",
        "sentence": "责任单位没有选。",
        "code": "owner",
        "case": "",
        "wants": [],
        "drift": 0,
    }

    def back(route: Route) -> None:
        if "/entries" not in route.request.url:
            route.continue_()
            return
        given = json.loads(route.request.post_data or "{}")["entries"][0]
        route.fulfill(
            status=200, content_type="application/json", body=json.dumps({"receipts": [{**receipt, "id": given["id"]}]})
        )

    phone.cut(back)
    phone.report("退回的", photos=1)
    expect(phone.page.locator("#main")).to_contain_text("退回：责任单位没有选。")
    phone.lift()
    phone.page.reload()
    expect(phone.page.locator("#strip")).to_contain_text("退回 1 件")
    phone.page.get_by_role("button", name="改一改再传").click()
    expect(phone.page.locator("[data-field=title] input")).to_have_value("退回的")
    expect(phone.page.locator(".f-tiles figure")).to_have_count(1)
    phone.page.fill("[data-field=title] input", "改过的")
    phone.press()
    phone.emptied()
    assert (len(office.rows("改过的")), len(office.rows("退回的"))) == (1, 0)


_ITEMS = (
    {"id": 7, "title": "探头指示灯亮", "criterion": "全部亮", "photo": "failed", "number": False, "unit": "", "bounds": "", "points": 4},
    {"id": 8, "title": "液位", "criterion": "", "photo": "", "number": True, "unit": "%", "bounds": "20 至 80 %", "points": 0},
)  # fmt: skip
_CHECK = {
    "id": 5, "title": "机房班检", "form": "机房班检 1", "edition": "3", "place": "机房", "subject": "", "target": "", "starts_at": "2020-01-01T00:00:00+08:00",
    "due_at": "2099-01-01T00:00:00+08:00", "closes_at": "2099-01-01T00:00:00+08:00", "note": "", "items": _ITEMS,
}  # fmt: skip


def _playing(taken: list[dict[str, Any]], line: list[bool]) -> Callable[[Route], None]:
    """A server that gives one check and takes it, while the line is there."""

    def played(route: Route) -> None:
        if not line[0]:
            route.abort("internetdisconnected")
        elif "/bundle" in route.request.url:
            answer = route.fetch()
            route.fulfill(response=answer, json={**answer.json(), "checks": [_CHECK]})
        elif "/entries" in route.request.url:
            entry = json.loads(route.request.post_data or "{}")["entries"][0]
            taken.append(entry)
            receipt = {
                "id": entry["id"],
                "result": "stored",
                "sentence": "已查。",
                "code": "",
                "case": "",
                "wants": [],
                "drift": 0,
            }
            route.fulfill(status=200, content_type="application/json", body=json.dumps({"receipts": [receipt]}))
        else:
            route.continue_()

    return played


def test_a_check_without_a_line(phone: Phone) -> None:
    """A check task is done offline: nothing is kept before every item is answered as its form asks."""
    taken: list[dict[str, Any]] = []
    line = [True]
    phone.cut(_playing(taken, line))
    phone.sign_in("worker")
    line[0] = False
    phone.page.locator("a.f-row", has_text="机房班检").click()
    submit, problem = phone.page.locator("button[type=submit]"), phone.page.locator(".f-error")
    parts = phone.page.locator(".f-part")

    def lacks(words: str) -> None:
        submit.click()
        expect(problem).to_contain_text(words)

    lacks("还没有选合格、不合格或不适用")
    parts.nth(0).locator("input[value=failed]").check()
    parts.nth(1).locator("input[value=ok]").check()
    lacks("写一句为什么")
    phone.page.fill("[data-field=t-7] input", "两处不亮")
    lacks("要拍照")
    parts.nth(0).locator("input[type=file]").set_input_files(
        [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": noise()}]
    )
    expect(phone.page.locator(".f-tiles figure")).to_have_count(1)
    lacks("要填数")
    phone.page.fill("[data-field=n-8] input", "55")
    no_sideways_scroll(phone.page)
    phone.press()
    phone.go("today")
    expect(phone.page.locator("a.f-row", has_text="机房班检")).to_contain_text("已做，等上传")
    line[0] = True
    phone.emptied()
    assert (taken[0]["kind"], taken[0]["task"]) == ("check", 5)
    assert taken[0]["values"] == {"r-7": "failed", "t-7": "两处不亮", "r-8": "ok", "n-8": "55"}
    assert [one["kind"] for one in taken[0]["photos"]] == ["p_7"]


def _closed_at_the_desks(number: str, safety: Page, regulator: Page) -> None:
    """Meanwhile the safety officer reports the repair and the regulator passes it."""
    safety.goto(f"/cases/{number}/")
    safety.fill("#submit-note", "维修班换了螺栓")
    safety.set_input_files(
        "#file-submit-after", {"name": "后.jpg", "mimeType": "image/jpeg", "buffer": noise(300, 200)}
    )
    safety.get_by_role("button", name="报改好").last.click()
    regulator.goto(f"/cases/{number}/")
    regulator.get_by_role("button", name="复查通过").last.click()
    expect(regulator.locator(".step-bar")).to_contain_text("已销号")


def test_the_journey_of_a_shift_worker(phone: Phone, office: Office, sign_in: SignIn) -> None:
    """Report without a line, come back, receipt; then a repair reported late, while the regulator has closed the case: a person decides."""
    phone.sign_in("worker")
    phone.context.set_offline(True)
    phone.report("六号库门封条开裂")
    no_sideways_scroll(phone.page)
    expect(phone.page.locator("#strip")).to_contain_text("1 件已存手机，联网后自动上传")
    phone.context.set_offline(False)
    expect(phone.page.locator("#main")).to_contain_text("已登记", timeout=20_000)
    assert len(office.rows("六号库门封条开裂")) == 1
    phone.context.set_offline(True)
    phone.go("today")
    phone.page.locator("a.f-row", has_text="月台护栏松动").click()
    phone.page.get_by_role("link", name="报改好").click()
    phone.page.locator("button[type=submit]").click()
    expect(phone.page.locator(".f-error")).to_contain_text("缺“改后”照片")
    phone.page.set_input_files("input[type=file]", [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": noise()}])
    phone.page.fill("[data-field=note] textarea", "螺栓换好，手推不晃。")
    no_sideways_scroll(phone.page)
    phone.press()
    phone.go("today")
    expect(phone.page.locator("a.f-row", has_text="月台护栏松动")).to_contain_text("待传：报改好")
    number = office.rows("月台护栏松动")[0]
    regulator = sign_in("regulator")
    _closed_at_the_desks(number, sign_in("safety"), regulator)
    phone.context.set_offline(False)
    phone.emptied()
    phone.go("outbox")
    expect(phone.page.locator("#main")).to_contain_text("已作为现场提议送到，等核定")
    regulator.goto("/desk/")
    expect(regulator.locator("main")).to_contain_text("核定提议")
    regulator.goto(f"/cases/{number}/")
    expect(regulator.locator("main")).to_contain_text("现场提议，等核定")
    expect(regulator.locator("main")).to_contain_text("螺栓换好，手推不晃。")
    expect(regulator.locator('img[src*="/proposed/"]')).to_have_count(1)
    regulator.get_by_role("button", name="采用", exact=True).click()
    expect(regulator.locator("main")).to_contain_text("现场“报改好”")
    expect(regulator.locator(".step-bar")).to_contain_text("已销号")


@pytest.mark.parametrize("mode", ["light", "elder"])
def test_every_screen_can_be_used_by_everyone(phone: Phone, mode: str) -> None:
    phone.sign_in("worker")
    if mode == "elder":
        phone.page.evaluate("document.documentElement.dataset.mode = 'elder'")
    phone.page.evaluate("location.hash = '#/today'")
    number = phone.page.locator("a.f-row").first.get_attribute("href") or ""
    for where in ("#/today", "#/map", number, f"{number}/submit", f"{number}/comment", "#/report", "#/outbox", "#/me"):
        phone.page.evaluate("where => { location.hash = where; }", where)
        phone.page.wait_for_timeout(400)
        assert violations(phone.page) == []
        no_sideways_scroll(phone.page)


def test_nobody_signed_in_sees_nothing_of_anybody(phone: Phone) -> None:
    phone.page.goto("/field/")
    expect(phone.page.locator("#strip")).to_contain_text("没有登录")
    assert PASSWORD not in phone.page.content()
    phone.sign_in("planner")
    expect(phone.page.locator("#strip")).to_contain_text("没有登录")
