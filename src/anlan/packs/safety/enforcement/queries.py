"""Rewards as a viewer sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.web.types import Waiting
from anlan.packs.safety.enforcement.models import Reward
from anlan.packs.safety.enforcement.moves import APPROVE, PROPOSE
from anlan.packs.safety.enforcement.rules import SLUG


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
