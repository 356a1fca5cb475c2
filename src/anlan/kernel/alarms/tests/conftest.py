"""A store of its own, the hourly NOx of a boiler, and a rule on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms import actions
from anlan.kernel.alarms.models import Rule
from anlan.kernel.observations import reading
from anlan.kernel.observations.actions import move_device, register_device
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
    values = {
        "code": "T-1",
        "name": "示例锅炉",
        "kind": "boiler",
        "place_name": "",
        "method": "",
        "longitude": None,
        "latitude": None,
        "since": None,
    }
    station = registry.add(actor=SYSTEM, sheet=STATIONS, organisation=owner, values=values, at=cast.at)
    assert isinstance(station, Station)
    device = register_device(actor=SYSTEM, protocol="hj212", identity="MN1", name="", station=station, at=cast.at)
    move_device(actor=SYSTEM, device=device, move="suspend", reason="示例", at=cast.at)
    move_device(actor=SYSTEM, device=device, move="admit", at=cast.at)  # admitting makes the streams of its kind
    return Stream.objects.get(station=station, code="nox")


@pytest.fixture
def rule(cast: Cast) -> Rule:
    return actions.set_rule(actor=SYSTEM, slug="nox", title="氮氧化物超限", form="above", kind="boiler", code="nox", settings={"limit": 30},
                            priority=2, basis="示例", at=cast.at)  # fmt: skip
