"""Work permits: who may, which reading, how long; a table of wrong input."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import queries
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.types import faults
from anlan.kernel.registry import actions as registry
from anlan.packs.safety.enterprise_duty import rules
from anlan.packs.safety.enterprise_duty.capability import CAPABILITY
from anlan.packs.safety.enterprise_duty.models import GasReading, WorkPermit
from anlan.packs.safety.enterprise_duty.process import PERMIT
from anlan.packs.safety.enterprise_duty.sheets import CERTIFICATES

HOT: dict[str, Any] = {"work": "hot_1", "leader": "甲", "guardian": "乙", "crew": "2", "certificate": "CZ-02", "measures": "隔断置换，灭火器两具"}  # fmt: skip
SPACE: dict[str, Any] = {**HOT, "work": "confined", "certificate": ""}
GOOD: dict[str, Any] = {
    "spot": "池底",
    "instrument": "四合一 07",
    "oxygen": "20.9",
    "combustible": "0",
    "h2s": "0",
    "co": "0",
}


@pytest.fixture
def welder(cast: Cast) -> Cast:
    today = civil_date(cast.at)
    values = {
        "code": "CZ-02", "holder": "示例卫", "kind": "welding", "number": "0002", "issued_on": today - timedelta(days=700), "recheck_on": today,
        "expires_on": today + timedelta(days=400), "training_hours": None,
    }  # fmt: skip
    registry.add(
        actor=cast.actor("safety"), sheet=CERTIFICATES, organisation=cast.enterprise, values=values, at=cast.at
    )
    return cast


def apply(cast: Cast, who: str = "worker", **changed: str) -> Case:
    return casework.open_case(actor=cast.actor(who), process=PERMIT, owner=cast.enterprise, title="清淤", source="self", at=cast.at, values={**SPACE, **changed})  # fmt: skip


def step(cast: Cast, case: Case, word: str, who: str, minutes: float = 0, note: str = "", **values: str) -> Case:
    return casework.make_step(actor=cast.actor(who), case=case, step=word, at=cast.at + timedelta(minutes=minutes), note=note, values=values)  # fmt: skip


def code(cast: Cast, case: Case, word: str, who: str, minutes: float = 0, **values: str) -> str:
    with pytest.raises(Refused) as refused:
        step(cast, case, word, who, minutes, **values)
    case.refresh_from_db()
    return refused.value.code


@pytest.mark.pure
def test_the_table_is_sound() -> None:
    assert faults(PERMIT, {one.slug for one in CAPABILITY.permissions}) == []


@pytest.mark.pure
@pytest.mark.parametrize(
    ("work", "reading", "missing", "wrong"),
    [("confined", {"oxygen": "19.5", "combustible": "10", "h2s": "10", "co": "20"}, 0, 0), ("confined", {"oxygen": "19.4", "combustible": "0", "h2s": "0", "co": "0"}, 0, 1),
     ("confined", {"oxygen": "21.1", "combustible": "10.1", "h2s": "10.1", "co": "20.1"}, 0, 4), ("confined", {"combustible": "0"}, 3, 0),
     ("hot_1", {"combustible": "0"}, 0, 0), ("hot_1", {}, 1, 0), ("hot_2", {"combustible": "0", "oxygen": "18"}, 0, 1)],
)  # fmt: skip
def test_what_a_reading_says(work: str, reading: dict[str, str], missing: int, wrong: int) -> None:
    given = {name: Decimal(value) for name, value in reading.items()}
    found = rules.wrong(work, given)
    assert (len(found[0]), len(found[1])) == (missing, wrong)


@pytest.mark.django_db
def test_from_application_to_the_end(welder: Cast) -> None:
    case = casework.open_case(actor=welder.actor("worker"), process=PERMIT, owner=welder.enterprise, title="焊补", source="self", at=welder.at, values=HOT)  # fmt: skip
    assert case.grade == "hot_1"
    step(welder, case, "measure", "safety", 5, **GOOD)
    step(welder, case, "approve", "head", 10)
    permit = WorkPermit.objects.get(case=case)
    assert permit.valid_until == welder.at + timedelta(minutes=10, hours=8)
    assert case.due_at == permit.valid_until
    step(welder, case, "start", "worker", 20)
    assert case.due_at == permit.valid_until  # the hours are not begun anew
    assert code(welder, case, "finish", "safety", 60, cleared="1", counted="0") == "cleared"
    step(welder, case, "finish", "safety", 60, cleared="1", counted="1")
    assert (case.state, case.is_open) == ("closed", False)
    assert "一级动火作业票" in welder.client("regulator").get(f"/permits/{case.number}/print/").content.decode()


@pytest.mark.django_db
def test_three_people(welder: Cast) -> None:
    """Neither who applied nor who measured approves, also not in the order that hides one of them."""
    case = apply(welder, "head")
    step(welder, case, "measure", "safety", 5, **GOOD)
    assert code(welder, case, "approve", "head", 6) == "guard"
    assert code(welder, case, "approve", "safety", 6) == "same_person"
    assert code(welder, case, "approve", "worker", 6) == "forbidden"
    other = apply(welder, "worker")
    step(welder, other, "measure", "safety", 5, **GOOD)
    step(welder, other, "approve", "head", 6)


@pytest.mark.django_db
def test_no_reading_a_bad_one_and_an_old_one(welder: Cast) -> None:
    case = apply(welder)
    assert code(welder, case, "approve", "head") == "illegal"
    assert code(welder, case, "measure", "safety", **{**GOOD, "h2s": ""}) == "gas"
    assert not GasReading.objects.exists()
    step(welder, case, "measure", "safety", 1, **{**GOOD, "oxygen": "18.2", "h2s": "14"})
    assert GasReading.objects.get().wrong == "氧 18.2 %，低于 19.5；硫化氢 14 mg/m³，高于 10.0"
    assert code(welder, case, "approve", "head", 2) == "guard"
    offer = next(one for one in queries.offered(case, welder.actor("head")) if one.move.slug == "approve")
    assert not offer.reason.allowed
    assert "低于 19.5" in offer.reason.sentence
    step(welder, case, "measure", "safety", 3, **GOOD)
    assert code(welder, case, "approve", "head", 33.1) == "stale_reading"
    step(welder, case, "approve", "head", 33)
    assert code(welder, case, "start", "worker", 34) == "stale_reading"
    step(welder, case, "measure_again", "safety", 35, **GOOD)
    step(welder, case, "start", "worker", 40)


@pytest.mark.django_db
def test_while_it_runs_a_bad_reading_stops_it_and_the_hours_end(welder: Cast) -> None:
    case = apply(welder)
    step(welder, case, "measure", "safety", **GOOD)
    step(welder, case, "approve", "head", 1)
    step(welder, case, "start", "worker", 2)
    assert code(welder, case, "measure_again", "safety", 30, **{**GOOD, "co": "40"}) == "gas"
    step(welder, case, "halt", "worker", 31, note="一氧化碳报警", co="40")
    assert GasReading.objects.order_by("-id")[0].wrong.startswith("没有测氧")
    assert code(welder, case, "resume", "worker", 60, **GOOD) == "forbidden"
    assert code(welder, case, "resume", "head", 60, **{**GOOD, "co": "21"}) == "gas"
    step(welder, case, "resume", "head", 60, **GOOD)
    step(welder, case, "halt", "worker", 70, note="吃饭")
    assert code(welder, case, "resume", "head", 24 * 60 + 1, **GOOD) == "expired"
    step(welder, case, "void", "safety", 24 * 60 + 2, note="过期")
    assert case.state == "void"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "field"),
    [({"guardian": "甲"}, "guardian"), ({"work": "hot_1", "certificate": ""}, "certificate"), ({"work": "hot_1", "certificate": "CZ-99"}, "certificate"),
     ({"crew": "0"}, "crew"), ({"crew": "一"}, "crew"), ({"work": "飞"}, "work"), ({"measures": ""}, "measures")],
)  # fmt: skip
def test_wrong_input_leaves_nothing(welder: Cast, changed: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        apply(welder, **changed)
    assert refused.value.field == field
    assert not Case.objects.exists()
    assert not WorkPermit.objects.exists()


@pytest.mark.django_db
def test_who_welds_has_a_certificate_that_is_rechecked(welder: Cast) -> None:
    welder_row = CERTIFICATES.model.objects.get(code="CZ-02")
    welder_row.recheck_on = civil_date(welder.at) - timedelta(days=1)
    welder_row.save()
    with pytest.raises(Refused, match="没有复审"):
        apply(welder, work="hot_2", certificate="CZ-02")
