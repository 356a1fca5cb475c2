"""Moves on ticked rows: each judged alone, one journal entry each, refusals with their reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import actions, desk, intake, owners, queries
from anlan.kernel.planning.models import Correction, Reminder, Task
from anlan.kernel.planning.reading.cli import sample_text

pytestmark = pytest.mark.django_db
URL = "/plans/tasks/bulk/"


def store(text: str) -> None:
    intake.store(actor=SYSTEM, seen=intake.preview(text.encode()), file_name="x.txt", at=AT)


@pytest.fixture
def mine(cast: Cast) -> list[Task]:
    """Tasks led by 区生态环境局, not accepted yet."""
    store(sample_text())
    rows = Task.objects.select_related("plan", "lead").filter(lead=cast.environment, state="issued")
    assert len(rows) > 3
    return list(rows)


def posted(cast: Cast, who: str, move: str, tasks: list[Task], **more: object) -> Any:
    return cast.client(who).post(URL, {"move": move, "row": [str(task.pk) for task in tasks], **more})


def test_reminding_many(cast: Cast, mine: list[Task]) -> None:
    unled = Task.objects.filter(lead=None)[0]
    done = mine[0]
    actions.accept(actor=cast.actor("other"), task=done, at=AT)
    Task.objects.filter(pk=done.pk).update(state="confirmed")
    before = Entry.objects.count()
    answer = posted(cast, "planner", "remind", [*mine[:3], unled])
    assert answer.status_code == 200
    context = answer.context
    assert len(context["done"]) == 2
    assert sorted(one.why for one in context["refused_rows"]) == [
        "没有牵头单位，催不到人。先指派牵头。", "现在不能“催办”：状态已是“已完成”。",
    ]  # fmt: skip
    assert len(context["undo_entries"]) == 2
    assert Entry.objects.count() == before + 2
    assert Reminder.objects.count() == 2
    body = answer.content.decode()
    assert "没有牵头单位" in body
    assert "撤回" in body
    # The next minute, all again: each is refused by name, nothing is written.
    again = posted(cast, "planner", "remind", mine[1:3])
    said = [one.why for one in again.context["refused_rows"]]
    assert said == ["今天已催办过，明天再催。"] * 2
    assert Reminder.objects.count() == 2


def test_a_reminder_shows_on_the_workbench(cast: Cast, mine: list[Task]) -> None:
    actions.remind(actor=cast.actor("planner"), task=mine[0], at=AT)
    facts = {row.title: row.fact for row in desk.waiting(cast.actor("other"), AT)}
    assert facts[f"第 {mine[0].number} 项 {mine[0].title}"] == "规划员催办"
    later = {row.title: row.fact for row in desk.waiting(cast.actor("other"), AT + timedelta(days=8))}
    assert "规划员催办" not in later.values()
    task = Task.objects.select_related("lead").get(pk=mine[0].pk)
    with pytest.raises(Refused, match="今天已催办过"):
        actions.remind(actor=cast.actor("planner"), task=task, at=AT)
    actions.remind(actor=cast.actor("planner"), task=task, at=AT + timedelta(days=1))


def test_reminders_at_once_hit_once(cast: Cast, mine: list[Task]) -> None:
    first, second = (Task.objects.select_related("lead").get(pk=mine[0].pk) for _ in range(2))
    actions.remind(actor=cast.actor("planner"), task=first, at=AT)
    with pytest.raises(Refused) as caught:
        actions.remind(actor=cast.actor("planner"), task=second, at=AT + timedelta(days=1))
    assert caught.value.code == "stale"
    assert Reminder.objects.count() == 1


def test_accepting_many_touches_only_ones_own(cast: Cast, mine: list[Task]) -> None:
    theirs = Task.objects.exclude(owners__organisation=cast.environment)[0]
    answer = posted(cast, "other", "accept", [*mine[:2], theirs])
    assert len(answer.context["done"]) == 2
    assert [one.why for one in answer.context["refused_rows"]] == ["没有这一项，或不归你看。"]
    theirs.refresh_from_db()
    assert theirs.state == "issued"
    assert Task.objects.filter(state="accepted").count() == 2


def test_assigning_many(cast: Cast, mine: list[Task]) -> None:
    accepted = mine[1]
    actions.accept(actor=cast.actor("other"), task=accepted, at=AT)
    answer = posted(cast, "planner", "assign", mine[:3], organisation=str(cast.emergency.pk))
    assert len(answer.context["done"]) == 2
    assert "已签收" in answer.context["refused_rows"][0].why
    moved = Task.objects.get(pk=mine[0].pk)
    assert moved.lead == cast.emergency
    assert queries.tasks(cast.actor("officer")).filter(pk=moved.pk).exists()
    # A later import keeps the choice although the print differs.
    printed = sample_text().replace("区生态环境局", "区商务局")
    store(printed)
    moved.refresh_from_db()
    assert moved.lead == cast.emergency
    assert Correction.objects.filter(kind="task", item_id=moved.pk, field="departments").count() == 1


def test_a_task_without_print_gets_an_owner(cast: Cast, mine: list[Task]) -> None:
    task = mine[0]
    task.owners.all().delete()
    Task.objects.filter(pk=task.pk).update(lead=None)
    task = Task.objects.select_related("lead").get(pk=task.pk)
    owners.assign_lead(actor=cast.actor("planner"), task=task, organisation=cast.street, at=AT)
    assert queries.tasks(cast.actor("street")).filter(pk=task.pk).exists()
    with pytest.raises(Refused, match="已是"):
        owners.assign_lead(actor=cast.actor("planner"), task=task, organisation=cast.street, at=AT)
    cast.emergency.closed_on = date(2024, 1, 1)
    with pytest.raises(Refused, match="撤销"):
        owners.assign_lead(actor=cast.actor("planner"), task=task, organisation=cast.emergency, at=AT)


def test_wrong_bulk_posts(cast: Cast, mine: list[Task]) -> None:
    planner, before = cast.client("planner"), Entry.objects.count()
    row = str(mine[0].pk)
    for wrong in ({}, {"move": "remind"}, {"move": "evil", "row": row}, {"move": "remind", "row": "x"},
                  {"move": "assign", "row": row}, {"move": "assign", "row": row, "organisation": "999999"},
                  {"move": "remind", "row": ["9" * 30]}, {"move": "remind", "row": [str(n) for n in range(201)]}):  # fmt: skip
        assert planner.post(URL, wrong).status_code == 422, wrong
    assert posted(cast, "other", "remind", mine[:1]).status_code == 403
    assert posted(cast, "auditor", "accept", mine[:1]).status_code == 403
    assert planner.get(URL).status_code == 405
    assert Entry.objects.count() == before
    answer = posted(cast, "planner", "remind", mine[:1], next="//evil.example/")
    assert answer.context["back"] == "/plans/tasks/"


def test_the_checkbox_column_stands_for_those_who_may_move(cast: Cast, mine: list[Task]) -> None:
    def body(who: str) -> str:
        return cast.client(who).get("/plans/tasks/?late=overdue").content.decode()

    planner, officer = body("planner"), body("other")
    assert 'value="remind"' in planner
    assert 'value="accept"' not in planner
    assert 'value="accept"' in officer
    assert "data-pick" in officer
    assert "data-pick" not in body("auditor")
