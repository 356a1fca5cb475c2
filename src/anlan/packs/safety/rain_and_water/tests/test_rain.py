"""Amounts from the counter, the hydrological day, dated lines; alarms at ingest; pages."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from tests.support.cast import Cast
from tests.support.district import District

from anlan.base.clock import CHINA
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.packs.safety.rain_and_water import panels, queries, rules
from anlan.packs.safety.rain_and_water.demonstration import _HERE
from anlan.packs.safety.rain_and_water.rules import HOUR_MS, Amount, Line
from anlan.packs.safety.rain_and_water.sheets import LINES

T0 = 1_767_225_600_000  # 2026-01-01T08:00+08:00
MINUTE = 60_000


@pytest.mark.pure
def test_the_amount_is_the_difference_of_the_counter_whatever_was_lost_between() -> None:
    every = [(T0 + step * 5 * MINUTE, 100 + 0.5 * step) for step in range(13)]
    assert rules.fallen(every, T0, T0 + HOUR_MS) == Amount(6.0)
    assert rules.fallen(every[::4], T0, T0 + HOUR_MS) == Amount(6.0)
    assert rules.fallen(every, T0 - 1, T0 + HOUR_MS) is None  # nothing tells the counter when the span began
    assert rules.fallen(every[:1], T0, T0 + HOUR_MS) is None  # and nothing since
    fine = [(T0 + place * HOUR_MS // 12, 10 + place * 0.25) for place in range(13)]
    assert rules.fallen(fine, T0, T0 + HOUR_MS) == Amount(3.0)  # steps of a finer gauge are not rounded one by one


@pytest.mark.pure
def test_roll_over_counts_and_a_counter_that_was_set_back_makes_the_amount_a_least() -> None:
    rolled = [(T0, 99_995.0), (T0 + MINUTE, 99_999.9), (T0 + 2 * MINUTE, 3.0)]
    assert rules.fallen(rolled, T0, T0 + HOUR_MS) == Amount(8.0)  # 4.9 to the top, 0.1 to nought, 3.0
    back = [(T0, 1200.0), (T0 + MINUTE, 1204.0), (T0 + 2 * MINUTE, 0.0), (T0 + 3 * MINUTE, 2.5)]
    assert rules.fallen(back, T0, T0 + HOUR_MS) == Amount(6.5, whole=False)


@pytest.mark.pure
@pytest.mark.parametrize(
    ("now", "begun"),
    [
        ((2026, 3, 2, 7, 59), (2026, 3, 1, 8, 0)), ((2026, 3, 2, 8, 0), (2026, 3, 2, 8, 0)), ((2026, 3, 2, 23, 59), (2026, 3, 2, 8, 0)),
        ((2026, 1, 1, 3, 0), (2025, 12, 31, 8, 0)),
    ],
)  # fmt: skip
def test_the_hydrological_day_begins_at_eight(now: tuple[int, ...], begun: tuple[int, ...]) -> None:
    at, start = (round(datetime(*one, tzinfo=CHINA).timestamp() * 1000) for one in (now, begun))  # type: ignore[misc, arg-type]
    assert rules.hydrological_day(at) == start


@pytest.mark.pure
@pytest.mark.parametrize(
    ("amount", "word"), [(0.0, ""), (0.1, "小雨"), (9.9, "小雨"), (10.0, "中雨"), (25.0, "大雨"), (50.0, "暴雨"), (99.9, "暴雨"), (100.0, "大暴雨"), (250.0, "特大暴雨")]
)  # fmt: skip
def test_grades(amount: float, word: str) -> None:
    assert rules.grade(amount) == word


@pytest.mark.pure
def test_the_line_that_is_in_force_at_the_instant_counts() -> None:
    lines = (Line("warning", 3.5, 0, T0), Line("warning", 3.2, T0), Line("ensured", 4.0))
    assert rules.derive(lines, T0 - 1, {"level": 3.4}) == {"over_warning": -0.1, "over_ensured": -0.6}
    assert rules.derive(lines, T0, {"level": 3.4}) == {"over_warning": 0.2, "over_ensured": -0.6}
    assert rules.derive(lines[:1], T0, {"level": 3.4}) == {}
    assert rules.derive(lines, T0, {}) == {}


def _line(district: District, code: str, station: str, kind: str, value: str, **more: object) -> None:
    values = {"code": code, "station_code": station, "kind": kind, "value": Decimal(value), "datum": "", "valid_from": date(2021, 1, 1), "valid_to": None,
              "basis": "示例", **more}  # fmt: skip
    registry.add(actor=SYSTEM, sheet=LINES, organisation=district.cast.emergency, values=values, at=district.at)


@pytest.fixture
def ready(district: District) -> District:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), district.at - timedelta(days=3))
    return district


@pytest.mark.django_db(transaction=True)
def test_each_station_has_its_own_lines_and_each_line_its_own_alarm(ready: District) -> None:
    low, high, none = (ready.station("level", code, "sl651") for code in ("SW-1", "SW-2", "SW-3"))
    _line(ready, "1", "SW-1", "warning", "3.0")
    _line(ready, "2", "SW-1", "ensured", "3.3")
    _line(ready, "3", "SW-2", "warning", "5.0")
    for station in (low, high, none):
        ready.send(station, ready.at, level=3.2, battery=12.5)
    assert list(Alarm.objects.values_list("rule__slug", "stream__station__code")) == [("level_warning", "SW-1")]
    ready.send(low, ready.at + timedelta(minutes=5), level=3.35, battery=12.5)
    assert sorted(Alarm.objects.values_list("rule__slug", flat=True)) == ["level_ensured", "level_warning"]
    assert ready.values(low, "over_warning") == [0.2, 0.35]
    assert ready.values(none, "over_warning") == []


@pytest.mark.django_db(transaction=True)
def test_lists_are_sorted_by_what_exceeds(ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.base.clock.now", lambda: ready.at)
    calm, wet = (ready.station("rain", code, "sl651") for code in ("YL-1", "YL-2"))
    _line(ready, "1", "YL-2", "rain_1h", "20")
    for station, rate in ((calm, 0.02), (wet, 0.4)):
        steps = {
            ready.at - timedelta(minutes=5 * step): {"total": 500 + rate * (400 - 5 * step), "battery": 12.5}
            for step in range(320, -1, -1)
        }
        ready.batch(station, steps)
    first, second = queries.rains(ready.cast.actor("officer"), ready.at)
    assert (first.station, second.station) == (wet, calm)
    assert first.over == {1: 20.0}
    assert [one.value for one in first.amounts if one] == [24.0, 72.0, 144.0, 576.0]
    assert first.day == Amount(158.0)  # since 07:57, the last report before 08:00: 395 minutes
    page = ready.cast.client("officer").get(reverse("rain")).content.decode()
    assert page.index(wet.name) < page.index(calm.name)
    assert "特大暴雨" in page
    told = panels.rain(ready.cast.actor("officer"), ready.at)
    assert [(one.title, one.value, one.word) for one in told] == [
        (wet.name, "24.0 / 576.0", "过线"),
        (calm.name, "1.2 / 28.8", ""),
    ]
    assert told[0].note == "过了 1 小时 20 mm"


@pytest.mark.django_db(transaction=True)
def test_the_board_says_at_least_where_the_counter_was_set_back(ready: District) -> None:
    gauge = ready.station("rain", "YL-1", "sl651")
    steps = {ready.at - timedelta(minutes=5 * step): {"total": float(1000 - step), "battery": 12.5} for step in range(320, -1, -1)}  # fmt: skip
    steps[ready.at] = {"total": 0.5, "battery": 12.5}
    ready.batch(gauge, steps)
    (told,) = panels.rain(ready.cast.actor("officer"), ready.at)
    assert all(one.startswith("≥") for one in told.value.split(" / "))


@pytest.mark.django_db(transaction=True)
def test_pages_by_role_the_course_and_its_table(ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.base.clock.now", lambda: ready.at)
    gauge = ready.station("rain", "YL-1", "sl651", place=(117.2, 39.15))
    ready.station("rain", "YL-2", "sl651", place=(117.3, 39.15))
    level = ready.station("level", "SW-1", "sl651", place=(117.21, 39.15))
    _line(ready, "1", "SW-1", "warning", "3.0")
    hours = [ready.at - timedelta(minutes=10 * step) for step in range(30, -1, -1)]
    ready.batch(gauge, {at: {"total": 10.0 + place, "battery": 12.5} for place, at in enumerate(hours)})
    ready.batch(level, {at: {"level": 2.0 + place * 0.05, "battery": 12.5} for place, at in enumerate(hours)})
    urls = [
        reverse("rain"),
        reverse("rain_export"),
        reverse("rain_station", args=["SW-1"]),
        reverse("rain_station_export", args=["SW-1"]),
    ]
    for who in ("planner", "leader", "auditor", "admin", "officer", "other", "street"):
        assert [ready.cast.client(who).get(url).status_code for url in urls] == [200] * 4, who
    assert [ready.cast.client("monitor").get(url).status_code for url in urls] == [403] * 4
    client = ready.cast.client("officer")
    page = client.get(urls[2]).content.decode()
    assert f"雨量：{gauge.name}" in page  # the nearest gauge
    assert "警戒 3" in page
    assert "雨量：示例YL-2，24 小时共 0.0 mm" in client.get(urls[2], {"with": "YL-2"}).content.decode()
    rows = list(csv.reader(io.StringIO(client.get(urls[3], {"form": "csv"}).content.decode("utf-8-sig"))))
    told = {row[0][-5:]: row[1:] for row in rows[1:]}
    assert told["13:00"] == ["6.0", "3.3"]  # six steps of 1 mm; the highest level of the hour
    for odd in ({"hours": "x"}, {"hours": "0"}, {"with": "没有"}):
        assert client.get(urls[2], odd).status_code == 200
    assert client.get(reverse("rain_station", args=["没有"])).status_code == 404
    assert client.get(urls[1], {"what": "level", "form": "csv"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_old_value_is_said_to_be_old(ready: District, monkeypatch: pytest.MonkeyPatch) -> None:
    station = ready.station("level", "SW-1", "sl651")
    ready.send(station, ready.at, level=3.2, battery=12.5)
    monkeypatch.setattr("anlan.base.clock.now", lambda: ready.at + timedelta(minutes=40))
    assert "没有新数据" in ready.cast.client("officer").get(reverse("rain")).content.decode()
    (later,) = queries.levels(ready.cast.actor("officer"), ready.at + timedelta(hours=7))
    assert (later.value, later.above) == (None, None)
    (told,) = panels.levels(ready.cast.actor("officer"), ready.at + timedelta(hours=7))
    assert (told.value, told.sign, told.word) == ("—", "silent", "没有数据")


@pytest.mark.django_db
def test_empty_and_wrong_rows(cast: Cast) -> None:
    page = cast.client("officer").get(reverse("rain")).content.decode()
    assert "还没有水位站" in page
    assert "还没有雨量站" in page
    row = {
        "code": "1",
        "station_code": "没有",
        "kind": "警戒水位 m",
        "value": "3.5",
        "valid_from": "2021-01-01",
        "basis": "示例",
    }
    assert [one.column for one in row_of(row, LINES)[1]] == ["station_code"]
    both = row_of({**row, "kind": "1 小时雨量 mm", "value": "0", "valid_to": "2020-01-01"}, LINES)[1]
    assert [one.column for one in both] == ["station_code", "value", "valid_to"]
