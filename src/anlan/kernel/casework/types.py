"""What a pack declares of its casework: processes, steps, fields, limits. Frozen data and functions; pure.

A *process* (流程) is a transition table with words, grades, roles, evidence and clocks. A *case* (事项) runs through one. A *step*
is a row of the table: who may make it from which state, what it must be given, who holds the case afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from anlan.kernel.access.types import Actor, Move

FieldKind = Literal["line", "long", "choice", "day", "money", "number", "yes", "organisation"]
Unit = Literal["minutes", "hours", "days", "working_days"]
UNIT_WORDS: Mapping[Unit, str] = {"minutes": "分钟", "hours": "小时", "days": "日", "working_days": "个工作日"}
# Who holds the case after a step: as before; whose it is; who issued it; an organisation or person the step names.
Hand = Literal["", "owner", "issuer", "named"]
Level = Literal["", "red", "orange", "yellow", "blue"]
OPEN = "open"  # the first line of every case: who entered it
MERGED = "merged"  # the end of a case that is another's (并案); a process that has this state can merge
SOURCES: Mapping[str, str] = {
    "self": "自查", "shift": "班组自查", "post": "岗位自查", "expert": "专家检查", "regulator": "监管检查", "public": "群众举报",
    "alarm": "监测报警", "check": "检查任务", "inspection": "督察检查", "other": "其他",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One thing of a room that a case of another room may be about, in plain text. `within`: what it belongs to, to tell it from its
    like; `known`: what it answers of the fields a process asks for, by name."""

    id: str
    title: str
    within: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What the review of a real incident says of a subject. `entry`: of the incident's log; `incident`: its row."""

    entry: UUID
    incident: Any
    text: str


@dataclass(frozen=True, kw_only=True)
class Regrading:
    """How a room takes up that the review of an incident names one of its subjects as what failed (请重评), in the transaction of the
    log's own entry. `ask(actor, id, cause, at)`: once for each cause; `withdraw(actor, entry, at)`: the cause was struck;
    `standing(entries)`: what became of them, in words."""

    ask: Callable[[Actor, str, Cause, datetime], None]
    withdraw: Callable[[Actor, UUID, datetime], None]
    standing: Callable[[Sequence[UUID]], Mapping[UUID, str]]


@dataclass(frozen=True, kw_only=True)
class SubjectKind:
    """What a room offers to the cases of others. A process names the kind by its slug (`Process.about`), so neither room knows the
    other. `offered(actor, owner)`: those of an organisation this person may name; `found(owner, id)`: one of them, also when it is out
    of use by now; `link(actor, id)`: the page of one, "" for who may not open it; `regrading`: it can be what failed in an accident."""

    slug: str
    title: str
    offered: Callable[[Actor, Any], Sequence[Subject]]
    found: Callable[[Any, str], Subject | None]
    link: Callable[[Actor, str], str]
    regrading: Regrading | None = None


@dataclass(frozen=True, kw_only=True)
class About:
    """What a case is about, as it keeps it: plain text, so that it stays when what it names is gone."""

    kind: str = ""
    id: str = ""
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One thing a step or a new case is asked for. `choices` of a `choice`; `unit` stands behind a number; `least` of a number."""

    name: str
    title: str
    kind: FieldKind = "line"
    required: bool = False
    choices: Mapping[str, str] | None = None
    help: str = ""
    unit: str = ""
    max_length: int = 200
    least: float | None = 0


@dataclass(frozen=True, kw_only=True)
class Step(Move):
    """A row of the transition table.

    `says`: a sentence is asked for. `proves`: kinds of evidence the case must hold when it is made. `not_by`: steps whose author
    may not make this one. `named`: the field (kind organisation) that names who holds it next, with hand `named`. `guard(case)`
    gives a sentence why it cannot be made now, or "". `effect(case, actor, values, at)` writes the pack's own rows in the same
    transaction and returns columns to set on the case (`due_at`: an instant that was set, or a `Due`). `returns`: it sends the case back. `renews`: the state's clock starts again.
    """

    says: bool = False
    proves: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()  # kinds of evidence the form of this step offers, beside those it must have
    fields: tuple[Field, ...] = ()
    not_by: tuple[str, ...] = ()
    hand: Hand = ""
    named: str = ""
    applies: Callable[[Any], bool] | None = None  # whether the case knows this step at all (a grade's own way)
    guard: Callable[[Any], str] | None = None
    effect: Callable[[Any, Actor, Mapping[str, Any], datetime], Mapping[str, Any]] | None = None
    returns: bool = False
    renews: bool = False
    main: bool = False  # the move most often made in its states


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A clock: the case must leave `state` within `amount` of `unit`. With `grade` it holds for that grade alone and goes before
    the general one. Dated: the rule in force on the day the clock starts. `verified`: the clause was read in its own text."""

    slug: str
    title: str
    state: str
    amount: int
    unit: Unit
    law: str
    grade: str = ""
    verified: bool = False
    valid_from: date = date(1900, 1, 1)
    valid_to: date | None = None
    most: int = 0  # how much all extensions together may add, in the same unit; 0: the law names no end

    @property
    def words(self) -> str:
        return f"{self.amount} {UNIT_WORDS[self.unit]}"

    def holds(self, state: str, grade: str, on: date) -> bool:
        return (
            self.state == state
            and self.grade in ("", grade)
            and self.valid_from <= on
            and (self.valid_to is None or on < self.valid_to)
        )


