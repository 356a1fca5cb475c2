"""The scripted fire in the home for the elderly, through sockets: an alarm, and one case that waits to be verified."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.cast import Cast

from anlan.kernel.alarms.consuming import consume
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.alarms.watching import watches
from anlan.kernel.casework import opening
from anlan.kernel.casework.models import Case
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.journal.sealing import seal_all
from anlan.kernel.observations import queries, reading
from anlan.server import demonstration
from anlan.server.simulation import duty, running
from anlan.server.simulation.tests.test_simulation import START, _live, place

__all__ = ["place"]  # the fixture
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DEVICE, MINUTES, RATE = "120001", 40, 900.0


def test_the_fire_of_the_script_becomes_a_case(cast: Cast, place: Path) -> None:
    demonstration.load(cast.at)
    before = set(Case.objects.values_list("pk", flat=True))
    pace = running.Pace(START, RATE)
    writer = Writer(reading.writer(), queries.directory(), watches(), lambda: round(pace.now() * 1000))
    plan = running.Plan(seed=1, start=START, begin=START, episodes=running.script(), now=pace.now, rate=RATE, until=START + MINUTES * 60, told=pace.told)  # fmt: skip
    crowd = [one for one in running.devices() if one.identity == DEVICE]
    asyncio.run(asyncio.wait_for(_live(writer, crowd, plan), 120))
    at = datetime.fromtimestamp(START + MINUTES * 60, UTC)
    assert consume(at) > 0
    seal_all(at)
    while opening.follow(at):
        pass
    (case,) = Case.objects.exclude(pk__in=before)
    alarm = Alarm.objects.get(case=case)
    assert (alarm.rule.slug, case.process, case.state, case.source) == ("fire_smoke_1", "fire_iot", "calling", "alarm")
    assert case.is_demo
    assert opening.follow(at) == 0
    # Long after, the demonstration's people on duty have been there.
    assert duty.verify(at) == 0
    assert duty.verify(at + duty.PATIENCE + timedelta(hours=1)) == 1
    assert Case.objects.get(pk=case.pk).state == "false_alarm"
    writer.store.database.close()
