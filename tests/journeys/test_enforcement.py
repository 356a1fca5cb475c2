"""Enforcement as it is done: on site with a phone, the legal reviewer at the desk, a citizen who repeats the draw."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn, choose
from tests.journeys.test_journeys import no_sideways_scroll

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def _photo(name: str) -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "#a9b3b0").save(out, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": out.getvalue()}


def _state(page: Page, word: str) -> None:
    expect(page.locator(".step-bar [aria-current], .step-bar .done").last).to_contain_text(word)


def _recorded(page: Page) -> str:
    """A new inspection, arrived at and recorded; what is wrong is said and keeps what was typed. Returns its address."""
    page.goto("/enforcement/new/")
    choose(page, "#owner", "示例冷库甲")
    page.fill("#title", "节前检查")
    no_sideways_scroll(page)
    page.locator("main form.form button.main").click()
    address = page.url
    page.fill("#go-first", "ZF-0101")
    page.fill("#go-second", "ZF-0101")
    page.select_option("#go-shown", "1")
    page.get_by_role("button", name="到场").last.click()
    expect(page.locator("main")).to_contain_text("两名检查人员要是两个人")
    expect(page.locator("#go-first")).to_have_value("ZF-0101")
    page.fill("#go-second", "ZF-0102")
    page.get_by_role("button", name="到场").last.click()
    page.fill("#record-found", "疏散通道堆了两排纸箱。")
    page.fill("#record-present", "值班负责人")
    page.get_by_role("button", name="记检查情况").last.click()
    expect(page.locator("main")).to_contain_text("缺佐证 1 件：现场照片")
    page.set_input_files("#file-record-scene", _photo("现场.png"))
    page.get_by_role("button", name="记检查情况").last.click()
    _state(page, "待陈述")
    no_sideways_scroll(page)
    return address


def test_on_site_with_a_phone_and_the_partys_words(sign_in: SignIn) -> None:
    """From the arrival to the order, in one hand: certificates, photo, the party's statement, and the danger it opens."""
    page = sign_in("regulator", width=360)
    address = _recorded(page)
    party = sign_in("head", width=360)
    party.goto(address)
    expect(party.locator(".pictures img")).to_have_count(1)
    party.select_option("#answer-attitude", "agree")
    party.fill("#answer-statement", "当天清空。")
    party.get_by_role("button", name="陈述申辩").last.click()
    expect(party.locator("main")).to_contain_text("待处理")
    no_sideways_scroll(party)
    page.goto(address)
    page.fill("#order-what", "清空疏散通道")
    page.fill("#order-until", "2099-01-31")
    page.get_by_role("button", name="责令改正").last.click()
    _state(page, "待公布")
    page.get_by_role("link", name="责令改正通知书").click()
    expect(page.locator(".paper")).to_contain_text("清空疏散通道")
    page.goto(address)
    page.locator("main dl.pairs a", has_text="隐患").first.click()
    expect(page.locator("h1")).to_contain_text("清空疏散通道")
    _state(page, "整改中")
    no_sideways_scroll(page)


def test_the_legal_reviewer_passes_what_another_proposed(sign_in: SignIn) -> None:
    page = sign_in("legal", width=1366)
    expect(page.locator("main")).to_contain_text("关闭液氨泄漏报警器")
    page.goto("/enforcement/penalties/?state=reviewing")
    page.locator("tbody tr[data-row] th a").first.click()
    expect(page.locator("main")).to_contain_text("情节和范围")
    expect(page.locator("main")).to_contain_text("须集体讨论")
    no_sideways_scroll(page)
    page.fill("#pass_review-note", "事实清楚，程序合法。")
    page.get_by_role("button", name="法制审核通过").last.click()
    _state(page, "待告知")
    expect(page.locator(".refused-move").first).to_contain_text("安全监管员")


@pytest.mark.parametrize("width", [360, 1366])
def test_a_citizen_repeats_the_draw(sign_in: SignIn, tmp_path: Path, width: int) -> None:
    """Without signing in and without script: list and program from the page, run by a bare Python, give the page's own result."""
    page = sign_in(None, width=width, script=False)
    page.goto("/public/draws/")
    page.locator(".panel", has_text="已抽取").get_by_role("link").first.click()
    no_sideways_scroll(page)
    for word, name in (("下载名单 JSON", "list.json"), ("下载程序", "repeat_draw.py")):
        with page.expect_download() as given:
            page.get_by_role("link", name=word).first.click()
        given.value.save_as(tmp_path / name)
    facts = page.locator("dl.pairs").first.locator("dd").all_inner_texts()
    words = page.locator("dl.pairs").first.locator("dt").all_inner_texts()
    told = dict(zip(words, facts, strict=True))
    done = subprocess.run(
        [sys.executable, "-I", "repeat_draw.py", "list.json", told["公布的数值"]], cwd=tmp_path, capture_output=True, text=True, check=True
    )  # fmt: skip
    first, second, *rows = done.stdout.splitlines()
    assert (first, second) == (f"list {told['名单哈希']}", f"seed {told['种子']}")
    shown = page.locator("section", has=page.locator("h2", has_text="结果")).locator("tbody tr").all_inner_texts()
    assert len(shown) == len(rows) >= 1
    for line, text in zip(rows, shown, strict=True):
        assert all(part in text for part in line.split())


def test_a_citizen_reads_what_was_published(sign_in: SignIn) -> None:
    page = sign_in(None, width=360, script=False)
    page.goto("/public/enforcement/?kind=penalty")
    expect(page.locator("main")).to_contain_text("示例冷库甲")
    assert "示例·" not in page.locator("main").inner_text()
    no_sideways_scroll(page)
