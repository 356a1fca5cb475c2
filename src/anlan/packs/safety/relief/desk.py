"""What of relief waits for a person, its state in one line, and the search by number (never by name)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.response import queries as response
from anlan.kernel.response.models import Incident
from anlan.kernel.web.types import Fact, Hit, Waiting
from anlan.packs.safety.relief import queries, rules
from anlan.packs.safety.relief.models import Household, Opening
from anlan.packs.safety.relief.types import ACT, OPEN, ORDER, READ


def _open_incidents(actor: Actor) -> list[Incident]:
    rows = response.visible(actor).filter(
        is_open=True, pk__in=Household.objects.filter(voided_at=None).values("incident")
    )
    return list(rows.select_related("organisation"))


def waits(actor: Actor, at: datetime) -> Iterator[Waiting]:
    if policy.may(actor, OPEN) and not policy.may(actor, ORDER) and actor.path:
        mine = Opening.objects.filter(
            state="ordered",
            shelter__organisation__path__startswith=actor.path,
            incident__in=response.visible(actor).values("pk"),
        )
        for one in mine.select_related("shelter", "incident"):
            yield Waiting(kind="开设令", title=f"{one.shelter}，{one.expected} 人", fact=one.incident.title, sender=one.ordered_by, verb="开放",
                          url=reverse("relief_site", args=[one.number]), due_at=one.open_by, started_at=one.ordered_at)  # fmt: skip
    if not policy.may(actor, ACT):
        return
    for incident in _open_incidents(actor):
        now = incident.now(at)
        lacking = [one for one in queries.lines(queries.households(actor, incident), now) if one.ended_at is None]
        if lacking:
            over = sum(one.klass in ("late", "unreached") for one in lacking)
            yield Waiting(kind="救助", title=f"{len(lacking)} 户基本救助不齐", fact=f"{incident.title}，其中超时 {over} 户", sender=str(incident.organisation), verb="看",
                          url=f"{reverse('relief_households', args=[incident.number])}", due_at=queries.deadline_of(incident), started_at=incident.occurred_at)  # fmt: skip


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if not policy.may(actor, READ):
        return
    for incident in _open_incidents(actor)[:3]:
        lines = queries.lines(queries.counting(incident).select_related("organisation", "incident"), incident.now(at))
        told = rules.summed(one.klass for one in lines)
        yield Fact(title="救助", text=f"{incident.title}：{told.total} 户，按时 {told.relieved}，时限内 {told.running}，超时 {told.over}",
                   url=reverse("relief_board", args=[incident.number]))  # fmt: skip


def public(_at: datetime) -> Iterator[Fact]:
    """Only that shelters are open, and where to look."""
    opened = Opening.objects.filter(state="open", incident__mode="real").count()
    if opened:
        yield Fact(title="避难场所", text=f"现在开放 {opened} 处", url=reverse("relief_public"))


def find(actor: Actor, words: str) -> list[Hit]:
    if not policy.may(actor, READ) or len(words) < 4:
        return []
    rows = queries.households(actor).filter(number__icontains=words)[:6]
    sites = Opening.objects.filter(
        number__icontains=words, incident__in=response.visible(actor).values("pk")
    ).select_related("shelter")[:4]
    return [
        *(Hit(group="查", title=one.number, detail=f"安置户，{one.organisation}", url=reverse("relief_household", args=[one.number])) for one in rows),
        *(Hit(group="查", title=one.number, detail=f"开设令，{one.shelter}", url=reverse("relief_site", args=[one.number])) for one in sites),
    ]  # fmt: skip
