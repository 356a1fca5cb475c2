"""The pages as their people use them; what is wrong is said where it is, and what was typed stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.base import clock
from anlan.kernel.casework.models import Case
from anlan.kernel.checks.models import Form, Plan, Task
from anlan.kernel.checks.tests.conftest import Scene, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def an_hour_later(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: scene.at + timedelta(hours=1))


def filled(task: Task, **changes: object) -> dict[str, object]:
    ids = dict(task.form.items.values_list("code", "pk"))
    sound = {"r-a": "ok", "r-b": "ok", "n-b": "50", "r-c": "ok"} | changes
    return {
        f"{name.split('-')[0]}-{ids[name.split('-')[1]]}" if "-" in name else name: value
        for name, value in sound.items()
    }


def test_a_worker_checks_on_the_phone(scene: Scene) -> None:
    task = scene.task()
    client = scene.cast.client("worker")
    page = client.get(f"/checks/{task.pk}/").content.decode()
    assert "完成并签名" in page
    assert "应为 20–80.5 %" in page
    wrong = client.post(f"/checks/{task.pk}/do/finish/", filled(task, **{"r-a": "failed", "t-a": "我写的灯灭"}))
    assert wrong.status_code == 422
    assert "我写的灯灭" in wrong.content.decode()
    assert "要拍照" in wrong.content.decode()
    sent = filled(task, **{"r-a": "failed", "t-a": "灯灭", "p-a": SimpleUploadedFile("a.png", picture(), "image/png")})
    done = client.post(f"/checks/{task.pk}/do/finish/", sent, follow=True).content.decode()
    case = Case.objects.get()
    assert f"已登记 {case.number}" in done
    assert "撤回" not in done
    beside = scene.cast.client("safety").get(f"/cases/{case.number}/").content.decode()
    assert f"/checks/{task.pk}/" in beside
    assert "/checks/pictures/" in scene.cast.client("safety").get(f"/checks/{task.pk}/").content.decode()
    assert "检查人" in client.get(f"/checks/{task.pk}/print/").content.decode()


def test_a_sound_check_can_be_taken_back_from_the_page(scene: Scene) -> None:
    task = scene.task()
    done = scene.cast.client("worker").post(f"/checks/{task.pk}/do/finish/", filled(task), follow=True)
    assert "撤回" in done.content.decode()


def test_the_lists_forms_plans_and_figures(scene: Scene) -> None:
    task = scene.task()
    plan, form = Plan.objects.get(), Form.objects.get()
    safety = scene.cast.client("safety")
    for address in ("/t/", "/t/?state=open", "/t/?state=nonsense&organisation=x", "/t/forms/", f"/t/forms/{form.pk}/", "/t/forms/new/", f"/t/forms/new/?from={form.pk}",
                    "/t/plans/", "/t/plans/?all=1", f"/t/plans/{plan.pk}/", "/t/plans/new/", "/t/figures/", "/t/export/", "/t/figures/export/?form=csv", "/t/new/", "/checks/",
                    "/checks/export/", f"/checks/{task.pk}/"):  # fmt: skip
        assert safety.get(address).status_code == 200, address
    for address in ("/t/figures/?from=2025-08-01&to=2025-07-01", "/t/figures/?from=soon"):
        assert safety.get(address).status_code == 422, address
    worker = scene.cast.client("worker")
    assert worker.get("/t/plans/new/").status_code == 403
    assert scene.cast.client("planner").get(f"/checks/{task.pk}/").status_code == 404
    body = safety.get("/api/v1/checks/t").json()
    assert (body["count"], body["rows"][0]["organisation"], body["rows"][0]["record"]) == (1, "SL-E31", None)
    assert safety.get("/api/v1/checks/t?state=coming").json()["count"] == 1  # tomorrow's, when it is asked for
    assert safety.get("/api/v1/checks/t?page=9").status_code == 404


def test_a_form_is_written_by_hand_and_its_next_edition(scene: Scene) -> None:
    client = scene.cast.client("safety")
    sent = {"count": "3", "title": "仓库周检", "edition": "一", "valid_from": "2025-07-25", "process": "tp", "title-0": "通道畅通", "photo-0": "failed",
            "title-1": "温度", "low-1": "-25", "high-1": "-18", "unit-1": "℃"}  # fmt: skip
    more = client.post("/t/forms/new/", {**sent, "more": "1"})
    assert more.status_code == 200
    assert "通道畅通" in more.content.decode()
    wrong = client.post("/t/forms/new/", {**sent, "low-1": "-10"})
    assert wrong.status_code == 422
    assert "下限大于上限" in wrong.content.decode()
    client.post("/t/forms/new/", sent)
    form = Form.objects.get()
    assert [(one.title, one.number, one.low) for one in form.items.all()] == [
        ("通道畅通", False, None),
        ("温度", True, -25),
    ]
    edited = {
        **sent,
        "edition": "二",
        "code-0": form.items.all()[0].code,
        "code-1": form.items.all()[1].code,
        "title-2": "灯亮",
        "count": "3",
    }
    client.post(f"/t/forms/new/?from={form.pk}", edited)
    assert [one.code for one in Form.objects.get(number=2).items.all()][:2] == [one.code for one in form.items.all()]


def test_a_plan_by_hand_then_stopped_and_a_single_check(scene: Scene) -> None:
    scene.form()
    client = scene.cast.client("safety")
    sent = {
        "title": "班检",
        "form": "room",
        "pace": "shift",
        "shifts": "早上",
        "starts_on": "2025-07-25",
        "role": "worker",
    }
    wrong = client.post("/t/plans/new/", sent)
    assert wrong.status_code == 422
    assert "早上" in wrong.content.decode()
    assert client.post("/t/plans/new/", {**sent, "shifts": "08:00-20:00"}).status_code == 302
    plan = Plan.objects.get()
    assert client.post(f"/t/plans/{plan.pk}/", {"reason": ""}).status_code == 422
    assert client.post(f"/t/plans/{plan.pk}/", {"reason": "停产"}).status_code == 302
    assert client.post("/t/new/", {"form": "0"}).status_code == 422
    made = client.post("/t/new/", {"form": str(Form.objects.get().pk)}, follow=True)
    assert "完成并签名" in made.content.decode()


def test_missed_is_explained_on_the_page(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    task = scene.task()
    monkeypatch.setattr(clock, "now", lambda: scene.at + timedelta(days=2))
    client = scene.cast.client("safety")
    assert "漏查" in client.get(f"/checks/{task.pk}/").content.decode()
    assert client.post(f"/checks/{task.pk}/do/explain/", {"reason": ""}).status_code == 422
    assert client.post(f"/checks/{task.pk}/do/explain/", {"reason": "请假"}).status_code == 302
    assert client.post(f"/checks/{task.pk}/do/fly/", {}).status_code == 404
    assert scene.cast.client("worker").post(f"/checks/{task.pk}/do/explain/", {"reason": "x"}).status_code == 403
