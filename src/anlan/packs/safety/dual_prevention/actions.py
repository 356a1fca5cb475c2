"""What people do with risks and near misses: one function per intent, one journal entry each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.casework.types import Cause
from anlan.packs.safety.dual_prevention import queries, rules, writing
from anlan.packs.safety.dual_prevention.models import Measure, NearMiss, Risk, RiskPoint, RiskVersion, Signal
from anlan.packs.safety.dual_prevention.types import RiskRow, cells, to_json
from anlan.packs.safety.dual_prevention.verbs import note as journal
from anlan.packs.safety.dual_prevention.writing import Pen, Written
from anlan.science.geo.earth import in_the_country


def _reason(text: str, field: str = "reason") -> str:
    said = text.strip()
    if not said or len(said) > 400:
        raise Refused(field, "写明理由，最多 400 个字。", field)
    return said


# ---- the register
@transaction.atomic
def write_rows(
    *, actor: Actor, organisation: Organisation, rows: Sequence[RiskRow], at: datetime, why: str, digest: str = "", is_demo: bool = False
) -> Written:  # fmt: skip
    """Enter or change many rows at once (an import): all of them or none; rows that are not named stay."""
    policy.require(actor, queries.EDIT, organisation)
    pen = Pen(actor, organisation, at, why, True, is_demo)
    told = writing.write(pen, rows)
    journal(
        actor,
        organisation,
        organisation,
        "register_written",
        at,
        new=told.new,
        changed=told.changed,
        same=told.same,
        why=why,
        digest=digest,
    )
    return told


@transaction.atomic
def write_risk(
    *, actor: Actor, organisation: Organisation, row: RiskRow, at: datetime, why: str = "", risk: Risk | None = None, version: int = 0
) -> Risk:  # fmt: skip
    """Enter a risk, or change `risk` as it was at `version`. Changing its grade answers its open signals and needs a reason."""
    policy.require(actor, queries.EDIT, organisation)
    here = (
        Risk.objects.filter(organisation=organisation, code=row.code)
        .select_related("unit__point")
        .prefetch_related("measures")
        .first()
    )
    if risk is None and here is not None and here.state == "active":
        raise Refused("code", f"已有编号为“{row.code}”的风险。换一个编号。", "code")
    if risk is not None and (here is None or here.pk != risk.pk):
        raise Refused("code", "编号不能改；要换编号就停用再加。", "code")
    if risk is not None and here is not None and here.version != version:
        raise Refused("stale", "你打开以后别人改过这条风险。刷新后再改。")
    before = here.row() if here else None
    regraded = before is not None and cells(before)["grade"] != cells(row)["grade"]
    if regraded and not why.strip():
        raise Refused("why", "改了评估，写明理由。", "why")
    told = writing.write(Pen(actor, organisation, at, why.strip(), True), [row])
    found = Risk.objects.select_related("organisation", "unit__point").get(organisation=organisation, code=row.code)
    if regraded:
        _answer(actor, found, at)
    if not told.same:
        journal(
            actor,
            found,
            organisation,
            "risk_written",
            at,
            old=to_json(before) if before else None,
            now=to_json(row),
            level=found.level,
        )
    return found


@transaction.atomic
def grade(
    *, actor: Actor, risk: Risk, method: str, factors: Mapping[str, str], direct: str, reason: str, at: datetime
) -> Risk:  # fmt: skip
    """重评: a person's decision with a reason, which may leave the grade as it is. Answers the risk's open signals."""
    policy.require(actor, queries.EDIT, risk)
    said = _reason(reason)
    if risk.state != "active":
        raise Refused("illegal", "这条风险已停用。")
    old = risk.row()
    given = {one: factors.get(one, "").strip() for one in ("l", "e", "c", "s")}
    row = replace(old, method=method, l=given["l"], e=given["e"], c=given["c"], s=given["s"], direct=direct.strip())
    writing.check(row, at)
    verdict = rules.verdict(row, civil_date(at))
    before = {"level": risk.level, "score": risk.score}
    writing.touch(
        risk, method=row.method, factors=row.factors, direct=row.direct, score=verdict.score, level=verdict.level, lead=rules.control(row, verdict.level),
        graded_at=at, looked_at=at,
    )  # fmt: skip
    made = writing.version(Pen(actor, risk.organisation, at, said, True), risk, row)
    answered = _answer(actor, risk, at, made)
    journal(
        actor,
        risk,
        risk.organisation,
        "risk_graded",
        at,
        old=before,
        level=risk.level,
        score=risk.score,
        reason=said,
        answered=answered,
    )
    return risk


def _answer(actor: Actor, risk: Risk, at: datetime, made: RiskVersion | None = None) -> int:
    made = made or risk.versions.first()
    return Signal.objects.filter(risk=risk, state="open").update(
        state="answered", answered_at=at, answered_by=actor.name, version=made
    )


@transaction.atomic
def retire(*, actor: Actor, risk: Risk, reason: str, at: datetime) -> Risk:
    """Its machine is gone, its work is over. It can be entered again under its code."""
    policy.require(actor, queries.EDIT, risk)
    said = _reason(reason)
    if risk.state != "active":
        raise Refused("illegal", "这条风险已停用。")
    row = risk.row()
    writing.touch(risk, state="retired")
    writing.version(Pen(actor, risk.organisation, at, said, True), risk, row)
    _answer(actor, risk, at)
    journal(actor, risk, risk.organisation, "risk_retired", at, reason=said)
    return risk


@transaction.atomic
def look_at(*, actor: Actor, organisation: Organisation, risks: Iterable[Risk], at: datetime) -> int:
    """核对: somebody of the firm held adopted rows against the firm's own conditions and leaves them as they are."""
    policy.require(actor, queries.EDIT, organisation)
    mine = [one.pk for one in risks if one.organisation_id == organisation.pk]
    done = Risk.objects.filter(pk__in=mine, looked_at=None).update(looked_at=at)
    if done:
        journal(actor, organisation, organisation, "risk_looked_at", at, risks=mine[:200], count=done)
    return done


