"""The five questions of access: may, require, why, who_may, visible_to.

The policy is data (roles and permissions declared by capabilities) installed once at start.
An object says where it belongs with `access_paths`: the paths of the organisations it concerns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, TypeVar

from django.db.models import Model, Q, QuerySet

from anlan.base.errors import Refused
from anlan.kernel.access.models import Post
from anlan.kernel.access.types import PUBLIC, SIGNED_IN, Actor, Permission, Reason, Role, Scope

M = TypeVar("M", bound=Model)


class Scoped(Protocol):
    @property
    def access_paths(self) -> tuple[str, ...]: ...


@dataclass
class Policy:
    """What is declared: every role and every permission of the product."""

    roles: Mapping[str, Role]
    permissions: Mapping[str, Permission]


_policy = Policy({}, {})


def install(roles: Iterable[Role], permissions: Iterable[Permission]) -> None:
    """Replace the policy; called once by the server storey, and by tests that need their own."""
    _policy.roles = {role.slug: role for role in roles}
    _policy.permissions = {permission.slug: permission for permission in permissions}


def roles() -> Mapping[str, Role]:
    return _policy.roles


def permissions() -> Mapping[str, Permission]:
    return _policy.permissions


def _declared(slug: str) -> Permission:
    try:
        return _policy.permissions[slug]
    except KeyError:
        message = f"permission {slug!r} is not declared by any capability"
        raise LookupError(message) from None


def _titles(slugs: Iterable[str]) -> tuple[str, ...]:
    return tuple(_policy.roles[slug].title for slug in slugs if slug in _policy.roles)


def why(actor: Actor, permission: str, subject: Scoped | None = None) -> Reason:
    """May `actor` do this (to this object), and the sentence that says why or why not."""
    if permission == PUBLIC:
        return Reason(True, "对所有人公开。")
    if "system" in actor.roles:
        return Reason(True, "系统按规则执行。")
    if permission == SIGNED_IN:
        return Reason(actor.signed_in, "已登录。" if actor.signed_in else "先登录。")
    return _by_role(actor, _declared(permission), subject)


def _by_role(actor: Actor, permission: Permission, subject: Scoped | None) -> Reason:
    holders = _titles(permission.roles)
    held = {permission.roles[role] for role in actor.roles if role in permission.roles}
    here = subject is None or any(path.startswith(actor.path) for path in subject.access_paths if path and actor.path)
    if not actor.signed_in:
        return Reason(False, "先登录。", holders)
    if not held:
        return Reason(False, f"当前岗位不能“{permission.title}”；可由{'、'.join(holders)}办理。", holders)
    if "district" in held:
        return Reason(True, f"岗位可在全区“{permission.title}”。", holders)
    if here:
        return Reason(True, f"岗位可在本单位“{permission.title}”。", holders)
    return Reason(False, f"这不是{actor.on_behalf_of}的事项，不能“{permission.title}”。", holders)


def may(actor: Actor, permission: str, subject: Scoped | None = None) -> bool:
    return why(actor, permission, subject).allowed


def require(actor: Actor, permission: str, subject: Scoped | None = None) -> None:
    """Raise `Refused("forbidden")` with the reason unless allowed."""
    reason = why(actor, permission, subject)
    if not reason.allowed:
        raise Refused("forbidden" if actor.signed_in else "sign_in", reason.sentence)


def visible_to(actor: Actor, permission: str, rows: QuerySet[M], path: str, also: Q | None = None) -> QuerySet[M]:
    """Rows the actor may see. `path` is the lookup of the organisation path (`organisation__path`);
    `also` adds rows visible for another reason (co-department, author)."""
    if permission == PUBLIC or "system" in actor.roles:
        return rows
    declared = _declared(permission)
    held = {declared.roles[role] for role in actor.roles if role in declared.roles}
    if "district" in held:
        return rows
    if not held or not actor.path:
        return rows.none()
    own = Q(**{f"{path}__startswith": actor.path})
    return rows.filter(own | also if also is not None else own).distinct()


def reach(actor: Actor, permission: str) -> Scope | Literal[""]:
    """How far the actor's roles carry a permission: `district`, `own`, or "" when they do not hold it."""
    if "system" in actor.roles:
        return "district"
    given = _policy.permissions[permission].roles if permission in _policy.permissions else {}
    held = {given[role] for role in actor.roles if role in given}
    return "district" if "district" in held else "own" if held else ""


def who_may(permission: str, subject: Scoped | None, on: date) -> list[Post]:
    """The posts in force on `on` whose holder may do this to the object."""
    declared = _declared(permission)
    posts = (
        Post.objects.filter(role__in=declared.roles, starts_on__lte=on, person__is_active=True)
        .filter(Q(ends_on=None) | Q(ends_on__gte=on))
        .select_related("person", "organisation")
    )
    return [post for post in posts if why(actor_of(post), permission, subject).allowed]


def actor_of(post: Post) -> Actor:
    """The actor a person is when acting from this post."""
    organisation = post.organisation
    parent = organisation.parent if organisation.kind == "section" else None
    label = f"{parent} · {organisation}" if parent else str(organisation)
    return Actor(
        person_id=post.person_id,
        post_id=post.pk,
        name=post.person.name,
        on_behalf_of=label,
        organisation_id=organisation.pk,
        path=organisation.path,
        roles=frozenset({post.role}),
    )
