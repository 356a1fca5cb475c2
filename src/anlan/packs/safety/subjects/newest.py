"""The newest usable value of everything that some stations measure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from anlan.base.clock import CHINA
from anlan.kernel.observations import reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station


@dataclass(frozen=True)
class Newest:
    value: float
    at: datetime


def newest(stations: Collection[Station]) -> dict[int, dict[str, Newest]]:
    """Station → code of the channel → its newest value, when that one is usable."""
    store = reading.reader()
    if store is None:
        return {}
    rows = store.latest()
    good = rows.judged == 0
    values = dict(
        zip(
            rows.stream[good].tolist(),
            zip(rows.end[good].tolist(), rows.value[good].tolist(), strict=True),
            strict=True,
        )
    )
    found: dict[int, dict[str, Newest]] = {}
    streams = Stream.objects.filter(station__in=stations, nature="raw", retired_at=None)
    for pk, station, code in streams.values_list("pk", "station_id", "code"):
        if pk in values:
            end, value = values[pk]
            found.setdefault(station, {})[code] = Newest(value, datetime.fromtimestamp(end / 1000, CHINA))
    return found
