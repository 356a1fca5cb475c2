"""Every underground station with its newest values, whether one may go in, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import OPEN
from anlan.kernel.alarms.queries import visible
from anlan.kernel.observations import queries
from anlan.kernel.observations.types import Channel
from anlan.kernel.registry.models import Station
from anlan.packs.safety.subjects.newest import Newest, newest
from anlan.packs.safety.underground import rules
from anlan.packs.safety.underground.kinds import UNDERGROUND
from anlan.packs.safety.underground.models import UndergroundSpace
from anlan.packs.safety.underground.sheets import KINDS

SHOWN = ("ch4", "h2s", "o2", "co", "level")
CHANNELS = tuple(one for code in SHOWN if (one := UNDERGROUND.channel(code)))
_ORDER = {"no": 0, "unknown": 1, "ok": 2}


@dataclass(frozen=True)
class Space:
    """`entry` is its row of the register, None when the station is in none; `cells` the values of SHOWN."""

    station: Station
    entry: UndergroundSpace | None
    values: dict[str, Newest]
    verdict: rules.Verdict
    alarms: tuple[str, ...]

    @property
    def kind(self) -> str:
        return KINDS.get(self.entry.kind, "") if self.entry else ""

    @property
    def cells(self) -> list[Newest | None]:
        return [self.values.get(code) for code in SHOWN]

    @property
    def texts(self) -> list[tuple[Channel, str]]:
        """The values of SHOWN as they are written."""
        return [
            (channel, f"{cell.value:.{channel.decimals}f}" if cell else "—")
            for channel, cell in zip(CHANNELS, self.cells, strict=True)
        ]

    @property
    def wet(self) -> bool:
        return bool(self.values.get("ingress") and self.values["ingress"].value)

    @property
    def at(self) -> datetime | None:
        return max((one.at for one in self.values.values()), default=None)


def spaces(actor: Actor, at: datetime, kind: str = "") -> list[Space]:
    """Those with alarms first, then those nobody may enter, then those nobody knows of."""
    stations = list(queries.stations(actor, "underground"))
    entries = {
        one.station_code: one for one in UndergroundSpace.objects.filter(retired_on=None).exclude(station_code="")
    }
    standing: dict[int, list[str]] = {}
    for alarm in (
        visible(actor)
        .filter(stream__station__in=stations, state__in=OPEN, returned_at=None)
        .select_related("rule", "stream")
    ):
        standing.setdefault(alarm.stream.station_id, []).append(alarm.rule.title)
    told = newest(stations)
    found = []
    for station in stations:
        entry, values = entries.get(station.code), told.get(station.pk, {})
        if kind and (entry is None or entry.kind != kind):
            continue
        verdict = rules.entry({code: (one.value, one.at) for code, one in values.items()}, at)
        found.append(Space(station, entry, values, verdict, tuple(standing.get(station.pk, ()))))
    return sorted(found, key=lambda one: (not one.alarms, _ORDER[one.verdict.word], one.station.name))


def unwatched(actor: Actor) -> int:
    """Spaces of the register that no station measures in."""
    stations = set(queries.stations(actor, "underground").values_list("code", flat=True))
    rows = UndergroundSpace.objects.filter(retired_on=None)
    return sum(code not in stations for code in rows.values_list("station_code", flat=True))
