"""Special equipment, cylinders, major risks, their assessments and works under ground."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.base.clock import civil_date
from anlan.kernel.registry import actions
from anlan.kernel.registry.cells import row_of
from anlan.kernel.registry.types import Sheet
from anlan.packs.safety.registers import major_risk, special_equipment
from anlan.packs.safety.registers.major_risk import ASSESSMENTS, RISKS, WORKS, MajorRisk
from anlan.packs.safety.registers.special_equipment import CAPABILITY, CYLINDERS, EQUIPMENT

LIFT: Mapping[str, Any] = {
    "code": "T-1", "name": "示例电梯", "kind": "lift", "state": "used", "inspection_due_on": "2026-05-01", "inspected_on": "2025-05-01", "verdict": "passed",
    "certificate": "示 1",
}  # fmt: skip
BOTTLE: Mapping[str, Any] = {
    "code": "Q-1", "gas": "cng", "state": "used", "holder": "示A0001", "station": "示例站", "made_on": "2020-01-01", "inspected_on": "2024-01-01",
    "inspection_due_on": "2027-01-01", "scrap_on": "2035-01-01",
}  # fmt: skip
RISK: Mapping[str, Any] = {
    "code": "R-1", "name": "示例风险", "area": "industry", "grade": "red", "keeper": "示例厂", "scenario": "泄漏", "measure": "联锁", "plan_name": "示例预案",
    "assessed_on": "2025-03-01", "assess_due_on": "2026-03-01",
}  # fmt: skip
JUDGED: Mapping[str, Any] = {
    "code": "P-1", "risk_code": "R-1", "assessed_on": "2025-06-01", "method": "direct", "assessor": "示例机构", "grade": "yellow", "reason": "已拆除", "next_on": "2027-05-01",
}  # fmt: skip
DUG: Mapping[str, Any] = {
    "code": "D-1", "name": "示例顶管", "kind": "jacking", "state": "running", "builder": "示例", "depth": "6", "pipes_known": "是", "settlement": "30", "settlement_limit": "30",
}  # fmt: skip


def faults(sheet: Sheet, row: Mapping[str, Any], **changed: Any) -> list[str]:
    return [one.column for one in row_of({**row, **changed}, sheet)[1]]


@pytest.mark.pure
def test_what_is_used_is_inspected() -> None:
    assert faults(EQUIPMENT, LIFT) == []
    assert faults(EQUIPMENT, LIFT, inspection_due_on="") == ["inspection_due_on"]
    assert faults(EQUIPMENT, LIFT, certificate="") == ["certificate"]
    assert faults(EQUIPMENT, LIFT, verdict="failed") == ["state"]
    assert faults(EQUIPMENT, LIFT, verdict="failed", state="stopped") == []
    assert faults(EQUIPMENT, LIFT, inspection_due_on="2025-05-01") == ["inspection_due_on"]
    assert faults(EQUIPMENT, LIFT, kind="飞机") == ["kind"]


@pytest.mark.pure
def test_a_cylinder_is_not_inspected_after_its_last_day() -> None:
    assert faults(CYLINDERS, BOTTLE) == []
    assert faults(CYLINDERS, BOTTLE, scrap_on="2026-12-31") == ["inspection_due_on"]
    assert faults(CYLINDERS, BOTTLE, inspected_on="2019-12-31") == ["inspected_on"]
    assert faults(CYLINDERS, BOTTLE, inspection_due_on="") == ["inspection_due_on"]


@pytest.mark.pure
def test_risks_and_works() -> None:
    assert faults(RISKS, RISK) == []
    assert faults(RISKS, RISK, plan_name="") == ["plan_name"]
    assert faults(RISKS, RISK, assess_due_on="2026-03-03") == ["assess_due_on"]
    assert faults(RISKS, RISK, grade="yellow", assess_due_on="2027-03-01") == []
    assert faults(WORKS, DUG) == []
    assert faults(WORKS, DUG, settlement="30.1") == ["state"]
    assert faults(WORKS, DUG, pipes_known="否") == ["pipes_known"]
    assert faults(WORKS, DUG, settlement="30.1", state="halted") == []


def _add(cast: Cast, sheet: Sheet, row: Mapping[str, Any], who: str, **changed: Any) -> Any:
    values, problems = row_of({**row, **changed}, sheet)
    assert problems == []
    actor = cast.actor(who)
    owner = {"safety": cast.enterprise, "regulator": cast.emergency}[who]
    return actions.add(actor=actor, sheet=sheet, organisation=owner, values=values, at=cast.at)


@pytest.mark.django_db
def test_the_rate_counts_what_is_used_and_the_desk_says_what_is_overdue(cast: Cast) -> None:
    today = civil_date(cast.at)
    _add(cast, EQUIPMENT, LIFT, "safety", inspection_due_on=str(today), inspected_on="2024-01-01")
    late = _add(cast, EQUIPMENT, LIFT, "safety", code="T-2", name="过期电梯", inspection_due_on=str(today - timedelta(days=1)), inspected_on="2024-01-01")  # fmt: skip
    _add(cast, EQUIPMENT, LIFT, "safety", code="T-3", state="stopped", inspection_due_on="", verdict="failed")
    told = CAPABILITY.formulas[0].compute(today.year, today)
    assert (told.value, told.ratio) == (Decimal("50.0"), (1, 2))
    waiting = special_equipment.CAPABILITY.waiting
    assert waiting is not None
    mine = list(waiting(cast.actor("safety"), cast.at))
    assert [one.title for one in mine] == ["过期电梯", "示例电梯"]
    assert "已过期" in mine[0].fact
    assert mine[0].url.endswith(f"/{late.pk}/")
    watched = list(waiting(cast.actor("regulator"), cast.at))
    assert [(one.title, one.fact) for one in watched] == [("特种设备 2 项", "下次检验：已过期 1，30 天内 1")]
    listed = cast.client("regulator").get(watched[0].url).content.decode()
    assert "过期电梯" in listed
    assert "T-3" not in listed
    assert list(waiting(cast.actor("planner"), cast.at)) == []


@pytest.mark.django_db
def test_a_risk_follows_its_newest_assessment(cast: Cast) -> None:
    assert faults(ASSESSMENTS, JUDGED) == ["risk_code"]
    risk = _add(cast, RISKS, RISK, "regulator")
    assert faults(ASSESSMENTS, JUDGED, method="lec") == ["value"]
    assert faults(ASSESSMENTS, JUDGED, grade="red") == ["next_on"]
    new = _add(cast, ASSESSMENTS, JUDGED, "regulator")
    risk.refresh_from_db()
    assert (risk.grade, risk.assessed_on, risk.assess_due_on) == ("yellow", date(2025, 6, 1), date(2027, 5, 1))
    _add(cast, ASSESSMENTS, JUDGED, "regulator", code="P-0", assessed_on="2024-06-01", next_on="2026-05-01")
    assert MajorRisk.objects.get(pk=risk.pk).assess_due_on == date(2027, 5, 1)  # an older one changes nothing
    actions.retire(actor=cast.actor("regulator"), sheet=ASSESSMENTS, row=new, reason="录错", at=cast.at)
    assert MajorRisk.objects.get(pk=risk.pk).assessed_on == date(2024, 6, 1)


@pytest.mark.pure
@pytest.mark.parametrize("rows", [major_risk._ROWS, special_equipment._ROWS, special_equipment._BOTTLES])
def test_demonstration_rows_are_marked_as_invented(rows: tuple[Mapping[str, Any], ...]) -> None:
    assert all("示" in str(row) for row in rows)