@transaction.atomic
def place(
    *, actor: Actor, point: RiskPoint, longitude: float | None, latitude: float | None, at: datetime
) -> RiskPoint:
    """Where the point lies on the map (WGS-84 degrees); None for nowhere."""
    policy.require(actor, queries.EDIT, point)
    if (longitude is None) != (latitude is None):
        raise Refused("longitude", "经纬度要写全。", "longitude")
    if longitude is not None and latitude is not None and not in_the_country(longitude, latitude):
        raise Refused("longitude", "经纬度不在国内。", "longitude")
    old = {"longitude": point.longitude, "latitude": point.latitude}
    RiskPoint.objects.filter(pk=point.pk).update(longitude=longitude, latitude=latitude)
    point.longitude, point.latitude = longitude, latitude
    journal(actor, point, point.organisation, "point_placed", at, old=old, longitude=longitude, latitude=latitude)
    return point


# ---- near misses and signals
def report_near_miss(
    *, actor: Actor, organisation: Organisation, kind: str, title: str, happened_at: datetime, at: datetime, key: UUID, fact: str = "", place: str = "",
    risks: Sequence[Risk] = (), is_demo: bool = False,
) -> NearMiss:  # fmt: skip
    """报未遂事故 or an accident; the risks it touches are to be graded again. The same `key` again gives the row that stands."""
    policy.require(actor, queries.REPORT, organisation)
    if kind not in NearMiss.KINDS:
        raise Refused("kind", "没有这一类。", "kind")
    if not title.strip() or len(title.strip()) > 120:
        raise Refused("title", "写发生了什么，最多 120 个字。", "title")
    if len(fact) > 4000 or len(place) > 120:
        raise Refused("fact", "经过最多 4000 个字，地点最多 120 个字。", "fact")
    if happened_at > at:
        raise Refused("happened_at", "发生时间晚于现在。", "happened_at")
    try:
        with transaction.atomic():
            row = NearMiss.objects.create(
                key=key, organisation=organisation, kind=kind, title=title.strip(), fact=fact.strip(), place=place.strip(), happened_at=happened_at,
                reported_at=at, reported_by=actor.name, is_demo=is_demo,
            )  # fmt: skip
            journal(actor, row, organisation, "near_miss_reported", at, kind=kind, title=row.title)
            for risk in risks:
                _link(actor, row, risk, at)
    except IntegrityError:
        found = NearMiss.objects.filter(key=key).first()
        if found is None or found.organisation_id != organisation.pk:
            raise Refused("key", "这个编号已用过。重新填一次。") from None
        return found
    return row


