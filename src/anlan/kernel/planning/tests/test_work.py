"""A task's life: every move as the table says, by the right department, with evidence, money and clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import actions, desk, intake, owners, queries, records
from anlan.kernel.planning.clocks import sweep
from anlan.kernel.planning.models import ChangeRequest, Escalation, Money, Task
from anlan.kernel.planning.models.promises import STATES
from anlan.kernel.planning.reading.cli import sample_text
from anlan.kernel.planning.rules import MOVES, alarms, due_day

pytestmark = pytest.mark.django_db
FILE = ("佐证.txt", "示例佐证".encode())


@pytest.fixture
def task(cast: Cast) -> Task:
    """Row 12: led by 区生态环境局 alone."""
    intake.store(actor=SYSTEM, seen=intake.preview(sample_text().encode()), file_name="x.txt", at=AT)
    return Task.objects.select_related("plan", "lead").get(plan__domain="environment", number="12")


def report(cast: Cast, task: Task, who: str = "other", **more: Any) -> None:
    given = {"text": "示例进展", "as_of": date(2025, 7, 1), "percent": 40, "uploads": [FILE], **more}
    actions.report(actor=cast.actor(who), task=task, at=AT, **given)


def test_the_whole_life(cast: Cast, task: Task) -> None:
    officer, planner = cast.actor("other"), cast.actor("planner")
    actions.accept(actor=officer, task=task, at=AT)
    report(cast, task)
    actions.finish(actor=officer, task=task, at=AT)
    actions.send_back(actor=planner, task=task, reason="示例：佐证不清", at=AT)
    report(cast, task, percent=90)
    actions.finish(actor=officer, task=task, at=AT)
    actions.confirm(actor=planner, task=task, at=AT)
    task.refresh_from_db()
    assert (task.state, task.percent) == ("confirmed", 100)
    actions.reopen(actor=planner, task=task, reason="示例", at=AT)
    verbs = list(
        Entry.objects.filter(subject_kind="task", subject_id=str(task.pk)).order_by("id").values_list("verb", flat=True)
    )
    assert [verb.rpartition(".")[2] for verb in verbs] == [
        "accepted", "reported", "finished", "returned", "reported", "finished", "confirmed", "reopened",
    ]  # fmt: skip


ACTS: dict[str, Callable[[Cast, Task], object]] = {
    "accept": lambda cast, task: actions.accept(actor=cast.actor("other"), task=task, at=AT),
    "report": report,
    "finish": lambda cast, task: actions.finish(actor=cast.actor("other"), task=task, at=AT),
    "confirm": lambda cast, task: actions.confirm(actor=cast.actor("planner"), task=task, at=AT),
    "send_back": lambda cast, task: actions.send_back(actor=cast.actor("planner"), task=task, reason="x", at=AT),
    "reopen": lambda cast, task: actions.reopen(actor=cast.actor("planner"), task=task, reason="x", at=AT),
    "remind": lambda cast, task: actions.remind(actor=cast.actor("planner"), task=task, at=AT),
    "assign": lambda cast, task: owners.assign_lead(
        actor=cast.actor("planner"), task=task, organisation=cast.emergency, at=AT
    ),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.slug)
def test_every_state_and_move(cast: Cast, task: Task, state: str, move: Any) -> None:
    actions.accept(actor=cast.actor("other"), task=task, at=AT)
    report(cast, task)
    Task.objects.filter(pk=task.pk).update(state=state)
    task.refresh_from_db()
    before = Entry.objects.count()
    if state in move.sources:
        ACTS[move.slug](cast, task)
        task.refresh_from_db()
        assert task.state == (move.target or state)
        assert Entry.objects.count() == before + 1
    else:
        with pytest.raises(Refused) as caught:
            ACTS[move.slug](cast, task)
        assert caught.value.code == "illegal"
        assert Entry.objects.count() == before


def test_finishing_needs_evidence(cast: Cast, task: Task) -> None:
    actions.accept(actor=cast.actor("other"), task=task, at=AT)
    report(cast, task, uploads=[])
    with pytest.raises(Refused, match="佐证"):
        actions.finish(actor=cast.actor("other"), task=task, at=AT)


def test_another_department_cannot(cast: Cast, task: Task) -> None:
    with pytest.raises(Refused) as caught:
        actions.accept(actor=cast.actor("officer"), task=task, at=AT)
    assert caught.value.code == "forbidden"
    assert cast.client("officer").get(f"/plans/tasks/{task.pk}/").status_code == 404
    assert cast.client("officer").post(f"/plans/tasks/{task.pk}/accept/").status_code == 404
    assert cast.client("other").get(f"/plans/tasks/{task.pk}/").status_code == 200


def test_a_co_department_reports_its_part_but_does_not_lead(cast: Cast, task: Task) -> None:
    shared_task = Task.objects.select_related("plan", "lead").get(plan__domain="environment", number="7")
    Task.objects.filter(pk=shared_task.pk).update(state="accepted", lead=cast.emergency)
    shared_task.refresh_from_db()
    report(cast, shared_task, percent=None)
    with pytest.raises(Refused, match="牵头"):
        actions.finish(actor=cast.actor("other"), task=shared_task, at=AT)
    with pytest.raises(Refused, match="牵头"):
        report(cast, shared_task, percent=50)
    reasons = {offer.move.slug: offer.reason for offer in queries.task_offers(shared_task, cast.actor("other"))}
    assert not reasons["finish"].allowed
    assert "牵头" in reasons["finish"].sentence


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"text": " "}, "text"), ({"as_of": date(2030, 1, 1)}, "as_of"), ({"percent": 101}, "percent"), ({"percent": -1}, "percent"),
     ({"uploads": [("x.exe", b"MZ")]}, "file"), ({"uploads": [("x.pdf", b"not a pdf")]}, "file"), ({"uploads": [("x.png", b"junk")]}, "file"),
     ({"uploads": [("x.txt", b"")]}, "file")],
)  # fmt: skip
def test_wrong_reports_store_nothing(cast: Cast, task: Task, fields: dict[str, Any], field: str) -> None:
    actions.accept(actor=cast.actor("other"), task=task, at=AT)
    before = Entry.objects.count()
    with pytest.raises(Refused) as caught:
        report(cast, task, **fields)
    assert caught.value.field == field
    assert Entry.objects.count() == before
    assert not task.progress.exists()
    task.refresh_from_db()
    assert task.state == "accepted"


def test_a_refused_form_keeps_what_was_typed(cast: Cast, task: Task) -> None:
    actions.accept(actor=cast.actor("other"), task=task, at=AT)
    answer = cast.client("other").post(
        f"/plans/tasks/{task.pk}/report/", {"text": "写了很久的一段话", "as_of": "2025-99-01", "percent": "x"}
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "写了很久的一段话" in body
    assert "没有保存" in body


def test_a_change_holds_from_today_and_the_past_keeps_its_terms(cast: Cast, task: Task) -> None:
    officer, planner = cast.actor("other"), cast.actor("planner")
    request = actions.ask_change(
        actor=officer, task=task, reason="示例理由", deadline_kind="year", deadline_year=2026, at=AT
    )
    with pytest.raises(Refused, match="已有一件"):
        actions.ask_change(actor=officer, task=task, reason="再来", deadline_kind="year", deadline_year=2027, at=AT)
    with pytest.raises(Refused):
        actions.decide_change(actor=officer, request=request, approve=True, answer="", at=AT)
    actions.decide_change(actor=planner, request=request, approve=True, answer="同意", at=AT)
    task.refresh_from_db()
    assert task.due_on == date(2026, 12, 31)
    assert queries.facts_at("task", task.pk, date(2024, 1, 1))["deadline_year"] == 2023
    assert queries.facts_at("task", task.pk, AT.date())["deadline_year"] == 2026
    with pytest.raises(Refused):
        actions.decide_change(
            actor=planner, request=ChangeRequest.objects.get(pk=request.pk), approve=False, answer="x", at=AT
        )


@pytest.mark.parametrize(
    "fields",
    [{"reason": ""}, {"deadline_kind": "", "text": ""}, {"deadline_kind": "never"}, {"deadline_kind": "year", "deadline_year": None},
     {"deadline_kind": "year", "deadline_year": 2020}, {"deadline_kind": "year", "deadline_year": 99999}],
)  # fmt: skip
def test_wrong_change_requests(cast: Cast, task: Task, fields: dict[str, Any]) -> None:
    given = {"reason": "x", "deadline_kind": "year", "deadline_year": 2026, **fields}
    with pytest.raises(Refused):
        actions.ask_change(actor=cast.actor("other"), task=task, at=AT, **given)
    assert not ChangeRequest.objects.exists()


def test_money_is_reversed_never_edited(cast: Cast, task: Task) -> None:
    officer = cast.actor("other")
    row = records.enter_money(
        actor=officer, item=task, kind="spent", year=2025, amount=Decimal("120.50"), source="示例资金", at=AT
    )
    assert queries.purse(task.money.all()).spent == Decimal("120.50")
    records.reverse_money(actor=officer, money=row, reason="重复登记", at=AT)
    assert queries.purse(task.money.all()).spent == 0
    with pytest.raises(Refused, match="冲销过"):
        records.reverse_money(actor=officer, money=row, reason="再来", at=AT)
    assert Money.objects.count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "x"},
        {"amount": Decimal(0)},
        {"amount": Decimal(-5)},
        {"amount": Decimal("1.001")},
        {"amount": Decimal("1e14")},
        {"source": ""},
        {"year": 1},
    ],
)
def test_wrong_money(cast: Cast, task: Task, fields: dict[str, Any]) -> None:
    given = {"kind": "spent", "year": 2025, "amount": Decimal(1), "source": "x", **fields}
    with pytest.raises(Refused):
        records.enter_money(actor=cast.actor("other"), item=task, at=AT, **given)
    assert not Money.objects.exists()


def test_milestones(cast: Cast, task: Task) -> None:
    officer = cast.actor("other")
    row = records.set_milestone(actor=officer, item=task, year=2025, title="示例节点", due_on=date(2025, 6, 30), at=AT)
    due = date(2025, 6, 30)
    for year, title, day in ((2030, "x", due), (2025, "", due), (2025, "x", date(2024, 6, 30))):
        with pytest.raises(Refused):
            records.set_milestone(actor=officer, item=task, year=year, title=title, due_on=day, at=AT)
    records.reach_milestone(actor=officer, milestone=row, done_on=date(2025, 7, 1), at=AT)
    with pytest.raises(Refused):
        records.reach_milestone(actor=officer, milestone=row, done_on=date(2025, 7, 2), at=AT)


def test_clocks_are_raised_once(cast: Cast, task: Task) -> None:
    first = sweep(AT + timedelta(days=200))
    assert first > 0
    assert sweep(AT + timedelta(days=200)) == 0
    assert Escalation.objects.filter(task=task, level="overdue").count() == 1
    assert Entry.objects.filter(verb="planning.task.escalated").count() == first


def test_alarm_days() -> None:
    due = date(2025, 12, 31)
    assert alarms("working", due, due, due) == []
    assert [one.level for one in alarms("working", due, due, due + timedelta(days=1))] == ["overdue"]
    assert [one.level for one in alarms("working", due, due, due + timedelta(days=31))] == ["overdue", "overdue_long"]
    assert alarms("confirmed", due, due, due + timedelta(days=400)) == []
    assert due_day("as_city_directs", None) is None
    assert due_day("ongoing", None) is None  # kept up for good: silent, never overdue
    assert due_day("year_then_ongoing", 2025) == due


def test_what_waits(cast: Cast, task: Task) -> None:
    mine = list(desk.waiting(cast.actor("other"), AT))
    assert any(row.verb == "签收" for row in mine)
    assert all(row.url for row in mine)
    assert any(row.kind == "单位" for row in desk.waiting(cast.actor("planner"), AT))
    assert list(desk.waiting(cast.actor("auditor"), AT)) == []


def test_the_table_filters_sorts_and_exports_what_is_shown(cast: Cast, task: Task) -> None:
    client = cast.client("planner")
    whole = client.get("/plans/tasks/").context["page"].paginator.count
    part = client.get("/plans/tasks/", {"unit": "区生态环境局", "late": "overdue"})
    shown = part.context["page"].paginator.count
    assert 0 < shown < whole
    export = client.get("/plans/tasks/export.csv", {"unit": "区生态环境局", "late": "overdue"}).content.decode(
        "utf-8-sig"
    )
    assert len(export.strip().splitlines()) == shown + 1
    assert client.get("/plans/tasks/", {"plan": "x", "year": "abc", "sort": "evil", "page": "99"}).status_code == 200
    assert client.get("/plans/tasks/export.exe").status_code == 422
    own = cast.client("other").get("/plans/tasks/").context["page"].paginator.count
    assert 0 < own < whole
