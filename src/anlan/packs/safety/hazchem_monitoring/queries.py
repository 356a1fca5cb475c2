"""Units with their newest assessment, posts with their rounds, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import OPEN
from anlan.kernel.alarms.queries import visible as visible_alarms
from anlan.kernel.observations import queries as observed
from anlan.kernel.observations.types import Channel
from anlan.kernel.registry.models import Station
from anlan.kernel.web.types import Waiting
from anlan.packs.safety.hazchem_monitoring import duty_rules
from anlan.packs.safety.hazchem_monitoring.duty_rules import Round
from anlan.packs.safety.hazchem_monitoring.kinds import DUTY, PERMISSION, POSTS, TANK_AREA
from anlan.packs.safety.hazchem_monitoring.models import DutyEntry, DutyPost, HazardUnit
from anlan.packs.safety.subjects.newest import Newest, newest

_LEVELS = ("一级", "二级", "三级", "四级", "")
RECENT = timedelta(days=1)
CODES = ("level", "pressure", "temperature", "gas_1", "gas_2")


def units(actor: Actor) -> list[HazardUnit]:
    """The highest level first, then by S."""
    rows = HazardUnit.objects.filter(retired_on=None).select_related("organisation").prefetch_related("assessments")
    seen = list(policy.visible_to(actor, PERMISSION, rows, "organisation__path"))

    def order(unit: HazardUnit) -> tuple[int, float]:
        last = unit.assessments.all()[0]
        return (_LEVELS.index(last.level) if last.level in _LEVELS else len(_LEVELS), -float(last.s))

    return sorted(seen, key=order)


def unit(actor: Actor, pk: int) -> HazardUnit | None:
    rows = HazardUnit.objects.select_related("organisation")
    return policy.visible_to(actor, PERMISSION, rows, "organisation__path").filter(pk=pk).first()


@dataclass(frozen=True)
class Tanks:
    """A tank area with its newest values and the titles of what stands."""

    station: Station
    values: dict[str, Newest]
    alarms: tuple[str, ...]

    @property
    def cells(self) -> list[tuple[Channel | None, Newest | None]]:
        return [(TANK_AREA.channel(code), self.values.get(code)) for code in CODES]

    @property
    def at(self) -> datetime | None:
        return max((one.at for one in self.values.values()), default=None)


def tanks(actor: Actor) -> list[Tanks]:
    stations = list(observed.stations(actor, "tank_area"))
    told = newest(stations)
    standing: dict[int, list[str]] = {}
    rows = visible_alarms(actor).filter(stream__station__in=stations, state__in=OPEN, returned_at=None)
    for alarm in rows.select_related("rule", "stream"):
        standing.setdefault(alarm.stream.station_id, []).append(alarm.rule.title)
    found = [Tanks(one, told.get(one.pk, {}), tuple(standing.get(one.pk, ()))) for one in stations]
    return sorted(found, key=lambda one: (not one.alarms, one.station.name))


# ---- duty
def posts(actor: Actor) -> QuerySet[DutyPost]:
    rows = DutyPost.objects.filter(ended_at=None).select_related("organisation")
    return policy.visible_to(actor, PERMISSION, rows, "organisation__path")


def post(actor: Actor, pk: int) -> DutyPost | None:
    rows = DutyPost.objects.select_related("organisation")
    return policy.visible_to(actor, PERMISSION, rows, "organisation__path").filter(pk=pk).first()


def rounds(row: DutyPost, after: datetime, until: datetime, at: datetime) -> list[Round]:
    """The rounds due in `after` < t ≤ `until`, as they stand at `at`; none before the post began or after it ended."""
    after, until = max(after, row.started_at), min(until, row.ended_at or until)
    if after >= until:
        return []
    shifts = duty_rules.read_shifts(row.shifts)
    listed = duty_rules.dues(shifts, row.every, after, until)
    lines = row.entries.filter(due__in=listed).values_list("kind", "due", "text")
    signed = {due for kind, due, _text in lines if kind == "round"}
    said = {due: text for kind, due, text in lines if kind == "explain"}
    return duty_rules.rounds(
        listed,
        row.every,
        (one for one in listed if one in signed),
        {one: said[one] for one in listed if one in said},
        at,
    )


def rounds_now(row: DutyPost, at: datetime) -> list[Round]:
    """Of the running shift, and the last one of the shift before while it may still be signed."""
    shift = duty_rules.shift_of(duty_rules.read_shifts(row.shifts), at)
    found = rounds(row, shift.start - timedelta(minutes=1), shift.end, at)
    return [one for one in found if one.due > shift.start or one.state == "open"]


def rounds_of(row: DutyPost, at: datetime, days: int = duty_rules.DAYS) -> list[Round]:
    """Of the last days up to the end of the running shift."""
    shift = duty_rules.shift_of(duty_rules.read_shifts(row.shifts), at)
    return rounds(row, at - timedelta(days=days), shift.end, at)


@dataclass(frozen=True)
class Tally:
    """Rounds of one shift: due until now, signed, missed, missed without a word."""

    shift: duty_rules.Shift
    due: int
    signed: int
    missed: int
    unexplained: int


def tallies(row: DutyPost, at: datetime, days: int = duty_rules.DAYS) -> list[Tally]:
    """Shift by shift, the running one first."""
    minutes = duty_rules.read_shifts(row.shifts)
    by_shift: dict[duty_rules.Shift, list[Round]] = {}
    for one in rounds_of(row, at, days):
        # A round that is due as a shift ends belongs to that shift.
        by_shift.setdefault(duty_rules.shift_of(minutes, one.due - timedelta(seconds=1)), []).append(one)
    found = []
    for shift, given in by_shift.items():
        done = [one for one in given if one.state in ("signed", "missed")]
        found.append(
            Tally(
                shift,
                len(done),
                sum(one.state == "signed" for one in done),
                sum(one.state == "missed" for one in done),
                sum(one.unexplained for one in done),
            )
        )
    return found[::-1]


def log(row: DutyPost, since: datetime, until: datetime) -> list[DutyEntry]:
    """Newest first, each with its corrections."""
    rows = row.entries.filter(at__gte=since, at__lt=until).select_related("corrects")
    return list(rows)


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """For whoever may sign there: nobody watches, a round is open, a missed one has no word. For who oversees: what was missed."""
    if not (policy.may(actor, DUTY) or policy.may(actor, POSTS)):
        return
    for row in posts(actor):
        url = reverse("duty_post", args=[row.pk])
        now = rounds_now(row, at)
        missed = [one for one in rounds(row, at - RECENT, at, at) if one.unexplained]
        if policy.may(actor, DUTY, row):
            yield from _mine(row, now, missed, url, at)
        elif policy.may(actor, POSTS, row) and missed:
            yield Waiting(
                kind="值守",
                title=f"{row} 漏巡 {len(missed)} 次",
                fact=str(row.organisation),
                sender="值守日志",
                verb="看日志",
                url=url,
                due_at=missed[0].due,
            )


def _mine(row: DutyPost, now: list[Round], missed: list[Round], url: str, at: datetime) -> Iterator[Waiting]:
    shift = duty_rules.shift_of(duty_rules.read_shifts(row.shifts), at)
    if row.state == "vacant":
        yield Waiting(kind="值守", title=f"{row} 没有人值守", fact=f"{shift.start:%H:%M} 班", sender=str(row.organisation), verb="接班", url=url,
                      due_at=max(shift.start, row.started_at))  # fmt: skip
    for one in now:
        if one.state == "open" and row.state != "vacant":
            yield Waiting(kind="巡检", title=f"{row} {one.due:%H:%M} 巡检", fact=f"值守 {row.holder_name}", sender=str(row.organisation), verb="签巡检",
                          url=url, due_at=one.due + duty_rules.GRACE, started_at=duty_rules.opens(one.due, row.every))  # fmt: skip
    if missed:
        yield Waiting(kind="漏巡", title=f"{row} 漏巡 {len(missed)} 次没有说明", fact=f"最早 {missed[0].due:%H:%M}", sender=str(row.organisation), verb="说明",
                      url=url, due_at=missed[0].due)  # fmt: skip
