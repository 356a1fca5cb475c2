"""撤回: every reversible action goes back to what was, for its author, for some seconds, while nobody else touched it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import serializers
from django.db.models import Count, Model
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.access import undo
from anlan.kernel.access.actions import appoint
from anlan.kernel.access.policy import actor_of
from anlan.kernel.access.types import ANONYMOUS, SYSTEM, Actor
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import actions, intake, owners, projects, queries, records
from anlan.kernel.planning.models import (
    Correction,
    Milestone,
    Plan,
    Progress,
    Project,
    Reminder,
    Target,
    Task,
    TaskOwner,
)
from anlan.kernel.planning.reading.cli import sample_text
from anlan.kernel.planning.reviews.gathering import stands
from anlan.kernel.planning.undoing import UNDOS

pytestmark = pytest.mark.django_db
SOON = AT + timedelta(seconds=8)
DUE = date(2025, 6, 30)
Scene = dict[str, Any]


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """An accepted and an issued task of 区生态环境局, a project of theirs with one milestone, an unattached target."""
    intake.store(actor=SYSTEM, seen=intake.preview(sample_text().encode()), file_name="x.txt", at=AT)
    led = Task.objects.select_related("plan", "lead").filter(lead=cast.environment)
    task, issued = led[0], led[1]
    actions.accept(actor=cast.actor("other"), task=task, at=AT - timedelta(days=3))
    report(cast, task, AT - timedelta(days=2), 20)
    project = Project.objects.select_related("plan", "lead").filter(kind="key_project")[0]
    projects.assign(actor=cast.actor("planner"), project=project, lead=cast.environment, at=AT - timedelta(days=2))
    step = records.set_milestone(
        actor=cast.actor("other"), item=project, year=2025, title="旧节点", due_on=DUE, at=AT - timedelta(days=1)
    )
    _known_in_one_line(cast)
    return {"task": task, "issued": issued, "project": project, "step": step}


def _known_in_one_line(cast: Cast) -> None:
    """One printed name that bears an organisation in one line only: something to adopt."""
    rows = TaskOwner.objects.filter(organisation=None, is_group=False).exclude(printed="区商务局")
    printed = rows.values_list("printed").annotate(count=Count("id")).filter(count__gt=1).order_by("printed")[0][0]
    TaskOwner.objects.filter(pk=rows.filter(printed=printed)[0].pk).update(organisation=cast.emergency)


def report(cast: Cast, task: Task, at: datetime, percent: int) -> Progress:
    return actions.report(
        actor=cast.actor("other"), task=task, text="示例进展", as_of=date(2025, 7, 1), percent=percent, at=at,
        uploads=[("佐证.txt", "示例佐证".encode())],
    )  # fmt: skip


def _attach(cast: Cast, _scene: Scene) -> None:
    plan = Plan.objects.get(domain="safety")
    target = queries.unattached(plan)[0]
    owners.attach(actor=cast.actor("planner"), target=target, to=plan.indicators.all()[0], at=AT)


def _adopt(cast: Cast, _scene: Scene) -> None:
    plan = Plan.objects.get(domain="environment")
    assert owners.adopt_owners(actor=cast.actor("planner"), source=plan, target=plan, at=AT) > 0


ACTS: dict[str, tuple[str, Callable[[Cast, Scene], object]]] = {
    "planning.task.accepted": ("other", lambda c, s: actions.accept(actor=c.actor("other"), task=s["issued"], at=AT)),
    "planning.task.reported": ("other", lambda c, s: report(c, s["task"], AT, 60)),
    "planning.task.reminded": ("planner", lambda c, s: actions.remind(actor=c.actor("planner"), task=s["task"], at=AT)),
    "planning.task.assigned": ("planner", lambda c, s: owners.assign_lead(
        actor=c.actor("planner"), task=s["issued"], organisation=c.emergency, at=AT)),
    "planning.project.reported": ("other", lambda c, s: projects.report(
        actor=c.actor("other"), project=s["project"], text="示例", as_of=DUE, at=AT)),
    "planning.project.assigned": ("planner", lambda c, s: projects.assign(
        actor=c.actor("planner"), project=s["project"], lead=c.street, partners=[c.environment], at=AT)),
    "planning.milestone.set": ("other", lambda c, s: records.set_milestone(
        actor=c.actor("other"), item=s["project"], year=2025, title="新节点", due_on=DUE, at=AT)),
    "planning.milestone.reached": ("other", lambda c, s: records.reach_milestone(
        actor=c.actor("other"), milestone=s["step"], done_on=DUE, at=AT)),
    "planning.owner.assigned": ("planner", lambda c, _s: owners.assign_department(
        actor=c.actor("planner"), printed="区商务局", organisation=c.emergency, at=AT)),
    "planning.owner.adopted": ("planner", _adopt),
    "planning.target.attached": ("planner", _attach),
}  # fmt: skip
# What taking back must restore; versions only grow, and what was struck or dropped stays in its table.
_LEFT_OUT = re.compile(r'"version": \d+')


def picture() -> str:
    """Everything that counts, as text."""
    counted: list[Any] = [
        Task.objects.all(), Project.objects.all(), Target.objects.all(), TaskOwner.objects.all(), Correction.objects.all(),
        Progress.objects.all(), Reminder.objects.all(), Milestone.objects.exclude(state="dropped"),
    ]  # fmt: skip
    return _LEFT_OUT.sub("", "\n".join(serializers.serialize("json", rows.order_by("pk")) for rows in counted))


def last(verb: str) -> Entry:
    return Entry.objects.filter(verb=verb).latest("id")


def back(cast: Cast, who: str, verb: str, at: datetime = SOON) -> Entry:
    return undo.take_back(actor=cast.actor(who), number=last(verb).pk, at=at)


def test_every_declared_undo_is_tried_here() -> None:
    assert {one.verb for one in UNDOS} == set(ACTS)


@pytest.mark.parametrize("verb", ACTS)
def test_there_and_back(cast: Cast, scene: Scene, verb: str) -> None:
    who, act = ACTS[verb]
    before = picture()
    act(cast, scene)
    assert picture() != before
    made = back(cast, who, verb)
    assert picture() == before
    assert made.verb == undo.VERB
    assert made.new == {"takes_back": last(verb).pk, "verb": verb}
    with pytest.raises(Refused) as caught:
        back(cast, who, verb)
    assert (caught.value.code, caught.value.message) == ("stale", "已经撤回过。")
    assert picture() == before


@pytest.mark.parametrize("verb", ACTS)
def test_not_late_not_by_others(cast: Cast, scene: Scene, verb: str) -> None:
    who, act = ACTS[verb]
    act(cast, scene)
    after, entries = picture(), Entry.objects.count()
    other = "planner" if who != "planner" else "other"
    for actor, at, code in (
        (cast.actor(who), AT + undo.ALLOWED + timedelta(seconds=1), "late"),
        (cast.actor(other), SOON, "forbidden"),
        (ANONYMOUS, SOON, "forbidden"),
        (SYSTEM, SOON, "forbidden"),
    ):
        with pytest.raises(Refused) as caught:
            undo.take_back(actor=actor, number=last(verb).pk, at=at)
        assert caught.value.code == code
    assert (picture(), Entry.objects.count()) == (after, entries)
    undo.take_back(actor=cast.actor(who), number=last(verb).pk, at=AT + undo.ALLOWED)


def test_not_from_another_post(cast: Cast, scene: Scene) -> None:
    ACTS["planning.task.reported"][1](cast, scene)
    post = appoint(
        actor=SYSTEM, person=cast.posts["other"].person, organisation=cast.street, role="street_officer", title="示例岗位",
        starts_on=date(2021, 1, 1), at=AT,
    )  # fmt: skip
    with pytest.raises(Refused, match="岗位"):
        undo.take_back(actor=actor_of(post), number=last("planning.task.reported").pk, at=SOON)


def test_what_was_touched_since_stays(cast: Cast, scene: Scene) -> None:
    task, project, planner = scene["task"], scene["project"], cast.actor("planner")
    report(cast, task, AT, 60)
    actions.remind(actor=planner, task=task, at=AT)
    records.set_milestone(actor=cast.actor("other"), item=project, year=2025, title="新节点", due_on=DUE, at=AT)
    records.enter_money(actor=planner, item=project, kind="spent", year=2025, amount=Decimal(1), source="示例", at=AT)
    after = picture()
    for verb in ("planning.task.reported", "planning.milestone.set"):
        with pytest.raises(Refused, match="之后又有人办过"):
            back(cast, "other", verb)
    assert picture() == after


def test_department_given_and_accepted_since_stays(cast: Cast, scene: Scene) -> None:
    ACTS["planning.owner.assigned"][1](cast, scene)
    task = Task.objects.select_related("plan", "lead").filter(
        lead=cast.emergency, state="issued", owners__printed="区商务局"
    )[0]
    actions.accept(actor=cast.actor("officer"), task=task, at=AT)
    after = picture()
    with pytest.raises(Refused, match="已经签收"):
        back(cast, "planner", "planning.owner.assigned")
    assert picture() == after


def _race(row: Model) -> None:
    """Another action wins the moment before: the version moves on, its entry is not there yet."""
    type(row)._default_manager.filter(pk=row.pk).update(version=99)


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        ("planning.task.accepted", "issued"),
        ("planning.task.reported", "task"),
        ("planning.task.reminded", "task"),
        ("planning.task.assigned", "issued"),
        ("planning.project.reported", "project"),
        ("planning.project.assigned", "project"),
        ("planning.milestone.reached", "step"),
    ],
)
def test_a_race_is_lost_whole(cast: Cast, scene: Scene, verb: str, name: str) -> None:
    who, act = ACTS[verb]
    act(cast, scene)
    _race(scene[name])
    after, entries = picture(), Entry.objects.count()
    with pytest.raises(Refused) as caught:
        back(cast, who, verb)
    assert caught.value.code == "stale"
    assert (picture(), Entry.objects.count()) == (after, entries)


def test_the_target_race(cast: Cast, scene: Scene) -> None:
    ACTS["planning.target.attached"][1](cast, scene)
    target = Target.objects.get(pk=last("planning.target.attached").subject_id)
    first, second = Target.objects.get(pk=target.pk), Target.objects.get(pk=target.pk)
    owners.attach(actor=cast.actor("planner"), target=first, to=None, at=AT)
    with pytest.raises(Refused) as caught:
        owners.attach(actor=cast.actor("planner"), target=second, to=None, at=AT)
    assert caught.value.code == "stale"
    with pytest.raises(Refused, match="没有挂接"):
        owners.attach(actor=cast.actor("planner"), target=first, to=None, at=AT)


def test_what_is_not_declared_is_final(cast: Cast, scene: Scene) -> None:
    money = records.enter_money(
        actor=cast.actor("other"), item=scene["task"], kind="spent", year=2025, amount=Decimal(1), source="示例", at=AT
    )
    with pytest.raises(Refused, match="不能撤回"):
        back(cast, "other", "planning.money.entered")
    assert money in scene["task"].money.all()
    with pytest.raises(Refused) as caught:
        undo.take_back(actor=cast.actor("other"), number=0, at=SOON)
    assert caught.value.code == "not_found"


def test_a_report_taken_back_is_evidence_for_nothing(cast: Cast, scene: Scene) -> None:
    issued, officer = scene["issued"], cast.actor("other")
    actions.accept(actor=officer, task=issued, at=AT)
    report(cast, issued, AT, 30)
    back(cast, "other", "planning.task.reported")
    issued.refresh_from_db()
    assert (issued.state, issued.percent, issued.reported_at) == ("accepted", 0, None)
    assert [one.state for one in stands(issued.plan, AT.date()) if one.task.pk == issued.pk] == ["accepted"]
    Task.objects.filter(pk=issued.pk).update(state="working")
    with pytest.raises(Refused, match="缺佐证"):
        actions.finish(actor=officer, task=Task.objects.select_related("lead", "plan").get(pk=issued.pk), at=AT)


def _button(body: str) -> list[str]:
    form = re.search(r'<form class="undo".*?</form>', body, re.DOTALL)
    return re.findall(r'name="entry" value="(\d+)"', form.group()) if form else []


def test_the_strip_says_what_happened_and_offers_the_way_back(cast: Cast, scene: Scene) -> None:
    client, url = cast.client("other"), f"/plans/tasks/{scene['task'].pk}/"
    done = client.post(url + "report/", {"text": "新进展", "as_of": "2025-07-20", "percent": "70"}, follow=True)
    entries = _button(done.content.decode())
    assert len(entries) == 1
    assert "进展已存。" in done.content.decode()
    assert _button(client.get(url).content.decode()) == []
    other = cast.client("planner").post("/account/undo/", {"entry": entries, "next": url}, follow=True)
    assert "只能撤回自己办的事" in other.content.decode()
    said = client.post("/account/undo/", {"entry": entries, "next": url}, follow=True).content.decode()
    assert "已撤回。" in said
    assert "已撤回</span>" in said
    scene["task"].refresh_from_db()
    assert scene["task"].percent == 20
    again = client.post("/account/undo/", {"entry": entries, "next": url}, follow=True).content.decode()
    assert "没有撤回：已经撤回过。" in again
    assert client.post("/account/undo/", {"entry": ["x", "9" * 40]}).status_code == 422
    assert client.post("/account/undo/", {"entry": entries, "next": "//evil.example/"}).headers["Location"] == "/"
    money = {"kind": "spent", "year": "2025", "amount": "5", "source": "示例"}
    assert _button(client.post(url + "money/", money, follow=True).content.decode()) == []
    assert cast.client(None).post("/account/undo/", {"entry": entries}).status_code == 401


def test_a_bulk_move_goes_back_whole(cast: Cast, scene: Scene) -> None:
    rows = Task.objects.filter(state="issued").exclude(lead=None)[:3]
    client, before = cast.client("planner"), picture()
    page = client.post("/plans/tasks/bulk/", {"move": "remind", "row": [str(one.pk) for one in rows]})
    entries = _button(page.content.decode())
    assert len(entries) == 3
    said = client.post("/account/undo/", {"entry": entries, "next": "/plans/tasks/"}, follow=True).content.decode()
    assert "已撤回 3 件。" in said
    assert picture() == before


def test_only_this_requests_entries_are_offered(cast: Cast, scene: Scene) -> None:
    actor: Actor = cast.actor("other")
    report(cast, scene["task"], AT, 60)
    assert undo.reversible(actor, AT) == [last("planning.task.reported").pk]
    assert undo.reversible(actor, SOON) == []
    assert undo.reversible(cast.actor("planner"), AT) == []
    assert undo.reversible(SYSTEM, AT) == []
