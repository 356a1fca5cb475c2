"""The product as a stranger starts it, and a browser to use it with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from playwright.sync_api import APIRequestContext, Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("ANLAN_SHARED", ROOT.parent / "shared"))
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
PASSWORD = "anlan-demo"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Product:
    """A running demonstration; `real` when the published plan was brought in."""

    url: str
    real: bool
    env: dict[str, str]


def _run(env: dict[str, str], *words: str) -> None:
    subprocess.run([sys.executable, "-m", "anlan.server", *words], env=env, check=True, capture_output=True)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    var = tmp_path_factory.mktemp("demo")
    env = {
        **os.environ,
        "ANLAN_VAR": str(var),
        "ANLAN_DEMO": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "tests.support.quick",
    }
    env.pop("ANLAN_DATABASE_URL", None)
    server = subprocess.Popen(
        [sys.executable, "-m", "anlan.server", "demo", "--port", "0", "--older-days", "0"],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    ready = next((line for line in server.stdout if line.startswith("READY")), "")
    assert ready, "the demonstration did not start"
    real = SHARED.is_dir()
    if real:
        _run(env, "plan", "import", str(SHARED / "plan/plan-2022-5.txt"), "--yes")
    try:
        yield Product(ready.split()[1], real, env)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def hours(product: Product) -> bool:
    """Three years of real hours of air are brought in, where they are: for the journey that reads them."""
    if product.real:
        file = SHARED / "data/environment/beijing_air_hourly_2014_2016.csv"
        _run(product.env, "air", "import", str(file), "--yes")
    return product.real


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    binary = next((path for path in BROWSERS if Path(path).exists()), None)
    if binary is None:
        pytest.skip("no browser: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as engine:
        flags = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
        ]
        yield engine.chromium.launch(executable_path=binary, args=flags)


SignIn = Callable[..., Page]


def _signed_in(request: APIRequestContext, who: str) -> None:
    page = html.fromstring(request.get("/account/login/").text())
    (form,) = (one for one in page.forms if "login" in one.fields)
    form.fields["login"], form.fields["password"] = who, PASSWORD
    answer = request.post("/account/login/", form=dict(form.form_values()), max_redirects=0)
    assert answer.status == 302, f"{who} is not let in: {answer.status}"


@pytest.fixture
def sign_in(browser: Browser, product: Product) -> Iterator[SignIn]:
    """`sign_in("planner", width=360)`; None is a citizen; `script=False` switches JavaScript off; `land` is the first page opened.

    What the form sends is sent without drawing it; journeys of signing in, and the phone, use the form itself."""
    opened: list[Any] = []

    def go(who: str | None, width: int = 1366, *, script: bool = True, land: str = "/desk/") -> Page:
        height = {360: 740, 1366: 768, 1920: 1080}[width]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            base_url=product.url,
            accept_downloads=True,
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        if who:
            _signed_in(context.request, who)
        if who and land:
            page.goto(land)
        return page

    yield go
    for context in opened:
        context.close()


def choose(page: Page, where: str, words: str) -> None:
    """Choose one in the control for organisations, whether it is a list of few or a box that searches."""
    control = page.locator(where)
    if control.evaluate("one => one.tagName") == "SELECT":
        control.select_option(label=words)
        return
    control.fill(words)
    page.locator(".picker [role=option]", has_text=words).first.click()
