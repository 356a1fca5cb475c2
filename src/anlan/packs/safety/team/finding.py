"""The teams nearest to a place: straight for all of the register, by road for those that come first.

The index is kept for a process and built anew when the register or the day changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock
from typing import Any

from anlan.base.clock import civil_date
from anlan.kernel.maps.models import ImportedLayer
from anlan.packs.safety.team.models import Dispatch, Expert, Team, TeamMark
from anlan.packs.safety.team.rules import skills, unready
from anlan.science.geo.nearest import Nearest, Point
from anlan.science.geo.roads import Roads

READY, FREE = "=ready", "=free"  # tags that no skill can be
ROADS = "roads"  # slug of the imported layer with the road network
CANDIDATES = 30  # of the straight order, whose way by road is asked


@dataclass(frozen=True, kw_only=True)
class Found:
    """A team, how far it is straight and by road (None: no network is loaded, or no way leads there), why it cannot come, where it is busy."""

    team: Team
    km: float
    road_km: float | None
    unready: str
    busy: str


class _Kept:
    """One value of this process, made again when its mark changed. Two threads may make it twice; either is right."""

    def __init__(self) -> None:
        self._lock, self._mark, self._value = Lock(), None, None

    def get(self, mark: Any, make: Any) -> Any:
        with self._lock:
            if self._value is not None and self._mark == mark:
                return self._value
        value = make()
        with self._lock:
            self._mark, self._value = mark, value
        return value


_teams, _roads = _Kept(), _Kept()


def forget() -> None:
    """What was kept is of another database."""
    for one in (_teams, _roads):
        one.get(None, lambda: ())


def _tags(row: tuple[Any, ...], today: date) -> tuple[str, ...]:
    _pk, _longitude, _latitude, words, ready, ready_on, insured_until = row
    return (*skills(words)[0], *(() if unready(ready, ready_on, insured_until, today) else (READY,)))


def points(rows: Iterable[tuple[Any, ...]], today: date) -> Iterable[Point]:
    return (Point(key=row[0], longitude=row[1], latitude=row[2], tags=_tags(row, today)) for row in rows)


def index(at: datetime) -> Nearest:
    """Every team with a place, tagged with its skills and whether it stands ready today."""
    today = civil_date(at)
    rows = Team.objects.filter(retired_on=None)
    mark = TeamMark.objects.values_list("number", flat=True).first()
    columns = ("pk", "longitude", "latitude", "skills", "ready", "ready_on", "insured_until")
    placed = rows.exclude(longitude=None).exclude(latitude=None)
    found: Nearest = _teams.get(
        (today, mark),
        lambda: Nearest(points(placed.order_by("pk").values_list(*columns).iterator(chunk_size=5000), today)),
    )
    return found


def roads() -> Roads | None:
    """The network of the imported layer `roads`; None when nobody brought one."""
    mark = ImportedLayer.objects.filter(slug=ROADS).values_list("sha256", flat=True).first()
    if mark is None:
        return None

    def make() -> Roads:
        layer = ImportedLayer.objects.get(slug=ROADS)
        lines: list[Any] = []
        for one in layer.features["features"]:
            kind, given = one["geometry"]["type"], one["geometry"]["coordinates"]
            lines += [given] if kind == "LineString" else given if kind == "MultiLineString" else []
        return Roads(lines)

    found: Roads = _roads.get(mark, make)
    return found or None


def busy(teams: Iterable[int]) -> dict[int, str]:
    """At which real incident each of these is now."""
    rows = Dispatch.objects.filter(team__in=teams, ended_at=None, is_real=True).select_related("incident")
    return {one.team_id: str(one.incident) for one in rows}


def nearest(
    longitude: float, latitude: float, *, at: datetime, skill: str = "", ready: bool = True, free: bool = True, count: int = 20, within_km: float | None = None,
) -> list[Found]:  # fmt: skip
    """The nearest suitable: by road where a network is loaded, else straight. `free` leaves out who is at another incident."""
    tags = tuple(one for one in (skill, READY if ready else "") if one)
    taken = (
        set(Dispatch.objects.filter(ended_at=None, is_real=True).values_list("team_id", flat=True)) if free else set()
    )
    wanted = max(count, CANDIDATES)
    there = index(at).ask(longitude, latitude, tags=tags, count=wanted + len(taken), within_km=within_km)
    there = [(key, km) for key, km in there if key not in taken][:wanted]
    rows = Team.objects.select_related("organisation").in_bulk([key for key, _km in there])
    held, today = busy(rows), civil_date(at)
    found = [
        Found(team=rows[key], km=km, road_km=None, unready=unready(rows[key].ready, rows[key].ready_on, rows[key].insured_until, today), busy=held.get(key, ""))
        for key, km in there
        if key in rows
    ]  # fmt: skip
    return _by_road(found, (longitude, latitude))[:count]


def _by_road(found: list[Found], place: tuple[float, float]) -> list[Found]:
    network = roads()
    if network is None:
        return found
    ways = network.to_many(place, {one.team.pk: (one.team.longitude or 0.0, one.team.latitude or 0.0) for one in found})
    told = [replace(one, road_km=ways.get(one.team.pk)) for one in found]
    return sorted(told, key=lambda one: (one.road_km is None, one.road_km or one.km, one.team.pk))


def experts(field: str, today: date) -> list[Expert]:
    """Who agreed to be asked and knows this field."""
    rows = (
        Expert.objects.filter(retired_on=None, consent_on__isnull=False, fields__contains=field)
        .select_related("organisation")
        .order_by("name")
    )
    return [
        one
        for one in rows
        if field in skills(one.fields)[0] and (one.consent_until is None or one.consent_until >= today)
    ]
