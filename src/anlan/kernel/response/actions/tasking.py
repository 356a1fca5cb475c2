"""Plans in action and the tasks they give: activate, change the level, send what is due, accept, finish, and who gets it when nobody accepts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.files.models import Stored
from anlan.kernel.response import log, queries
from anlan.kernel.response.activation import Activation, Change, TaskSpec, holder
from anlan.kernel.response.fold import Board, TaskView
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Incident, LogEntry, PlanVersion
from anlan.kernel.response.types import ACT, COMMAND, LEVELS, POSTS, TASK_STATES

DECIDERS = ("commander", "deputy")
# Whom a task goes to that nobody accepts, one after another.
CLIMB = ("deputy", "duty", "commander")


def activate(
    *, actor: Actor, incident: Incident, version: PlanVersion, scenario: str, level: int, at: datetime, hash: str = "", reason: str = "",  # noqa: A002
    seen: int | None = None, key: UUID | None = None,
) -> list[LogEntry]:  # fmt: skip
    """Bind the incident to this version and give its tasks; with a plan in force already, change the level of the response.

    `hash`: of the preview that was signed; refused `changed` when the roster or the registry would now give other tasks.
    """
    now = incident.now(at)

    def decide(board: Board) -> list[Draft]:
        _may_activate(board, version, level)
        post = queries.require_post(incident, board, actor, COMMAND, DECIDERS, "启动预案", now)
        new, difference = queries.preview(board, version, scenario, level, now)
        if hash and hash != new.hash:
            raise Refused("changed", "值班或资源刚有变化，分派和预览的不同了。再看一遍预览再签。")
        if board.plan and (difference.withdrawn or level != board.level) and not reason.strip():
            raise Refused("reason", "调整级别要写理由：哪些任务撤销、为什么。", "reason")
        return _activated(board, version, scenario, level, new, difference, post, reason.strip(), key or uuid4())

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="plan", seen=seen, key=key)


_NOT_YET = "研判之后、响应终止之前才能启动预案。"


def hindrance(incident: Incident, board: Board, actor: Actor, now: datetime) -> str:
    """Why this person could not sign an activation now, said before they have read the preview; "" when they could."""
    if board.state not in ("assessed", "responding"):
        return _NOT_YET
    try:
        queries.require_post(incident, board, actor, COMMAND, DECIDERS, "启动预案", now)
    except Refused as refused:
        return refused.message
    return ""


def _may_activate(board: Board, version: PlanVersion, level: int) -> None:
    if board.state not in ("assessed", "responding"):
        raise Refused("illegal", _NOT_YET)
    if version.state != "published" and board.plan.get("version") != version.pk:
        raise Refused("plan", "这一版预案没有发布，不能启动。", "version")
    if board.plan and board.plan["plan"] != version.plan_id and board.open_tasks():
        raise Refused("plan", "这个事件已按另一部预案响应，一个事件只有一套指挥。先撤销或办完原来的任务。", "version")
    if level not in LEVELS:
        raise Refused("level", "没有选响应级别。", "level")


def _activated(
    board: Board,
    version: PlanVersion,
    scenario: str,
    level: int,
    new: Activation,
    difference: Change,
    post: str,
    reason: str,
    key: UUID,
) -> list[Draft]:
    drafts = []
    if board.state == "assessed":
        drafts.append(
            Draft(
                kind="moved",
                payload={"move": "respond", "source": "assessed", "target": "responding", "reason": reason},
                post=post,
            )
        )
    if board.level != level:
        drafts.append(Draft(kind="level", payload={"level": level, "former": board.level, "reason": reason}, post=post))
    payload = {
        "version": version.pk, "plan": version.plan_id, "title": version.plan.title, "edition": version.edition, "scenario": scenario,
        "hash": version.hash, "activation": new.hash, "level": level, "tasks": [_plain(one) for one in difference.added], "kept": difference.kept,
        "withdrawn": difference.withdrawn, "gaps": new.gaps, "reason": reason,
    }  # fmt: skip
    drafts.append(Draft(kind="plan", payload=payload, post=post, id=key))
    added = {one.key for one in difference.added}
    drafts += [
        _sent(one)
        for one in difference.added
        if one.start == 0 and not (set(one.after) & (added | _open(board, difference)))
    ]
    return drafts


def _open(board: Board, difference: Change) -> set[str]:
    return {one.key for one in board.open_tasks()} - set(difference.withdrawn)


def _plain(task: TaskSpec) -> dict[str, Any]:
    return asdict(task)


def _sent(task: TaskSpec | TaskView, **hand: Any) -> Draft:
    return Draft(kind="task_move", payload={"task": task.key, "title": task.title, "state": "sent", **hand})


def _hand(task: TaskView, board: Board, at: datetime, post: str) -> dict[str, Any]:
    """Who has it now, by the roster of this instant."""
    facts = queries.facts_of(board, board.level or 4)
    found, _gap = holder(post, task.deputy, facts, queries.roster(board, at), task.organisation)
    return {
        "organisation": found.organisation, "organisation_name": found.organisation_name or task.organisation_name, "person": found.person,
        "name": found.name, "by": found.post,
    }  # fmt: skip


def _due(board: Board, at: datetime) -> list[TaskView]:
    """Tasks whose time has come and whose forerunners are done."""
    return [
        one for one in board.tasks.values() if one.state == "planned" and one.start_at <= at and board.released(one)
    ]


def _sending(board: Board, at: datetime) -> list[Draft]:
    # A street's own task stays with the street; the others go to who is on duty at this instant.
    return [_sent(one, **({} if one.own else _hand(one, board, at, one.post))) for one in _due(board, at)]


def send_due(at: datetime) -> int:
    """The job: send every task whose time has come; returns how many."""
    waiting = Incident.objects.filter(is_open=True, tasks__state="planned").distinct()
    return sum(_each(one, at, _sending, "task_move") for one in waiting)


def climb(at: datetime) -> int:
    """The job: what nobody accepted in time goes to the next; returns how many went."""
    waiting = Incident.objects.filter(is_open=True, tasks__raise_at__isnull=False).distinct()
    return sum(_each(one, at, _climbing, "escalated") for one in waiting)


def _each(incident: Incident, at: datetime, decide: Callable[[Board, datetime], list[Draft]], verb: str) -> int:
    now = incident.now(at)
    if not decide(log.board(incident), now):
        return 0
    return len(log.write(actor=SYSTEM, incident=incident, at=at, decide=lambda board: decide(board, now), verb=verb))


def _climbing(board: Board, at: datetime) -> list[Draft]:
    drafts = []
    for task in board.tasks.values():
        until = task.accept_by()
        if task.state in ("sent", "declined") and until and until < at and task.raised < len(CLIMB):
            post = task.deputy or "duty" if CLIMB[task.raised] == "deputy" else CLIMB[task.raised]
            drafts.append(
                Draft(kind="escalated", payload={"task": task.key, "title": task.title, "raised": task.raised + 1, "why": f"{task.accept} 分钟内没有人接", **_hand(task, board, at, post)})
            )  # fmt: skip
    return drafts


# ---- those who do them
def find(board: Board, key: str) -> TaskView:
    found = board.tasks.get(key)
    if found is None:
        raise Refused("not_found", "没有这项任务。")
    return found


def may_act(board: Board, task: TaskView, actor: Actor, at: datetime) -> str:
    """ "" when this person may work on the task, else why not: its person, its organisation's people, the holder of its post, or command."""
    if "system" in actor.roles or actor.person_id == task.person:
        return ""
    held = queries.posts_of(board, actor, at)
    if held & {task.post, task.by, *DECIDERS, "duty"}:
        return ""
    if not policy.may(actor, ACT):
        return policy.why(actor, ACT).sentence
    organisation = Organisation.objects.get(pk=task.organisation)
    below = organisation.kind != "district" and actor.path.startswith(organisation.path)  # all are below the district
    if below or organisation.path.startswith(actor.path):
        return ""
    return f"这项任务是{task.organisation_name}{task.name}的。"


