"""The register: grades, history, Excel both ways, checks of measures, what raises a risk, the pages of each role."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.actions import make_step
from anlan.kernel.casework.models import Case
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.models import Form, Plan, Task
from anlan.packs.safety.dual_prevention import actions, demonstration, excel, queries, rules, syncing
from anlan.packs.safety.dual_prevention.capability import features, waiting
from anlan.packs.safety.dual_prevention.models import Measure, NearMiss, Risk, RiskPoint, Signal
from anlan.packs.safety.dual_prevention.tests.test_merging import row
from anlan.packs.safety.dual_prevention.types import MeasureRow, RiskRow

pytestmark = pytest.mark.django_db
DAY = date(2025, 7, 25)


def entered(cast: Cast, *rows: RiskRow) -> Risk:
    actions.write_rows(
        actor=cast.actor("safety"), organisation=cast.enterprise, rows=rows or [row(1)], at=cast.at, why="建清单"
    )
    return Risk.objects.select_related("organisation", "unit__point").order_by("pk")[0]


@pytest.mark.parametrize(
    ("more", "level", "lead"),
    [
        ({}, "yellow", "workshop"), ({"c": "40"}, "red", "company"), ({"c": "15"}, "orange", "department"), ({"l": "0.5"}, "blue", "shift"),
        ({"l": "0.5", "direct": "重大危险源"}, "red", "company"), ({"method": "ls", "l": "4", "s": "5", "e": "", "c": ""}, "red", "company"),
        ({"l": "", "e": "", "c": "", "direct": "违反法律"}, "red", "company"), ({"l": "0.5", "control": "department"}, "blue", "department"),
    ],
)  # fmt: skip
def test_grades_and_who_leads(cast: Cast, more: dict[str, str], level: str, lead: str) -> None:
    risk = entered(cast, row(1, **more))
    assert (risk.level, risk.lead) == (level, lead)


@pytest.mark.parametrize(
    "more",
    [
        {"title": ""}, {"l": "4"}, {"c": ""}, {"method": "hazop"}, {"point_code": ""}, {"c": "40", "control": "shift"}, {"control": "king"}, {"code": "x" * 41},
        {"measures": (MeasureRow(code="1", kind="", text="x"),)}, {"measures": (MeasureRow(code="1", kind="training", text=""),)},
        {"measures": (MeasureRow(code="1", kind="training", text="x"), MeasureRow(code="1", kind="training", text="y"))},
        {"measures": (MeasureRow(code="1", kind="training", text="x", pace="hour"),)}, {"measures": (MeasureRow(code="1", kind="training", text="x", role="king"),)},
    ],
)  # fmt: skip
def test_a_row_with_a_problem_leaves_nothing(cast: Cast, more: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        entered(cast, row(2), row(1, **more))
    assert (Risk.objects.count(), RiskPoint.objects.count()) == (0, 0)


def test_control_lists_hold_what_lower_levels_lead(cast: Cast) -> None:
    entered(cast, row(1), row(2, c="40"), row(3, c="15"), row(4, l="0.5"))
    seen = queries.risks(SYSTEM)
    counted = [
        queries.filtered(seen, {"control": one}).count() for one in ("company", "department", "workshop", "shift")
    ]
    assert counted == [4, 3, 2, 1]
    assert queries.filtered(seen, {"lead": "company"}).count() == 1
    assert queries.counts(seen) == {"red": 1, "orange": 1, "yellow": 1, "blue": 1}


def test_changing_keeps_history_and_the_measure_its_id(cast: Cast) -> None:
    risk = entered(cast)
    measure = risk.measures.get(code="1")
    fresh = replace(risk.row(), measures=(replace(measure.row(), text="新写法"),))
    safety = cast.actor("safety")
    actions.write_risk(actor=safety, organisation=cast.enterprise, row=fresh, at=cast.at, risk=risk, version=1)
    assert Measure.objects.get(pk=measure.pk).text == "新写法"
    assert [(one.code, one.is_active) for one in risk.measures.order_by("code")] == [("1", True), ("2", False)]
    assert risk.versions.count() == 2
    for change, code in (
        ({"version": 1}, "stale"),
        ({"version": 2, "row": replace(fresh, l="6")}, "why"),
        ({"version": 2, "row": replace(fresh, code="X")}, "code"),
    ):
        with pytest.raises(Refused) as caught:
            actions.write_risk(
                **{
                    "actor": safety,
                    "organisation": cast.enterprise,
                    "row": fresh,
                    "at": cast.at,
                    "risk": risk,
                    **change,
                }  # type: ignore[arg-type]
            )
        assert caught.value.code == code
    with pytest.raises(Refused, match="已有编号"):
        actions.write_risk(actor=safety, organisation=cast.enterprise, row=row(1), at=cast.at)
    with pytest.raises(Refused) as caught:
        actions.write_risk(actor=cast.actor("worker"), organisation=cast.enterprise, row=row(2), at=cast.at)
    assert caught.value.code == "forbidden"


def test_a_near_miss_asks_for_a_new_grade_and_a_person_answers(cast: Cast) -> None:
    risk, key = entered(cast), uuid4()
    for _twice in range(2):
        near = actions.report_near_miss(
            actor=cast.actor("worker"),
            organisation=cast.enterprise,
            kind="near_miss",
            title="蹭到防撞栏",
            happened_at=cast.at,
            at=cast.at,
            key=key,
            risks=[risk],
        )
    assert (NearMiss.objects.count(), Signal.objects.count()) == (1, 1)
    assert [one.title for one in waiting(cast.actor("safety"), cast.at)] == [risk.title]
    assert not list(waiting(cast.actor("worker"), cast.at))
    safety = cast.actor("safety")
    with pytest.raises(Refused) as caught:
        actions.grade(
            actor=safety,
            risk=risk,
            method="lec",
            factors={"l": "6", "e": "6", "c": "7"},
            direct="",
            reason=" ",
            at=cast.at,
        )
    assert caught.value.field == "reason"
    stale = Risk.objects.select_related("organisation", "unit__point").get(pk=risk.pk)
    actions.grade(
        actor=safety,
        risk=risk,
        method="lec",
        factors={"l": "6", "e": "6", "c": "7"},
        direct="",
        reason="转弯有盲区",
        at=cast.at,
    )
    risk.refresh_from_db()
    assert (risk.level, risk.version, Signal.objects.get().state) == ("orange", 2, "answered")
    with pytest.raises(Refused) as caught:
        actions.grade(
            actor=safety,
            risk=stale,
            method="lec",
            factors={"l": "1", "e": "6", "c": "7"},
            direct="",
            reason="另一人",
            at=cast.at,
        )
    assert caught.value.code == "stale"
    other = actions.link_near_miss(actor=safety, near_miss=near, risk=risk, at=cast.at)
    assert other.state == "answered"  # the same near miss is the same reason


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"kind": "x"}, "kind"),
        ({"happened_at": datetime(2030, 1, 1, tzinfo=clock.CHINA)}, "happened_at"),
    ],
)
def test_a_near_miss_that_is_none(cast: Cast, change: dict[str, Any], field: str) -> None:
    given = {
        "actor": cast.actor("worker"),
        "organisation": cast.enterprise,
        "kind": "accident",
        "title": "x",
        "happened_at": cast.at,
        "at": cast.at,
        "key": uuid4(),
    }
    with pytest.raises(Refused) as caught:
        actions.report_near_miss(**{**given, **change})
    assert caught.value.field == field


# ---- checks of measures
def check(cast: Cast, task: Task, failed: str, at: datetime) -> None:
    answers = {
        one.pk: Given("failed", note="失灵", photos=(("a.png", demonstration._picture()),))
        if one.title == failed
        else Given("ok")
        for one in task.form.items.all()
    }
    checks.finish(actor=cast.actor("worker"), task=task, answers=answers, at=at, key=uuid4())


def test_measures_become_checks_and_a_failing_one_raises_its_risk(cast: Cast) -> None:
    risk = entered(cast, row(1), row(2))
    safety = cast.actor("safety")
    told = syncing.make_checks(actor=safety, organisation=cast.enterprise, at=cast.at)
    assert (told.forms, told.plans, told.stopped) == (2, 2, 0)
    again = syncing.make_checks(actor=safety, organisation=cast.enterprise, at=cast.at)
    assert (again.forms, again.plans, again.stopped) == (0, 0, 0)
    planning.generate(cast.at + timedelta(days=2))
    plan = Plan.objects.get(subject_id=str(risk.unit_id))
    tasks = list(plan.tasks.order_by("starts_at"))
    for n, task in enumerate(tasks[:3]):
        assert actions.raise_repeats(task.due_at) == 0, n
        check(cast, task, "联锁 1", task.due_at)
    case = Case.objects.order_by("id")[0]
    danger = case.hidden_danger
    assert (danger.measure_kind, danger.measure, danger.post) == ("engineering", "联锁 1", "单元 1")
    late = tasks[2].due_at + timedelta(minutes=1)
    assert actions.raise_repeats(late) == 1
    assert actions.raise_repeats(late) == 0
    signal = Signal.objects.get()
    assert (signal.kind, signal.risk_id, signal.text) == ("repeated", risk.pk, "“联锁 1”90 天内检查不合格 3 次")
    assert len(queries.watched(risk.measures.filter(code="1"), late)[0].failures) == 3
    actions.grade(
        actor=safety,
        risk=risk,
        method="lec",
        factors={"l": "6", "e": "6", "c": "7"},
        direct="",
        reason="联锁靠不住",
        at=late,
    )
    assert actions.raise_repeats(late + timedelta(minutes=1)) == 0  # graded since: counted anew
    # The measure's words change: the form gets an edition, open tasks keep theirs; without measures the plan stops.
    fresh = replace(
        Risk.objects.get(pk=risk.pk).row(),
        measures=(MeasureRow(code="1", kind="engineering", text="联锁新", pace="shift"),),
    )
    actions.write_risk(actor=safety, organisation=cast.enterprise, row=fresh, at=late, risk=risk, version=2)
    assert syncing.make_checks(actor=safety, organisation=cast.enterprise, at=late).forms == 1
    assert Form.objects.filter(slug=plan.form).count() == 2
    actions.retire(actor=safety, risk=Risk.objects.get(pk=risk.pk), reason="拆除", at=late)
    assert syncing.make_checks(actor=safety, organisation=cast.enterprise, at=late).stopped == 1


# ---- Excel
def book(rows: list[list[object]]) -> bytes:
    made = openpyxl.Workbook()
    for one in rows:
        made.active.append(one)  # type: ignore[union-attr]
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_what_is_exported_is_imported_as_the_same(cast: Cast) -> None:
    rows = [
        row(1, direct="理由", post="班长", control="company"),
        row(2, method="ls", l="3", s="4", e="", c=""),
        row(3, measures=()),
    ]
    entered(cast, *rows)
    lines = [list(excel.HEAD), *excel.lines(queries.register(cast.enterprise).values(), DAY)]
    found = excel.read(book(lines), cast.at)
    assert found.problems == []
    assert excel.compare(found.rows, queries.register(cast.enterprise)) == {
        "new": 0,
        "same": 3,
        "changed": 0,
        "others": 0,
    }
    found.rows[0] = replace(found.rows[0], title="改")
    assert excel.compare(found.rows, queries.register(cast.enterprise))["changed"] == 1


def test_every_fault_of_a_file_is_told_by_its_line(cast: Cast) -> None:
    lines = [list(excel.HEAD), *excel.lines([row(1), row(2)], DAY)]
    lines[1][lines[0].index("L")] = 4
    lines[2][lines[0].index("措施类别")] = "其他"
    lines[3][lines[0].index("风险编号")] = ""
    found = excel.read(book(lines), cast.at)
    assert {number for number, _words in found.problems} == {2, 3, 4, 5} or len(found.problems) >= 3
    for data, field in ((b"nothing", "file"), (book([["a"]]), "file"), (book([list(excel.HEAD)]), "file")):
        with pytest.raises(Refused) as caught:
            excel.read(data, cast.at)
        assert caught.value.field == field


# ---- pages
def test_pages_of_each_role(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(hours=1))
    risk = entered(cast, row(1), row(2, c="40"))
    actions.place(actor=cast.actor("safety"), point=risk.unit.point, longitude=117.2, latitude=39.17, at=cast.at)
    point = risk.unit.point
    version = risk.versions.get()
    for who in ("safety", "head", "worker", "regulator", "street", "leader", "expert"):
        client = cast.client(who)
        for address in (reverse("risks"), reverse("risk", args=[risk.pk]), reverse("risk_points"), reverse("risk_point", args=[point.pk]), reverse("risk_standards"), reverse("near_misses"),
                        reverse("risks_export"), reverse("dual_prevention_checks"), reverse("risk_version", args=[risk.pk, version.pk]), f"{reverse('risk_board')}?firm={cast.enterprise.pk}"):  # fmt: skip
            assert client.get(address).status_code == 200, (who, address)
    assert cast.client("other").get(reverse("risks")).status_code == 403
    assert cast.client("worker").get(reverse("risk_new")).status_code == 403
    (one,) = features(cast.actor("regulator"), cast.at)["features"]
    assert (one["properties"]["level"], one["properties"]["sign"]) == ("yellow", "一般")
    assert "请专家会诊" in cast.client("safety").get(reverse("risk", args=[risk.pk])).content.decode()


def test_a_risk_is_entered_changed_and_graded_on_the_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(hours=1))
    client = cast.client("safety")
    assert "F001" in client.get(reverse("risk_new")).content.decode()
    sent = {"code": "F001", "title": "液击", "point_code": "P1", "point": "机房", "point_kind": "place", "unit_code": "U1", "unit": "压缩机", "method": "lec", "lec-l": "3", "lec-e": "6",
            "lec-c": "7", "count": "2", "kind-0": "engineering", "text-0": "高液位停机", "pace-0": "shift"}  # fmt: skip
    wrong = client.post(reverse("risk_new"), {**sent, "lec-l": ""})
    assert wrong.status_code == 422
    assert "高液位停机" in wrong.content.decode()
    assert client.post(reverse("risk_new"), {**sent, "more": "1"}).status_code == 200
    client.post(reverse("risk_new"), sent)
    risk = Risk.objects.get()
    edit = reverse("risk_edit", args=[risk.pk])
    assert "高液位停机" in client.get(edit).content.decode()
    assert client.post(edit, {**sent, "version": "1", "lec-l": "6"}).status_code == 422
    assert client.post(edit, {**sent, "version": "1", "lec-l": "6", "why": "老化"}).status_code == 302
    do = reverse("risk_do", args=[risk.pk, "grade"])
    assert client.post(do, {"method": "lec", "lec-l": "1", "lec-e": "6", "lec-c": "7", "reason": ""}).status_code == 422
    assert client.post(do, {"method": "ls", "ls-l": "2", "ls-s": "3", "reason": "换法"}).status_code == 302
    assert Risk.objects.get().level == "blue"
    asked = client.post(
        reverse("risk_do", args=[risk.pk, "ask"]), {"holder": str(cast.emergency.pk), "fact": "联锁怎么设"}, follow=True
    )
    case = Case.objects.get(process="dual_prevention/consultation")
    assert case.number in asked.content.decode()
    make_step(
        actor=cast.actor("expert"),
        case=case,
        step="advise",
        values={"opinion": "双探头"},
        at=cast.at + timedelta(hours=2),
    )
    assert "双探头" in client.get(reverse("case", args=[case.number])).content.decode()
    assert client.get(reverse("dual_prevention_consultation_list")).status_code == 200
    assert (
        client.post(reverse("risk_point", args=[risk.unit.point_id]), {"longitude": "1", "latitude": "2"}).status_code
        == 422
    )
    assert (
        client.post(
            reverse("risk_point", args=[risk.unit.point_id]), {"longitude": "117.2", "latitude": "39.1"}
        ).status_code
        == 302
    )
    assert client.post(reverse("risks_make_checks"), {"shifts": "x"}).status_code == 422
    assert client.post(reverse("risks_make_checks"), {}).status_code == 302
    assert client.post(reverse("risk_do", args=[risk.pk, "retire"]), {"reason": "拆除"}).status_code == 302
    assert client.get(f"{reverse('risks')}?retired=1").status_code == 200


def test_importing_on_the_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(hours=1))
    client, address = cast.client("safety"), reverse("risks_import")
    lines = [list(excel.HEAD), *excel.lines([row(1), row(2)], DAY)]
    preview = client.post(address, {"file": SimpleUploadedFile("a.xlsx", book(lines))})
    assert "新增 2" in preview.content.decode()
    assert Risk.objects.count() == 0
    token = preview.context["token"]
    assert client.post(address, {"token": token}).status_code == 302
    assert Risk.objects.count() == 2
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"token": "x" * 64}).status_code == 422
    lines[1][lines[0].index("L")] = 4
    faulty = client.post(address, {"file": SimpleUploadedFile("a.xlsx", book(lines))})
    assert "分值" in faulty.content.decode()
    assert client.get(reverse("risks_template")).status_code == 200


def test_near_misses_on_the_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(hours=1))
    risk = entered(cast)
    worker = cast.client("worker")
    sent = {"kind": "near_miss", "title": "差点撞上", "happened_at": "2025-07-25T09:00", "fact": "转弯"}
    assert worker.post(reverse("near_miss_new"), {**sent, "happened_at": "昨天"}).status_code == 422
    assert worker.post(reverse("near_miss_new"), sent).status_code == 302
    near = NearMiss.objects.get()
    safety = cast.client("safety")
    assert "没有对应风险" in safety.get(reverse("near_misses")).content.decode()
    link = reverse("near_miss_link", args=[near.pk])
    assert safety.post(link, {"risk": "0"}).status_code == 422
    assert safety.post(link, {"risk": str(risk.pk)}).status_code == 302
    assert "待重评" in safety.get(reverse("risk", args=[risk.pk])).content.decode()
    assert safety.get(reverse("near_misses_export")).status_code == 200
    assert worker.post(link, {"risk": str(risk.pk)}).status_code == 403


def test_looking_at_adopted_rows(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(hours=1))
    risk = entered(cast)
    Risk.objects.update(looked_at=None)
    client = cast.client("safety")
    assert "核对所选" in client.get(f"{reverse('risks')}?unlooked=1").content.decode()
    assert client.post(reverse("risks_looked"), {}).status_code == 422
    assert client.post(reverse("risks_looked"), {"row": str(risk.pk)}).status_code == 302
    assert Risk.objects.get().looked_at is not None


def test_the_story_is_told_once(cast: Cast) -> None:
    demonstration.load(cast.at)
    before = (Risk.objects.count(), Task.objects.count(), Case.objects.count(), Signal.objects.count())
    assert before[0] == 16
    assert {one.kind for one in Signal.objects.all()} == {"near_miss", "repeated"}
    assert Task.objects.filter(state="open", due_at__lt=cast.at).exists()
    demonstration.load(cast.at)
    assert before == (Risk.objects.count(), Task.objects.count(), Case.objects.count(), Signal.objects.count())


@pytest.mark.pure
def test_the_rules_say_where_they_come_from() -> None:
    assert rules.raising(DAY).source
    assert "中毒和窒息" in rules.accidents()
    assert rules.controlled_by("workshop") == ("workshop", "shift")
