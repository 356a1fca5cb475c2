"""Home, workbench, search and health."""

from __future__ import annotations

from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Operation
from anlan.kernel.journal.models import Entry
from anlan.kernel.web.types import Hit
from anlan.server.desk.waiting import grouped, waiting
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
    return render(request, "server/desk/public_home.html", {})


def healthz(_request: Request) -> HttpResponse:
    """200 when the database answers; says nothing else to strangers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    return JsonResponse({"status": "ok"})


def workbench(request: Request) -> HttpResponse:
    """等我办: every capability's lines, by clock."""
    rows = waiting(request.actor, request.at)
    kind = request.GET.get("kind", "")
    shown = [row for row in rows if not kind or row.kind == kind]
    context = {
        "groups": grouped(shown, request.at), "total": len(rows), "shown": len(shown), "kind": kind,
        "kinds": sorted({row.kind for row in rows}), "timed": [row for row in shown if row.due_at],
    }  # fmt: skip
    return render(request, "server/desk/workbench.html", context)


def done(request: Request) -> HttpResponse:
    """已办: my own last entries in the journal."""
    entries = Entry.objects.filter(person_id=request.actor.person_id).order_by("-id")[:100]
    return render(request, "server/desk/done.html", {"entries": entries, "verbs": verb_titles()})


def verb_titles() -> dict[str, str]:
    return {verb.slug: verb.title for one in CAPABILITIES for verb in one.verbs}


def search(request: Request) -> HttpResponse:
    """One box for pages, commands and objects; shows only what the actor may see."""
    words = request.GET.get("q", "").strip()
    hits: list[Hit] = []
    if words:
        navs = (nav for one in CAPABILITIES for nav in one.nav if policy.may(request.actor, nav.permission))
        hits += [
            Hit(group="去", title=nav.title, detail="", url=reverse(nav.page)) for nav in navs if words in nav.title
        ]
        for one in CAPABILITIES:
            if one.find:
                hits += one.find(request.actor, words)
    return render(request, "server/desk/search.html", {"words": words, "hits": hits[:40], "total": len(hits)})
