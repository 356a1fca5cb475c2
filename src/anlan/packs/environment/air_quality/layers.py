"""Stations on the map, with the level of their latest day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.maps.types import Layer
from anlan.packs.environment.air_quality.models import AirStation, StationDay
from anlan.science.air.editions import level_of


def _features(_actor: Actor, _at: datetime) -> Mapping[str, Any]:
    found = []
    for station in AirStation.objects.exclude(longitude=None).exclude(latitude=None):
        last = StationDay.objects.filter(station=station, is_current=True).order_by("-day").first()
        word = level_of(last.aqi)[1] if last and last.aqi is not None else "缺测"
        url = reverse("air_station_year", args=[station.pk, last.day.year]) if last else reverse("air_stations")
        found.append({
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [station.longitude, station.latitude]},
            "properties": {"name": station.name, "sign": word, "value": f"AQI {last.aqi}" if last and last.aqi is not None else "缺测", "url": url},
        })  # fmt: skip
    return {"type": "FeatureCollection", "features": found}


STATIONS = Layer(
    slug="air_stations", title="空气测点", permission="air_quality.read", kind="point", features=_features,
    source="空气质量台账：测点与最近一日评价",
)  # fmt: skip
