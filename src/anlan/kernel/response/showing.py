"""What the pages show of a board: six facts, the feed, tasks in order, marks on the line of time, moves with their reason. Reads, never writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor, Reason
from anlan.kernel.response import declared, log, queries, telling
from anlan.kernel.response.clocks import ClockView, clocks
from anlan.kernel.response.fold import Board, ResourceView, TaskView
from anlan.kernel.response.models import Incident, LogEntry
from anlan.kernel.response.types import (
    COLOUR_SLUGS,
    COLOURS,
    FACTS,
    GRADES,
    KINDS,
    LEVELS,
    MOVES,
    NEEDS,
    POSTS,
    RESOURCE_STATES,
    STATES,
    TASK_STATES,
    IncidentMove,
)
from anlan.kernel.web.deadlines import Mark, Window, deadline_line

SIX = ("dead", "injured", "missing", "trapped", "evacuated", "sheltered", "affected", "endangered", "loss")


@dataclass(frozen=True)
class Cell:
    """One of the six figures. `value` None: nobody has said it yet."""

    title: str
    value: str
    unit: str


def cells(board: Board) -> list[Cell]:
    """The counts that somebody has given, the heavier ones first; the usual ones fill up."""
    given = [slug for slug in SIX if slug in board.counts]
    chosen = (given + [slug for slug in SIX if slug not in given])[:6]
    chosen.sort(key=SIX.index)
    return [
        Cell(FACTS[slug].title, f"{board.counts[slug].value:,g}" if slug in board.counts else "—", FACTS[slug].unit)
        for slug in chosen
    ]


@dataclass(frozen=True)
class Feed:
    """One line of what happened."""

    at: datetime
    words: str
    who: str
    kind: str
    post: str
    entry: LogEntry
    struck: str = ""


def feed(entries: Sequence[LogEntry]) -> list[Feed]:
    """Newest first; struck ones say why."""
    struck = {one.payload["entry"]: one.payload["reason"] for one in entries if one.kind == "strike"}
    lines = [
        Feed(
            one.occurred_at,
            words(one),
            f"{one.on_behalf_of} {one.actor_name}".strip(),
            one.kind,
            POSTS.get(one.post, ""),
            one,
            struck.get(str(one.pk), ""),
        )
        for one in entries
    ]
    return sorted(lines, key=lambda line: (line.at, line.entry.seq), reverse=True)


def words(entry: LogEntry) -> str:
    """An entry in one sentence."""
    return sentence(entry.kind, entry.payload)


def sentence(kind: str, payload: Mapping[str, Any]) -> str:
    """What an entry says; of another instance's payload that lacks something, the kind's own word."""
    try:
        return _WORDS[kind](payload)
    except (KeyError, TypeError, ValueError, AttributeError):
        return KINDS[kind].title if kind in KINDS else kind


def _reason(p: Mapping[str, Any]) -> str:
    return f"：{p['reason']}" if p.get("reason") else ""


def _moved(p: Mapping[str, Any]) -> str:
    row = next((one for one in MOVES if one.slug == p["move"]), None)
    more = f"（{p.get('into') or p.get('to')}）" if p.get("into") or p.get("to") else ""
    return f"{row.title if row else STATES[p['target']]}{more}{_reason(p)}"


def _task_move(p: Mapping[str, Any]) -> str:
    return f"{p.get('title') or p['task']} {TASK_STATES[p['state']]}{'：' + p['note'] if p.get('note') else ''}"


_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "opened": lambda p: f"接报：{p['title']}{'，来源：' + p['source'] if p.get('source') else ''}",
    "corrected": lambda p: f"更正接报内容：{'，'.join(str(p[name]) for name in ('title', 'place') if name in p) or '类别、位置或街道'}",
    "moved": _moved,
    "fact": lambda p: "，".join(f"{FACTS[slug].title} {value}{FACTS[slug].unit}" for slug, value in p["values"].items()),
    "note": lambda p: p["text"],
    "strike": lambda p: f"划去一条记录：{p['reason']}",
    "grade": lambda p: f"事件定为{GRADES[p['grade']]}{_reason(p)}",
    "colour": lambda p: f"预警{COLOURS[p['colour']]}{_reason(p)}",
    "level": lambda p: f"响应级别 {LEVELS[p['level']]}{_reason(p)}",
    "refused": lambda p: f"不采纳建议“{p.get('words', '')}”：{p['reason']}",
    "post": lambda p: f"{p['name']}任{POSTS[p['post']]}{'，接' + p['former'] if p.get('former') else ''}",
    "handover": lambda p: f"{POSTS[p['post']]}交{p['name']}，待签字",
    "plan": lambda p: f"启动《{p['title']}》{LEVELS[p['level']]}，下达任务 {len(p['tasks'])} 项{'，撤销 ' + str(len(p['withdrawn'])) + ' 项' if p.get('withdrawn') else ''}",
    "task": lambda p: f"下达任务：{p['task']['title']}（{p['task']['organisation_name']}）",
    "task_move": _task_move,
    "withdrawn": lambda p: f"撤销任务 {len(p['tasks'])} 项：{p['reason']}",
    "escalated": lambda p: f"任务升级：{p.get('title') or p['task']}，{p['why']}，转{p['organisation_name']}{p['name']}",
    "resource": lambda p: f"{p['title']} {RESOURCE_STATES[p['state']]}{'，' + str(p['people']) + ' 人' if p.get('people') else ''}",
    "headcount": lambda p: "点名超时" if p.get("lapse") else f"点名 {p['people']} 人",
    "report": lambda p: f"第 {p['number']} 份报告（{_stage(p)}）{_report_state(p)}",
    "receipt": lambda p: f"第 {p['number']} 份报告（{_stage(p)}）对方已收{'：' + p['by'] if p.get('by') else ''}",
    "press": lambda p: f"新闻稿《{p['title']}》{'已发布' if p['state'] == 'published' else '已审定'}",
    "opinion": lambda p: f"舆情（{p['source']}）：{p['text']}",
    "merged": lambda p: f"并入 {p['number']} {p['title']}",
    "link": lambda p: f"关联：{p.get('title') or p.get('number') or ''}",
    "inject": lambda p: p.get("text") or "导调",
    "cause": lambda p: f"原因或教训：{p['text']}",
    "evaluation": lambda p: f"评估结论：{p['text']}",
}  # fmt: skip


def _stage(p: Mapping[str, Any]) -> str:
    return {"flash": "快报", "first": "初报", "follow": "续报", "final": "终报"}[p["stage"]]


def _report_state(p: Mapping[str, Any]) -> str:
    return f"报送{p['to']}" if p["state"] == "sent" else "已签发"


@dataclass(frozen=True)
class Groups:
    """Tasks as the board lists them."""

    late: list[TaskView]
    running: list[TaskView]
    coming: list[TaskView]
    done: list[TaskView]


def groups(board: Board, at: datetime) -> Groups:
    late: list[TaskView] = []
    running: list[TaskView] = []
    coming: list[TaskView] = []
    done: list[TaskView] = []
    for one in board.tasks.values():
        if one.state == "withdrawn":
            continue
        (done if not one.is_open else late if one.late(at) else coming if one.state == "planned" else running).append(
            one
        )
    return Groups(
        sorted(late, key=lambda one: one.due_at), sorted(running, key=lambda one: one.due_at), sorted(coming, key=lambda one: one.start_at),
        sorted(done, key=lambda one: one.done_at or one.due_at, reverse=True),
    )  # fmt: skip


def marks(board: Board, at: datetime, runs: Sequence[ClockView]) -> list[Mark]:
    """What stands on the line of time: the states reached, reports, clocks that run, tasks that are late or next."""
    found = [Mark(at=when, words=STATES[state], state="done") for state, when in board.reached.items()]
    found += [
        Mark(at=one["sent_at"], words=f"{_stage(one)}已报", state="done") for one in board.reports if one.get("sent_at")
    ]
    found += [
        Mark(
            at=one.due_at,
            words=one.rule.title,
            state="late" if one.result == "late" else "near" if one.left(at).total_seconds() < 1800 else "coming",
        )
        for one in runs
        if one.stopped_at is None
    ]
    split = groups(board, at)
    found += [Mark(at=one.due_at, words=one.title, state="late") for one in split.late[:4]]
    return found + [Mark(at=one.due_at, words=one.title, state="coming") for one in split.running[:4]]


BEFORE, AFTER = timedelta(hours=2, minutes=30), timedelta(hours=3, minutes=30)


def around(board: Board, at: datetime) -> Window | None:
    """The line of a running incident: the hours around now, from when it happened if that was not long ago. None: the shortest that fits."""
    if board.occurred_at is None or not board.is_open:
        return None
    start = max(board.occurred_at - timedelta(minutes=10), at - BEFORE)
    hour = start.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)
    hours = [hour + timedelta(hours=number) for number in range(1, 8)]
    end = at + AFTER
    return Window(start, end, tuple((one, f"{one:%H:%M}") for one in hours if start < one < end), clock=True)


@dataclass(frozen=True)
class Offered:
    """A move with whether this person may make it now, and why not."""

    row: IncidentMove
    reason: Reason


def offers(incident: Incident, board: Board, actor: Actor, at: datetime) -> list[Offered]:
    """Every move of the table that is of this state: allowed, or with the sentence why not."""
    found = []
    for row in MOVES:
        if board.state not in row.sources:
            continue
        if lacking := board.lacking(row.needs):
            found.append(Offered(row, Reason(False, f"还差{'、'.join(NEEDS[one] for one in lacking)}。")))
            continue
        try:
            queries.require_post(incident, board, actor, row.permission, row.posts, row.title, at)
            found.append(Offered(row, Reason(True, "")))
        except Refused as refused:
            found.append(Offered(row, Reason(False, refused.message)))
    return sorted(found, key=lambda one: not (one.row.main and one.reason.allowed))


def next_report(runs: Sequence[ClockView]) -> ClockView | None:
    return next((one for one in runs if one.stopped_at is None and one.rule.stop != "investigated"), None)


def teams(board: Board) -> list[ResourceView]:
    return sorted(board.resources.values(), key=lambda one: (one.state == "released", one.since))


@dataclass(frozen=True)
class Notice:
    """One line of 通报: to whom what went, and whether they have it."""

    to: str
    what: str
    at: datetime | None
    done: bool


def notices(board: Board) -> list[Notice]:
    """Reports and press releases, the newest first."""
    found = [
        Notice(
            one.get("to", "待报送"),
            f"{_stage(one)}（{one['number']}）",
            one.get("received_at") or one.get("sent_at"),
            one["state"] == "received",
        )
        for one in board.reports
    ]
    found += [Notice("公众", one["title"], one["at"], one["state"] == "published") for one in board.press]
    return found[::-1]


def context(incident: Incident, actor: Actor, real: datetime) -> dict[str, Any]:
    """Everything a board shows, as of the incident's own now."""
    at, board = incident.now(real), log.board(incident)
    return {**at_board(incident, board, at), "offers": offers(incident, board, actor, at), "mine": queries.posts_of(board, actor, at),
            "proposals": queries.proposed(board, at) if board.is_open else [], "rooms": rooms(incident, actor)}  # fmt: skip


