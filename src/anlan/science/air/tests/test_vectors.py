"""Against the independent vectors, the published hours, and exact decimals."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.errors import Refused
from anlan.science.air import hours_csv, period
from anlan.science.air.aqi import hourly, iaqi, rounded
from anlan.science.air.cli import evaluate
from anlan.science.air.editions import BREAKS, EDITIONS, INDICES, ITEMS, NAMES, edition_for
from anlan.science.air.vector import (
    DAY_SCALE,
    NONE,
    O3_SCALE,
    UNIT,
    DayTable,
    HourTable,
    evaluate_days,
    evaluate_hours,
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
def beijing(shared: Path) -> hours_csv.Hours:
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
    data = (shared / "data/environment" / name).read_bytes().replace(b"time,code", b"time,station")
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
    text = (
        (shared / "data/environment/cnemc_station_hours.csv")
        .read_text(encoding="utf-8")
        .replace("time,code", "time,station")
    )
    by_edition = {
        key: {(row["time"], row["station"]): row for row in csv.DictReader(io.StringIO(evaluate(text.encode(), key)))}
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


def _values(row: np.ndarray[Any, Any]) -> dict[str, Decimal | None]:
    return {item: None if value < 0 else Decimal(int(value)) / UNIT for item, value in zip(ITEMS, row, strict=True)}


cells = st.one_of(
    st.just(NONE), st.integers(0, 60), st.integers(0, 1300).map(lambda n: n * 1000), st.integers(0, 1_300_000)
)


@pytest.mark.fuzz
@given(st.lists(st.lists(cells, min_size=6, max_size=6), min_size=1, max_size=6))
def test_vector_equals_decimal_for_hours(rows: list[list[int]]) -> None:
    table = np.array(rows, dtype=np.int64)
    for edition in EDITIONS.values():
        values, masks = evaluate_hours(table, edition)
        for row, value, mask in zip(table, values.tolist(), masks.tolist(), strict=True):
            exact = hourly(_values(row), edition)
            assert (None if value < 0 else value) == exact.value
            assert tuple(NAMES[item] for item in primary_names(mask)) == exact.primary


@pytest.mark.fuzz
@given(
    st.lists(
        st.lists(st.one_of(st.just(NONE), st.integers(0, 900_000)), min_size=6, max_size=6), min_size=24, max_size=24
    )
)
def test_vector_equals_decimal_for_a_day(rows: list[list[int]]) -> None:
    table = np.array([rows], dtype=np.int64)
    edition = EDITIONS["2012"]
    day = evaluate_days(HourTable(table), edition)
    for at, item in enumerate(ITEMS[:5]):
        known = [row[at] for row in rows if row[at] >= 0]
        assert bool(day.valid[0, at]) == (len(known) >= 20)
        if len(known) >= 20:
            mean = Fraction(sum(known), len(known) * UNIT)
            assert Fraction(int(day.exact[0, at]), UNIT * DAY_SCALE) == mean
            places = 1 if item == "CO" else 0
            assert Decimal(int(day.reported[0, at])).scaleb(-places) == round_half_even(mean, places)
    ozone = [row[5] for row in rows]
    means = [
        Fraction(sum(good), len(good) * UNIT)
        for start in range(17)
        if len(good := [v for v in ozone[start : start + 8] if v >= 0]) >= 6
    ]
    assert int(day.hours[0, 5]) == len(means)
    assert bool(day.valid[0, 5]) == (len(means) >= 14 or bool(means and max(means) > 160))
    if day.valid[0, 5]:
        assert Fraction(int(day.exact[0, 5]), UNIT * O3_SCALE) == max(means)


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=lambda edition: edition.key)
def test_iaqi_rises_and_meets_every_breakpoint(edition: Any) -> None:
    for column, points in edition.columns.items():
        step = Decimal("0.1") if column.startswith("CO") else Decimal(1)
        for point, index in zip(points, BREAKS, strict=False):
            assert iaqi(column, Decimal(point), edition) == index
            if point:
                below = iaqi(column, point - step, edition)
                assert below is not None
                assert below < index + 1
        series = [iaqi(column, Decimal(n) * step, edition) for n in range(int(points[-1] / step) + 1)]
        assert series == sorted(series)  # type: ignore[type-var]


def test_editions_by_day() -> None:
    assert edition_for(date(2026, 2, 28)).key == "2012"
    assert edition_for(date(2026, 3, 1)).key == "2026"


HEAD = "station,time,pm25,pm10,so2,no2,co,o3\n"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "空"), ("   \n", "空"), ("a,b,c\n1,2,3\n", "station"), ("station,pm25\nx,1\n", "时间"), ("station,time\nx,2020-01-01T00\n", "污染物"),
        ("station,station,time,pm25\n", "两次"), ("station,time,co,co_ugm3\n", "只能有一列"), (HEAD, "没有可用"), (HEAD + "x,not-a-time,1,1,1,1,1,1\n", "没有可用"),
        (HEAD + "x,2020-13-01T00,1,1,1,1,1,1\n", "没有可用"), (HEAD + "x,2020-01-01T24,1,1,1,1,1,1\n", "没有可用"), ("\0\0\0", "认不出"),
    ],
)  # fmt: skip
def test_wrong_files_are_refused_in_one_sentence(text: str, word: str) -> None:
    with pytest.raises(Refused, match=word) as caught:
        hours_csv.read(text.encode())
    assert "\n" not in caught.value.message


def test_findings_name_the_lines() -> None:
    rows = [f"x,2020-01-{1 + h // 24:02d}T{h % 24:02d},5,6,7,8,0.5,9" for h in range(60)]
    rows[10] = rows[10].replace(",5,6,", ",-5,abc,")
    rows.append(rows[3])
    rows.append("x,2020-01-01T04,6,6,7,8,0.5,9")
    rows.append("x,2020-01-05T00,99999,6,7,8,0.5,9")
    found = {one.kind: one for one in hours_csv.read((HEAD + "\n".join(rows)).encode()).findings}
    assert found["unreadable"].lines == (12,)
    assert found["duplicate"].lines == (62,)
    assert found["conflict"].lines == (63,)
    assert found["range"].lines == (64,)
    assert {"frozen", "gap"} <= set(found)


@pytest.mark.parametrize("word", ["", "-", "-99", "—", "NA", "NaN"])
def test_missing_is_never_zero(word: str) -> None:
    out = list(
        csv.DictReader(
            io.StringIO(evaluate(f"{HEAD}x,2020-01-01T00,{word},{word},{word},{word},{word},{word}\n".encode(), "2012"))
        )
    )
    assert (out[0]["aqi"], out[0]["primary"]) == ("", "")


def test_frozen_feed_is_found(shared: Path) -> None:
    hours = hours_csv.read((shared / "data/environment/tianjin_air_frozen_feed_202004.csv").read_bytes())
    assert {one.station for one in hours.findings if one.kind == "frozen"} == set(hours.stations)
