"""Write one entry, in the transaction of the action it describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack

from django.db import connection

from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.types import Author

Facts = Mapping[str, Any]


def canonical(facts: Facts | None) -> str:
    """Sorted, compact JSON; empty text for nothing. Decimals, dates and ids become text."""
    if not facts:
        return ""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


class Said(TypedDict, total=False):
    """What an entry says. `at` is when it was done; `old` and `new` are the facts before and after; a bulk import is one entry with a
    `content_hash`."""

    actor: Required[Author]
    verb: Required[str]
    subject_kind: Required[str]
    subject_id: Required[object]
    at: Required[datetime]
    org_path: str
    old: Facts | None
    new: Facts | None
    request_id: str
    content_hash: str


def draft(**said: Unpack[Said]) -> Entry:
    """An entry that is not written yet."""
    actor = said["actor"]
    return Entry(
        at=said["at"],
        person_id=actor.person_id,
        post_id=actor.post_id,
        actor_name=actor.name,
        on_behalf_of=actor.on_behalf_of,
        verb=said["verb"],
        subject_kind=said["subject_kind"],
        subject_id=str(said["subject_id"]),
        org_path=said.get("org_path", ""),
        old_text=canonical(said.get("old")),
        new_text=canonical(said.get("new")),
        request_id=said.get("request_id", ""),
        content_hash=said.get("content_hash", ""),
    )


def append(drafts: Iterable[Entry]) -> None:
    """Write entries of one transaction together: an action that does one thing to many, such as a sweep."""
    _inside_a_transaction()
    Entry.objects.bulk_create(drafts)


def record(**said: Unpack[Said]) -> Entry:
    """Append one entry. Must be called inside the action's transaction."""
    _inside_a_transaction()
    entry = draft(**said)
    entry.save(force_insert=True)
    return entry


def _inside_a_transaction() -> None:
    if not connection.in_atomic_block:
        message = "journal.record outside a transaction: the action and its entry must commit together"
        raise RuntimeError(message)
