"""Stations with devices and streams, and values that go through the gateway's own writer into a store of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.consuming import consume
from anlan.kernel.alarms.watching import watches
from anlan.kernel.exchange.writer import Parcel, Writer
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.actions import add_streams, register_device
from anlan.kernel.observations.models import Device, Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.types import Reading
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.sheets import STATIONS
from tests.support.cast import Cast


class District:
    """What the tests of the monitoring rooms ask for."""

    def __init__(self, cast: Cast, store: Store) -> None:
        self.cast, self.at, self.store = cast, cast.at, store

    def station(
        self,
        kind: str,
        code: str,
        protocol: str,
        *,
        owner: Organisation | None = None,
        place: tuple[float, float] | None = None,
    ) -> Station:
        """A station of the emergency bureau, or of another, with one device and the streams of its kind."""
        values = {
            "code": code, "name": f"示例{code}", "kind": kind, "place_name": "", "method": "", "since": None,
            "longitude": place[0] if place else None, "latitude": place[1] if place else None,
        }  # fmt: skip
        found = registry.add(
            actor=SYSTEM,
            sheet=STATIONS,
            organisation=owner or self.cast.emergency,
            values=values,
            at=self.at,
            is_demo=True,
        )
        assert isinstance(found, Station)
        device = register_device(actor=SYSTEM, protocol=protocol, identity=code, name="", station=found, at=self.at)
        add_streams(actor=SYSTEM, device=device, at=self.at)
        return found

    def send(self, station: Station, at: datetime, **values: float) -> None:
        """One instant of a device, through the writer: judged, derived, committed, its alarms taken over."""
        self.batch(station, {at: values})

    def batch(self, station: Station, given: Mapping[datetime, Mapping[str, float]]) -> None:
        device = Device.objects.get(station=station)
        channels = dict(Stream.objects.filter(device=device).values_list("code", "channel"))
        readings = [
            Reading(channels[code], reading.ms(at), reading.ms(at), value)
            for at, values in given.items()
            for code, value in values.items()
        ]
        newest = max(map(reading.ms, given))
        directory, watched = queries.directory(), watches()
        known = directory.device(device.protocol, device.identity)
        assert known is not None

        async def go() -> None:
            writer = Writer(self.store, directory, watched, lambda: newest)
            running = asyncio.create_task(writer.run())
            await writer.submit([Parcel(known, (), readings)])
            await writer.stop()
            await running

        asyncio.run(go())
        consume(max(given))

    def values(self, station: Station, code: str) -> list[float]:
        stream = Stream.objects.get(station=station, code=code)
        reading.close()
        store = reading.reader()
        assert store is not None
        return store.raw(stream.pk, 0, 1 << 60).value.tolist()  # type: ignore[no-any-return]
