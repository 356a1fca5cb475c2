"""Stations and devices of the demonstration out of a file, idempotently."""

from __future__ import annotations

import tomllib
from datetime import datetime

from anlan.kernel.access.actions import found_organisation
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.observations import actions
from anlan.kernel.observations.kinds import kind_of
from anlan.kernel.observations.models import Device
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.sheets import STATIONS


def load(text: str, at: datetime) -> None:
    """`[[organisation]]` (enterprises) and `[[station]]` with its devices; what is there stays."""
    given = tomllib.loads(text)
    for row in given.get("organisation", []):
        _organisation(row, at)
    for row in given.get("station", []):
        organisation = Organisation.objects.get(code=row["organisation"])
        station = Station.objects.filter(code=row["code"]).first()
        if station is None:
            values = {name: row.get(name, "") for name in ("code", "name", "kind", "place_name", "method")}
            values |= {"longitude": row.get("longitude"), "latitude": row.get("latitude"), "since": None}
            station = registry.add(
                actor=SYSTEM, sheet=STATIONS, organisation=organisation, values=values, at=at, is_demo=True
            )  # type: ignore[assignment]
        for one in row.get("device", []):
            _device(one, station, at)  # type: ignore[arg-type]


def _organisation(row: dict[str, str], at: datetime) -> None:
    from_code = Organisation.objects.filter(code=row["code"])
    if not from_code.exists():
        found_organisation(
            actor=SYSTEM, code=row["code"], name=row["name"], short_name=row.get("short", ""), kind=row["kind"],
            parent=Organisation.objects.get(code=row["parent"]), at=at, is_demo=True,
        )  # fmt: skip


def _device(row: dict[str, str], station: Station, at: datetime) -> None:
    """`codes` limits a device to some of the kind's channels; a list of them with `channel` names extra ones by number."""
    if Device.objects.filter(protocol=row["protocol"], identity=row["identity"]).exists():
        return
    device = actions.register_device(
        actor=SYSTEM, protocol=row["protocol"], identity=row["identity"], name=row.get("name", ""), station=station,
        secret=actions.digest_of(row["token"]) if "token" in row else row.get("secret", ""), at=at, is_demo=True,
    )  # fmt: skip
    kind = kind_of(station.kind)
    if kind is not None:
        actions.add_streams(actor=SYSTEM, device=device, at=at)
