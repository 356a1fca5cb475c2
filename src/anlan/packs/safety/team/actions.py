"""Sending teams and what they say: every step writes the row and the incident's log in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import change
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.files.models import Stored
from anlan.kernel.journal.record import record
from anlan.kernel.response import log
from anlan.kernel.response.actions import saying
from anlan.kernel.response.fold import Board
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import Incident
from anlan.kernel.response.types import RESOURCE_STATES
from anlan.packs.safety.team.models import STATES, Dispatch, Team
from anlan.packs.safety.team.queries import ACT, DISPATCH, WRITE
from anlan.packs.safety.team.rules import COUNTED, ENDED, NEXT, TASKS, unready

KIND = "team"


def _text(text: str, field: str, title: str, most: int = 200, *, wanted: bool = True) -> str:
    text = text.strip()
    if wanted and not text:
        raise Refused(field, f"没有写{title}。", field)
    if len(text) > most:
        raise Refused(field, f"{title}超过 {most} 个字。", field)
    return text


def needs_consent(actor: Actor, team: Team) -> bool:
    """A team of another agency, or of volunteers, is asked, not ordered."""
    return team.kind == "social" or not team.organisation.path.startswith(actor.path or "\0")


def dispatch(
    *, actor: Actor, incident: Incident, team: Team, task: str, order: str, at: datetime, reason: str = "", is_demo: bool = False
) -> Dispatch:  # fmt: skip
    """Call a team to an incident, or ask for it when it is not one's own. A team that is not ready is called only with a reason."""
    policy.require(actor, DISPATCH, incident)
    text = _text(order, "order", "要它做什么")
    if task not in TASKS:
        raise Refused("task", "没有选任务种类。", "task")
    if team.retired_on is not None:
        raise Refused("team", "这支队伍已经停用。", "team")
    if not incident.is_open:
        raise Refused("illegal", "事件已经结束，不能再调队伍。")
    now = incident.now(at)
    if why := unready(team.ready, team.ready_on, team.insured_until, civil_date(at)):
        text_why = _text(reason, "reason", f"理由（{team}：{why}）")
        text = f"{text}（{why}，仍调：{text_why}）"[:200]
    asked = needs_consent(actor, team)
    with transaction.atomic():
        row = _called(Dispatch(
            team=team, incident=incident, task=task, order=text, state="asked" if asked else "called", is_real=not incident.is_drill, since=now,
            called_at=now, called_by=actor.name, is_demo=is_demo,
        ))  # fmt: skip
        if asked:
            saying.note(actor=actor, incident=incident, text=f"请{team.organisation}同意调{team}：{text}", at=at)
        else:
            _tell(row, actor, "called", at)
    return row


def _called(row: Dispatch) -> Dispatch:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        there = Dispatch.objects.filter(team=row.team, ended_at=None).select_related("incident").first()
        where = f"现在在“{there.incident}”" if there else "刚被别人调走"
        raise Refused(
            "taken", f"{row.team}{where}，一支队伍同时只在一个事件里。那边归队后再调，或换一支。", "team"
        ) from None
    return row


def _tell(row: Dispatch, actor: Actor, state: str, at: datetime, **more: Any) -> None:
    """Say in the incident's log where the team stands."""
    saying.resource(
        actor=actor, incident=row.incident, kind=KIND, key=row.team.code, title=row.team.name, organisation=row.team.organisation_id,
        state=state, at=at, **more,
    )  # fmt: skip


def _set(row: Dispatch, **changes: Any) -> None:
    """One UPDATE that must hit the row as it was read."""
    change(row, () if row.ended_at else (row.state,), f"{row.team}的状态刚被别人改过，刷新后再办。", **changes)


def consent(*, actor: Actor, row: Dispatch, agreed: bool, at: datetime, reason: str = "") -> Dispatch:
    """The answer of whose team it is. Only with it the team is called."""
    policy.require(actor, WRITE, row.team)
    return _answer(row, actor, agreed, at, reason)


def _answer(row: Dispatch, actor: Actor, agreed: bool, at: datetime, reason: str) -> Dispatch:
    if row.state != "asked":
        raise Refused("illegal", f"{row.team}不在等同意：现在是“{STATES[row.state]}”。")
    text = _text(reason, "reason", "为什么来不了", wanted=not agreed)
    now, who = row.incident.now(at), f"{actor.on_behalf_of} {actor.name}".strip()[:160]
    with transaction.atomic():
        if agreed:
            _set(row, state="called", since=now, consent_by=who, accepted_at=now)
            _tell(row, _voice(actor), "called", at)
        else:
            _set(row, state="declined", since=now, ended_at=now, reason=text)
            saying.note(actor=_voice(actor), incident=row.incident, text=f"{row.team}来不了：{text}", at=at)
    return row


def _voice(actor: Actor) -> Actor:
    """The owner of a team that is not of the incident yet may answer it; the word is still their own."""
    return actor if "system" in actor.roles else Actor(
        person_id=actor.person_id, post_id=actor.post_id, name=actor.name, on_behalf_of=actor.on_behalf_of, organisation_id=actor.organisation_id,
        path=actor.path, roles=actor.roles | {"system"},
    )  # fmt: skip


