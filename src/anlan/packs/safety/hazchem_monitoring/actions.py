"""Units and their assessments; the duty post and its log. One function per intent, one transaction, one journal entry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, check, find
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.registry.models import Station
from anlan.packs.safety.hazchem_monitoring import duty_rules, identification, queries
from anlan.packs.safety.hazchem_monitoring.duty_moves import BY_HOLDER, DUTY_MOVES, END, TITLES
from anlan.packs.safety.hazchem_monitoring.kinds import POSTS, WRITE
from anlan.packs.safety.hazchem_monitoring.models import UNIT_KINDS, DutyEntry, DutyPost, HazardUnit, UnitAssessment
from anlan.science.hazard.gb18218 import SOURCE

ENTERED, ASSESSED, RETIRED = (f"hazchem_monitoring.unit.{word}" for word in ("entered", "assessed", "retired"))
FOUNDED, ENDED = "hazchem_monitoring.post.founded", "hazchem_monitoring.post.ended"
SIGNED: Mapping[str, str] = {slug: f"hazchem_monitoring.duty.{slug}" for slug in TITLES}
LONGEST = 400


def _words(value: str, field: str, what: str, most: int) -> str:
    text = value.strip()
    if not text:
        raise Refused(field, f"没有写{what}。", field)
    if len(text) > most:
        raise Refused(field, f"{what}超过 {most} 字。改短后再存。", field)
    return text


# ---- units
@transaction.atomic
def enter_unit(
    *, actor: Actor, organisation: Organisation, code: str, name: str, kind: str, station_code: str, maxima: dict[str, float],
    exposed: int, at: datetime, is_demo: bool = False,
) -> HazardUnit:  # fmt: skip
    """A unit with its first assessment: one without substances would say nothing."""
    policy.require(actor, WRITE, organisation)
    code, name = _words(code, "code", "编号", 40), _words(name, "name", "名称", 80)
    if kind not in UNIT_KINDS:
        raise Refused("kind", "选生产单元或储存单元。", "kind")
    if station_code and not Station.objects.filter(code=station_code, kind="tank_area", retired_on=None).exists():
        raise Refused("station_code", f"没有储罐区监测点“{station_code[:40]}”。先在台账登记，或空着。", "station_code")
    if HazardUnit.objects.filter(code=code).exists():
        raise Refused("code", f"编号“{code}”已有一个单元。", "code")
    found = identification.identify(maxima, exposed)
    unit: HazardUnit = HazardUnit.objects.create(
        organisation=organisation,
        code=code,
        name=name,
        kind=kind,
        station_code=station_code,
        created_at=at,
        updated_at=at,
        is_demo=is_demo,
    )
    _assessment(unit, 1, found, exposed, "首次辨识", actor, at)
    _note(actor, ENTERED, "hazard_unit", unit.pk, organisation.path, at, new={"code": code, **_facts(found, exposed)})
    return unit


@transaction.atomic
def assess_unit(
    *, actor: Actor, unit: HazardUnit, maxima: dict[str, float], exposed: int, reason: str, version: int, at: datetime
) -> UnitAssessment:
    """Identify again after a change of what the unit holds or of who lives around it; the one before stays."""
    policy.require(actor, WRITE, unit)
    if unit.retired_on is not None:
        raise Refused("illegal", "这个单元已停用，不能再辨识。")
    reason = _words(reason, "reason", "为什么重新辨识", 200)
    found, old = identification.identify(maxima, exposed), unit.newest
    if old is not None and (old.parts, old.exposed) == (found.stored(), exposed):
        raise Refused("same", "物质、数量、人数和上次一样，没有再记。", "mass")
    if HazardUnit.objects.filter(pk=unit.pk, version=version).update(version=version + 1, updated_at=at) != 1:
        raise Refused("stale", "别人刚重新辨识过，对照新结果再办。")
    row = _assessment(unit, old.number + 1 if old else 1, found, exposed, reason, actor, at)
    before = {"s": old.s, "r": old.r, "level": old.level} if old else None
    _note(
        actor,
        ASSESSED,
        "hazard_unit",
        unit.pk,
        unit.organisation.path,
        at,
        old=before,
        new={"reason": reason, **_facts(found, exposed)},
    )
    return row


@transaction.atomic
def retire_unit(*, actor: Actor, unit: HazardUnit, reason: str, at: datetime) -> None:
    policy.require(actor, WRITE, unit)
    reason = _words(reason, "retire_reason", "停用理由", 200)
    if HazardUnit.objects.filter(pk=unit.pk, retired_on=None).update(retired_on=civil_date(at), updated_at=at) != 1:
        raise Refused("stale", "这个单元已经停用。")
    _note(actor, RETIRED, "hazard_unit", unit.pk, unit.organisation.path, at, new={"reason": reason})


def _facts(found: identification.Identified, exposed: int) -> dict[str, Any]:
    return {
        "parts": found.stored(),
        "exposed": exposed,
        "s": found.s,
        "r": found.r,
        "level": found.level,
        "source": SOURCE,
    }


def _assessment(
    unit: HazardUnit,
    number: int,
    found: identification.Identified,
    exposed: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> UnitAssessment:
    row: UnitAssessment = UnitAssessment.objects.create(
        unit=unit, number=number, at=at, exposed=exposed, parts=found.stored(), s=found.s, r=found.r, alpha=found.alpha, level=found.level,
        source=SOURCE, reason=reason, person_name=actor.name,
    )  # fmt: skip
    return row


def _note(actor: Actor, verb: str, kind: str, number: int, path: str, at: datetime, **facts: Any) -> None:
    record(actor=actor, verb=verb, subject_kind=kind, subject_id=number, at=at, org_path=path, **facts)


# ---- the duty post
@transaction.atomic
def found_post(
    *, actor: Actor, organisation: Organisation, name: str, shifts: str, every: int, at: datetime, is_demo: bool = False
) -> DutyPost:
    """A post is watched from now on; its first round is due in the running shift."""
    policy.require(actor, POSTS, organisation)
    name = _words(name, "name", "岗位名称", 80)
    minutes = duty_rules.read_shifts(shifts)
    if not duty_rules.LEAST_EVERY <= every <= duty_rules.MOST_EVERY:
        raise Refused("every", f"巡检间隔在 {duty_rules.LEAST_EVERY} 到 {duty_rules.MOST_EVERY} 分钟之间。", "every")
    if DutyPost.objects.filter(organisation=organisation, name=name, ended_at=None).exists():
        raise Refused("name", f"{organisation}已有岗位“{name}”。", "name")
    written = "、".join(f"{one // 60:02d}:{one % 60:02d}" for one in minutes)
    post: DutyPost = DutyPost.objects.create(
        organisation=organisation, name=name, shifts=written, every=every, started_at=at, is_demo=is_demo
    )
    _note(
        actor,
        FOUNDED,
        "duty_post",
        post.pk,
        organisation.path,
        at,
        new={"name": name, "shifts": written, "every": every},
    )
    return post


@transaction.atomic
def end_post(*, actor: Actor, post: DutyPost, reason: str, at: datetime) -> None:
    """No more rounds are due; the log stays readable."""
    reason = _words(reason, "end_reason", "停用理由", 200)
    advance(post, END, actor=actor, ended_at=at, holder=None, holder_name="")
    _note(actor, ENDED, "duty_post", post.pk, post.organisation.path, at, new={"reason": reason})


@transaction.atomic
def sign(
    *, actor: Actor, post: DutyPost, kind: str, text: str, at: datetime, due: datetime | None = None, corrects: int = 0
) -> DutyEntry:
    """One line of the log. Who signs is who is signed in; when, is the server's clock."""
    move = find(DUTY_MOVES, kind)
    check(post, move, actor=actor)
    if kind in BY_HOLDER and post.holder_id != actor.person_id:
        raise Refused("forbidden", f"现在值守的是{post.holder_name}，由本人签。换人先接班或顶班。")
    text = text.strip()
    if kind not in ("takeover", "round", "back"):
        text = _words(text, "text", _WANTED[kind], LONGEST)
    if len(text) > LONGEST:
        raise Refused("text", f"超过 {LONGEST} 字。改短后再签。", "text")
    wrong = _corrected(post, actor, corrects) if kind == "correct" else None
    due = _due(post, kind, due, at)
    changes: dict[str, Any] = {}
    if kind in ("takeover", "relieve"):
        if kind == "relieve" and post.holder_id == actor.person_id:
            raise Refused("illegal", "你正在值守，不用顶班。")
        changes = {"holder_id": actor.person_id, "holder_name": actor.name}
    if kind == "handover":
        _nothing_open(post, at)
        changes = {"holder_id": None, "holder_name": ""}
    number = (post.entries.values_list("number", flat=True).first() or 0) + 1
    before = post.holder_name
    advance(post, move, actor=actor, **changes)
    try:
        row: DutyEntry = DutyEntry.objects.create(
            post=post, number=number, kind=kind, at=at, due=due, text=text, corrects=wrong, person_id=actor.person_id,
            person_name=actor.name, on_behalf_of=actor.on_behalf_of,
        )  # fmt: skip
    except IntegrityError:
        raise Refused("stale", "别人刚签过，刷新后再签。") from None
    facts = {
        "number": number,
        "text": text,
        "due": due,
        "corrects": wrong.number if wrong else None,
        "instead_of": before if kind == "relieve" else "",
    }
    _note(
        actor,
        SIGNED[kind],
        "duty_post",
        post.pk,
        post.organisation.path,
        at,
        new={name: value for name, value in facts.items() if value},
    )
    return row


