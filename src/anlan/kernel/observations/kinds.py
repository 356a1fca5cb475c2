"""The kinds of station of the product, given once at start by the server storey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.observations.types import StationKind

_kinds: dict[str, StationKind] = {}


def install(kinds: Iterable[StationKind]) -> None:
    _kinds.clear()
    _kinds.update({one.slug: one for one in kinds})


def all_kinds() -> Mapping[str, StationKind]:
    return _kinds


def kind_of(slug: str) -> StationKind | None:
    return _kinds.get(slug)


def seen_by(actor: Actor) -> list[StationKind]:
    """The kinds whose figures this person may see somewhere."""
    return [one for one in _kinds.values() if policy.may(actor, one.permission)]
