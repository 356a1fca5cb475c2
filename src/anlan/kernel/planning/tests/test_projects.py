"""Key projects: departments, milestones, money, progress; every move by the table, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import desk, intake, portfolio, projects, records
from anlan.kernel.planning.models import Milestone, Money, Progress, Project
from anlan.kernel.planning.reading.cli import sample_text
from anlan.kernel.planning.rules import MILESTONE_MOVES, PROJECT_MOVES

pytestmark = pytest.mark.django_db
FILE = ("佐证.txt", "示例佐证".encode())
DUE = date(2025, 6, 30)


@pytest.fixture
def project(cast: Cast) -> Project:
    """A key project led by 区生态环境局, shared by 区应急管理局."""
    intake.store(actor=SYSTEM, seen=intake.preview(sample_text().encode()), file_name="x.txt", at=AT)
    found = Project.objects.select_related("plan", "lead").filter(kind="key_project")[0]
    return projects.assign(
        actor=cast.actor("planner"), project=found, lead=cast.environment, partners=[cast.emergency], at=AT
    )


def again(project: Project) -> Project:
    return Project.objects.select_related("plan", "lead").get(pk=project.pk)


def step(cast: Cast, project: Project, title: str = "示例节点", **more: Any) -> Milestone:
    given = {"year": 2025, "due_on": DUE, **more}
    return records.set_milestone(actor=cast.actor("other"), item=project, title=title, at=AT, **given)


def report(cast: Cast, project: Project, who: str = "other", **more: Any) -> Progress:
    given = {"text": "示例进展", "as_of": date(2025, 7, 1), "uploads": [FILE], **more}
    return projects.report(actor=cast.actor(who), project=project, at=AT, **given)


def verbs(project: Project) -> list[str]:
    rows = Entry.objects.filter(subject_kind="project", subject_id=str(project.pk)).order_by("id")
    return [verb.removeprefix("planning.") for verb in rows.values_list("verb", flat=True)]


def test_the_whole_life(cast: Cast, project: Project) -> None:
    planner = cast.actor("planner")
    row = step(cast, project)
    assert row.owner == cast.environment
    report(cast, project)
    report(cast, project, who="officer")
    with pytest.raises(Refused, match="1 个节点"):
        projects.finish(actor=planner, project=project, at=AT)
    records.reach_milestone(actor=cast.actor("other"), milestone=row, done_on=date(2025, 7, 1), at=AT)
    projects.finish(actor=planner, project=project, at=AT)
    projects.resume(actor=planner, project=project, reason="示例：漏了验收", at=AT)
    projects.stop(actor=planner, project=project, reason="示例：并入别的工程", at=AT)
    assert again(project).state == "stopped"
    assert verbs(project) == [
        "project.assigned", "milestone.set", "project.reported", "project.reported", "milestone.reached",
        "project.finished", "project.resumed", "project.stopped",
    ]  # fmt: skip


ACTS: dict[str, Callable[[Cast, Project], object]] = {
    "report": report,
    "milestone": step,
    "money": lambda cast, one: records.enter_money(
        actor=cast.actor("other"), item=one, kind="spent", year=2025, amount=Decimal(5), source="示例", at=AT
    ),
    "finish": lambda cast, one: projects.finish(actor=cast.actor("planner"), project=one, at=AT),
    "stop": lambda cast, one: projects.stop(actor=cast.actor("planner"), project=one, reason="x", at=AT),
    "resume": lambda cast, one: projects.resume(actor=cast.actor("planner"), project=one, reason="x", at=AT),
    "assign": lambda cast, one: projects.assign(actor=cast.actor("planner"), project=one, lead=cast.street, at=AT),
}


@pytest.mark.parametrize("state", Project.STATES)
@pytest.mark.parametrize("move", PROJECT_MOVES, ids=lambda move: move.slug)
def test_every_state_and_move(cast: Cast, project: Project, state: str, move: Any) -> None:
    Project.objects.filter(pk=project.pk).update(state=state)
    found, before = again(project), Entry.objects.count()
    if state in move.sources:
        ACTS[move.slug](cast, found)
        assert again(project).state == (move.target or state)
        assert Entry.objects.count() == before + 1
    else:
        with pytest.raises(Refused) as caught:
            ACTS[move.slug](cast, found)
        assert caught.value.code == "illegal"
        assert Entry.objects.count() == before


@pytest.mark.parametrize("state", Milestone.STATES)
@pytest.mark.parametrize("move", MILESTONE_MOVES, ids=lambda move: move.slug)
def test_every_milestone_state_and_move(cast: Cast, project: Project, state: str, move: Any) -> None:
    row = step(cast, project)
    Milestone.objects.filter(pk=row.pk).update(state=state, done_on=DUE if state == "done" else None)
    row.refresh_from_db()

    def act() -> None:
        if move.slug == "reach":
            records.reach_milestone(actor=cast.actor("other"), milestone=row, done_on=DUE, at=AT)
        else:
            records.change_milestone(
                actor=cast.actor("planner"), milestone=row, move=move.slug, reason="示例理由", at=AT
            )

    if state in move.sources:
        act()
        row.refresh_from_db()
        assert row.state == move.target
        assert (row.done_on is not None) == (row.state == "done")
    else:
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code == "illegal"


def test_two_at_once_one_wins(cast: Cast, project: Project) -> None:
    row = step(cast, project)
    first, second = Milestone.objects.get(pk=row.pk), Milestone.objects.get(pk=row.pk)
    records.reach_milestone(actor=cast.actor("other"), milestone=first, done_on=DUE, at=AT)
    with pytest.raises(Refused) as caught:
        records.reach_milestone(actor=cast.actor("planner"), milestone=second, done_on=DUE, at=AT)
    assert caught.value.code == "stale"
    mine, theirs = again(project), again(project)
    report(cast, mine)
    with pytest.raises(Refused) as caught:
        projects.stop(actor=cast.actor("planner"), project=theirs, reason="x", at=AT)
    assert caught.value.code == "stale"
    assert again(project).state == "running"
    assert "project.stopped" not in verbs(project)
    money = ACTS["money"](cast, again(project))
    assert isinstance(money, Money)
    records.reverse_money(actor=cast.actor("other"), money=money, reason="重复", at=AT)
    with pytest.raises(Refused, match="冲销过"):
        records.reverse_money(actor=cast.actor("other"), money=Money.objects.get(pk=money.pk), reason="重复", at=AT)
    reversal = Money.objects.get(reverses=money)
    with pytest.raises(Refused, match="冲销行"):
        records.reverse_money(actor=cast.actor("other"), money=reversal, reason="重复", at=AT)


def test_someone_elses_project(cast: Cast, project: Project) -> None:
    row = step(cast, project)
    street = cast.actor("street")
    with pytest.raises(Refused) as caught:
        records.reach_milestone(actor=street, milestone=row, done_on=DUE, at=AT)
    assert caught.value.code == "forbidden"
    with pytest.raises(Refused, match="不是"):
        report(cast, project, who="street")
    with pytest.raises(Refused, match="不能"):
        projects.finish(actor=cast.actor("other"), project=project, at=AT)
    client = cast.client("street")
    assert client.get(f"/plans/projects/{project.pk}/").status_code == 404
    assert client.post(f"/plans/projects/{project.pk}/money/").status_code == 404
    assert project.title not in client.get("/plans/projects/").content.decode()
    assert cast.client("officer").get(f"/plans/projects/{project.pk}/").status_code == 200


def test_a_milestone_of_a_partner_is_done_by_it_or_the_lead(cast: Cast, project: Project) -> None:
    mine = step(cast, project, owner=cast.environment)
    with pytest.raises(Refused) as caught:
        records.reach_milestone(actor=cast.actor("officer"), milestone=mine, done_on=DUE, at=AT)
    assert caught.value.code == "forbidden"
    theirs = step(cast, project, title="协办节点", owner=cast.emergency)
    records.reach_milestone(actor=cast.actor("officer"), milestone=theirs, done_on=DUE, at=AT)
    with pytest.raises(Refused, match="协办"):
        step(cast, project, title="街道节点", owner=cast.street)
    with pytest.raises(Refused, match="同名"):
        step(cast, project)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": " "}, "text"),
        ({"as_of": date(2030, 1, 1)}, "as_of"),
        ({"uploads": [("x.exe", b"MZ")]}, "file"),
        ({"uploads": [FILE, ("x.pdf", b"no")]}, "file"),
    ],
)
def test_wrong_reports_store_nothing(cast: Cast, project: Project, fields: dict[str, Any], field: str) -> None:
    before = Entry.objects.count()
    with pytest.raises(Refused) as caught:
        report(cast, project, **fields)
    assert caught.value.field == field
    assert (Entry.objects.count(), Progress.objects.count(), again(project).state) == (before, 0, "planned")


def test_the_database_keeps_state_and_day_together(cast: Cast, project: Project) -> None:
    row = step(cast, project)
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=row.pk).update(state="done")
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.filter(pk=row.pk).update(done_on=DUE)


def test_late_milestones_wait_for_their_department(cast: Cast, project: Project) -> None:
    step(cast, project, title="示例超期节点")
    step(cast, project, title="协办超期节点", owner=cast.emergency)
    step(cast, project, title="年底节点", due_on=date(2025, 12, 20))
    titles = {row.title: row for row in desk.waiting(cast.actor("other"), AT)}
    assert titles["示例超期节点"].verb == "销号"
    due = titles["示例超期节点"].due_at
    assert due is not None
    assert due < AT
    assert not {"协办超期节点", "年底节点"} & set(titles)
    assert "协办超期节点" in {row.title for row in desk.waiting(cast.actor("officer"), AT)}
    assert "年底节点" in {row.title for row in desk.waiting(cast.actor("other"), AT + timedelta(days=145))}
    projects.stop(actor=cast.actor("planner"), project=again(project), reason="x", at=AT)
    assert "示例超期节点" not in {row.title for row in desk.waiting(cast.actor("other"), AT)}
    assert any(row.kind == "工程" for row in desk.waiting(cast.actor("planner"), AT))


def test_the_list_counts_sums_and_exports_what_is_shown(cast: Cast, project: Project) -> None:
    row = step(cast, project)
    step(cast, project, title="第二个")
    records.reach_milestone(actor=cast.actor("other"), milestone=row, done_on=DUE, at=AT)
    planner = cast.actor("planner")
    for kind, amount in (("planned", 1000), ("spent", 250), ("spent", 90)):
        money = records.enter_money(
            actor=planner, item=project, kind=kind, year=2024, amount=Decimal(amount), source="示例", at=AT
        )
    records.reverse_money(actor=planner, money=money, reason="重复", at=AT)
    line = next(one for one in portfolio.lines([again(project)], AT.date()))
    assert (line.done, line.steps, line.late, line.spent_percent) == (1, 2, 1, Decimal("25.0"))
    client = cast.client("planner")
    page = client.get("/plans/projects/", {"late": "late"})
    assert [one.project.pk for one in page.context["lines"]] == [project.pk]
    book = openpyxl.load_workbook(BytesIO(client.get("/plans/projects/export.xlsx", {"late": "late"}).content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 2
    assert dict(zip(rows[0], rows[1], strict=True))["支出（元）"] == 250
    unled = client.get("/plans/projects/", {"late": "unled", "kind": "key_project"}).context["page"].paginator.count
    assert unled == Project.objects.filter(lead=None, kind="key_project").count() > 0
    assert client.get("/plans/projects/", {"plan": "9" * 30, "state": "x"}).status_code == 200
    assert client.get("/plans/projects/export.pdf").status_code == 422


def test_the_page_offers_and_refuses_with_reasons(cast: Cast, project: Project) -> None:
    step(cast, project)
    report(cast, project)
    body = cast.client("other").get(f"/plans/projects/{project.pk}/").content.decode()
    assert "存进展" in body
    assert "确认完工：当前岗位不能" in body
    assert (
        "确认完工：还有 1 个节点没有销号。"
        in cast.client("planner").get(f"/plans/projects/{project.pk}/").content.decode()
    )
    url, client = f"/plans/projects/{project.pk}/", cast.client("other")
    answer = client.post(url + "money/", {"kind": "spent", "year": "2025", "amount": "abc", "source": "示例来源"})
    assert answer.status_code == 422
    assert "示例来源" in answer.content.decode()
    sent = {"title": "新节点", "due_on": "2025-11-30", "owner": str(cast.emergency.pk)}
    assert client.post(url + "milestone/", sent).status_code == 302
    assert client.post(url + "milestone/", {**sent, "owner": str(cast.street.pk)}).status_code == 422
    assert client.post(url + "reach/", {"milestone": "999999", "done_on": "2025-07-01"}).status_code == 404
    assert client.post(url + "evil/").status_code == 404
    assert Milestone.objects.get(title="新节点").owner == cast.emergency


def test_assigning_departments(cast: Cast, project: Project) -> None:
    planner = cast.actor("planner")
    with pytest.raises(Refused, match="没有变"):
        projects.assign(actor=planner, project=project, lead=cast.environment, partners=[cast.emergency], at=AT)
    with pytest.raises(Refused) as caught:
        projects.assign(actor=cast.actor("other"), project=project, lead=cast.street, at=AT)
    assert caught.value.code == "forbidden"
    cast.street.closed_on = date(2024, 1, 1)
    with pytest.raises(Refused, match="撤销"):
        projects.assign(actor=planner, project=project, lead=cast.street, at=AT)
    url = f"/plans/projects/{project.pk}/assign/"
    posted = {"lead": str(cast.emergency.pk), "partners": [str(cast.environment.pk)]}
    assert cast.client("planner").post(url, posted).status_code == 302
    assert again(project).lead == cast.emergency
    assert cast.client("planner").post(url, {"lead": "999999"}).status_code == 422
