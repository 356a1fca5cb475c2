"""Reads of relief; each that shows households takes the viewer. Personal data goes with the incident: who it no longer concerns sees nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property

from django.db.models import Prefetch, Q, QuerySet, Sum

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.response import queries as response
from anlan.kernel.response.activation import Asset
from anlan.kernel.response.models import Incident
from anlan.packs.safety.relief import rules
from anlan.packs.safety.relief.models import (
    Community,
    Confirmation,
    CropLoss,
    EnterpriseLoss,
    Household,
    HouseLoss,
    Opening,
    RecoveryWork,
    Stay,
    Transition,
)
from anlan.packs.safety.relief.sites import Shelter
from anlan.packs.safety.relief.types import FIVE, NEEDS, READ, Case, Clock, Told

LOSSES = (HouseLoss, CropLoss, EnterpriseLoss)


# ---- who sees what
def incidents(actor: Actor) -> QuerySet[Incident]:
    """The incidents this person sees that are not over, and those that households were registered for."""
    if not policy.may(actor, READ):
        return Incident.objects.none()
    known = Household.objects.values("incident")
    return response.visible(actor).filter(Q(is_open=True) | Q(pk__in=known)).select_related("organisation")


def households(actor: Actor, incident: Incident | None = None) -> QuerySet[Household]:
    """Those of one's own streets and those in one's own shelters, of incidents that concern one now; all with district reach."""
    rows = Household.objects.select_related("organisation", "incident", "opening__shelter__organisation")
    rows = (
        rows.filter(incident=incident) if incident else rows.filter(incident__in=response.visible(actor).values("pk"))
    )
    if incident and not response.visible(actor).filter(pk=incident.pk).exists():
        return rows.none()
    here = Q(opening__shelter__organisation__path__startswith=actor.path) if actor.path else Q(pk__in=())
    return policy.visible_to(actor, READ, rows, "organisation__path", here)


def household(actor: Actor, number: str) -> Household:
    found = households(actor).filter(number=number).first()
    if found is None:
        raise Refused("not_found", "没有这一户，或它不归你的街道和场所，或事件已不涉及你的单位。")
    return found


def openings(incident: Incident) -> QuerySet[Opening]:
    return Opening.objects.filter(incident=incident).select_related("shelter__organisation", "incident")


def opening(actor: Actor, number: str) -> Opening:
    found = Opening.objects.filter(number=number).select_related("shelter__organisation", "incident").first()
    if found is None or not response.visible(actor).filter(pk=found.incident_id).exists():
        raise Refused("not_found", "没有这份开设令，或事件不涉及你的单位。")
    return found


# ---- clocks
def clock_of(incident: Incident, *, counts: bool = True) -> Clock:
    """The limit in force on the day of occurrence: a later edition does not move it."""
    return rules.clock(civil_date(incident.occurred_at), counts=counts)


def deadline_of(incident: Incident) -> datetime:
    return incident.occurred_at + timedelta(hours=clock_of(incident).hours)


def case_of(row: Household, confirmations: Iterable[Confirmation]) -> Case:
    told = tuple(Told(one.what, one.recorded_at, one.struck_at) for one in confirmations)
    return Case(row.registered_at, row.reached_at, row.voided_at, told)


@dataclass(frozen=True)
class Line:
    """A household with its clock. `have`: what stands confirmed, by kind of need."""

    row: Household
    klass: str
    ended_at: datetime | None
    have: Mapping[str, Confirmation]

    @property
    def missing(self) -> list[str]:
        return [title for what, title in FIVE.items() if what not in self.have]

    @property
    def needs(self) -> list[tuple[str, int]]:
        return [(title, getattr(self.row, slug)) for slug, title in NEEDS.items() if getattr(self.row, slug)]


def with_confirmations(rows: QuerySet[Household]) -> QuerySet[Household]:
    return rows.prefetch_related(Prefetch("confirmations", queryset=Confirmation.objects.order_by("recorded_at", "id")))


def line(row: Household, at: datetime, limit: timedelta | None = None) -> Line | None:
    """None: the household does not count at that instant."""
    confirmations = list(row.confirmations.all())
    case = case_of(row, confirmations)
    span = limit or timedelta(hours=clock_of(row.incident).hours)
    klass = rules.class_of(case, row.incident.occurred_at, span, at)
    if klass is None:
        return None
    have = {
        one.what: one
        for one in confirmations
        if one.recorded_at <= at and (one.struck_at is None or one.struck_at > at)
    }
    return Line(row, klass, rules.ended_at(case.told, at), have)


def lines(rows: QuerySet[Household], at: datetime, limit: timedelta | None = None) -> list[Line]:
    """Every household that counts at `at`, with its clock; those furthest behind first."""
    order = {"unreached": 0, "late": 1, "running": 2, "relieved": 3}
    found = [one for row in with_confirmations(rows) if (one := line(row, at, limit)) is not None]
    return sorted(found, key=lambda one: (order[one.klass], one.ended_at is not None, len(one.have), one.row.pk))


@dataclass
class Street:
    organisation: Organisation
    lines: list[Line] = field(default_factory=list)

    @cached_property
    def sum(self) -> rules.Sum:
        return rules.summed(one.klass for one in self.lines)

    @property
    def people(self) -> int:
        return sum(one.row.people for one in self.lines)

    @property
    def last_at(self) -> datetime | None:
        """When its last household had everything; None while one lacks something."""
        ends = [one.ended_at for one in self.lines]
        return max((one for one in ends if one), default=None) if all(ends) else None

    @property
    def rank(self) -> tuple[int, float, float]:
        """Slowest first: with households over the limit, then with running ones, then by when the last was relieved."""
        done = self.last_at
        return (
            0 if self.sum.over else 1 if self.sum.running else 2,
            (self.sum.share or 0.0) if self.sum.over or self.sum.running else 0.0,
            -(done.timestamp() if done else 0.0),
        )


def streets(found: Sequence[Line]) -> list[Street]:
    by: dict[int, Street] = {}
    for one in found:
        by.setdefault(one.row.organisation_id, Street(one.row.organisation)).lines.append(one)
    return sorted(by.values(), key=lambda one: (one.rank, one.organisation.path))


# ---- sites
def in_shelter(shelters: Iterable[int], mode: str = "real") -> dict[int, int]:
    """People in each shelter now, of all incidents of a mode: those of a drill take nobody's place."""
    rows = Stay.objects.filter(
        situation="shelter", opening__shelter__in=list(shelters), opening__incident__mode=mode, until=None
    )
    told = rows.order_by().values_list("opening__shelter").annotate(people=Sum("people"))
    return defaultdict(int, {shelter: people or 0 for shelter, people in told})


