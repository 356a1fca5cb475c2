"""Where the vehicles are, and where one was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.maps.types import Layer
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station
from anlan.packs.safety.dangerous_goods_vehicle.kinds import PERMISSION

OFFLINE = timedelta(minutes=10)
LONGEST = timedelta(hours=24)


@dataclass(frozen=True)
class Fix:
    """WGS-84 degrees, km/h."""

    at: datetime
    longitude: float
    latitude: float
    speed: float | None


@dataclass(frozen=True)
class Vehicle:
    station: Station
    last: Fix | None
    online: bool


def track(station: Station, after: datetime, until: datetime) -> list[Fix]:
    """The fixes of a span by time; an instant without both coordinates is none."""
    store = reading.reader()
    streams = {
        one.code: one.pk
        for one in Stream.objects.filter(station=station, code__in=("lon", "lat", "speed"), nature="raw")
    }
    if store is None or not {"lon", "lat"} <= set(streams):
        return []
    values: dict[str, dict[int, float]] = {}
    for code, number in streams.items():
        rows = store.raw(number, reading.ms(after), reading.ms(until))
        values[code] = {
            end: value
            for end, value, judged in zip(rows.end.tolist(), rows.value.tolist(), rows.judged.tolist(), strict=True)
            if judged == 0
        }
    speeds = values.get("speed", {})
    return [
        Fix(datetime.fromtimestamp(end / 1000, CHINA), lon, values["lat"][end], speeds.get(end))
        for end, lon in sorted(values["lon"].items()) if end in values["lat"]
    ]  # fmt: skip


def vehicles(actor: Actor, at: datetime) -> list[Vehicle]:
    found = []
    for station in queries.stations(actor, "vehicle"):
        fixes = track(station, at - LONGEST, at)
        last = fixes[-1] if fixes else None
        found.append(Vehicle(station, last, last is not None and at - last.at < OFFLINE))
    return found


def features(actor: Actor, at: datetime) -> Mapping[str, Any]:
    points = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [one.last.longitude, one.last.latitude]},
            "properties": {"name": one.station.name, "sign": "", "url": reverse("vehicle_track", args=[one.station.code]),
                           "value": f"{one.last.speed:.0f} km/h" if one.online and one.last.speed is not None else "离线"},
        }
        for one in vehicles(actor, at) if one.last is not None
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": points}


LAYER = Layer(
    slug="vehicles",
    title="危险货物车辆",
    permission=PERMISSION,
    kind="point",
    features=features,
    source="JT/T 808 终端定位",
)
