"""The latest score of each street and community, their gaps, and reserves against a scenario; each takes the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.checks.models import Answer, Record
from anlan.kernel.registry import queries as registry
from anlan.packs.safety.grass_roots import rules, sheets
from anlan.packs.safety.subjects import reserve
from anlan.packs.safety.subjects.reserve_models import ReserveNorm, ReserveScenario

KINDS = {"six_have": ("street",), "three_have": ("community",), "preparedness": ("district", "street")}
REACHED = Decimal(80)  # from which share a form counts as reached; this product's default


@dataclass(frozen=True)
class Standing:
    """The newest record of an organisation by one form; None when it was never checked."""

    organisation: Organisation
    form: str
    record: Record | None

    @property
    def share(self) -> Decimal | None:
        return self.record.score.share if self.record else None

    @property
    def reached(self) -> bool:
        return self.share is not None and self.share >= REACHED


def newest(actor: Actor, form: str, until: datetime | None = None) -> list[Standing]:
    """Of every street or community of the viewer's reach, the worst first, those never checked before them all. `until`: as it stood then."""
    units = Organisation.objects.filter(closed_on=None, kind__in=KINDS[form])
    seen = list(policy.visible_to(actor, sheets.READ, units, "path").order_by("path"))
    rows = (
        Record.objects.filter(state="standing", task__area=rules.AREA.slug, task__form__slug=form, task__target__in=seen)
        .select_related("task__form", "task__target").order_by("at", "id")
    )  # fmt: skip
    rows = rows.filter(at__lte=until) if until else rows
    latest = {one.task.target_id: one for one in rows}
    found = [Standing(one, form, latest.get(one.pk)) for one in seen]
    return sorted(found, key=lambda one: (one.share is not None, one.share or Decimal(0), one.organisation.path))


def gaps(actor: Actor) -> list[Answer]:
    """What the newest records found lacking."""
    records = [one.record for form in rules.FORMS for one in newest(actor, form) if one.record]
    rows = Answer.objects.filter(record__in=records, result="failed")
    return list(
        rows.select_related("item", "record__task__target", "record__task__form").order_by(
            "record__task__target__path", "item__position"
        )
    )


def scenarios(actor: Actor) -> QuerySet[ReserveScenario]:
    found: QuerySet[ReserveScenario] = (
        registry.visible(sheets.SCENARIOS, actor).filter(retired_on=None).order_by("code")
    )
    return found


def held(actor: Actor, on: date) -> dict[tuple[str, str], int]:
    """Pieces by (item, kind) of the viewer's reach that are in date."""
    rows = registry.visible(sheets.RESERVES, actor).filter(Q(expires_on=None) | Q(expires_on__gte=on), retired_on=None)
    return {
        (item, kind): n for item, kind, n in rows.order_by().values_list("item", "kind").annotate(n=Sum("quantity"))
    }


def expired(actor: Actor, on: date) -> int:
    """Lots that are out of date and still in the register."""
    return int(registry.visible(sheets.RESERVES, actor).filter(retired_on=None, expires_on__lt=on).count())


def reserve_gaps(actor: Actor, scenario: ReserveScenario, on: date) -> list[reserve.Gap]:
    """The scenario's demand against what the viewer's reach holds and still plans."""
    norms = ReserveNorm.objects.filter(scenario=scenario.code, retired_on=None).values_list(
        "item", "basis", "amount", "verified"
    )
    plans = registry.visible(sheets.PLANS, actor).filter(retired_on=None, year__gte=on.year)
    planned = dict(plans.order_by().values_list("item").annotate(n=Sum(F("quantity") - F("arrived"))))
    return reserve.gaps(list(norms), scenario.people, scenario.days, held(actor, on), planned)
