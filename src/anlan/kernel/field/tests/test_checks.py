"""Check tasks done on a phone: once, at the time they were done; one that was overtaken goes whole to a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.types import Permission
from anlan.kernel.casework.models import Case
from anlan.kernel.checks import actions, declared, planning
from anlan.kernel.checks.models import Record, Task
from anlan.kernel.checks.types import CheckArea, CheckItem
from anlan.kernel.field.models import FieldEntry
from anlan.kernel.field.tests.conftest import Phone, Scene, picture, sha, uuid7

pytestmark = pytest.mark.django_db(transaction=True)
AREA = CheckArea(slug="c", title="试查", read="c.check_read", do="c.check_do", plan="c.check_plan")
ITEMS = (
    CheckItem(code="a", title="探头指示灯亮", photo="failed", points=4),
    CheckItem(code="b", title="液位", number=True, unit="%", low=Decimal(20), high=Decimal(80), points=6),
)


@pytest.fixture
def task(scene: Scene) -> Iterator[Task]:
    """Today's check of the machine room, by the worker."""
    roles, permissions, areas, kept = policy.roles(), policy.permissions(), dict(declared.areas()), declared.forms()
    held: Any = {"check_read": {"worker": "own", "enterprise_officer": "own"}, "check_do": {"worker": "own", "enterprise_officer": "own"}, "check_plan": {"enterprise_officer": "own"}}  # fmt: skip
    policy.install(
        roles.values(),
        [*permissions.values(), *(Permission(slug=f"c.{verb}", title=verb, roles=who) for verb, who in held.items())],
    )
    declared.install([*areas.values(), AREA], kept)
    at = clock.now()
    form = {
        "slug": "room",
        "title": "机房班检",
        "edition": "1",
        "valid_from": date(2025, 1, 1),
        "items": ITEMS,
        "process": "t",
        "organisation": scene.cast.enterprise,
    }
    planning.publish_form(area=AREA, at=at, actor=scene.cast.actor("safety"), **form)  # type: ignore[arg-type]
    plan = planning.make_plan(area=AREA, actor=scene.cast.actor("safety"), title="机房检查", form="room", organisation=scene.cast.enterprise, pace="day",
                              role="worker", place="机房", starts_on=clock.civil_date(at), at=at, subject=("unit", "3", "机房"))  # fmt: skip
    yield Task.objects.filter(plan=plan).order_by("starts_at")[0]
    declared.install(areas.values(), kept)
    policy.install(roles.values(), permissions.values())


def entry(phone: Phone, task: Task, result: str = "ok", at: datetime | None = None, **more: Any) -> dict[str, Any]:
    first, second = (one.pk for one in task.form.items.all())
    values = {
        f"r-{first}": result,
        f"r-{second}": "ok",
        f"n-{second}": "50",
        **({f"t-{first}": "不亮"} if result == "failed" else {}),
    }
    photos = [{"kind": f"p_{first}", "sha256": sha(picture())}] if result == "failed" else []
    given = phone.entry("check", task=task.pk, edition=str(task.form_id), values=values, photos=photos, process="")
    return {**given, "made_at": (at or phone.now).isoformat(), **more}


def test_it_waits_on_the_phone_and_is_done_once(scene: Scene, task: Task) -> None:
    given = scene.worker.client.get("/api/v1/field/bundle").json()["checks"]
    assert [(one["id"], [item["title"] for item in one["items"]]) for one in given if one["id"] == task.pk] == [
        (task.pk, ["探头指示灯亮", "液位"])
    ]
    assert all(one["id"] != task.pk for one in scene.safety.client.get("/api/v1/field/bundle").json()["checks"]), (
        "it is the worker's"
    )
    scene.worker.photo(picture())
    made = entry(scene.worker, task, "failed")
    receipt = scene.worker.one(made)
    assert receipt["result"] == "stored", receipt
    case = Case.objects.get()
    assert f"1 项不合格，已登记 {case.number}" in receipt["sentence"]
    assert (case.source, case.evidence.count()) == ("check", 1)
    assert scene.worker.one(made) == receipt
    assert (Record.objects.count(), Case.objects.count()) == (1, 1)
    assert all(one["id"] != task.pk for one in scene.worker.client.get("/api/v1/field/bundle").json()["checks"])


