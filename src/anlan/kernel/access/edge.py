"""Where HTTP becomes an actor and a time: the middleware and the gate every page goes through."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from anlan.base import clock
from anlan.base.errors import Refused, unwritable
from anlan.kernel.access import contract, policy, second_factor
from anlan.kernel.access.models import Person, Post
from anlan.kernel.access.types import ANONYMOUS, PUBLIC, Actor, Page

POST_KEY = "acting_post"


class Request(HttpRequest):
    """What a page receives: the actor, the instant, and an id that the journal repeats.

    `held`: a post of this person needs a second factor, the product insists, and there is none: no post can be used."""

    actor: Actor
    posts: list[Post]
    held: bool
    at: datetime
    request_id: str


def posts_of(person: Person, on: date) -> list[Post]:
    """The posts the person holds on that day, first one first."""
    held = Post.objects.filter(person=person, starts_on__lte=on).filter(Q(ends_on=None) | Q(ends_on__gte=on))
    return list(held.select_related("organisation__parent", "person"))


def _posts(request: HttpRequest, at: datetime) -> list[Post]:
    return posts_of(request.user, clock.civil_date(at)) if request.user.is_authenticated else []


def _held(request: HttpRequest, posts: list[Post]) -> bool:
    needs = settings.REQUIRE_SECOND_FACTOR and second_factor.needed_by(post.role for post in posts)
    return bool(needs) and not second_factor.has(request.user.pk)


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
        posts = _posts(request, mine.at)
        mine.held = _held(request, posts)
        mine.posts = [] if mine.held else posts
        mine.actor = _actor(request, mine.posts)
        return get_response(request)

    return middleware


STATUS = {
    "bad_request": 400,
    "forbidden": 403,
    "second_factor": 403,
    "sign_in": 401,
    "stale": 409,
    "illegal": 409,
    "not_found": 404,
    "full": 507,
    "read_only": 503,
}


def number(text: str | None) -> int:
    """The id a form or an address sent; 0, which no row has, for anything else."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def form_key(request: HttpRequest) -> uuid.UUID:
    """The id a form was given when it was shown (`key`), so that pressing twice does once; a new one for anything else."""
    try:
        return uuid.UUID(str(request.POST.get("key", "")))
    except ValueError:
        return uuid.uuid4()


def wants_json(request: HttpRequest) -> bool:
    kind = getattr(getattr(request, "page", None), "kind", "")
    return kind == "api" or request.headers.get("Accept", "").startswith("application/json")


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """One translation of `Refused` for pages and APIs alike: what failed, what to do, never a dead end."""
    status = STATUS.get(refused.code, 422)
    if wants_json(request):
        body = {"code": refused.code, "message": refused.message, "field": refused.field}
        return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    if refused.code == "sign_in" and request.method == "GET":
        return HttpResponseRedirect(f"{reverse('account_login')}?next={quote(request.get_full_path())}")
    if refused.code == "second_factor" and request.method == "GET":
        return HttpResponseRedirect(reverse("mfa_index"))
    return render(request, "kernel/access/refused.html", {"refused": refused, "status": status}, status=status)


def _readable(request: HttpRequest) -> None:
    """No text of ours holds a NUL, and PostgreSQL takes none."""
    sent = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
    if any("\x00" in value for values in sent for _name, row in values.lists() for value in row):
        raise Refused("nul", "文字里有不能保存的字符。删去后再试。")


def gate(page: Page) -> Callable[..., HttpResponse]:
    """Check method and permission before the view runs; turn a `Refused` from below into one answer."""

    @functools.wraps(page.view)
    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method not in (*page.methods, "HEAD", "OPTIONS"):
            return HttpResponseNotAllowed(page.methods)
        mine = cast("Request", request)
        mine.page = page  # type: ignore[attr-defined]
        try:
            _readable(request)
            if page.permission != PUBLIC:
                if mine.held:
                    raise Refused("second_factor", "你的岗位须开启两步验证。先到“两步验证”开启，再继续。")
                policy.require(mine.actor, page.permission)
            if page.operation:
                contract.check(page.operation, mine.GET.lists())
            return cast("HttpResponse", page.view(mine, **kwargs))
        except Refused as refused:
            return refusal(request, refused)
        except (OSError, DatabaseError) as error:
            answer = unwritable(error)
            if answer is None:
                raise
            return refusal(request, answer)

    return view


def routes(pages: tuple[Page, ...]) -> list[URLPattern]:
    return [path(page.path, gate(page), name=page.name) for page in pages]
