"""Vehicles, areas and routes on the map."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.maps.types import Layer
from anlan.packs.safety.dangerous_goods_vehicle import queries, rules
from anlan.packs.safety.dangerous_goods_vehicle.kinds import PERMISSION
from anlan.packs.safety.dangerous_goods_vehicle.sheets import AREA_KINDS


def _collection(features: list[dict[str, Any]]) -> Mapping[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def vehicles(actor: Actor, at: datetime) -> Mapping[str, Any]:
    """The newest place of each; the way to its track is a page of its own, whose opening is recorded."""
    return _collection([
        _feature(
            "Point", [one.last.longitude, one.last.latitude], name=one.station.name, sign="红" if one.alarms else "",
            value="、".join(one.alarms) or (f"{one.last.speed:.0f} km/h" if one.online and one.last.speed is not None else "离线"),
            url=reverse("vehicle_track", args=[one.station.code]),
        )
        for one in queries.vehicles(actor, at) if one.last is not None
    ])  # fmt: skip


def areas(actor: Actor, at: datetime) -> Mapping[str, Any]:
    found = []
    for one in queries.areas(civil_date(at)) if policy.may(actor, PERMISSION) else []:
        try:
            ring = rules.read_ring(one.points)
        except Refused:
            continue
        found.append(_feature("Polygon", [[*ring, ring[0]]], name=one.name, sign=AREA_KINDS.get(one.kind, ""),
                              value=one.hours or "全天", url=reverse("vehicle_areas_detail", args=[one.pk])))  # fmt: skip
    return _collection(found)


def routes(actor: Actor, at: datetime) -> Mapping[str, Any]:
    found = []
    for one in queries.routes(civil_date(at)) if policy.may(actor, PERMISSION) else []:
        try:
            line = rules.read_line(one.points)
        except Refused:
            continue
        found.append(_feature("LineString", list(line), name=one.name, sign="", value=f"走廊半宽 {one.half_width} m",
                              url=reverse("vehicle_routes_detail", args=[one.pk])))  # fmt: skip
    return _collection(found)


LAYERS = (
    Layer(slug="vehicle_areas", title="车辆区域", permission=PERMISSION, kind="area", features=areas, source="车辆区域台账"),
    Layer(slug="vehicle_routes", title="准行线路", permission=PERMISSION, kind="line", features=routes, source="准行线路台账"),
    Layer(slug="vehicles", title="危险货物车辆", permission=PERMISSION, kind="point", features=vehicles, source="JT/T 808 终端定位"),
)  # fmt: skip
