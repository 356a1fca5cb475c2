"""What the incident's log is told of relief: totals as they change, and once that the limit has passed for whom."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.journal.record import append, draft
from anlan.kernel.response import log
from anlan.kernel.response.actions import saying
from anlan.kernel.response.models import Incident
from anlan.kernel.response.types import ENDS
from anlan.packs.safety.relief import queries
from anlan.packs.safety.relief.actions.common import lock
from anlan.packs.safety.relief.models import Household, ReliefTold

EVERY = timedelta(minutes=1)  # single registrations add up to one entry of the log a minute
BATCH = 500


def _new(incident: Incident) -> dict[str, Any]:
    """The totals that differ from the board, but for those where a person stated more than the registers hold: that figure stays until the
    registers reach it, and the relief page shows the difference."""
    board = log.board(incident)
    ours = set(ReliefTold.objects.filter(incident=incident).values_list("entry", flat=True))
    found: dict[str, Any] = {}
    for slug, value in queries.totals(incident).items():
        said = board.counts.get(slug)
        number = float(value)
        if said is None:
            if number:
                found[slug] = number
        elif number != float(said.value) and (said.entry in ours or number > float(said.value)):
            found[slug] = number
    return found


@transaction.atomic
def tell(*, actor: Actor, incident: Incident, at: datetime, at_once: bool = False) -> bool:
    """Tell the log the totals when they changed; not more often than once a minute unless `at_once`. What is left over the job tells."""
    incident = lock(incident)
    now = incident.now(at)
    last = ReliefTold.objects.filter(incident=incident).order_by("-at").first()
    if incident.state in ENDS or (last is not None and not at_once and now - last.at < EVERY):
        return False
    changed = _new(incident)
    if not changed:
        return False
    for entry in saying.fact(actor=actor, incident=incident, values=changed, at=at):
        ReliefTold.objects.create(incident=incident, entry=entry.pk, at=now)
    return True


def tell_all(at: datetime) -> int:
    """The job: every incident that is not over and has households or losses."""
    rows = Incident.objects.exclude(state__in=ENDS)
    known = Household.objects.values("incident")
    numbers = {number for model in queries.LOSSES for number in model.objects.values_list("incident_number", flat=True)}
    found = 0
    for incident in [*rows.filter(pk__in=known), *rows.exclude(pk__in=known).filter(number__in=numbers)]:
        found += tell(actor=SYSTEM, incident=incident, at=at, at_once=True)
    return found


def note_limit(at: datetime) -> int:
    """The job: households whose limit has passed are noted once, each late or unreached one in the journal, and the incident's log is told how
    many of which street. What a page shows does not wait for this: it is computed."""
    known = Household.objects.filter(noted="", voided_at=None).values("incident")
    return sum(
        _noted(incident, at)
        for incident in Incident.objects.filter(pk__in=known).exclude(state__in=("false_alarm", "duplicate"))
        if incident.now(at) > queries.deadline_of(incident)
    )


@transaction.atomic
def _noted(incident: Incident, at: datetime) -> int:
    incident = lock(incident)
    now = incident.now(at)
    rows = Household.objects.select_for_update(of=("self",)).select_related("organisation", "incident")
    found = queries.lines(rows.filter(incident=incident, noted="", voided_at=None).order_by("pk")[:BATCH], now)
    drafts, streets = [], defaultdict[str, int](int)
    for one in found:
        Household.objects.filter(pk=one.row.pk, noted="").update(noted=one.klass, noted_at=now)
        if one.klass in ("late", "unreached"):
            streets[str(one.row.organisation)] += 1
            drafts.append(
                draft(
                    actor=SYSTEM, verb="relief.noted", subject_kind="household", subject_id=one.row.pk, at=now, org_path=one.row.organisation.path,
                    new={"number": one.row.number, "class": one.klass, "missing": one.missing},
                )
            )  # fmt: skip
    append(drafts)
    if streets and incident.state not in ENDS:
        hours = queries.clock_of(incident).hours
        words = "、".join(f"{name} {count} 户" for name, count in sorted(streets.items()))
        try:
            saying.note(
                actor=SYSTEM, incident=incident, text=f"超过 {hours} 小时没有得到全部基本救助：{words}。", at=at
            )
        except Refused as refused:
            if refused.code != "illegal":
                raise
    return len(found)
