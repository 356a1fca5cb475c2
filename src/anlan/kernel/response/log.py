"""The one way anything gets into an incident's log, and from there onto the rows that boards are looked up by.

An action locks the incident, reads the board as it stands, refuses what it must, and hands over its entries; they are chained by hash and
committed together with the rows that follow from them and one entry of the house's journal. An entry sent twice (same id) is one entry.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.files.models import Stored
from anlan.kernel.journal.record import canonical, record
from anlan.kernel.journal.types import Verb
from anlan.kernel.response.fold import Board, Said, apply, copied, fold, needs_fold
from anlan.kernel.response.models import Incident, LogEntry, Member, Photo, Task
from anlan.kernel.response.types import ENDS, KINDS

VERBS = tuple(Verb(slug=f"response.{one.slug}", title=f"事件{one.title}") for one in KINDS.values())

# A device's clock is believed within this; beyond it the time of receipt stands and both are shown.
SANE = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry about to be written. `at` None: now. `skew`: seconds the device's clock ran ahead when it sent."""

    kind: str
    payload: Mapping[str, Any]
    id: UUID = field(default_factory=uuid4)
    at: datetime | None = None
    recorded_at: datetime | None = None
    skew: float = 0.0
    post: str = ""
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None
    files: tuple[Stored, ...] = ()


def said(entry: LogEntry) -> Said:
    return Said(
        id=entry.pk, seq=entry.seq, kind=entry.kind, occurred_at=entry.occurred_at, received_at=entry.received_at, name=entry.actor_name,
        person=entry.person_id, post=entry.post, payload=entry.payload, skew=entry.skew,
    )  # fmt: skip