def test_when_it_was_done_counts_not_when_it_came(scene: Scene, task: Task) -> None:
    begun = clock.now() - timedelta(hours=3)
    Task.objects.filter(pk=task.pk).update(
        starts_at=begun, due_at=begun + timedelta(hours=1), closes_at=begun + timedelta(hours=2)
    )
    receipt = scene.worker.one(entry(scene.worker, task, at=begun + timedelta(minutes=30)))
    assert receipt["result"] == "stored"
    record = Record.objects.get()
    assert abs((record.at - begun - timedelta(minutes=30)).total_seconds()) < 60
    assert record.received_at > record.at + timedelta(hours=2)


def test_by_a_clock_that_is_off_only_the_time_it_came_counts(scene: Scene, task: Task) -> None:
    begun = clock.now() - timedelta(hours=3)
    Task.objects.filter(pk=task.pk).update(
        starts_at=begun, due_at=begun + timedelta(hours=1), closes_at=begun + timedelta(hours=2)
    )
    phone = Phone(scene.cast, "worker", scene.worker.client, timedelta(days=2))
    receipt = phone.one(entry(phone, task, at=phone.now - timedelta(hours=2, minutes=30)))
    assert (receipt["result"], receipt["code"]) == ("kept", "closed")


def test_one_that_somebody_did_meanwhile_goes_to_a_person(scene: Scene, task: Task) -> None:
    made = entry(scene.worker, task, "failed")
    scene.worker.photo(picture())
    answers = {one.pk: actions.Given("ok", "50") for one in task.form.items.all()}
    actions.finish(actor=scene.cast.actor("worker"), task=task, answers=answers, at=clock.now(), key=uuid7())  # type: ignore[arg-type]
    receipt = scene.worker.one(made)
    assert (receipt["result"], receipt["code"]) == ("kept", "illegal")
    assert Record.objects.count() == 1
    page = scene.safety.client.get(f"/field/received/{made['id']}/").content.decode()
    assert "探头指示灯亮" in page
    assert "不合格 不亮" in page
    form = {"take": "1", "owner": str(scene.cast.enterprise.pk), "title": "探头指示灯不亮", "fact": "", "case_kind": ""}
    assert scene.safety.client.post(f"/field/received/{made['id']}/", form).status_code == 302
    case = Case.objects.get(key=made["id"])
    assert case.evidence.get().kind == "before"
    assert FieldEntry.objects.get().state == "settled"


@pytest.mark.parametrize(("change", "result", "code"), [
    ({"task": 10**12}, "refused", "not_found"), ({"task": None}, "refused", "not_found"), ({"values": {}}, "refused", "required"), ({"values": {"r-x": "ok"}}, "kept", "items"),
    ({"values": {"r-999999": "ok"}}, "kept", "items"), ({"values": {"r-" + "9" * 30: "ok"}}, "kept", "items"), ({"edition": ""}, "refused", "edition"),
], ids=str)  # fmt: skip
def test_wrong_ones(scene: Scene, task: Task, change: dict[str, Any], result: str, code: str) -> None:
    receipt = scene.worker.one({**entry(scene.worker, task), **change})
    assert (receipt["result"], receipt["code"]) == (result, code)
    assert Record.objects.count() == 0
    if result == "kept":
        assert scene.safety.client.get(f"/field/received/{receipt['id']}/").status_code == 200


def test_another_persons_check(scene: Scene, task: Task) -> None:
    assert scene.safety.one(entry(scene.safety, task))["code"] == "forbidden"
    officer = Phone(scene.cast, "monitor", scene.cast.client("monitor"))
    assert officer.one(entry(officer, task))["code"] == "not_found"