def capacity(shelter: Shelter, at: datetime) -> int:
    """By day who has room to stay, at night who has a place to sleep."""
    return shelter.beds if rules.is_night(at) else shelter.capacity


def by_hour(one: Opening, at: datetime) -> list[tuple[datetime, int, int]]:
    """(full hour, people then, capacity then) of the last two days, and now as the last."""
    if one.opened_at is None:
        return []
    end = min(one.closed_at or at, at)
    start = max(one.opened_at, end - timedelta(hours=48))
    hour = datetime.combine(start.astimezone(CHINA).date(), time(start.astimezone(CHINA).hour), CHINA)
    marks = [start]
    while (hour := hour + timedelta(hours=1)) < end:
        marks.append(hour)
    stays = list(one.stays.filter(situation="shelter").values_list("since", "until", "people"))
    return [
        (mark, sum(people for since, until, people in stays if since <= mark and (until is None or until > mark)), capacity(one.shelter, mark))
        for mark in [*marks, end]
    ]  # fmt: skip


def assets(_at: datetime) -> list[Asset]:
    """Shelters a plan's card can ask for: `amount` is the free room for the night; who is in them for whichever incident is in them."""
    rows = list(Shelter.objects.filter(retired_on=None).select_related("organisation"))
    inside = in_shelter(one.pk for one in rows)
    return [
        Asset(
            kind="shelter", key=one.code, title=one.name, organisation=one.organisation_id, organisation_name=str(one.organisation),
            longitude=one.longitude, latitude=one.latitude, skills=(rules.kinds()[one.kind].title,), amount=max(0, one.beds - inside[one.pk]),
        )
        for one in rows
    ]  # fmt: skip


def coverage() -> list[rules.Reach]:
    """Each registered community with the site it reaches best; sites in use that have a place."""
    sites = list(
        Shelter.objects.filter(retired_on=None).exclude(longitude=None).exclude(latitude=None).order_by("code")
    )
    return rules.reach(Community.objects.filter(retired_on=None).select_related("organisation").order_by("code"), sites)


# ---- sums of an incident
def counting(incident: Incident) -> QuerySet[Household]:
    return Household.objects.filter(incident=incident, voided_at=None)


def totals(incident: Incident) -> dict[str, Decimal | int]:
    """What the registers add up to: people in shelters now, people who had to leave home so far, direct loss (10,000 yuan)."""
    rows = counting(incident)
    away = rows.filter(Q(situation__in=("shelter", "relatives")) | Q(stays__situation__in=("shelter", "relatives")))
    loss = sum(losses(incident).values(), Decimal(0))
    people = Household.objects.filter(pk__in=away.values("pk")).aggregate(n=Sum("people"))["n"] or 0
    return {
        "sheltered": rows.filter(situation="shelter").aggregate(n=Sum("people"))["n"] or 0,
        "evacuated": people,
        "loss": loss,
    }


def losses(incident: Incident) -> dict[str, Decimal]:
    """Direct loss by register, in 10,000 yuan."""
    return {
        model.__name__: model.objects.filter(incident_number=incident.number, retired_on=None).aggregate(n=Sum("loss"))["n"] or Decimal(0)
        for model in LOSSES
    }  # fmt: skip


def recovery(incident: Incident) -> dict[str, Decimal | int]:
    """Transition (yuan) and recovery works (10,000 yuan) of an incident."""
    moved = Transition.objects.filter(incident_number=incident.number, retired_on=None).aggregate(
        households=Sum("households"), people=Sum("people"), granted=Sum("granted"), transition_paid=Sum("paid")
    )
    works = RecoveryWork.objects.filter(incident_number=incident.number, retired_on=None).aggregate(
        planned=Sum("planned"), arranged=Sum("arranged"), paid=Sum("paid")
    )
    return {name: value or 0 for name, value in {**moved, **works}.items()}


def needs(found: Iterable[Line]) -> dict[str, int]:
    sums = dict.fromkeys(NEEDS, 0)
    for one in found:
        for slug in NEEDS:
            sums[slug] += getattr(one.row, slug)
    return sums


def of_year(year: int, as_of: date) -> QuerySet[Household]:
    """Households of real incidents that occurred in the year, until a day."""
    first = datetime(year, 1, 1, tzinfo=CHINA)
    last = min(datetime(year + 1, 1, 1, tzinfo=CHINA), datetime.combine(as_of + timedelta(days=1), time(), CHINA))
    rows = Household.objects.select_related("organisation", "incident").filter(
        incident__mode="real", incident__occurred_at__gte=first, incident__occurred_at__lt=last
    )
    return rows.exclude(incident__state__in=("false_alarm", "duplicate"))
