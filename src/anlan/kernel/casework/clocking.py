"""Clocks of cases: one runs while a state has a limit. What is computed from them (late, near) is nowhere stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.base.clock import civil_date
from anlan.kernel.casework.limits import due
from anlan.kernel.casework.models import Case, Clock
from anlan.kernel.casework.types import Due, Process

GIVEN = "given"
# How long after its end a clock goes to the next: the holder, who issued the case, the district. Our own default.
LEVELS = (timedelta(0), timedelta(days=1), timedelta(days=3))


@dataclass(frozen=True)
class Start:
    """A clock about to run."""

    limit: str
    title: str
    words: str
    law: str
    verified: bool
    due_at: datetime


def starting(
    process: Process, state: str, grade: str, at: datetime, given: datetime | Due | None = None
) -> Start | None:
    """The clock of a state: the rule in force, or a deadline that a person set, which may not be later than the rule's end."""
    limit = process.limit(state, grade, civil_date(at))
    if isinstance(given, Due):
        return Start(limit.slug if limit else GIVEN, given.title, given.words, given.law, given.verified, given.at)
    if given is not None:
        law = f"不晚于{limit.title}（{limit.words}）" if limit else "由下达单位确定"
        return Start(GIVEN, f"{process.states[state]}（下达的期限）", "指定日期", law, True, given)
    return Start(limit.slug, limit.title, limit.words, limit.law, limit.verified, due(limit, at)) if limit else None


def start(case: Case, clock: Start | None, at: datetime) -> None:
    if clock:
        Clock.objects.create(
            case=case, limit=clock.limit, title=clock.title, words=clock.words, law=clock.law, verified=clock.verified, started_at=at,
            first_due_at=clock.due_at, due_at=clock.due_at, raise_at=raise_at(clock.due_at, 0),
        )  # fmt: skip


def raise_at(due_at: datetime, raised: int) -> datetime | None:
    """When a clock of which `raised` levels have been raised goes to the next one; None after the last."""
    return due_at + LEVELS[raised] if raised < len(LEVELS) else None


def stop(case: Case, at: datetime) -> None:
    Clock.objects.filter(case=case, stopped_at=None).update(stopped_at=at, raise_at=None)


def running(case: Case) -> Clock | None:
    return Clock.objects.filter(case=case, stopped_at=None).first()
