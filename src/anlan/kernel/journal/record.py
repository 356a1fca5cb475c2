"""Write one entry, in the transaction of the action it describes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.types import Author

Facts = Mapping[str, Any]


def canonical(facts: Facts | None) -> str:
    """Sorted, compact JSON; empty text for nothing. Decimals, dates and ids become text."""
    if not facts:
        return ""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def draft(
    *,
    actor: Author,
    verb: str,
    subject_kind: str,
    subject_id: object,
    at: datetime,
    org_path: str = "",
    old: Facts | None = None,
    new: Facts | None = None,
    request_id: str = "",
    content_hash: str = "",
) -> Entry:
    """An entry that is not written yet."""
    return Entry(
        at=at,
        person_id=actor.person_id,
        post_id=actor.post_id,
        actor_name=actor.name,
        on_behalf_of=actor.on_behalf_of,
        verb=verb,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        org_path=org_path,
        old_text=canonical(old),
        new_text=canonical(new),
        request_id=request_id,
        content_hash=content_hash,
    )


def append(drafts: Iterable[Entry]) -> None:
    """Write entries of one transaction together: an action that does one thing to many, such as a sweep."""
    _inside_a_transaction()
    Entry.objects.bulk_create(drafts)


def record(
    *,
    actor: Author,
    verb: str,
    subject_kind: str,
    subject_id: object,
    at: datetime,
    org_path: str = "",
    old: Facts | None = None,
    new: Facts | None = None,
    request_id: str = "",
    content_hash: str = "",
) -> Entry:
    """Append one entry. Must be called inside the action's transaction; a bulk import is one entry with a `content_hash`."""
    _inside_a_transaction()
    entry = draft(
        actor=actor, verb=verb, subject_kind=subject_kind, subject_id=subject_id, at=at, org_path=org_path, old=old, new=new,
        request_id=request_id, content_hash=content_hash,
    )  # fmt: skip
    entry.save(force_insert=True)
    return entry


def _inside_a_transaction() -> None:
    if not connection.in_atomic_block:
        message = "journal.record outside a transaction: the action and its entry must commit together"
        raise RuntimeError(message)
