"""axe finds nothing on any page: with the demonstration's data, and empty; in light, elder and wall mode."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.staticfiles import finders
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


@pytest.mark.parametrize("who", ["planner", "environment", "admin", None])
def test_with_data(sign_in: SignIn, who: str | None) -> None:
    page = sign_in(who)
    bad: list[str] = []
    for one in PAGES:
        answer = page.goto(f"/{one.path}")
        if answer and answer.status == 200:
            bad += violations(page)
    for link in (
        "/plans/tasks/",
        "/plans/projects/?kind=key_project",
        "/air/stations/",
        "/planning/indicators/",
        "/planning/decisions/",
        "/planning/reviews/",
        "/registry/shelters/",
    ):
        answer = page.goto(link)
        first = page.locator("main tbody th a, main tbody td a").first
        if answer and answer.status == 200 and who and first.count():
            first.click()
            bad += violations(page)
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
