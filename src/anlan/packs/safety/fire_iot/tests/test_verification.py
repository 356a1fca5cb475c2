"""A fire alarm of the scripted night becomes one case: called about, real or false; the alarm and the fire page follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.support.cast import Cast
from tests.support.district import District

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.casework import opening, queries
from anlan.kernel.casework.actions import make_step
from anlan.kernel.casework.models import Case
from anlan.kernel.journal.sealing import seal_all
from anlan.packs.safety.fire_iot.demonstration import _HERE
from anlan.packs.safety.fire_iot.models import FireVerdict

pytestmark = pytest.mark.django_db
FINE = {
    "device": 1.0,
    "panel": 1.0,
    "smoke_1": 1.0,
    "smoke_2": 1.0,
    "manual_1": 1.0,
    "electrical_1": 1.0,
    "pressure": 320.0,
}


@pytest.fixture
def fire(district: District, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.setattr(clock, "now", lambda: district.at + timedelta(minutes=1))
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), district.at - timedelta(days=1))
    station = district.station("fire", "XF-9", "gb26875", owner=district.cast.enterprise)
    district.send(station, district.at, **{**FINE, "smoke_1": 2.0})
    seal_all(district.at)
    opening.follow(district.at)
    return Case.objects.get()


def go(cast: Cast, case: Case, who: str, step: str, minutes: int = 2, **more: object) -> Case:
    return make_step(actor=cast.actor(who), case=case, step=step, at=cast.at + timedelta(minutes=minutes), **more)  # type: ignore[arg-type]


def test_one_alarm_one_case_at_the_desk_that_verifies(cast: Cast, fire: Case, district: District) -> None:
    assert (fire.process, fire.state, fire.owner_id, fire.holder_id) == (
        "fire_iot",
        "calling",
        cast.enterprise.pk,
        cast.emergency.pk,
    )
    assert fire.due_at == fire.opened_at + timedelta(minutes=5)
    assert opening.follow(district.at) == 0
    assert list(queries.mine(cast.actor("regulator"))) == [fire]
    assert list(queries.mine(cast.actor("officer"))) == [fire]
    assert not queries.mine(cast.actor("safety"))


def test_a_call_that_nobody_took_verifies_nothing(cast: Cast, fire: Case) -> None:
    told = {"how": "phone", "reached": "示例·前台", "cause": "cooking"}
    go(cast, fire, "officer", "call", values={"called": "前台电话", "answered": "0"})
    with pytest.raises(Refused) as caught:
        go(cast, fire, "officer", "dismiss", note="说是做饭", values=told)
    assert caught.value.field == "how"
    assert Alarm.objects.get().state == "raised"
    go(cast, fire, "officer", "call", values={"called": "前台电话", "answered": "1", "told": "厨房在做饭"})
    case = go(cast, fire, "officer", "dismiss", note="说是做饭", values=told)
    assert (case.state, case.is_open, case.due_at) == ("false_alarm", False, None)
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.outcome) == ("cleared", "误报：做饭油烟")
    assert FireVerdict.objects.get().verdict == "false"


def test_a_real_one_is_acknowledged_and_ended_when_dealt_with(cast: Cast, fire: Case) -> None:
    case = go(cast, fire, "regulator", "confirm", note="明火", values={"how": "operator", "reached": "示例·值班"})
    assert Alarm.objects.get().state == "acknowledged"
    assert Alarm.objects.get().acknowledged_by == "示例·regulator"
    go(cast, case, "officer", "finish", 30, note="已扑灭")
    assert Alarm.objects.get().state == "cleared"
    assert Case.objects.get().state == "closed"


def test_what_the_alarm_did_meanwhile_is_no_obstacle(cast: Cast, fire: Case) -> None:
    """Returned before anyone verified; or ended by another hand: the case still takes its verdict."""
    Alarm.objects.update(state="returned", returned_at=cast.at)
    case = go(
        cast, fire, "officer", "dismiss", note="看过", values={"how": "scene", "reached": "示例", "cause": "dust"}
    )
    assert (case.state, Alarm.objects.get().state) == ("false_alarm", "cleared")


def test_pages_lead_both_ways(cast: Cast, fire: Case) -> None:
    client = cast.client("officer")
    listed = client.get(reverse("alarms")).content.decode()
    assert reverse("case", args=[fire.number]) in listed
    assert "待核实" in listed
    assert fire.number in client.get(reverse("alarm", args=[fire.alarm_id])).content.decode()
    page = client.get(reverse("case", args=[fire.number])).content.decode()
    assert reverse("alarm", args=[fire.alarm_id]) in page
    assert "记核实电话" in page
    assert fire.title in client.get("/desk/").content.decode()
    assert cast.client("expert").get(reverse("case", args=[fire.number])).status_code == 404


def test_every_rule_that_opens_a_case_is_a_rule_of_a_room() -> None:
    """The declared slugs are those of the rule files; a rule renamed there would silently open nothing."""
    known = {line.split('"')[1] for file in _HERE.parents[1].glob("*/*/rules.toml") for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("slug = ")}  # fmt: skip
    assert len(opening.rules()) >= 20
    assert set(opening.rules()) <= known
