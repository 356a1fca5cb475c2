"""The daily bulletin of boilers: hourly means against the limit that was in force, with how complete they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import Rule
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station
from anlan.science.flue.cems import Mean, day_mean

LIMIT_RULE = "boiler_nox_hour"


@dataclass(frozen=True)
class Line:
    """One boiler and day. `hours`: valid hourly means; `over`: those above the limit; `limit` None when no rule was in force."""

    station: Station
    day: Mean
    received: int
    over: int
    highest: Decimal | None
    limit: Decimal | None
    basis: str

    @property
    def word(self) -> str:
        if not self.received:
            return "没有数据"
        if self.over:
            return f"超限 {self.over} 小时"
        return "达标" if self.day.valid else f"有效 {self.day.count} 小时，不足 {self.day.needed}"


def bulletin(actor: Actor, on: date) -> list[Line]:
    """Every boiler the person may see, those over the limit first. An hour belongs to the day in which it began."""
    start = datetime(on.year, on.month, on.day, tzinfo=CHINA)
    after, until = reading.ms(start), reading.ms(start + timedelta(days=1))
    store = reading.reader()
    rules = list(Rule.objects.filter(slug=LIMIT_RULE, valid_from__lt=start + timedelta(days=1)).order_by("-valid_from"))
    streams = {one.station_id: one for one in Stream.objects.filter(code="nox", nature="raw", station__kind="boiler")}
    found = []
    for station in queries.stations(actor, "boiler"):
        stream = streams.get(station.pk)
        rows = store.raw(stream.pk, after, until) if store and stream else None
        usable = (
            []
            if rows is None
            else [Decimal(str(v)) for v, j in zip(rows.value.tolist(), rows.judged.tolist(), strict=True) if j == 0]
        )
        rule = _in_force(rules, station, start)
        limit = Decimal(str(rule.settings["limit"])) if rule else None
        over = sum(value > limit for value in usable) if limit is not None else 0
        found.append(
            Line(
                station,
                day_mean(usable),
                0 if rows is None else len(rows),
                over,
                max(usable, default=None),
                limit,
                rule.basis if rule else "",
            )
        )
    return sorted(found, key=lambda one: (-one.over, one.day.valid, one.station.name))


def _in_force(rules: list[Rule], station: Station, start: datetime) -> Rule | None:
    """The limit of that day: the station's own before the general one."""
    held = [one for one in rules if one.valid_to is None or one.valid_to > start]
    return next(
        (one for one in held if one.station_id == station.pk),
        next((one for one in held if one.station_id is None), None),
    )
