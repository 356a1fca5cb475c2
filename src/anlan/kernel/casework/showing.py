"""What the page of a case shows, made from its rows: the step bar, the history, the pictures side by side."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.casework.models import Case, Evidence, Line


@dataclass(frozen=True)
class History:
    """A line with its files."""

    line: Line
    files: list[Evidence]


@dataclass(frozen=True)
class Mark:
    """One state of the step bar: `done` with the time it was left, `now`, or still to come."""

    word: str
    state: str
    at: datetime | None = None


def history(case: Case) -> list[History]:
    """Newest first, each line with its files."""
    files: dict[int, list[Evidence]] = defaultdict(list)
    for one in case.evidence.select_related("stored", "line"):
        one.case = case
        files[one.line_id].append(one)
    return [History(one, files[one.pk]) for one in case.lines.order_by("-id")]


def bar(case: Case, lines: list[History]) -> list[Mark]:
    """The states in order. One that was passed over (a general danger is never 待销号) is left out once the case has ended."""
    left = {
        one.line.source: one.line.at
        for one in reversed(lines)
        if one.line.source and one.line.source != one.line.target
    }
    order = case.of.bar
    here = order.index(case.state) if case.state in order else len(order)
    marks = []
    for place, state in enumerate(order):
        if state == case.state:
            marks.append(Mark(case.of.states[state], "done" if not case.is_open else "now", case.closed_at))
        elif place < here:
            if state in left or case.is_open:
                marks.append(Mark(case.of.states[state], "done", left.get(state)))
        else:
            marks.append(Mark(case.of.states[state], "coming"))
    if case.state not in order:
        marks = [one for one in marks if one.state == "done" and one.at] + [
            Mark(case.get_state_display(), "now", case.closed_at)
        ]
    return marks


def files(case: Case, lines: list[History]) -> list[Evidence]:
    """All files, in the order of their kinds: 改前 beside 改后."""
    kinds = list(case.of.evidence or {})
    rows = [file for one in lines for file in one.files]
    return sorted(rows, key=lambda one: (kinds.index(one.kind) if one.kind in kinds else len(kinds), one.pk))
