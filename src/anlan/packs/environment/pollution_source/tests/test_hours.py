"""What is made of an hour, a day, a quarter: by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.support.cast import Cast

from anlan.base.clock import CHINA
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.registry.models import Station
from anlan.packs.environment.pollution_source import formulas, queries
from anlan.packs.environment.pollution_source.queries import ItemDay
from anlan.packs.environment.pollution_source.tests.filling import Row, put

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2025, 7, 24)
START = datetime(2025, 7, 24, tzinfo=CHINA)
D = Decimal


def minutes(code: str, hour: int, value: float, *, count: int = 60, mark: str = "N", first: int = 1) -> Iterator[Row]:
    for number in range(first, first + count):
        yield code, START + timedelta(hours=hour, minutes=number), value + (number % 7) * 0.001, mark


def hour(code: str, at: int, value: float | None, mark: str = "N") -> Row:
    return code, START + timedelta(hours=at + 1), value, mark


def nox(cast: Cast, station: str = "GL-01", day: date = DAY) -> ItemDay:
    return queries.day_of(Station.objects.get(code=station), day, cast.at)[0]


def whole_day(value: float, hours: range = range(24)) -> Iterator[Row]:
    for at in hours:
        yield from minutes("nox_now", at, value)
        yield from minutes("o2", at, 3.5)
        yield hour("nox", at, value)


def test_each_way_an_hour_can_come_about(sources: Cast, store: Store) -> None:
    put(store, "GL-01", [
        *minutes("nox_now", 0, 20), hour("nox", 0, 21),  # plain
        *minutes("nox_now", 1, 20, count=44), *minutes("nox_now", 1, 99, count=16, mark="C", first=45), hour("nox", 1, 21),
        *minutes("nox_now", 2, 20), *minutes("o2", 2, 7.0),  # the device sent no hour: 20.0 × 17.5 / 14
        *minutes("nox_now", 3, 20), *minutes("o2", 3, 20.5),  # no hour, and oxygen says nothing
        hour("nox", 4, 22),  # no minutes at all
        hour("nox", 5, 22, "D"), *minutes("nox_now", 5, 20),
        hour("nox", 6, 0.0, "F"), *minutes("nox_now", 6, 0.0, mark="F"),
        *minutes("nox_now", 8, 20, count=45), hour("nox", 8, 23),
    ])  # fmt: skip
    found = [(str(one.value), one.reason) for one in nox(sources).hours[:9]]
    assert found == [
        ("21.0", ""),
        ("None", "有效 44，不足 45（校准 16）"),
        ("25.00", "设备没有送小时值，按分钟值复算"),
        ("None", "氧含量异常，不能折算"),
        ("22.0", "没有分钟值，按设备标记"),
        ("None", "设备标记：仪器故障"),
        ("None", "停运"),
        ("None", "没有数据"),
        ("23.0", ""),
    ]
    assert [one.stopped for one in nox(sources).hours[:9]].count(True) == 1


def test_a_peak_of_ten_minutes_is_no_exceedance_and_an_hour_above_is(sources: Cast, store: Store) -> None:
    put(store, "GL-01", [
        *minutes("nox_now", 0, 20, count=50), *minutes("nox_now", 0, 80, count=10, first=51), hour("nox", 0, 30.0),
        *minutes("nox_now", 1, 29), hour("nox", 1, 30.1),
    ])  # fmt: skip
    found = nox(sources)
    assert [one.start.astimezone(CHINA).hour for one in found.over] == [1]  # 30.0 is at the limit, 30.1 over it
    assert found.word == "超限 1 小时"


def test_nineteen_hours_are_no_day_and_standing_still_lowers_what_is_needed(sources: Cast, store: Store) -> None:
    put(store, "GL-01", list(whole_day(20, range(19))))
    assert (nox(sources).mean, nox(sources).word) == (None, "有效 19 小时，不足 20")
    put(store, "GL-01", [hour("nox", at, 0.0, "F") for at in range(19, 24)])
    found = nox(sources)
    assert (found.needed, str(found.mean), found.word, found.stopped) == (15, "20.00", "达标", 5)


def test_the_limit_of_the_day_decides_and_each_boiler_has_its_own(sources: Cast, store: Store) -> None:
    put(store, "GL-01", list(whole_day(29)))
    put(store, "GL-03", list(whole_day(29)))
    first, second, third = queries.bulletin(SYSTEM, DAY, sources.at)
    assert (first.station.code, len(first.over), str(first.limit.high if first.limit else "")) == (
        "GL-03",
        24,
        "28.000",
    )
    assert third.station.code in ("GL-01", "GL-02")
    assert {(one.station.code, one.word) for one in (second, third)} == {("GL-01", "达标"), ("GL-02", "没有有效数据")}


def test_stuck_and_disagreeing_minutes_are_doubted_not_dropped(sources: Cast, store: Store) -> None:
    stuck = [(("nox_now"), START + timedelta(minutes=number), 20.0, "N") for number in range(1, 61)]
    put(
        store,
        "GL-01",
        [*stuck, hour("nox", 0, 20), *minutes("nox_now", 1, 20), *minutes("o2", 1, 3.5), hour("nox", 1, 30)],
    )
    one, two = nox(sources).hours[:2]
    assert (one.value, one.doubt) == (D("20.0"), "连续 60 个读数不变")
    assert two.doubt == "与分钟值复算的 20.00 相差一成以上"


def test_since_when_it_exceeds_looks_back_over_hours_without_a_value(sources: Cast, store: Store) -> None:
    """At 14:32: over from 10 to 14, the hour of 12 missing."""
    today = timedelta(days=1)
    rows = [(code, end + today, value, mark) for code, end, value, mark in
            [hour("nox", at, 20.0) for at in range(10)] + [hour("nox", at, 35.0) for at in (10, 11, 13)]]  # fmt: skip
    put(store, "GL-01", rows)
    standing = queries.standing(sources.actor("monitor"), sources.at, "boiler")
    assert standing[0].over
    assert standing[0].since == START + today + timedelta(hours=10)
    assert (standing[0].hours, standing[0].open_start, standing[0].limit.permit if standing[0].limit else "") == (
        3,
        False,
        "示例证 001",
    )
    assert [one.state for one in standing[1:]].count("none") == len(standing) - 1


def test_waste_water_is_judged_by_the_day_weighed_by_flow(sources: Cast, store: Store) -> None:
    """12 hours of 90 mg/L at 1 L/s and 12 of 30 at 9 L/s: mean 36, although 12 hours are above 60."""
    rows: list[Row] = []
    for at in range(24):
        high = at < 12
        rows += [*minutes("cod", at, 90 if high else 30), *minutes("flow", at, 1 if high else 9), *minutes("ph", at, 7)]
    put(store, "YF-01", rows)
    cod, ammonia, acid = queries.day_of(Station.objects.get(code="YF-01"), DAY, sources.at)
    assert abs((cod.mean or D(0)) - D("36.00")) < D("0.02")
    assert (len(cod.over), cod.exceeds, cod.word) == (12, False, "达标")
    assert (ammonia.word, acid.word) == ("没有有效数据", "达标")


def test_a_quarter_by_hand(sources: Cast, store: Store) -> None:
    """20 mg/m³ at 10 m³/s is 0.72 kg an hour; three missing hours take the greatest of the last 180, 36 mg/m³ once: 1.296 kg."""
    rows: list[Row] = []
    first = datetime(2025, 7, 1, tzinfo=CHINA)
    for at in range(200):
        if at in (150, 151, 152):
            continue
        value = 36.0 if at == 100 else 20.0
        for number in range(1, 61):
            end = first + timedelta(hours=at, minutes=number)
            rows += [("nox_now", end, value, "N"), ("flue_flow", end, 10.0, "N"), ("o2", end, 3.5, "N")]
    put(store, "GL-01", rows)
    found = queries.quarter(Station.objects.get(code="GL-01"), date(2025, 7, 1), first + timedelta(hours=200))
    assert (found.hours, found.valid, found.stopped, found.capture) == (200, 197, 0, D("98.50"))
    assert (found.measured, found.stood_in) == (D("0.72") * 196 + D("1.296"), D("1.296") * 3)
    (gap,) = found.gaps
    assert (gap[0], gap[1], gap[2].value) == (first + timedelta(hours=150), 3, D("1.2960"))
    assert "180" in gap[2].rule


def test_a_year_of_hours_makes_the_share(sources: Cast, store: Store) -> None:
    """A year of hourly means of one boiler, every hundredth hour over."""
    first = datetime(2024, 1, 1, tzinfo=CHINA)
    put(
        store,
        "GL-02",
        [("nox", first + timedelta(hours=at + 1), 31.0 if at % 100 == 0 else 20.0, "N") for at in range(366 * 24)],
    )
    (formula,) = formulas.FORMULAS
    answer = formula.compute(2024, date(2024, 12, 31))
    assert (answer.valid, answer.expected) == (8784, 8784 * 3)
    assert answer.value == D("99.00")  # 8696 of 8784
    assert "8696" in answer.sentence
    before = formula.fingerprint(2024)
    assert formula.fingerprint(2023) != before
    put(store, "GL-02", [("nox", first + timedelta(hours=1), 20.0, "N")])
    assert formula.fingerprint(2024) != before
    assert formula.compute(2023, date(2023, 12, 31)).value is None


def test_vapour_by_nozzle(sources: Cast, store: Store) -> None:
    rows = [("al_2", START + timedelta(minutes=15 * step), 0.85 if step <= 30 else 1.1, "N") for step in range(1, 97)]
    put(store, "YQ-01", [*rows, *[("al_1", end, 1.1, mark) for _code, end, _value, mark in rows]])
    (found,) = queries.vapour_days(SYSTEM, DAY, sources.at)
    by_name = {name: (day.count, day.outside, day.warned, alarmed) for name, day, alarmed in found.today}
    assert by_name["1 号枪气液比"] == (96, 0, False, False)
    assert by_name["2 号枪气液比"] == (96, 30, True, False)
    assert by_name["3 号枪气液比"][0] == 0
