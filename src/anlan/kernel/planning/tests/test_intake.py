"""Import is a preview, then one action; again is a difference; a person's correction survives."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from tests.support.cast import AT, Cast

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import corrections, intake, owners, queries
from anlan.kernel.planning.models import Indicator, Plan, PlanDocument, Project, Target, Task, TaskOwner, Terms
from anlan.kernel.planning.reading.cli import sample_text

pytestmark = pytest.mark.django_db


def store(text: str, name: str = "示例规划.txt", at: datetime = AT) -> None:
    intake.store(actor=SYSTEM, seen=intake.preview(text.encode()), file_name=name, at=at)


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (PlanDocument, Plan, Task, TaskOwner, Indicator, Project, Target))


def test_preview_changes_nothing(cast: Cast) -> None:
    entries = Entry.objects.count()
    seen = intake.preview(sample_text().encode())
    assert len(seen.changes) > 50
    assert counts() == (0,) * 7
    assert Entry.objects.count() == entries


def test_import_is_one_entry_and_again_is_nothing(cast: Cast) -> None:
    entries = Entry.objects.count()
    store(sample_text())
    assert Entry.objects.count() == entries + 1
    assert Entry.objects.latest("id").content_hash == intake.preview(sample_text().encode()).sha256
    before = counts()
    assert intake.preview(sample_text().encode()).same_file
    assert counts() == before


def test_the_real_plan(cast: Cast, shared: Path) -> None:
    call_command("plan_import", str(shared / "plan" / "plan-2022-5.txt"), "--yes")
    plan = Plan.objects.get(domain="environment")
    assert plan.tasks.count() == 144
    assert TaskOwner.objects.filter(task__plan=plan).count() == 264
    assert [p.indicators.count() for p in Plan.objects.order_by("id")] == [8, 12, 16]
    assert plan.tasks.get(number="11").due_on == date(2024, 12, 31)
    before = counts()
    call_command("plan_import", str(shared / "plan" / "plan-2022-5.txt"), "--yes")
    assert counts() == before


def test_a_change_is_a_difference_with_new_terms(cast: Cast) -> None:
    store(sample_text())
    later = datetime(2026, 3, 1, 9, tzinfo=CHINA)
    changed = sample_text().replace("每季度巡查一次", "每月巡查一次")
    seen = intake.preview(changed.encode())
    assert [(change.kind, change.key, change.what) for change in seen.changes if change.kind == "tasks"] == [
        ("tasks", "1", "changed")
    ]
    before = counts()
    store(changed, at=later)
    assert counts() == before
    task = Task.objects.get(plan__domain="environment", number="1")
    assert "每月巡查" in task.text
    assert "每季度" in queries.facts_at("task", task.pk, date(2025, 1, 1))["text"]
    assert "每月" in queries.facts_at("task", task.pk, date(2026, 3, 1))["text"]
    assert queries.facts_at("task", task.pk, date(2020, 1, 1)) == {}


def test_a_correction_survives_the_next_import(cast: Cast) -> None:
    store(sample_text())
    task = Task.objects.get(plan__domain="environment", number="5")
    corrections.correct(
        actor=cast.actor("planner"), item=task, field="text", value="人工更正后的内容。", reason="印刷漏字", at=AT
    )
    store(sample_text().replace("周末开放", "节假日开放"))
    task.refresh_from_db()
    assert task.text == "人工更正后的内容。"
    assert Terms.objects.filter(kind="task", item_id=task.pk, source="correction").exists()


@pytest.mark.parametrize(
    ("field", "value", "reason", "word"),
    [("text", "", "x", "空着"), ("text", "x", " ", "依据"), ("state", "x", "x", "不能更正"), ("deadline_kind", "soon", "x", "没有这种期限"),
     ("deadline_year", "abc", "x", "数字"), ("deadline_year", "1", "x", "年份"), ("title", "长" * 121, "x", "最多")],
)  # fmt: skip
def test_wrong_corrections(cast: Cast, field: str, value: str, reason: str, word: str) -> None:
    store(sample_text())
    with pytest.raises(Refused, match=word):
        corrections.correct(
            actor=cast.actor("planner"), item=Task.objects.all()[0], field=field, value=value, reason=reason, at=AT
        )


def test_rows_that_vanish_are_retired_not_deleted(cast: Cast) -> None:
    store(sample_text())
    shorter = sample_text()
    start = shorter.index("\n\n24\n\n")
    store(shorter[:start] + "\n")
    task = Task.objects.get(plan__domain="environment", number="24")
    assert task.retired_on is not None
    store(sample_text())
    task.refresh_from_db()
    assert task.retired_on is None


def test_missing_rows_are_named_and_nothing_is_stored(cast: Cast, tmp_path: Path) -> None:
    text = sample_text()
    broken = text[: text.index("\n\n9\n\n")] + text[text.index("\n\n11\n\n") :]
    with pytest.raises(Refused, match="9、10"):
        store(broken)
    assert counts() == (0,) * 7
    file = tmp_path / "x.txt"
    file.write_text(broken, encoding="utf-8")
    with pytest.raises(Refused, match="9、10"):
        call_command("plan_import", str(file), "--yes")


@pytest.mark.parametrize("name", ["", "/no/such/file.txt"])
def test_wrong_paths(cast: Cast, name: str) -> None:
    with pytest.raises((Refused, CommandError)):
        call_command("plan_import", name, "--yes")


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\x00" * 50, b"%PDF-1.4 broken", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0old"]
)
def test_wrong_uploads_show_one_sentence(cast: Cast, data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_bytes(data)
    with file.open("rb") as handle:
        answer = cast.client("planner").post("/plans/import/", {"file": handle})
    assert answer.status_code == 422
    assert "没有导入" in answer.content.decode()
    assert counts() == (0,) * 7


def test_upload_preview_then_store_in_the_browser(cast: Cast, tmp_path: Path) -> None:
    client, file = cast.client("planner"), tmp_path / "示例.txt"
    file.write_text(sample_text(), encoding="utf-8")
    with file.open("rb") as handle:
        page = client.post("/plans/import/", {"file": handle})
    assert page.status_code == 200
    assert counts() == (0,) * 7
    token = page.context["token"]
    assert client.post("/plans/import/", {"token": token, "name": "示例.txt"}).status_code == 302
    assert Task.objects.count() > 20
    assert client.post("/plans/import/", {"token": "../../etc/passwd"}).status_code == 422
    assert cast.client("officer").post("/plans/import/", {"token": token}).status_code == 403


def test_departments_are_matched_assigned_adopted_and_founded(cast: Cast) -> None:
    store(sample_text())
    plan = Plan.objects.get(domain="environment")
    lines = TaskOwner.objects.filter(printed="区生态环境局")
    assert {owner.organisation for owner in lines} == {cast.environment}
    assert any(row["printed"] == "区商务局" for row in queries.unmatched_departments())
    owners.assign_department(actor=cast.actor("planner"), printed="区商务局", organisation=cast.emergency, at=AT)
    with pytest.raises(Refused):
        owners.assign_department(actor=cast.actor("planner"), printed="没有这个", organisation=cast.emergency, at=AT)
    with pytest.raises(Refused):
        owners.assign_department(actor=cast.actor("officer"), printed="区文明办", organisation=cast.emergency, at=AT)
    made = owners.found_departments(actor=cast.actor("planner"), parent=cast.district, at=AT)
    assert made > 5
    assert queries.unmatched_departments() == []
    entries = Entry.objects.count()
    with pytest.raises(Refused, match="没有可沿用的"):
        owners.adopt_owners(actor=cast.actor("planner"), source=plan, target=Plan.objects.get(domain="safety"), at=AT)
    with pytest.raises(Refused, match="没有要新设的"):
        owners.found_departments(actor=cast.actor("planner"), parent=cast.district, at=AT)
    assert Entry.objects.count() == entries  # nothing happened, so nothing is journalled


def test_targets_are_attached_or_listed(cast: Cast) -> None:
    store(sample_text())
    plan = Plan.objects.get(domain="safety")
    left = queries.unattached(plan).count()
    assert 0 < left < plan.targets.count()
    target = queries.unattached(plan)[0]
    owners.attach(actor=cast.actor("planner"), target=target, to=plan.indicators.all()[0], at=AT)
    assert queries.unattached(plan).count() == left - 1
    other = Plan.objects.get(domain="education").indicators.all()[0]
    with pytest.raises(Refused, match="同一规划"):
        owners.attach(actor=cast.actor("planner"), target=target, to=other, at=AT)
    call_command("plan_coverage")
    loose, client = queries.unattached(plan)[0], cast.client("planner")
    said = client.post("/plans/targets/", {"target": loose.pk, "to": ""})
    assert said.status_code == 422
    assert "先选挂接到哪个" in said.content.decode()
    assert client.post("/plans/targets/", {"target": target.pk, "to": ""}).status_code == 302
    assert queries.unattached(plan).count() == left


def test_the_planner_enters_a_target_assigned_by_the_city(cast: Cast) -> None:
    store(sample_text())
    indicator = Indicator.objects.get(plan__domain="environment", comparator="city_assigned", number=5)
    url, client = f"/plans/indicators/{indicator.pk}/correct/", cast.client("planner")
    assert client.get(url).status_code == 200
    for wrong in ({"value": "abc"}, {"reason": ""}, {"field": "plan"}):
        answer = client.post(url, {"field": "target", "value": "14.5", "reason": "示例文号", **wrong})
        assert answer.status_code == 422
    assert client.post(url, {"field": "target", "value": "14.5", "reason": "示例文号"}).status_code == 302
    store(sample_text().replace("每年公布一次进展", "每年公布两次进展"))
    indicator.refresh_from_db()
    assert str(indicator.target.normalize() if indicator.target else None) == "14.5"
    assert cast.client("officer").post(url, {}).status_code == 403
