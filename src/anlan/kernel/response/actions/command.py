"""Decisions: moves of the table, grade, warning colour, response level, posts. Each is one entry by the right post; a refusal of what a rule
proposes needs a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access.models import Person, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.response import log, queries
from anlan.kernel.response.fold import Board
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Incident, LogEntry
from anlan.kernel.response.types import (
    COLOURS,
    COMMAND,
    DECIDING,
    GRADES,
    LEVELS,
    MOVES,
    POSTS,
    STATES,
    IncidentMove,
)


def find(slug: str) -> IncidentMove:
    found = next((one for one in MOVES if one.slug == slug), None)
    if found is None:
        raise Refused("not_found", "没有这一步。")
    return found


def obstacle(board: Board, row: IncidentMove) -> str:
    """Why this move cannot be made now, whoever makes it; "" when it can."""
    if board.state not in row.sources:
        return f"现在不能“{row.title}”：状态是“{STATES[board.state]}”。"
    if lacking := board.lacking(row.needs):
        return f"还不能“{row.title}”：{queries.lacks(board, lacking)}。"
    return ""


def _reason(row_title: str, reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused("reason", f"没有写“{row_title}”的理由。写一句再办。", "reason")
    if len(reason) > 1000:
        raise Refused("reason", "理由超过 1000 个字。", "reason")
    return reason


def move(
    *, actor: Actor, incident: Incident, move: str, at: datetime, reason: str = "", seen: int | None = None,
    values: Mapping[str, Any] | None = None, key: UUID | None = None,
) -> list[LogEntry]:  # fmt: skip
    """Make a move of the table. `values`: what the move asks (`into`: number of an incident, `to`: whom it is handed to, `level`)."""
    row, given, now = find(move), dict(values or {}), incident.now(at)
    text = _reason(row.title, reason) if row.says else reason.strip()

    def decide(board: Board) -> list[Draft]:
        if sentence := obstacle(board, row):
            raise Refused("illegal", sentence)
        post = queries.require_post(incident, board, actor, row.permission, row.posts, row.title, now)
        asked = _asked(row, given, incident)
        payload = {"move": row.slug, "source": board.state, "target": row.target, "reason": text, **asked}
        drafts = [Draft(kind="moved", payload=payload, post=post, id=key or uuid4())]
        if "level" in asked:
            drafts.append(
                Draft(kind="level", payload={"level": asked["level"], "former": board.level, "reason": text}, post=post)
            )
        return drafts

    with transaction.atomic():
        if (
            row.slug == "duplicate"
        ):  # both logs are written together: locked in one order, so that two such moves never wait in a ring
            both = Incident.objects.filter(number__in=(incident.number, str(given.get("into", "")).strip()))
            list(both.order_by("pk").select_for_update(of=("self",)))
        written = log.write(actor=actor, incident=incident, at=at, decide=decide, verb="moved", seen=seen, key=key)
        if row.slug == "duplicate":
            _told_the_other(actor, incident, given["into"], at)
    return written


def _asked(row: IncidentMove, given: Mapping[str, Any], incident: Incident) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "level" in row.asks:
        found["level"] = _scale(given.get("level"), LEVELS, "level", "响应级别")
    if "to" in row.asks:
        found["to"] = str(given.get("to", "")).strip()
        if not 0 < len(found["to"]) <= 120:
            raise Refused("to", "没有写移交给谁。", "to")
    if "into" in row.asks:
        other = Incident.objects.filter(number=str(given.get("into", "")).strip()).first()
        if other is None or other.pk == incident.pk:
            raise Refused("into", "没有这个编号的另一个事件。", "into")
        if not other.is_open or other.mode != incident.mode:
            raise Refused("into", "要并入的事件已经结束，或一个是演练、一个是实战。", "into")
        found["into"] = other.number
    return found


def _told_the_other(actor: Actor, incident: Incident, into: str, at: datetime) -> None:
    other = Incident.objects.get(number=str(into).strip())
    Incident.objects.filter(pk=incident.pk).update(merged_into=other)
    draft = Draft(
        kind="merged", payload={"kind": "incident", "number": incident.number, "title": incident.title}, id=incident.key
    )
    log.write(actor=actor, incident=other, at=at, decide=lambda _board: [draft], key=incident.key)


def _scale(given: Any, words: Mapping[int, str], field: str, title: str) -> int:
    try:
        value = int(given)
    except (TypeError, ValueError):
        value = 0
    if value not in words:
        raise Refused(field, f"没有选{title}。", field)
    return value


def decide_grade(
    *, actor: Actor, incident: Incident, grade: Any, at: datetime, reason: str = "", proposal: str = "", seen: int | None = None
) -> list[LogEntry]:  # fmt: skip
    """Set the event grade. With another grade than the rule proposes now, a reason is asked for."""
    value, now = _scale(grade, GRADES, "grade", "事件分级"), incident.now(at)

    def decide(board: Board) -> list[Draft]:
        post = queries.require_post(incident, board, actor, COMMAND, DECIDING, "定级", now)
        proposed = [one for one in queries.proposed(board, now) if one.what == "grade"]
        text = reason.strip() if all(one.value == value for one in proposed) else _reason("不按建议定级", reason)
        if board.grade == value:
            raise Refused("same", f"已经是{GRADES[value]}。", "grade")
        refused = [
            Draft(kind="refused", payload={"proposal": one.key, "reason": text}, post=post)
            for one in proposed
            if one.value != value
        ]
        return [
            Draft(
                kind="grade",
                payload={"grade": value, "former": board.grade, "reason": text, "proposal": proposal},
                post=post,
            ),
            *refused,
        ]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="grade", seen=seen)


def decide_colour(
    *, actor: Actor, incident: Incident, colour: Any, at: datetime, reason: str = "", seen: int | None = None
) -> list[LogEntry]:
    """Set the warning colour that the incident stands under."""
    value, now = _scale(colour, COLOURS, "colour", "预警颜色"), incident.now(at)

    def decide(board: Board) -> list[Draft]:
        post = queries.require_post(incident, board, actor, COMMAND, (*DECIDING, "monitoring"), "定预警颜色", now)
        return [
            Draft(kind="colour", payload={"colour": value, "former": board.colour, "reason": reason.strip()}, post=post)
        ]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="colour", seen=seen)


def refuse(
    *, actor: Actor, incident: Incident, proposal: str, reason: str, at: datetime, seen: int | None = None
) -> list[LogEntry]:
    """Do not follow what a rule proposes; it is proposed again only when its ground changes."""
    text, now = _reason("不采纳", reason), incident.now(at)

    def decide(board: Board) -> list[Draft]:
        found = next((one for one in queries.proposed(board, now) if one.key == proposal), None)
        if found is None:
            raise Refused("gone", "这条建议已经不在了，刷新后再看。")
        post = queries.require_post(incident, board, actor, COMMAND, DECIDING, "不采纳建议", now)
        return [
            Draft(
                kind="refused",
                payload={"proposal": proposal, "words": found.words, "why": found.why, "reason": text},
                post=post,
            )
        ]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="refused", seen=seen)


# ---- posts
def take_post(*, actor: Actor, incident: Incident, post: str, at: datetime, key: UUID | None = None) -> list[LogEntry]:
    """Take a post that nobody holds here, or that one's own relief is due in by the roster."""
    if post not in POSTS:
        raise Refused("post", "没有这个岗位。", "post")
    if refused := queries.why_not_take(incident, actor, post):
        raise refused

    def decide(board: Board) -> list[Draft]:
        if not board.is_open:
            raise Refused("illegal", "事件已经结束，不能再上岗。")
        standing = board.posts.get(post)
        if standing and standing[0] != actor.person_id:
            raise Refused("taken", f"{POSTS[post]}现在是{standing[1]}。请他交岗，两边都签字。")
        if standing:
            return []
        return [
            Draft(
                kind="post",
                payload={"post": post, "person": actor.person_id, "name": actor.name},
                post=post,
                id=key or uuid4(),
            )
        ]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="post", key=key)


