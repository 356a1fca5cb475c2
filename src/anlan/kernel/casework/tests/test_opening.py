"""An alarm whose rule opens cases has one case, whatever is repeated; others have none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.actions import set_rule
from anlan.kernel.alarms.consuming import note
from anlan.kernel.alarms.models import Alarm, Rule
from anlan.kernel.casework import opening
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.tests.conftest import Scene
from anlan.kernel.casework.types import AlarmCase
from anlan.kernel.journal.sealing import seal_all
from anlan.kernel.observations.actions import register_device
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.sheets import STATIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules() -> Iterator[None]:
    before = list(dict.fromkeys(opening.rules().values()))
    opening.install([*before, AlarmCase(rules=("smoke",), process="t", kind="electric")])
    yield
    opening.install(before)


def alarm(scene: Scene, slug: str, minute: int = 0) -> Alarm:
    station = Station.objects.filter(code="F-1").first() or _station(scene)
    stream, _made = Stream.objects.get_or_create(
        station=station, code="smoke_1", defaults={"quantity": "state", "title": "感烟", "period": "instant"}
    )
    rule = Rule.objects.filter(slug=slug).first() or set_rule(
        actor=SYSTEM, slug=slug, title="火警", form="above", kind="fire", code="smoke_1", settings={"limit": 1}, priority=1, basis="示例", at=scene.at,
    )  # fmt: skip
    at = scene.at.replace(minute=minute)
    row = Alarm.objects.create(
        rule=rule,
        stream=stream,
        organisation=station.organisation,
        priority=1,
        since=at,
        raised_at=at,
        value=2.0,
        answer_due_at=at,
    )
    note(row, "raised", at)
    return row


def _station(scene: Scene) -> Station:
    values = {
        "code": "F-1",
        "name": "示例养老院",
        "kind": "fire",
        "place_name": "示例路 1 号",
        "method": "",
        "longitude": None,
        "latitude": None,
        "since": None,
    }
    made = registry.add(actor=SYSTEM, sheet=STATIONS, organisation=scene.cast.street, values=values, at=scene.at)
    assert isinstance(made, Station)
    register_device(actor=SYSTEM, protocol="gb26875", identity="1", name="", station=made, at=scene.at)
    return made


def test_one_case_an_alarm(scene: Scene, rules: None) -> None:
    one, other = alarm(scene, "smoke"), alarm(scene, "water", 1)
    seal_all(scene.at)
    assert opening.follow(scene.at) > 0
    case = Case.objects.get()
    assert (case.alarm_id, case.owner_id, case.kind, case.source, case.opened_by) == (
        one.pk,
        scene.cast.street.pk,
        "electric",
        "alarm",
        "系统",
    )
    assert case.title == "示例养老院 火警"
    assert case.place == "示例路 1 号"
    assert opening.follow(scene.at) == 0
    again = opening.of_alarm(one, scene.at)
    assert again is not None
    assert again.pk == case.pk
    assert opening.of_alarm(other, scene.at) is None
    alarm(scene, "smoke", 2)
    seal_all(scene.at)
    opening.follow(scene.at)
    assert Case.objects.count() == 2
