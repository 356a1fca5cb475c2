"""Nineteen invented sections with six years of invented monthly samples, drinking water, black-odorous stretches (all 示例).

Values are drawn with a fixed seed and go through the same register imports as any file.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import cos, pi
from pathlib import Path
from random import Random
from typing import Any

from anlan.base.clock import civil_date
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.observations import demonstration
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.types import Sheet
from anlan.packs.environment.water_station import actions
from anlan.packs.environment.water_station.models import DrinkingResult
from anlan.packs.environment.water_station.rules import ITEM_COLUMNS, months_between, shifted
from anlan.packs.environment.water_station.sheets import BLACK_READINGS, BLACK_WATERS, DRINKING_SHEET, SAMPLES, SECTIONS
from anlan.science.water import surface

_HERE = Path(__file__).parent
SEED = 3838
# What varies with a section's state; everything else is not detected (half of a small limit).
_VARYING = {"CODMn": 0.80, "COD": 0.82, "BOD5": 0.74, "NH3N": 0.58, "TP": 0.66, "F": 0.55, "oil": 0.40}
_UNDETECTED = Decimal("0.1")


def load(at: datetime) -> None:
    """Idempotent."""
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at)
    text = (_HERE / "demonstration.toml").read_text(encoding="utf-8")
    demonstration.load(text, at)
    given, today = tomllib.loads(text), civil_date(at)
    owner = Organisation.objects.filter(short_name="区生态环境局").first() or Organisation.objects.get(code="SL")
    health = Organisation.objects.filter(short_name="区卫生健康委").first() or owner
    sections = [_section(row) for row in given["sections"]]
    _store(SECTIONS, owner, sections, at)
    last = date(*shifted(today.year, today.month, -1), 1)
    _store(SAMPLES, owner, list(_samples(given, last)), at)
    _store(BLACK_WATERS, owner, [_black(row) for row in given["black"]], at)
    _store(BLACK_READINGS, owner, list(_readings(given, last)), at)
    _store(DRINKING_SHEET, health, list(_drinking(given, today)), at)
    # The newest quarter is left for a visitor to publish.
    quarters = sorted(
        set(DrinkingResult.objects.filter(published_at=None, is_demo=True).values_list("year", "quarter"))
    )
    if not DrinkingResult.objects.exclude(published_at=None).exists():
        for year, quarter in quarters[:-1]:
            actions.publish_drinking(actor=SYSTEM, year=year, quarter=quarter, at=at)


def _store(sheet: Sheet, organisation: Organisation, rows: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """What is there stays; what is new is marked."""
    known = set(sheet.model.objects.values_list(sheet.key, flat=True))
    fresh = [row for row in rows if row[sheet.key] not in known]
    if not fresh:
        return
    digest = hashlib.sha256(repr(fresh).encode()).hexdigest()
    registry.store_rows(actor=SYSTEM, sheet=sheet, organisation=organisation, rows=fresh, content_hash=digest, at=at)
    sheet.model.objects.filter(**{f"{sheet.key}__in": [row[sheet.key] for row in fresh]}).update(is_demo=True)


def _section(row: Sequence[Any]) -> dict[str, Any]:
    code, name, river, level, target, position, station, longitude, latitude, _state = row
    return {
        "code": code, "name": name, "river": river, "level": level, "target": target, "target_basis": "示例：目标责任书", "position": position,
        "is_lake": river == "示例湖", "station_code": station, "longitude": longitude, "latitude": latitude,
    }  # fmt: skip


def _samples(given: Mapping[str, Any], last: date) -> Iterator[dict[str, Any]]:
    """One sample a month of each section; one section misses two months, one month is bad."""
    for place, row in enumerate(given["sections"]):
        draw = Random(SEED + place)  # noqa: S311 - made-up values, the same every time
        for year, month in months_between(date(given["first_year"], 1, 1), last):
            values = _sample(draw, row, year, month)
            if (row[0], month) not in {("DM-13", 1), ("DM-13", 2)}:
                day = date(year, month, 3 + (place + month) % 8)
                yield {
                    "code": f"{row[0]}-{day:%Y%m%d}",
                    "section_code": row[0],
                    "taken_on": day,
                    "laboratory": "示例监测中心",
                    **values,
                }


def _sample(draw: Random, row: Sequence[Any], year: int, month: int) -> dict[str, Decimal]:
    """A yearly shape: ammonia high under ice, oxygen low in summer, phosphorus after rain; a little better each year."""
    state = row[9] * (1 - 0.02 * (year - 2020))
    winter, summer = (1 + cos(2 * pi * (month - at) / 12) for at in (1, 7))
    lake = row[2] == "示例湖"
    found = {
        column: surface.LIMITS[item][2] * _UNDETECTED
        for item, column in ITEM_COLUMNS.items()
        if item not in ("pH", "DO")
    }
    for item, part in _VARYING.items():
        limit = float(surface.LIMITS["TP_lake" if lake and item == "TP" else item][2])
        season = {"NH3N": 0.75 + 0.3 * winter, "TP": 0.8 + 0.25 * summer, "CODMn": 0.88 + 0.12 * summer}.get(item, 1.0)
        flood = 1.35 if row[0] == "DM-16" and month == 8 else 1.0  # pumped out after a storm
        found[ITEM_COLUMNS[item]] = _rounded(limit * part * state * season * flood * draw.uniform(0.9, 1.1), 3)
    found["ph"] = _rounded(7.7 + 0.2 * summer * draw.uniform(0.5, 1.2), 2)
    found["do"] = _rounded(max(2.2, 10.6 - 2.4 * state - 1.9 * summer + draw.uniform(-0.5, 0.5)), 2)
    return found


def _rounded(value: float, places: int) -> Decimal:
    return Decimal(f"{value:.{places}f}")


def _black(row: Sequence[Any]) -> dict[str, Any]:
    code, name, river, length, found_on, treated_on = row
    return {"code": code, "name": name, "river": river, "length": Decimal(str(length)), "found_on": found_on, "treated_on": treated_on,
            "longitude": None, "latitude": None}  # fmt: skip


def _readings(given: Mapping[str, Any], last: date) -> Iterator[dict[str, Any]]:
    """Twice a year from the plan's base year on: treated, so not black any more."""
    for row in given["black"]:
        draw = Random(f"{SEED}{row[0]}")  # noqa: S311 - made-up values
        for year, month in months_between(date(given["first_year"], 1, 1), last):
            if month in (5, 9):
                day = date(year, month, 12)
                yield {"code": f"{row[0]}-{day:%Y%m%d}", "water_code": row[0], "measured_on": day, "transparency": _rounded(draw.uniform(32, 60), 1),
                       "oxygen": _rounded(draw.uniform(3.2, 6.5), 2), "orp": _rounded(draw.uniform(80, 190), 1),
                       "ammonia": _rounded(draw.uniform(1.1, 3.6), 3)}  # fmt: skip


def _drinking(given: Mapping[str, Any], today: date) -> Iterator[dict[str, Any]]:
    """The last six quarters that have ended; one tap failed once."""
    quarter = today.year * 4 + (today.month - 1) // 3
    for number in range(quarter - 6, quarter):
        year, which = number // 4, number % 4 + 1
        for place, (name, kind, items, standard) in enumerate(given["drinking"]):
            failed = place == 3 and number == quarter - 3
            yield {"code": f"YS-{year}Q{which}-{place + 1}", "place": name, "kind": kind, "year": year, "quarter": which, "items": items,
                   "passed": items - failed, "verdict": "fail" if failed else "pass", "failing": "浑浊度" if failed else "", "standard": standard}  # fmt: skip