class Boards:
    """Boards of this process as of their last entry, the longest unused dropped first. Whoever writes copies the board first."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: OrderedDict[tuple[str, int], Board] = OrderedDict()

    def get(self, head: str, seq: int) -> Board | None:
        with self._lock:
            return self._kept.get((head, seq))

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()

    def put(self, head: str, board: Board) -> None:
        with self._lock:
            self._kept[(head, board.seq)] = board
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


_boards = Boards(200)


def board(incident: Incident) -> Board:
    """The live board, whatever the row in hand knew; to be read, not changed."""
    return _kept(incident, *Incident.objects.values_list("head", "seq").get(pk=incident.pk))


def boards(incidents: Iterable[Incident]) -> Iterator[tuple[Incident, Board]]:
    """The boards of rows that were read just now, without asking for each again."""
    return ((one, _kept(one, one.head, one.seq)) for one in incidents)


def _kept(incident: Incident, head: str, seq: int) -> Board:
    found = _boards.get(head, seq)
    if found is None:
        found = fold(said(one) for one in incident.entries.filter(seq__lte=seq).order_by("seq"))
        _boards.put(head, found)
    return found


def fold_all(incident: Incident) -> Board:
    """The board from all entries there are, read anew."""
    return fold(said(one) for one in incident.entries.order_by("seq"))


def forget() -> None:
    """Drop the boards this process keeps: the next look folds again."""
    _boards.clear()


def known(incident: Incident, at: datetime) -> QuerySet[LogEntry]:
    """The entries that stood at an instant: all before the first that came later. So a process whose clock is behind cannot put an entry
    before what it builds on."""
    later = incident.entries.filter(received_at__gt=at).order_by("seq").values_list("seq", flat=True).first()
    rows = incident.entries.order_by("seq")
    return rows if later is None else rows.filter(seq__lt=later)


def board_at(incident: Incident, known_at: datetime) -> Board:
    """The board as it was known at an instant."""
    return fold(said(one) for one in known(incident, known_at))


Decide = Callable[[Board], Sequence[Draft]]


def write(
    *,
    actor: Actor,
    incident: Incident,
    at: datetime,
    decide: Decide,
    verb: str = "",
    seen: int | None = None,
    key: UUID | None = None,
) -> list[LogEntry]:
    """Write what `decide(board)` gives, as one transaction; returns the entries. `at` is the house's instant; the entries stand in the
    incident's own time, which in a drill is another (`Incident.now`).

    `key`: the id of the first entry, made where it was written down; sent twice, the entry that stands is the answer. `seen`: the `decided` of the board the person looked at; refused `stale` when something was decided since.
    """
    with transaction.atomic():
        locked = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        if key and (done := LogEntry.objects.filter(pk=key).first()):
            return [_same(done, locked)]
        standing = board(locked)
        if seen is not None and seen != standing.decided:
            raise Refused("stale", "别人刚作了决定，看过现在的态势再办。")
        drafts = decide(standing)
        if not drafts:
            return []
        entries, standing = _append(actor, locked, copied(standing), drafts, locked.now(at))
        _journal(actor, locked, entries, verb or entries[0].kind, at)
        head = locked.head
        transaction.on_commit(lambda: _boards.put(head, standing))
    for name in (
        "seq",
        "head",
        "decided",
        "state",
        "is_open",
        "grade",
        "colour",
        "level",
        "title",
        "kind",
        "place",
        "ended_at",
    ):
        setattr(incident, name, getattr(locked, name))
    return entries


def _same(done: LogEntry, incident: Incident) -> LogEntry:
    if done.incident_id != incident.pk:
        raise Refused("key", "这条记录的编号已用于另一个事件。重新记一次。")
    return done


def _append(
    actor: Actor, incident: Incident, standing: Board, drafts: Sequence[Draft], at: datetime
) -> tuple[list[LogEntry], Board]:  # fmt: skip
    entries, refold = [], False
    for draft in drafts:
        entry = sealed(actor, incident, draft, at)
        entries.append(entry)
        incident.seq, incident.head = entry.seq, entry.hash
        refold = refold or needs_fold(said(entry))
        if not refold:
            apply(standing, said(entry))
    LogEntry.objects.bulk_create(entries)
    Photo.objects.bulk_create(
        Photo(entry=entry, stored=stored)
        for entry, draft in zip(entries, drafts, strict=True)
        for stored in draft.files
    )
    if refold:
        standing = fold_all(incident)
    project(incident, standing, at)
    return entries, standing


def sealed(actor: Actor, incident: Incident, draft: Draft, at: datetime) -> LogEntry:
    """The next entry of the incident's chain, not yet written."""
    recorded = draft.recorded_at or at
    occurred = draft.at or at
    # Corrected by the device's offset; what would still lie in the future is of now.
    if draft.skew and abs(draft.skew) <= SANE.total_seconds():
        occurred -= timedelta(seconds=draft.skew)
    occurred = min(occurred, at)
    entry = LogEntry(
        id=draft.id, incident=incident, seq=incident.seq + 1, kind=draft.kind, occurred_at=occurred, recorded_at=recorded, received_at=at,
        skew=draft.skew, person_id=actor.person_id, appointment_id=actor.post_id, actor_name=actor.name, on_behalf_of=actor.on_behalf_of,
        post=draft.post, place=draft.place, longitude=draft.longitude, latitude=draft.latitude,
        payload={**draft.payload, **({"files": [one.sha256 for one in draft.files]} if draft.files else {})}, former=incident.head,
    )  # fmt: skip
    entry.hash = hashed(entry)
    return entry


def hashed(entry: LogEntry) -> str:
    """SHA-256 over the former hash and everything the entry says; instants in UTC to the microsecond."""
    facts = {
        "id": str(entry.pk), "seq": entry.seq, "kind": entry.kind, "occurred_at": entry.occurred_at.timestamp(),
        "recorded_at": entry.recorded_at.timestamp(), "received_at": entry.received_at.timestamp(), "skew": entry.skew,
        "actor": entry.actor_name, "on_behalf_of": entry.on_behalf_of, "post": entry.post, "place": entry.place,
        "longitude": entry.longitude, "latitude": entry.latitude, "payload": entry.payload,
    }  # fmt: skip
    return hashlib.sha256(f"{entry.former}\n{canonical(facts)}".encode()).hexdigest()


