"""Declarations of access: roles, permissions, pages. Pure data; functions only as values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

# How far a permission reaches: the whole district, or the holder's organisation and all below it.
Scope = Literal["district", "own"]

PUBLIC = "public"  # permission of a page anyone may open without signing in
SIGNED_IN = "signed_in"  # any person with a post


@dataclass(frozen=True, kw_only=True)
class Role:
    """A kind of post. `opens` is the name of the page shown first after sign-in; `second_factor`: whoever holds it needs one."""

    slug: str
    title: str
    opens: str = "workbench"
    second_factor: bool = False


@dataclass(frozen=True, kw_only=True)
class Permission:
    """`slug` is `<capability>.<verb>`; `roles` says who holds it and how far it reaches."""

    slug: str
    title: str
    roles: Mapping[str, Scope]


def whoever(slug: str, title: str, may: Iterable[str], declared: Iterable[Permission]) -> Permission:
    """The permission of pages over many rooms: everyone holds it who holds one of `may` (slugs), as far as the widest of them reaches."""
    wanted, roles = set(may), dict[str, Scope]()
    for one in declared:
        for role, reach in one.roles.items() if one.slug in wanted else ():
            roles[role] = "district" if "district" in (reach, roles.get(role)) else reach
    return Permission(slug=slug, title=title, roles=roles)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One argument in the address of an API operation. `schema` is JSON Schema: `type` integer or string, with `minimum`,
    `maximum`, `enum`, `maxLength`; the gate refuses with 400 what it does not allow (`contract.check`)."""

    name: str
    title: str
    schema: Mapping[str, Any]
    within: Literal["query", "path"] = "query"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What an API page promises: its parameters, the JSON Schema of its answer, and what is missing when it answers 404. A page that
    takes POST also says what `body` it takes.

    `schemas` are named parts that `answer` refers to as `#/components/schemas/<name>`. `proof`: how an operation that needs no session
    knows who sends (a scheme of the document: `token`, `signature`); without it the answer is 401.
    """

    summary: str
    answer: Mapping[str, Any]
    parameters: tuple[Parameter, ...] = ()
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    missing: str = ""
    media: str = "application/json"
    body: Mapping[str, Any] | None = None
    body_media: str = "application/json"
    proof: Literal["", "token", "signature"] = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One route. `view(request, **kwargs)` receives `request.actor` and `request.at`; the gate has checked `permission`,
    and for a page of kind `api`, which must have an `operation`, the parameters."""

    path: str
    name: str
    view: Callable[..., Any]
    permission: str
    title: str
    methods: tuple[str, ...] = ("GET",)
    section: str = ""
    command: str = ""  # what one does here, for the search palette: `导入规划`
    kind: Literal["page", "fragment", "export", "api", "file", "stream"] = "page"
    operation: Operation | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who does it, from which post. Built at the edge, passed as an argument everywhere else."""

    person_id: int | None
    post_id: int | None
    name: str
    on_behalf_of: str = ""
    organisation_id: int | None = None
    path: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)

    @property
    def signed_in(self) -> bool:
        return self.person_id is not None


@dataclass(frozen=True, kw_only=True)
class Move:
    """One row of a transition table; `moves.advance` makes it. `title` is the verb on the button; `target` "" leaves the state."""

    slug: str
    title: str
    sources: tuple[str, ...]
    target: str
    permission: str


@dataclass(frozen=True, kw_only=True)
class Undo:
    """How the action that writes `verb` is taken back (撤回; see `undo`).

    `back(actor, entry, at)` restores the rows by compare-and-set from what the journal entry holds (see `moves.revert`),
    inside the caller's transaction; it raises Refused `stale` when they are no longer as the action left them.
    """

    verb: str
    back: Callable[[Actor, Any, datetime], object]


ANONYMOUS = Actor(person_id=None, post_id=None, name="访客")
SYSTEM = Actor(person_id=None, post_id=None, name="系统", roles=frozenset({"system"}))


@dataclass(frozen=True)
class Reason:
    """An answer with its why: `allowed`, one sentence, and the roles that would be allowed."""

    allowed: bool
    sentence: str
    holders: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed
