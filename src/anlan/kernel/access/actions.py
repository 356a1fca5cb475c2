"""Changes to organisations, people and posts. One function per intent."""

from __future__ import annotations

from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import KINDS, Organisation, Person, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record

_WORDS = {"code": "代码", "name": "名称", "short_name": "简称"}


@transaction.atomic
def found_organisation(
    *, actor: Actor, code: str, name: str, kind: str, parent: Organisation | None, at: datetime, short_name: str = "",
    is_demo: bool = False, longitude: float | None = None, latitude: float | None = None,
) -> Organisation:  # fmt: skip
    """Add a node to the tree; its path is its parent's path plus its id."""
    policy.require(actor, "access.manage", parent)
    if kind not in KINDS:
        raise Refused("kind", f"没有“{kind}”这种单位。", "kind")
    for field, text, least, most in (("code", code, 1, 32), ("name", name, 1, 80), ("short_name", short_name, 0, 40)):
        if not least <= len(text.strip()) <= most:
            raise Refused(field, f"{_WORDS[field]}须为 {least} 到 {most} 个字。", field)
    if parent is None and kind != "district":
        raise Refused("parent", "没有选上级单位。", "parent")
    if Organisation.objects.filter(code=code).exists():
        raise Refused("duplicate", f"代码 {code} 已有单位使用。", "code")
    organisation = Organisation.objects.create(
        code=code, name=name, kind=kind, parent=parent, short_name=short_name, is_demo=is_demo,
        longitude=longitude, latitude=latitude,
    )  # fmt: skip
    organisation.path = f"{parent.path if parent else '/'}{organisation.pk}/"
    organisation.save(update_fields=["path"])
    record(
        actor=actor, verb="access.organisation.founded", subject_kind="organisation", subject_id=organisation.pk,
        org_path=organisation.path, new={"code": code, "name": name, "kind": kind}, at=at,
    )  # fmt: skip
    return organisation


@transaction.atomic
def appoint(
    *, actor: Actor, person: Person, organisation: Organisation, role: str, title: str, starts_on: date, at: datetime,
    ends_on: date | None = None,
) -> Post:  # fmt: skip
    """Give a person a post."""
    policy.require(actor, "access.manage", organisation)
    if role not in policy.roles():
        raise Refused("role", f"没有“{role}”这种岗位角色。", "role")
    if ends_on and ends_on < starts_on:
        raise Refused("dates", "离任日早于到任日。改后再存。", "ends_on")
    post = Post.objects.create(
        person=person, organisation=organisation, role=role, title=title, starts_on=starts_on, ends_on=ends_on
    )
    record(
        actor=actor, verb="access.post.appointed", subject_kind="post", subject_id=post.pk, org_path=organisation.path,
        new={"person": person.username, "role": role, "title": title, "starts_on": starts_on}, at=at,
    )  # fmt: skip
    return post


@transaction.atomic
def dismiss(*, actor: Actor, post: Post, ends_on: date, at: datetime) -> Post:
    """End a post on a day; history stays."""
    policy.require(actor, "access.manage", post)
    if ends_on < post.starts_on:
        raise Refused("dates", "离任日早于到任日。改后再存。", "ends_on")
    old = post.ends_on
    post.ends_on = ends_on
    post.save(update_fields=["ends_on"])
    record(
        actor=actor, verb="access.post.ended", subject_kind="post", subject_id=post.pk, org_path=post.organisation.path,
        old={"ends_on": old}, new={"ends_on": ends_on}, at=at,
    )  # fmt: skip
    return post


@transaction.atomic
def switch_post(*, actor: Actor, post: Post, at: datetime) -> None:
    """Note that the person now acts from another of their posts (the session keeps which)."""
    if actor.person_id != post.person_id:
        raise Refused("forbidden", "这不是你的岗位。")
    record(
        actor=actor, verb="access.post.switched", subject_kind="post", subject_id=post.pk,
        org_path=post.organisation.path, old={"post": actor.post_id}, new={"post": post.pk}, at=at,
    )  # fmt: skip


@transaction.atomic
def note_second_factor(*, actor: Actor, verb: str, at: datetime, left: int | None = None) -> None:
    """Journal what the sign-in library has just done to the actor's own second factor; `left` recovery codes remain."""
    record(
        actor=actor, verb=f"access.second_factor.{verb}", subject_kind="person", subject_id=actor.person_id, at=at,
        org_path=actor.path, new=None if left is None else {"left": left},
    )  # fmt: skip


@transaction.atomic
def reset_second_factor(*, actor: Actor, person: Person, at: datetime) -> None:
    """Take the second factor from someone who lost both telephone and recovery codes; they sign in by password again."""
    policy.require(actor, "access.manage")
    gone, _each = Authenticator.objects.filter(user_id=person.pk).delete()
    if not gone:
        raise Refused("not_found", f"{person.name} 没有开启两步验证。")
    record(
        actor=actor, verb="access.second_factor.reset", subject_kind="person", subject_id=person.pk, at=at,
        old={"username": person.username},
    )  # fmt: skip
