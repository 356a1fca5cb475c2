"""Hourly files as they are: columns by name in any order, either of two time forms, missing values in many spellings.

Values become thousandths (see `vector`); every row keeps its line number, so that a figure leads back to it.
Nothing is corrected silently: what looks wrong is a finding with its lines.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

import numpy as np

from anlan.base.errors import Refused
from anlan.science.air.editions import ITEMS, NAMES
from anlan.science.air.hours import Finding, Hours, frozen, gaps, take_out_of_range, units
from anlan.science.air.vector import NONE, UNIT, HourTable

COLUMNS = {
    "so2": "SO2", "no2": "NO2", "pm10": "PM10", "pm25": "PM25", "pm2.5": "PM25", "pm2_5": "PM25", "co": "CO", "co_ugm3": "CO", "o3": "O3",
}  # fmt: skip
STATION = ("station", "code")
ABSENT = frozenset({"", "-", "--", "—", "NA", "N/A", "NaN", "nan", "null", "None"})
ABSENT_NUMBER = re.compile(r"-9{2,4}(\.0*)?")
NUMBER = re.compile(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
PLAIN = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,3}))?")
WORD, TOP = 60, 10**9
LIMIT = 64 * 1024 * 1024


class FinerError(ValueError):
    """A number finer than a thousandth. `near` is the nearest thousandth (half to even).

    `odd` is a thousandth off every tie, on the side where the number lies: rounded further it gives what the number itself gives.
    """

    def __init__(self, exact: Fraction) -> None:
        super().__init__(str(exact))
        self.near = round(exact)
        whole = exact.numerator // exact.denominator
        self.odd = whole + (whole % 5 == 0)


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
    """`12.5` → 12500 at factor 1000; -1 when absent; never above TOP.

    Raises ValueError for anything that is not a number ≥ 0, FinerError (a ValueError) for one finer than a thousandth.
    """
    word = text.strip()
    if plain := PLAIN.fullmatch(word):
        whole, part = plain.groups(default="")
        if factor == UNIT:
            return int(whole) * UNIT + int((part + "000")[:3])
    if word in ABSENT or ABSENT_NUMBER.fullmatch(word):
        return NONE
    if len(word) > WORD or not NUMBER.fullmatch(word):
        raise ValueError(text)
    exact = min(Fraction(word) * factor, Fraction(TOP))
    if exact.denominator != 1:
        raise FinerError(exact)
    return exact.numerator


@dataclass(frozen=True)
class Layout:
    """Where the columns stand."""

    station: int
    time: int | None
    date: int | None
    hour: int | None
    items: tuple[tuple[int, int, int], ...]  # (column, place in ITEMS, factor)
    width: int  # columns a row needs at least


def layout_of(heading: Sequence[str]) -> Layout:
    """Find the columns by name; a clear refusal names what is missing."""
    names = [name.strip().lower() for name in heading]
    known = (*STATION, "time", "date", "hour", *COLUMNS)
    place = {name: names.index(name) for name in known if name in names}
    twice = next((name for name in place if names.count(name) > 1), None)
    if twice:
        raise Refused("heading", f"表头里“{twice}”出现两次。")
    station = next((place[name] for name in STATION if name in place), None)
    if station is None:
        raise Refused("heading", "表头缺 station 列。")
    if "time" not in place and not ("date" in place and "hour" in place):
        raise Refused("heading", "表头缺时间：要有 time 列，或 date 和 hour 两列。")
    items = tuple(
        (place[name], ITEMS.index(item), 1 if name == "co_ugm3" else UNIT)
        for name, item in COLUMNS.items()
        if name in place
    )
    if not items:
        raise Refused("heading", f"表头里没有污染物列（{'、'.join(COLUMNS)}）。")
    columns = [column for column, _place, _factor in items]
    for _column, item, _factor in items:
        same = [names[column] for column, other, _ in items if other == item]
        if len(same) > 1:
            raise Refused("heading", f"{' 和 '.join(same)} 只能有一列。")
    return Layout(station, place.get("time"), place.get("date"), place.get("hour"), items, max(station, *columns) + 1)


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
    """(day, hour 0–23). ValueError or IndexError where it cannot be read."""
    if layout.date is not None and layout.hour is not None:
        return day_of(row[layout.date]), hour_of(row[layout.hour])
    first, _, rest = row[layout.time or 0].strip().replace(" ", "T").partition("T")
    if not rest and layout.hour is not None:
        rest = row[layout.hour]
    return day_of(first), hour_of(rest)


@lru_cache(maxsize=4096)
def hour_of(text: str) -> int:
    """`05`, `5`, `05:00`, `05:00:00`."""
    word = text.strip().partition(":")[0]
    if not (word.isascii() and word.isdigit() and int(word) < 24):
        raise ValueError(text)
    return int(word)


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
                values[place] = thousandths(row[column], factor)
            except FinerError as finer:
                values[place] = finer.near
                self.note("precision", name, f"{NAMES[ITEMS[place]]} 小数超过三位，修约到三位", line)
            except (ValueError, IndexError):
                self.note("unreadable", name, f"{NAMES[ITEMS[place]]} 不是不小于零的数，按缺测处理", line)
        return values


def read(data: bytes) -> Hours:
    """Read a file of hours. Refuses what is no such file; doubtful rows become findings."""
    reader = csv.reader(io.StringIO(decode(data), newline=""), strict=True)
    try:
        heading = next(reader, None)
        if heading is None:
            raise Refused("empty", "文件是空的。")
        collected = _Reader(layout_of(heading))
        for row in reader:
            if any(map(str.strip, row)):
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
    # Units before range: a slipped column is out of range everywhere.
    hours.findings += units(hours) + take_out_of_range(hours) + gaps(hours) + frozen(hours)
    return hours


def span(hours: Hours) -> tuple[date, date]:
    days = [day for _station, day in hours.keys]
    return min(days), max(days)
