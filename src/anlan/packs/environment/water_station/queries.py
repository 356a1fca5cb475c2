"""Sections: class now and over the last thirty days, from the hourly values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS
from anlan.kernel.registry.models import Station
from anlan.packs.environment.water_station.kinds import EVALUATED
from anlan.science.water import surface

DAYS, FRESH = 30, timedelta(hours=6)


@dataclass(frozen=True)
class Section:
    """`now` from the newest usable hour of each item not older than six hours, `month` from the means of the last thirty days.

    `days` is how many of them have any value; `missing` the evaluated items that have none now.
    """

    station: Station
    now: surface.Verdict | None
    at: datetime | None
    month: surface.Verdict | None
    cwqi: Decimal | None
    days: int
    missing: tuple[str, ...]


def sections(actor: Actor, at: datetime) -> list[Section]:
    rows = Stream.objects.filter(
        station__in=queries.stations(actor, "water"), nature="raw", code__in=EVALUATED, retired_at=None
    )
    mine: dict[int, list[Stream]] = {}
    for one in rows:
        mine.setdefault(one.station_id, []).append(one)
    return [_section(station, mine.get(station.pk, []), at) for station in queries.stations(actor, "water")]


def _section(station: Station, streams: list[Stream], at: datetime) -> Section:
    store = reading.reader()
    if store is None or not streams:
        return Section(station, None, None, None, None, 0, EVALUATED)
    now: dict[str, Decimal] = {}
    newest = 0
    for one in streams:
        rows = store.raw(one.pk, reading.ms(at - FRESH), reading.ms(at))
        usable = [
            (end, value)
            for end, value, judged in zip(rows.end.tolist(), rows.value.tolist(), rows.judged.tolist(), strict=True)
            if judged == 0
        ]
        if usable:
            newest, now[one.code] = max(newest, usable[-1][0]), Decimal(str(usable[-1][1]))
    edge = (reading.ms(at) + CHINA_MS) // DAY_MS * DAY_MS + DAY_MS - CHINA_MS
    means, days = {}, 0
    for one, told in zip(
        streams, store.statistics([s.pk for s in streams], edge - DAYS * DAY_MS, edge, DAY_MS), strict=True
    ):
        if len(told.count):
            days = max(days, len(told.count))
            means[one.code] = Decimal(str(round(float(told.total.sum() / told.count.sum()), one.decimals)))
    return Section(
        station, surface.evaluate(now), datetime.fromtimestamp(newest / 1000, CHINA) if newest else None, surface.evaluate(means),
        surface.cwqi(means) if means and all(value > 0 for value in means.values()) else None, days, tuple(one for one in EVALUATED if one not in now),
    )  # fmt: skip
