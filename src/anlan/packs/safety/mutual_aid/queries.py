"""Reading: agreements in force, requests, what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.web.types import Waiting
from anlan.packs.safety.mutual_aid.models import AidAgreement, AidRequest, JointDrill
from anlan.packs.safety.mutual_aid.moves import ASK, READ, WRITE

SOON = timedelta(days=60)  # 本系统默认值
DRILL_EVERY = timedelta(days=365)  # 本系统默认值


def agreements(on: date) -> QuerySet[AidAgreement]:
    """In force that day."""
    return AidAgreement.objects.filter(retired_on=None, signed_on__lte=on, valid_until__gte=on).order_by("partner")


def agreement_with(peer_code: str, on: date) -> AidAgreement | None:
    return agreements(on).filter(peer_code=peer_code).first()


def requests(actor: Actor) -> QuerySet[AidRequest]:
    rows = AidRequest.objects.select_related("peer", "organisation", "incident")
    return policy.visible_to(actor, READ, rows, "organisation__path")


def undrilled(on: date) -> list[AidAgreement]:
    """Agreements in force without a joint drill within the year."""
    drilled = set(
        JointDrill.objects.filter(retired_on=None, held_on__gt=on - DRILL_EVERY).values_list(
            "agreement_code", flat=True
        )
    )
    return [one for one in agreements(on) if one.code not in drilled]


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    url = reverse("mutual_aid")
    if policy.may(actor, ASK):
        for one in requests(actor).filter(way="in", state="sent"):
            yield Waiting(
                kind="联动", title=f"{'【演练】' if one.exercise else ''}{one}", fact=f"{one.peer}请求支援", sender=one.made_by, verb="去答复", url=url, due_at=one.needed_at,
                started_at=one.made_at,
            )  # fmt: skip
        for one in requests(actor).filter(way="out", state="declined", answered_at__gt=at - timedelta(days=1)):
            yield Waiting(
                kind="联动",
                title=str(one),
                fact=f"{one.peer}不能支援：{one.answer}",
                sender=one.peer.title,
                verb="去看",
                url=url,
            )
    if policy.may(actor, WRITE):
        today = civil_date(at)
        for row in agreements(today).filter(valid_until__lte=today + SOON):
            yield Waiting(
                kind="联动", title=f"和{row}的协议快到期", fact=f"有效到 {row.valid_until:%Y-%m-%d}", sender="系统", verb="去续签", url=reverse("aid_agreements_detail", args=[row.pk]),
                due_at=datetime(row.valid_until.year, row.valid_until.month, row.valid_until.day, tzinfo=CHINA),
            )  # fmt: skip
