"""Reads of risks; each takes the viewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.types import Subject
from anlan.kernel.checks import failing
from anlan.kernel.checks.failing import Failure
from anlan.kernel.web.picking import Units, units
from anlan.packs.safety.dual_prevention import rules
from anlan.packs.safety.dual_prevention.models import (
    Adoption,
    Edition,
    Measure,
    NearMiss,
    Risk,
    RiskPoint,
    Signal,
    Standard,
)
from anlan.packs.safety.dual_prevention.types import CONTROLS, RiskRow
from anlan.science.hazard import grading

READ, EDIT, REPORT, PUBLISH = (f"dual_prevention.{verb}" for verb in ("read", "edit", "report", "publish"))
MEASURE, UNIT = "dual_prevention.measure", "dual_prevention.unit"


def risks(actor: Actor) -> QuerySet[Risk]:
    rows = Risk.objects.select_related("organisation", "unit__point")
    return policy.visible_to(actor, READ, rows, "organisation__path")


def points(actor: Actor) -> QuerySet[RiskPoint]:
    return policy.visible_to(actor, READ, RiskPoint.objects.select_related("organisation"), "organisation__path")


def near_misses(actor: Actor) -> QuerySet[NearMiss]:
    return policy.visible_to(actor, READ, NearMiss.objects.select_related("organisation"), "organisation__path")


def signals(actor: Actor) -> QuerySet[Signal]:
    rows = Signal.objects.select_related("risk__organisation", "near_miss", "measure")
    return policy.visible_to(actor, READ, rows, "risk__organisation__path")


def firms(actor: Actor, permission: str = READ) -> Units:
    """Enterprises of the actor's reach."""
    return units(actor, permission, kinds=("enterprise",), but=())


_ORDERS: Mapping[str, tuple[str, ...]] = {
    "": ("organisation__path", "unit__point__code", "unit__code", "code"), "new": ("-graded_at", "-id"), "score": ("-score", "code"),
}  # fmt: skip


def filtered(rows: QuerySet[Risk], asked: Mapping[str, str]) -> QuerySet[Risk]:
    """By firm, level, point, control (what that level controls, its own and what those below it lead), lead, signal, looked, words."""
    rows = rows.filter(state="retired") if asked.get("retired") else rows.filter(state="active")
    if asked.get("firm", "").isdecimal():
        rows = rows.filter(organisation=int(asked["firm"][:18]))
    if asked.get("point", "").isdecimal():
        rows = rows.filter(unit__point=int(asked["point"][:18]))
    if asked.get("level") in grading.LEVELS:
        rows = rows.filter(level=asked["level"])
    if asked.get("control") in CONTROLS:
        rows = rows.filter(lead__in=rules.controlled_by(asked["control"]))
    if asked.get("lead") in CONTROLS:
        rows = rows.filter(lead=asked["lead"])
    if asked.get("signal"):
        rows = rows.filter(Exists(Signal.objects.filter(risk=OuterRef("pk"), state="open")))
    if asked.get("unlooked"):
        rows = rows.filter(looked_at=None)
    if words := asked.get("q", "").strip()[:80]:
        rows = rows.filter(
            Q(title__contains=words)
            | Q(code=words)
            | Q(unit__name__contains=words)
            | Q(unit__point__name__contains=words)
            | Q(accident__contains=words)
        )
    return rows.order_by(*_ORDERS.get(asked.get("sort", ""), _ORDERS[""]))


def counts(rows: QuerySet[Risk]) -> dict[str, int]:
    """Active risks by level."""
    found = dict(rows.filter(state="active").order_by().values_list("level").annotate(n=Count("pk")))
    return {level: found.get(level, 0) for level in grading.ORDER}


def register(organisation: Organisation) -> dict[str, RiskRow]:
    """The firm's active register as rows, by code."""
    rows = (
        Risk.objects.filter(organisation=organisation, state="active")
        .select_related("unit__point")
        .prefetch_related("measures")
    )
    return {one.code: one.row() for one in rows}


def unanswered(actor: Actor) -> QuerySet[Signal]:
    """Signals of the actor's own firm that wait for its re-grading."""
    if not policy.may(actor, EDIT) or actor.organisation_id is None:
        return Signal.objects.none()
    return Signal.objects.filter(
        state="open", risk__organisation=actor.organisation_id, risk__state="active"
    ).select_related("risk")


