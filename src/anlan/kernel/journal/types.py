"""Declarations of the journal: verbs and what an actor must look like. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A word the journal may hold, e.g. `planning.task.accepted`; owned by exactly one capability."""

    slug: str
    title: str


class Author(Protocol):
    """What the journal needs to know of an actor (kernel.access provides it)."""

    @property
    def person_id(self) -> int | None: ...
    @property
    def post_id(self) -> int | None: ...
    @property
    def name(self) -> str: ...
    @property
    def on_behalf_of(self) -> str: ...
