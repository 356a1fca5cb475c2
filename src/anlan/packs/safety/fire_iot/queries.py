"""Units with what their devices say, alarms with what they turned out to be, hydrants with their newest check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import OPEN, Alarm
from anlan.kernel.alarms.queries import visible
from anlan.kernel.observations import queries
from anlan.kernel.registry.models import Station
from anlan.packs.safety.fire_iot import rules
from anlan.packs.safety.fire_iot.kinds import FIRE, PERMISSION
from anlan.packs.safety.fire_iot.models import FireUnit, FireVerdict, Hydrant, HydrantCheck, HydrantNeed
from anlan.packs.safety.subjects.newest import Newest, newest

OFFLINE, RECENT = timedelta(minutes=20), timedelta(days=30)
_STATES = tuple(one.code for one in FIRE.channels if one.quantity == "state")
_ORDER = {rules.FIRE: 0, rules.TROUBLE: 1, rules.FINE: 2}


@dataclass(frozen=True)
class Component:
    title: str
    code: str
    newest: Newest | None
    state: rules.State | None


@dataclass(frozen=True)
class Unit:
    """One building: `entry` its row of the register, None when it is not there."""

    station: Station
    entry: FireUnit | None
    components: tuple[Component, ...]
    pressure: Newest | None
    online: bool
    open_alarms: tuple[Alarm, ...]
    recent: int
    false: int

    @property
    def use(self) -> str:
        return rules.USES.get(self.entry.use, "") if self.entry else ""

    @property
    def worst(self) -> str:
        return min(
            (one.state.level for one in self.components if one.state), key=_ORDER.__getitem__, default=rules.FINE
        )

    @property
    def troubles(self) -> list[Component]:
        return [one for one in self.components if one.state and one.state.level != rules.FINE]

    @property
    def at(self) -> datetime | None:
        return max((one.newest.at for one in self.components if one.newest), default=None)


def units(actor: Actor, at: datetime, use: str = "") -> list[Unit]:
    """Fires first, then alarms, troubles, and those that are not heard."""
    stations = list(queries.stations(actor, "fire"))
    entries = {one.station_code: one for one in FireUnit.objects.filter(retired_on=None).exclude(station_code="")}
    if use:
        stations = [one for one in stations if one.code in entries and entries[one.code].use == use]
    told = newest(stations)
    standing: dict[int, list[Alarm]] = {}
    for alarm in (
        visible(actor)
        .filter(stream__station__in=stations, state__in=OPEN, returned_at=None)
        .select_related("rule", "stream")
    ):
        standing.setdefault(alarm.stream.station_id, []).append(alarm)
    recent = recent_verdicts(fires(actor).filter(stream__station__in=stations, raised_at__gte=at - RECENT))
    found = [
        _unit(one, entries.get(one.code), told.get(one.pk, {}), standing.get(one.pk, []), recent.get(one.pk, []), at)
        for one in stations
    ]
    return sorted(found, key=lambda one: (_ORDER[one.worst], not one.open_alarms, one.online, one.station.name))


def _unit(
    station: Station,
    entry: FireUnit | None,
    told: dict[str, Newest],
    alarms: list[Alarm],
    verdicts: list[str],
    at: datetime,
) -> Unit:
    parts = []
    for code in _STATES:
        channel, value = FIRE.channel(code), told.get(code)
        title = channel.title if channel else code
        parts.append(Component(title, code, value, rules.state(code, value.value) if value else None))
    last = max((one.at for one in told.values()), default=None)
    online = last is not None and at - last <= OFFLINE
    return Unit(
        station,
        entry,
        tuple(parts),
        told.get("pressure"),
        online,
        tuple(alarms),
        len(verdicts),
        verdicts.count("false"),
    )


def fires(actor: Actor) -> QuerySet[Alarm]:
    """The fire alarms this person may see: of states, not of pressure or silence."""
    return visible(actor).filter(stream__station__kind="fire", rule__slug__in=FIRE_RULES)


FIRE_RULES = ("fire_smoke_1", "fire_smoke_2", "fire_manual_1", "fire_electrical_1")


def recent_verdicts(alarms: QuerySet[Alarm]) -> dict[int, list[str]]:
    """Station → the newest verdict of each alarm, empty where there is none."""
    found: dict[int, list[str]] = {}
    for station, verdict in with_verdict(alarms).values_list("stream__station_id", "verdict"):
        found.setdefault(station, []).append(verdict or "")
    return found


def with_verdict(alarms: QuerySet[Alarm]) -> QuerySet[Any]:
    """Each with `verdict` and `cause` of its newest verdict."""
    newest_one = FireVerdict.objects.filter(alarm=OuterRef("pk")).order_by("-id")
    return alarms.annotate(
        verdict=Subquery(newest_one.values("verdict")[:1]), cause=Subquery(newest_one.values("cause")[:1])
    )


# ---- hydrants
def hydrants(actor: Actor, road: str = "") -> QuerySet[Any]:
    rows = policy.visible_to(actor, PERMISSION, Hydrant.objects.filter(retired_on=None), "organisation__path")
    rows = rows.filter(road=road) if road else rows
    return checked(rows.select_related("organisation"), None).order_by("road", "code")


def checked(rows: QuerySet[Hydrant], until: date | None) -> QuerySet[Any]:
    """Each with `checked_on`, `sound`, `fault` of its newest check (until a day, inclusive)."""
    looked = HydrantCheck.objects.filter(hydrant=OuterRef("pk")).order_by("-checked_on", "-id")
    looked = looked.filter(checked_on__lte=until) if until else looked
    return rows.annotate(
        checked_on=Subquery(looked.values("checked_on")[:1]),
        sound=Subquery(looked.values("sound")[:1]),
        fault=Subquery(looked.values("fault")[:1]),
    )


def standing(on: date) -> QuerySet[Hydrant]:
    """The hydrants there were on that day."""
    return Hydrant.objects.filter(installed_on__lte=on).filter(Q(retired_on=None) | Q(retired_on__gt=on))


def needs(on: date) -> dict[str, int]:
    rows = HydrantNeed.objects.filter(valid_from__lte=on).filter(Q(retired_on=None) | Q(retired_on__gt=on))
    found: dict[str, int] = {}
    for road, required in rows.values_list("road", "required"):
        found[road] = found.get(road, 0) + required
    return found


def set_up(on: date) -> rules.SetUp:
    return rules.set_up(needs(on), standing(on).values_list("road", flat=True))


@dataclass(frozen=True)
class Soundness:
    """`sound` of `total`; `looked` at since the first day of the year before."""

    sound: int
    looked: int
    total: int


def soundness(on: date) -> Soundness:
    """Whoever was not looked at for longer is not called sound."""
    since = date(on.year - 1, 1, 1)
    rows: Iterable[tuple[date | None, bool | None]] = checked(standing(on), on).values_list("checked_on", "sound")
    listed = list(rows)
    looked = [sound for checked_on, sound in listed if checked_on is not None and checked_on >= since]
    return Soundness(sum(bool(one) for one in looked), len(looked), len(listed))
