"""Each gate keeps a decision back; discretion, publication, papers, the draw through its pages, the plan."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.models import Case, Evidence, Line
from anlan.kernel.draw.models import Draw
from anlan.kernel.penalties import actions as publishing
from anlan.kernel.penalties import papers, plans, process, queries
from anlan.kernel.penalties.models import Penalty, Publication
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.packs.safety.enforcement import rules
from anlan.packs.safety.enforcement.models import EnforcementPlan
from anlan.packs.safety.enforcement.office import PLANS
from anlan.packs.safety.enforcement.tests.conftest import Bureau

pytestmark = pytest.mark.django_db


def refused(bureau: Bureau, case: Case, step: str, **more: str) -> Refused:
    with pytest.raises(Refused) as caught:
        bureau.way(case, step, **more)
    return caught.value


# ---- the gates
def test_the_whole_way_ends_in_public(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: bureau.cast.at + timedelta(days=9))
    case = bureau.until("publish")
    assert case.state == "paying"
    row = Publication.objects.get(case=case)
    assert (row.kind, row.number, row.outcome) == ("penalty", "示应急罚〔2025〕1号", "罚款 30,000.00 元")
    assert row.shown_until == date(2026, 8, 2)
    page = Client().get(reverse("public_enforcement")).content.decode()
    assert "冷库甲无证上岗" in page
    assert "示例·" not in page
    assert "无证上岗" in Client().get(reverse("public_enforcement_csv")).content.decode("utf-8-sig")
    assert bureau.go(case, "regulator", "close", "payment", days=9).state == "closed"


def test_no_decision_without_a_public_text(bureau: Bureau) -> None:
    case = bureau.until("answer")
    assert "公示" in refused(bureau, case, "decide").message


def test_no_decision_while_the_public_text_names_a_person(bureau: Bureau) -> None:
    case = bureau.until("answer")
    assert refused(bureau, case, "prepare", public_text="冷库甲的head无证上岗").field == "public_text"
    for text in ("身份证 110101199001011234", "电话 13800001111"):
        assert refused(bureau, case, "prepare", public_text=text).field == "public_text"
    Penalty.objects.filter(case=case).update(public_text="电话 13800001111")
    assert "手机号" in refused(bureau, case, "decide").message


@pytest.mark.parametrize(
    ("kind", "word"), [("filing", "立案审批表"), ("inquiry", "询问或勘验笔录"), ("notice", "处罚告知书")]
)
def test_no_decision_without_the_full_record(bureau: Bureau, kind: str, word: str) -> None:
    case = bureau.until("prepare")
    Evidence.objects.filter(case=case, kind=kind).delete()
    assert f"全过程记录缺：{word}" in refused(bureau, case, "decide").message
    assert case.state == "deciding"


def test_no_decision_unheard(bureau: Bureau) -> None:
    case = bureau.until("notify")
    assert refused(bureau, case, "decide").code == "illegal"
    Case.objects.filter(pk=case.pk).update(state="deciding")
    case.refresh_from_db()
    bureau.way(case, "prepare")
    assert "陈述申辩记录" in refused(bureau, case, "decide").message


def test_no_decision_without_legal_review(bureau: Bureau) -> None:
    """Also when the state was brought there some other way, and when the proposal changed after the review."""
    case = bureau.until("prepare")
    reviewed = Line.objects.get(case=case, step="pass_review")
    Line.objects.filter(pk=reviewed.pk).update(step="comment")
    assert "没有通过法制审核" in refused(bureau, case, "decide").message
    Line.objects.filter(pk=reviewed.pk).update(step="pass_review", person=bureau.cast.posts["regulator"].person_id)
    assert "承办人以外" in refused(bureau, case, "decide").message


def test_a_new_proposal_needs_a_new_review(bureau: Bureau) -> None:
    case = bureau.until("prepare")
    case = bureau.go(case, "officer", "redo", days=6)
    case = bureau.way(case, "propose", amount="20000")
    assert queries.review_lacks(case) == "没有通过法制审核。"


def test_the_reviewer_is_another_person(bureau: Bureau) -> None:
    case = bureau.until("propose")
    for who in ("regulator", "officer", "planner", "inspector", "green_legal"):
        with pytest.raises(Refused) as caught:
            bureau.go(case, who, "pass_review", days=2)
        assert caught.value.code == "forbidden", who
    assert bureau.go(case, "legal", "fail_review", days=2).state == "investigating"


def test_a_heavy_one_is_discussed(bureau: Bureau) -> None:
    heavy = {"violation": "monitor", "circumstance": "grave", "amount": "100000"}
    case = bureau.until("prepare", propose=heavy)
    assert Penalty.objects.get(case=case).is_heavy
    assert "集体讨论" in refused(bureau, case, "decide").message
    with pytest.raises(Refused) as caught:
        bureau.go(case, "officer", "discuss", days=6)
    assert caught.value.field == "file_minutes"
    bureau.go(case, "officer", "discuss", "minutes", days=6)
    assert bureau.way(case, "decide").state == "decided"


def test_a_light_one_is_not(bureau: Bureau) -> None:
    case = bureau.until("prepare", propose={"violation": "monitor", "circumstance": "grave", "amount": "99999.99"})
    assert bureau.way(case, "decide").state == "decided"


def test_a_hearing_that_was_asked_for(bureau: Bureau) -> None:
    case = bureau.until("prepare", answer={"hearing": "yes"})
    assert "听证" in refused(bureau, case, "decide").message
    bureau.go(case, "legal", "hear", "hearing", days=6)
    assert bureau.way(case, "decide").state == "decided"


@pytest.mark.parametrize("lost", ["review", "record", "public"])
def test_nothing_is_served_when_a_gate_has_shut_again(bureau: Bureau, lost: str) -> None:
    case = bureau.until("decide")
    if lost == "review":
        Line.objects.filter(case=case, step="pass_review").update(step="comment")
    elif lost == "record":
        Evidence.objects.filter(case=case, kind="inquiry").delete()
    else:
        Penalty.objects.filter(case=case).update(public_text="")
    assert refused(bureau, case, "serve").code == "guard"
    assert case.state == "decided"


def test_whoever_proposed_does_not_decide(bureau: Bureau) -> None:
    case = bureau.until("prepare")
    with pytest.raises(Refused) as caught:
        bureau.go(case, "regulator", "decide", "decision", days=6, number="x")
    assert caught.value.code == "forbidden"


# ---- clocks
def test_publication_counts_from_the_decision(bureau: Bureau) -> None:
    """Decided on Thursday 31 July 2025, seven working days later is Monday 11 August."""
    case = bureau.until("serve")
    assert civil_date(case.due_at) == date(2025, 8, 11)  # type: ignore[arg-type]
    assert case.clocks.get(stopped_at=None).words == "决定后 7 个工作日"


def test_ninety_days_hold_through_every_state(bureau: Bureau) -> None:
    last = date(2025, 7, 25) + timedelta(days=90)
    for step in ("propose", "pass_review", "notify", "answer"):
        case = bureau.until(step)
        assert civil_date(case.due_at) == last, step  # type: ignore[arg-type]


def test_silence_is_written_only_after_the_partys_days(bureau: Bureau) -> None:
    """Told on Monday 28 July 2025: five working days end on Monday 4 August."""
    case = bureau.until("notify")
    with pytest.raises(Refused) as caught:
        bureau.go(case, "regulator", "no_answer", days=10)
    assert "2025-08-04" in caught.value.message
    assert bureau.go(case, "regulator", "no_answer", days=11).state == "deciding"


@pytest.mark.parametrize(("day", "good"), [("2025-07-30", False), ("2025-07-31", True), ("2025-08-01", True), ("2025-08-02", False)])  # fmt: skip
def test_the_day_of_service_lies_between_decision_and_today(bureau: Bureau, day: str, good: bool) -> None:
    case = bureau.until("decide")
    if good:
        assert bureau.way(case, "serve", served_on=day).state == "served"
    else:
        assert refused(bureau, case, "serve", served_on=day).field == "served_on"


# ---- discretion
@pytest.mark.pure
def test_tables_are_dated_and_say_their_law() -> None:
    for one in rules.regime().violations:
        assert one.law
        assert one.valid_from > date(2000, 1, 1)
        assert rules.regime().violation(one.code, one.valid_from - timedelta(days=1)) is None
    assert all(one.law and not (one.verified and "默认" in one.law) for kind in ("inspection", "penalty") for one in rules.limits(kind))  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "field"), [("20000", ""), ("60000", ""), ("19999.99", "outside"), ("60000.01", "outside")]
)
def test_within_the_range_a_person_decides(bureau: Bureau, amount: str, field: str) -> None:
    case = bureau.penalty()
    if field:
        assert refused(bureau, case, "propose", amount=amount).field == field
        assert refused(bureau, case, "propose", amount=amount, outside="太短").field == field
        case = bureau.way(case, "propose", amount=amount, outside="主动消除了危害后果，依法减轻。")
        assert "减轻" in Penalty.objects.get(case=case).outside
    else:
        bureau.way(case, "propose", amount=amount)
        assert Penalty.objects.get(case=case).outside == ""


@pytest.mark.parametrize(("name", "value"), [("violation", "nothing"), ("circumstance", ""), ("amount", "-1"), ("amount", "NaN"), ("amount", "1.005")])  # fmt: skip
def test_wrong_proposals_are_refused_at_their_field(bureau: Bureau, name: str, value: str) -> None:
    case = bureau.penalty()
    assert refused(bureau, case, "propose", **{name: value}).field == name
    assert Penalty.objects.get(case=case).violation == ""


# ---- transfer to justice
def test_transfer_waits_for_its_receipt_and_may_come_back(bureau: Bureau) -> None:
    case = bureau.until("propose")
    case = bureau.go(case, "officer", "transfer", "transfer", days=2, to="示例公安", crime="危险作业罪")
    assert (case.state, case.is_open) == ("transferred", True)
    with pytest.raises(Refused):
        bureau.go(case, "regulator", "accepted", days=3)
    back = bureau.go(case, "regulator", "returned", "answer", days=3)
    assert (back.state, back.returns) == ("investigating", 1)
    case = bureau.go(back, "officer", "transfer", "transfer", days=4, to="示例公安", crime="危险作业罪")
    assert bureau.go(case, "regulator", "accepted", "answer", days=5).is_open is False


# ---- the inspection
def on_site(bureau: Bureau, **more: str) -> Case:
    given = {"first": "P1", "second": "P2", "shown": "1", **more}
    return bureau.go(bureau.inspection(), "regulator", "go", days=0.1, **given)


@pytest.mark.parametrize(("changed", "field"), [({"second": "P1"}, "second"), ({"second": "OLD"}, "second"), ({"first": "X"}, "first"), ({"shown": "0"}, "shown")])  # fmt: skip
def test_two_inspectors_with_valid_certificates(bureau: Bureau, changed: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as caught:
        on_site(bureau, **changed)
    assert caught.value.field == field


def heard(bureau: Bureau) -> Case:
    case = on_site(bureau)
    with pytest.raises(Refused) as caught:
        bureau.go(case, "regulator", "record", found="堆物", present="值班员", days=0.2)
    assert caught.value.field == "file_scene"
    case = bureau.go(case, "regulator", "record", "scene", found="通道堆物", present="值班员", days=0.2)
    assert case.holder == bureau.cast.enterprise
    return bureau.go(case, "head", "answer", attitude="agree", statement="马上清", days=0.3)


def test_an_order_opens_a_danger_linked_both_ways(bureau: Bureau) -> None:
    case = heard(bureau)
    with pytest.raises(Refused) as caught:
        bureau.go(case, "regulator", "order", what="清通道", until="2025-07-01")
    assert caught.value.field == "until"
    case = bureau.go(case, "regulator", "order", what="清通道", until="2025-08-10")
    danger = Case.objects.get(parent=case)
    assert (danger.process, danger.state, danger.owner) == ("hidden_danger", "rectifying", bureau.cast.enterprise)
    assert civil_date(danger.due_at) == date(2025, 8, 10)  # type: ignore[arg-type]
    client = bureau.cast.client("regulator")
    assert danger.number in client.get(reverse("case", args=[case.number])).content.decode()
    assert case.number in client.get(reverse("case", args=[danger.number])).content.decode()
    assert civil_date(case.due_at) == date(2025, 8, 22)  # type: ignore[arg-type]  # 20 working days after Saturday 26 July
    case = bureau.go(case, "regulator", "publish", summary="通道堆物，责令改正。", days=2)
    assert (case.state, Publication.objects.get(case=case).outcome) == ("closed", "责令改正")


def test_a_filing_opens_a_penalty(bureau: Bureau) -> None:
    case = bureau.go(heard(bureau), "regulator", "file")
    assert Penalty.objects.get(case__parent=case).decide_by == date(2025, 7, 26) + timedelta(days=90)


def test_a_result_that_names_a_person_is_not_published(bureau: Bureau) -> None:
    case = bureau.go(heard(bureau), "regulator", "clear")
    with pytest.raises(Refused) as caught:
        bureau.go(case, "regulator", "publish", summary="head在场，没有问题。", days=2)
    assert caught.value.code == "personal"
    assert not Publication.objects.exists()


def test_a_drawn_task_cannot_be_invented(bureau: Bureau) -> None:
    with pytest.raises(Refused) as caught:
        bureau.inspection(values={"draw": "AC-2025-0099", "target": "SL-E31"})
    assert caught.value.field == "draw"


def test_a_shop_named_after_its_owner_can_be_published(bureau: Bureau) -> None:
    """The organisation's own name is not a person's; the person's name beside it is."""
    owner = bureau.cast.enterprise
    type(owner).objects.filter(pk=owner.pk).update(name="示例head饭店")
    owner.refresh_from_db()
    case = bureau.until("answer")
    with pytest.raises(Refused):
        bureau.way(case, "prepare", public_text="示例head饭店的head无证上岗。")
    bureau.way(case, "prepare", public_text="示例head饭店无证上岗。")


