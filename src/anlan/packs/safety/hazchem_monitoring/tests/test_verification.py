"""A gas alarm of a tank area goes to who is on duty there; where nobody is, to the department that watches."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.cast import Cast
from tests.support.district import District

from anlan.base import clock
from anlan.kernel.access.models import Post
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.casework import opening, queries
from anlan.kernel.casework.actions import make_step
from anlan.kernel.casework.models import Case
from anlan.kernel.journal.sealing import seal_all

pytestmark = pytest.mark.django_db
RULES = (Path(__file__).parents[1] / "rules.toml").read_text(encoding="utf-8")


def leak(district: District) -> Case:
    load_rules(SYSTEM, RULES, district.at - timedelta(days=1))
    station = district.station("tank_area", "CG-9", "http", owner=district.cast.enterprise)
    district.send(station, district.at, level=6.0, pressure=12.0, temperature=19.0, gas_1=32.0, gas_2=1.0)
    seal_all(district.at)
    while opening.follow(district.at):
        pass
    return Case.objects.get()


@pytest.fixture(autouse=True)
def now(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at)


def test_the_firm_verifies_its_own_gas_and_the_department_watches(cast: Cast, district: District) -> None:
    case = leak(district)
    assert (case.process, case.holder_id, case.issuer_id) == (
        "hazchem_monitoring",
        cast.enterprise.pk,
        cast.emergency.pk,
    )
    assert list(queries.mine(cast.actor("safety"))) == [case]
    assert case.title in cast.client("regulator").get("/hazchem/cases/").content.decode()
    told = {"how": "operator", "reached": "示例·罐区值班", "cause": "calibration"}
    make_step(
        actor=cast.actor("safety"),
        case=case,
        step="dismiss",
        at=cast.at + timedelta(minutes=3),
        note="检修标定",
        values=told,
    )
    assert set(Alarm.objects.filter(case=case).values_list("state", "outcome")) == {("cleared", "误报：校准、检修")}


def test_where_nobody_is_on_duty_the_department_holds_it(cast: Cast, district: District) -> None:
    Post.objects.filter(role="enterprise_officer").update(ends_on=cast.at.date() - timedelta(days=1))
    case = leak(district)
    assert case.holder_id == cast.emergency.pk
