"""Evaluation alone: hours, days and years of three station-years of hours, a core-second. Peer: our exact decimals on a sample.

Every answer of the sample is compared with the decimal reference; a difference fails.
"""

from __future__ import annotations

import os
import time
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from anlan.science.air import hours_csv, period
from anlan.science.air.aqi import hourly
from anlan.science.air.editions import EDITIONS, ITEMS
from anlan.science.air.vector import DAY_SCALE, UNIT, HourTable, evaluate_days, evaluate_hours
from bench.measure import RUNS, Row, row

GOAL = 300_000
SAMPLE_DAYS = 40


def _hours() -> tuple[np.ndarray[Any, Any], list[tuple[int, date]]]:
    """The real file where it is; else drawn hours of the same size."""
    real = (
        Path(os.environ.get("ANLAN_SHARED", Path(__file__).parents[2] / "shared"))
        / "data/environment/beijing_air_hourly_2014_2016.csv"
    )
    if real.exists():
        read = hours_csv.read(real.read_bytes())
        return read.table.values, read.keys
    draw = np.random.Generator(np.random.PCG64(1))
    values = draw.integers(-1, 300, (3288, 24, 6)) * UNIT
    values[values < 0] = -1
    return values, [(station, date(2014, 1, 1) + timedelta(days=day)) for station in range(3) for day in range(1096)]


def _check(values: np.ndarray[Any, Any]) -> float:
    """The sample against exact decimals; returns station-hours a core-second of the reference."""
    edition, part = EDITIONS["2012"], values[:SAMPLE_DAYS]
    aqi, _mask = evaluate_hours(part, edition)
    days = evaluate_days(HourTable(part), edition)
    start = time.process_time()
    for at in range(len(part)):
        for hour in range(24):
            exact = hourly(
                {
                    item: None if value < 0 else Decimal(int(value)) / UNIT
                    for item, value in zip(ITEMS, part[at, hour], strict=True)
                },
                edition,
            )
            assert (exact.value if exact.value is not None else -1) == aqi[at, hour]
        known = [int(value) for value in part[at, :, 3] if value >= 0]
        if len(known) >= 20:
            assert Fraction(int(days.exact[at, 3]), UNIT * DAY_SCALE) == Fraction(sum(known), len(known) * UNIT)
    return SAMPLE_DAYS * 24 / (time.process_time() - start)


def rows(quick: bool) -> list[Row]:
    del quick
    values, keys = _hours()
    peer, edition, rates, cpus = _check(values), EDITIONS["2012"], [], []
    wall = time.perf_counter()
    for _ in range(RUNS):
        start = time.process_time()
        evaluate_hours(values, edition)
        table = evaluate_days(HourTable(values), edition)
        days = period.days_of([day for _station, day in keys], table)
        for station in {station for station, _day in keys}:
            mine = [one for (at, _day), one in zip(keys, days, strict=True) if at == station]
            for year in {one.day.year for one in mine}:
                assert period.year(mine, year, edition).usable >= 0
        cpus.append(time.process_time() - start)
        rates.append(values.shape[0] * 24 / cpus[-1])
    return [
        row(name="air evaluation by hour, day and year", unit="station-hours/core-s", goal=f">= {GOAL:,}", runs=rates, peer=peer,
            met=lambda mine, _ratio: mine >= GOAL, cpu_s=sum(cpus), wall_s=time.perf_counter() - wall)
    ]  # fmt: skip
