"""A review from its making to the public site: what is gathered as of a day, frozen at signing, and printed ever after."""

from __future__ import annotations

import io
import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pypdf import PdfReader
from tests.support.cast import AT, Cast

from anlan.base.clock import CHINA
from anlan.base.errors import Missing, Refused
from anlan.kernel.documents import pdf
from anlan.kernel.documents.word import texts_of
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning import actions as work
from anlan.kernel.planning.models import Indicator, Money, Plan, PlanDocument, Project, Task, TaskOwner
from anlan.kernel.planning.reviews import actions, demonstration
from anlan.kernel.planning.reviews.declare import find, waiting
from anlan.kernel.planning.reviews.gathering import gather, stands
from anlan.kernel.planning.reviews.models import Review, Snapshot
from anlan.kernel.planning.reviews.writing import document, figures
from anlan.kernel.planning.values import actions as values
from anlan.kernel.planning.values.models import FrozenValue, IndicatorValue

pytestmark = pytest.mark.django_db
START = datetime(2022, 1, 10, 9, 0, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def _indicator(plan: Plan, order: int, **changes: Any) -> Indicator:
    facts: dict[str, Any] = {
        "key": f"k{order}", "order": order, "group": "示例组", "number": order, "name": f"示例指标{order}", "unit": "%",
        "baseline": Decimal("63.9"), "target": Decimal(74), "comparator": ">=", "kind": "约束性", "flags": [],
    }  # fmt: skip
    return Indicator.objects.create(plan=plan, **{**facts, **changes})


def _task(plan: Plan, cast: Cast, order: int, **changes: Any) -> Task:
    facts: dict[str, Any] = {
        "key": f"t{order}", "order": order, "number": f"{order}", "title": f"示例任务{order}", "deadline_kind": "year",
        "deadline_year": 2025, "due_on": date(2025, 12, 31), "lead": cast.emergency, "stored_at": START,
    }  # fmt: skip
    task = Task.objects.create(plan=plan, **{**facts, **changes})
    TaskOwner.objects.create(task=task, order=1, printed="示例", organisation=task.lead, is_lead=True)
    return task


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Three indicators with figures, three tasks, one project with money."""
    paper = PlanDocument.objects.create(
        key="p", title="示例文件", sha256="0" * 64, reading={}, imported_at=START, imported_by="示例", is_demo=True
    )
    plan = Plan.objects.create(
        document=paper, key="p1", title="示例规划", domain="environment", first_year=2021, last_year=2025
    )
    planner = cast.actor("planner")
    for order, series in enumerate(((67.1, 70.3, 66.8), (68, 71, 75.25), (65, 66, 70)), start=1):
        one = _indicator(plan, order, responsible=cast.environment)
        for year, value in zip((2021, 2022, 2023), series, strict=True):
            typed = values.Typed(year=year, value=Decimal(f"{value}"), as_of=date(year, 12, 31), source="示例统计表")
            values.type_in(actor=planner, indicator=one, typed=typed, at=AT)
    _indicator(plan, 4, name="市定指标", target=None, comparator="city_assigned")
    days = _indicator(plan, 5, name="示例天数比率", responsible=cast.environment)
    for year, figure, valid in ((2022, "70.4", 361), (2023, "66.8", 359)):
        IndicatorValue.objects.create(
            indicator=days, year=year, version=1, value=Decimal(figure), unit="%", window_from=date(year, 1, 1),
            window_to=date(year, 12, 31), as_of=date(year, 12, 31), expected=365, valid=valid, source="computed",
            rule="示例规则 1", sentence="示例算式", inputs_hash="ab" * 32, substitution="以外地站点数据示例", computed_at=AT,
            entered_by="系统",
        )  # fmt: skip
    officer = cast.actor("officer")
    early, late, _silent = (
        _task(plan, cast, 1), _task(plan, cast, 2, due_on=date(2023, 6, 30), deadline_year=2023), _task(plan, cast, 3),
    )  # fmt: skip
    for task in (early, late):
        work.accept(actor=officer, task=task, at=START)
    work.report(
        actor=officer,
        task=early,
        text="示例进展",
        as_of=date(2023, 12, 1),
        percent=37,
        at=datetime(2023, 12, 1, 9, 0, tzinfo=CHINA),
        uploads=[("a.txt", b"x")],
    )
    project = Project.objects.create(
        plan=plan, key="r1", order=1, kind="key_project", number="1", title="示例工程", lead=cast.emergency
    )
    for kind, amount in (("planned", "1234500.00"), ("allocated", "987600.50"), ("spent", "456700.25")):
        Money.objects.create(
            project=project,
            kind=kind,
            year=2023,
            amount=Decimal(amount),
            source="示例：区级财政",
            entered_at=START,
            entered_by="示例",
        )
    return plan


@pytest.fixture
def review(cast: Cast, plan: Plan) -> Review:
    return actions.make(
        actor=cast.actor("planner"), plan=plan, kind="yearly", year=2023, as_of=date(2023, 12, 31),
        organisation=cast.district, code="示例规评", addressee="示例区人民政府", at=AT,
    )  # fmt: skip


@pytest.fixture
def signed(cast: Cast, review: Review) -> Review:
    actions.write(actor=cast.actor("planner"), review=review, opinion="打好的评价", proposals="打好的建议", at=AT)
    actions.send_to_sign(actor=cast.actor("planner"), review=review, at=AT)
    actions.sign(actor=cast.actor("leader"), review=review, at=AT)
    review.refresh_from_db()
    return review


# --- gathered as of a day ------------------------------------------------------------------------------------------


def test_facts_are_those_of_the_day(cast: Cast, plan: Plan) -> None:
    facts = gather(plan, "yearly", 2023, date(2023, 12, 31), AT)
    assert [(one["value"], one["state"]) for one in facts["indicators"]] == [
        ("66.8", "behind"), ("75.25", "reached"), ("70", "on_pace"), (None, "unassigned"), ("66.8", "behind"),
    ]  # fmt: skip
    assert facts["tasks"]["standings"] == {
        "confirmed": 0,
        "finished": 0,
        "on_time": 1,
        "silent": 0,
        "overdue": 0,
        "overdue_long": 1,
    } | {"silent": 1}
    assert facts["money"]["allocated"] == "987600.50"
    earlier = gather(plan, "yearly", 2022, date(2022, 12, 31), AT)
    assert [one["value"] for one in earlier["indicators"]] == ["70.3", "71", "66", None, "70.4"]
    assert earlier["money"]["planned"] == "0.00"
    assert earlier["tasks"]["standings"]["overdue_long"] == 0


def test_a_task_stands_as_the_journal_says_it_stood(cast: Cast, plan: Plan) -> None:
    task = plan.tasks.get(number="1")
    work.finish(actor=cast.actor("officer"), task=task, at=datetime(2024, 3, 1, 9, 0, tzinfo=CHINA))
    work.confirm(actor=cast.actor("planner"), task=task, at=datetime(2024, 4, 1, 9, 0, tzinfo=CHINA))
    by_day = {
        day: next(one for one in stands(plan, day) if one.task.pk == task.pk)
        for day in (date(2021, 12, 31), date(2022, 1, 10), date(2023, 12, 31), date(2024, 3, 31), date(2024, 4, 1))
    }
    assert [one.state for one in by_day.values()] == ["issued", "accepted", "working", "finished", "confirmed"]
    assert [one.percent for one in by_day.values()] == [0, 0, 37, 37, 37]


def test_every_figure_names_where_it_comes_from(plan: Plan) -> None:
    facts = gather(plan, "yearly", 2023, date(2023, 12, 31), AT)
    for one in facts["indicators"]:
        if one["value"] is not None:
            assert one["as_of"] == "2023-12-31"
            assert IndicatorValue.objects.get(pk=one["value_id"]).indicator_id == one["id"]
            assert one["source_text"] if one["source"] == "typed" else one["rule"] and one["inputs"]


def test_scores_name_organisations_never_people(cast: Cast, plan: Plan) -> None:
    facts = gather(plan, "yearly", 2023, date(2023, 12, 31), AT)
    assert {one["name"] for one in facts["organisations"]} == {str(cast.environment), str(cast.emergency)}
    text = actions.canonical(facts)
    assert not [post.person.name for post in cast.posts.values() if post.person.name in text]


# --- frozen --------------------------------------------------------------------------------------------------------


def _numbers(text: str) -> set[str]:
    """Whole numbers as printed, so that 6.8 is not found inside 66.8."""
    return set(re.findall(r"\d+(?:\.\d+)?", text))


def test_the_word_file_holds_every_figure_of_the_snapshot(cast: Cast, signed: Review) -> None:
    answer = cast.client("leader").get(f"/planning/reviews/{signed.pk}/report.docx")
    text = "\n".join(texts_of(answer.content))
    facts = json.loads(signed.snapshot.content)
    wanted = figures(facts)
    assert len(wanted) > 45
    assert set(wanted) - _numbers(text) == set()
    assert {"359", "365", "66.8", "75.25", "987600.50", facts["score"]["total"]} <= set(wanted)
    for said in (
        "示例规评〔2025〕1号",
        "打好的评价",
        "打好的建议",
        "2025年7月25日",
        "示例·leader",
        "示例区人民政府：",
        "以外地站点数据示例",
    ):
        assert said in text


def test_the_pdf_and_the_page_hold_every_figure_too(cast: Cast, signed: Review) -> None:
    wanted = figures(json.loads(signed.snapshot.content))
    page = cast.client("auditor").get(f"/planning/reviews/{signed.pk}/").content.decode()
    assert set(wanted) - _numbers(page) == set()
    try:
        pdf._fonts()
    except Missing:
        pytest.skip("no Chinese font: apt-get install fonts-noto-cjk")
    content = cast.client("auditor").get(f"/planning/reviews/{signed.pk}/report.pdf").content
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert set(wanted) - _numbers(text) == set()


def test_nothing_that_happens_later_changes_what_was_signed(cast: Cast, plan: Plan, signed: Review) -> None:
    before, content = signed.snapshot.sha256, signed.snapshot.content
    printed = list(texts_of(cast.client("leader").get(f"/planning/reviews/{signed.pk}/report.docx").content))
    one = plan.indicators.get(number=1)
    typed = values.Typed(
        year=2023, value=Decimal("71.11"), as_of=date(2023, 12, 31), source="示例更正表", reason="更正"
    )
    values.type_in(actor=cast.actor("planner"), indicator=one, typed=typed, at=AT + timedelta(days=1))
    Indicator.objects.filter(plan=plan).update(name="改了名", target=Decimal(99))
    Plan.objects.filter(pk=plan.pk).update(title="改了规划名")
    Task.objects.filter(plan=plan).update(title="改了任务名")
    Money.objects.update(amount=Decimal(1))
    signed.refresh_from_db()
    assert list(texts_of(cast.client("leader").get(f"/planning/reviews/{signed.pk}/report.docx").content)) == printed
    assert (Snapshot.objects.get().sha256, Snapshot.objects.get().content) == (before, content)
    assert gather(plan, "yearly", 2023, date(2023, 12, 31), AT)["indicators"][0]["value"] == "71.11"
    frozen = FrozenValue.objects.get(indicator=one)
    assert (frozen.value, frozen.snapshot_hash) == (Decimal("66.8"), before)


def test_the_database_refuses_to_change_a_snapshot(signed: Review) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Snapshot.objects.filter(review=signed).update(content="{}")
    assert actions.intact(Snapshot.objects.get())


def test_the_journal_holds_the_hash(signed: Review) -> None:
    entry = Entry.objects.get(verb="planning_reviews.signed")
    assert entry.content_hash == signed.snapshot.sha256
    assert entry.new["number"] == "示例规评〔2025〕1号"


def test_a_snapshot_that_lost_its_hash_is_not_published(cast: Cast, signed: Review) -> None:
    signed.snapshot.content = "{}"
    with pytest.raises(Refused, match="摘要不符"):
        actions.publish(actor=cast.actor("planner"), review=signed, at=AT)


def test_a_signed_review_takes_no_other_move(cast: Cast, signed: Review) -> None:
    planner = cast.actor("planner")
    for move in (
        lambda: actions.refresh(actor=planner, review=signed, at=AT),
        lambda: actions.write(actor=planner, review=signed, opinion="x", proposals="", at=AT),
        lambda: actions.sign(actor=cast.actor("leader"), review=signed, at=AT),
        lambda: actions.send_back(actor=cast.actor("leader"), review=signed, reason="x", at=AT),
    ):
        with pytest.raises(Refused) as refused, transaction.atomic():
            move()
        assert refused.value.code == "illegal"
    assert Snapshot.objects.count() == 1


def test_numbers_run_on_and_two_who_sign_at_once_cannot_both(cast: Cast, plan: Plan, signed: Review) -> None:
    planner, leader = cast.actor("planner"), cast.actor("leader")
    second = actions.make(
        actor=planner, plan=plan, kind="mid", year=2023, as_of=date(2023, 6, 30), organisation=cast.district, code="示例规评",
        addressee="示例区人民政府", at=AT,
    )  # fmt: skip
    actions.send_to_sign(actor=planner, review=second, at=AT)
    same = Review.objects.get(pk=second.pk)
    actions.sign(actor=leader, review=second, at=AT)
    with pytest.raises(Refused) as refused, transaction.atomic():
        actions.sign(actor=leader, review=same, at=AT)
    assert refused.value.code == "stale"
    assert set(Review.objects.values_list("serial", flat=True)) == {1, 2}


# --- who, and wrong things -----------------------------------------------------------------------------------------


def test_only_the_planner_makes_and_only_the_leader_signs(cast: Cast, review: Review) -> None:
    for who in ("leader", "officer", "auditor"):
        with pytest.raises(Refused):
            actions.send_to_sign(actor=cast.actor(who), review=review, at=AT)
    actions.send_to_sign(actor=cast.actor("planner"), review=review, at=AT)
    for who in ("planner", "auditor", "officer"):
        with pytest.raises(Refused), transaction.atomic():
            actions.sign(actor=cast.actor(who), review=review, at=AT)
    assert not Snapshot.objects.exists()


def test_officers_and_citizens_see_a_review_only_when_published(cast: Cast, signed: Review) -> None:
    for who in ("officer", "street", "monitor"):
        assert cast.client(who).get(f"/planning/reviews/{signed.pk}/").status_code == 403
        assert cast.client(who).get(f"/planning/reviews/{signed.pk}/report.docx").status_code == 403
        assert cast.client(who).post(f"/planning/reviews/{signed.pk}/publish/").status_code == 403
    citizen = Client()
    for path in ("", "report.docx", "report.pdf", "report.json"):
        assert citizen.get(f"/public/reviews/{signed.pk}/{path}").status_code == 404
    actions.publish(actor=cast.actor("planner"), review=signed, at=AT)
    assert "示例规划" in citizen.get("/public/reviews/").content.decode()
    assert "66.8" in citizen.get(f"/public/reviews/{signed.pk}/").content.decode()
    assert citizen.get(f"/public/reviews/{signed.pk}/report.json").content.decode() == signed.snapshot.content
    assert citizen.get(f"/public/reviews/{signed.pk}/report.exe").status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"plan": "x"}, "选一份规划"),
        ({"kind": "weekly"}, "选一种评估"),
        ({"year": "2019"}, "年份应在"),
        ({"year": "二〇二三"}, "四位数"),
        ({"kind": "final", "year": "2024"}, "终期评估的年份是 2025"),
        ({"as_of": "2999-01-01"}, "在今天以后"),
        ({"as_of": "2022-12-31"}, "早于 2023"),
        ({"as_of": "昨天"}, "写成 2024-12-31"),
        ({"code": "abc"}, "机关代字"),
        ({"addressee": " "}, "主送机关"),
    ],
)
def test_wrong_things_on_the_form_are_said_and_make_nothing(
    cast: Cast, plan: Plan, changes: dict[str, str], said: str
) -> None:
    typed = {
        "plan": f"{plan.pk}",
        "kind": "yearly",
        "year": "2023",
        "as_of": "",
        "code": "打好的代字",
        "addressee": "打好的机关",
    }
    answer = cast.client("planner").post("/planning/reviews/make/", {**typed, **changes})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert changes.get("code", "打好的代字") in page
    assert not Review.objects.exists()


def test_one_click_makes_a_draft_and_a_second_one_is_refused_until_it_is_published(cast: Cast, plan: Plan) -> None:
    client = cast.client("planner")
    typed = {"plan": f"{plan.pk}", "kind": "yearly", "year": "2023", "code": "示例规评", "addressee": "示例区人民政府"}
    answer = client.post("/planning/reviews/make/", typed)
    assert answer.status_code == 302
    review = Review.objects.get()
    assert review.as_of == date(2023, 12, 31)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "66.8" in page
    assert "签发后才能出正式文件" in page
    assert client.get(f"/planning/reviews/{review.pk}/report.docx").status_code == 422
    assert "已有一份在办" in client.post("/planning/reviews/make/", typed).content.decode()


def test_the_whole_way_through_the_pages(cast: Cast, review: Review) -> None:
    planner, leader, base = cast.client("planner"), cast.client("leader"), f"/planning/reviews/{review.pk}/"
    assert planner.post(f"{base}write/", {"opinion": "长" * 4001}).status_code == 422
    assert planner.post(f"{base}write/", {"opinion": "评价", "proposals": "建议"}).status_code == 302
    assert planner.post(f"{base}refresh/").status_code == 302
    assert planner.post(f"{base}sign/").status_code == 403
    assert planner.post(f"{base}score/").status_code == 302
    assert leader.post(f"{base}return/", {"reason": " "}).status_code == 422
    assert leader.post(f"{base}return/", {"reason": "补写原因"}).status_code == 302
    assert "补写原因" in planner.get(base).content.decode()
    assert planner.post(f"{base}score/").status_code == 302
    assert leader.post(f"{base}sign/").status_code == 302
    assert leader.post(f"{base}sign/").status_code == 409
    assert planner.post(f"{base}publish/").status_code == 302
    assert planner.post(f"{base}nothing/").status_code == 404
    text = planner.get("/planning/reviews/export/?form=csv&state=published").content.decode("utf-8-sig")
    assert "示例规评〔" in text
    assert text.count("\r\n") == 2
    assert "没有符合条件" in planner.get("/planning/reviews/?state=draft&sort=year&kind=final").content.decode()


def test_waiting_goes_from_planner_to_leader_and_back(cast: Cast, review: Review) -> None:
    def verbs(who: str) -> list[str]:
        return [line.verb for line in waiting(cast.actor(who), AT)]

    assert (verbs("planner"), verbs("leader")) == (["评分送签"], [])
    actions.send_to_sign(actor=cast.actor("planner"), review=review, at=AT)
    assert (verbs("planner"), verbs("leader")) == ([], ["签发"])
    actions.sign(actor=cast.actor("leader"), review=review, at=AT)
    assert (verbs("planner"), verbs("leader"), verbs("officer")) == (["公布"], [], [])
    assert find(cast.actor("planner"), "示例")
    assert not find(cast.actor("officer"), "示例")


def test_a_plan_with_nothing_in_it_cannot_be_scored(cast: Cast, plan: Plan) -> None:
    empty = Plan.objects.create(
        document=plan.document, key="e", title="空规划", domain="general", first_year=2021, last_year=2025
    )
    review = actions.make(
        actor=cast.actor("planner"), plan=empty, kind="yearly", year=2023, as_of=date(2023, 12, 31), organisation=cast.district,
        code="示例", addressee="示例区", at=AT,
    )  # fmt: skip
    assert cast.client("planner").get(f"/planning/reviews/{review.pk}/").status_code == 200
    with pytest.raises(Refused, match="没有可评的内容"):
        actions.send_to_sign(actor=cast.actor("planner"), review=review, at=AT)


def test_the_document_is_made_from_the_snapshot_alone(signed: Review, django_assert_num_queries: Any) -> None:
    facts = json.loads(signed.snapshot.content)
    with django_assert_num_queries(0):
        assert document(facts).demo is True
        published = facts | {"plan": facts["plan"] | {"is_demo": False}}
        own, borrowed = (
            [one | {"substitution": why} for one in facts["indicators"]] for why in ("", "以外地站点数据示例")
        )
        assert document(published | {"indicators": own}).demo is False
        assert document(published | {"indicators": borrowed}).demo is True
    assert actions.canonical(facts) == signed.snapshot.content


def test_demonstration_publishes_one_and_leaves_one_for_the_leader(cast: Cast, plan: Plan) -> None:
    demonstration.load(AT)
    demonstration.load(AT)
    assert sorted(Review.objects.values_list("year", "state")) == [(2023, "published"), (2024, "scored")]
