"""按措施生成检查: measures with a pace become items of check forms, one form a unit, pace and role, and a plan that uses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.checks import planning
from anlan.kernel.checks.models import Form, Plan
from anlan.kernel.checks.rules import read_shifts
from anlan.kernel.checks.types import PACES, CheckArea, CheckItem
from anlan.packs.safety.dual_prevention import queries
from anlan.packs.safety.dual_prevention.models import Measure, RiskUnit
from anlan.packs.safety.dual_prevention.verbs import note as journal
from anlan.science.hazard import grading

AREA = CheckArea(
    slug="dual_prevention",
    title="风险管控检查",
    read="dual_prevention.check_read",
    do="dual_prevention.check_do",
    plan="dual_prevention.check_plan",
)
PROCESS = "hidden_danger"  # by name: what a failed item opens
SHIFTS = "08:00-20:00，20:00-08:00"
ROLE = "worker"  # who checks when the measure names nobody


@dataclass
class Made:
    forms: int = 0
    plans: int = 0
    stopped: int = 0


Group = tuple[RiskUnit, str, str]


def _groups(organisation: Organisation) -> dict[tuple[int, str, str], tuple[Group, list[Measure]]]:
    rows = (
        Measure.objects.filter(risk__organisation=organisation, risk__state="active", is_active=True).exclude(pace="")
        .select_related("risk__unit__point").order_by("risk__code", "code")
    )  # fmt: skip
    found: dict[tuple[int, str, str], tuple[Group, list[Measure]]] = {}
    for one in rows:
        unit, role = one.risk.unit, one.role or ROLE
        found.setdefault((unit.pk, one.pace, role), ((unit, one.pace, role), []))[1].append(one)
    return found


def slug_of(group: Group) -> str:
    unit, pace, role = group
    return f"dp-{unit.pk}-{pace}-{role}"[:60]


def item_of(one: Measure) -> CheckItem:
    level = grading.LEVELS[one.risk.level]
    return CheckItem(
        code=f"m{one.pk}", title=one.text, criterion=one.criterion or f"防{one.risk.title}（{level}风险）", photo=one.photo or "failed", measure_kind=one.kind,  # type: ignore[arg-type]
        measure=one.text, subject=(queries.MEASURE, str(one.pk), one.text[:120]),
    )  # fmt: skip


@transaction.atomic
def make_checks(*, actor: Actor, organisation: Organisation, at: datetime, shifts: str = "") -> Made:
    """Bring the firm's forms and plans in step with its measures: a form that says the same stays, a changed one gets its next edition, a
    plan without measures is stopped. `shifts` as in a check plan."""
    policy.require(actor, AREA.plan, organisation)
    times, told = shifts.strip() or SHIFTS, Made()
    read_shifts(times)
    groups = _groups(organisation)
    plans = {
        one.form: one
        for one in Plan.objects.filter(
            area=AREA.slug, organisation=organisation, state="active", subject_kind=queries.UNIT
        )
    }
    for group, measures in groups.values():
        slug = slug_of(group)
        told.forms += _form(actor, organisation, group, measures, at)
        if slug not in plans:
            _plan(actor, organisation, group, times, at)
            told.plans += 1
    wanted = {slug_of(group) for group, _measures in groups.values()}
    for slug, plan in plans.items():
        if slug not in wanted:
            planning.stop_plan(actor=actor, plan=plan, reason="管控措施里不再有这项检查", at=at)
            told.stopped += 1
    journal(
        actor, organisation, organisation, "checks_made", at, forms=told.forms, plans=told.plans, stopped=told.stopped
    )
    return told


def _title(group: Group) -> str:
    unit, pace, _role = group
    return f"{unit.name[:60]}{PACES[pace]}检查"


def _form(actor: Actor, organisation: Organisation, group: Group, measures: list[Measure], at: datetime) -> bool:
    slug, today = slug_of(group), civil_date(at)
    last = planning.last_edition(slug)
    form = planning.publish_form(
        actor=actor, area=AREA, slug=slug, title=_title(group), edition=f"{today:%Y%m%d}-{last + 1}", valid_from=today, items=[item_of(one) for one in measures],
        organisation=organisation, process=PROCESS, note=f"按“{group[0].point.name}”的管控措施生成", at=at, is_demo=organisation.is_demo,
    )  # fmt: skip
    return form.number > last


def _plan(actor: Actor, organisation: Organisation, group: Group, shifts: str, at: datetime) -> Plan:
    unit, pace, role = group
    return planning.make_plan(
        actor=actor, area=AREA, title=_title(group), form=slug_of(group), organisation=organisation, pace=pace, starts_on=civil_date(at), at=at, role=role,  # type: ignore[arg-type]
        place=unit.point.name, subject=(queries.UNIT, str(unit.pk), unit.name), shifts=shifts, is_demo=organisation.is_demo,
    )  # fmt: skip


def plans_of(organisation: Organisation) -> int:
    return Plan.objects.filter(area=AREA.slug, organisation=organisation, state="active").count()


def forms_of(organisation: Organisation) -> int:
    return Form.objects.filter(area=AREA.slug, organisation=organisation).values("slug").distinct().count()
