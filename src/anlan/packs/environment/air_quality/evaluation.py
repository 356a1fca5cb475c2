"""From hour blocks to rows of station-days: one call of the vector science for many days at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from anlan.packs.environment.air_quality.models import HourBlock, StationDay
from anlan.science.air.editions import EDITIONS, Edition, edition_for
from anlan.science.air.vector import DayTable, HourTable, evaluate_days, evaluate_hours


@dataclass
class Draft:
    """A station-day to be written: its hours, and why this version is made."""

    station_id: int
    day: date
    version: int
    block: HourBlock
    reason: str = ""


def rows(drafts: Sequence[Draft], *, at: datetime, by: str) -> list[StationDay]:
    """Evaluate under the edition in force on each day; unsaved rows in the same order."""
    made: list[StationDay | None] = [None] * len(drafts)
    for key in EDITIONS:
        places = [place for place, draft in enumerate(drafts) if edition_for(draft.day).key == key]
        if places:
            chosen = [drafts[place] for place in places]
            for place, row in zip(places, _rows(chosen, EDITIONS[key], at, by), strict=True):
                made[place] = row
    return [row for row in made if row is not None]


def _rows(drafts: Sequence[Draft], edition: Edition, at: datetime, by: str) -> list[StationDay]:
    values = np.stack([draft.block.values for draft in drafts]).astype(np.int64)
    aqi, primary = evaluate_hours(values, edition)
    table = evaluate_days(HourTable(values), edition)
    columns = [
        part.tolist()
        for part in (table.hours, table.exact, table.reported, table.iaqi, table.aqi, table.primary, table.usable)
    ]
    found = []
    for place, (draft, counts, exact, reported, iaqi, day_aqi, mask, usable) in enumerate(
        zip(drafts, *columns, strict=True)
    ):
        draft.block.aqi, draft.block.primary = aqi[place].astype(np.int32), primary[place].astype(np.int32)
        packed = draft.block.pack()
        found.append(
            StationDay(
                station_id=draft.station_id, day=draft.day, version=draft.version, hours=packed, counts=counts, exact=exact,
                reported=reported, iaqi=iaqi, aqi=None if day_aqi < 0 else day_aqi, primary=mask, usable=usable,
                present=int((draft.block.lines > 0).sum()), edition=edition.key, inputs_hash=hashlib.sha256(packed).hexdigest(),
                reason=draft.reason, made_at=at, made_by=by,
            )
        )  # fmt: skip
    return found


def table_of(days: Sequence[StationDay], edition: Edition) -> DayTable:
    """The days' hours evaluated under an edition (the one in force, or the other for 试算)."""
    values = np.stack([day.block.values for day in days]).astype(np.int64)
    return evaluate_days(HourTable(values), edition)
