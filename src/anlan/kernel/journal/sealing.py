"""The chain: seal what has been committed, in the order in which it became visible.

Ids are given at insert, not at commit, so a lower id may become visible later. The sealer reads `Pending`, which
holds committed rows only, and numbers them `seq`; an entry committed after another was sealed always gets the
higher `seq`. Readers that follow `seq` therefore skip nothing and see nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from anlan.kernel.journal.models import Cursor, Entry, Head, Pending, Seal

GENESIS = "0" * 64


def entry_bytes(entry: Entry) -> bytes:
    """Every field of the entry, length-prefixed so that no two entries share their bytes."""
    fields = (
        entry.pk, entry.at.astimezone(UTC).isoformat(timespec="microseconds"), entry.person_id, entry.post_id,
        entry.actor_name, entry.on_behalf_of, entry.verb, entry.subject_kind, entry.subject_id, entry.org_path,
        entry.old_text, entry.new_text, entry.request_id, entry.content_hash,
    )  # fmt: skip
    parts = [("" if field is None else str(field)).encode() for field in fields]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def link(previous: str, entry: Entry) -> str:
    return hashlib.sha256(bytes.fromhex(previous) + entry_bytes(entry)).hexdigest()


@transaction.atomic
def seal(at: datetime, limit: int = 2000) -> int:
    """Chain up to `limit` committed entries; returns how many. Safe to run from several processes."""
    if not Pending.objects.exists():
        return 0
    Head.objects.get_or_create(pk=1)
    head = Head.objects.select_for_update().get(pk=1)
    ids = list(Pending.objects.order_by("entry_id").values_list("entry_id", flat=True)[:limit])
    seals: list[Seal] = []
    for entry in Entry.objects.filter(pk__in=ids).order_by("pk"):
        previous, head.seq = head.digest, head.seq + 1
        head.digest = link(previous, entry)
        seals.append(Seal(seq=head.seq, entry=entry, sealed_at=at, previous=previous, digest=head.digest))
    Seal.objects.bulk_create(seals)
    # What is noted as pending but gone stays noted: `verify` names it.
    Pending.objects.filter(pk__in=[row.entry_id for row in seals]).delete()
    head.save()
    return len(seals)


def seal_all(at: datetime) -> int:
    """Seal until nothing is pending (a burst is worked off in bounded transactions)."""
    total = 0
    while count := seal(at):
        total += count
    return total


@dataclass(frozen=True)
class Verdict:
    """Result of walking the chain: `broken_at` is the first bad `seq`, or None."""

    entries: int
    head: str
    broken_at: int | None
    reason: str
    pending: int

    @property
    def intact(self) -> bool:
        return self.broken_at is None


def verify() -> Verdict:
    """Recompute every link. Detects a changed, removed, inserted or reordered entry, and a cut tail."""
    previous, expected, count = GENESIS, 1, 0
    pending = Pending.objects.count()
    for row in Seal.objects.select_related("entry").order_by("seq").iterator(chunk_size=2000):
        if row.seq != expected:
            return Verdict(count, previous, expected, f"缺第 {expected} 号", pending)
        if row.previous != previous or row.digest != link(previous, row.entry):
            return Verdict(count, previous, row.seq, "内容或前一号的摘要不符", pending)
        previous, expected, count = row.digest, expected + 1, count + 1
    head = Head.objects.filter(pk=1).first()
    if (head.seq, head.digest) != (count, previous) if head else count:
        return Verdict(count, previous, count + 1, "末端被截去", pending)
    unsealed = Entry.objects.filter(seal=None, pending=None).order_by("pk").first()
    if unsealed:
        return Verdict(count, previous, count + 1, f"记录 {unsealed.pk} 既未封存也不在待封存之列", pending)
    gone = Pending.objects.filter(~Exists(Entry.objects.filter(pk=OuterRef("entry_id")))).order_by("entry_id").first()
    if gone:
        return Verdict(count, previous, count + 1, f"记录 {gone.pk} 待封存，但已不在", pending)
    return Verdict(count, previous, None, "", pending)


def sealed_after(seq: int, limit: int = 500) -> Iterator[Seal]:
    """Sealed entries after `seq`, in chain order."""
    yield from Seal.objects.select_related("entry").filter(seq__gt=seq).order_by("seq")[:limit]


def consume(name: str, handle: Callable[[Seal], None], limit: int = 500) -> int:
    """Hand the next sealed entries to `handle` and move the cursor in the same transaction: each exactly once."""
    with transaction.atomic():
        Cursor.objects.get_or_create(name=name)
        cursor = Cursor.objects.select_for_update().get(name=name)
        done = 0
        for row in sealed_after(cursor.seq, limit):
            handle(row)
            cursor.seq, done = row.seq, done + 1
        if done:
            cursor.save()
    return done
