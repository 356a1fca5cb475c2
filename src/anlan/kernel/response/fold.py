"""The board: what the entries known at an instant add up to. Pure; the one place that gives an entry its meaning.

`fold(entries)` of all entries is the live board; of those received until an instant, the board as it was known then. Struck entries are
left out from the moment the strike is known. A count that comes later but is of an earlier time does not replace a newer one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from anlan.kernel.response.types import ENDS, FACTS, KINDS, TASK_ENDS


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """An entry as the fold reads it."""

    id: UUID
    seq: int
    kind: str
    occurred_at: datetime
    received_at: datetime
    name: str
    person: int | None
    post: str
    payload: Mapping[str, Any]
    skew: float = 0.0


@dataclass(slots=True)
class Count:
    """One fact: its value, of when it is, and where it was said."""

    value: Any
    occurred_at: datetime
    seq: int
    entry: UUID


@dataclass(slots=True)
class TaskView:
    """A task on the board. `released_at`: when it could be sent (its time had come and what it waits for was done)."""

    key: str
    card: str
    phase: str
    title: str
    post: str
    deputy: str
    place: str
    organisation: int
    organisation_name: str
    own: bool
    person: int | None
    name: str
    by: str
    start_at: datetime
    due_at: datetime
    accept: int
    after: tuple[str, ...]
    uses: tuple[Mapping[str, Any], ...]
    checklist: tuple[str, ...]
    message: str
    evidence: tuple[str, ...]
    on_late: str
    state: str = "planned"
    sent_at: datetime | None = None
    accepted_at: datetime | None = None
    done_at: datetime | None = None
    raised: int = 0
    note: str = ""
    ticked: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state not in TASK_ENDS

    def late(self, at: datetime) -> timedelta | None:
        """By how much it is (or was) late; None when in time. A withdrawn task is never late."""
        until = self.done_at or at
        return until - self.due_at if self.state != "withdrawn" and until > self.due_at else None

    def accept_by(self) -> datetime | None:
        return self.sent_at + timedelta(minutes=self.accept) if self.sent_at else None


@dataclass(slots=True)
class ResourceView:
    """A team or piece of equipment at the incident. `headcount_at`: when its people were last counted."""

    kind: str
    key: str
    title: str
    organisation: int
    state: str
    since: datetime
    people: int | None = None
    headcount_at: datetime | None = None
    lapse: int = 0  # how often the count was missed and told


@dataclass(slots=True)
class Board:
    """Everything the log says, added up. Lists are in the order of the entries."""

    seq: int = 0
    decided: int = 0
    title: str = ""
    kind: str = ""
    mode: str = "real"
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None
    organisation: int = 0
    occurred_at: datetime | None = None
    opened_at: datetime | None = None
    streets: list[tuple[str, str, int]] = field(default_factory=list)
    state: str = "reported"
    grade: int | None = None
    graded_at: datetime | None = None
    colour: int | None = None
    level: int | None = None
    ended_at: datetime | None = None
    reached: dict[str, datetime] = field(default_factory=dict)  # state -> when it was first entered
    counts: dict[str, Count] = field(default_factory=dict)
    history: dict[str, list[Count]] = field(default_factory=dict)
    posts: dict[str, tuple[int, str]] = field(default_factory=dict)  # post -> (person, name)
    handovers: dict[str, tuple[int, int, str, UUID]] = field(default_factory=dict)  # post -> (from, to, name, entry)
    plan: Mapping[str, Any] = field(default_factory=dict)  # version, scenario, title, edition, hash, activated
    activated_at: datetime | None = None
    tasks: dict[str, TaskView] = field(default_factory=dict)
    resources: dict[str, ResourceView] = field(default_factory=dict)
    reports: list[dict[str, Any]] = field(default_factory=list)
    press: list[dict[str, Any]] = field(default_factory=list)
    opinions: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    causes: list[dict[str, Any]] = field(default_factory=list)
    injects: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)  # proposals that a person did not follow
    evaluation: str = ""
    gaps: list[str] = field(default_factory=list)
    struck: set[UUID] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        return self.state not in ENDS

    def count(self, slug: str) -> float:
        found = self.counts.get(slug)
        return float(found.value) if found and isinstance(found.value, (int, float)) else 0.0

    def open_tasks(self) -> list[TaskView]:
        return [one for one in self.tasks.values() if one.is_open]

    def lacking(self, needs: Iterable[str]) -> list[str]:
        """Which of the needs of a move (`types.NEEDS`) the board does not have."""
        return [one for one in needs if not _HAVE[one](self)]

    def released(self, task: TaskView) -> bool:
        """Whether everything the task waits for is done (or withdrawn)."""
        return all(key not in self.tasks or not self.tasks[key].is_open for key in task.after)


def copied(board: Board) -> Board:
    """A board to write on, apart from the one that readers hold. What entries only add to is copied one level deep, what they change, two."""
    new = replace(board)
    for name in ("streets", "notes", "press", "opinions", "links", "causes", "gaps"):
        setattr(new, name, list(getattr(board, name)))
    for name in ("reached", "counts", "posts", "handovers"):
        setattr(new, name, dict(getattr(board, name)))
    for name in ("injects", "refused", "struck"):
        setattr(new, name, set(getattr(board, name)))
    new.history = {slug: list(one) for slug, one in board.history.items()}
    new.tasks = {key: replace(one) for key, one in board.tasks.items()}
    new.resources = {key: replace(one) for key, one in board.resources.items()}
    new.reports = [dict(one) for one in board.reports]
    return new


_HAVE: Mapping[str, Callable[[Board], bool]] = {
    "place": lambda board: bool(board.place.strip()),
    "kind": lambda board: bool(board.kind),
    "grade": lambda board: board.grade is not None,
    "no_open_tasks": lambda board: not board.open_tasks(),
    "final_report": lambda board: any(
        one["stage"] == "final" and one["state"] in ("sent", "received") for one in board.reports
    ),
    "evaluation": lambda board: bool(board.evaluation),
}


def fold(entries: Iterable[Said], *, known_at: datetime | None = None) -> Board:
    """The board of these entries, in the order of `seq`; of those the house had at `known_at` when given."""
    known = list(takewhile(lambda one: known_at is None or one.received_at <= known_at, entries))
    board = Board()
    board.struck = {UUID(one.payload["entry"]) for one in known if one.kind == "strike"}
    for one in known:
        apply(board, one)
    return board


def apply(board: Board, said: Said) -> None:
    """Add one entry. A strike of something already added asks for a new fold (`needs_fold`)."""
    board.seq = said.seq
    if said.id in board.struck:
        return
    _APPLY[said.kind](board, said)
    if said.kind in DECISIONS:
        board.decided = said.seq


def needs_fold(said: Said) -> bool:
    return said.kind == "strike"


# What a form sent from an older board may not go over.
DECISIONS = frozenset({"moved", "grade", "level", "plan", "refused"})


def _opened(board: Board, said: Said) -> None:
    p = said.payload
    board.title, board.kind, board.mode, board.place = (
        p["title"],
        p.get("kind", ""),
        p.get("mode", "real"),
        p.get("place", ""),
    )
    board.longitude, board.latitude, board.organisation = p.get("longitude"), p.get("latitude"), p["organisation"]
    board.occurred_at, board.opened_at = said.occurred_at, said.received_at
    board.streets = [(key, name, org) for key, name, org in p.get("streets", ())]
    board.reached["reported"] = said.occurred_at
    if link := p.get("link"):
        board.links.append({"kind": "source", **link, "at": said.occurred_at})
    _counts(board, said, p.get("counts", {}))
    if source := p.get("source"):
        board.notes.append(
            {"entry": said.id, "at": said.occurred_at, "text": f"来源：{source}", "name": said.name, "seq": said.seq}
        )


def _corrected(board: Board, said: Said) -> None:
    p = said.payload
    for name in ("title", "kind", "place", "longitude", "latitude"):
        if name in p:
            setattr(board, name, p[name])
    if "streets" in p:
        board.streets = [(key, name, org) for key, name, org in p["streets"]]


def _moved(board: Board, said: Said) -> None:
    board.state = said.payload["target"]
    board.reached.setdefault(board.state, said.occurred_at)
    board.ended_at = (
        said.occurred_at if board.state == "ended" else (None if board.state == "responding" else board.ended_at)
    )


def _counts(board: Board, said: Said, values: Mapping[str, Any]) -> None:
    for slug, value in values.items():
        new = Count(value, said.occurred_at, said.seq, said.id)
        board.history.setdefault(slug, []).append(new)
        standing = board.counts.get(slug)
        if standing is None or (standing.occurred_at, standing.seq) <= (new.occurred_at, new.seq):
            board.counts[slug] = new


def _fact(board: Board, said: Said) -> None:
    _counts(board, said, said.payload["values"])
    words = "，".join(
        f"{FACTS[slug].title} {value}{FACTS[slug].unit}" for slug, value in said.payload["values"].items()
    )
    board.notes.append({"entry": said.id, "at": said.occurred_at, "text": words, "name": said.name, "seq": said.seq})


def _note(board: Board, said: Said) -> None:
    board.notes.append(
        {"entry": said.id, "at": said.occurred_at, "text": said.payload["text"], "name": said.name, "seq": said.seq}
    )


def _strike(board: Board, said: Said) -> None:
    board.struck.add(UUID(said.payload["entry"]))


def _grade(board: Board, said: Said) -> None:
    board.grade, board.graded_at = said.payload["grade"], board.graded_at or said.occurred_at


def _colour(board: Board, said: Said) -> None:
    board.colour = said.payload["colour"]


def _level(board: Board, said: Said) -> None:
    board.level = said.payload["level"]


def _refused(board: Board, said: Said) -> None:
    board.refused.add(said.payload["proposal"])


def _post(board: Board, said: Said) -> None:
    p = said.payload
    board.posts[p["post"]] = (p["person"], p["name"])
    board.handovers.pop(p["post"], None)


def _handover(board: Board, said: Said) -> None:
    p = said.payload
    board.handovers[p["post"]] = (p["from"], p["to"], p["name"], said.id)


def _plan(board: Board, said: Said) -> None:
    p = said.payload
    board.plan = {name: p[name] for name in ("version", "plan", "title", "edition", "scenario", "hash", "activation")}
    board.activated_at = board.activated_at or said.occurred_at
    board.gaps = list(p["gaps"])
    for key in p.get("withdrawn", ()):
        if key in board.tasks and board.tasks[key].state != "done":
            board.tasks[key].state = "withdrawn"
    _tasks(board, said, p["tasks"])


def _tasks(board: Board, said: Said, tasks: Iterable[Mapping[str, Any]]) -> None:
    for one in tasks:
        start = said.occurred_at + timedelta(minutes=one["start"])
        board.tasks[one["key"]] = TaskView(
            key=one["key"], card=one["card"], phase=one["phase"], title=one["title"], post=one["post"], deputy=one["deputy"], place=one["place"],
            organisation=one["organisation"], organisation_name=one["organisation_name"], own=one["own"], person=one["person"], name=one["name"], by=one["by"],
            start_at=start, due_at=said.occurred_at + timedelta(minutes=one["due"]), accept=one["accept"], after=tuple(one["after"]),
            uses=tuple(one["uses"]), checklist=tuple(one["checklist"]), message=one["message"], evidence=tuple(one["evidence"]),
            on_late=one["on_late"],
        )  # fmt: skip


def _task(board: Board, said: Said) -> None:
    _tasks(board, said, [said.payload["task"]])


def _task_move(board: Board, said: Said) -> None:
    p = said.payload
    task = board.tasks.get(p["task"])
    if task is None or task.state == "withdrawn":
        return  # it came from the field after the task was withdrawn: the entry stands, the task does not change
    target = p["state"]
    if target == "sent":
        task.sent_at = said.occurred_at
        # A task that had to wait keeps the span it was given.
        span = task.due_at - task.start_at
        task.start_at = max(task.start_at, said.occurred_at)
        task.due_at = max(task.due_at, task.start_at + span)
        _hand(task, p)
    elif target == "accepted":
        task.accepted_at = task.accepted_at or max(
            said.occurred_at, task.sent_at or said.occurred_at
        )  # whatever the clock said
        if said.person is not None and task.person is None:
            task.person, task.name = said.person, said.name
    elif target == "done":
        task.done_at = said.occurred_at
        task.accepted_at = task.accepted_at or said.occurred_at
    task.state = target
    task.note = p.get("note", "") or task.note
    task.ticked = tuple(p.get("ticked", task.ticked))


def _hand(task: TaskView, p: Mapping[str, Any]) -> None:
    if "organisation" in p:
        task.organisation, task.organisation_name = p["organisation"], p["organisation_name"]
        task.person, task.name, task.by = p["person"], p["name"], p["by"]


def _withdrawn(board: Board, said: Said) -> None:
    for key in said.payload["tasks"]:
        if key in board.tasks and board.tasks[key].state != "done":
            board.tasks[key].state = "withdrawn"
            board.tasks[key].note = said.payload.get("reason", "")


def _escalated(board: Board, said: Said) -> None:
    task = board.tasks[said.payload["task"]]
    task.raised = said.payload["raised"]
    if task.state in ("sent", "declined"):
        _hand(task, said.payload)
        task.state, task.sent_at = "sent", said.occurred_at


def _resource(board: Board, said: Said) -> None:
    p = said.payload
    found = board.resources.get(p["key"])
    if found is None:
        board.resources[p["key"]] = found = ResourceView(
            p["kind"], p["key"], p["title"], p["organisation"], p["state"], said.occurred_at
        )
    if said.occurred_at >= found.since:
        found.state, found.since = p["state"], said.occurred_at
    if "people" in p:
        found.people = p["people"]


def _headcount(board: Board, said: Said) -> None:
    p = said.payload
    found = board.resources.get(p["key"])
    if found is not None:
        if p.get("lapse"):
            found.lapse += 1
        else:
            found.people, found.headcount_at = p["people"], said.occurred_at


def _report(board: Board, said: Said) -> None:
    p = said.payload
    standing = next((one for one in board.reports if one["number"] == p["number"]), None)
    if standing is None:
        board.reports.append({**p, "at": said.occurred_at, "entry": said.id})
    else:
        told = {name: p[name] for name in ("to", "by") if p.get(name)}  # to whom it went, who has it
        standing |= {**told, "state": p["state"], f"{p['state']}_at": said.occurred_at}


def _press(board: Board, said: Said) -> None:
    board.press.append({**said.payload, "at": said.occurred_at})


def _opinion(board: Board, said: Said) -> None:
    board.opinions.append({**said.payload, "at": said.occurred_at, "entry": said.id, "name": said.name})


def _link(board: Board, said: Said) -> None:
    board.links.append({**said.payload, "at": said.occurred_at})


def _inject(board: Board, said: Said) -> None:
    board.injects.add(said.payload["inject"])
    if text := said.payload.get("text"):
        board.notes.append({"entry": said.id, "at": said.occurred_at, "text": text, "name": said.name, "seq": said.seq})


def _cause(board: Board, said: Said) -> None:
    board.causes.append({**said.payload, "at": said.occurred_at, "id": str(said.id), "person": said.person})


def _evaluation(board: Board, said: Said) -> None:
    board.evaluation = said.payload["text"]


def _nothing(_board: Board, _said: Said) -> None:
    """It is read in the log alone."""


_APPLY: Mapping[str, Callable[[Board, Said], None]] = {
    "opened": _opened, "corrected": _corrected, "moved": _moved, "fact": _fact, "note": _note, "strike": _strike, "grade": _grade, "colour": _colour,
    "level": _level, "refused": _refused, "post": _post, "handover": _handover, "plan": _plan, "task": _task, "task_move": _task_move,
    "withdrawn": _withdrawn, "escalated": _escalated, "resource": _resource, "headcount": _headcount, "report": _report, "receipt": _report,
    "press": _press, "opinion": _opinion, "merged": _link, "link": _link, "inject": _inject, "cause": _cause, "evaluation": _evaluation,
}  # fmt: skip
assert _APPLY.keys() == KINDS.keys()  # noqa: S101 - a kind of entry without a meaning must not start
