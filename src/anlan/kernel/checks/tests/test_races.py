"""Three people press at the same instant, with connections of their own: one wins, the others are told, nothing is doubled or lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from tests.support.together import together

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import declared as processes
from anlan.kernel.casework.models import Case, Evidence, Line
from anlan.kernel.casework.types import Process
from anlan.kernel.checks import actions, planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.models import Answer, Photo, Plan, Record, Task
from anlan.kernel.checks.tests.conftest import AREA, Scene, picture
from anlan.kernel.files.models import Stored
from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.sealing import seal_all, verify

pytestmark = pytest.mark.django_db(transaction=True)
FAILED = Given("failed", note="3 号灯不亮", photos=(("a.png", picture()),))
TURNS = range(3)  # each of these is a race: once would prove little
THREE = range(3)


def mixed(got: list[object]) -> tuple[list[object], list[Refused]]:
    return [one for one in got if not isinstance(one, Refused)], [one for one in got if isinstance(one, Refused)]


def finishing(scene: Scene, task: Task, key: UUID) -> Callable[[], Record]:
    """What a request does: it reads the task itself, then finishes it."""
    actor, answers = scene.cast.actor("worker"), scene.answers(task, a=FAILED)

    def act() -> Record:
        mine = Task.objects.select_related("organisation", "target", "form", "person").get(pk=task.pk)
        return actions.finish(actor=actor, task=mine, answers=answers, at=scene.at + timedelta(hours=1), key=key)

    return act


def stands_alone(task: Task) -> None:
    """One record, its answers, one case with its photo and first line, one entry of the journal."""
    task.refresh_from_db()
    assert (task.state, task.version) == ("done", 2)
    record = Record.objects.get()
    assert (record.state, record.failed, Answer.objects.count(), Photo.objects.count()) == ("standing", 1, 3, 1)
    case = Case.objects.get()
    assert case.check_answers.get().record == record
    assert (Line.objects.count(), Evidence.objects.count(), Stored.objects.count()) == (1, 1, 2)
    assert Entry.objects.filter(verb__startswith="checks.task.finished").count() == 1
    assert Entry.objects.filter(verb="casework.opened").count() == 1


@pytest.mark.parametrize("turn", TURNS)
def test_three_finish_the_same_check_with_keys_of_their_own(scene: Scene, turn: int) -> None:
    task = scene.task()
    won, told = mixed(together(*(finishing(scene, task, uuid4()) for _one in THREE)))
    assert (len(won), len(told)) == (1, 2), turn
    assert all(one.code in ("stale", "illegal") and one.message for one in told), [one.message for one in told]
    stands_alone(task)


@pytest.mark.parametrize("turn", TURNS)
def test_the_same_key_three_times_at_once_is_one_record(scene: Scene, turn: int) -> None:
    task, key = scene.task(), uuid4()
    won, told = mixed(together(*(finishing(scene, task, key) for _one in THREE)))
    assert told == [], turn
    assert {one.pk for one in won} == {Record.objects.get().pk}  # type: ignore[attr-defined]
    stands_alone(task)


@pytest.mark.parametrize("turn", TURNS)
def test_three_correct_the_same_record(scene: Scene, turn: int) -> None:
    """Corrections with one key are one record; with others, one wins."""
    record, actor, key = scene.finish(scene.task(), a=FAILED), scene.cast.actor("worker"), uuid4()
    answers = scene.answers(record.task)

    def correcting(mark: UUID) -> Record:
        mine = Record.objects.select_related("task__form", "task__organisation", "task__target").get(pk=record.pk)
        return actions.correct(
            actor=actor, record=mine, answers=answers, reason="看错了", at=scene.at + timedelta(hours=2), key=mark
        )

    won, told = mixed(together(*(partial(correcting, mark) for mark in (key, key, uuid4()))))
    assert len({one.pk for one in won}) == 1, turn  # type: ignore[attr-defined]
    assert all(one.code in ("stale", "illegal") for one in told)
    assert sorted(Record.objects.values_list("state", flat=True)) == ["replaced", "standing"]
    assert Entry.objects.filter(verb="checks.task.corrected").count() == 1
    if key in {one.key for one in won}:  # type: ignore[attr-defined]
        assert len(won) == 2


@pytest.mark.parametrize("turn", TURNS)
def test_a_task_made_by_hand_three_times_at_once_is_one(scene: Scene, turn: int) -> None:
    form, key, actor = scene.form(), uuid4(), scene.cast.actor("worker")

    def making() -> Task:
        return planning.make_task(
            actor=actor, area=AREA, form=form, organisation=scene.cast.enterprise, at=scene.at, key=key
        )

    won, told = mixed(together(making, making, making))
    assert (told, len({one.pk for one in won}), Task.objects.count()) == ([], 1, 1), turn  # type: ignore[attr-defined]
    assert Entry.objects.filter(verb="checks.task.made").count() == 1


def test_two_workers_of_the_clock_make_each_task_once(scene: Scene) -> None:
    plan = scene.plan(pace="shift", shifts="08:00-20:00,20:00-08:00")
    later = scene.at + timedelta(days=30)
    together(*(partial(planning.generate, later) for _one in THREE))
    starts = list(Plan.objects.get(pk=plan.pk).tasks.order_by("starts_at").values_list("starts_at", flat=True))
    assert len(starts) == len(set(starts)) == 64
    assert all(after - before == timedelta(hours=12) for before, after in pairwise(starts))


def opened(scene: Scene, actor: Actor) -> Case:
    return casework.open_case(
        actor=actor, process=casework_process(), owner=scene.cast.enterprise, title="通道堵了", at=scene.at, key=uuid4()
    )


def casework_process() -> Process:
    return processes.process("tp")


@pytest.mark.parametrize("turn", TURNS)
def test_a_comment_sent_three_times_at_once_is_one_line(scene: Scene, turn: int) -> None:
    actor, key = scene.cast.actor("regulator"), uuid4()
    case = opened(scene, actor)

    def saying() -> Line:
        return casework.comment(
            actor=actor,
            case=Case.objects.get(pk=case.pk),
            text="已派人",
            at=scene.at,
            key=key,
            uploads=[("other", "a.png", picture())],
        )

    won, told = mixed(together(saying, saying, saying))
    assert (told, len({one.pk for one in won})) == ([], 1), turn  # type: ignore[attr-defined]
    assert (Line.objects.filter(step="comment").count(), Evidence.objects.count()) == (1, 1)


@pytest.mark.parametrize("turn", TURNS)
def test_three_cases_entered_at_once_have_numbers_of_their_own_and_one_key_is_one_case(scene: Scene, turn: int) -> None:
    actor, key = scene.cast.actor("regulator"), uuid4()
    given = {
        "actor": actor,
        "process": casework_process(),
        "owner": scene.cast.enterprise,
        "title": "通道堵了",
        "at": scene.at,
    }
    marks = (uuid4(), key, key, uuid4(), key)
    won, told = mixed(together(*(partial(casework.open_case, **given, key=mark) for mark in marks)))  # type: ignore[arg-type]
    assert told == [], turn
    assert sorted(Case.objects.values_list("number", flat=True)) == [f"TP-2025-0000{n}" for n in (1, 2, 3)]
    assert len({one.pk for one in won}) == 3  # type: ignore[attr-defined]
    seal_all(scene.at)
    assert verify().intact