def test_a_number_is_used_once(bureau: Bureau) -> None:
    bureau.until("decide")
    case = bureau.until("prepare")
    assert refused(bureau, case, "decide").field == "number"
    assert case.state == "deciding"


def test_what_was_transferred_is_in_the_bureaus_hands(bureau: Bureau) -> None:
    case = bureau.until("notify")
    assert case.holder == bureau.cast.enterprise
    case = bureau.go(case, "officer", "transfer", "transfer", days=4, to="示例公安", crime="危险作业罪")
    assert case.holder == bureau.cast.emergency


# ---- what is published
def test_publications_end_by_themselves_or_with_a_reason(bureau: Bureau) -> None:
    row = Publication.objects.get(case=bureau.until("publish"))
    assert row.shown_until
    assert queries.shown(row.shown_until).count() == 1
    assert queries.shown(row.shown_until + timedelta(days=1)).count() == 0
    legal = bureau.cast.actor("legal")
    with pytest.raises(Refused):
        publishing.withdraw(actor=bureau.cast.actor("regulator"), publication=row, reason="x", at=bureau.cast.at)
    with pytest.raises(Refused):
        publishing.withdraw(actor=legal, publication=row, reason=" ", at=bureau.cast.at)
    publishing.withdraw(actor=legal, publication=row, reason="复议撤销", at=bureau.cast.at)
    assert queries.shown(date(2025, 8, 3)).count() == 0
    with pytest.raises(Refused) as caught:
        publishing.withdraw(actor=legal, publication=row, reason="再撤", at=bureau.cast.at)
    assert caught.value.code == "stale"


