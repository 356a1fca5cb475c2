"""Where the vehicles are, where one was, and what its track amounts to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import OPEN
from anlan.kernel.alarms.queries import visible
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station
from anlan.packs.safety.dangerous_goods_vehicle import rules
from anlan.packs.safety.dangerous_goods_vehicle.models import GoodsVehicle, VehicleArea, VehicleRoute
from anlan.packs.safety.dangerous_goods_vehicle.sheets import GOODS, codes
from anlan.packs.safety.subjects.newest import newest

OFFLINE, LONG_STOP = timedelta(minutes=10), timedelta(minutes=5)
_CODES = ("lon", "lat", "speed", "off_route", "forbidden", "standing")


@dataclass(frozen=True)
class Fix:
    """WGS-84 degrees, km/h; `off_route` in m beyond the corridor, None without a route; `forbidden` areas it is in."""

    at: datetime
    longitude: float
    latitude: float
    speed: float | None
    off_route: float | None = None
    forbidden: float = 0.0
    standing: bool = False

    @property
    def wrong(self) -> bool:
        return bool(self.off_route or self.forbidden)


@dataclass(frozen=True)
class Vehicle:
    """`alarms` are the titles of its rules that stand now; `entry` its row in the register, None when it is not there."""

    station: Station
    last: Fix | None
    online: bool
    entry: GoodsVehicle | None
    alarms: tuple[str, ...] = ()

    @property
    def goods(self) -> str:
        return GOODS.get(self.entry.goods, "") if self.entry else ""


@dataclass(frozen=True)
class Stop:
    """From the first to the last fix in one place."""

    since: datetime
    until: datetime
    longitude: float
    latitude: float

    @property
    def minutes(self) -> int:
        return round((self.until - self.since).total_seconds() / 60)


@dataclass(frozen=True)
class Trip:
    """What a track amounts to. `metres` is along the fixes, so a little less than the wheels ran."""

    metres: float
    fastest: float | None
    wrong: int
    stops: tuple[Stop, ...]

    @property
    def kilometres(self) -> float:
        return self.metres / 1000


def track(station: Station, after: datetime, until: datetime) -> list[Fix]:
    """The fixes of a span by time; an instant without both coordinates is none."""
    store = reading.reader()
    streams = dict(Stream.objects.filter(station=station, code__in=_CODES, nature="raw").values_list("code", "pk"))
    if store is None or not {"lon", "lat"} <= set(streams):
        return []
    values: dict[str, dict[int, float]] = {code: {} for code in _CODES}
    for code, number in streams.items():
        rows = store.raw(number, reading.ms(after), reading.ms(until))
        good = rows.judged == 0
        values[code] = dict(zip(rows.end[good].tolist(), rows.value[good].tolist(), strict=True))
    return [_fix(end, values) for end in sorted(values["lon"]) if end in values["lat"]]


def _fix(end: int, values: dict[str, dict[int, float]]) -> Fix:
    return Fix(
        datetime.fromtimestamp(end / 1000, CHINA), values["lon"][end], values["lat"][end], values["speed"].get(end),
        values["off_route"].get(end), values["forbidden"].get(end, 0.0), bool(values["standing"].get(end)),
    )  # fmt: skip


def trip(fixes: Sequence[Fix]) -> Trip:
    metres = sum(
        rules.metres_from([(one.longitude, one.latitude)], (two.longitude, two.latitude))
        for one, two in pairwise(fixes)
    )
    speeds = [one.speed for one in fixes if one.speed is not None]
    return Trip(metres, max(speeds, default=None), sum(one.wrong for one in fixes), tuple(_stops(fixes)))


def _stops(fixes: Sequence[Fix]) -> list[Stop]:
    found: list[Stop] = []
    first: Fix | None = None
    last: Fix | None = None
    for one in (*fixes, None):
        if one is not None and one.speed is not None and one.speed < rules.STANDING_KMH:
            first, last = first or one, one
        elif first is not None and last is not None:
            if last.at - first.at >= LONG_STOP:
                found.append(Stop(first.at, last.at, first.longitude, first.latitude))
            first = last = None
    return found


def vehicles(actor: Actor, at: datetime) -> list[Vehicle]:
    """Every vehicle with its newest fix; those in trouble first, then those that are away."""
    stations = list(queries.stations(actor, "vehicle"))
    entries = {one.station_code: one for one in GoodsVehicle.objects.filter(retired_on=None)}
    standing: dict[int, list[str]] = {}
    rows = visible(actor).filter(stream__station__in=stations, state__in=OPEN, returned_at=None)
    for alarm in rows.select_related("rule", "stream"):
        standing.setdefault(alarm.stream.station_id, []).append(alarm.rule.title)
    last = _last(stations)
    found = [
        Vehicle(one, fix, fix is not None and at - fix.at < OFFLINE, entries.get(one.code), tuple(standing.get(one.pk, ())))
        for one in stations for fix in (last.get(one.pk),)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (not one.alarms, one.online, one.station.name))


def _last(stations: Sequence[Station]) -> dict[int, Fix]:
    """The newest fix of each; what is not of the same instant does not belong to it."""
    found = {}
    for station, told in newest(stations).items():
        if "lon" in told and "lat" in told and told["lon"].at == told["lat"].at:
            at = told["lon"].at
            mine = {code: one.value for code, one in told.items() if one.at == at}
            found[station] = Fix(
                at, mine["lon"], mine["lat"], mine.get("speed"), mine.get("off_route"), mine.get("forbidden", 0.0),
                bool(mine.get("standing")),
            )  # fmt: skip
    return found


def areas(on: date) -> list[VehicleArea]:
    """In force on that day."""
    rows = VehicleArea.objects.filter(valid_from__lte=on, retired_on=None).exclude(valid_to__lte=on)
    return list(rows.order_by("kind", "code"))


def routes(on: date, only: Sequence[str] | None = None) -> list[VehicleRoute]:
    rows = VehicleRoute.objects.filter(valid_from__lte=on, retired_on=None).exclude(valid_to__lte=on).order_by("code")
    return list(rows if only is None else rows.filter(code__in=only))


def routes_of(station: Station, on: date) -> list[VehicleRoute]:
    entries = GoodsVehicle.objects.filter(station_code=station.code, retired_on=None)
    return routes(on, [code for one in entries for code in codes(one.routes)])
