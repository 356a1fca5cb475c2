"""axe finds nothing on any page: with the demonstration's data, and empty; in light, elder and wall mode."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page, Route, expect

from anlan.server.product import CAPABILITIES
from tests.journeys.conftest import AXE, Product, SignIn
from tests.journeys.test_public_report import report
from tests.support.cast import Cast
from tests.support.reach import ROUTES

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
    "handler", "police", "plant", "commander", "duty", "worker", "shelter", "-",
)  # fmt: skip
# What stands only after something was sent, signed or asked for by letter, or when a second instance is linked; the first in the test below.
BEHIND_A_FORM = {
    "public_report_sent", "public_report_one", "work_permit_print", "safety_report_sent", "safety_report_one", "relief_forms_print", "warning_edit",
    "public_warning_receipt", "public_warning_subscription", "team_link", "relay_mirror", "delivery_peer", "delivery_print",
    "supply_incident",  # leads on
    "public_knowledge_subscription", "knowledge_edit", "training_course_edit",  # by letter; of a draft, of a course nobody takes: the forms of the new ones
}  # fmt: skip


def _view(name: str) -> object:
    """The function behind a page: rooms of one kind (a list of cases, a register's form) share it, and its template."""
    view: object = ROUTES[name].view
    while isinstance(view, partial):
        view = view.func
    return view


def test_every_get_route_with_data(sign_in: SignIn, product: Product) -> None:
    """Where links lead is found without drawing; then each page is drawn once, as the first person who can reach it."""
    command = [sys.executable, "-m", "tests.support.reach", *ROLES]
    done = subprocess.run(command, env=product.env, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["broken"] == []
    bad: list[str] = []
    for who in ROLES:
        page = sign_in(None if who == "-" else who, land="")
        for first, address in found["reached"].values():
            if first == who:
                answer = page.goto(address)
                bad += [] if answer and answer.ok else [f"{address} is not there"]
                bad += violations(page)
        page.context.close()
    assert bad == []
    # A room whose story has no such object yet (a plan of checks) shows the page that another room of its kind showed.
    seen = {_view(name) for name in found["reached"]}
    left = ROUTES.keys() - found["reached"].keys() - BEHIND_A_FORM
    assert sorted(name for name in left if _view(name) not in seen) == []


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
