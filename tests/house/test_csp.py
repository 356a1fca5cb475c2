"""Every page: strict headers, no inline script, style or handler in what is really sent."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from anlan.kernel.web.security import CSP
from anlan.server.product import CAPABILITIES
from anlan.server.urls import OWN_ACCOUNT, SIGN_IN
from tests.support.cast import PASSWORD, Cast

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


@pytest.mark.django_db
def test_the_pages_of_signing_in(cast: Cast) -> None:
    """As a citizen, signed in, and signed in and confirmed a moment ago: then the QR code and the recovery codes show."""
    confirmed, two_steps, half = cast.client("admin"), cast.client("auditor"), cast.client(None)
    TOTP.activate(cast.posts["auditor"].person, generate_totp_secret())
    RecoveryCodes.activate(cast.posts["auditor"].person)
    confirmed.post("/account/again/", {"password": PASSWORD})
    two_steps.post("/account/again/", {"password": PASSWORD})
    half.post("/account/login/", {"login": "auditor", "password": PASSWORD})
    seen = set()
    for client in (cast.client(None), cast.client("admin"), confirmed, two_steps, half):
        for route in (*SIGN_IN, *OWN_ACCOUNT):
            answer = client.get(f"/{route.pattern}")
            if answer.status_code == 200:
                body = answer.content.decode()
                seen.add(str(route.name))
                assert answer["Content-Security-Policy"] == CSP, route.name
                assert not (found := INLINE.search(body)), f"{route.name}: {found and found.group()}"
                assert "<html lang=" in body, route.name
    assert {str(route.name) for route in (*SIGN_IN, *OWN_ACCOUNT)} <= seen