@dataclass(frozen=True)
class Watched:
    """A measure with its failures lately, newest first: found by checks, and reported by hand."""

    measure: Measure
    failures: list[Failure]


def watched(measures: Iterable[Measure], at: datetime) -> list[Watched]:
    since = at - rules.raising(civil_date(at)).span
    return [Watched(one, failing.failures(MEASURE, str(one.pk), since)) for one in measures]


def repeated(at: datetime) -> list[int]:
    """Ids of the measures that failed often enough within the span to raise their risk."""
    rule = rules.raising(civil_date(at))
    return [int(one) for one, _n in failing.often(MEASURE, at - rule.span, rule.times) if one.isdecimal()]


@dataclass(frozen=True)
class Coloured:
    """A point with its worst level and how many risks of each."""

    point: RiskPoint
    level: str
    levels: Mapping[str, int]

    @property
    def word(self) -> str:
        return grading.LEVELS.get(self.level, "")


def coloured(rows: QuerySet[RiskPoint]) -> list[Coloured]:
    """四色图: each point that has active risks, in the colour of the worst."""
    found: dict[int, dict[str, int]] = {}
    for point, level, n in (
        Risk.objects.filter(state="active", unit__point__in=rows)
        .order_by()
        .values_list("unit__point", "level")
        .annotate(n=Count("pk"))
    ):
        found.setdefault(point, {})[level] = n
    return [Coloured(one, grading.worst(list(found[one.pk])), found[one.pk]) for one in rows if one.pk in found]


def standards() -> list[tuple[Standard, Edition, int]]:
    """Each published standard with its newest edition and how many firms stand on it."""
    adopted = dict(
        Adoption.objects.filter(state="active").order_by().values_list("edition__standard").annotate(n=Count("pk"))
    )
    lines = []
    for one in Standard.objects.select_related("organisation").prefetch_related("editions"):
        editions = list(one.editions.all())
        if editions:
            lines.append((one, editions[0], adopted.get(one.pk, 0)))
    return lines


def adoption(organisation: Organisation) -> Adoption | None:
    return (
        Adoption.objects.filter(organisation=organisation, state="active")
        .select_related("edition__standard", "organisation")
        .first()
    )


def failed_since(measure: Measure, since: datetime) -> list[Failure]:
    """The failures of the measure after that moment."""
    return [one for one in failing.failures(MEASURE, str(measure.pk), since) if one.at > since]


# ---- what cases of other rooms may be about
def _subject(one: Measure) -> Subject:
    point = one.risk.unit.point
    return Subject(
        id=str(one.pk), title=f"{one.risk.code}-{one.code} {one.text}"[:120], within=f"{point}：{one.risk.title}"[:80],
        known={"measure_kind": one.kind, "measure": one.text},
    )  # fmt: skip


def _measures(organisation: Organisation) -> QuerySet[Measure]:
    rows = Measure.objects.filter(risk__organisation=organisation).select_related("risk__unit__point")
    return rows.order_by("risk__unit__point__code", "risk__code", "code")


def offered(actor: Actor, organisation: Organisation) -> list[Subject]:
    """The measures of a firm's register that somebody may say failed."""
    if not policy.may(actor, READ, organisation):
        return []
    return [_subject(one) for one in _measures(organisation).filter(is_active=True, risk__state="active")]


def subject(organisation: Organisation, number: str) -> Subject | None:
    """One measure of the firm, in use or not: a phone may have kept it for days."""
    row = _measures(organisation).filter(pk=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    return _subject(row) if row else None


def link(actor: Actor, number: str) -> str:
    """The risk of a measure, for who may read it."""
    row = risks(actor).filter(measures=int(number)).first() if number.isdecimal() and len(number) < 19 else None
    return f"{reverse('risk', args=[row.pk])}#m{number}" if row else ""


def became(entries: Sequence[UUID]) -> dict[UUID, str]:
    """What became of the re-gradings that causes asked for, in words."""
    marks = {f"incident:{one}": one for one in entries}
    rows = Signal.objects.filter(mark__in=marks).select_related("version")
    return {
        marks[one.mark]: f"{one.get_state_display()}：{one.version.get_level_display()}风险" if one.version else one.get_state_display()
        for one in rows
    }  # fmt: skip
