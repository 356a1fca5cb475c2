"""Against the independent vectors, the published hours, and exact decimals."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from anlan.science.air import hours_csv, period
from anlan.science.air.aqi import iaqi, rounded
from anlan.science.air.cli import evaluate
from anlan.science.air.editions import BREAKS, EDITIONS, INDICES, ITEMS, NAMES
from anlan.science.air.hours import Hours
from anlan.science.air.vector import (
    DayTable,
    evaluate_days,
    primary_names,
)
from anlan.science.stats.rounding import round_half_even
from anlan.science.stats.trend import spearman

pytestmark = pytest.mark.pure
KEYS = {"2012": "HJ633-2012", "2026": "HJ633-2026"}


@cache
def vectors(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "vectors" / "environment.json").read_text(encoding="utf-8"))
    return found


@cache
def beijing(shared: Path) -> Hours:
    return hours_csv.read((shared / "data/environment/beijing_air_hourly_2014_2016.csv").read_bytes())


def test_rounding(shared: Path) -> None:
    for case in vectors(shared)["rounding_gbt8170"]["cases"]:
        assert str(round_half_even(Decimal(case["value"]), case["decimals"])) == case["expect"], case


def test_iaqi(shared: Path) -> None:
    cases = vectors(shared)["iaqi"]["cases"]
    assert len(cases) > 100
    for case in cases:
        key = next(key for key, name in KEYS.items() if name == case["standard"])
        assert str(rounded(case["item"], Decimal(case["value"]))) == case["rounded"], case
        assert iaqi(case["item"], Decimal(case["value"]), EDITIONS[key]) == case["iaqi"], case


def test_tables_are_those_of_the_standard(shared: Path) -> None:
    tables = vectors(shared)["tables"]
    assert list(BREAKS) == tables["IAQI"]
    for name, points in tables["HJ633-2026"].items():
        assert list(EDITIONS["2026"].columns[name]) == points
        assert list(EDITIONS["2012"].columns[name]) == tables["HJ633-2012_differs"].get(name, points)


def _published(shared: Path, name: str) -> list[dict[str, str]]:
    data = (shared / "data/environment" / name).read_bytes()
    return list(csv.DictReader(io.StringIO(evaluate(data, "2012"))))


def _names(words: str) -> set[str]:
    return set(re.findall(r"PM2\.5|PM10|NO2|SO2|CO|O3", words)) | ({"O3"} if "臭氧" in words else set())


@pytest.mark.parametrize(
    "name", ["tianjin_air_hourly_202004.csv", "tianjin_air_frozen_feed_202004.csv", "cnemc_station_hours.csv"]
)
def test_every_published_hour_is_reproduced(shared: Path, name: str) -> None:
    """Where a figure was published; some feeds withhold one when a pollutant is missing."""
    rows = [row for row in _published(shared, name) if row["aqi_official"]]
    assert len(rows) >= 39
    assert [row for row in rows if row["aqi"] != row["aqi_official"]] == []
    assert [
        row for row in rows if set(filter(None, row["primary"].split(","))) != _names(row["primary_official"])
    ] == []


def test_hourly_under_both_editions(shared: Path) -> None:
    data = (shared / "data/environment/cnemc_station_hours.csv").read_bytes()
    by_edition = {
        key: {(row["time"], row["code"]): row for row in csv.DictReader(io.StringIO(evaluate(data, key)))}
        for key in EDITIONS
    }
    for case in vectors(shared)["hourly_official"]["cases"]:
        for key, name in (("2012", "hj633_2012_official"), ("2026", "hj633_2026")):
            row, expected = by_edition[key][case["time"], case["station"]], case[name]
            assert row["aqi"] == ("" if expected["aqi"] in (None, "NA") else str(expected["aqi"])), (case, key)
            assert set(filter(None, row["primary"].split(","))) == set(expected["primary"]), (case, key)


def _sub(table: DayTable, rows: list[int]) -> DayTable:
    names = ("hours", "valid", "exact", "reported", "iaqi", "aqi", "primary", "usable")
    return replace(table, **{name: getattr(table, name)[rows] for name in names})


@cache
def _tables(shared: Path) -> dict[str, DayTable]:
    return {key: evaluate_days(beijing(shared).table, edition) for key, edition in EDITIONS.items()}


def test_daily(shared: Path) -> None:
    hours = beijing(shared)
    place = {(hours.stations[station], day.isoformat()): at for at, (station, day) in enumerate(hours.keys)}
    for case in vectors(shared)["daily"]["cases"]:
        at = place[case["station"], case["date"]]
        for key, table in _tables(shared).items():
            expected = case[f"hj633_{key}"]
            conc = {
                NAMES[item]: f"{table.reported[at, i] / 10:.1f}" if item == "CO" else str(table.reported[at, i])
                for i, item in enumerate(ITEMS) if table.valid[at, i]
            }  # fmt: skip
            indices = {NAMES[item]: int(table.iaqi[at, i]) for i, item in enumerate(ITEMS) if table.iaqi[at, i] >= 0}
            assert conc == {name: value for name, value in expected["conc"].items() if value is not None}, (case, key)
            assert indices == {name: value for name, value in expected["iaqi"].items() if value is not None}, (
                case,
                key,
            )
            assert (int(table.aqi[at]) if table.aqi[at] >= 0 else None) == (
                None if expected["aqi"] in (None, "NA") else expected["aqi"]
            ), (case, key)
            assert {NAMES[item] for item in primary_names(int(table.primary[at]))} == set(expected["primary"]), (
                case,
                key,
            )
        assert int(_tables(shared)["2012"].hours[at, ITEMS.index("O3")]) == case["o3_valid_windows"]


@pytest.mark.parametrize("group", ["annual", "monthly_index"])
def test_periods(shared: Path, group: str) -> None:
    hours = beijing(shared)
    words = {"SO2": "so2", "NO2": "no2", "PM10": "pm10", "PM25": "pm25", "CO": "co", "O3": "o3_8h"}
    for case in vectors(shared)[group]["cases"]:
        rows = [
            at
            for at, (station, day) in enumerate(hours.keys)
            if hours.stations[station] == case["station"] and day.isoformat().startswith(case["period"])
        ]
        days = [hours.keys[at][1] for at in rows]
        for key, edition in EDITIONS.items():
            result = period.evaluate(period.days_of(days, _sub(_tables(shared)[key], rows)), days[0], days[-1], edition)
            for item, word in words.items():
                value = result.value[item]
                assert value is not None
                assert abs(float(value) - case["value"][word]) <= 0.0011, (case["period"], item)
            good = case[f"good_days_{key}"]
            assert (result.good, result.usable, str(result.good_ratio)) == (
                good["good"],
                good["valid"],
                good["rate_pct"],
            )
            for name, wanted in (
                ("2012", "composite_2012"),
                ("2026_equal", "composite_2026limits_equal_weights"),
                ("2026_weighted", "composite_2026limits_weighted"),
            ):
                assert str(period.composite(result.value, INDICES[name])) == case[wanted]
            if group == "annual":
                assert [words[item] for item in result.failures] == case["annual_validity_failures"]
                assert {words[item]: count for item, count in result.valid_days.items()} == case["valid_days"]


def test_three_year_mean(shared: Path) -> None:
    case = vectors(shared)["three_year_mean"]["cases"][0]
    hours, table = beijing(shared), _tables(shared)["2012"]
    means = []
    for year in (2014, 2015, 2016):
        rows = [
            at
            for at, (station, day) in enumerate(hours.keys)
            if hours.stations[station] == case["station"] and day.year == year
        ]
        days = [hours.keys[at][1] for at in rows]
        mean = period.year(period.days_of(days, _sub(table, rows)), year, EDITIONS["2012"]).mean["PM25"]
        assert mean is not None
        means.append(mean)
    assert abs(float(sum(means, Fraction(0)) / 3) - case["pm25"]) <= 0.001


def test_trend_and_seed(shared: Path) -> None:
    for case in vectors(shared)["spearman_trend"]["cases"]:
        trend = spearman(case["series"])
        assert (str(trend.rs), trend.significant, trend.direction) == (
            case["rs"],
            case["significant_05"],
            case["trend"],
        )
    case = vectors(shared)["seed_consistency"]["cases"][0]
    assert str(round_half_even(Fraction(case["good"] * 100, case["days"]), 1)) == case["expect"]
