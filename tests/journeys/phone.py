"""A phone in the field: the app in a browser of 360 px that can be cut off, filled up, restarted and handed on."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, Route, expect

from tests.journeys.conftest import PASSWORD

API = "**/api/v1/field/**"
_COUNT = """async store => await new Promise((done, fail) => { const asked = indexedDB.open("anlan-field"); asked.onerror = () => fail(asked.error);
  asked.onsuccess = () => { const all = asked.result.transaction(store).objectStore(store).count(); all.onsuccess = () => { asked.result.close(); done(all.result); }; }; })"""


def noise(long: int = 900, short: int = 600) -> bytes:
    """A photo that does not compress away, with what a camera writes into it."""
    picture = Image.frombytes("RGB", (long, short), os.urandom(long * short * 3))
    exif = Image.Exif()
    exif[0x010F] = "SECRETCAMERA"
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=60, exif=exif)
    return out.getvalue()


@dataclass
class Phone:
    """One context of the browser: its storage is the phone's."""

    browser: Browser
    url: str
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.context = self.browser.new_context(
            viewport={"width": 360, "height": 740}, base_url=self.url, accept_downloads=True
        )
        self.restart()

    def restart(self) -> None:
        """The app closed and opened again."""
        for one in self.context.pages:
            one.close()
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)

    def sign_in(self, who: str) -> None:
        self.page.goto("/account/login/?next=/field/")
        self.page.fill("#id_login", who)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url("**/field/")
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("body[data-ready]")
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")

    def sign_out(self) -> None:
        self.go("me")
        self.page.get_by_role("button", name="退出").click()
        expect(self.page.locator("#strip")).to_contain_text("没有登录")
        for _turn in range(200):  # the server has been told, at the second time of asking where a line was cut
            if self.count("session") == 0:
                return
            self.page.wait_for_timeout(250)
        raise AssertionError("still signed in on the server")

    def go(self, where: str) -> None:
        self.page.goto(f"/field/#/{where}")

    def count(self, store: str = "entries") -> int:
        return int(self.page.evaluate(_COUNT, store))

    def report(self, title: str, photos: int = 2, *, press: bool = True) -> None:
        self.go("report/hidden_danger")
        self.page.wait_for_selector("form.f-form")
        files: list[Any] = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": noise()} for n in range(photos)]
        if files:
            self.page.set_input_files("input[type=file]", files)
            expect(self.page.locator(".f-tiles figure")).to_have_count(photos)
        self.page.fill("[data-field=title] input", title)
        self.page.get_by_text("再补充几项").click()
        self.page.select_option("[data-field=source] select", "post")
        if press:
            self.press()

    def press(self) -> None:
        self.page.locator("button[type=submit]").click()
        self.page.wait_for_url("**/field/#/outbox")

    def again(self) -> None:
        """The line is back."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def emptied(self) -> None:
        """Everything has its receipt."""
        self.again()
        for turn in range(300):
            if self.count() == 0:
                break
            self.page.wait_for_timeout(100)
            if turn % 50 == 49:
                self.again()
        assert self.count() == 0
        assert self.count("photos") == 0

    def cut(self, act: Callable[[Route], None]) -> None:
        self.context.route(API, act)

    def lift(self) -> None:
        self.context.unroute(API)

    def close(self) -> None:
        self.context.unroute_all(behavior="ignoreErrors")  # what the app asks in the background may still be on its way
        self.context.close()


@dataclass
class Office:
    """What stands on the server, as the enterprise's safety officer sees it."""

    request: APIRequestContext

    def rows(self, title: str) -> list[str]:
        """Numbers of the cases with this title."""
        answer = self.request.get("/cases/export/", params={"q": title, "form": "csv"})
        lines = csv.reader(io.StringIO(answer.body().decode("utf-8-sig")))
        return [line[0] for line in lines if len(line) > 2 and line[2] == title]

    def photos(self, number: str) -> list[bytes]:
        page = self.request.get(f"/cases/{number}/").text()
        addresses = re.findall(r'<img src="(/cases/[^"]+/pictures/\d+/)"', page)
        return [self.request.get(one).body() for one in addresses]
