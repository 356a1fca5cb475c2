"""What every page's shell shows: the rail with my badge, who I act for, the 示例 mark, the mode and the instant."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import PUBLIC, Actor
from anlan.server.desk.waiting import count_waiting
from anlan.server.product import CAPABILITIES

SECTIONS = (
    ("workbench", _("工作台"), "workbench"),
    ("map", _("一张图"), ""),
    ("monitor", _("监测"), ""),
    ("command", _("指挥"), ""),
    ("registry", _("台账"), ""),
    ("planning", _("规划"), ""),
    ("reports", _("报表"), ""),
)


# Public pages without arguments, in declared order: what a citizen finds on the home page.
PUBLIC_NAV = [
    page
    for one in CAPABILITIES
    for page in one.pages
    if page.permission == PUBLIC and page.kind == "page" and page.path.startswith("public/") and "<" not in page.path
]


NAV = sorted(((nav, one.slug) for one in CAPABILITIES for nav in one.nav), key=lambda pair: pair[0].order)
# A section of many registers shows its first page (全部台账) and the tabs of the capability whose page is open.
MANY = {"registry"}
CAPABILITY_OF = {page.name: one.slug for one in CAPABILITIES for page in one.pages}


@dataclass(frozen=True)
class Tab:
    """A tab of a section: where it leads, of which capability, and below which address it is shown."""

    title: str
    url: str
    below: str
    capability: str


@lru_cache(maxsize=256)
def _sections(roles: frozenset[str], signed_in: bool, _language: str) -> tuple[tuple[str, Any, tuple[Tab, ...]], ...]:
    """(slug, title, tabs) of the sections that hold a page these roles may open."""
    actor = Actor(person_id=0 if signed_in else None, post_id=None, name="", roles=roles)
    allowed = [pair for pair in NAV if policy.may(actor, pair[0].permission)]
    found = []
    for slug, title, _page in SECTIONS:
        tabs = tuple(
            Tab(gettext(nav.title), reverse(nav.page), nav.below, of) for nav, of in allowed if nav.section == slug
        )
        if tabs:
            found.append((slug, title, tabs))
    return tuple(found)


@lru_cache(maxsize=8)
def _public(_language: str) -> list[dict[str, str]]:
    return [{"title": gettext(page.title), "url": reverse(page.name)} for page in PUBLIC_NAV]


def _tabs(request: Request, slug: str, tabs: tuple[Tab, ...]) -> list[Tab]:
    shown = [one for one in tabs if request.path.startswith(one.below)]
    here = CAPABILITY_OF.get(getattr(getattr(request, "page", None), "name", ""), "")
    return [shown[0], *(one for one in shown[1:] if one.capability == here)] if slug in MANY and shown else shown


def _rail(request: Request, language: str) -> list[dict[str, Any]]:
    """Sections that hold at least one page this actor may open; each links to its first such page."""
    current = getattr(getattr(request, "page", None), "section", "")
    return [
        {
            "slug": slug, "title": title, "url": tabs[0].url, "current": slug == current,
            "tabs": _tabs(request, slug, tabs) if slug == current else [],
        }
        for slug, title, tabs in _sections(request.actor.roles, request.actor.signed_in, language)
    ]  # fmt: skip


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context common to all pages; the error pages may run before the actor is known."""
    mine = cast("Request", request)
    if not hasattr(mine, "actor"):
        return {"demo": settings.DEMO, "mode": "light", "rail": [], "now": clock.now()}
    language = getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE)
    rail = _rail(mine, language)
    return {
        "demo": settings.DEMO,
        "mode": request.session.get("mode") or getattr(request.user, "mode", "light"),
        "language": language,
        "languages": settings.LANGUAGES,
        "rail": rail,
        "public_nav": _public(language),
        "tabs": next((item["tabs"] for item in rail if item["current"]), []),
        "waiting_count": count_waiting(mine.actor, mine.at) if mine.actor.signed_in else 0,
        "actor": mine.actor,
        "field": policy.may(mine.actor, "field.use"),
        "intake": policy.may(mine.actor, "response.intake")
        and getattr(getattr(mine, "page", None), "name", "") not in ("incidents", "incident_new"),
        "posts": mine.posts,
        "now": mine.at,
    }
