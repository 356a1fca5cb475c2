"""What the dated tables propose: the grade of an incident from its toll, a response level from warnings, grades and facts. Pure.

A proposal never decides. Until when a changed toll still counts is a rule too (`window`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from anlan.base.clock import civil_date
from anlan.kernel.response.cards import Book
from anlan.kernel.response.fold import Board, Count
from anlan.kernel.response.types import COLOURS, FACTS, GRADES, LEVELS

_TABLES = Path(__file__).with_name("tables.toml")


@dataclass(frozen=True, kw_only=True)
class IncidentKind:
    slug: str
    title: str
    group: str  # one of the four classes of the law
    hazards: tuple[str, ...] = ()  # of warnings that may become one


@dataclass(frozen=True, kw_only=True)
class GradeRule:
    """A toll that reaches one of these (以上 includes) is of this grade. `loss` in 万元."""

    grade: int
    classes: tuple[str, ...]
    dead: float
    badly_injured: float
    loss: float
    law: str
    verified: bool = False
    valid_from: date = date(1900, 1, 1)
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True)
class Window:
    """How many days after the incident a changed toll still counts; `kinds` empty: every other kind."""

    kinds: tuple[str, ...]
    days: int
    law: str
    verified: bool = False


@cache
def tables() -> Mapping[str, Any]:
    return tomllib.loads(_TABLES.read_text(encoding="utf-8"))


@cache
def kinds() -> Mapping[str, IncidentKind]:
    return {
        row["slug"]: IncidentKind(slug=row["slug"], title=row["title"], group=row["class"], hazards=tuple(row.get("hazards", ())))
        for row in tables()["kind"]
    }  # fmt: skip


@cache
def grade_rules() -> tuple[GradeRule, ...]:
    return tuple(GradeRule(**{**row, "classes": tuple(row["classes"])}) for row in tables()["grade"])


def window(kind: str) -> Window:
    rows = [Window(**{**row, "kinds": tuple(row["kinds"])}) for row in tables()["window"]]
    return next((one for one in rows if kind in one.kinds), next(one for one in rows if not one.kinds))


@dataclass(frozen=True, kw_only=True)
class Toll:
    """Dead, seriously injured (acute poisoning counts), direct loss in 万元."""

    dead: float = 0
    badly_injured: float = 0
    loss: float = 0


def grade(toll: Toll, group: str, on: date) -> GradeRule | None:
    """The worst of the three columns, by the rule in force that day; None when the class is not graded by a toll, or the toll is nothing."""
    rules = [
        one for one in grade_rules() if group in one.classes and one.valid_from <= on and (one.valid_to is None or on < one.valid_to)
    ]  # fmt: skip
    reached = [
        one for one in rules if toll.dead >= one.dead or toll.badly_injured >= one.badly_injured or (toll.loss and toll.loss >= one.loss)
    ]  # fmt: skip
    return min(reached, key=lambda one: one.grade, default=None)


def toll(board: Board) -> Toll:
    """The toll that counts: the newest count of each column that is not of after the window's end."""
    if board.occurred_at is None:
        return Toll()
    last = board.occurred_at + timedelta(days=window(board.kind).days)
    badly = _newest(board.history.get("badly_injured", ()), last) + _newest(board.history.get("poisoned", ()), last)
    return Toll(
        dead=_newest(board.history.get("dead", ()), last), badly_injured=badly, loss=_newest(board.history.get("loss", ()), last)
    )  # fmt: skip


def _newest(counts: Iterable[Count], last: datetime) -> float:
    inside = [one for one in counts if one.occurred_at <= last]
    return float(max(inside, key=lambda one: (one.occurred_at, one.seq)).value) if inside else 0.0


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """`key` names what is proposed and from what, so that a refusal holds until the ground changes. `what`: grade, level or colour."""

    key: str
    what: str
    value: int
    words: str
    why: str
    law: str = ""
    verified: bool = False


@dataclass(frozen=True, kw_only=True)
class HazardWarning:
    """A warning in force: hazard, colour (1 red), who issued it."""

    hazard: str
    colour: int
    words: str


def proposals(board: Board, book: Book | None, warnings: Sequence[HazardWarning]) -> list[Proposal]:
    """What the rules propose now and nobody has decided or refused yet: a grade from the toll, levels from the plan's triggers."""
    found = [*_grades(board), *(_levels(board, book, warnings) if book else [])]
    return [one for one in found if one.key not in board.refused]


def _grades(board: Board) -> list[Proposal]:
    kind = kinds().get(board.kind)
    if kind is None or board.occurred_at is None:
        return []
    counted = toll(board)
    rule = grade(counted, kind.group, civil_date(board.occurred_at))
    if rule is None or rule.grade == board.grade:
        return []
    why = f"死亡 {counted.dead:g} 人，重伤（含急性中毒）{counted.badly_injured:g} 人，直接损失 {counted.loss:g} 万元"
    return [
        Proposal(
            key=f"grade:{rule.grade}:{counted.dead:g}/{counted.badly_injured:g}/{counted.loss:g}", what="grade", value=rule.grade,
            words=f"定为{GRADES[rule.grade]}", why=why, law=rule.law, verified=rule.verified,
        )
    ]  # fmt: skip


def _levels(board: Board, book: Book, warnings: Sequence[HazardWarning]) -> list[Proposal]:
    """The highest level that some trigger of the plan reaches, when it is higher than the one in force."""
    reached: dict[int, str] = {}
    for scenario in book.scenarios:
        for one in scenario.triggers:
            why = ""
            hit = next(
                (each for each in warnings if each.hazard == one.hazard and each.colour <= (one.colour or 0)), None
            )
            if one.hazard and hit:
                why = f"{hit.words}（{COLOURS[hit.colour]}）"
            elif one.grade is not None and board.grade is not None and board.grade <= one.grade:
                why = f"事件已定为{GRADES[board.grade]}"
            elif one.fact and one.least is not None and board.count(one.fact) >= one.least:
                why = f"{FACTS[one.fact].title} {board.count(one.fact):g}，达到 {one.least:g}"
            if why:
                reached.setdefault(one.level, f"{why}；预案：{one.words}")
    if not reached or (board.level is not None and board.level <= min(reached)):
        return []
    level = min(reached)
    return [
        Proposal(
            key=f"level:{level}:{reached[level][:60]}",
            what="level",
            value=level,
            words=f"启动{LEVELS[level]}",
            why=reached[level],
        )
    ]
