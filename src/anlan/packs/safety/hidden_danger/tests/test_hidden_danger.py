"""Hidden dangers of the demonstration's shape: who may what, the figures recounted by hand, the pages of each role."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework import actions
from anlan.kernel.casework.models import Case
from anlan.packs.safety.hidden_danger import formulas, queries, rules
from anlan.packs.safety.hidden_danger.demonstration import picture
from anlan.packs.safety.hidden_danger.models import HiddenDanger
from anlan.packs.safety.hidden_danger.process import PROCESS

PDF = b"%PDF-1.4 x"


def found(cast: Cast, by: str = "worker", **more: object) -> Case:
    given: dict[str, object] = {
        "title": "配电箱没有门盖",
        "source": "post",
        "kind": "electric",
        "values": {"post": "机房", "measure_kind": "management"},
    }
    return actions.open_case(actor=cast.actor(by), process=PROCESS, owner=cast.enterprise, at=cast.at, issuer=cast.emergency,
                             uploads=[("before", "前.png", picture(True))], **{**given, **more})  # type: ignore[arg-type]  # fmt: skip


def go(cast: Cast, case: Case, by: str, step: str, hours: int = 1, **more: object) -> Case:
    return actions.make_step(actor=cast.actor(by), case=case, step=step, at=cast.at + timedelta(hours=hours), **more)  # type: ignore[arg-type]


def closed(cast: Cast, hours: int = 5) -> Case:
    case = go(cast, found(cast), "safety", "grade", values={"grade": "general"})
    case = go(cast, case, "safety", "assign", values={"fixer": "示例", "until": "2025-07-27"})
    case = go(cast, case, "worker", "submit", hours - 1, note="好了", uploads=[("after", "后.png", picture(False))])
    return go(cast, case, "safety", "pass", hours)


@pytest.mark.pure
def test_the_library_is_dated_and_a_match_is_a_candidate_only() -> None:
    assert all(one.in_force <= date(2025, 1, 1) and one.document for one in rules.criteria().values())
    near = [one.code for one in rules.candidates("液氨机房氨气泄漏检测报警探头失效")]
    assert near[0] == "hg121-detector"
    assert rules.candidates("天气很好") == []


@pytest.mark.pure
def test_every_clock_says_where_it_comes_from() -> None:
    assert all(one.law and not (one.verified and "默认" in one.law) for one in rules.limits())


@pytest.mark.django_db
def test_a_major_one_names_its_clause(cast: Cast) -> None:
    case = found(cast)
    with pytest.raises(Refused) as caught:
        go(cast, case, "safety", "grade", values={"grade": "major"})
    assert caught.value.field == "criterion"
    case = go(cast, case, "safety", "grade", values={"grade": "major", "criterion": "gb35181-exit"})
    assert HiddenDanger.objects.get(case=case).criterion == "gb35181-exit"
    assert any("人工判定" in words for _term, words in PROCESS.panel(case))  # type: ignore[misc]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "step"),
    [
        ("worker", "grade"),
        ("street", "grade"),
        ("expert", "grade"),
        ("planner", "grade"),
        ("auditor", "grade"),
        ("leader", "grade"),
    ],
)
def test_who_may_not(cast: Cast, who: str, step: str) -> None:
    with pytest.raises(Refused) as caught:
        go(cast, found(cast), who, step, values={"grade": "general"})
    assert caught.value.code == "forbidden"


@pytest.mark.django_db
def test_only_the_regulator_closes_a_major_one(cast: Cast) -> None:
    case = go(cast, found(cast), "head", "grade", values={"grade": "major", "criterion": "gb35181-exit"})
    five = {"fixer": "示例", "measure": "清", "fund": "1200.50", "until": "2025-08-01", "interim": "看"}
    case = go(cast, case, "head", "assign_major", values=five, uploads=[("plan", "案.pdf", PDF)])
    assert HiddenDanger.objects.get(case=case).fund == Decimal("1200.50")
    case = go(cast, case, "worker", "submit", note="好", uploads=[("after", "后.png", picture(False))])
    case = go(cast, case, "head", "pass_major", uploads=[("review", "查.png", picture(False))])
    receipts = [("receipt_regulator", "1.pdf", PDF), ("receipt_workers", "2.pdf", PDF)]
    with pytest.raises(Refused):
        go(cast, case, "head", "close", uploads=receipts)
    assert go(cast, case, "regulator", "close", uploads=receipts).state == "closed"


@pytest.mark.django_db
def test_figures_recounted(cast: Cast) -> None:
    closed(cast)
    closed(cast, hours=24 * 5)  # after the day that was set
    found(cast)
    void = found(cast, by="expert", source="expert")
    go(cast, void, "safety", "void", note="不是")
    first, last = date(2025, 7, 1), date(2025, 7, 31)
    month = queries.month(queries.dangers(SYSTEM), first, last)
    assert (month.units, month.general_found, month.general_closed, month.general_rate) == (1, 3, 2, Decimal("66.7"))
    (line,) = queries.ranking(queries.dangers(SYSTEM), first, last, cast.at)
    assert (line.found, line.open, line.closed, line.on_time) == (3, 1, 2, 1)
    assert queries.on_line(SYSTEM, first, last) == (1, 1)
    assert queries.on_line(SYSTEM, date(2025, 6, 1), date(2025, 6, 30)) == (0, 1)
    told = formulas.on_time(2025, date(2025, 12, 31))
    assert (told.value, told.ratio) == (Decimal("50.0"), (1, 2))
    assert formulas.closed(2025, date(2025, 12, 31)).ratio == (2, 3)
    assert formulas.on_line(2025, date(2025, 8, 9)).value == Decimal("100.0")
    assert formulas.on_line(2024, date(2024, 8, 9)).note == ""
    before = formulas.fingerprint(2025)
    found(cast)
    assert formulas.fingerprint(2025) != before


@pytest.mark.django_db
def test_pages_of_each_role(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(hours=1))
    case = found(cast)
    for who in ("worker", "safety", "head", "regulator", "expert", "street", "leader", "auditor", "planner"):
        answer = cast.client(who).get(reverse("case", args=[case.number]))
        assert answer.status_code == 200, who
        said = answer.content.decode()
        assert ("判级" in said) or who in ("leader", "auditor", "planner")
    for page in (
        "hidden_danger_list",
        "hidden_danger_monthly",
        "hidden_danger_ranking",
        "hidden_danger_monthly_export",
        "hidden_danger_ranking_export",
    ):
        assert cast.client("regulator").get(reverse(page)).status_code == 200
    assert cast.client("regulator").get(reverse("hidden_danger_monthly"), {"month": "soon"}).status_code == 422
    assert cast.client("other").get(reverse("hidden_danger_list")).status_code == 403


@pytest.mark.django_db
def test_a_worker_reports_through_the_form(cast: Cast) -> None:
    client = cast.client("worker")
    form = client.get(reverse("hidden_danger_new"))
    assert "看见就报" in form.content.decode()
    wrong = client.post(reverse("hidden_danger_new"), {"title": "", "fact": "我写的"})
    assert wrong.status_code == 422
    assert "我写的" in wrong.content.decode()
    done = client.post(
        reverse("hidden_danger_new"), {"title": "叉车蜂鸣器不响", "source": "shift", "post": "装卸班"}, follow=True
    )
    case = Case.objects.get()
    assert case.number in done.content.decode()
    assert (case.owner_id, HiddenDanger.objects.get(case=case).post) == (cast.enterprise.pk, "装卸班")
