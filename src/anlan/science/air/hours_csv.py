"""Hourly files as they are: columns by name in any order, either of two time forms, missing values in many spellings.

Values become thousandths (see `vector`); every row keeps its line number, so that a figure leads back to it.
Nothing is corrected silently: what looks wrong is a finding with its lines.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np

from anlan.base.errors import Refused
from anlan.science.air.editions import ITEMS
from anlan.science.air.vector import NONE, HourTable, Ints

COLUMNS = {"so2": "SO2", "no2": "NO2", "pm10": "PM10", "pm25": "PM25", "co": "CO", "co_ugm3": "CO", "o3": "O3"}
ABSENT = frozenset({"", "-", "--", "-99", "-99.0", "-999", "—", "NA", "N/A", "NaN", "nan", "null", "None"})
HIGHEST = {"SO2": 3000_000, "NO2": 4500_000, "PM10": 6000_000, "PM25": 2500_000, "CO": 160_000, "O3": 1300_000}
FROZEN_HOURS = 24
LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """Something a person should look at. `lines` are the first few; `count` is how many in all."""

    kind: str  # duplicate, conflict, gap, frozen, unit, range, unreadable
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


def decode(data: bytes) -> str:
    """UTF-8 (with or without mark) or GB18030."""
    if not data.strip():
        raise Refused("empty", "文件是空的。")
    if len(data) > LIMIT:
        raise Refused("size", f"文件超过 {LIMIT // 1024 // 1024} MB。按年拆分后再导入。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Refused("encoding", "这不是文本文件，或文字编码认不出。另存为 UTF-8 的 CSV 再试。")


@lru_cache(maxsize=65536)
def thousandths(text: str, factor: int) -> int:
    """`12.5` → 12500 at factor 1000; -1 when absent. Raises ValueError for anything that is not a number ≥ 0."""
    word = text.strip()
    if word in ABSENT:
        return NONE
    whole, _, part = word.partition(".")
    digits = len(str(factor)) - 1
    if not (whole or part) or not (whole + part).isascii() or not (whole + part).isdigit():
        raise ValueError(text)
    # Digits beyond the thousandth are never measured; refuse rather than cut.
    if len(part.rstrip("0")) > digits:
        raise ValueError(text)
    return int(whole or "0") * factor + int((part.rstrip("0") + "0" * digits)[:digits] or "0")


@dataclass(frozen=True)
class Layout:
    """Where the columns stand."""

    station: int
    time: int | None
    date: int | None
    hour: int | None
    items: tuple[tuple[int, int, int], ...]  # (column, place in ITEMS, factor)


def layout_of(heading: Sequence[str]) -> Layout:
    """Find the columns by name; a clear refusal names what is missing."""
    names = [name.strip().lower() for name in heading]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused("heading", f"表头里“{twice}”出现两次。")
    place = {name: index for index, name in enumerate(names)}
    if "station" not in place:
        raise Refused("heading", "表头缺 station 列。")
    if "time" not in place and not ("date" in place and "hour" in place):
        raise Refused("heading", "表头缺时间：要有 time 列，或 date 和 hour 两列。")
    if "co" in place and "co_ugm3" in place:
        raise Refused("heading", "co 和 co_ugm3 只能有一列。")
    items = tuple(
        (place[name], ITEMS.index(item), 1 if name == "co_ugm3" else 1000)
        for name, item in COLUMNS.items()
        if name in place
    )
    if not items:
        raise Refused("heading", f"表头里没有污染物列（{'、'.join(COLUMNS)}）。")
    return Layout(place["station"], place.get("time"), place.get("date"), place.get("hour"), items)


@lru_cache(maxsize=4096)
def day_of(text: str) -> date:
    """`20200402`, `2020-04-02`, `2020/4/2`."""
    word = text.strip().replace("/", "-")
    if "-" in word:
        year, month, day = word.split("-")
        return date(int(year), int(month), int(day))
    if len(word) != 8:
        raise ValueError(text)
    return date(int(word[:4]), int(word[4:6]), int(word[6:]))


def moment_of(row: Sequence[str], layout: Layout) -> tuple[date, int]:
    """(day, hour 0–23)."""
    if layout.time is None or (layout.date is not None and layout.hour is not None):
        day, hour = day_of(row[layout.date or 0]), row[layout.hour or 0].strip()
    else:
        stamp = row[layout.time].strip().replace(" ", "T")
        first, _, rest = stamp.partition("T")
        day, hour = day_of(first), rest.partition(":")[0]
    number = int(hour)
    if not 0 <= number <= 23:
        raise ValueError(hour)
    return day, number


class _Reader:
    """Collects rows into station-days; later rows of the same hour are duplicates or conflicts, the first one stands."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.stations: dict[str, int] = {}
        self.days: dict[tuple[int, date], int] = {}
        self.values: list[list[list[int]]] = []
        self.lines: list[list[int]] = []
        self.found: dict[tuple[str, str, str], list[int]] = {}
        self.rows = 0

    def note(self, kind: str, station: str, text: str, line: int) -> None:
        self.found.setdefault((kind, station, text), []).append(line)

    def row(self, row: Sequence[str], line: int) -> None:
        layout = self.layout
        try:
            name = row[layout.station].strip()
            day, hour = moment_of(row, layout)
        except (ValueError, IndexError):
            self.note("unreadable", "", "时间或列数读不出", line)
            return
        station = self.stations.setdefault(name, len(self.stations))
        key = (station, day)
        at = self.days.get(key)
        if at is None:
            at = self.days[key] = len(self.values)
            self.values.append([[NONE] * len(ITEMS) for _ in range(24)])
            self.lines.append([0] * 24)
        values = self._values(row, name, line)
        self.rows += 1
        if self.lines[at][hour]:
            same = self.values[at][hour] == values
            self.note(
                "duplicate" if same else "conflict",
                name,
                "同一小时重复" if same else "同一小时两个不同的值，用先出现的",
                line,
            )
            return
        self.values[at][hour], self.lines[at][hour] = values, line

    def _values(self, row: Sequence[str], name: str, line: int) -> list[int]:
        values = [NONE] * len(ITEMS)
        for column, place, factor in self.layout.items:
            try:
                value = thousandths(row[column], factor)
            except (ValueError, IndexError):
                self.note("unreadable", name, f"{ITEMS[place]} 不是不小于零的数，按缺测处理", line)
                continue
            if value > HIGHEST[ITEMS[place]]:
                self.note("range", name, f"{ITEMS[place]} 高得不合常理，按缺测处理", line)
                continue
            values[place] = value
        return values


