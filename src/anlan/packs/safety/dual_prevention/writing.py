"""Rows into the tables: used by every action that writes a register, inside its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.packs.safety.dual_prevention import rules
from anlan.packs.safety.dual_prevention.models import Measure, Risk, RiskPoint, RiskUnit, RiskVersion
from anlan.packs.safety.dual_prevention.types import RiskRow, cells, ordered, to_json


@dataclass
class Written:
    """What a writing did. `versions`: by risk id, the version row that was made."""

    new: int = 0
    changed: int = 0
    same: int = 0
    retired: int = 0


@dataclass(frozen=True)
class Pen:
    """Who writes, when, why. `looked`: the writer holds the rows against this firm's own conditions."""

    actor: Actor
    organisation: Organisation
    at: datetime
    why: str
    looked: bool
    is_demo: bool = False


def write(pen: Pen, rows: Iterable[RiskRow], retire: Iterable[str] = ()) -> Written:
    """Bring the firm's register to the rows; codes of `retire` are retired. Rows that say the same change nothing. Raises Refused at
    the first row with a problem; `stale` when somebody else wrote a row meanwhile."""
    known = {one.code: one for one in _known(pen.organisation)}
    points = {one.code: one for one in RiskPoint.objects.filter(organisation=pen.organisation)}
    units = {(one.point_id, one.code): one for one in RiskUnit.objects.filter(point__organisation=pen.organisation)}
    told = Written()
    for row in rows:
        here = known.get(row.code)
        if here is not None and here.state == "active" and ordered(here.row()) == ordered(row):
            told.same += 1
            continue
        check(row, pen.at)
        unit = _unit(pen, row, points, units)
        _risk(pen, row, here, unit)
        told.new += here is None
        told.changed += here is not None
    for code in retire:
        here = known.get(code)
        if here is not None and here.state == "active":
            _set(here, state="retired")
            version(pen, here, here.row())
            told.retired += 1
    return told


def check(row: RiskRow, at: datetime) -> None:
    found = rules.problems(row, civil_date(at), policy.roles())
    if found:
        raise Refused("row", f"{row.code or row.title or '新风险'}：{found[0]}。", "row")


def _known(organisation: Organisation) -> Iterable[Risk]:
    return Risk.objects.filter(organisation=organisation).select_related("unit__point").prefetch_related("measures")


def _unit(pen: Pen, row: RiskRow, points: dict[str, RiskPoint], units: dict[tuple[int, str], RiskUnit]) -> RiskUnit:
    point = points.get(row.point_code)
    if point is None:
        point = RiskPoint.objects.create(
            organisation=pen.organisation, code=row.point_code, name=row.point, kind=row.point_kind, is_demo=pen.is_demo
        )
        points[row.point_code] = point
    elif (point.name, point.kind) != (row.point, row.point_kind):
        point.name, point.kind = row.point, row.point_kind
        point.save(update_fields=["name", "kind"])
    unit = units.get((point.pk, row.unit_code))
    if unit is None:
        unit = units[point.pk, row.unit_code] = RiskUnit.objects.create(point=point, code=row.unit_code, name=row.unit)
    elif unit.name != row.unit:
        unit.name = row.unit
        unit.save(update_fields=["name"])
    return unit


def _risk(pen: Pen, row: RiskRow, here: Risk | None, unit: RiskUnit) -> Risk:
    verdict = rules.verdict(row, civil_date(pen.at))
    columns = {
        "unit": unit, "title": row.title, "accident": row.accident, "consequence": row.consequence, "method": row.method, "factors": row.factors,
        "direct": row.direct, "control": row.control, "post": row.post, "score": verdict.score, "level": verdict.level, "lead": rules.control(row, verdict.level),
        "state": "active",
    }  # fmt: skip
    if pen.looked:
        columns["looked_at"] = pen.at
    if here is None:
        here = Risk.objects.create(
            organisation=pen.organisation, code=row.code, graded_at=pen.at, is_demo=pen.is_demo, **columns
        )
        have: dict[str, Measure] = {}
    else:
        if cells(here.row())["grade"] != cells(row)["grade"]:
            columns["graded_at"] = pen.at
        have = {one.code: one for one in here.measures.all()}
        _set(here, **columns)
    _measures(here, row, have)
    version(pen, here, row)
    return here


def _set(risk: Risk, **columns: object) -> None:
    """One UPDATE that must hit the row as it was read."""
    if Risk.objects.filter(pk=risk.pk, version=risk.version).update(version=F("version") + 1, **columns) != 1:
        raise Refused("stale", f"别人刚改过“{risk.title}”，刷新后再办。")
    risk.version += 1
    for name, value in columns.items():
        setattr(risk, name, value)


def _measures(risk: Risk, row: RiskRow, have: Mapping[str, Measure]) -> None:
    wanted = {one.code: one for one in row.measures}
    fresh = []
    for code, one in wanted.items():
        old = have.get(code)
        if old is None:
            fresh.append(Measure(risk=risk, **_columns(one)))
        elif not old.is_active or old.row() != one:
            Measure.objects.filter(pk=old.pk).update(**_columns(one), is_active=True)
    Measure.objects.bulk_create(fresh)
    gone = [one.pk for code, one in have.items() if code not in wanted and one.is_active]
    if gone:
        Measure.objects.filter(pk__in=gone).update(is_active=False)


def _columns(one: object) -> dict[str, object]:
    return {name: getattr(one, name) for name in ("code", "kind", "text", "criterion", "pace", "role", "photo")}


def version(pen: Pen, risk: Risk, row: RiskRow) -> RiskVersion:
    return RiskVersion.objects.create(
        risk=risk,
        at=pen.at,
        actor_name=pen.actor.name,
        why=pen.why[:400],
        row=to_json(row),
        score=risk.score,
        level=risk.level,
        state=risk.state,
    )


def touch(risk: Risk, **columns: object) -> None:
    """For an action that changes one risk."""
    _set(risk, **columns)
