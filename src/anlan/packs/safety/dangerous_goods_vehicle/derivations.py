"""What holds for each vehicle, read once for every edition of the records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.observations.reading import ms
from anlan.kernel.observations.types import Derivation
from anlan.kernel.registry.models import Station
from anlan.packs.safety.dangerous_goods_vehicle import rules
from anlan.packs.safety.dangerous_goods_vehicle.models import GoodsVehicle, VehicleArea, VehicleRoute
from anlan.packs.safety.dangerous_goods_vehicle.rules import Area, Corridor, Limits
from anlan.packs.safety.dangerous_goods_vehicle.sheets import codes, minutes

_EVER = 1 << 62


def _at(day: date | None) -> int:
    """The first instant of a civil day."""
    return _EVER if day is None else ms(datetime.combine(day, time(), CHINA))


def _area(row: VehicleArea) -> Area | None:
    """None for a row that cannot be read: an import may have gone around the form."""
    try:
        start, end = minutes(row.hours)
        return Area(row.kind, rules.read_ring(row.points), start, end, _at(row.valid_from), _end(row))
    except Refused:
        return None


def _corridor(row: VehicleRoute) -> Corridor | None:
    try:
        return Corridor(rules.read_line(row.points), float(row.half_width), _at(row.valid_from), _end(row))
    except Refused:
        return None


def _end(row: VehicleArea | VehicleRoute) -> int:
    """`valid_to` and the day of retirement: whichever is first."""
    return min(_at(row.valid_to), _at(row.retired_on))


def limits() -> Mapping[int, Limits]:
    """For every vehicle station: all areas, and the routes that the register of vehicles gives it."""
    areas = tuple(one for one in map(_area, VehicleArea.objects.all()) if one)
    ways = {row.code: _corridor(row) for row in VehicleRoute.objects.all()}
    mine: dict[str, list[str]] = {}
    for vehicle in GoodsVehicle.objects.filter(retired_on=None):
        mine.setdefault(vehicle.station_code, []).extend(codes(vehicle.routes))
    return {
        pk: Limits(areas, tuple(way for one in mine.get(code, ()) if (way := ways.get(one)) is not None))
        for pk, code in Station.objects.filter(kind="vehicle", retired_on=None).values_list("pk", "code")
    }


WHERE = Derivation(
    slug="dangerous_goods_vehicle.where",
    kind="vehicle",
    inputs=("lon", "lat", "speed"),
    outputs=("off_route", "forbidden", "standing"),
    prepare=limits,
    derive=rules.derive,
)