def read(data: bytes) -> Hours:
    """Read a file of hours. Refuses what is no such file; doubtful rows become findings."""
    reader = csv.reader(io.StringIO(decode(data), newline=""))
    try:
        heading = next(reader, None)
        if heading is None:
            raise Refused("empty", "文件是空的。")
        collected = _Reader(layout_of(heading))
        for row in reader:
            if row:
                collected.row(row, reader.line_num)
    except csv.Error as error:
        raise Refused("csv", f"第 {reader.line_num} 行不是完好的 CSV：{error}") from None
    if not collected.rows:
        raise Refused("no_rows", "表头下面没有可用的行。")
    return _finish(collected)


def _finish(collected: _Reader) -> Hours:
    values = np.array(collected.values, dtype=np.int64)
    lines = np.array(collected.lines, dtype=np.int64)
    names = list(collected.stations)
    keys = list(collected.days)
    order = sorted(range(len(keys)), key=lambda index: keys[index])
    hours = Hours(names, [keys[index] for index in order], HourTable(values[order]), lines[order], collected.rows)
    hours.findings = [
        Finding(kind, station, text, tuple(where[:5]), len(where))
        for (kind, station, text), where in collected.found.items()
    ]
    hours.findings += _gaps(hours) + _frozen(hours) + _units(hours)
    return hours


def _by_station(hours: Hours) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for index, (station, _day) in enumerate(hours.keys):
        groups.setdefault(station, []).append(index)
    return groups


def _gaps(hours: Hours) -> list[Finding]:
    """Hours between a station's first and last row for which the file has none."""
    found = []
    for station, rows in _by_station(hours).items():
        first, last = hours.keys[rows[0]][1], hours.keys[rows[-1]][1]
        present = hours.lines[rows] > 0
        expected = ((last - first).days + 1) * 24 - int(np.argmax(present[0])) - int(np.argmax(present[-1][::-1]))
        absent = expected - int(present.sum())
        if absent:
            found.append(
                Finding(
                    "gap",
                    hours.stations[station],
                    f"{first} 至 {last} 应有 {expected} 小时，缺 {absent} 小时",
                    (),
                    absent,
                )
            )
    return found


def _frozen(hours: Hours) -> list[Finding]:
    """A station whose whole reading repeats for a day or longer: renamed, closed, or a stuck feed."""
    found = []
    for station, rows in _by_station(hours).items():
        flat, lines = hours.table.values[rows].reshape(-1, len(ITEMS)), hours.lines[rows].ravel()
        present = lines > 0
        flat, lines = flat[present], lines[present]
        if len(flat) < FROZEN_HOURS:
            continue
        same = (flat[1:] == flat[:-1]).all(axis=1) & (flat[1:] >= 0).any(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], same.astype(np.int8), [0]))))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - start + 1 >= FROZEN_HOURS:
                where = (int(lines[start]), int(lines[end]))
                found.append(
                    Finding(
                        "frozen",
                        hours.stations[station],
                        f"连续 {end - start + 1} 小时一模一样",
                        where,
                        end - start + 1,
                    )
                )
    return found


def _units(hours: Hours) -> list[Finding]:
    """CO in µg/m³ under a mg/m³ heading: the typical value would be hundreds of milligrams."""
    found = []
    for station, rows in _by_station(hours).items():
        for item, high, words in (("CO", 50_000, "像是 µg/m³ 写成了 mg/m³"), ("PM25", 1500_000, "像是放大了一千倍")):
            column = hours.table.values[rows][:, :, ITEMS.index(item)]
            known = column[column >= 0]
            if len(known) and int(np.median(known)) > high:
                found.append(
                    Finding(
                        "unit",
                        hours.stations[station],
                        f"{item} 的中位数 {int(np.median(known)) / 1000:g}，{words}",
                        (),
                        len(known),
                    )
                )
    return found


def span(hours: Hours) -> tuple[date, date]:
    days = [day for _station, day in hours.keys]
    return min(days), max(days)
