"""What the boards "1+5" show: open incidents, their tasks, warnings in force, and the panels of the rooms. Reads, never writes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.response import declared, log, queries, showing
from anlan.kernel.response.boards import SIGNS, BoardPanel, CommandBoard, PanelLine
from anlan.kernel.response.clocks import ClockView, clocks
from anlan.kernel.response.fold import Board
from anlan.kernel.response.grading import HazardWarning, kinds
from anlan.kernel.response.models import Incident, Task
from anlan.kernel.response.showing import Cell, Notice
from anlan.kernel.response.types import COLOUR_SLUGS, COLOURS, GRADES, LEVELS, STATES, TASK_ENDS, TASK_STATES

# The six figures of a board, and what they are counted in.
FIGURES = {"在办事件": "件", "最高响应": "", "超时任务": "项", "现行预警": "条", "最高预警": "", "出动力量": "人"}
MOST = 50  # incidents and tasks on one board
LINES = 12  # of one panel; what is more is counted and one click away


@dataclass(frozen=True)
class IncidentLine:
    """An open incident. `seq` says which board it is from."""

    number: str
    title: str
    kind: str
    state: str
    level: str
    grade: str
    colour: str
    since: datetime
    elapsed: timedelta
    clock: ClockView | None
    late: int
    running: int
    seq: int
    url: str
    longitude: float | None
    latitude: float | None


@dataclass(frozen=True)
class TaskLine:
    title: str
    unit: str
    incident: str
    state: str
    start_at: datetime
    due_at: datetime
    late: bool
    url: str


@dataclass(frozen=True)
class NoticeLine:
    """What went out of an incident, and whether the other side has it."""

    incident: str
    notice: Notice
    url: str


@dataclass(frozen=True)
class WarningLine:
    colour: str
    words: str


@dataclass(frozen=True)
class PanelView:
    """A panel with its lines, the worst first as its room orders them. `more`: how many are not shown."""

    panel: BoardPanel
    lines: tuple[PanelLine, ...]
    more: int
    url: str
    act: tuple[str, str] | None

    @property
    def worst(self) -> PanelLine | None:
        """The line that needs eyes first, if one does."""
        found = min(self.lines, key=lambda one: SIGNS[one.sign], default=None)
        return found if found and found.sign in ("red", "orange") else None


@dataclass(frozen=True)
class Picture:
    """Everything on one board at one instant, for one person. `known` names it; `hidden` are titles of panels this person may not see."""

    board: CommandBoard
    at: datetime
    cells: tuple[Cell, ...]
    incidents: tuple[IncidentLine, ...]
    tasks: tuple[TaskLine, ...]
    late: int
    warnings: tuple[WarningLine, ...]
    notices: tuple[NoticeLine, ...]
    panels: tuple[PanelView, ...]
    hidden: tuple[str, ...]
    drills: int
    known: str

    def column(self, name: str) -> list[PanelView]:
        return [one for one in self.panels if one.panel.column == name]

    @property
    def places(self) -> str:
        """Names what stands on the map."""
        spots = [(one.label, one.longitude, one.latitude) for view in self.panels for one in view.lines if one.placed]
        return _digest((spots, [(one.number, one.longitude, one.latitude) for one in self.incidents]))


def picture(board: CommandBoard, actor: Actor, at: datetime) -> Picture:
    rows = queries.visible(actor).filter(is_open=True)
    real = [one for one in rows.filter(mode="real").order_by("-opened_at")[:200] if board.takes(one.kind)][:MOST]
    folded = list(log.boards(real))
    incidents = sorted((_incident(one, told, at) for one, told in folded), key=_heaviest)
    late, tasks = _tasks(real, at)
    warnings = _warnings(board, at)
    panels, hidden = _panels(board, actor, at)
    drills = sum(board.takes(kind) for kind in rows.filter(mode="drill").values_list("kind", flat=True))
    cells = _cells(incidents, folded, late, warnings)
    notices = [
        NoticeLine(one.number, notice, reverse("incident_reports", args=[one.number])) for one, told in folded for notice in showing.notices(told)[:2]
    ]  # fmt: skip
    return Picture(
        board, at, cells, tuple(incidents), tuple(tasks), late, tuple(warnings), tuple(notices), panels, hidden, drills,
        _digest((f"{at:%Y%m%d%H%M}", drills, [(one.number, one.seq) for one in incidents], tasks, warnings, [(one.panel.slug, one.lines, one.more) for one in panels])),
    )  # fmt: skip


def _digest(told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _heaviest(one: IncidentLine) -> tuple[int, bool, datetime]:
    """The highest response first, then those with something late, then the oldest."""
    order = list(LEVELS.values())
    return (order.index(one.level) if one.level else len(order), not one.late, one.since)


def _incident(row: Incident, board: Board, at: datetime) -> IncidentLine:
    split = showing.groups(board, at)
    since = board.occurred_at or row.occurred_at
    kind = kinds().get(row.kind)
    return IncidentLine(
        number=row.number, title=row.title, kind=kind.title if kind else "", state=STATES[board.state], level=LEVELS.get(board.level or 0, ""),
        grade=GRADES.get(board.grade or 0, ""), colour=COLOUR_SLUGS.get(board.colour or 0, ""), since=since, elapsed=at - since,
        clock=showing.next_report(clocks(board, at)), late=len(split.late), running=len(split.running), seq=row.seq,
        url=reverse("incident", args=[row.number]), longitude=board.longitude, latitude=board.latitude,
    )  # fmt: skip


def _tasks(rows: Sequence[Incident], at: datetime) -> tuple[int, list[TaskLine]]:
    """How many are late, and the first of those under way by when they are due: what is late comes first."""
    found = (
        Task.objects.filter(incident__in=rows)
        .exclude(state__in=TASK_ENDS)
        .exclude(state="planned", due_at__gte=at)
        .select_related("incident", "organisation")
        .order_by("due_at", "pk")
    )
    lines = [
        TaskLine(
            one.title, one.organisation.short_name or one.organisation.name, one.incident.title, TASK_STATES[one.state], one.start_at, one.due_at, one.due_at < at,
            reverse("incident_task", args=[one.incident.number, one.key]),
        )
        for one in found[:MOST]
    ]  # fmt: skip
    return found.filter(due_at__lt=at).count(), lines


def _warnings(board: CommandBoard, at: datetime) -> list[WarningLine]:
    found: list[HazardWarning] = [one for one in declared.warnings(at) if board.warns(one.hazard)]
    return [WarningLine(COLOUR_SLUGS[one.colour], one.words) for one in sorted(found, key=lambda one: one.colour)]


def _panels(board: CommandBoard, actor: Actor, at: datetime) -> tuple[tuple[PanelView, ...], tuple[str, ...]]:
    shown, hidden = [], []
    for one in declared.panels(board.slug):
        if not policy.may(actor, one.permission):
            hidden.append(one.title)
            continue
        lines = tuple(one.lines(actor, at))
        url = reverse(one.page) if one.page else ""
        act = (one.act[1], reverse(one.act[0])) if one.act and policy.may(actor, one.act[2]) else None
        shown.append(PanelView(one, lines[:LINES], max(0, len(lines) - LINES), url, act))
    return tuple(shown), tuple(hidden)


def _cells(
    incidents: Sequence[IncidentLine], folded: Sequence[tuple[Incident, Board]], late: int, warnings: Sequence[WarningLine]
) -> tuple[Cell, ...]:  # fmt: skip
    colours = {slug: COLOURS[number] for number, slug in COLOUR_SLUGS.items()}
    here = [one for _row, told in folded for one in told.resources.values() if one.state != "released"]
    people = f"{'≥' if any(one.kind == 'team' and one.people is None for one in here) else ''}{sum(one.people or 0 for one in here)}"
    top = next((one.level.removesuffix("响应") for one in incidents if one.level), "—")
    values = (str(len(incidents)), top, str(late), str(len(warnings)), colours[warnings[0].colour] if warnings else "—", people)  # fmt: skip
    return tuple(Cell(title, value, unit) for (title, unit), value in zip(FIGURES.items(), values, strict=True))
