"""Several at once, on both databases: real threads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.support.cast import Cast, make_cast
from tests.support.together import codes

from anlan.kernel.response import log
from anlan.kernel.response.actions import command, saying, tasking
from anlan.kernel.response.models import Incident, LogEntry, Task
from anlan.kernel.response.tests.support import assessed, flood, plan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> Cast:
    return make_cast()


def test_of_two_commanders_one_decides(people: Cast) -> None:
    incident = flood(people)
    duty = people.actor("duty")
    seen = incident.decided

    def decide(grade: int) -> Callable[[], object]:
        own = Incident.objects.get(pk=incident.pk)
        return lambda: command.decide_grade(actor=duty, incident=own, grade=grade, at=people.at, seen=seen)

    answers = codes(decide(2), decide(3), decide(4))
    assert sorted(answers) == ["", "stale", "stale"]
    assert LogEntry.objects.filter(kind="grade").count() == 1
    assert log.verify(Incident.objects.get()) == ""


def test_an_activation_signed_twice_gives_its_tasks_once(people: Cast) -> None:
    incident, version = assessed(people), plan(people)
    key = uuid4()

    def sign() -> Callable[[], object]:
        own = Incident.objects.get(pk=incident.pk)
        return lambda: tasking.activate(
            actor=people.actor("commander"),
            incident=own,
            version=version,
            scenario="downpour",
            level=3,
            at=people.at,
            key=key,
            seen=incident.decided,
        )

    answers = codes(sign(), sign(), sign())
    assert answers.count("") >= 1
    assert set(answers) <= {"", "stale"}
    assert LogEntry.objects.filter(kind="plan").count() == 1
    assert Task.objects.count() == 3
    assert log.verify(Incident.objects.get()) == ""


def test_notes_of_many_hands_are_all_there_in_one_chain(people: Cast) -> None:
    incident = flood(people)
    before = incident.seq

    def write(hand: int) -> Callable[[], object]:
        own, keys = Incident.objects.get(pk=incident.pk), [uuid4() for _each in range(8)]

        def act() -> None:
            for number, key in enumerate(keys):
                saying.note(
                    actor=people.actor("duty"),
                    incident=own,
                    text=f"{hand}-{number}",
                    at=people.at + timedelta(seconds=number),
                    key=key,
                )

        return act

    assert codes(*(write(hand) for hand in range(4))) == [""] * 4
    found = Incident.objects.get()
    assert found.seq == before + 32
    assert log.verify(found) == ""
    assert {one["text"] for one in log.board(found).notes if "-" in one["text"]} == {
        f"{hand}-{number}" for hand in range(4) for number in range(8)
    }