_NEXT = {
    "accepted": ("sent", "declined"),
    "working": ("accepted",),
    "done": ("accepted", "working", "sent"),
    "declined": ("sent", "accepted"),
}


def progress(
    *, actor: Actor, incident: Incident, task: str, state: str, at: datetime, note: str = "", ticked: Sequence[str] = (),
    files: Sequence[Stored] = (), key: UUID | None = None, occurred_at: datetime | None = None, skew: float = 0.0,
) -> list[LogEntry]:  # fmt: skip
    """Accept a task, begin it, finish it, or say that it cannot be done (with the reason, at once to the next). What comes from the field
    after the task was withdrawn or finished is kept as a note for the duty officer, not lost."""
    now = incident.now(at)
    if state not in _NEXT:
        raise Refused("state", "没有这一步。")
    if len(note) > 2000:
        raise Refused("note", "说明超过 2000 个字。", "note")
    if state == "declined" and not note.strip():
        raise Refused("note", "办不了要写明为什么，好转给别人。", "note")
    number = key or uuid4()

    def decide(board: Board) -> list[Draft]:
        view = find(board, task)
        if sentence := may_act(board, view, actor, now):
            raise Refused("forbidden", sentence)
        told = {"note": note.strip(), "ticked": list(ticked)}
        common = Draft(
            kind="task_move", payload={"task": task, "title": view.title, "state": state, **told}, id=number, at=occurred_at, recorded_at=occurred_at, skew=skew,
            files=tuple(files), post=view.by,
        )  # fmt: skip
        if view.state not in _NEXT[state]:
            if key is None:
                raise Refused("illegal", f"任务现在是“{TASK_STATES[view.state]}”，不能再“{TASK_STATES[state]}”。")
            text = (
                f"{view.title}：现场报“{TASK_STATES[state]}”，任务当时已是“{TASK_STATES[view.state]}”。{note.strip()}"
            )
            return [replace(common, kind="note", payload={"text": text, "task": task, "late": True})]
        _prove(view, state, ticked, files)
        drafts = [common]
        if state == "declined":
            post = view.deputy or "duty"
            drafts.append(
                Draft(
                    kind="escalated",
                    payload={
                        "task": task,
                        "title": view.title,
                        "raised": min(view.raised + 1, 3),
                        "why": note.strip(),
                        **_hand(view, board, now, post),
                    },
                )
            )
        if state == "done":
            drafts += _followers(board, view, now)
        return drafts

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="task_move", key=key)


