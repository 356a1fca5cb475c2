"""Reading: who is at an incident, what waits for whom, what plans can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.response import queries as response
from anlan.kernel.response.activation import Asset
from anlan.kernel.response.models import Incident
from anlan.kernel.web.types import Waiting
from anlan.packs.safety.team.finding import busy
from anlan.packs.safety.team.models import Dispatch, Team, TeamLink
from anlan.packs.safety.team.rules import COUNTED, NEXT, SOON_DAYS, TASKS, Work, skills, unready, work

READ, WRITE, DISPATCH, ACT = "team.read", "team.write", "team.dispatch", "team.act"


@dataclass(frozen=True)
class Row:
    """A team on the page of an incident."""

    dispatch: Dispatch
    work: Work | None
    steps: tuple[str, ...]
    count_late: bool
    links: list[TeamLink]
    may: bool
    may_consent: bool


def dispatches(actor: Actor, incident: Incident, at: datetime) -> list[Row]:
    rows = (
        Dispatch.objects.filter(incident=incident)
        .select_related("team__organisation", "incident__organisation")
        .prefetch_related("links")
    )
    now = incident.now(at)
    return [
        Row(
            one, None if one.ended_at else work(one.task, one.working_since, now), () if one.ended_at else NEXT.get(one.state, ()),
            one.ended_at is None and one.state in COUNTED and (one.count_due_at is None or one.count_due_at <= now),
            [link for link in one.links.all() if link.revoked_at is None], policy.may(actor, ACT, one),
            one.state == "asked" and policy.may(actor, WRITE, one.team),
        )
        for one in rows
    ]  # fmt: skip


def incidents(actor: Actor) -> QuerySet[Incident]:
    """Incidents this person sees that are open."""
    return response.visible(actor).filter(is_open=True)


def assets(at: datetime) -> Iterator[Asset]:
    """Every team as a plan's card can ask for it; `ready`: stands ready today and is at no other real incident."""
    today = civil_date(at)
    rows = list(Team.objects.filter(retired_on=None).select_related("organisation").order_by("code"))
    taken = busy(one.pk for one in rows)
    for one in rows:
        yield Asset(
            kind="team", key=one.code, title=one.name, organisation=one.organisation_id, organisation_name=str(one.organisation),
            longitude=one.longitude, latitude=one.latitude, skills=skills(one.skills)[0], amount=one.people,
            ready=not unready(one.ready, one.ready_on, one.insured_until, today) and one.pk not in taken,
        )  # fmt: skip


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    if policy.may(actor, ACT):
        yield from _at_incidents(actor, at)
    if policy.may(actor, WRITE):
        yield from _registers(actor, at)


def _at_incidents(actor: Actor, at: datetime) -> Iterator[Waiting]:
    rows = Dispatch.objects.filter(ended_at=None, incident__is_open=True).select_related(
        "team__organisation", "incident__organisation"
    )
    if policy.may(actor, WRITE):
        # Whose team it is answers before the incident concerns them: on the team's own page.
        for one in policy.visible_to(actor, WRITE, rows.filter(state="asked"), "team__organisation__path"):
            url = reverse("teams_detail", args=[one.team_id])
            yield Waiting(
                kind="队伍", title=f"请同意调{one.team}", fact=one.order, sender=one.called_by, verb="答复", url=url
            )
    seen = response.visible(actor).values_list("pk", flat=True)
    for one in rows.filter(incident__in=seen).exclude(state="asked"):
        url, now = reverse("team_incident", args=[one.incident.number]), one.incident.now(at)
        sender, kind = str(one.incident), "队伍"
        if not policy.may(actor, ACT, one):
            continue
        if one.state in COUNTED and (one.count_due_at is None or one.count_due_at <= now):
            fact = f"每 {TASKS[one.task].headcount} 分钟点一次，上次 {one.people if one.people is not None else '—'} 人"
            yield Waiting(
                kind=kind,
                title=f"{one.team} 该点名了",
                fact=fact,
                sender=sender,
                verb="点名",
                url=url,
                due_at=one.count_due_at,
            )
        told = work(one.task, one.working_since, now)
        if told and told.light:
            yield Waiting(
                kind=kind,
                title=f"{one.team} {'超时作业' if told.light == 'red' else '快到作业时限'}",
                fact=told.words,
                sender=sender,
                verb="换班",
                url=url,
            )


def _registers(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Only to who keeps the team itself: its word on readiness that is old, insurance that ends."""
    today = civil_date(at)
    for one in Team.objects.filter(retired_on=None, organisation=actor.organisation_id).order_by("code"):
        why = unready(one.ready, one.ready_on, one.insured_until, today)
        soon = one.insured_until is not None and today <= one.insured_until <= today + SOON_DAYS
        if (why and one.ready != "off") or soon:
            fact = why or f"保险 {one.insured_until} 到期"
            yield Waiting(
                kind="队伍",
                title=f"{one} 报备勤",
                fact=fact,
                sender="队伍台账",
                verb="报备勤",
                url=reverse("teams_detail", args=[one.pk]),
            )
