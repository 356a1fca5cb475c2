"""Legal limits, the four gates, the look-back after a year, the ladder that cannot be jumped, scorecards recounted by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework import handling
from anlan.kernel.casework.actions import make_step, open_case
from anlan.kernel.casework.models import Case, Evidence
from anlan.kernel.registry import actions as registry
from anlan.packs.safety.accountability import queries, rules
from anlan.packs.safety.accountability.demonstration import papers
from anlan.packs.safety.accountability.process import INVESTIGATION, LADDER
from anlan.packs.safety.accountability.sheets import DUTIES, WORKS, check_work

FIRST = {"happened_on": "2025-07-20", "injured": "1", "loss": "35.5"}
FORM: dict[str, Any] = {"grade": "general", "team": "应急、公安、工会"}


def accident(cast: Cast, **values: str) -> Case:
    return open_case(actor=cast.actor("regulator"), process=INVESTIGATION, owner=cast.enterprise, title="示例坠落", kind="fall", issuer=cast.emergency,
                     holder=cast.emergency, at=cast.at, values={**FIRST, **values})  # fmt: skip


def go(cast: Cast, case: Case, who: str, step: str, *kinds: str, days: float = 1, **values: str) -> Case:
    return make_step(
        actor=cast.actor(who),
        case=case,
        step=step,
        at=cast.at + timedelta(days=days),
        note="示例说明",
        values=values,
        uploads=papers(*kinds),
    )


def measures(cast: Cast) -> Case:
    case = go(cast, accident(cast), "leader", "form", "team", **FORM)
    case = go(cast, case, "regulator", "report", "report", days=40)
    return go(cast, case, "leader", "approve", "reply", days=50)


# ---- grades and limits
@pytest.mark.pure
@pytest.mark.parametrize(
    ("dead", "injured", "loss", "grade"),
    [
        (0, 0, "0", "general"),
        (2, 9, "999.99", "general"),
        (3, 0, "0", "larger"),
        (0, 10, "0", "larger"),
        (0, 0, "1000", "larger"),
        (10, 0, "0", "major"),
        (0, 50, "0", "major"),
        (0, 0, "5000", "major"),
        (30, 0, "0", "gravest"),
        (0, 100, "0", "gravest"),
        (0, 0, "10000", "gravest"),
        (9, 49, "4999.99", "larger"),
    ],
)
def test_the_grade_by_any_of_three(dead: int, injured: int, loss: str, grade: str) -> None:
    assert rules.grade(dead, injured, Decimal(loss)) == grade


@pytest.mark.pure
def test_every_clock_says_where_it_comes_from() -> None:
    assert all(one.law for kind in ("investigation", "ladder") for one in rules.limits(kind))
    assert all(
        not one.verified for kind in ("investigation", "ladder") for one in rules.limits(kind) if "默认" in one.law
    )


@pytest.mark.django_db
def test_sixty_days_count_from_the_accident(cast: Cast) -> None:
    case = go(cast, accident(cast), "leader", "form", "team", **FORM)
    assert civil_date(case.due_at) == date(2025, 9, 18)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_at_most_sixty_days_more(cast: Cast) -> None:
    """20 July and 60 days are 18 September; 60 more are 17 November."""
    case = go(cast, accident(cast), "leader", "form", "team", **FORM)
    for day, good in ((date(2025, 11, 18), False), (date(2025, 11, 17), True)):
        until = datetime.combine(day, time(23, 59, 59), CHINA)
        given = {"actor": cast.actor("regulator"), "case": case, "until": until, "reason": "等鉴定", "at": cast.at + timedelta(days=2)}  # fmt: skip
        if good:
            handling.ask_extension(**given)  # type: ignore[arg-type]
        else:
            with pytest.raises(Refused) as caught:
                handling.ask_extension(**given)  # type: ignore[arg-type]
            assert "2025-11-17" in caught.value.message


@pytest.mark.django_db
@pytest.mark.parametrize(("values", "field"), [({"happened_on": "2025-07-26"}, "happened_on"), ({"happened_on": ""}, "happened_on"), ({"dead": "1.5"}, "dead"), ({"injured": "-1"}, "injured")])  # fmt: skip
def test_wrong_accidents_are_refused(cast: Cast, values: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as caught:
        accident(cast, **values)
    assert caught.value.field == field
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_a_grade_is_not_set_too_low(cast: Cast) -> None:
    case = accident(cast, dead="3")
    with pytest.raises(Refused) as caught:
        go(cast, case, "leader", "form", "team", **FORM)
    assert caught.value.field == "grade"
    with pytest.raises(Refused) as caught:
        go(cast, case, "leader", "form", "team", **{**FORM, "grade": "larger"})
    assert caught.value.field == "mandate"
    assert go(cast, case, "leader", "hand_up").is_open is False


# ---- the four gates
@pytest.mark.django_db
@pytest.mark.parametrize("left", list(rules.FOUR))
def test_each_of_the_four_keeps_the_file_open(cast: Cast, left: str) -> None:
    case = measures(cast)
    for slug in rules.FOUR:
        with pytest.raises(Refused):
            go(cast, case, "regulator", slug, days=60)  # without evidence
        if slug != left:
            go(cast, case, "regulator", slug, slug, days=60)
    with pytest.raises(Refused) as caught:
        go(cast, case, "leader", "finish", days=61)
    assert rules.FOUR[left] in caught.value.message
    go(cast, case, "regulator", left, left, days=62)
    case = go(cast, case, "leader", "finish", days=63)
    assert case.state == "looking"


@pytest.mark.django_db
def test_evidence_that_is_gone_shuts_a_gate(cast: Cast) -> None:
    case = measures(cast)
    for slug in rules.FOUR:
        go(cast, case, "regulator", slug, slug, days=60)
    Evidence.objects.filter(case=case, kind="taught").delete()
    with pytest.raises(Refused) as caught:
        go(cast, case, "leader", "finish", days=61)
    assert "有关人员受到教育没有佐证" in caught.value.message


@pytest.mark.django_db
def test_the_look_back_is_due_a_year_after_the_reply(cast: Cast) -> None:
    case = measures(cast)
    for slug in rules.FOUR:
        go(cast, case, "regulator", slug, slug, days=60)
    case = go(cast, case, "leader", "finish", days=63)
    assert civil_date(case.due_at) == date(2026, 9, 13)  # type: ignore[arg-type]  # replied on 13 September 2025
    again = go(cast, case, "regulator", "look_fail", days=300)
    assert again.state == "measures"
    with pytest.raises(Refused):
        go(cast, again, "leader", "finish", days=301)  # the four are checked anew
    for slug in rules.FOUR:
        go(cast, again, "regulator", slug, slug, days=310)
    case = go(cast, again, "leader", "finish", days=320)
    with pytest.raises(Refused):
        go(cast, case, "regulator", "look_back", days=330)
    assert go(cast, case, "regulator", "look_back", "lookback", days=330).is_open is False


@pytest.mark.django_db
def test_who_reported_does_not_approve(cast: Cast) -> None:
    case = go(cast, accident(cast), "leader", "form", "team", **FORM)
    for who in ("regulator", "officer", "planner", "head"):
        case_ = Case.objects.get(pk=case.pk)
        with pytest.raises(Refused):
            go(cast, case_, who, "approve", "reply")


# ---- the ladder
def ladder(cast: Cast) -> Case:
    return open_case(
        actor=cast.actor("regulator"),
        process=LADDER,
        owner=cast.street,
        title="示例逾期",
        kind="works",
        issuer=cast.emergency,
        at=cast.at,
    )


@pytest.mark.django_db
def test_no_rung_is_jumped(cast: Cast) -> None:
    case = go(cast, ladder(cast), "street", "reply", answer="在办")
    with pytest.raises(Refused) as caught:
        go(cast, case, "regulator", "notice", "notice")
    assert "还没有约谈" in caught.value.message
    case = go(cast, case, "regulator", "interview", "interview")
    case = go(cast, case, "street", "reply", answer="还差一处")
    for step, kinds in (("interview", ("interview",)), ("again", ())):
        with pytest.raises(Refused):
            go(cast, case, "regulator", step, *kinds)
    case = go(cast, case, "regulator", "notice", "notice")
    case = go(cast, case, "street", "reply", answer="全部完成")
    assert go(cast, case, "regulator", "close").is_open is False


@pytest.mark.django_db
def test_nothing_is_closed_without_an_answer(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        go(cast, ladder(cast), "regulator", "close")
    assert caught.value.code == "illegal"


# ---- scorecards
def add(cast: Cast, sheet: Any, owner: Any, **values: Any) -> None:
    registry.add(actor=SYSTEM, sheet=sheet, organisation=owner, values={"year": 2025, **values}, at=cast.at)


@pytest.mark.pure
def test_a_score_by_hand() -> None:
    """Works 1 of 2 (20 of 40), dangers 3 of 4 (22.5 of 30), duties there (10), one interview (10 of 20): 62.5."""
    by = rules.rule(date(2025, 7, 25))
    assert by is not None
    assert rules.score(rules.Counted(1, 2, 3, 4, 1, 10), by) == Decimal("62.5")
    assert rules.score(rules.Counted(1, 2, 0, 0, 1, 10), by) == Decimal("57.1")  # 40 of 70
    assert rules.score(rules.Counted(0, 0, 0, 0, 0, 0), by) is None
    assert rules.score(rules.Counted(0, 0, 0, 0, 1, 60), by) == Decimal("33.3")  # never below nothing
    assert rules.rule(date(2020, 1, 1)) is None


@pytest.mark.django_db
def test_the_scorecard_counts_records_of_organisations(cast: Cast) -> None:
    add(cast, DUTIES, cast.street, code="Z", position="分管岗位", duty="示例", basis="")
    add(
        cast,
        WORKS,
        cast.street,
        code="1",
        title="已完成",
        due_on=date(2025, 7, 1),
        share=100,
        done_on=date(2025, 6, 30),
        note="",
    )
    add(
        cast,
        WORKS,
        cast.street,
        code="2",
        title="迟完成",
        due_on=date(2025, 7, 1),
        share=100,
        done_on=date(2025, 7, 2),
        note="",
    )
    add(cast, WORKS, cast.street, code="3", title="未到期", due_on=date(2025, 12, 1), share=10, done_on=None, note="")
    go(cast, go(cast, ladder(cast), "street", "reply", answer="在办"), "regulator", "interview", "interview")
    _rule, cards = queries.scorecards(cast.actor("planner"), cast.at + timedelta(days=2))
    mine = next(one for one in cards if one.organisation == cast.street)
    assert (mine.counted.works_done, mine.counted.works_due, mine.counted.duties, mine.counted.less) == (1, 2, 1, 10)
    assert mine.score == Decimal("57.1")
    assert cards[0] is mine
    assert [one.organisation for one in queries.scorecards(cast.actor("head"), cast.at)[1]] == [cast.enterprise]


@pytest.mark.pure
@pytest.mark.parametrize(("changed", "column"), [({"share": 100}, "done_on"), ({"done_on": date(2025, 1, 1)}, "done_on"), ({"due_on": date(2026, 1, 1)}, "due_on")])  # fmt: skip
def test_progress_and_days_agree(changed: dict[str, object], column: str) -> None:
    values = {"year": 2025, "share": 50, "done_on": None, "due_on": date(2025, 12, 1), **changed}
    assert [one.column for one in check_work(values)] == [column]


@pytest.mark.django_db
def test_pages_of_each_role(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(days=51))
    case = measures(cast)
    for who in ("regulator", "leader", "planner", "auditor", "officer"):
        said = cast.client(who).get(reverse("case", args=[case.number])).content.decode()
        assert "四不放过" in said, who
    for who in ("head", "street", "worker"):
        assert cast.client(who).get(reverse("case", args=[case.number])).status_code in (403, 404), who
    for page in ("accountability_scorecard", "accountability_scorecard_export"):
        assert cast.client("leader").get(reverse(page), {"kind": "street"}).status_code == 200
    assert cast.client("worker").get(reverse("accountability_scorecard")).status_code == 403
