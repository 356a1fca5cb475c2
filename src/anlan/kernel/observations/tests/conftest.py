"""A store of its own and a boiler whose device is admitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.observations import reading
from anlan.kernel.observations.actions import add_streams, register_device
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.sheets import STATIONS


@pytest.fixture
def store(tmp_path: Path, settings: Any) -> Iterator[Store]:
    settings.OBSERVATIONS = str(tmp_path / "observations.sqlite3")
    reading.close()
    opened = reading.writer()
    yield opened
    reading.close()
    opened.database.close()


@pytest.fixture
def stream(cast: Cast) -> Stream:
    """The hourly NOx of a boiler of the bureau's own."""
    owner = Organisation.objects.get(pk=cast.actor("monitor").organisation_id or 0)
    values = {"code": "T-1", "name": "示例锅炉", "kind": "boiler", "place_name": "", "method": "", "longitude": None, "latitude": None, "since": None}  # fmt: skip
    station = registry.add(actor=SYSTEM, sheet=STATIONS, organisation=owner, values=values, at=cast.at)
    assert isinstance(station, Station)
    device = register_device(actor=SYSTEM, protocol="hj212", identity="MN1", name="", station=station, at=cast.at)
    add_streams(actor=SYSTEM, device=device, at=cast.at)
    return Stream.objects.get(station=station, code="nox")
