"""已存视图: a list's filter and sort under a name, of one person or shared. Any list may have them: it names itself with a slug.

A page adds `**context(request, slug)` to its context, includes `kernel/registry/views.html`, and gives its POST to `answer`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseRedirect, QueryDict

from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.registry.models import SavedView

LIMIT = 400


def views(actor: Actor, listing: str) -> QuerySet[SavedView]:
    """The person's own and the shared ones."""
    mine = Q(person_id=actor.person_id) | Q(is_shared=True)
    return SavedView.objects.filter(mine, sheet=listing).select_related("person").order_by("is_shared", "name", "id")


def _wanted(query: str) -> str:
    """The filters and the sort, without the page; a view of nothing is refused."""
    wanted = QueryDict(query, mutable=True)
    for name in [name for name in wanted if name == "page" or not wanted[name]]:
        del wanted[name]
    text = wanted.urlencode()
    if not text:
        raise Refused("query", "还没有筛选或排序，没有可存的视图。", "query")
    if len(text) > LIMIT:
        raise Refused("query", "筛选太长，存不下。减少筛选后再存。", "query")
    return text


@transaction.atomic
def save(*, actor: Actor, listing: str, name: str, query: str, shared: bool, at: datetime) -> SavedView:
    """Keep the list's filter and sort under a name; the person's own view of that name is replaced."""
    if not name.strip():
        raise Refused("name", "没有写视图名。", "name")
    if actor.person_id is None:
        raise Refused("sign_in", "先登录。")
    row, _made = SavedView.objects.update_or_create(
        person=Person.objects.get(pk=actor.person_id),
        sheet=listing,
        name=name.strip()[:40],
        defaults={"query": _wanted(query), "is_shared": shared},
    )
    _note(actor, "saved", row, at)
    return row


@transaction.atomic
def drop(*, actor: Actor, listing: str, number: int, at: datetime) -> None:
    """Take a view off the list; only the person who saved it may."""
    row = views(actor, listing).filter(pk=number).first()
    if row is None:
        raise Refused("not_found", "没有这个视图。")
    if row.person_id != actor.person_id:
        raise Refused("forbidden", f"共用视图由{row.person}删除。")
    _note(actor, "dropped", row, at)
    row.delete()


def _note(actor: Actor, verb: str, row: SavedView, at: datetime) -> None:
    record(
        actor=actor, verb=f"registry.view.{verb}", subject_kind="saved_view", subject_id=row.pk, at=at,
        new={"list": row.sheet, "name": row.name, "query": row.query, "shared": row.is_shared},
    )  # fmt: skip


def answer(request: Request, listing: str) -> HttpResponse:
    """The list's POST: save what is filtered, or drop a view."""
    posted = request.POST
    chosen = posted.get("drop", "")
    if chosen:
        number = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0
        drop(actor=request.actor, listing=listing, number=number, at=request.at)
        messages.success(request, "视图已删。")
        return HttpResponseRedirect(request.get_full_path())
    row = save(
        actor=request.actor, listing=listing, name=posted.get("name", ""), query=posted.get("query", ""),
        shared=posted.get("shared") == "1", at=request.at,
    )  # fmt: skip
    messages.success(request, f"视图“{row.name}”已存。")
    return HttpResponseRedirect(f"{request.path}?{row.query}")


def context(request: Request, listing: str) -> dict[str, Any]:
    """For the template: the views, which one is shown now, and what would be saved."""
    shown = request.GET.copy()
    for name in [name for name in shown if name == "page" or not shown[name]]:
        del shown[name]
    query = shown.urlencode()
    found = list(views(request.actor, listing))
    return {
        "views": found,
        "view_query": query,
        "view_shown": next((one.pk for one in found if one.query == query), None),
    }
