"""The dated tables of `standards.toml` as frozen values. The edition is chosen by the day of observation."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

# Order of the six columns everywhere: tables, arrays, results.
ITEMS = ("SO2", "NO2", "PM10", "PM25", "CO", "O3")
NAMES = {"SO2": "SO2", "NO2": "NO2", "PM10": "PM10", "PM25": "PM2.5", "CO": "CO", "O3": "O3"}
UNITS = {**dict.fromkeys(ITEMS, "µg/m³"), "CO": "mg/m³"}
HOUR_COLUMNS = {"SO2": "SO2_1H", "NO2": "NO2_1H", "PM10": "PM10", "PM25": "PM25", "CO": "CO_1H", "O3": "O3_1H"}
DAY_COLUMNS = {"SO2": "SO2_24H", "NO2": "NO2_24H", "PM10": "PM10", "PM25": "PM25", "CO": "CO_24H", "O3": "O3_8H"}

EditionKey = Literal["2012", "2026"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Second-grade limits from a day on. `year` is the S of the composite index, `day` what single days are held against."""

    since: date
    source: str
    year: Mapping[str, int]
    day: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One edition: IAQI columns, limits, and how it treats what is beyond a column or missing."""

    key: EditionKey
    title: str
    clause: str
    in_force_from: date
    in_force_to: date | None
    columns: Mapping[str, tuple[int, ...]]
    dated_limits: tuple[Limits, ...]
    beyond: Mapping[str, int]
    o3_by_hour_beyond: bool
    withholds_incomplete: bool
    verified: bool

    def limits_on(self, day: date) -> Limits:
        """The limits in force on a day; before the edition (试算) its first ones."""
        return next((one for one in reversed(self.dated_limits) if one.since <= day), self.dated_limits[0])


@dataclass(frozen=True, kw_only=True)
class Validity:
    """How many valid values make a valid window, day, month and year."""

    hours_a_day: int
    hours_a_window: int
    windows_a_day: int
    days_a_year: int
    days_a_month: int
    days_in_february: int
    o3_exceeds: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Index:
    """One way to put the composite index together."""

    key: str
    source: str
    verified: bool
    limits: Mapping[str, int]
    places: int
    concentration_places: int
    co_places: int
    weights: Mapping[str, int]


_TABLES = tomllib.loads(files("anlan.science.air").joinpath("standards.toml").read_text(encoding="utf-8"))
BREAKS: tuple[int, ...] = tuple(_TABLES["iaqi"])
LEVELS: tuple[tuple[int, str], ...] = tuple((row["upto"], row["word"]) for row in _TABLES["level"])
VALIDITY = Validity(**_TABLES["validity"])
EDITIONS: Mapping[str, Edition] = {
    key: Edition(
        key=key,
        title=row["title"],
        clause=row["clause"],
        in_force_from=row["in_force_from"],
        in_force_to=row.get("in_force_to"),
        columns={name: tuple(values) for name, values in row["columns"].items()},
        dated_limits=tuple(Limits(**limits) for limits in row["limits"]),
        beyond=row["beyond"],
        o3_by_hour_beyond=row["o3_by_hour_beyond"],
        withholds_incomplete=row["withholds_incomplete"],
        verified=row["verified"],
    )
    for key, row in _TABLES["edition"].items()
}
INDICES: Mapping[str, Index] = {
    key: Index(key=key, **{**row, "limits": EDITIONS[row["limits"]].dated_limits[0].year})
    for key, row in _TABLES["index"].items()
}


def edition_for(day: date) -> Edition:
    """The edition in force on the day of observation."""
    return next(
        edition for edition in EDITIONS.values()
        if edition.in_force_from <= day and (edition.in_force_to is None or day <= edition.in_force_to)
    )  # fmt: skip


def other(edition: Edition) -> Edition:
    """The edition to recalculate under (试算)."""
    return EDITIONS["2026" if edition.key == "2012" else "2012"]


def level_of(aqi: int) -> tuple[int, str]:
    """(1–6, word) of an AQI (HJ 633 table 2)."""
    for number, (upto, word) in enumerate(LEVELS, 1):
        if aqi <= upto:
            return number, word
    return len(LEVELS), LEVELS[-1][1]
