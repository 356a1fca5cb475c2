"""axe finds nothing on any page: with the demonstration's data, and empty; in light, elder and wall mode."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

import pytest
from django.contrib.staticfiles import finders
from django.urls import Resolver404, resolve
from lxml import html
from playwright.sync_api import Browser, Page, Route, expect

from anlan.server.product import CAPABILITIES
from tests.journeys.conftest import AXE, SignIn
from tests.journeys.test_public_report import report
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = [
    page
    for one in CAPABILITIES
    for page in one.pages
    if "<" not in page.path and "GET" in page.methods and page.kind in ("page", "fragment")
]
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]},
    "resultTypes": ["violations"],
}


def violations(page: Page) -> list[str]:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in frontend")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [
        f"{page.url} {one['id']}: {node['target']} {node['html'][:120]}" for one in found for node in one["nodes"][:3]
    ]


ROLES = (
    "environment", "planner", "emergency", "education", "street", "leader", "auditor", "admin", "regulator", "safety", "legal", "inspector",
    "handler", "police", "plant", "commander", "duty", None,
)  # fmt: skip
# Every GET page, also those that need an object.
ROUTES = {
    page.name: page for one in CAPABILITIES for page in one.pages if "GET" in page.methods and page.kind == "page"
}
# What stands only after something was sent, signed or asked for by letter, or when a second instance is linked; the first in the test below.
BEHIND_A_FORM = {
    "public_report_sent", "public_report_one", "work_permit_print", "safety_report_sent", "safety_report_one", "relief_forms_print", "warning_edit",
    "public_warning_receipt", "public_warning_subscription", "team_link", "relay_mirror", "delivery_peer", "delivery_print",
    "supply_incident",  # leads on
    "public_knowledge_subscription", "knowledge_edit", "training_course_edit",  # by letter; of a draft, of a course nobody takes: the forms of the new ones
}  # fmt: skip
HALVES = 2  # each looks at its share of the pages; both walk all


def _route(href: str) -> str:
    path = urlsplit(href).path
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def _view(name: str) -> object:
    """The function behind a page: rooms of one kind (a list of cases, a register's form) share it, and its template."""
    view: object = ROUTES[name].view
    while isinstance(view, partial):
        view = view.func
    return view


def walk(page: Page, looked: Counter[str], half: int) -> list[str]:
    """Open every page this person can reach by links, one address a route; returns what axe says."""
    waiting = ["/desk/", *(f"/{one.path}" for one in PAGES)]
    seen, bad = set(), []
    while waiting:
        address = waiting.pop(0)
        route = _route(address)
        if route in seen or route not in ROUTES:
            continue
        seen.add(route)
        # Looked at before by someone else, or the other half's to look at: only its links are wanted.
        mine = crc32(route.encode()) % HALVES == half
        answer = page.goto(address) if mine and not looked[route] else page.request.get(address)
        if answer is None or answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        if (
            urlsplit(answer.url).path != urlsplit(address).path
        ):  # led elsewhere, to sign in for one: that is not this page
            continue
        # A page's own links come first: the workbench leads to what is this person's.
        waiting[:0] = html.fromstring(answer.text()).xpath("//main//a[starts-with(@href, '/')]/@href")
        if mine and not looked[route]:
            bad += violations(page)
        looked[route] += 1
    return bad


@pytest.mark.parametrize("half", range(HALVES))
def test_every_get_route_with_data(sign_in: SignIn, half: int) -> None:
    looked: Counter[str] = Counter()
    bad = [line for who in ROLES for line in walk(sign_in(who, land=""), looked, half)]
    assert bad == []
    # A room whose story has no such object yet (a plan of checks) shows the page that another room of its kind showed.
    seen = {_view(name) for name in looked}
    assert sorted(name for name in ROUTES.keys() - looked.keys() - BEHIND_A_FORM if _view(name) not in seen) == []


def test_pages_behind_a_form(sign_in: SignIn) -> None:
    """What stands only after something was sent, or only beside an object of one kind."""
    citizen = sign_in(None, width=360)
    report(citizen)
    bad = violations(citizen)
    desk = sign_in("environment")
    desk.goto("/reports/new/")
    desk.locator("input[name=kind]").first.check()
    desk.fill("#place", "示例路 8 号")
    desk.fill("#fact", "来电反映夜间噪声")
    desk.locator("form.report button.main").click()
    expect(desk.locator("main")).to_contain_text("查询码")
    assert _route(desk.url) == "public_report_sent"
    bad += violations(desk)
    safety = sign_in("safety")
    safety.goto("/permits/")
    safety.locator("tbody th a").first.click()
    safety.get_by_role("link", name="打印").first.click()
    expect(safety.locator("body")).to_contain_text("作业票")
    bad += violations(safety)
    writer = sign_in("emergency")
    writer.goto("/knowledge/")
    writer.get_by_role("link", name="在办").click()
    writer.get_by_role("link", name="示例：楼上楼下认个门").click()
    writer.get_by_role("link", name="修改").click()
    expect(writer.locator("main")).to_contain_text("一张纸")
    bad += violations(writer)
    assert bad == []


@pytest.mark.parametrize("mode", ["elder", "wall"])
def test_other_modes(sign_in: SignIn, mode: str) -> None:
    page = sign_in("planner")
    bad: list[str] = []
    for path in ("/desk/", "/plans/tasks/", "/planning/indicators/", "/air/years/2025/"):
        page.goto(path)
        page.evaluate("mode => { document.documentElement.dataset.mode = mode }", mode)
        bad += violations(page)
    assert bad == []


@pytest.mark.django_db
def test_empty(browser: Browser, cast: Cast) -> None:
    """Every page of a district that has organisations and people but no records yet."""
    client: Any = cast.client("planner")

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://empty.test")
        if path.startswith("/static/"):
            file = finders.find(path.removeprefix("/static/").partition("?")[0])
            route.fulfill(path=str(file)) if file else route.fulfill(status=404, body="")
        elif path.startswith("/events"):
            route.abort()
        else:
            reply = client.get(path, follow=True)
            route.fulfill(status=reply.status_code, content_type=reply["Content-Type"], body=reply.content)

    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.route("**/*", answer)
    page = context.new_page()
    bad: list[str] = []
    for who in ("planner", "admin", "monitor"):
        client = cast.client(who)
        for one in PAGES:
            if client.get(f"/{one.path}").status_code == 200:
                page.goto(f"http://empty.test/{one.path}")
                bad += violations(page)
    context.close()
    assert bad == []
