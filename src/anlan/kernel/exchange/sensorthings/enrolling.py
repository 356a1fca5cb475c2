"""A Thing with its Datastreams, posted at once, becomes a station, its devices and their streams: all of it or nothing.

Every part goes through the action of its own room, with that action's check and journal entry. Sensor = device: each gets a
token, told once in the answer. Nothing here changes or removes what is there: that is done on the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q

from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.exchange.intake import Refusal, unreadable
from anlan.kernel.exchange.sensorthings.records import Viewer
from anlan.kernel.observations import actions
from anlan.kernel.observations.kinds import kind_of
from anlan.kernel.observations.models import Device
from anlan.kernel.observations.types import Channel, Period
from anlan.kernel.registry.actions import add
from anlan.kernel.registry.cells import row_of
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.sheets import STATIONS

MOST_STREAMS = 200
PROTOCOL = "sensorthings"
_MANAGE = "observations.manage"


class Unit(msgspec.Struct, forbid_unknown_fields=True):
    symbol: str | None = ""
    name: str | None = ""
    definition: str | None = ""


class Property(msgspec.Struct, forbid_unknown_fields=True):
    id: str = msgspec.field(name="@iot.id", default="")
    name: str = ""
    definition: str = ""
    description: str = ""


class Sensor(msgspec.Struct, forbid_unknown_fields=True):
    id: int = msgspec.field(name="@iot.id", default=0)
    name: str = ""
    description: str = ""
    encodingType: str = ""  # noqa: N815 - the standard's word
    metadata: str = ""


class StreamWords(msgspec.Struct, forbid_unknown_fields=True):
    code: str = ""
    period: Period = "instant"
    everySeconds: int = 0  # noqa: N815


class Ref(msgspec.Struct, forbid_unknown_fields=True):
    id: int = msgspec.field(name="@iot.id")


class Datastream(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    ObservedProperty: Property
    Sensor: Sensor
    unitOfMeasurement: Unit = msgspec.field(default_factory=Unit)  # noqa: N815
    description: str = ""
    observationType: str = ""  # noqa: N815
    properties: StreamWords = msgspec.field(default_factory=StreamWords)
    Thing: Ref | None = None


class Point(msgspec.Struct, forbid_unknown_fields=True):
    coordinates: tuple[float, float]
    type: str = "Point"


class Location(msgspec.Struct, forbid_unknown_fields=True):
    location: Point
    name: str = ""
    description: str = ""
    encodingType: str = ""  # noqa: N815


class ThingWords(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    kind: str = "other"
    organisation: str = ""


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    properties: ThingWords
    description: str = ""
    Locations: list[Location] = msgspec.field(default_factory=list)
    Datastreams: list[Datastream] = msgspec.field(default_factory=list)


_thing, _stream = msgspec.json.Decoder(Thing).decode, msgspec.json.Decoder(Datastream).decode


def create_thing(viewer: Viewer, body: bytes, at: datetime) -> dict[str, Any]:
    """Raises Refusal 400, Refused of any room below."""
    try:
        given = _thing(body)
    except msgspec.MsgspecError as error:
        raise unreadable(error) from None
    if len(given.Datastreams) > MOST_STREAMS or len(given.Locations) > 1:
        raise Refusal(400, "form", f"一个 Thing 最多 {MOST_STREAMS} 个 Datastream、一个 Location。")
    with transaction.atomic():
        actor, organisation = _for(viewer, given.properties.organisation)
        station = _station(actor, organisation, given, at)
        streams, tokens = _streams(actor, station, given.Datastreams, at)
    return {"@iot.id": station.pk, "name": station.name, "datastreams": streams, "tokens": tokens}


def create_stream(viewer: Viewer, body: bytes, at: datetime, thing: int | None) -> dict[str, Any]:
    """`POST Datastreams` and `POST Things(thing)/Datastreams`."""
    try:
        given = _stream(body)
    except msgspec.MsgspecError as error:
        raise unreadable(error) from None
    number = given.Thing.id if given.Thing else thing
    if number is None or (thing is not None and number != thing):
        raise Refusal(400, "form", "没有写 Thing，或与地址里的不同。")
    with transaction.atomic():
        station = Station.objects.filter(pk=number, retired_on=None).select_related("organisation").first()
        actor, organisation = _for(viewer, "")
        if station is None or (viewer.device and station.organisation_id != organisation.pk):
            raise Refusal(404, "not_found", f"没有 Things({number})，或不能用。")
        streams, tokens = _streams(actor, station, [given], at)
    return {"@iot.id": streams[given.name], "name": given.name, "tokens": tokens}


def _for(viewer: Viewer, code: str) -> tuple[Actor, Organisation]:
    """On whose behalf and for which organisation: a person's own unless another is named; a device's own alone."""
    if viewer.device:
        device = Device.objects.select_related("station__organisation").get(pk=viewer.device)
        if not device.settings.get("declares") or device.station is None:
            raise Refusal(403, "forbidden", "这台设备没有获准自行登记。请管理员在设备设置里打开，或用接口令牌登记。")
        its = device.station.organisation
        if code not in ("", its.code):
            raise Refusal(403, "forbidden", f"这台设备只能为{its}登记。")
        return replace(viewer.actor, roles=frozenset({"system"}), on_behalf_of=str(its)), its
    if not viewer.registers:
        raise Refusal(403, "forbidden", "这个令牌只能读。开一个可登记的接口令牌。")
    policy.require(viewer.actor, _MANAGE)
    own = viewer.actor.organisation_id or 0
    organisation = Organisation.objects.filter(Q(code=code) if code else Q(pk=own)).first()
    if organisation is None:
        raise Refusal(400, "form", f"没有代码为“{code[:40]}”的单位。")
    return viewer.actor, organisation


def _station(actor: Actor, organisation: Organisation, given: Thing, at: datetime) -> Station:
    place = given.Locations[0] if given.Locations else None
    if place and place.location.type != "Point":
        raise Refusal(400, "form", "Location 须是 GeoJSON 的 Point。")
    longitude, latitude = place.location.coordinates if place else (None, None)
    values, problems = row_of(
        {"code": given.properties.code, "name": given.name, "kind": given.properties.kind, "place_name": place.name if place else "",
         "longitude": longitude, "latitude": latitude}, STATIONS,
    )  # fmt: skip
    if problems:
        raise Refusal(400, "form", " ".join(one.message for one in problems))
    station = add(actor=actor, sheet=STATIONS, organisation=organisation, values=values, at=at)
    return Station.objects.select_related("organisation").get(pk=station.pk)


def _streams(
    actor: Actor, station: Station, given: list[Datastream], at: datetime
) -> tuple[dict[str, int], dict[str, str]]:
    """({name: id of its stream}, {sensor: its new token})."""
    made: dict[str, int] = {}
    tokens: dict[str, str] = {}
    devices: dict[str, Device] = {}
    for one in given:
        if one.name in made:
            raise Refusal(400, "form", f"两个 Datastream 都叫“{one.name[:40]}”。")
        key = one.Sensor.name or str(one.Sensor.id)
        if key not in devices:
            devices[key] = _device(actor, station, one.Sensor, at)
            if one.Sensor.id == 0:
                tokens[key] = actions.new_token(actor=actor, device=devices[key], at=at)
        channel = _channel(station, one)
        made[one.name] = actions.add_stream(
            actor=actor, device=devices[key], channel=channel, source=channel.code, at=at
        ).pk
    return made, tokens


def _device(actor: Actor, station: Station, given: Sensor, at: datetime) -> Device:
    """A device of this station that is there, or a new one."""
    if given.id:
        found = Device.objects.select_related("station__organisation").filter(pk=given.id, station=station).first()
        if found is None or found.protocol not in actions.TOKEN_PROTOCOLS:
            raise Refusal(400, "form", f"Sensors({given.id}) 不是这个监测点经 HTTP 或 SensorThings 发数的设备。")
        return found
    if not given.name.strip():
        raise Refusal(400, "form", "Sensor 没有名称。")
    return actions.register_device(
        actor=actor,
        protocol=PROTOCOL,
        identity=f"{station.code}/{given.name.strip()}",
        name=given.name,
        station=station,
        at=at,
    )


def _channel(station: Station, given: Datastream) -> Channel:
    """The station kind's own word for it where there is one; else as it was described."""
    code = (given.properties.code or given.ObservedProperty.id or given.ObservedProperty.name).strip()
    kind = kind_of(station.kind)
    known = kind.channel(code) if kind else None
    unit = (given.unitOfMeasurement.symbol or "").strip()
    if known is not None:
        if unit and unit != known.unit:
            raise Refusal(400, "form", f"“{known.title}”的单位是 {known.unit}，不是 {unit[:20]}。换算后再发。")
        return known
    quantity = (given.ObservedProperty.id or given.ObservedProperty.name).strip()
    _lengths({"code": (code, 40), "ObservedProperty": (quantity, 40), "name": (given.name, 60)}, unit)
    if not 0 <= given.properties.everySeconds <= 31_622_400:
        raise Refusal(400, "form", "everySeconds 须在 0 到一年之间。")
    return Channel(
        code=code, quantity=quantity, title=given.name.strip(), unit=unit, decimals=2, period=given.properties.period,
        every=given.properties.everySeconds,
    )  # fmt: skip


def _lengths(words: Mapping[str, tuple[str, int]], unit: str) -> None:
    for name, (word, most) in words.items():
        if not 1 <= len(word.strip()) <= most:
            raise Refusal(400, "form", f"{name} 须有 1 到 {most} 个字。")
    if len(unit) > 20:
        raise Refusal(400, "form", "单位最多 20 个字。")
