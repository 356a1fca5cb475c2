"""From a position to an alarm; the track, its replay and who looked at it."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from tests.support.cast import Cast
from tests.support.district import District

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations.models import Edition, Stream
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.types import Sheet
from anlan.packs.safety.dangerous_goods_vehicle import queries
from anlan.packs.safety.dangerous_goods_vehicle.demonstration import _HERE
from anlan.packs.safety.dangerous_goods_vehicle.sheets import AREAS, ROUTES, VEHICLES

pytestmark = pytest.mark.django_db(transaction=True)
ON_ROUTE, OFF_ROUTE, FORBIDDEN = (117.25, 39.14), (117.25, 39.16), (117.205, 39.155)
WHO_MAY = ("planner", "leader", "auditor", "admin", "officer", "other", "street")


def _add(cast: Cast, sheet: Sheet, **values: object) -> object:
    dated = {"valid_from": date(2021, 1, 1), "valid_to": None, "basis": "示例"} if sheet is not VEHICLES else {}
    return registry.add(actor=SYSTEM, sheet=sheet, organisation=cast.emergency, values={**dated, **values}, at=cast.at)


@pytest.fixture
def vehicle(district: District) -> Station:
    cast = district.cast
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), cast.at - timedelta(days=1))
    station = district.station("vehicle", "CL-9", "jt808")
    _add(cast, ROUTES, code="R1", name="示例线", points="117.20,39.14;117.30,39.14", half_width=150)
    _add(
        cast,
        AREAS,
        code="A1",
        name="示例禁行区",
        kind="forbidden",
        points="117.20,39.15;117.21,39.15;117.21,39.16;117.20,39.16",
        hours="",
    )
    _add(cast, VEHICLES, plate="示A1", station_code="CL-9", goods="3", cargo="汽油", routes="R1", permit_until=None)
    return station


def _drive(
    district: District,
    station: Station,
    start: datetime,
    place: tuple[float, float],
    minutes: float,
    speed: float = 40.0,
) -> datetime:
    steps = [start + timedelta(seconds=30 * step) for step in range(int(minutes * 2) + 1)]
    district.batch(station, {at: {"lon": place[0], "lat": place[1], "speed": speed, "alarm": 0} for at in steps})
    return steps[-1] + timedelta(seconds=30)


def _raised() -> list[str]:
    return sorted(Alarm.objects.values_list("rule__slug", flat=True))


def test_a_vehicle_that_leaves_its_corridor_for_a_minute_is_told(district: District, vehicle: Station) -> None:
    at = _drive(district, vehicle, district.at, ON_ROUTE, 2)
    at = _drive(district, vehicle, at, OFF_ROUTE, 0.5)  # half a minute: a bad fix, or a turn
    at = _drive(district, vehicle, at, ON_ROUTE, 1)
    assert _raised() == []
    left = at
    at = _drive(district, vehicle, at, OFF_ROUTE, 3)
    alarm = Alarm.objects.get(rule__slug="vehicle_off_route")
    assert alarm.since == left
    _drive(district, vehicle, at, ON_ROUTE, 1)
    alarm.refresh_from_db()
    assert alarm.state == "returned"


def test_entering_a_forbidden_area_is_told_at_once(district: District, vehicle: Station) -> None:
    at = _drive(district, vehicle, district.at, ON_ROUTE, 1)
    district.send(vehicle, at, lon=FORBIDDEN[0], lat=FORBIDDEN[1], speed=30.0, alarm=0)
    assert _raised() == ["vehicle_forbidden"]
    assert district.values(vehicle, "forbidden")[-1] == 1


def test_standing_too_long_counts_only_outside_parking_areas(district: District, vehicle: Station) -> None:
    at = _drive(district, vehicle, district.at, ON_ROUTE, 25, speed=0.0)
    assert _raised() == ["vehicle_stay"]
    _add(
        district.cast,
        AREAS,
        code="P1",
        name="示例停车场",
        kind="parking",
        points="117.24,39.13;117.26,39.13;117.26,39.15;117.24,39.15",
        hours="",
    )
    _drive(district, vehicle, at, ON_ROUTE, 25, speed=0.0)
    assert Alarm.objects.get().state == "returned"  # what was a stay on the road is a stay where it may


def test_a_position_that_is_impossible_says_nothing_of_the_route(district: District, vehicle: Station) -> None:
    district.send(vehicle, district.at, lon=0.0, lat=0.0, speed=40.0, alarm=0)
    assert district.values(vehicle, "off_route") == []


def test_a_change_of_the_register_reaches_the_gateway(district: District, vehicle: Station) -> None:
    before = Edition.objects.get().number
    _add(
        district.cast,
        AREAS,
        code="A2",
        name="示例",
        kind="forbidden",
        points="117.24,39.13;117.26,39.13;117.26,39.15",
        hours="",
    )
    assert Edition.objects.get().number == before + 1
    assert vehicle.pk


def test_derived_values_belong_to_no_device_so_none_can_write_them(district: District, vehicle: Station) -> None:
    derived = Stream.objects.filter(station=vehicle, code__in=("off_route", "forbidden", "standing"))
    assert derived.count() == 3
    assert derived.filter(device=None, channel="").count() == 3
    assert district.at


@pytest.mark.parametrize(
    ("sheet", "wrong", "column"),
    [
        (AREAS, {"points": "117.2,39.1"}, "points"), (AREAS, {"points": "117.20,39.15;117.21,39.16;117.21,39.15;117.20,39.16"}, "points"),
        (AREAS, {"hours": "早高峰"}, "hours"), (AREAS, {"valid_to": "2020-01-01"}, "valid_to"), (AREAS, {"kind": "禁停"}, "kind"),
        (ROUTES, {"points": "117.2,39.1"}, "points"), (ROUTES, {"half_width": "0"}, "half_width"), (ROUTES, {"basis": ""}, "basis"),
        (VEHICLES, {"station_code": "没有"}, "station_code"), (VEHICLES, {"routes": "R1、R9"}, "routes"), (VEHICLES, {"goods": "10"}, "goods"),
    ],
)  # fmt: skip
def test_wrong_rows_are_named_by_cell(
    district: District, vehicle: Station, sheet: Sheet, wrong: dict[str, str], column: str
) -> None:
    good = {
        AREAS.slug: {"code": "X", "name": "示例", "kind": "禁行区", "points": "117.2,39.1;117.3,39.1;117.3,39.2", "valid_from": "2021-01-01", "basis": "示例"},
        ROUTES.slug: {"code": "X", "name": "示例", "points": "117.2,39.1;117.3,39.1", "half_width": "100", "valid_from": "2021-01-01", "basis": "示例"},
        VEHICLES.slug: {"plate": "示A9", "station_code": vehicle.code, "goods": "3 易燃液体", "routes": "R1"},
    }  # fmt: skip
    row = good[sheet.slug]
    assert row_of(row, sheet)[1] == []
    assert [one.column for one in row_of({**row, **wrong}, sheet)[1]] == [column]
    assert district.at


def test_pages_by_role_and_the_journal_of_who_looked(
    district: District, vehicle: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.base.clock.now", lambda: district.at + timedelta(minutes=20))
    at = _drive(district, vehicle, district.at, ON_ROUTE, 3)
    _drive(district, vehicle, at, OFF_ROUTE, 3)
    urls = [reverse("vehicles"), reverse("vehicle_track", args=["CL-9"]), reverse("vehicle_export", args=["CL-9"])]
    for who in WHO_MAY:
        assert [district.cast.client(who).get(url).status_code for url in urls] == [200, 200, 200], who
    assert [district.cast.client("monitor").get(url).status_code for url in urls] == [403, 403, 403]
    looked = Entry.objects.filter(verb="dangerous_goods_vehicle.track.read")
    assert looked.count() == len(WHO_MAY)
    assert Entry.objects.filter(verb="dangerous_goods_vehicle.track.exported").count() == len(WHO_MAY)
    assert looked[0].new["vehicle"] == "CL-9"
    assert "偏离准行线路" in district.cast.client("officer").get(urls[0]).content.decode()


def test_replay_without_script_and_the_table_are_the_same_fixes(
    district: District, vehicle: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.base.clock.now", lambda: district.at + timedelta(minutes=20))
    at = _drive(district, vehicle, district.at, ON_ROUTE, 2)
    _drive(district, vehicle, at, OFF_ROUTE, 2)
    client, url = district.cast.client("officer"), reverse("vehicle_track", args=["CL-9"])
    last = client.get(url).content.decode()
    assert "14:36:30，40 km/h，偏离 " in last
    first = client.get(url, {"step": "0"}).content.decode()
    assert "14:32:00，40 km/h<" in first
    assert first.count('class="svg-over"') == 5  # every fix off the route is marked
    for odd in (
        {"step": "-1"},
        {"step": "9999"},
        {"step": "x"},
        {"until": "99999999999"},
        {"hours": "7"},
        {"page": "99"},
    ):
        assert client.get(url, odd).status_code == 200, odd
    rows = list(
        csv.reader(
            io.StringIO(
                client.get(reverse("vehicle_export", args=["CL-9"]), {"form": "csv"}).content.decode("utf-8-sig")
            )
        )
    )
    assert len(rows) == 1 + 10
    assert rows[1][3] == "40.0"


def test_empty_states_and_what_is_not_there(cast: Cast, district: District) -> None:
    client = cast.client("officer")
    assert "还没有车辆" in client.get(reverse("vehicles")).content.decode()
    assert client.get(reverse("vehicle_track", args=["没有"])).status_code == 404
    station = district.station("vehicle", "CL-8", "jt808")
    page = client.get(reverse("vehicle_track", args=[station.code])).content.decode()
    assert "这段时间没有定位" in page
    assert "未入台账" in page


def test_what_a_track_amounts_to(district: District) -> None:
    steps = [
        (0, 117.20, 40.0),
        (30, 117.21, 40.0),
        *((60 + 30 * one, 117.21, 0.0) for one in range(12)),
        (430, 117.22, 52.0),
    ]
    fixes = [queries.Fix(district.at + timedelta(seconds=at), lon, 39.15, speed) for at, lon, speed in steps]
    told = queries.trip(fixes)
    assert told.kilometres == pytest.approx(0.02 * 111.195 * 0.7755, abs=0.01)
    assert told.fastest == 52.0
    assert [(one.minutes, one.longitude) for one in told.stops] == [(6, 117.21)]


def test_a_vehicle_that_never_spoke_is_in_the_list(district: District, vehicle: Station) -> None:
    answer = district.cast.client("planner").get(reverse("vehicles"))
    assert answer.status_code == 200
    assert vehicle.name in answer.content.decode()