def verify(incident: Incident) -> str:
    """ "" when the chain of the incident holds, else what is wrong, in words."""
    former = ""
    for number, entry in enumerate(incident.entries.order_by("seq"), start=1):
        if entry.seq != number:
            return f"第 {number} 条记录缺失"
        if entry.former != former or entry.hash != hashed(entry):
            return f"第 {number} 条记录被改动过"
        former = entry.hash
    return "" if former == incident.head else "最后的记录缺失"


def _journal(actor: Actor, incident: Incident, entries: Sequence[LogEntry], verb: str, at: datetime) -> None:
    record(
        actor=actor, verb=f"response.{verb}", subject_kind="incident", subject_id=incident.pk, at=at, org_path=incident.organisation.path,
        new={"number": incident.number, "mode": incident.mode, "entries": [str(one.pk) for one in entries], "seq": incident.seq},
        content_hash=incident.head,
    )  # fmt: skip


# ---- rows that follow from the board
_COLUMNS = (
    "state",
    "grade",
    "colour",
    "level",
    "title",
    "kind",
    "place",
    "longitude",
    "latitude",
    "ended_at",
    "decided",
)


def project(incident: Incident, standing: Board, at: datetime) -> None:
    """Write the rows of this board: the incident's own columns, its tasks, whom it concerns."""
    for name in _COLUMNS:
        setattr(incident, name, getattr(standing, name))
    incident.is_open = standing.state not in ENDS
    incident.save(update_fields=[*_COLUMNS, "is_open", "seq", "head"])
    _project_tasks(incident, standing)
    _project_members(incident, standing, at)


def _project_tasks(incident: Incident, standing: Board) -> None:
    rows = {one.key: one for one in Task.objects.filter(incident=incident)}
    new, changed = [], []
    for key, view in standing.tasks.items():
        values = _columns(view, incident.is_open)
        row = rows.get(key)
        if row is None:
            new.append(Task(incident=incident, key=key, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    Task.objects.bulk_create(new)
    if changed:
        Task.objects.bulk_update(changed, list(_columns(next(iter(standing.tasks.values())), True)))


def _columns(view: Any, is_open: bool) -> dict[str, Any]:
    return {
        "title": view.title[:160], "post": view.post, "organisation_id": view.organisation, "person_id": view.person, "state": view.state,
        "start_at": view.start_at, "due_at": view.due_at, "raised": view.raised,
        "raise_at": view.accept_by() if is_open and view.state in ("sent", "declined") and view.raised < 3 else None,
    }  # fmt: skip


def _project_members(incident: Incident, standing: Board, at: datetime) -> None:
    concerned = {standing.organisation, *(org for _key, _name, org in standing.streets)}
    concerned |= {one.organisation for one in standing.tasks.values() if one.state != "withdrawn"}
    concerned |= {one.organisation for one in standing.resources.values() if one.state != "released"}
    rows = {one.organisation_id: one for one in Member.objects.filter(incident=incident)}
    Member.objects.bulk_create(
        Member(incident=incident, organisation_id=one, since=at) for one in concerned - rows.keys()
    )
    for key, row in rows.items():
        until = None if key in concerned else (row.until or at)
        if row.until != until:
            Member.objects.filter(pk=row.pk).update(until=until)


def rebuild(incident: Incident, at: datetime) -> Board:
    """Throw the rows away and write them again from the log."""
    with transaction.atomic():
        locked = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        Task.objects.filter(incident=locked).delete()
        standing = fold_all(locked)
        project(locked, standing, at)
    return standing


def open_incident(*, actor: Actor, at: datetime, draft: Draft, **columns: Any) -> Incident:
    """The incident's row and its first entry, in one transaction. The same key again gives the incident that stands."""
    try:
        with transaction.atomic():
            incident = Incident(**columns)
            now = incident.now(at)
            incident.occurred_at, incident.opened_at = draft.at or now, now
            incident.save(force_insert=True)
            entries, standing = _append(actor, incident, Board(), [draft], now)
            _journal(actor, incident, entries, "opened", at)
            head = incident.head
            transaction.on_commit(lambda: _boards.put(head, standing))
    except IntegrityError:
        found = Incident.objects.filter(key=columns["key"]).first()
        if found is None:
            raise
        return found
    return incident
