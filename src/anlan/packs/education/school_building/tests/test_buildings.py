"""Appraisals, works, the planner's table and the ratios of school buildings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.base.clock import civil_date
from anlan.kernel.registry import actions
from anlan.kernel.registry.cells import row_of
from anlan.kernel.registry.types import Sheet
from anlan.packs.education.school_building import queries
from anlan.packs.education.school_building.capability import CAPABILITY
from anlan.packs.education.school_building.models import SchoolBuilding
from anlan.packs.education.school_building.sheets import BUILDINGS, WORKS

HALL: Mapping[str, Any] = {
    "code": "B-1", "school": "示例学校", "name": "教学楼", "use": "teaching", "built_year": "1998", "area": "5200", "structure": "brick", "grade": "C",
    "appraised_on": "2022-05-10", "appraisal_due_on": "2027-05-10", "works": "planned", "used": "是", "seismic_class": "key",
}  # fmt: skip
JOB: Mapping[str, Any] = {
    "code": "J-1", "building_code": "B-1", "kind": "strengthen", "state": "planned", "budget": "386", "planned_start_on": "2025-06-01", "planned_done_on": "2025-07-01",
}  # fmt: skip


def faults(sheet: Sheet, row: Mapping[str, Any], **changed: Any) -> list[str]:
    return [one.column for one in row_of({**row, **changed}, sheet)[1]]


@pytest.mark.pure
def test_a_grade_has_its_appraisal_and_bad_buildings_their_works() -> None:
    assert faults(BUILDINGS, HALL) == []
    assert faults(BUILDINGS, HALL, appraised_on="", appraisal_due_on="") == ["appraised_on", "appraisal_due_on"]
    assert faults(BUILDINGS, HALL, grade="none", appraised_on="", appraisal_due_on="") == []
    assert faults(BUILDINGS, HALL, works="none") == ["works"]
    assert faults(BUILDINGS, HALL, grade="D") == ["used"]
    assert faults(BUILDINGS, HALL, grade="D", used="否") == []
    assert faults(BUILDINGS, HALL, seismic_class="standard") == ["seismic_class"]
    assert faults(BUILDINGS, HALL, seismic_class="standard", use="office") == []
    assert faults(BUILDINGS, HALL, appraised_on="1990-01-01") == ["appraised_on"]
    assert faults(BUILDINGS, HALL, appraisal_due_on="2022-05-10") == ["appraisal_due_on"]


def _add(cast: Cast, sheet: Sheet, row: Mapping[str, Any], **changed: Any) -> Any:
    values, problems = row_of({**row, **changed}, sheet)
    assert problems == []
    owner = cast.school if sheet is BUILDINGS else cast.education
    return actions.add(actor=cast.actor("bureau"), sheet=sheet, organisation=owner, values=values, at=cast.at)


@pytest.mark.django_db
def test_a_work_moves_by_its_dates_and_the_building_follows(cast: Cast) -> None:
    assert faults(WORKS, JOB) == ["building_code"]
    _add(cast, BUILDINGS, HALL)
    assert faults(WORKS, JOB) == []
    assert faults(WORKS, JOB, state="running") == ["started_on"]
    assert faults(WORKS, JOB, state="accepted", started_on="2025-06-02") == ["finished_on", "accepted_on"]
    assert faults(WORKS, JOB, started_on="2025-06-02") == ["state"]
    assert faults(WORKS, JOB, state="finished", started_on="2025-06-02", finished_on="2025-06-01") == ["finished_on"]
    assert faults(WORKS, JOB, planned_done_on="2025-05-01") == ["planned_done_on"]
    work = _add(cast, WORKS, JOB, state="running", started_on="2025-06-02")
    assert SchoolBuilding.objects.get(code="B-1").works == "running"
    values = row_of({**JOB, "state": "accepted", "started_on": "2025-06-02", "finished_on": "2025-07-02", "accepted_on": "2025-07-20"}, WORKS)[0]  # fmt: skip
    actions.change(actor=cast.actor("bureau"), sheet=WORKS, row=work, values=values, version=1, at=cast.at)
    assert SchoolBuilding.objects.get(code="B-1").works == "done"


@pytest.mark.django_db
def test_the_planners_table_the_ratios_and_the_desk(cast: Cast) -> None:
    today = civil_date(cast.at)
    _add(cast, BUILDINGS, HALL)
    _add(
        cast,
        BUILDINGS,
        HALL,
        code="B-2",
        name="食堂",
        grade="B",
        works="none",
        appraisal_due_on=str(today - timedelta(days=1)),
    )
    _add(cast, BUILDINGS, HALL, code="B-3", name="主楼", school="示例幼儿园", grade="none", works="none", appraised_on="", appraisal_due_on="")  # fmt: skip
    _add(cast, WORKS, JOB, state="running", started_on="2025-06-02", planned_done_on=str(today - timedelta(days=2)))
    lines, whole = queries.schools(cast.actor("planner"), today)
    assert [one.name for one in lines] == ["示例学校", "示例幼儿园"]
    assert (lines[0].grades["C"], lines[0].expired, lines[0].behind, lines[0].bare) == (1, 1, 1, 0)
    assert (whole.buildings, whole.area, whole.expired) == (3, Decimal(15600), 2)
    told = {one.slug: one.compute(today.year, today) for one in CAPABILITY.formulas}
    assert told["school_building.appraised"].ratio == (1, 3)
    assert told["school_building.in_hand"].ratio == (1, 1)
    assert told["school_building.works_done"].ratio == (0, 1)
    assert CAPABILITY.waiting is not None
    mine = [(one.kind, one.title) for one in CAPABILITY.waiting(cast.actor("bureau"), cast.at)]
    assert ("校舍鉴定", "示例学校 食堂") in mine
    assert ("加固工程", "J-1 B-1") in mine
    assert list(CAPABILITY.waiting(cast.actor("planner"), cast.at)) == []
    page = cast.client("planner").get("/registry/school_building/").content.decode()
    assert "示例幼儿园" in page
    assert "15600" in page.replace(",", "")
    assert cast.client("planner").get("/registry/school_building/export/?form=csv").status_code == 200
    assert cast.client("other").get("/registry/school_building/").content.decode().count("示例学校") == 0
    features = CAPABILITY.layers[0].features(cast.actor("planner"), cast.at)["features"]
    assert features == []  # none has a place
