"""Campus dangers, registers with dates, the scored check, the rates and what the desk says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.support.cast import Cast

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.personal import masked
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework.models import Case
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import planning
from anlan.kernel.checks.models import Form
from anlan.kernel.journal.models import Entry
from anlan.kernel.registry import actions
from anlan.kernel.registry.cells import row_of
from anlan.kernel.registry.types import Sheet
from anlan.packs.education.campus_safety import desk, queries, rules
from anlan.packs.education.campus_safety.capability import CAPABILITY
from anlan.packs.education.campus_safety.checks import AREA, SAFE_CAMPUS
from anlan.packs.education.campus_safety.process import DANGER
from anlan.packs.education.campus_safety.sheets import (
    CANTEENS,
    DRIVERS,
    PROFILES,
    RIDES,
    SAMPLES,
    VEHICLES,
    WATER,
)

PROFILE: Mapping[str, Any] = {
    "code": "X-1", "name": "示例学校", "stage": "primary", "pupils": "800", "guards_needed": "2", "guards": "2", "closed": "是", "alarm": "是", "alarm_tested_on": "2025-07-01",
}  # fmt: skip
CANTEEN: Mapping[str, Any] = {
    "code": "S-1", "name": "食堂", "mode": "own", "open": "是", "meals": "600", "licence": "示 1", "licence_expires_on": "2025-08-01", "food_officer": "示例甲",
}  # fmt: skip
SAMPLE: Mapping[str, Any] = {"code": "L-1", "canteen_code": "S-1", "served_on": "2025-07-25", "meal": "lunch", "dish": "番茄炒蛋", "grams": "125", "taken_by": "示例甲"}  # fmt: skip
TEST: Mapping[str, Any] = {"code": "W-1", "point": "教学楼", "kind": "direct", "tested_on": "2025-01-10", "laboratory": "示例", "verdict": "passed", "next_on": "2025-07-10"}  # fmt: skip
BUS: Mapping[str, Any] = {"code": "示A1", "kind": "school", "seats": "36", "keeper": "示例", "permit": "示 1", "permit_expires_on": "2026-01-01", "inspection_due_on": "2025-07-24", "insurance_expires_on": "2026-01-01"}  # fmt: skip
DRIVER: Mapping[str, Any] = {"code": "J-1", "name": "示例乙", "licence": "0001", "licence_class": "A1", "qualified_on": "2024-01-01", "licence_expires_on": "2027-01-01", "check_due_on": "2026-01-01"}  # fmt: skip
RIDE: Mapping[str, Any] = {"code": "B-1", "name": "示例线", "bus_code": "示A1", "driver_code": "J-1", "direction": "to", "departs": "06:50", "pupils": "36", "escort": "示例丙"}  # fmt: skip


def faults(sheet: Sheet, row: Mapping[str, Any], **changed: Any) -> list[str]:
    return [one.column for one in row_of({**row, **changed}, sheet)[1]]


def add(cast: Cast, sheet: Sheet, row: Mapping[str, Any], **changed: Any) -> Any:
    values, problems = row_of({**row, **changed}, sheet)
    assert problems == []
    return actions.add(actor=cast.actor("school"), sheet=sheet, organisation=cast.school, values=values, at=cast.at)


def _report(cast: Cast, who: str = "school") -> Case:
    return casework.open_case(actor=cast.actor(who), process=DANGER, owner=cast.school, title="扶手松动", kind="building", source="self", at=cast.at)  # fmt: skip


# ---- dangers
@pytest.mark.django_db
def test_the_school_mends_and_the_bureau_reviews(cast: Cast) -> None:
    case = _report(cast)
    assert (case.owner, case.issuer, case.holder) == (cast.school, cast.education, cast.school)
    step = casework.make_step
    step(actor=cast.actor("school"), case=case, step="grade", at=cast.at, values={"grade": "general"})
    step(
        actor=cast.actor("school"),
        case=case,
        step="assign",
        at=cast.at,
        values={"fixer": "总务", "until": "2025-08-01"},
    )
    png = b"%PDF-1.4\n% sample\n"
    step(
        actor=cast.actor("school"),
        case=case,
        step="submit",
        at=cast.at,
        note="换好",
        uploads=[("after", "后.pdf", png)],
    )
    assert case.holder == cast.education
    with pytest.raises(Refused) as refused:
        step(actor=cast.actor("school"), case=case, step="pass", at=cast.at)
    assert refused.value.code == "forbidden"
    step(actor=cast.actor("bureau"), case=case, step="pass", at=cast.at)
    assert case.state == "closed"


@pytest.mark.django_db
def test_other_bureaus_and_schools_see_nothing(cast: Cast) -> None:
    case = _report(cast, "bureau")
    assert case.issuer == cast.education
    for who, status in (
        ("school", 200),
        ("bureau", 200),
        ("planner", 200),
        ("other", 404),
        ("safety", 404),
        ("handler", 404),
    ):
        assert cast.client(who).get(f"/cases/{case.number}/").status_code == status, who


@pytest.mark.django_db
def test_a_school_that_hangs_in_the_wrong_place_is_named(cast: Cast) -> None:
    cast.school.parent = cast.district
    cast.school.save()
    with pytest.raises(Refused, match="没有主管部门"):
        _report(cast)
    assert not Case.objects.exists()


# ---- registers
@pytest.mark.django_db
def test_what_the_registers_refuse(cast: Cast) -> None:
    assert faults(PROFILES, PROFILE, alarm_tested_on="") == ["alarm_tested_on"]
    assert faults(PROFILES, PROFILE, guards="二") == ["guards"]
    assert faults(SAMPLES, SAMPLE) == ["canteen_code"]
    add(cast, CANTEENS, CANTEEN)
    assert faults(SAMPLES, SAMPLE) == []
    assert faults(SAMPLES, SAMPLE, grams="124") == ["grams"]
    assert faults(SAMPLES, SAMPLE, discarded_on="2025-07-26") == ["discarded_on"]
    assert faults(SAMPLES, SAMPLE, discarded_on="2025-07-27") == []
    assert faults(WATER, TEST, verdict="failed") == ["failing", "measure"]
    assert faults(WATER, TEST, next_on="2025-01-10") == ["next_on"]
    assert faults(VEHICLES, BUS, permit="") == ["permit"]
    assert faults(VEHICLES, BUS, permit="", kind="shuttle", permit_expires_on="") == []
    assert faults(RIDES, RIDE) == ["bus_code", "driver_code"]
    add(cast, VEHICLES, BUS)
    add(cast, DRIVERS, DRIVER)
    assert faults(RIDES, RIDE) == []
    assert faults(RIDES, RIDE, pupils="37") == ["pupils"]
    assert faults(RIDES, RIDE, departs="6点50") == ["departs"]
    assert faults(RIDES, RIDE, departs="24:00") == ["departs"]


@pytest.mark.django_db
def test_people_are_masked_in_list_history_api_and_export(cast: Cast) -> None:
    row = add(cast, DRIVERS, DRIVER)
    client = cast.client("school")
    for address in (f"/registry/campus_drivers/{row.pk}/", "/registry/campus_drivers/", f"/api/v1/campus_drivers/{row.pk}", "/registry/campus_drivers/export.csv"):  # fmt: skip
        body = client.get(address).content.decode()
        assert "J-1" in body
        assert "示例乙" not in body, address
    # Nor does the journal hold it, which the auditor reads and exports; that it was changed is there.
    actions.change(
        actor=cast.actor("school"), sheet=DRIVERS, row=row, values={"name": "示例丁"}, version=row.version, at=cast.at
    )
    entries = Entry.objects.filter(subject_kind=DRIVERS.slug)
    assert [one.verb for one in entries.order_by("id")] == ["registry.row.added", "registry.row.changed"]
    assert not [
        one
        for one in entries
        if {"示例乙", "示例丁", DRIVER["licence"]} & set((one.old_text + one.new_text).split('"'))
    ]


@pytest.mark.django_db
def test_the_desk_says_what_runs_out_and_what_may_not_drive(cast: Cast) -> None:
    add(cast, CANTEENS, CANTEEN)
    add(cast, VEHICLES, BUS)
    add(cast, DRIVERS, DRIVER)
    add(cast, RIDES, RIDE)
    add(cast, WATER, TEST)
    add(
        cast, WATER, TEST, code="W-2", tested_on="2025-07-11", next_on="2026-01-11"
    )  # tested since: the old day does not count
    mine = {(one.kind, one.title) for one in desk.waits(cast.actor("school"), cast.at)}
    assert mine == {("食堂许可证", "食堂"), ("校车检验", "示A1"), ("校车", "示例线 06:50"), ("食品留样", "食堂")}
    watched = {(one.kind, one.title) for one in desk.waits(cast.actor("bureau"), cast.at)}
    assert watched == {("食堂许可证", "学校食堂 1 项"), ("校车检验", "校车 1 项")}
    assert list(desk.waits(cast.actor("other"), cast.at)) == []
    told = queries.lines(cast.actor("bureau"), cast.at)
    assert (str(told[0].organisation), told[0].expired) == ("学校", ["校车检验"])


@pytest.mark.django_db
def test_a_lunch_without_a_sample_is_asked_for_in_the_afternoon_of_a_school_day(cast: Cast) -> None:
    add(cast, CANTEENS, CANTEEN, licence_expires_on="2030-01-01")
    friday = datetime(2025, 7, 25, 13, 59, tzinfo=CHINA)

    def asked(at: datetime) -> bool:
        return any(one.kind == "食品留样" for one in desk.waits(cast.actor("school"), at))

    assert not asked(friday)
    assert asked(friday + timedelta(minutes=1))
    assert not asked(friday + timedelta(days=1, minutes=1))
    add(cast, SAMPLES, SAMPLE)
    assert not asked(friday + timedelta(minutes=1))


@pytest.mark.django_db
def test_the_three_rates_lead_to_the_schools(cast: Cast) -> None:
    add(cast, PROFILES, PROFILE, guards="3")
    add(cast, PROFILES, PROFILE, code="X-2", name="示例分校", guards="1", alarm="否", alarm_tested_on="")
    today = civil_date(cast.at)
    told = {one.title: one.compute(today.year, today) for one in CAPABILITY.formulas}
    assert told["专职保安员配备率"].value == Decimal("50.0")
    assert told["校园封闭化管理率"].value == Decimal("100.0")
    assert told["一键报警安装率"].ratio == (1, 2)
    lacking = told["一键报警安装率"].steps[0]
    assert lacking.text == "2 行，1 行没有做到"
    assert "示例分校" in cast.client("bureau").get(lacking.url).content.decode()
    page = cast.client("bureau").get("/registry/campus_safety/")
    assert "4 / 4" in page.content.decode()
    assert cast.client("bureau").get("/registry/campus_safety/export/?form=csv").status_code == 200
    assert cast.client("safety").get("/registry/campus_safety/").status_code == 403


# ---- the scored check
@pytest.mark.django_db
def test_a_failed_item_opens_a_danger_and_the_score_stands_at_the_school(cast: Cast) -> None:
    assert SAFE_CAMPUS.points == 100
    planning.load_forms(cast.at)
    form = Form.objects.get(slug="safe_campus")
    task = planning.make_task(actor=cast.actor("bureau"), area=AREA, form=form, organisation=cast.education, target=cast.school, at=cast.at)  # fmt: skip
    answers = {
        one.pk: checks.Given("failed", note="没有试过") if one.code == "alarm" else checks.Given("ok")
        for one in form.items.all()
    }
    checks.finish(actor=cast.actor("bureau"), task=task, answers=answers, at=cast.at, key=uuid4())
    case = Case.objects.get(process="campus_safety")
    assert (case.owner, case.issuer, case.source) == (cast.school, cast.education, "check")
    line = queries.lines(cast.actor("school"), cast.at)[0]
    assert line.score == (task.pk, Decimal("92.0"))
    add(cast, PROFILES, PROFILE)
    formula = next(one for one in CAPABILITY.formulas if one.slug.endswith("standard"))
    today = civil_date(cast.at)
    assert formula.compute(today.year, today).ratio == (1, 1)
    assert formula.compute(today.year + 2, today + timedelta(days=400)).ratio == (0, 1)  # older than a year


@pytest.mark.pure
def test_masks() -> None:
    assert masked("张三丰") == "张**"
    assert masked("") == ""
    said = rules.without("张三丰和李四打了张三丰，电话13800000000，在3楼", ("张三丰", "李四"))
    assert said == "张**和李**打了张**，电话*****，在3楼"
    assert rules.without("张三丰", ("张", "")) == "张三丰"
