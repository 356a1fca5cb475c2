"""Units by what their devices say, verdicts, hydrants with the two indicators they give."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from tests.support.cast import Cast
from tests.support.district import District

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning.values.formulas import answering
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.packs.safety.fire_iot import actions, queries
from anlan.packs.safety.fire_iot.demonstration import _HERE
from anlan.packs.safety.fire_iot.formulas import FORMULAS
from anlan.packs.safety.fire_iot.models import FireVerdict, Hydrant, HydrantCheck
from anlan.packs.safety.fire_iot.sheets import HYDRANTS, NEEDS, UNITS

FINE = {
    "device": 1.0,
    "panel": 1.0,
    "smoke_1": 1.0,
    "smoke_2": 1.0,
    "manual_1": 1.0,
    "electrical_1": 1.0,
    "pressure": 320.0,
}
SEEN_BY = ("planner", "leader", "auditor", "admin", "officer", "other", "street")


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    monkeypatch.setattr("anlan.base.clock.now", lambda: district.at + timedelta(minutes=10))
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), district.at - timedelta(days=1))
    return district


def _burning(district: District) -> Alarm:
    station = district.station("fire", "XF-9", "gb26875")
    values = {
        "code": "D9",
        "name": "示例楼",
        "use": "elderly",
        "station_code": "XF-9",
        "address": "",
        "beds": 80,
        "smokes": 40,
    }
    registry.add(actor=SYSTEM, sheet=UNITS, organisation=district.cast.emergency, values=values, at=district.at)
    district.send(station, district.at, **{**FINE, "smoke_1": 2.0})
    return Alarm.objects.select_related("stream__station", "organisation").get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("values", "slugs"),
    [
        ({"smoke_1": 2.0}, ["fire_smoke_1"]), ({"smoke_2": 2.0}, ["fire_smoke_2"]), ({"manual_1": 2.0}, ["fire_manual_1"]), ({"smoke_1": 4.0}, ["fire_fault_1"]),
        ({"smoke_1": 8.0}, ["fire_fault_1"]), ({"electrical_1": 2.0}, ["fire_electrical_1"]), ({"device": 9.0}, ["fire_power"]), ({"smoke_1": 0.0}, []),
    ],
)  # fmt: skip
def test_alarms_by_rule(ready: District, values: dict[str, float], slugs: list[str]) -> None:
    ready.send(ready.station("fire", "XF-9", "gb26875"), ready.at, **{**FINE, **values})
    assert sorted(Alarm.objects.values_list("rule__slug", flat=True)) == slugs


@pytest.mark.django_db(transaction=True)
def test_low_pressure_is_told_when_it_lasts(ready: District) -> None:
    station = ready.station("fire", "XF-9", "gb26875")
    for minutes, pressure in ((0, 99.0), (5, 110.0), (10, 99.0), (15, 99.0)):
        ready.send(station, ready.at + timedelta(minutes=minutes), **{**FINE, "pressure": pressure})
    assert not Alarm.objects.exists()
    ready.send(station, ready.at + timedelta(minutes=20), **{**FINE, "pressure": 99.0})
    assert Alarm.objects.get().rule.slug == "fire_pressure"


@pytest.mark.django_db(transaction=True)
def test_a_false_alarm_is_judged_corrected_and_counted(ready: District) -> None:
    alarm, officer = _burning(ready), ready.cast.actor("officer")
    actions.judge(actor=officer, alarm=alarm, verdict="fire", cause="看错", at=ready.at)
    actions.judge(actor=officer, alarm=alarm, verdict="false", cause="厨房油烟", at=ready.at)
    (unit,) = queries.units(officer, ready.at)
    assert (unit.worst, unit.recent, unit.false, unit.online) == ("fire", 1, 1, True)
    assert list(FireVerdict.objects.order_by("id").values_list("verdict", flat=True)) == ["fire", "false"]
    assert Entry.objects.filter(verb="fire_iot.alarm.judged").last().old == {"verdict": "fire", "cause": "看错"}  # type: ignore[union-attr]
    for verdict, cause, said in (
        ("perhaps", "示例", "选一个结论"),
        ("test", " ", "没有写原因"),
        ("false", "厨房油烟", "一样"),
    ):
        with pytest.raises(Refused, match=said):
            actions.judge(actor=officer, alarm=alarm, verdict=verdict, cause=cause, at=ready.at)
    with pytest.raises(Refused):
        actions.judge(actor=ready.cast.actor("planner"), alarm=alarm, verdict="test", cause="示例", at=ready.at)
    assert FireVerdict.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_pages_by_role(ready: District) -> None:
    alarm = _burning(ready)
    ready.station("fire", "XF-8", "gb26875")
    urls = [reverse("fire"), reverse("fire_export"), reverse("fire_unit", args=["XF-9"]), reverse("hydrants_rates")]
    for who in SEEN_BY:
        assert [ready.cast.client(who).get(url).status_code for url in urls] == [200] * 4, who
    assert [ready.cast.client("monitor").get(url).status_code for url in urls] == [403] * 4
    client, judge = ready.cast.client("officer"), reverse("fire_judge", args=[alarm.pk])
    page = client.get(urls[0]).content.decode()
    assert page.index("示例XF-9") < page.index("示例XF-8")
    assert "1 处火警" in page
    assert "1 / 2，50.0%" in page  # one is heard, one never was
    assert "示例XF-8" not in client.get(urls[0], {"use": "elderly"}).content.decode()
    bad = client.post(judge, {"verdict": "false", "cause": ""})
    assert (bad.status_code, "没有写原因" in bad.content.decode()) == (422, True)
    assert client.post(judge, {"verdict": "false", "cause": "油烟"}).status_code == 302
    assert "误报：油烟" in client.get(urls[2]).content.decode()
    assert ready.cast.client("planner").post(judge, {"verdict": "test", "cause": "示例"}).status_code == 403
    assert client.post(reverse("fire_judge", args=[999]), {}).status_code == 404
    assert client.get(reverse("fire_unit", args=["没有"])).status_code == 404
    rows = list(csv.reader(io.StringIO(client.get(urls[1], {"form": "csv"}).content.decode("utf-8-sig"))))
    assert rows[1][:4] == ["示例XF-9", "养老机构", "是", "1 区感烟探测器 火警"]


@pytest.mark.django_db(transaction=True)
def test_a_unit_that_is_not_heard_is_off_line(ready: District) -> None:
    station = ready.station("fire", "XF-9", "gb26875")
    ready.send(station, ready.at, **FINE)
    later = ready.at + timedelta(minutes=21)
    assert not queries.units(ready.cast.actor("officer"), later)[0].online
    assert queries.units(ready.cast.actor("officer"), later - timedelta(minutes=1))[0].online


# ---- hydrants
def _hydrant(cast: Cast, code: str, road: str = "示例路", installed: date = date(2019, 1, 1)) -> Hydrant:
    values = {
        "code": code,
        "road": road,
        "address": "",
        "kind": "above",
        "installed_on": installed,
        "longitude": None,
        "latitude": None,
    }
    made = registry.add(actor=SYSTEM, sheet=HYDRANTS, organisation=cast.emergency, values=values, at=cast.at)
    assert isinstance(made, Hydrant)
    return made


def _need(cast: Cast, road: str, required: int) -> None:
    values = {
        "code": f"N-{road}",
        "road": road,
        "length": 120 * required,
        "required": required,
        "valid_from": date(2021, 1, 1),
        "basis": "示例",
    }
    registry.add(actor=SYSTEM, sheet=NEEDS, organisation=cast.emergency, values=values, at=cast.at)


def _check(cast: Cast, hydrant: Hydrant, on: date, *, sound: bool = True, fault: str = "") -> HydrantCheck:
    return actions.check_hydrant(
        actor=cast.actor("officer"), hydrant=hydrant, checked_on=on, sound=sound, fault=fault, at=cast.at
    )


@pytest.mark.django_db
def test_the_two_rates_as_indicators(cast: Cast) -> None:
    set_up, sound = FORMULAS
    empty = sound.compute(2025, date(2025, 7, 25))
    assert (empty.value, empty.note) == (None, "还没有登记消火栓。")
    assert set_up.compute(2025, date(2025, 7, 25)).value is None
    _need(cast, "示例路", 3)
    _need(cast, "另一路", 1)
    before = sound.fingerprint(2025)
    one, two, _three = (_hydrant(cast, f"H{number}") for number in (1, 2, 3))
    _hydrant(cast, "H4", "另一路", date(2025, 8, 1))  # does not stand yet
    _check(cast, one, date(2024, 8, 1))
    _check(cast, one, date(2025, 7, 1), sound=False, fault="漏水")
    _check(cast, two, date(2025, 7, 1))
    assert sound.fingerprint(2025) != before
    told = sound.compute(2025, date(2025, 7, 25))
    assert (told.value, told.expected, told.valid) == (
        Decimal("33.3"),
        3,
        2,
    )  # one broken, one sound, one never looked at
    assert "没有检查过" in told.note
    assert sound.compute(2024, date(2024, 12, 31)).sentence == "完好 1 ÷ 在用 3 = 33.3 %"  # as it was known then
    rate = set_up.compute(2025, date(2025, 7, 25))
    assert (rate.value, rate.ratio) == (Decimal("75.0"), (3, 4))
    assert {one.slug for one in FORMULAS} == {answering(name).slug for name in ("市政消火栓设置率", "市政消火栓完好率")}  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "sound", "fault", "field"),
    [
        (date(2025, 7, 26), True, "", "checked_on"), (date(2024, 1, 1), True, "", "checked_on"), (date(2025, 7, 1), False, " ", "fault"),
        (date(2025, 7, 1), True, "漏水", "fault"),
    ],
)  # fmt: skip
def test_checks_that_cannot_be(cast: Cast, on: date, sound: bool, fault: str, field: str) -> None:
    with pytest.raises(Refused) as told:
        _check(cast, _hydrant(cast, "H1"), on, sound=sound, fault=fault)
    assert told.value.field == field
    assert not HydrantCheck.objects.exists()


@pytest.mark.django_db
def test_a_check_before_the_hydrant_stood_or_after_it_went(cast: Cast) -> None:
    young, old = _hydrant(cast, "H1", installed=date(2025, 7, 10)), _hydrant(cast, "H2")
    with pytest.raises(Refused, match="早于设置日期"):
        _check(cast, young, date(2025, 7, 1))
    registry.retire(actor=SYSTEM, sheet=HYDRANTS, row=old, reason="道路改造", at=cast.at)
    with pytest.raises(Refused, match="已停用"):
        _check(cast, old, date(2025, 7, 1))


@pytest.mark.django_db
def test_checks_in_the_browser(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.base.clock.now", lambda: cast.at)
    client, page = cast.client("street"), reverse("hydrants_rates")
    assert "还没有消火栓" in client.get(page).content.decode()
    hydrant = _hydrant(cast, "H1")
    url = reverse("hydrant_check", args=[hydrant.pk])
    for typed in (
        {},
        {"checked_on": "昨天", "sound": "yes"},
        {"checked_on": "2025-07-01", "sound": "maybe"},
        {"checked_on": "2025-07-01", "sound": "no", "fault": ""},
    ):
        answer = client.post(url, typed)
        assert (answer.status_code, "没有保存" in answer.content.decode()) == (422, True), typed
    assert client.post(url, {"checked_on": "2025-07-01", "sound": "no", "fault": "漏水"}).status_code == 302
    assert "漏水" in client.get(page, {"road": "示例路"}).content.decode()
    assert cast.client("planner").post(url, {"checked_on": "2025-07-01", "sound": "yes"}).status_code == 403
    assert client.post(reverse("hydrant_check", args=[999]), {}).status_code == 404
    assert HydrantCheck.objects.count() == 1


@pytest.mark.django_db
def test_wrong_rows(cast: Cast) -> None:
    need = {
        "code": "1",
        "road": "示例路",
        "length": "960",
        "required": "8",
        "valid_from": "2021-01-01",
        "basis": "示例",
    }
    assert row_of(need, NEEDS)[1] == []
    assert [one.column for one in row_of({**need, "required": "7"}, NEEDS)[1]] == ["required"]
    unit = {"code": "1", "name": "示例", "use": "养老机构", "station_code": "没有"}
    assert [one.column for one in row_of(unit, UNITS)[1]] == ["station_code"]
    assert cast.at
