"""Home, search and health."""

from __future__ import annotations

from datetime import datetime

from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Operation
from anlan.kernel.web.types import Fact
from anlan.server.desk.finding import find
from anlan.server.house import CAPABILITIES

HEALTH = Operation(
    summary="健康检查",
    answer={"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}},
)


def home(request: Request) -> HttpResponse:
    """Staff go to their workbench; everyone else sees what is public."""
    if request.held:
        return HttpResponseRedirect(reverse("mfa_index"))
    if policy.may(request.actor, "desk.work"):
        return HttpResponseRedirect(reverse("workbench"))
    facts = cache.get_or_set(f"public:{get_language()}", lambda: _public(request.at), timeout=60)
    return render(request, "server/desk/public_home.html", {"facts": facts})


def _public(at: datetime) -> list[Fact]:
    return [fact for one in CAPABILITIES if one.public for fact in one.public(at)]


def healthz(_request: Request) -> HttpResponse:
    """200 when the database answers; says nothing else to strangers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})


def verb_titles() -> dict[str, str]:
    return {verb.slug: verb.title for one in CAPABILITIES for verb in one.verbs}


def search(request: Request) -> HttpResponse:
    """One box for pages, commands and objects; the palette asks for the fragment, a reader without script gets the page."""
    words = request.GET.get("q", "").strip()
    hits = find(request.actor, words)
    name = "palette.html" if request.headers.get("HX-Request") else "search.html"
    response = render(request, f"server/desk/{name}", {"words": words, "hits": hits, "total": len(hits)})
    response["Vary"] = "HX-Request"
    return response
