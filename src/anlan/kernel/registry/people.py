"""Organisations, people and posts: the administrator's pages."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import actions, policy, second_factor
from anlan.kernel.access.edge import STATUS, Request, number
from anlan.kernel.access.models import KINDS, Organisation, Person, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.web import picking
from anlan.kernel.web.picking import Units


@transaction.atomic
def add_person(
    *,
    actor: Actor,
    username: str,
    name: str,
    password: str,
    organisation: Organisation,
    role: str,
    title: str,
    request: Request,
) -> Person:
    """A new person with a first post; the password is checked, never shown again."""
    policy.require(actor, "access.manage", organisation)
    if not username.strip() or not name.strip():
        raise Refused("name", "登录名和姓名都要填。", "username")
    if Person.objects.filter(username=username.strip()).exists():
        raise Refused("duplicate", f"登录名 {username.strip()} 已有人用。", "username")
    try:
        validate_password(password)
    except ValidationError as error:
        raise Refused("password", "；".join(error.messages), "password") from None
    person = Person.objects.create_user(username.strip(), password, name=name.strip())
    record(actor=actor, verb="registry.person.added", subject_kind="person", subject_id=person.pk, org_path=organisation.path, at=request.at,
           new={"username": person.username, "name": person.name})  # fmt: skip
    actions.appoint(
        actor=actor,
        person=person,
        organisation=organisation,
        role=role,
        title=title.strip() or role,
        starts_on=civil_date(request.at),
        at=request.at,
    )
    return person


def organisations(request: Request) -> HttpResponse:
    """The tree, and founding a node."""
    refused = None
    if request.method == "POST":
        try:
            posted = request.POST
            parent = Organisation.objects.filter(pk=number(posted.get("parent"))).first()
            made = actions.found_organisation(
                actor=request.actor, code=posted.get("code", "").strip(), name=posted.get("name", "").strip(),
                short_name=posted.get("short_name", "").strip(), kind=posted.get("kind", ""), parent=parent, at=request.at,
            )  # fmt: skip
            messages.success(request, f"已新设 {made}。")
            return HttpResponseRedirect(reverse("organisations"))
        except Refused as no:
            refused = no
    rows = list(Organisation.objects.select_related("parent"))
    lines = [(row, row.path.count("/") - 2) for row in rows]
    context = {
        "lines": lines,
        "kinds": KINDS,
        "refused": refused,
        "typed": request.POST,
        "may_manage": policy.may(request.actor, "access.manage"),
    }
    return render(request, "kernel/registry/organisations.html", context, status=422 if refused else 200)


def people(request: Request) -> HttpResponse:
    """Posts in force and past; add a person, end a post."""
    refused = None
    if request.method == "POST":
        try:
            messages.success(request, _people(request))
            return HttpResponseRedirect(reverse("people"))
        except Refused as no:
            refused = no
    page = Paginator(Post.objects.select_related("person", "organisation").order_by("-id"), 50).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page, "roles": policy.roles(), "units": Units(), "refused": refused, "typed": request.POST,
        "two_steps": second_factor.holders(),
    }  # fmt: skip
    return render(
        request, "kernel/registry/people.html", context, status=STATUS.get(refused.code, 422) if refused else 200
    )


def _people(request: Request) -> str:
    posted = request.POST
    if "password_only" in posted:
        person = Person.objects.filter(pk=number(posted["password_only"])).first()
        if person is None:
            raise Refused("not_found", "没有这个人。")
        actions.reset_second_factor(actor=request.actor, person=person, at=request.at)
        return f"{person.name} 的两步验证已关闭，凭口令登录后可重新开启。"
    if posted.get("end"):
        post = Post.objects.select_related("organisation", "person").filter(pk=number(posted["end"])).first()
        if post is None:
            raise Refused("not_found", "没有这个岗位。")
        try:
            day = date.fromisoformat(posted.get("ends_on", ""))
        except ValueError:
            raise Refused("ends_on", "没有填离任日。", "ends_on") from None
        actions.dismiss(actor=request.actor, post=post, ends_on=day, at=request.at)
        return f"{post.person.name} 的岗位到 {day} 止。"
    organisation = picking.chosen(Units(), posted, "organisation")
    person = add_person(
        actor=request.actor, username=posted.get("username", ""), name=posted.get("name", ""), password=posted.get("password", ""),
        organisation=organisation, role=posted.get("role", ""), title=posted.get("title", ""), request=request,
    )  # fmt: skip
    return f"{person.name} 可以登录了。"
