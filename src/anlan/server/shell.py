"""What every page's shell shows: the rail with my badge, who I act for, the 示例 mark, the mode and the instant."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import PUBLIC
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


def _rail(request: Request) -> list[dict[str, Any]]:
    """Sections that hold at least one page this actor may open; each links to its first such page."""
    navs = sorted((nav for one in CAPABILITIES for nav in one.nav), key=lambda nav: nav.order)
    allowed = [nav for nav in navs if policy.may(request.actor, nav.permission)]
    current = getattr(getattr(request, "page", None), "section", "")
    rail = []
    for slug, title, _page in SECTIONS:
        tabs = [nav for nav in allowed if nav.section == slug]
        if tabs:
            rail.append({
                "slug": slug, "title": title, "url": reverse(tabs[0].page), "current": slug == current,
                "tabs": [{"title": gettext(nav.title), "url": reverse(nav.page)} for nav in tabs if request.path.startswith(nav.below)],
            })  # fmt: skip
    return rail


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context common to all pages; the error pages may run before the actor is known."""
    mine = cast("Request", request)
    if not hasattr(mine, "actor"):
        return {"demo": settings.DEMO, "mode": "light", "rail": [], "now": clock.now()}
    rail = _rail(mine)
    return {
        "demo": settings.DEMO,
        "mode": request.session.get("mode") or getattr(request.user, "mode", "light"),
        "language": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
        "languages": settings.LANGUAGES,
        "rail": rail,
        "public_nav": [{"title": gettext(page.title), "url": reverse(page.name)} for page in PUBLIC_NAV],
        "tabs": next((item["tabs"] for item in rail if item["current"]), []),
        "waiting_count": count_waiting(mine.actor, mine.at) if mine.actor.signed_in else 0,
        "actor": mine.actor,
        "field": policy.may(mine.actor, "field.use"),
        "posts": mine.posts,
        "now": mine.at,
    }