@transaction.atomic
def link_near_miss(*, actor: Actor, near_miss: NearMiss, risk: Risk, at: datetime) -> Signal:
    """Say which risk it touched: that one is to be graded again."""
    policy.require(actor, queries.EDIT, near_miss)
    signal = _link(actor, near_miss, risk, at)
    journal(actor, near_miss, near_miss.organisation, "near_miss_linked", at, risk=risk.pk)
    return signal


def _link(actor: Actor, near_miss: NearMiss, risk: Risk, at: datetime) -> Signal:
    if risk.organisation_id != near_miss.organisation_id or risk.state != "active":
        raise Refused("risk", "只能对应本单位在管控中的风险。", "risk")
    text = f"{NearMiss.KINDS[near_miss.kind]}：{near_miss.title}"[:200]
    return _raise(actor, risk, near_miss.kind, f"near_miss:{near_miss.pk}", text, at, near_miss=near_miss)


def _raise(
    actor: Actor, risk: Risk, kind: str, mark: str, text: str, at: datetime, **about: Any
) -> Signal:  # fmt: skip
    """`about`: the near miss, the measure or the incident that it comes from."""
    signal, made = Signal.objects.get_or_create(
        risk=risk, mark=mark, defaults={"kind": kind, "text": text, "raised_at": at, **about}
    )
    if made:
        journal(actor, risk, risk.organisation, "signal_raised", at, kind=kind, text=text)
    return signal


# ---- the lesson of an accident: what the review of an incident says failed
def _mark(entry: UUID) -> str:
    return f"incident:{entry}"


@transaction.atomic
def ask_again(actor: Actor, number: str, cause: Cause, at: datetime) -> None:
    """The review of an incident names this measure as failed: its risk is to be graded again, once for each cause. Who may name it is
    the review's to say; a measure that is gone by now asks for nothing."""
    measure = Measure.objects.filter(pk=int(number), risk__state="active").select_related("risk__organisation").first()
    if measure is None:
        return
    text = f"{cause.incident.number} {cause.incident.title}：{cause.text}；没起作用的措施：{measure.text}"
    _raise(
        actor, measure.risk, "accident", _mark(cause.entry), text[:200], at, measure=measure, incident=cause.incident
    )


@transaction.atomic
def take_back(actor: Actor, entry: UUID, at: datetime) -> None:
    """The cause was struck. What was graded already stays graded."""
    for one in Signal.objects.filter(mark=_mark(entry), state="open").select_related("risk__organisation"):
        if Signal.objects.filter(pk=one.pk, state="open").update(
            state="withdrawn", answered_at=at, answered_by=actor.name
        ):
            journal(actor, one.risk, one.risk.organisation, "signal_withdrawn", at, kind=one.kind, text=one.text)


def raise_repeats(at: datetime) -> int:
    """The clock's part: a measure that failed often enough since its risk was last graded raises it, once. Idempotent."""
    rule, made = rules.raising(civil_date(at)), 0
    for number in queries.repeated(at):
        measure = (
            Measure.objects.filter(pk=number, is_active=True, risk__state="active")
            .select_related("risk__organisation")
            .first()
        )
        if measure is None:
            continue
        risk = measure.risk
        since = max(at - rule.span, risk.graded_at)
        failures = queries.failed_since(measure, since)
        if len(failures) < rule.times:
            continue
        checked = sum(one.answer is not None for one in failures)
        parts = [(checked, "检查不合格"), (len(failures) - checked, "隐患登记")]
        words = "，".join(f"{word} {n} 次" for n, word in parts if n)
        mark = f"repeat:{measure.pk}:{risk.graded_at.isoformat()}"[:80]
        if Signal.objects.filter(risk=risk, mark=mark).exists():
            continue
        with transaction.atomic():
            _raise(
                SYSTEM,
                risk,
                "repeated",
                mark,
                f"“{measure.text[:100]}”{rule.days} 天内{words}",
                at,
                measure=measure,
            )
        made += 1
    return made
