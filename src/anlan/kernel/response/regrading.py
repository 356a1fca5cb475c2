"""What a review names as having failed (失效的措施) is told to the room that keeps it: it asks for the risk to be graded again (请重评), and
takes that back when the cause is struck. Which rooms offer something is theirs to say (`SubjectKind.regrading`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import declared, subjects
from anlan.kernel.casework.types import Cause, Regrading, Subject, SubjectKind


def kinds() -> dict[str, tuple[SubjectKind, Regrading]]:
    """What can be named, by slug; empty when no room offers anything."""
    return {slug: (one, one.regrading) for slug, one in declared.subjects().items() if one.regrading}


def kind_of(asked: str) -> SubjectKind | None:
    """The kind a form asks for, else the first there is."""
    found = kinds()
    return found[asked][0] if asked in found else next((one for one, _how in found.values()), None)


def chosen(actor: Actor, owner: Organisation | None, given: Mapping[str, Any]) -> tuple[SubjectKind, Subject] | None:
    """What the form named of the organisation's; None when it named none. Raises Refused at the field; what this person may not read is not there."""
    kind = kind_of(str(given.get("subject_kind") or ""))
    if kind is None or not any(str(given.get(one) or "").strip() for one in ("subject", "subject-said")):
        return None
    if owner is None:
        raise Refused("owner", "先选是哪个单位的。", "owner")
    found = subjects.named(actor, kind, owner, given)
    if found is None or found.id not in {one.id for one in kind.offered(actor, owner)}:
        raise Refused("subject", f"{owner}没有这条在用的{kind.title}，或不归你看。", "subject")
    return kind, found


def ask(actor: Actor, kind: SubjectKind, number: str, cause: Cause, at: datetime) -> None:
    if kind.regrading:
        kind.regrading.ask(actor, number, cause, at)


def withdraw(actor: Actor, subject: Iterable[str], entry: UUID, at: datetime) -> None:
    """The cause was struck. A pack that is gone has nothing to take back."""
    slug = next(iter(subject), "")
    if slug in kinds():
        kinds()[slug][1].withdraw(actor, entry, at)


def standing(actor: Actor, causes: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """(what became of it, address of what failed) by the id of the cause; the address is "" for who may not open it."""
    named = [one for one in causes if one.get("subject") and one["subject"][0] in kinds()]
    words: dict[UUID, str] = {}
    for slug, (_kind, how) in kinds().items():
        words.update(how.standing([UUID(one["id"]) for one in named if one["subject"][0] == slug]))
    return {
        one["id"]: (words.get(UUID(one["id"]), ""), kinds()[one["subject"][0]][0].link(actor, one["subject"][1]))
        for one in named
    }