def test_papers_come_from_the_lines(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: bureau.cast.at)
    case = bureau.until("serve")
    made = papers.paper(case, "decision")
    assert made is not None
    assert str(made.number) == "示应急罚〔2025〕1号"
    assert papers.paper(case, "order") is None
    client = bureau.cast.client("regulator")
    for kind in ("notice", "decision", "receipt"):
        assert client.get(reverse("penalties_paper", args=[case.number, kind])).status_code == 200
    word = client.get(reverse("penalties_paper_print", args=[case.number, "decision", "docx"]))
    assert word.content[:2] == b"PK"
    assert client.get(reverse("penalties_paper_print", args=[case.number, "decision", "exe"])).status_code == 404
    assert bureau.cast.client("other").get(reverse("penalties_paper", args=[case.number, "decision"])).status_code in (403, 404)  # fmt: skip


# ---- the draw through its pages
def test_the_form_freezes_what_was_seen(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    """Preview, freeze, too early, draw, give out, nothing twice; a list that moved is refused."""
    cast = bureau.cast
    monkeypatch.setattr(clock, "now", lambda: cast.at)
    client = cast.client("regulator")
    asked = client.get(reverse("enforcement_draw_new"), {"category": "cold"}).context["asked"]
    assert [one.id for one in asked.objects] == ["SL-E31"]
    assert [one.id for one in asked.inspectors if one.excluded] == ["OLD"]
    good = {
        "seen": asked.print, "category": "cold", "title": "示例抽查", "draw": "1", "inspectors_each": "2", "source": "示例彩票", "form": "数字",
        "known_at": "2025-07-26T21:30", "out_P3": "借调",
    }  # fmt: skip
    for wrong, status in (({"draw": "x"}, 422), ({"seen": "0"}, 409), ({"known_at": "soon"}, 422), ({"known_at": "2025-07-01T00:00"}, 422), ({"title": ""}, 422)):  # fmt: skip
        answer = client.post(reverse("enforcement_draw_new"), {**good, **wrong})
        assert answer.status_code == status, wrong
        assert "借调" in answer.content.decode()
    assert client.get(reverse("enforcement_draw_new"), {"category": "x"}).status_code == 422
    assert client.post(reverse("enforcement_draw_new"), good).status_code == 302
    draw = Draw.objects.get()
    assert client.get(reverse("enforcement_draw", args=[draw.number])).status_code == 200
    reveal = reverse("enforcement_draw_do", args=[draw.number, "reveal"])
    assert client.post(reveal, {"value": "7", "value_from": "报"}).status_code == 422
    later = cast.at + timedelta(days=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.post(reveal, {"value": "7", "value_from": "报"}).status_code == 302
    start = reverse("enforcement_draw_do", args=[draw.number, "start"])
    for _twice in range(2):
        assert client.post(start, {}).status_code == 302
    draw.refresh_from_db()
    inspected = draw.inspections.get()
    assert set(inspected.inspectors) == {"P1", "P2"}
    assert client.get(reverse("enforcement_draw_export", args=[draw.number])).status_code == 200
    told = {one["id"]: one["excluded"] for one in json.loads(draw.text)["inspectors"]}
    assert told == {"OLD": "执法证已过期", "P1": "", "P2": "", "P3": "借调"}
    for owner, field in ((cast.enterprise, "draw"), (cast.street, "draw")):
        with pytest.raises(Refused) as caught:
            bureau.inspection(owner=owner, values={"draw": draw.number, "target": "SL-E31"})
        assert caught.value.field == field
    with pytest.raises(Refused) as caught:
        bureau.go(inspected.case, "regulator", "go", days=3, first="P1", second="P3", shown="1")
    assert caught.value.field == "replaced"
    assert bureau.go(inspected.case, "regulator", "go", days=3, first="P1", second="P3", shown="1", replaced="P2 临时病假").state == "on_site"  # fmt: skip


def test_the_desk_shows_only_what_one_may_read(bureau: Bureau) -> None:
    """The legal reviewer's bureau issued the danger, but the reviewer does not read dangers."""
    case = bureau.go(heard(bureau), "regulator", "order", what="清通道", until="2025-08-10")
    danger = Case.objects.get(parent=case)
    assert danger in cases.sent(bureau.cast.actor("regulator"))
    assert danger not in cases.sent(bureau.cast.actor("legal"))


# ---- the plan
def test_the_plan_counts_what_was_inspected(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = bureau.cast
    lines = (("1", "plan", None, 2), ("2", "random", None, 2), ("3", "plan", 7, 3), ("4", "plan", 6, 1))
    for code, way, month, number in lines:
        values = {
            "code": code,
            "year": 2025,
            "month": month,
            "category": "cold",
            "level": "red",
            "way": way,
            "number": number,
            "basis": "",
        }
        registry.add(actor=SYSTEM, sheet=PLANS, organisation=cast.emergency, values=values, at=cast.at)
    bureau.go(heard(bureau), "regulator", "clear")
    bureau.go(heard(bureau), "regulator", "file")
    bureau.inspection()
    rows = list(EnforcementPlan.objects.order_by("code"))
    done = plans.done_in("enforcement", 2025)
    told = plans.progress(rows, done)
    assert [(one.done, one.found, one.share) for one in told] == [(2, 1, 100), (0, 0, 0), (2, 1, 66), (0, 0, 0)]
    assert told[0].months[6] == sum(told[0].months) == 2
    assert plans.done_in("enforcement", 2024) == []
    (row,) = plans.by_month(rules.CATEGORIES, rows, done, 2025, date(2025, 8, 1))
    assert (row.category, row.planned, row.done) == ("cold", 8, 2)
    assert [
        (month, one.done, one.planned, one.lacking)
        for month, one in zip(plans.MONTHS, row.cells, strict=True)
        if one.late
    ] == [(6, 0, 1, 1), (7, 2, 3, 1)]
    assert not plans.by_month(rules.CATEGORIES, rows, done, 2025, date(2025, 7, 31))[0].cells[6].late
    monkeypatch.setattr(clock, "now", lambda: cast.at)
    client = cast.client("regulator")
    page = client.get(reverse("enforcement_plan"))
    assert (page.context["planned"], page.context["done"], page.context["outside"]) == (8, 2, 0)
    table = client.get(reverse("enforcement_plan_export"), {"form": "csv"}).content.decode("utf-8-sig").splitlines()
    assert len(table) == len(lines) + 1
    assert "7 月已查" in table[0]
    EnforcementPlan.objects.update(category="crowded")
    assert client.get(reverse("enforcement_plan")).context["outside"] == 2
    for wrong in ("0", "13", "七"):
        assert [
            one.column
            for one in row_of(
                {"code": "9", "year": "2025", "month": wrong, "category": "cold", "way": "plan", "number": "1"}, PLANS
            )[1]
        ] == ["month"]


def test_the_tables_of_both_departments_are_public(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: bureau.cast.at)
    assert [one.slug for one in process.regimes()] == ["inspection/penalty", "enforcement/penalty"]
    page = Client().get(reverse("public_discretion")).content.decode()
    for regime in process.regimes():
        for one in regime.violations:
            assert one.title in page
            assert one.law in page
    assert "条款待核" in page
    assert "<script>" not in page
    only = Client().get(reverse("public_discretion"), {"of": "enforcement/penalty"}).content.decode()
    assert rules.regime().violations[0].title in only
    assert "大气污染物" not in only
    assert reverse("public_discretion") in Client().get(reverse("public_enforcement")).content.decode()
    before = Client().get(reverse("public_discretion"), {"on": "1999-01-01"}).content.decode()
    assert rules.regime().violations[0].title not in before
    assert "没有适用的裁量表" in before
    for wrong in ("soon", "2025-13-01"):
        assert Client().get(reverse("public_discretion"), {"on": wrong}).status_code == 422
    assert "没有查到" in Client().get(reverse("public_discretion"), {"of": "x"}).content.decode()
    table = (
        Client()
        .get(reverse("public_discretion_csv"), {"of": "enforcement/penalty"})
        .content.decode("utf-8-sig")
        .splitlines()
    )
    assert len(table) == 1 + sum(
        len(one.circumstances) for one in rules.regime().violations if one.holds(bureau.cast.at.date())
    )
    assert bureau.cast.client("head").get(reverse("enforcement_discretion")).status_code == 200


def test_pages_of_each_role(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    cast: Cast = bureau.cast
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(days=9))
    case = bureau.until("publish")
    for who in ("regulator", "officer", "legal", "head", "planner", "leader", "auditor"):
        assert cast.client(who).get(reverse("case", args=[case.number])).status_code == 200, who
        assert cast.client(who).get(reverse("penalties_published")).status_code == 200, who
    for page in (
        "enforcement_plan",
        "enforcement_plan_export",
        "enforcement_discretion",
        "enforcement_draws",
    ):
        assert cast.client("regulator").get(reverse(page)).status_code == 200, page
    assert cast.client("regulator").get(reverse("enforcement_plan"), {"year": "soon"}).status_code == 422
    assert cast.client("worker").get(reverse("enforcement_list")).status_code == 403
