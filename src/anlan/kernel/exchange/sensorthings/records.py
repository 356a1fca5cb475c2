"""The records as SensorThings sees them: who a token is, and what that reader may see. Called in a thread, never in the loop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from anlan.base.clock import civil_date
from anlan.kernel.access import policy, second_factor
from anlan.kernel.access.types import Actor
from anlan.kernel.exchange.intake import Refusal, digest_of
from anlan.kernel.exchange.sensorthings.catalogue import Catalogue, Entity, Id, StreamFacts, catalogue
from anlan.kernel.observations import queries
from anlan.kernel.observations.models import ApiToken, Device, Stream
from anlan.kernel.observations.types import KnownDevice
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.sheets import STATION_KINDS

_POINT = "application/geo+json"
_MEASURED = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
NO_SENSOR = 0  # a reviewed stream comes from no device


@dataclass(frozen=True)
class Viewer:
    """Whoever asks: a device for its own station and streams, or a program for what a post may see."""

    key: str
    actor: Actor
    device: int = 0
    registers: bool = False


def of_device(device: KnownDevice) -> Viewer:
    name = f"设备 {device.identity}"
    return Viewer(f"device/{device.id}", Actor(person_id=None, post_id=None, name=name), device.id)


def of_token(token: str, at: datetime) -> Viewer:
    """The post whose token it is. Raises Refusal 401 or 403."""
    today = civil_date(at)
    found = (
        ApiToken.objects.filter(digest=digest_of(token), revoked_at=None, until__gte=today)
        .select_related("post__person", "post__organisation__parent")
        .first()
        if token
        else None
    )
    if found is None:
        raise Refusal(401, "token", "没有令牌、令牌不对或已过期。在“接口令牌”页面开一个。")
    post = found.post
    if not post.person.is_active or post.starts_on > today or (post.ends_on is not None and post.ends_on < today):
        raise Refusal(403, "forbidden", "令牌的岗位已经不在任，不能用了。")
    needed = settings.REQUIRE_SECOND_FACTOR and second_factor.needed_by([post.role])
    if needed and not second_factor.has(post.person_id):
        raise Refusal(403, "second_factor", "令牌的岗位须开启两步验证。先到“两步验证”开启。")
    return Viewer(f"post/{post.pk}", policy.actor_of(post), registers=found.registers)


def catalogue_of(viewer: Viewer) -> Catalogue:
    """Everything but observations that this reader may see."""
    if viewer.device:
        stations = Station.objects.filter(devices=viewer.device, retired_on=None).select_related("organisation")
        streams: QuerySet[Stream] = Stream.objects.filter(device=viewer.device, retired_at=None)
    else:
        stations = queries.stations(viewer.actor)
        streams = queries.streams(viewer.actor)
    seen = {one.pk: one for one in stations}
    rows = [one for one in streams.select_related("device").order_by("pk") if one.station_id in seen]
    return catalogue(
        {
            "Things": {one.pk: _thing(one) for one in seen.values()},
            "Locations": {one.pk: _location(one) for one in seen.values() if one.longitude is not None},
            "FeaturesOfInterest": {one.pk: _feature(one) for one in seen.values()},
            "Datastreams": {one.pk: _datastream(one, seen[one.station_id]) for one in rows},
            "Sensors": _sensors(rows),
            "ObservedProperties": {one.quantity: _property(one) for one in rows},
        },
        {one.pk: StreamFacts(one.station_id, one.device_id or NO_SENSOR, one.quantity) for one in rows},
    )


def _thing(one: Station) -> Entity:
    kind = STATION_KINDS.get(one.kind, one.kind)
    return {
        "name": one.name, "description": f"{kind} {one.place_name}".strip(),
        "properties": {"code": one.code, "kind": one.kind, "organisation": one.organisation.code, "demonstration": one.is_demo},
    }  # fmt: skip


def _geometry(one: Station) -> dict[str, object] | None:
    return None if one.longitude is None else {"type": "Point", "coordinates": [one.longitude, one.latitude]}


def _location(one: Station) -> Entity:
    return {
        "name": one.place_name or one.name,
        "description": one.name,
        "encodingType": _POINT,
        "location": _geometry(one),
    }


def _feature(one: Station) -> Entity:
    feature = {"type": "Feature", "geometry": _geometry(one), "properties": {"code": one.code}}
    return {"name": one.name, "description": one.place_name or one.name, "encodingType": _POINT, "feature": feature}


def _datastream(one: Stream, station: Station) -> Entity:
    return {
        "name": f"{station.name} · {one.title}",
        "description": f"{one.title}（{one.get_period_display()}，{one.get_nature_display()}）",
        "observationType": _MEASURED,
        "unitOfMeasurement": {"name": one.unit or None, "symbol": one.unit or None, "definition": None},
        "properties": {"code": one.code, "period": one.period, "everySeconds": one.every, "nature": one.nature},
    }


def _sensors(rows: Iterable[Stream]) -> dict[Id, Entity]:
    """Devices by the name people gave them; their identity in the protocol is nobody's business here."""
    found: dict[Id, Entity] = {}
    for one in rows:
        device: Device | None = one.device
        number = device.pk if device else NO_SENSOR
        name, said = (
            (device.name or f"设备 {number}", device.get_protocol_display()) if device else ("审核", "人工或按规则审核")
        )
        found[number] = {"name": name, "description": said, "encodingType": "text/plain", "metadata": said}
    return found


def _property(one: Stream) -> Entity:
    return {"name": one.title, "description": one.title, "definition": f"urn:anlan:quantity:{one.quantity}"}
