"""State machines as data. A move is legal from some states, for some roles; `advance` makes it, or says why not.

"Overdue" is never a state: it is computed from a due date and a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import F, Model

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor, Move, Reason

__all__ = ["Move", "Offer", "Stateful", "advance", "change", "find", "offers"]


class Stateful(Protocol):
    state: str
    version: int

    @property
    def access_paths(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Offer:
    """A move as shown under 现在可以做: allowed, or dashed with the reason."""

    move: Move
    reason: Reason


def find(table: Sequence[Move], slug: str) -> Move:
    return next(move for move in table if move.slug == slug)


def offers(table: Sequence[Move], subject: Any, actor: Actor) -> list[Offer]:
    """Every move that is legal in the object's state, with whether this actor may make it."""
    return [Offer(move, policy.why(actor, move.permission, subject)) for move in table if subject.state in move.sources]


def check(subject: Any, move: Move, *, actor: Actor) -> None:
    """Raise Refused `forbidden` or `illegal` (wrong state). Enough alone for a move that only adds a row beside the object."""
    policy.require(actor, move.permission, subject)
    if subject.state not in move.sources:
        raise Refused("illegal", f"现在不能“{move.title}”：状态已是“{_word(subject)}”。")


def advance(subject: Any, move: Move, *, actor: Actor, **changes: Any) -> None:
    """Make the move with a compare-and-set on (id, state, version); set `changes` in the same UPDATE.

    Raises Refused `forbidden`, `illegal` (wrong state) or `stale` (someone else was quicker). The caller's
    transaction also holds the journal entry.
    """
    check(subject, move, actor=actor)
    _set(subject, "别人刚改过这一件，刷新后再办。", state=move.target or subject.state, **changes)


def change(subject: Any, sources: Sequence[str], otherwise: str, **changes: Any) -> None:
    """Set columns of an object that has no table of moves, if it is still in one of these states and as it was read. Raises `stale`."""
    if subject.state not in sources:
        raise Refused("stale", otherwise)
    _set(subject, otherwise, **changes)


def revert(subject: Any, *, version: int, state: str, **changes: Any) -> None:
    """Take an action back: set what was before, if the object is still as that action left it (at `version`)."""
    if subject.version != version:
        raise Refused("stale", "之后又有人办过这一件，不能撤回。")
    _set(subject, "之后又有人办过这一件，不能撤回。", state=state, **changes)


def _set(subject: Any, otherwise: str, **changes: Any) -> None:
    """One UPDATE that must hit one row."""
    model: type[Model] = type(subject)
    changed = model._default_manager.filter(pk=subject.pk, state=subject.state, version=subject.version).update(  # noqa: SLF001
        version=F("version") + 1, **changes
    )
    if changed != 1:
        raise Refused("stale", otherwise)
    subject.version += 1
    for name, value in changes.items():
        setattr(subject, name, value)


def _word(subject: Any) -> str:
    display = getattr(subject, "get_state_display", None)
    return str(display()) if display else str(subject.state)