def offer_post(*, actor: Actor, incident: Incident, post: str, to: Person, at: datetime) -> list[LogEntry]:
    """Hand a post over: it passes when the other one signs."""

    def decide(board: Board) -> list[Draft]:
        standing = board.posts.get(post)
        if standing is None or standing[0] != actor.person_id:
            raise Refused("forbidden", "你不在这个岗上，不能交。")
        if to.pk == actor.person_id:
            raise Refused("to", "不能交给自己。", "to")
        if not Post.objects.filter(person=to, ends_on=None).exists():
            raise Refused("to", f"{to.name}现在没有任职，不能接岗。", "to")
        return [
            Draft(
                kind="handover",
                payload={"post": post, "from": actor.person_id, "to": to.pk, "name": to.name},
                post=post,
            )
        ]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="handover")


def sign_post(*, actor: Actor, incident: Incident, post: str, at: datetime) -> list[LogEntry]:
    """The other signature: the post is theirs from now on."""

    def decide(board: Board) -> list[Draft]:
        offered = board.handovers.get(post)
        if offered is None or offered[1] != actor.person_id:
            raise Refused("forbidden", "没有人把这个岗交给你。")
        former = board.posts.get(post, (None, ""))[1]
        return [
            Draft(
                kind="post",
                payload={"post": post, "person": actor.person_id, "name": actor.name, "former": former},
                post=post,
            )
        ]

    return log.write(actor=actor, incident=incident, at=at, decide=decide, verb="post")