def rooms(incident: Incident, actor: Actor) -> list[tuple[str, str]]:
    """(title, address) of the pages of other rooms about this incident that the person may open."""
    found = []
    for one in declared.rooms():
        if policy.may(actor, one.permission):
            address = (
                f"{reverse(one.page)}?incident={incident.number}"
                if one.asked
                else reverse(one.page, args=[incident.number])
            )
            found.append((one.title, address))
    return found


def at_board(incident: Incident, board: Board, at: datetime) -> dict[str, Any]:
    """What is shown of any board, live or replayed."""
    runs = clocks(board, at)
    split = groups(board, at)
    return {
        "incident": incident, "board": board, "at": at, "cells": cells(board), "groups": split, "clocks": runs, "next_report": next_report(runs),
        "resources": teams(board), "notices": notices(board), "line": deadline_line(marks(board, at, runs), at, around(board, at)), "grade": GRADES.get(board.grade or 0, ""),
        "level": LEVELS.get(board.level or 0, ""), "colour": COLOUR_SLUGS.get(board.colour or 0, ""), "state": STATES[board.state],
        "standing": telling.standing(board), "done": len(split.done), "all": sum(1 for one in board.tasks.values() if one.state != "withdrawn"),
        "people": sum(one.people or 0 for one in board.resources.values() if one.state != "released"), "post_lines": _posts(board),
        "states": TASK_STATES, "resource_states": RESOURCE_STATES,
    }  # fmt: skip


def _posts(board: Board) -> list[tuple[str, str, str, str]]:
    """(slug, post, who, to whom it is offered)."""
    return [
        (slug, word, board.posts.get(slug, (0, ""))[1], board.handovers[slug][2] if slug in board.handovers else "") for slug, word in POSTS.items()
    ]  # fmt: skip