_WANTED = {
    "relieve": "为什么顶班", "leave": "离岗事由和替班人", "handover": "交班内容（设备、报警、未办的事）", "note": "内容", "explain": "为什么漏巡",
    "correct": "更正内容",
}  # fmt: skip


def _corrected(post: DutyPost, actor: Actor, number: int) -> DutyEntry:
    """The line to correct: of this post, written by the same person."""
    found = post.entries.filter(number=number).first()
    if found is None:
        raise Refused("corrects", "没有要更正的那一条。写它的序号。", "corrects")
    if found.person_id != actor.person_id:
        raise Refused(
            "corrects", f"第 {number} 条是{found.person_name}签的，由本人更正；要补充就“记一条”。", "corrects"
        )
    return found


def _due(post: DutyPost, kind: str, due: datetime | None, at: datetime) -> datetime | None:
    """Which round is signed: the one that is open now. Which is explained: the missed one that was named."""
    if kind == "round":
        open_now = [one for one in queries.rounds_now(post, at) if one.state == "open"]
        if not open_now:
            coming = next((one for one in queries.rounds_now(post, at) if one.state == "coming"), None)
            later = f"，下一次 {duty_rules.opens(coming.due, post.every):%H:%M} 起签" if coming else ""
            raise Refused("round", f"现在没有要签的巡检{later}。过了时限的写“说明漏巡”。", "round")
        return open_now[0].due
    if kind != "explain":
        return None
    missed = {one.due: one for one in queries.rounds_of(post, at) if one.state == "missed"}
    if due is None or due not in missed:
        raise Refused("due", "选一次漏掉的巡检。", "due")
    if missed[due].said:
        raise Refused("due", "这一次已经说明过；要改就“更正”那一条。", "due")
    return due


def _nothing_open(post: DutyPost, at: datetime) -> None:
    """Who hands over leaves no round missed on his watch without a word."""
    begun = post.entries.filter(kind__in=("takeover", "relieve")).first()
    since = begun.at if begun else post.started_at
    if missed := [one for one in queries.rounds(post, since, at, at) if one.unexplained]:
        raise Refused("handover", f"值守期间漏巡 {len(missed)} 次没有说明。先说明，再交班。", "text")
