"""Forms, plans, tasks and records: what each refuses, that nothing is done twice, and the case of a failed item."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection

from anlan.base.errors import Refused
from anlan.kernel.access import undo
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.models import Case
from anlan.kernel.checks import actions, declared, desk, failing, planning, queries
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.models import Answer, Form, Plan, Record, Task
from anlan.kernel.checks.pages import case_links
from anlan.kernel.checks.tests.conftest import AREA, ITEMS, MADE, Scene, picture
from anlan.kernel.checks.types import CheckForm, CheckItem
from anlan.kernel.journal.models import Entry

pytestmark = pytest.mark.django_db
FAILED = Given("failed", note="3 号灯不亮", photos=(("a.png", picture()),))


def refused(act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


# ---- forms
def test_the_same_items_are_the_same_edition(scene: Scene) -> None:
    first = scene.form()
    assert scene.form(edition="2").pk == first.pk
    second = scene.form(edition="2", items=ITEMS[:2], valid_from=date(2025, 8, 1))
    assert (second.number, queries.in_force("room", date(2025, 7, 31)), queries.in_force("room", date(2025, 8, 1))) == (
        2,
        first,
        second,
    )
    assert refused(lambda: scene.form(edition="1", items=ITEMS[:1])).field == "edition"
    assert refused(lambda: scene.form(edition="3", items=ITEMS[:1], valid_from=date(2025, 7, 1))).field == "valid_from"


def test_who_may_publish(scene: Scene) -> None:
    assert refused(lambda: scene.form(actor=scene.cast.actor("worker"))).code == "forbidden"
    assert refused(lambda: scene.form(actor=scene.cast.actor("safety"), organisation=None)).code == "forbidden"
    assert scene.form(actor=scene.cast.actor("regulator"), organisation=None).organisation is None
    assert refused(scene.form).field == "slug"


@pytest.mark.parametrize("items", [(), (ITEMS[0], ITEMS[0]), (CheckItem(code="x", title=""),)])
def test_a_form_that_is_none(scene: Scene, items: tuple[CheckItem, ...]) -> None:
    assert refused(lambda: scene.form(items=items)).field == "items"


def test_a_process_that_is_not_there(scene: Scene) -> None:
    assert refused(lambda: scene.form(process="gone")).code == "not_found"


# ---- plans
def test_tasks_are_made_once_whatever_is_repeated(scene: Scene) -> None:
    plan = scene.plan(pace="shift", shifts="08:00-20:00,20:00-08:00")
    assert [
        one.starts_at.astimezone(scene.at.tzinfo).strftime("%d %H") for one in plan.tasks.order_by("starts_at")
    ] == ["25 08", "25 20", "26 08", "26 20"]
    assert planning.generate(scene.at) == 0
    Plan.objects.update(made_to=None)
    assert planning.generate(scene.at) == 0
    assert planning.generate(scene.at + timedelta(days=10)) == 20
    assert plan.tasks.count() == 24


def test_a_server_that_was_off_skips_nothing(scene: Scene) -> None:
    plan = scene.plan()
    later = scene.at + timedelta(days=900)
    while planning.generate(later):
        pass
    days = sorted(one.starts_at.astimezone(scene.at.tzinfo).date() for one in plan.tasks.all())
    assert days == [date(2025, 7, 25) + timedelta(days=n) for n in range(902)]


def test_a_window_that_was_over_when_the_plan_was_made_is_not_missed(scene: Scene) -> None:
    plan = scene.plan(pace="shift", shifts="00:00-08:00,08:00-16:00,16:00-00:00")
    assert min(one.due_at for one in plan.tasks.all()) > scene.at


def test_no_form_in_force_is_a_gap_that_fills_later(scene: Scene) -> None:
    scene.form(valid_from=date(2025, 7, 27))
    plan = scene.plan()
    assert plan.tasks.count() == 0
    planning.generate(scene.at + timedelta(days=2))
    assert {one.starts_at.astimezone(scene.at.tzinfo).date() for one in plan.tasks.all()} == {
        date(2025, 7, 27),
        date(2025, 7, 28),
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"), ({"pace": "hour"}, "pace"), ({"pace": "shift", "shifts": "x"}, "shifts"), ({"role": "king"}, "role"),
        ({"starts_on": date(2025, 7, 24)}, "starts_on"), ({"ends_on": date(2025, 7, 24)}, "ends_on"), ({"form": "none"}, "form"),
    ],
)  # fmt: skip
def test_a_plan_that_is_wrong(scene: Scene, change: dict[str, object], field: str) -> None:
    assert refused(lambda: scene.plan(**change)).field == field
    assert Plan.objects.count() == 0


def test_a_plan_of_others(scene: Scene) -> None:
    scene.form()
    assert refused(lambda: scene.plan(organisation=scene.cast.street)).code == "forbidden"
    assert refused(lambda: scene.plan(actor=scene.cast.actor("worker"))).code == "forbidden"
    person = scene.cast.posts["street"].person
    assert refused(lambda: scene.plan(person=person)).field == "person"


def test_a_stopped_plan_excuses_what_has_not_begun(scene: Scene) -> None:
    plan = scene.plan()
    planning.stop_plan(actor=scene.cast.actor("safety"), plan=plan, reason="停产", at=scene.at)
    assert sorted(plan.tasks.values_list("state", flat=True)) == ["excused", "open"]
    assert planning.generate(scene.at + timedelta(days=5)) == 0
    stale = Plan.objects.get(pk=plan.pk)
    assert (
        refused(
            lambda: planning.stop_plan(actor=scene.cast.actor("safety"), plan=stale, reason="再停", at=scene.at)
        ).code
        == "illegal"
    )


# ---- doing
def test_a_failed_item_opens_a_case_that_remembers_the_measure(scene: Scene) -> None:
    task = scene.task()
    record = scene.finish(task, a=FAILED, b=Given("failed", "91.5", "液位高"))
    first, second = Case.objects.order_by("id")
    assert (first.process, first.source, first.owner_id, first.place) == (
        "tp",
        "check",
        scene.cast.enterprise.pk,
        "制冷机房",
    )
    assert first.opened_by == "示例·worker"  # by the form's rule, though the worker may not enter such cases
    assert "3 号灯不亮" in first.fact
    assert "91.5 %，应为 20–80.5 %" in second.fact
    assert MADE[0] == {"case": first.pk, "post": "制冷机房", "measure_kind": "engineering", "measure": "泄漏报警"}
    assert first.evidence.get().kind == "before"
    assert case_links(first)[0][2] == f"/checks/{task.pk}/"
    assert (record.failed, record.got, record.full) == (2, 2, 12)
    assert [one.case for one in failing.failures("m", "7", scene.at)] == [first]
    assert Entry.objects.filter(verb="checks.task.finished_failed").count() == 1


def test_a_form_without_process_leaves_gaps(scene: Scene) -> None:
    scene.form(process="")
    scene.finish(scene.task(), c=Given("failed", note="没水"))
    assert Case.objects.count() == 0
    assert Answer.objects.get(result="failed").case is None


@pytest.mark.parametrize(
    ("item", "given", "code"),
    [
        ("c", Given(), "required"), ("c", Given("yes"), "required"), ("c", Given("failed"), "note"), ("a", Given("failed", note="灭"), "photo"),
        ("b", Given("ok"), "number"), ("b", Given("ok", "NaN"), "number"), ("b", Given("ok", "19.9"), "bounds"), ("b", Given("ok", "80.6"), "bounds"),
        ("c", Given("na"), "note"), ("c", Given("ok", note="长" * 401), "long"), ("a", Given("failed", note="灭", photos=(("x.pdf", b"%PDF-1.4"),)), "photo"),
        ("a", Given("failed", note="灭", photos=(("x.png", b"nothing"),)), "picture"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none_leaves_nothing(scene: Scene, item: str, given: Given, code: str) -> None:
    task = scene.task()
    said = refused(lambda: scene.finish(task, **{item: given}))  # type: ignore[arg-type]
    assert (said.code, said.field) == (code, f"item-{task.form.items.get(code=item).pk}")
    assert (Record.objects.count(), Task.objects.get(pk=task.pk).state) == (0, "open")


def test_items_of_another_form(scene: Scene) -> None:
    task = scene.task()
    answers = {**scene.answers(task), 999999: Given("ok")}
    assert (
        refused(
            lambda: actions.finish(
                actor=scene.cast.actor("worker"), task=task, answers=answers, at=scene.at, key=uuid4()
            )
        ).field
        == "items"
    )


def test_sent_twice_is_done_once(scene: Scene) -> None:
    task, key = scene.task(), uuid4()
    first = scene.finish(task, key=key, a=FAILED)
    again = scene.finish(Task.objects.get(pk=task.pk), key=key, a=FAILED)
    assert first.pk == again.pk
    assert (Record.objects.count(), Case.objects.count()) == (1, 1)
    assert refused(lambda: scene.finish(Task.objects.get(pk=task.pk), who="safety", key=key)).code == "key"


def test_two_at_once_never_both_win(scene: Scene) -> None:
    task = scene.task(role="")
    mine, other = Task.objects.get(pk=task.pk), Task.objects.get(pk=task.pk)
    scene.finish(mine, "worker", a=FAILED)
    assert refused(lambda: scene.finish(other, "safety", a=FAILED)).code == "stale"
    assert (Record.objects.count(), Case.objects.count(), Answer.objects.count()) == (1, 1, 3)


@pytest.mark.parametrize(
    ("who", "code"),
    [("safety", "forbidden"), ("street", "forbidden"), ("regulator", "forbidden"), ("head", "forbidden")],
)
def test_only_whose_check_it_is(scene: Scene, who: str, code: str) -> None:
    assert refused(lambda: scene.finish(scene.task(), who)).code == code


def test_neither_before_nor_long_after(scene: Scene) -> None:
    plan = scene.plan()
    first, second = plan.tasks.order_by("starts_at")
    assert refused(lambda: scene.finish(second)).code == "early"
    assert refused(lambda: scene.finish(first, hours=24)).code == "closed"
    record = scene.finish(first, hours=12)
    assert record.task.done_at > record.task.due_at  # type: ignore[operator]


def test_what_a_phone_sends_later_counts_when_it_was_found(scene: Scene) -> None:
    task = scene.task()
    later = scene.at + timedelta(days=3)
    record = actions.finish(
        actor=scene.cast.actor("worker"),
        task=task,
        answers=scene.answers(task),
        at=later,
        key=uuid4(),
        made_at=scene.at,
    )
    assert (record.at, record.received_at, record.task.done_at) == (scene.at, later, scene.at)


def test_taking_back_opens_it_again(scene: Scene) -> None:
    task = scene.task()
    scene.finish(task)
    entry = Entry.objects.get(verb="checks.task.finished")
    undo.take_back(actor=scene.cast.actor("worker"), number=entry.pk, at=entry.at + timedelta(seconds=5))
    task.refresh_from_db()
    assert (task.state, task.done_at, Record.objects.get().state) == ("open", None, "taken_back")
    scene.finish(task)
    assert task.standing is not None


def test_one_with_failures_is_corrected_not_taken_back(scene: Scene) -> None:
    task = scene.task()
    record = scene.finish(task, a=FAILED)
    entry = Entry.objects.get(verb="checks.task.finished_failed")
    assert (
        refused(lambda: undo.take_back(actor=scene.cast.actor("worker"), number=entry.pk, at=entry.at)).code == "final"
    )
    given = scene.answers(task, a=Given("failed", note="3、4 号灯不亮"), c=Given("failed", note="没水"))
    assert (
        refused(
            lambda: actions.correct(
                actor=scene.cast.actor("worker"), record=record, answers=given, reason=" ", at=scene.at, key=uuid4()
            )
        ).field
        == "reason"
    )
    assert (
        refused(
            lambda: actions.correct(
                actor=scene.cast.actor("street"), record=record, answers=given, reason="x", at=scene.at, key=uuid4()
            )
        ).code
        == "forbidden"
    )
    stale = Record.objects.get(pk=record.pk)
    fresh = actions.correct(
        actor=scene.cast.actor("safety"),
        record=record,
        answers=given,
        reason="漏记一项",
        at=scene.at + timedelta(hours=2),
        key=uuid4(),
    )
    assert Case.objects.count() == 2  # the first failure keeps its case
    kept = fresh.answers.get(item__code="a")
    assert (kept.case_id, kept.photos.count(), kept.note) == (
        record.answers.get(item__code="a").case_id,
        1,
        "3、4 号灯不亮",
    )
    assert (Record.objects.get(pk=record.pk).state, task.standing) == ("replaced", fresh)
    assert (
        refused(
            lambda: actions.correct(
                actor=scene.cast.actor("safety"), record=stale, answers=given, reason="再来", at=scene.at, key=uuid4()
            )
        ).code
        == "stale"
    )


# ---- missed
def test_missed_is_computed_noted_once_and_explained(scene: Scene) -> None:
    task = scene.task()
    safety, late = scene.cast.actor("safety"), scene.at + timedelta(days=1)
    assert refused(lambda: actions.explain(actor=safety, task=task, reason="忘", at=scene.at)).code == "illegal"
    assert list(queries.missed(queries.visible(safety), late)) == [task]
    assert planning.note_missed(late) == 1
    assert planning.note_missed(late) == 0
    assert any("漏查" in one.title for one in desk.waiting(safety, late + timedelta(hours=1)))
    assert refused(lambda: actions.excuse(actor=safety, task=task, reason="忘", at=late)).code == "closed"
    assert (
        refused(lambda: actions.explain(actor=scene.cast.actor("worker"), task=task, reason="忘", at=late)).code
        == "forbidden"
    )
    actions.explain(actor=safety, task=task, reason="当班请假，没有替班", at=late)
    assert queries.missed(queries.visible(safety), late).count() == 1
    assert not any("漏查" in one.title for one in desk.waiting(safety, late + timedelta(hours=1)))


def test_what_waits_for_whom(scene: Scene) -> None:
    task = scene.task()
    assert [one.url for one in desk.waiting(scene.cast.actor("worker"), scene.at)] == [f"/checks/{task.pk}/"]
    for who in ("safety", "head", "street", "regulator", "planner"):
        assert [
            one
            for one in desk.waiting(scene.cast.actor(who), scene.at)
            if "checks/" in one.url and "state" not in one.url
        ] == []
    scene.finish(task)
    assert list(desk.waiting(scene.cast.actor("worker"), scene.at)) == []


def test_figures_recounted(scene: Scene) -> None:
    plan = scene.plan()
    planning.generate(scene.at + timedelta(days=4))
    tasks = list(plan.tasks.order_by("starts_at"))
    scene.finish(tasks[0], a=FAILED)
    scene.finish(tasks[1], hours=35)  # after its day
    actions.excuse(actor=scene.cast.actor("safety"), task=tasks[3], reason="停机", at=scene.at)
    at = scene.at + timedelta(days=3, hours=20)
    (line,) = queries.figures(queries.visible(SYSTEM), date(2025, 7, 25), date(2025, 7, 29), at)
    assert (line.on_time, line.late, line.missed, line.excused, line.waiting, line.failed, line.cases) == (
        1,
        1,
        1,
        1,
        1,
        1,
        1,
    )
    assert (line.due, line.rate) == (3, 33.3)
    for state, n in (("on_time", 1), ("late", 1), ("missed", 1), ("excused", 1), ("failed", 1), ("done", 2)):
        assert queries.filtered(queries.visible(SYSTEM), {"state": state}, at).count() == n, state


def test_a_check_outside_any_plan(scene: Scene) -> None:
    form, key = scene.form(), uuid4()
    for _twice in range(2):
        task = planning.make_task(
            actor=scene.cast.actor("safety"),
            area=AREA,
            form=form,
            organisation=scene.cast.enterprise,
            at=scene.at,
            key=key,
        )
    assert Task.objects.count() == 1
    scene.finish(task, "safety")
    assert (
        refused(
            lambda: planning.make_task(
                actor=scene.cast.actor("street"), area=AREA, form=form, organisation=scene.cast.enterprise, at=scene.at
            )
        ).code
        == "forbidden"
    )


def test_in_any_order_the_rows_are_the_same(scene: Scene) -> None:
    """A hundred random moves of three people over a week: each task has at most one standing record, states agree with what happened."""
    dice = random.Random(7)
    plan = scene.plan(role="", pace="shift", shifts="08:00-16:00,16:00-00:00,00:00-08:00")
    done: dict[int, str] = {}
    now: datetime = scene.at
    for _turn in range(100):
        now += timedelta(minutes=dice.randrange(5, 120))
        planning.generate(now)
        planning.note_missed(now)
        task = dice.choice(list(Task.objects.all()))
        seen = Task.objects.get(pk=task.pk)
        who = dice.choice(["worker", "safety"])
        move = dice.choice(["finish", "finish", "excuse", "explain", "correct"])
        try:
            if move == "finish":
                actions.finish(actor=scene.cast.actor(who), task=seen, answers=scene.answers(seen), at=now, key=uuid4())
                done[task.pk] = "done"
            elif move == "correct" and seen.standing:
                actions.correct(
                    actor=scene.cast.actor(who),
                    record=seen.standing,
                    answers=scene.answers(seen),
                    reason="改",
                    at=now,
                    key=uuid4(),
                )
            elif move == "excuse":
                actions.excuse(actor=scene.cast.actor(who), task=seen, reason="停", at=now)
                done[task.pk] = "excused"
            elif move == "explain":
                actions.explain(actor=scene.cast.actor(who), task=seen, reason="忘", at=now)
        except Refused:
            pass
    assert len(set(done.values())) == 2
    for task in Task.objects.all():
        assert task.state == done.get(task.pk, "open")
        assert task.records.filter(state="standing").count() == (task.state == "done")
        assert (task.noted_at is not None) <= (task.due_at <= now)
    assert plan.tasks.count() == len({one.starts_at for one in plan.tasks.all()})


def test_the_declared_forms_become_rows_once(scene: Scene) -> None:
    one = CheckForm(slug="code", area="t", title="代码里的表", edition="1", valid_from=date(2025, 1, 1), items=ITEMS)
    declared.install(declared.areas().values(), [one])
    assert (planning.load_forms(scene.at), planning.load_forms(scene.at)) == (1, 0)
    declared.install(declared.areas().values(), [one, replace(one, edition="2", items=ITEMS[:1])])
    assert planning.load_forms(scene.at) == 1
    assert [(one.edition, one.organisation) for one in Form.objects.order_by("number")] == [("1", None), ("2", None)]


def test_a_list_asks_few_questions(scene: Scene, django_assert_max_num_queries: Callable[[int], object]) -> None:
    plan = scene.plan()
    planning.generate(scene.at + timedelta(days=30))
    assert plan.tasks.count() > 25
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        for one in queries.visible(SYSTEM).prefetch_related("records"):
            assert str(one.organisation)
    assert connection.vendor
    assert Decimal(1)


def test_a_plan_that_has_ended_is_left_alone(scene: Scene) -> None:
    plan = scene.plan(ends_on=date(2025, 7, 26))
    planning.generate(scene.at + timedelta(days=9))
    plan.refresh_from_db()
    assert (plan.tasks.count(), plan.made_to) == (2, date(2025, 7, 26))


def test_days_without_a_form_are_not_asked_for_for_ever(scene: Scene) -> None:
    scene.form(valid_from=date(2025, 7, 27))
    plan = scene.plan()
    planning.generate(scene.at + timedelta(days=4))
    plan.refresh_from_db()
    assert plan.made_to == date(2025, 7, 30)
