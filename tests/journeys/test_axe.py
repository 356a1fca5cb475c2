"""axe finds nothing on any page: with the demonstration's data, and empty; in light, elder and wall mode."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.urls import Resolver404, resolve
from lxml import html
from playwright.sync_api import Browser, Page, Route

from anlan.server.product import CAPABILITIES
from tests.journeys.conftest import AXE, SignIn
from tests.support.cast import Cast

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = [
    page
    for one in CAPABILITIES
    for page in one.pages
    if "<" not in page.path and "GET" in page.methods and page.kind in ("page", "fragment")
]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def violations(page: Page) -> list[str]:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in frontend")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [
        f"{page.url} {one['id']}: {node['target']} {node['html'][:120]}" for one in found for node in one["nodes"][:3]
    ]


ROLES = ("environment", "planner", "emergency", "education", "street", "leader", "auditor", "admin", None)
# Every GET page, also those that need an object.
ROUTES = {page.name for one in CAPABILITIES for page in one.pages if "GET" in page.methods and page.kind == "page"}


def _route(href: str) -> str:
    path = urlsplit(href).path
    try:
        return resolve(path).url_name or ""
    except Resolver404:
        return ""


def walk(page: Page, looked: Counter[str]) -> list[str]:
    """Open every page this person can reach by links, one address a route; returns what axe says."""
    waiting = ["/desk/", *(f"/{one.path}" for one in PAGES)]
    seen, bad = set(), []
    while waiting:
        address = waiting.pop(0)
        route = _route(address)
        if route in seen or route not in ROUTES:
            continue
        seen.add(route)
        # Looked at before by someone else: only its links are wanted.
        answer = page.request.get(address) if looked[route] else page.goto(address)
        if answer is None or answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        # A page's own links come first: the workbench leads to what is this person's.
        waiting[:0] = html.fromstring(answer.text()).xpath("//main//a[starts-with(@href, '/')]/@href")
        if not looked[route]:
            bad += violations(page)
        looked[route] += 1
    return bad


def test_every_get_route_with_data(sign_in: SignIn) -> None:
    looked: Counter[str] = Counter()
    bad = [line for who in ROLES for line in walk(sign_in(who), looked)]
    assert bad == []
    assert sorted(ROUTES - set(looked)) == []


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
