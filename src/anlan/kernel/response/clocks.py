"""The clocks of an incident, computed from its board and the dated rules: reports, investigation. Late is computed, never typed. Pure.

Limits and the calendar are casework's (`casework.limits.due`): one engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal

from anlan.base.clock import civil_date
from anlan.kernel.casework.limits import due
from anlan.kernel.casework.types import Limit, Unit
from anlan.kernel.response.fold import Board
from anlan.kernel.response.grading import kinds, tables

Result = Literal["running", "late", "met", "missed"]  # late: still running after its end; missed: stopped after its end
RESULTS: Mapping[Result, str] = {"running": "在走", "late": "已超时", "met": "按时", "missed": "迟"}


@dataclass(frozen=True, kw_only=True)
class ClockRule:
    """From `start` on, `stop` must come within `amount` of `unit`. `every`: again from each stop, while the response runs."""

    slug: str
    title: str
    start: str
    stop: str
    amount: int
    unit: Unit
    classes: tuple[str, ...]
    law: str
    grades: tuple[int, ...] = ()
    every: bool = False
    needs_grade: bool = False
    verified: bool = False
    valid_from: date = date(1900, 1, 1)
    valid_to: date | None = None

    @property
    def limit(self) -> Limit:
        return Limit(
            slug=self.slug,
            title=self.title,
            state="",
            amount=self.amount,
            unit=self.unit,
            law=self.law,
            verified=self.verified,
        )


@dataclass(frozen=True, kw_only=True)
class ClockView:
    """One run of a clock."""

    rule: ClockRule
    number: int
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    result: Result

    def left(self, at: datetime) -> timedelta:
        """Time left; negative when late."""
        return self.due_at - (self.stopped_at or at)


@cache
def clock_rules() -> tuple[ClockRule, ...]:
    return tuple(
        ClockRule(**{**row, "classes": tuple(row["classes"]), "grades": tuple(row.get("grades", ()))}) for row in tables()["clock"]
    )  # fmt: skip


def clocks(board: Board, at: datetime) -> list[ClockView]:
    """Every run of every clock that the incident's class and grade have, those that run first, the next to end before the others."""
    kind = kinds().get(board.kind)
    if kind is None or board.opened_at is None or board.occurred_at is None:
        return []
    on = civil_date(board.occurred_at)
    runs = [
        run
        for rule in clock_rules()
        if kind.group in rule.classes
        and rule.valid_from <= on
        and (rule.valid_to is None or on < rule.valid_to)
        and (not rule.grades or board.grade in rule.grades)
        and (not rule.needs_grade or board.grade is not None)
        for run in _runs(rule, board, at)
    ]
    return sorted(runs, key=lambda one: (one.stopped_at is not None, one.due_at))


def _runs(rule: ClockRule, board: Board, at: datetime) -> list[ClockView]:
    start = _start(rule.start, board)
    if start is None or start > at:
        return []
    stops = sorted(one for one in _stops(rule.stop, board) if one >= start)
    runs = []
    for number in range(1, 1000):
        end = due(rule.limit, start)
        stop = next(iter(stops), None)
        over = _over(rule, board)
        if stop is None and over is not None and over <= end:
            break  # the response ended before the next one was due
        runs.append(_run(rule, number, start, end, stop, at))
        if stop is None or not rule.every:
            break
        start, stops = stop, stops[1:]
    return runs


def _run(
    rule: ClockRule, number: int, start: datetime, end: datetime, stop: datetime | None, at: datetime
) -> ClockView:
    result: Result = ("met" if stop <= end else "missed") if stop else ("late" if at > end else "running")
    return ClockView(rule=rule, number=number, started_at=start, due_at=end, stopped_at=stop, result=result)


def _over(rule: ClockRule, board: Board) -> datetime | None:
    """When a clock that repeats stops asking."""
    return (board.ended_at or board.reached.get("aftermath")) if rule.every else None


def _start(word: str, board: Board) -> datetime | None:
    starts: dict[str, Any] = {
        "opened": board.opened_at, "occurred": board.occurred_at, "graded": board.graded_at, "ended": board.ended_at,
        "first_sent": min(_stops("first", board), default=None),
    }  # fmt: skip
    found: datetime | None = starts[word]
    return found


def _stops(word: str, board: Board) -> list[datetime]:
    """When what stops the clock was sent: a report of the stage. A first report also is a flash; a final one also a follow-up."""
    if word == "investigated":
        return [one["at"] for one in board.links if one.get("kind") == "investigated"]
    stages = {"flash": ("flash", "first"), "first": ("first",), "follow": ("follow", "final"), "final": ("final",)}[
        word
    ]
    return [one["sent_at"] for one in board.reports if one["stage"] in stages and one.get("sent_at")]