def _prove(view: TaskView, state: str, ticked: Sequence[str], files: Sequence[Stored]) -> None:
    if state != "done":
        return
    left = [one for one in view.checklist if one not in ticked and one not in view.ticked]
    if left:
        raise Refused("ticked", f"还有 {len(left)} 项没有办：{'、'.join(left)[:120]}。办完勾上再报完成。", "ticked")
    if view.evidence and not files:
        raise Refused("file", f"完成这项要附：{'、'.join(view.evidence)}。", "file")


def _followers(board: Board, finished: TaskView, at: datetime) -> list[Draft]:
    """What waited for this task alone and whose time has come is sent in the same breath."""
    free = [
        one for one in board.tasks.values()
        if one.state == "planned" and finished.key in one.after and one.start_at <= at
        and all(key == finished.key or key not in board.tasks or not board.tasks[key].is_open for key in one.after)
    ]  # fmt: skip
    return [_sent(one, **({} if one.own else _hand(one, board, at, one.post))) for one in free]


def order(
    *, actor: Actor, incident: Incident, title: str, post: str, at: datetime, minutes: int = 30, organisation: Organisation | None = None,
    place: str = "", message: str = "", key: UUID | None = None,
) -> list[LogEntry]:  # fmt: skip
    """A task that no card foresaw. `organisation`: whom it goes to; else who is on duty in the post."""
    now, title = incident.now(at), title.strip()
    if not 0 < len(title) <= 120:
        raise Refused("title", "没有写要办什么（不超过 120 个字）。", "title")
    if post not in POSTS:
        raise Refused("post", "没有选岗位。", "post")
    if not 1 <= minutes <= 60 * 24 * 30:
        raise Refused("minutes", "时限要在 1 分钟到 30 天之间。", "minutes")
    number = key or uuid4()

    def decide(board: Board) -> list[Draft]:
        if board.state in ("reported", "false_alarm", "duplicate", "transferred", "archived"):
            raise Refused("illegal", "核实之后、归档之前才能下达任务。")
        by = queries.require_post(
            incident, board, actor, COMMAND, ("commander", "deputy", "scene", "duty", "coordination"), "下达任务", now
        )
        found, _gap = holder(post, "", queries.facts_of(board, board.level or 4), queries.roster(board, now))
        task = {
            "key": f"x-{number}", "card": "", "phase": "临时", "title": title, "post": post, "deputy": "", "start": 0, "due": minutes, "accept": 10,
            "after": [], "spot": "", "place": place.strip() or board.place, "uses": [], "checklist": [], "message": message.strip(), "evidence": [],
            "on_late": "duty", "own": organisation is not None, "by": post if organisation else found.post, "organisation": organisation.pk if organisation else found.organisation,
            "organisation_name": str(organisation) if organisation else found.organisation_name,
            "person": None if organisation else found.person, "name": "" if organisation else found.name,
        }  # fmt: skip
        return [
            Draft(kind="task", payload={"task": task}, post=by, id=number),
            Draft(kind="task_move", payload={"task": task["key"], "title": title, "state": "sent"}, post=by),
        ]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="task", key=key)


def withdraw(*, actor: Actor, incident: Incident, tasks: Sequence[str], reason: str, at: datetime) -> list[LogEntry]:
    """Take tasks back, with the reason; what is done stays."""
    now, reason = incident.now(at), reason.strip()
    if not reason:
        raise Refused("reason", "撤销任务要写理由。", "reason")

    def decide(board: Board) -> list[Draft]:
        post = queries.require_post(
            incident, board, actor, COMMAND, ("commander", "deputy", "scene", "duty"), "撤销任务", now
        )
        keys = [one for one in tasks if find(board, one).is_open]
        if not keys:
            raise Refused("illegal", "这些任务已经办完或撤销。")
        return [Draft(kind="withdrawn", payload={"tasks": keys, "reason": reason}, post=post)]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="withdrawn")
