"""Every route × every role. Routes come from the URL resolver, what is allowed from the declarations; nothing is listed by hand.

A route that no capability declares fails, except those of signing in. A refused page answers 403 with a reason
(401 or the sign-in page for a citizen); an allowed one never does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.urls.resolvers import RegexPattern

from anlan.kernel.access import policy
from anlan.kernel.access.types import ANONYMOUS, PUBLIC, Page
from anlan.kernel.capability.types import Capability
from anlan.server.product import CAPABILITIES
from anlan.server.roles import ROLES
from anlan.server.urls import OWN_ACCOUNT, ROUTES, SIGN_IN
from tests.support.cast import Cast

PAGES = {page.name: page for one in CAPABILITIES for page in one.pages}
WHO = (
    "planner",
    "leader",
    "auditor",
    "admin",
    "officer",
    "other",
    "monitor",
    "street",
    "regulator",
    "expert",
    "head",
    "safety",
    "worker",
    "legal",
    "inspector",
    "bureau",
    "school",
    "handler",
    "supervisor",
)


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def url_of(page: Page) -> str:
    """The page's address with arguments that fit the converters; the object need not exist for the gate to answer."""
    path = page.path
    for kind, word in (
        ("int", "999999"),
        ("str", "x"),
        ("slug", "x"),
        ("path", "x"),
        ("uuid", "00000000-0000-0000-0000-000000000000"),
    ):
        while f"<{kind}:" in path:
            start = path.index(f"<{kind}:")
            path = path[:start] + word + path[path.index(">", start) + 1 :]
    return "/" + path


def test_every_route_is_declared() -> None:
    declared = set(PAGES) | {entry.name for entry in (*SIGN_IN, *OWN_ACCOUNT)}
    undeclared = [str(entry.pattern) for entry in patterns(get_resolver()) if entry.name not in declared]
    assert not undeclared


def test_groups_find_what_the_plain_list_finds() -> None:
    plain = URLResolver(RegexPattern(r"^/"), ROUTES)
    for address in map(url_of, PAGES.values()):
        one, other = plain.resolve(address), resolve(address)
        assert (one.url_name, one.kwargs, one.route) == (other.url_name, other.kwargs, other.route)


def test_every_role_and_permission_is_used() -> None:
    asked = {page.permission for page in PAGES.values()}
    held = {role for permission in policy.permissions().values() for role in permission.roles}
    assert {role.slug for role in ROLES} <= held
    assert {slug for slug in asked if "." in slug} <= set(policy.permissions())


def _refused(status: int, location: str) -> bool:
    return status in (401, 403) or (status == 302 and location.startswith("/account/login/"))


@pytest.mark.django_db
@pytest.mark.parametrize("capability", [one for one in CAPABILITIES if one.pages], ids=lambda one: one.slug)
def test_routes_by_role(cast: Cast, capability: Capability, settings: Any) -> None:
    """Who is refused is told so in JSON when that is asked for: the same gate, without a page to draw. Sessions are kept in memory."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cache"
    wrong = []
    for who in (None, *WHO):
        actor = cast.actor(who) if who else ANONYMOUS
        client = cast.client(who)
        client.raise_request_exception = True
        # A stream does not end; its gate is tested in server/tests/test_desk.py.
        for page in (one for one in capability.pages if one.kind != "stream"):
            for method in page.methods:
                answer = client.generic(method, url_of(page), headers={"Accept": "application/json"})
                refused = _refused(answer.status_code, answer.headers.get("Location", ""))
                if page.operation and page.operation.proof:  # it knows the sender by what is sent, and nothing was
                    if not 400 <= answer.status_code < 500:
                        wrong.append(f"{who or 'citizen'} {method} {url_of(page)} answered {answer.status_code}")
                    continue
                may = page.permission == PUBLIC or policy.may(actor, page.permission)
                if may is refused or (may and answer.status_code >= 500):
                    wrong.append(f"{who or 'citizen'} {method} {url_of(page)} answered {answer.status_code}")
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("route", OWN_ACCOUNT, ids=lambda route: str(route.name))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_own_account_is_for_whoever_is_signed_in(cast: Cast, route: URLPattern, method: str) -> None:
    for who in (None, *WHO):
        answer = cast.client(who).generic(method, f"/{route.pattern}")
        refused = _refused(answer.status_code, answer.headers.get("Location", ""))
        assert refused is (who is None), f"{who or 'citizen'} {method} {route.pattern} answered {answer.status_code}"
        assert answer.status_code < 500