def step(
    *,
    actor: Actor,
    row: Dispatch,
    target: str,
    at: datetime,
    people: Any = None,
    reason: str = "",
) -> Dispatch:
    """Under way, on scene, working, resting, released, or cannot come. `people`: how many came."""
    policy.require(actor, ACT, row)
    if target == "released" and "system" not in actor.roles:
        policy.require(actor, DISPATCH, row.incident)
    if target == "called" or target not in NEXT.get(row.state, ()):
        raise Refused("illegal", f"{row.team}现在是“{STATES[row.state]}”，不能改成“{STATES.get(target, target)}”。")
    now, count = row.incident.now(at), _count(people)
    changes: dict[str, Any] = {"state": target, "since": now}
    if target == "working":
        changes["working_since"] = now
    elif target in ("resting", *ENDED):
        changes["working_since"] = None
    if target in COUNTED and row.state not in COUNTED:
        changes |= {"count_due_at": now + timedelta(minutes=TASKS[row.task].headcount)}
    if count is not None:
        changes |= {"people": count}
    if target in ENDED:
        changes |= {
            "ended_at": now,
            "count_due_at": None,
            "reason": _text(reason, "reason", "为什么来不了", wanted=target == "declined"),
        }
    asked = row.state == "asked"
    with transaction.atomic():
        _set(row, **changes)
        if target == "declined" or asked:
            saying.note(
                actor=actor,
                incident=row.incident,
                text=f"{row.team}{'来不了' if target == 'declined' else '不再请'}：{changes['reason'] or '撤回'}",
                at=at,
            )
        if not asked:
            _tell(row, actor, target if target in RESOURCE_STATES else "released", at, people=count)
    return row


def _count(people: Any) -> int | None:
    if people in (None, ""):
        return None
    text = str(people).strip()
    if not text.isdecimal() or not 0 <= int(text[:6]) <= 9999 or len(text) > 4:
        raise Refused("people", "人数写 0 到 9999 的整数。", "people")
    return int(text)


def headcount(*, actor: Actor, row: Dispatch, people: Any, at: datetime) -> Dispatch:
    """Heads were counted now. Sets the next count; a lapse that was told is over."""
    policy.require(actor, ACT, row)
    count = _count(people)
    if count is None:
        raise Refused("people", "没有写点到几人。", "people")
    if row.ended_at is not None or row.state not in COUNTED:
        raise Refused("illegal", f"{row.team}现在是“{STATES[row.state]}”，到场以后才点名。")
    now = row.incident.now(at)
    with transaction.atomic():
        before = row.people
        _set(row, people=count, counted_at=now, count_due_at=now + timedelta(minutes=TASKS[row.task].headcount))
        saying.headcount(actor=actor, incident=row.incident, key=row.team.code, people=count, at=at)
        if before is not None and count < before:
            saying.note(
                actor=actor,
                incident=row.incident,
                text=f"{row.team}点名少 {before - count} 人（{before} → {count}），立即查找。",
                at=at,
            )
    return row


def accept(*, actor: Actor, row: Dispatch, at: datetime) -> Dispatch:
    """The team has heard it. For a team that was asked, this is its consent."""
    policy.require(actor, ACT, row)
    if row.state == "asked":
        return _answer(row, actor, True, at, "")
    if row.state != "called" or row.accepted_at:
        raise Refused("illegal", f"{row.team}已经答复过，现在是“{STATES[row.state]}”。")
    with transaction.atomic():
        _set(row, accepted_at=row.incident.now(at))
        saying.note(actor=actor, incident=row.incident, text=f"{row.team}收到，准备出发。", at=at)
    return row


def note(
    *, actor: Actor, row: Dispatch, text: str, at: datetime, files: Sequence[Stored] = (), key: UUID | None = None
) -> None:
    """What the team sees, with pictures."""
    policy.require(actor, ACT, row)
    words = _text(text, "text", "看到什么", 1000, wanted=not files) or "照片"
    saying.note(actor=actor, incident=row.incident, text=f"{row.team}：{words}", at=at, files=files, key=key)


def see_phone(*, actor: Actor, row: Dispatch, at: datetime) -> str:
    """The number of a team's leader, in full; who looked is in the journal."""
    policy.require(actor, DISPATCH, row.incident)
    with transaction.atomic():
        record(actor=actor, verb="team.phone_seen", subject_kind="team", subject_id=row.team_id, at=at, org_path=row.team.organisation.path,
               new={"incident": row.incident.number})  # fmt: skip
    return row.team.phone


# ---- the clock
def lapse(at: datetime) -> int:
    """The job: tell every count that was missed, once; only a new count can lapse again. Returns how many were told."""
    due = Q(is_real=True, count_due_at__lte=at) | Q(is_real=False, count_due_at__isnull=False)
    told = 0
    for row in Dispatch.objects.filter(due, ended_at=None).select_related("team", "incident"):
        now = row.incident.now(at)
        if row.count_due_at is not None and row.count_due_at <= now and row.incident.is_open:
            told += _lapse(row, at)
    return told


def _lapse(row: Dispatch, at: datetime) -> int:
    minutes = TASKS[row.task].headcount

    def decide(board: Board) -> list[Draft]:
        if row.team.code not in board.resources:
            return []
        text = f"{row.team}超过 {minutes} 分钟没有点名。"
        return [
            Draft(kind="headcount", payload={"key": row.team.code, "lapse": True}),
            Draft(kind="note", payload={"text": text}),
        ]

    with transaction.atomic():
        if not Dispatch.objects.filter(pk=row.pk, count_due_at=row.count_due_at, ended_at=None).update(
            count_due_at=None, lapses=F("lapses") + 1
        ):
            return 0
        log.write(actor=SYSTEM, incident=row.incident, at=at, decide=decide, verb="headcount")
    return 1
