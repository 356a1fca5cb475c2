"""Reads: what a person may see of stations, devices and streams, and the directory a gateway works with."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.observations import derived
from anlan.kernel.observations.kinds import seen_by
from anlan.kernel.observations.models import ApiToken, Device, Edition, Stream
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream, Period
from anlan.kernel.registry.models import Station


def edition() -> int:
    row = Edition.objects.filter(pk=1).first()
    return row.number if row else 0


def directory() -> Directory:
    """Everything a gateway must know, of one edition: read again when `edition()` is another."""
    number = edition()
    devices: dict[tuple[str, str], KnownDevice] = {}
    streams: dict[int, KnownStream] = {}
    rows = Device.objects.prefetch_related(Prefetch("streams", Stream.objects.filter(retired_at=None, nature="raw")))
    for row in rows:
        mine = {one.channel: _known(one) for one in row.streams.all()}
        streams |= {one.id: one for one in mine.values()}
        devices[row.protocol, row.identity] = KnownDevice(
            row.pk, row.protocol, row.identity, row.state, row.secret, row.settings, mine
        )
    derivations = derived.known()
    for stream in Stream.objects.filter(pk__in={pk for one in derivations.values() for pk in one.outputs.values()}):
        streams[stream.pk] = _known(stream)
    return Directory(number, devices, streams, derivations)


def _known(row: Stream) -> KnownStream:
    period: Period = row.period  # type: ignore[assignment]  # held by the model's choices
    low = float("-inf") if row.low is None else row.low
    high = float("inf") if row.high is None else row.high
    return KnownStream(
        row.pk, row.device_id or 0, row.channel, period, row.scale, row.shift, low, high, row.every * 1000
    )


def stations(actor: Actor, kind: str = "") -> QuerySet[Station]:
    """The stations whose figures this person may see, of one kind or of all."""
    seen = Q(pk__in=())
    for one in seen_by(actor):
        if kind in ("", one.slug):
            mine = Station.objects.filter(kind=one.slug, retired_on=None)
            seen |= Q(pk__in=policy.visible_to(actor, one.permission, mine, "organisation__path").values("pk"))
    return Station.objects.filter(seen).select_related("organisation").order_by("kind", "name")


def streams(actor: Actor, station: Station | None = None) -> QuerySet[Stream]:
    """The streams of the stations this person may see."""
    seen = stations(actor)
    rows = Stream.objects.filter(station__in=seen, retired_at=None).select_related("station__organisation", "device")
    return rows.filter(station=station) if station else rows


def devices(actor: Actor) -> QuerySet[Device]:
    """Devices the person manages; those without a station are the administrator's."""
    rows = Device.objects.select_related("station__organisation")
    return policy.visible_to(actor, "observations.read", rows, "station__organisation__path")


def api_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """Those of the person's post; all, for who manages devices."""
    rows = ApiToken.objects.select_related("post__person", "post__organisation")
    return rows if policy.may(actor, "observations.manage") else rows.filter(post=actor.post_id or 0)
