"""What may be an incident and is none yet: urgent alarms, what the public and verified alarms reported, warnings in force. A person opens it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.alarms import queries as alarms
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.models import Case
from anlan.kernel.observations.kinds import kind_of
from anlan.kernel.response import declared, grading
from anlan.kernel.response.models import LogEntry

SINCE, MOST = timedelta(hours=24), 6
_STATES = ("raised", "acknowledged", "returned")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """`link` names it once and for all (`alarm:17`); the rest fills the form."""

    link: str
    title: str
    place: str
    source: str
    at: datetime
    url: str
    kind: str = ""
    longitude: float | None = None
    latitude: float | None = None


def candidates(actor: Actor, at: datetime) -> list[Candidate]:
    """The newest first, of what this person may see; without those that became an incident."""
    found = sorted((*_alarms(actor, at), *_cases(actor, at), *_warnings(at)), key=lambda one: one.at, reverse=True)
    taken = set(
        LogEntry.objects.filter(
            kind__in=("opened", "link"), payload__link__link__in=[one.link for one in found]
        ).values_list("payload__link__link", flat=True)
    )
    return [one for one in found if one.link not in taken][:MOST]


def find(actor: Actor, at: datetime, link: str) -> Candidate | None:
    return next((one for one in candidates(actor, at) if one.link == link), None)


def _kind(station: str) -> str:
    found = kind_of(station)
    return found.incident if found else ""


def _alarms(actor: Actor, at: datetime) -> Iterator[Candidate]:
    """Also those that returned before anybody answered them: what leaked a minute ago has leaked."""
    rows = alarms.visible(actor).filter(state__in=_STATES, priority=1, raised_at__gte=at - SINCE)
    for one in rows.select_related("rule", "stream__station")[: MOST * 3]:
        station = one.stream.station
        yield Candidate(
            link=f"alarm:{one.pk}", title=f"{station.name} {one.rule.title}", place=station.name, source=f"监测报警 {one.pk}", at=one.raised_at,
            url=reverse("alarm", args=[one.pk]), kind=_kind(station.kind), longitude=station.longitude,
            latitude=station.latitude,
        )  # fmt: skip


def _cases(actor: Actor, at: datetime) -> Iterator[Candidate]:
    rows = cases.visible(actor).filter(is_open=True, source__in=("public", "alarm"), opened_at__gte=at - SINCE)
    for one in rows.select_related("alarm")[: MOST * 3]:
        if not one.of.narrow and not _alarmed(one, at):
            yield Candidate(
                link=f"case:{one.number}", title=one.title, place=one.place or one.title, source=f"{one.of.title} {one.number}", at=one.opened_at,
                url=reverse("case", args=[one.number]), longitude=one.longitude, latitude=one.latitude,
            )  # fmt: skip


def _alarmed(case: Case, at: datetime) -> bool:
    """Whether its alarm is a candidate itself: one leak is not told twice."""
    alarm = case.alarm
    return alarm is not None and alarm.priority == 1 and alarm.state in _STATES and alarm.raised_at >= at - SINCE


def _warnings(at: datetime) -> Iterator[Candidate]:
    for one in declared.warnings(at):
        if one.colour <= 2:
            kind = next((each.slug for each in grading.kinds().values() if one.hazard in each.hazards), "")
            yield Candidate(
                link=f"warning:{one.hazard}:{one.words}"[:120],
                title=one.words,
                place="全区",
                source=one.words,
                at=at,
                url="",
                kind=kind,
            )
