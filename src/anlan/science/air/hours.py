"""The hours of a file as station-days, and what in them a person should look at. Nothing is corrected silently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from anlan.science.air.editions import ITEMS, NAMES, UNITS
from anlan.science.air.vector import NONE, UNIT, HourTable, Ints

# Above these (in thousandths) a reading is no air anyone has breathed; it counts as missing, with a finding.
HIGHEST = {"SO2": 3000_000, "NO2": 4500_000, "PM10": 6000_000, "PM25": 2500_000, "CO": 160_000, "O3": 1300_000}
FROZEN_HOURS = 24

# A station's median (in thousandths) outside these is a slip of unit, whatever the weather. SO2 may well be near zero.
MEDIANS = {"SO2": (0, 2000_000), "NO2": (300, 2000_000), "PM10": (300, 3000_000), "PM25": (300, 2000_000), "CO": (20, 50_000), "O3": (300, 1300_000)}  # fmt: skip
ENOUGH_FOR_A_MEDIAN = 24


@dataclass(frozen=True)
class Finding:
    """Something a person should look at. `lines` are the first few; `count` is how many in all."""

    kind: str  # duplicate, conflict, gap, frozen, unit, range, precision, unreadable
    station: str
    text: str
    lines: tuple[int, ...]
    count: int


@dataclass
class Hours:
    """One file: stations, and per station-day a row of `table.values` and of `lines` (0 where no row)."""

    stations: list[str]
    keys: list[tuple[int, date]]
    table: HourTable
    lines: Ints
    rows: int
    findings: list[Finding] = field(default_factory=list)

    def by_station(self) -> Iterator[tuple[str, list[int]]]:
        """(station, its rows of the table, by day)."""
        groups: dict[int, list[int]] = {}
        for index, (station, _day) in enumerate(self.keys):
            groups.setdefault(station, []).append(index)
        for station, rows in groups.items():
            yield self.stations[station], rows


def units(hours: Hours) -> list[Finding]:
    """A column a thousand times too large or too small: CO in µg/m³ under a mg/m³ heading and the like."""
    found = []
    for station, rows in hours.by_station():
        for place, item in enumerate(ITEMS):
            column = hours.table.values[rows, :, place]
            known = column[column >= 0]
            if len(known) < ENOUGH_FOR_A_MEDIAN:
                continue
            middle, (low, high) = int(np.median(known)), MEDIANS[item]
            if low <= middle <= high:
                continue
            words = "像是放大了一千倍" if middle > high else "像是缩小了一千倍"
            text = f"{NAMES[item]} 的中位数 {middle / UNIT:g} {UNITS[item]}，{words}，核对单位"
            found.append(Finding("unit", station, text, (), len(known)))
    return found


def take_out_of_range(hours: Hours) -> list[Finding]:
    """Make readings above HIGHEST missing, and say so."""
    found = []
    for station, rows in hours.by_station():
        values, lines = hours.table.values[rows], hours.lines[rows]
        for place, item in enumerate(ITEMS):
            high = values[:, :, place] > HIGHEST[item]
            if high.any():
                where = np.sort(lines[high]).tolist()
                found.append(
                    Finding("range", station, f"{NAMES[item]} 高得不合常理，按缺测处理", tuple(where[:5]), len(where))
                )
                values[:, :, place][high] = NONE
        hours.table.values[rows] = values
    return found


def gaps(hours: Hours) -> list[Finding]:
    """Hours between a station's first and last row for which the file has none."""
    found = []
    for station, rows in hours.by_station():
        first, last = hours.keys[rows[0]][1], hours.keys[rows[-1]][1]
        present = hours.lines[rows] > 0
        expected = ((last - first).days + 1) * 24 - int(np.argmax(present[0])) - int(np.argmax(present[-1][::-1]))
        absent = expected - int(present.sum())
        if absent:
            text = f"{first} 至 {last} 应有 {expected} 小时，缺 {absent} 小时"
            found.append(Finding("gap", station, text, (), absent))
    return found


def frozen(hours: Hours) -> list[Finding]:
    """A station whose whole reading repeats for a day or longer: renamed, closed, or a stuck feed."""
    found = []
    for station, rows in hours.by_station():
        flat, lines = hours.table.values[rows].reshape(-1, len(ITEMS)), hours.lines[rows].ravel()
        present = lines > 0
        flat, lines = flat[present], lines[present]
        same = (flat[1:] == flat[:-1]).all(axis=1) & (flat[1:] >= 0).any(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], same.astype(np.int8), [0]))))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            length = end - start + 1
            if length >= FROZEN_HOURS:
                where = (int(lines[start]), int(lines[end]))
                found.append(Finding("frozen", station, f"连续 {length} 小时一模一样", where, length))
    return found
