"""Switch post, switch display mode, and the page that explains a permission."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from anlan.base.errors import Refused
from anlan.kernel.access import actions, policy, undo
from anlan.kernel.access.edge import POST_KEY, Request, number
from anlan.kernel.access.models import Person, Post

MODES = ("light", "elder", "wall")
LANGUAGES = ("zh-hans", "zh-hant", "en")


def _back(request: Request) -> HttpResponse:
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else "/")


def switch(request: Request) -> HttpResponse:
    """Act from another of my posts; journalled."""
    post = Post.objects.select_related("organisation").filter(pk=number(request.POST.get("post"))).first()
    if post is None:
        raise Refused("not_found", "没有这个岗位。")
    actions.switch_post(actor=request.actor, post=post, at=request.at)
    request.session[POST_KEY] = post.pk
    return _back(request)


def take_back(request: Request) -> HttpResponse:
    """撤回: each named entry judged alone; what was refused says why."""
    numbers = [int(word) for word in request.POST.getlist("entry")[:200] if word.isdecimal() and len(word) < 19]
    if not numbers:
        raise Refused("entry", "没有说明要撤回什么。")
    done, refusals = 0, Counter[str]()
    for entry in numbers:
        try:
            undo.take_back(actor=request.actor, number=entry, at=request.at)
            done += 1
        except Refused as refused:
            refusals[refused.message] += 1
    if done:
        messages.success(request, f"已撤回 {done} 件。" if len(numbers) > 1 else "已撤回。")
    for reason, count in refusals.items():
        messages.error(request, f"{count} 件没有撤回：{reason}" if len(numbers) > 1 else f"没有撤回：{reason}")
    return _back(request)


def mode(request: Request) -> HttpResponse:
    """长者模式, 大屏 and language: kept in the session, and on the person when signed in."""
    chosen, language = request.POST.get("mode", ""), request.POST.get("language", "")
    if chosen in MODES:
        request.session["mode"] = chosen
    if language in LANGUAGES:
        request.session["language"] = language
    if request.actor.signed_in:
        fields = {"mode": request.session.get("mode", "light"), "language": request.session.get("language", "zh-hans")}
        Person.objects.filter(pk=request.actor.person_id or 0).update(**fields)
    return _back(request)


def explain(request: Request) -> HttpResponse:
    """For one person and one permission: may they, why, and who else may."""
    posts = Post.objects.select_related("person", "organisation__parent").order_by("person__name", "id")
    post = posts.filter(pk=request.GET.get("post") or 0).first()
    answers = []
    if post is not None:
        actor = policy.actor_of(post)
        answers = [(permission, policy.why(actor, permission.slug)) for permission in policy.permissions().values()]
    context = {
        "posts": posts, "post": post, "answers": answers,
        "permissions": policy.permissions().values(), "roles": policy.roles(),
    }  # fmt: skip
    return render(request, "kernel/access/why.html", context)
