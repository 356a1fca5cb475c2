"""Where HTTP becomes an actor and a time: the middleware and the gate every page goes through."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import quote

from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from anlan.base import clock
from anlan.base.errors import Refused, full_disk
from anlan.kernel.access import policy
from anlan.kernel.access.models import Person, Post
from anlan.kernel.access.types import ANONYMOUS, PUBLIC, Actor, Page

POST_KEY = "acting_post"


class Request(HttpRequest):
    """What a page receives: the actor, the instant, and an id that the journal repeats."""

    actor: Actor
    posts: list[Post]
    at: datetime
    request_id: str


def posts_of(person: Person, on: date) -> list[Post]:
    """The posts the person holds on that day, first one first."""
    held = Post.objects.filter(person=person, starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))
    return list(held.select_related("organisation__parent", "person"))


def _posts(request: HttpRequest, at: datetime) -> list[Post]:
    return posts_of(request.user, clock.civil_date(at)) if request.user.is_authenticated else []


def _actor(request: HttpRequest, posts: list[Post]) -> Actor:
    if not request.user.is_authenticated:
        return ANONYMOUS
    if not posts:
        return Actor(person_id=request.user.pk, post_id=None, name=request.user.name)
    chosen = request.session.get(POST_KEY)
    return policy.actor_of(next((post for post in posts if post.pk == chosen), posts[0]))


def actor_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        mine = cast("Request", request)
        mine.at = clock.now()
        mine.request_id = uuid.uuid4().hex
        mine.posts = _posts(request, mine.at)
        mine.actor = _actor(request, mine.posts)
        return get_response(request)

    return middleware


STATUS = {"forbidden": 403, "sign_in": 401, "stale": 409, "illegal": 409, "not_found": 404, "full": 507}


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/") or request.headers.get("Accept", "").startswith("application/json")


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """One translation of `Refused` for pages and APIs alike: what failed, what to do, never a dead end."""
    status = STATUS.get(refused.code, 422)
    if wants_json(request):
        body = {"code": refused.code, "message": refused.message, "field": refused.field}
        return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    if refused.code == "sign_in" and request.method == "GET":
        return HttpResponseRedirect(f"{reverse('account_login')}?next={quote(request.get_full_path())}")
    return render(request, "kernel/access/refused.html", {"refused": refused, "status": status}, status=status)


def gate(page: Page) -> Callable[..., HttpResponse]:
    """Check method and permission before the view runs; turn a `Refused` from below into one answer."""

    @functools.wraps(page.view)
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method not in (*page.methods, "HEAD", "OPTIONS"):
            return HttpResponseNotAllowed(page.methods)
        mine = cast("Request", request)
        mine.page = page  # type: ignore[attr-defined]
        try:
            if page.permission != PUBLIC:
                policy.require(mine.actor, page.permission)
            return cast("HttpResponse", page.view(mine, **kwargs))
        except Refused as refused:
            return refusal(request, refused)
        except (OSError, DatabaseError) as error:
            full = full_disk(error)
            if full is None:
                raise
            return refusal(request, full)

    return view


def routes(pages: tuple[Page, ...]) -> list[URLPattern]:
    return [path(page.path, gate(page), name=page.name) for page in pages]
