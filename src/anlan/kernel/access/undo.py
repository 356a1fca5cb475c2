"""撤回: an action declares once how it is taken back; for some seconds the person who did it may, from the message strip.

Taking back is itself an action with its own journal entry, which names the entry it takes back. The button stands for
`SHOWN`; the server allows `ALLOWED`, so that a slow line does not turn a timely press into a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib import messages
from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor, Undo
from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.record import record

SHOWN = timedelta(seconds=10)
ALLOWED = timedelta(seconds=15)
VERB = "access.action.taken_back"
TAG = "undo:"


_undos: dict[str, Undo] = {}


def install(undos: Iterable[Undo]) -> None:
    """Replace what can be taken back; called once by the server storey."""
    _undos.clear()
    _undos.update({undo.verb: undo for undo in undos})


def _refusal(actor: Actor, entry: Entry, at: datetime) -> Refused | None:
    if actor.person_id is None or entry.person_id != actor.person_id:
        return Refused("forbidden", "只能撤回自己办的事。")
    if entry.post_id != actor.post_id:
        return Refused("forbidden", "换回办这件事的岗位再撤回。")
    if entry.verb not in _undos:
        return Refused("final", "这件事不能撤回。")
    if at - entry.at > ALLOWED:
        return Refused("late", f"已过 {SHOWN.seconds} 秒，不能撤回。")
    later = Entry.objects.filter(subject_kind=entry.subject_kind, subject_id=entry.subject_id, pk__gt=entry.pk)
    first = later.order_by("id").first()
    if first is None:
        return None
    again = first.verb == VERB and first.new.get("takes_back") == entry.pk
    return Refused("stale", "已经撤回过。" if again else "之后又有人办过这一件，不能撤回。")


@transaction.atomic
def take_back(*, actor: Actor, number: int, at: datetime) -> Entry:
    """Take back the action of journal entry `number`; returns the entry that says so."""
    entry = Entry.objects.filter(pk=number).first()
    if entry is None:
        raise Refused("not_found", "没有这件事。")
    refused = _refusal(actor, entry, at)
    if refused is not None:
        raise refused
    _undos[entry.verb].back(actor, entry, at)
    return record(
        actor=actor, verb=VERB, subject_kind=entry.subject_kind, subject_id=entry.subject_id, org_path=entry.org_path,
        at=at, new={"takes_back": entry.pk, "verb": entry.verb},
    )  # fmt: skip


def taken_back(entries: Iterable[Entry]) -> set[int]:
    """The ids of the entries that others among `entries` take back."""
    return {entry.new["takes_back"] for entry in entries if entry.verb == VERB}


def reversible(actor: Actor, at: datetime) -> list[int]:
    """The entries this person wrote at this instant (one request) that can be taken back."""
    if actor.person_id is None:
        return []
    rows = Entry.objects.filter(person_id=actor.person_id, at=at, verb__in=_undos).order_by("-id")
    return list(rows.values_list("pk", flat=True)[:200])


def said(request: Request, text: str) -> None:
    """Say on the next page what was done, with 撤回 when it can be taken back."""
    numbers = reversible(request.actor, request.at)
    tag = TAG + ",".join(map(str, numbers)) if numbers else ""
    messages.success(request, text, extra_tags=tag)