@dataclass(frozen=True, kw_only=True)
class Due:
    """An end that the law counts from another day than the one the state was entered on. An effect returns it as `due_at`."""

    at: datetime
    title: str
    words: str
    law: str
    verified: bool = False


@dataclass(frozen=True, kw_only=True)
class Process:
    """`slug` is the capability's. `states` in the order of the step bar; `ends` are those nothing waits in; `aside` are ends that
    the step bar leaves out (作废, 并案). `grades`: slug -> (word, level colour). `prefix` begins a case's number.

    `read` sees cases, `open` enters them, `manage` hands over, decides extensions, supervises and merges. `narrow`: only who
    opened, owns, holds or manages a case sees it, whatever reach `read` has. `panel(case)` gives the pack's own facts, `asks` are
    fields of a new case that `made(case, values)` writes to the pack's own rows.
    """

    slug: str
    title: str
    prefix: str
    states: Mapping[str, str]
    ends: frozenset[str]
    steps: tuple[Step, ...]
    read: str
    open: str
    manage: str
    aside: frozenset[str] = frozenset()
    kinds: Mapping[str, str] | None = None
    grades: Mapping[str, tuple[str, Level]] | None = None
    evidence: Mapping[str, str] | None = None
    limits: tuple[Limit, ...] = ()
    narrow: bool = False
    asks: tuple[Field, ...] = ()
    made: Callable[[Any, Mapping[str, Any]], None] | None = None
    panel: Callable[[Any], Sequence[tuple[str, str]]] | None = None
    links: Callable[[Any], Sequence[tuple[str, str]]] | None = (
        None  # (word, address): papers and pages of the pack about this case
    )
    note: str = ""  # what the form of a new case says above its fields
    about: str = ""  # the SubjectKind that whoever enters a case may name one of
    holders: frozenset[str] = frozenset()  # kinds of organisation that may hold a case; empty: any
    # A further part of the case's page for this viewer: (template, what it shows).
    part: Callable[[Any, Actor, datetime], tuple[str, Mapping[str, Any]]] | None = None
    graded: str | None = None  # what stands behind a grade's word on the chip (红 风险); the title when None

    @property
    def first(self) -> str:
        return next(iter(self.states))

    @property
    def chip(self) -> str:
        return self.title if self.graded is None else self.graded

    @property
    def bar(self) -> tuple[str, ...]:
        """The states of the step bar."""
        return tuple(one for one in self.states if one not in self.aside)

    def step(self, slug: str) -> Step:
        return next(one for one in self.steps if one.slug == slug)

    def limit(self, state: str, grade: str, on: date) -> Limit | None:
        """The clock that starts when a case of that grade enters the state on that day; the grade's own goes first."""
        found = [one for one in self.limits if one.holds(state, grade, on)]
        return max(found, key=lambda one: (bool(one.grade), one.valid_from), default=None)


@dataclass(frozen=True, kw_only=True)
class AlarmCase:
    """Alarms of these rules (slugs) open a case of the process, with this kind.

    `desk`: a permission of the process; the organisation of the first post that holds it for the whole district (roles in the order
    the permission names them) watches over the case, and holds it. `near`: the place's own organisation holds it instead, when
    somebody there holds the permission."""

    rules: tuple[str, ...]
    process: str
    kind: str = ""
    desk: str = ""
    near: bool = False


def faults(process: Process, permissions: set[str]) -> list[str]:
    """Every inconsistency of a process as a sentence; empty when sound."""
    found = [f"{process.slug}: permission {one!r} is not declared" for one in {process.read, process.open, process.manage,
             *(step.permission for step in process.steps)} - permissions - {"public"}]  # fmt: skip
    slugs = [one.slug for one in process.steps]
    known, reached = set(process.states), {process.first, MERGED}
    for step in process.steps:
        found += [
            f"{process.slug}.{step.slug}: no state {one!r}" for one in {*step.sources, step.target} - known - {""}
        ]
        found += [
            f"{process.slug}.{step.slug}: not_by names no step {one!r}" for one in set(step.not_by) - {OPEN, *slugs}
        ]
        found += [
            f"{process.slug}.{step.slug}: no evidence {one!r}"
            for one in {*step.proves, *step.takes} - set(process.evidence or {})
        ]
        if step.hand == "named" and step.named not in {one.name for one in step.fields}:
            found.append(f"{process.slug}.{step.slug}: no field {step.named!r} names the holder")
        if not set(step.sources) & process.ends:
            reached.add(step.target)
    found += [f"{process.slug}: step {one!r} is declared twice" for one in slugs if slugs.count(one) > 1]
    found += [f"{process.slug}: state {one!r} is never reached" for one in known - reached]
    found += [
        f"{process.slug}: nothing leads out of {one!r}"
        for one in known - process.ends
        if not any(one in s.sources and s.target != one for s in process.steps)
    ]
    found += [
        f"{process.slug}: limit {one.slug!r} is of no state"
        for one in process.limits
        if one.state not in known - process.ends
    ]
    return sorted(found)
