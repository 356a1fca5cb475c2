"""Every page: strict headers, no inline script, style or handler in what is really sent."""

from __future__ import annotations

import re

import pytest

from anlan.kernel.web.security import CSP
from anlan.server.product import CAPABILITIES
from tests.support.cast import Cast

PAGES = [
    page
    for one in CAPABILITIES
    for page in one.pages
    if "<" not in page.path and "GET" in page.methods and page.kind == "page"
]
INLINE = re.compile(r"<style|\sstyle=|<script(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)


def test_policy_is_strict() -> None:
    assert "unsafe" not in CSP
    assert "default-src 'none'" in CSP
    assert "script-src 'self'" in CSP


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["planner", "admin", "monitor", "auditor", "officer", None])
def test_every_page_as(cast: Cast, who: str | None) -> None:
    client = cast.client(who)
    seen = 0
    for page in PAGES:
        answer = client.get(f"/{page.path}")
        if answer.status_code == 200:
            seen += 1
            body = answer.content.decode()
            assert answer["Content-Security-Policy"] == CSP, page.name
            assert not (found := INLINE.search(body)), f"{page.name}: {found and found.group()}"
            assert "<html lang=" in body, page.name
    assert seen >= 5
