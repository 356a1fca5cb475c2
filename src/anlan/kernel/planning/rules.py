"""Pure rules of task work: the transition table, deadlines as days, and the dated clock rules."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files

from anlan.kernel.access.types import Move

MOVES = (
    Move(slug="accept", title="签收", sources=("issued",), target="accepted", permission="planning.work"),
    Move(
        slug="report",
        title="填进展",
        sources=("accepted", "working", "returned"),
        target="working",
        permission="planning.work",
    ),
    Move(slug="finish", title="报完成", sources=("working", "returned"), target="finished", permission="planning.work"),
    Move(slug="confirm", title="确认完成", sources=("finished",), target="confirmed", permission="planning.decide"),
    Move(slug="send_back", title="退回", sources=("finished",), target="returned", permission="planning.decide"),
    Move(slug="reopen", title="重新打开", sources=("confirmed",), target="working", permission="planning.decide"),
    Move(
        slug="remind",
        title="催办",
        sources=("issued", "accepted", "working", "returned"),
        target="",
        permission="planning.decide",
    ),
    Move(slug="assign", title="指派牵头", sources=("issued",), target="", permission="planning.assign"),
)
# Moves that only the lead department makes; co-departments report their own part.
LEAD_ONLY = frozenset({"accept", "finish"})
CHANGE_MOVES = (
    Move(slug="approve", title="同意变更", sources=("asked",), target="approved", permission="planning.decide"),
    Move(slug="reject", title="不同意", sources=("asked",), target="rejected", permission="planning.decide"),
    Move(slug="withdraw", title="撤回申请", sources=("asked",), target="withdrawn", permission="planning.work"),
)
# Milestones and money may be added while a task is open, and while a project is not stopped or done.
_ADDING = ("issued", "accepted", "working", "returned", "finished", "planned", "running")
ADD_MILESTONE = Move(slug="milestone", title="列节点", sources=_ADDING, target="", permission="planning.record")
ADD_MONEY = Move(
    slug="money",
    title="登记资金",
    sources=(*_ADDING, "confirmed", "done", "stopped"),
    target="",
    permission="planning.record",
)
MILESTONE_MOVES = (
    Move(slug="reach", title="销号", sources=("open",), target="done", permission="planning.record"),
    Move(slug="reopen", title="重开", sources=("done",), target="open", permission="planning.decide"),
    Move(slug="drop", title="撤下", sources=("open",), target="dropped", permission="planning.decide"),
)
PROJECT_MOVES = (
    Move(slug="report", title="填进展", sources=("planned", "running"), target="running", permission="planning.work"),
    ADD_MILESTONE,
    ADD_MONEY,
    Move(slug="finish", title="确认完工", sources=("running",), target="done", permission="planning.decide"),
    Move(slug="stop", title="停止", sources=("planned", "running"), target="stopped", permission="planning.decide"),
    Move(slug="resume", title="恢复", sources=("stopped", "done"), target="running", permission="planning.decide"),
    Move(slug="assign", title="定单位", sources=("planned", "running"), target="", permission="planning.assign"),
)
GROUP_WORDS = (
    "及相关责任部门",
    "及相关责任单位",
    "各相关部门",
    "各相关单位",
    "各街道办事处",
    "及相关部门",
    "及相关单位",
)


def due_day(kind: str, year: int | None) -> date | None:
    """The last day a deadline allows: the end of its year. What is kept up for good (长期坚持) or left to the city has none:
    it can fall silent, never overdue."""
    return None if kind in {"ongoing", "as_city_directs"} or year is None else date(year, 12, 31)


@dataclass(frozen=True, kw_only=True)
class ClockRule:
    """When silence and lateness are raised, in days; dated, so an old case is judged by the rule of its day."""

    in_force_from: date
    silent_days: int
    overdue_long_days: int
    answer_days: int  # to confirm a finished task or to answer a change
    source: str
    verified: bool


_RULES = tuple(
    ClockRule(**row)
    for row in tomllib.loads(files("anlan.kernel.planning").joinpath("clocks.toml").read_text(encoding="utf-8"))[
        "clock"
    ]
)


def clock_rule(on: date) -> ClockRule:
    """The rule in force on a day."""
    return max((rule for rule in _RULES if rule.in_force_from <= on), key=lambda rule: rule.in_force_from)


@dataclass(frozen=True)
class Alarm:
    """A clock that has gone off: its level and the day from which it counts."""

    level: str
    since: date


def alarms(state: str, due_on: date | None, last_heard: date, today: date) -> list[Alarm]:
    """Overdue (and long overdue) after the due day; silent when nothing was heard for the rule's days. Open tasks only."""
    if state in ("finished", "confirmed"):
        return []
    rule = clock_rule(today)
    found = []
    if due_on is not None and today > due_on:
        found.append(Alarm("overdue", due_on + timedelta(days=1)))
        if today > due_on + timedelta(days=rule.overdue_long_days):
            found.append(Alarm("overdue_long", due_on + timedelta(days=1)))
    if today - last_heard > timedelta(days=rule.silent_days):
        found.append(Alarm("silent", last_heard + timedelta(days=rule.silent_days + 1)))
    return found
