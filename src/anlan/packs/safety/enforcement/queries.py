"""How far the yearly plan is, computed from the inspections; rewards as a viewer sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import QuerySet
from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.registry.models import Entry
from anlan.kernel.web.types import Waiting
from anlan.packs.safety.enforcement.models import EnforcementPlan, Reward
from anlan.packs.safety.enforcement.moves import APPROVE, PROPOSE
from anlan.packs.safety.enforcement.rules import SLUG


@dataclass(frozen=True)
class Progress:
    """A line of the plan with what was done of it: `done` recorded on site, `found` ended with an order or a filing."""

    plan: EnforcementPlan
    done: int
    found: int

    @property
    def share(self) -> int:
        """Per cent, not more than 100."""
        return min(100, 100 * self.done // self.plan.number)


def inspections(year: int) -> QuerySet[Case]:
    """Inspections entered in a civil year and not cancelled."""
    first, last = (
        datetime.combine(day, edge, CHINA)
        for day, edge in ((date(year, 1, 1), time.min), (date(year, 12, 31), time.max))
    )
    return Case.objects.filter(process=SLUG, opened_at__gte=first, opened_at__lte=last).exclude(state="void")


def progress(rows: Iterable[Entry], year: int) -> list[Progress]:
    """Random inspections count for lines of that way, others for 重点检查."""
    found = []
    for plan in rows:
        if not isinstance(plan, EnforcementPlan) or plan.year != year:
            continue
        mine = inspections(year).filter(kind=plan.category, inspected__draw__isnull=plan.way != "random")
        mine = mine.filter(grade=plan.level) if plan.level else mine
        done = mine.filter(lines__step="record").distinct()
        found.append(Progress(plan, done.count(), done.filter(lines__step__in=("order", "file")).distinct().count()))
    return found


def rewards(viewer: Actor) -> QuerySet[Reward]:
    rows = Reward.objects.select_related("case__issuer", "case__owner")
    return policy.visible_to(viewer, f"{SLUG}.rewards", rows, "case__issuer__path")


def penalties(viewer: Actor) -> QuerySet[Case]:
    """Decided penalties that a reward can be proposed for."""
    rows = Case.objects.filter(process=f"{SLUG}/penalty", state__in=("served", "paying", "closed"))
    return policy.visible_to(viewer, PROPOSE, rows, "issuer__path")


def waiting(actor: Actor, _at: datetime) -> Iterator[Waiting]:
    """Rewards that wait for approval or payment by this person."""
    for permission, state, verb in ((APPROVE, "proposed", "去批"), (PROPOSE, "approved", "去发放")):
        if policy.may(actor, permission):
            rows = rewards(actor).filter(state=state)
            for one in rows.exclude(proposer_id=actor.person_id) if state == "proposed" else rows:
                yield Waiting(kind="举报奖励", title=one.case.title, fact=f"{one.amount:,.2f} 元", sender=one.proposed_by, verb=verb, url=reverse("enforcement_rewards"))  # fmt: skip
