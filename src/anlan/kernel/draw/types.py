"""What is drawn: candidates with weights, exclusions and conflicts of interest; and what a capability declares of its draws. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlan.kernel.access.types import Actor


@dataclass(frozen=True)
class Candidate:
    """An object or an inspector. `weight` is a whole number ≥ 1; `excluded` the reason why it cannot be drawn, or "". `name` is
    published: for inspectors it stays empty, they are known by the number of their certificate."""

    id: str
    name: str
    weight: int = 1
    excluded: str = ""


@dataclass(frozen=True)
class Conflict:
    """This inspector may not go to this object (回避), with the reason."""

    inspector: str
    object: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Everything the draw depends on but the public value. Frozen as text; the text's hash is the commitment."""

    number: str
    title: str
    objects: tuple[Candidate, ...]
    inspectors: tuple[Candidate, ...]
    conflicts: tuple[Conflict, ...] = ()
    draw: int  # how many objects
    spares: int = 0  # drawn after those, in order, for objects that cannot be inspected
    inspectors_each: int = 2
    frozen_at: datetime
    source: str  # which public value
    form: str  # how it is written
    known_at: datetime


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One line of the result: an object and its inspectors, by id."""

    object: str
    inspectors: tuple[str, ...]
    spare: bool


def nobody(_on: date) -> Sequence[Candidate]:
    """Objects alone are drawn; who goes there is settled otherwise."""
    return ()


def no_conflicts(_on: date) -> Sequence[Conflict]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Pool:
    """What a capability draws from. `slug` is the capability's; `hold` may freeze, reveal and give out, `read` sees.

    `filters` name the choices of the form (field -> (title, choices)); `objects(asked, on)` gives candidates for them. `start(draw, drawn, actor, at)`
    begins the inspection of one drawn object and returns its number; called again it returns the one that stands. `tasks` names the page that
    shows them and takes `?draw=`; without it they are cases."""

    slug: str
    title: str
    read: str
    hold: str
    prefix: str
    filters: Mapping[str, tuple[str, Mapping[str, str]]]
    weighing: str  # in one sentence where weights come from
    objects: Callable[[Mapping[str, str], date], Sequence[Candidate]]
    inspectors: Callable[[date], Sequence[Candidate]] = nobody
    conflicts: Callable[[date], Sequence[Conflict]] = no_conflicts
    start: Callable[[Any, Drawn, Actor, datetime], str]
    tasks: str = ""

    @property
    def people(self) -> bool:
        """Whether inspectors are drawn as well."""
        return self.inspectors is not nobody
