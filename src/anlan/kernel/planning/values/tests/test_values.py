"""Values from formulas and from people: versions, recomputation, refusals, and the pages that show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from tests.support.cast import AT, Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning.models import Indicator, Plan, PlanDocument, Terms
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.kernel.planning.values import actions, computing, demonstration, formulas, reading
from anlan.kernel.planning.values.declare import find, waiting
from anlan.kernel.planning.values.models import Binding, GapNote, IndicatorValue

pytestmark = pytest.mark.django_db


class Records:
    """Stands for a pack's records: days and good days by year, and what its formula answers."""

    def __init__(self) -> None:
        self.days = {2024: (262, 366), 2025: (148, 204)}
        self.asked = 0

    def compute(self, year: int, as_of: date) -> Computed:
        self.asked += 1
        good, valid = self.days.get(year, (0, 0))
        return Computed(
            value=Decimal(good * 100) / valid if valid else None, unit="%", window=(date(year, 1, 1), as_of), as_of=as_of,
            expected=valid + 1 if valid else 0, valid=valid, sentence=f"优良天数 {good} ÷ 有效天数 {valid}", rule="示例规则 1",
            inputs_hash=f"{good}/{valid}", substitution="以外地站点数据示例", ratio=(good, valid),
            steps=(Step(title="日评价", text=f"有效 {valid} 天", link=f"{valid} 行", url="/days/"),),
        )  # fmt: skip

    def trial(self, year: int, as_of: date) -> Computed:
        answer = self.compute(year, as_of)
        return replace(answer, value=None if answer.value is None else answer.value - 8, rule="示例规则 2")

    def fingerprint(self, year: int) -> str:
        return repr(self.days.get(year))

    def formula(self, **changes: Any) -> Formula:
        facts: dict[str, Any] = {
            "slug": "test.good_days", "title": "优良天数比率", "unit": "%", "text": "优良天数 ÷ 有效天数",
            "indicators": ("城市空气质量优良天数比率",), "compute": self.compute, "fingerprint": self.fingerprint,
            "trial": self.trial, "of_days": True,
        }  # fmt: skip
        return Formula(**{**facts, **changes})


@pytest.fixture
def records() -> Iterator[Records]:
    before, made = dict(formulas.installed()), Records()
    formulas.install([made.formula()])
    yield made
    formulas.install(before.values())


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def make_plan(*, is_demo: bool = False, title: str = "示例环境规划") -> Plan:
    document = PlanDocument.objects.create(
        key=title, title=title, sha256="0" * 64, reading={}, imported_at=AT, imported_by="示例", is_demo=is_demo
    )
    return Plan.objects.create(
        document=document, key=title, title=title, domain="environment", first_year=2021, last_year=2025
    )


def make_indicator(plan: Plan, owner: Organisation | None, order: int = 1, **changes: Any) -> Indicator:
    facts: dict[str, Any] = {
        "key": f"k{order}", "order": order, "group": "示例组", "number": order, "name": "城市空气质量优良天数比率", "unit": "%",
        "baseline": Decimal("63.9"), "target": Decimal(74), "comparator": ">=", "kind": "约束性", "flags": ["provisional"],
    }  # fmt: skip
    return Indicator.objects.create(plan=plan, responsible=owner, **{**facts, **changes})


@pytest.fixture
def indicator(cast: Cast) -> Indicator:
    return make_indicator(make_plan(), cast.environment)


@pytest.fixture
def myopia(cast: Cast, indicator: Indicator) -> Indicator:
    return make_indicator(
        indicator.plan, cast.emergency, 2, name="示例近视率", baseline=Decimal("58.2"), target=Decimal("53.2"), comparator="<=",
        kind="预期性", flags=[],
    )  # fmt: skip


def typed(year: int = 2024, value: str = "55", **changes: Any) -> actions.Typed:
    facts: dict[str, Any] = {"year": year, "value": Decimal(value), "as_of": date(year, 12, 31), "source": "示例统计表"}
    return actions.Typed(**{**facts, **changes})


# --- computed ------------------------------------------------------------------------------------------------------


def test_names_match_whatever_the_width_and_punctuation(records: Records) -> None:
    formulas.install([records.formula(indicators=("细颗粒物（PM2.5）浓度",))])
    assert formulas.answering("细颗粒物(PM2.5) 浓度") is not None
    assert formulas.answering("细颗粒物(PM25)浓度") is None
    formulas.install([records.formula(slug="a"), records.formula(slug="b")])
    assert formulas.answering("城市空气质量优良天数比率") is None  # two answer: a person chooses


def test_refresh_computes_once_and_again_only_when_records_change(indicator: Indicator, records: Records) -> None:
    assert computing.refresh(AT) == 2
    assert computing.refresh(AT + timedelta(days=1)) == 0
    asked = records.asked
    records.days[2024] = (263, 366)
    assert computing.refresh(AT + timedelta(days=2)) == 1
    assert records.asked == asked + 1
    old, new = IndicatorValue.objects.filter(year=2024).order_by("version")
    assert (old.version, old.superseded_at) == (1, AT + timedelta(days=2))
    assert (new.version, new.value, new.ratio) == (2, Decimal("71.857923"), (263, 366))
    assert new.steps[0]["url"] == "/days/"
    entry = Entry.objects.filter(verb="planning_values.computed").latest("id")
    assert (entry.old["version"], entry.new["version"]) == (1, 2)


def test_records_withdrawn_take_the_figure_back(indicator: Indicator, records: Records) -> None:
    computing.refresh(AT)
    del records.days[2024]
    assert computing.refresh(AT) == 1
    row = IndicatorValue.objects.get(year=2024, superseded_at=None)
    assert (row.version, row.value) == (2, None)


def test_a_changed_formula_recomputes(indicator: Indicator, records: Records) -> None:
    computing.refresh(AT)
    asked = records.asked
    formulas.install([records.formula(text="改过的算法")])
    computing.refresh(AT)
    assert records.asked > asked


def test_a_persons_choice_is_not_bound_again(cast: Cast, indicator: Indicator, records: Records) -> None:
    actions.bind(actor=cast.actor("planner"), indicator=indicator, formula="", at=AT)
    assert computing.refresh(AT) == 0
    assert Binding.objects.get().formula == ""
    with pytest.raises(Refused):
        actions.bind(actor=cast.actor("planner"), indicator=indicator, formula="nothing.like.it", at=AT)
    formulas.install([records.formula(unit="毫克/立方米")])
    with pytest.raises(Refused, match="单位不同"):
        actions.bind(actor=cast.actor("planner"), indicator=indicator, formula="test.good_days", at=AT)


def test_the_database_keeps_one_current_version_and_typed_needs_a_source(indicator: Indicator) -> None:
    facts: dict[str, Any] = {
        "indicator": indicator, "year": 2024, "window_from": date(2024, 1, 1), "window_to": date(2024, 12, 31),
        "as_of": date(2024, 12, 31), "computed_at": AT, "entered_by": "示例", "value": Decimal(1),
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorValue.objects.create(version=1, source="typed", **facts)
    IndicatorValue.objects.create(version=1, source="computed", **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndicatorValue.objects.create(version=2, source="computed", **facts)


# --- typed ---------------------------------------------------------------------------------------------------------


def test_a_typed_figure_is_marked_and_a_correction_is_a_new_version(cast: Cast, myopia: Indicator) -> None:
    officer = cast.actor("officer")
    actions.type_in(actor=officer, indicator=myopia, typed=typed(), at=AT)
    with pytest.raises(Refused) as refused:
        actions.type_in(actor=officer, indicator=myopia, typed=typed(value="54"), at=AT)
    assert refused.value.field == "reason"
    row = actions.type_in(actor=officer, indicator=myopia, typed=typed(value="54", reason="复核更正"), at=AT)
    assert (row.version, row.source, row.reason) == (2, "typed", "复核更正")
    assert [entry.verb for entry in Entry.objects.filter(subject_kind="indicator").order_by("id")] == [
        "planning_values.typed", "planning_values.corrected",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"year": 2019, "as_of": date(2019, 12, 31)}, "year"),
        ({"year": 2026, "as_of": date(2026, 1, 1)}, "year"),
        ({"year": 2025, "as_of": date(2025, 7, 26)}, "as_of"),
        ({"as_of": date(2023, 12, 31)}, "as_of"),
        ({"source": " x "}, "source"),
        ({"source": "长" * 301}, "source"),
        ({"reason": "长" * 301}, "reason"),
        ({"value": Decimal("5.5")}, "sure"),
        ({"value": Decimal(5500)}, "sure"),
    ],
)
def test_wrong_figures_name_their_field_and_store_nothing(
    cast: Cast, myopia: Indicator, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        actions.type_in(actor=cast.actor("planner"), indicator=myopia, typed=replace(typed(), **changes), at=AT)
    assert refused.value.field == field
    assert not IndicatorValue.objects.exists()


def test_a_jump_is_accepted_when_confirmed_and_the_same_figure_twice_is_not(cast: Cast, myopia: Indicator) -> None:
    planner = cast.actor("planner")
    actions.type_in(actor=planner, indicator=myopia, typed=typed(value="5", sure=True), at=AT)
    with pytest.raises(Refused, match="没有改动"):
        actions.type_in(actor=planner, indicator=myopia, typed=typed(value="5", sure=True, reason="再填"), at=AT)


def test_only_the_responsible_unit_and_the_planner_type(
    cast: Cast, myopia: Indicator, indicator: Indicator, records: Records
) -> None:
    for who in ("other", "leader", "street", "auditor"):
        with pytest.raises(Refused) as refused:
            actions.type_in(actor=cast.actor(who), indicator=myopia, typed=typed(), at=AT)
        assert refused.value.code == "forbidden"
    computing.refresh(AT)
    with pytest.raises(Refused, match="公式算出"):
        actions.type_in(actor=cast.actor("planner"), indicator=indicator, typed=typed(), at=AT)


def test_a_sentence_without_a_number_takes_done_or_not(cast: Cast, indicator: Indicator) -> None:
    docked = make_indicator(
        indicator.plan,
        None,
        3,
        name="示例对接",
        unit="",
        baseline=None,
        target=None,
        comparator="=",
        flags=["no_number"],
    )
    with pytest.raises(Refused, match="完成填 1"):
        actions.type_in(actor=cast.actor("planner"), indicator=docked, typed=typed(value="3"), at=AT)
    actions.type_in(actor=cast.actor("planner"), indicator=docked, typed=typed(value="1"), at=AT)
    assert reading.rows_of(Indicator.objects.filter(pk=docked.pk), AT.date())[0].verdict.state == "reached"


@pytest.mark.parametrize("text", ["", "abc", "1e400", "NaN", "1.1234567", "10000000000000", "1,2.3.4"])
def test_what_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        actions.number(text)


def test_full_width_digits_and_commas_are_read() -> None:
    assert actions.number(" １２，３４５．６ ") == Decimal("12345.6")
    assert actions.number("72.5%") == Decimal("72.5")


# --- as known on a day ---------------------------------------------------------------------------------------------


def test_a_past_day_sees_the_terms_and_figures_of_that_day_and_later_corrections(cast: Cast, myopia: Indicator) -> None:
    planner = cast.actor("planner")
    for year, value in ((2022, "57"), (2023, "59"), (2024, "55")):
        actions.type_in(actor=planner, indicator=myopia, typed=typed(year, value), at=AT)
    actions.type_in(actor=planner, indicator=myopia, typed=typed(2023, "56", reason="更正"), at=AT)
    Terms.objects.create(
        kind="indicator", item_id=myopia.pk, effective_from=date(2021, 1, 1), effective_to=date(2024, 1, 1),
        facts={"target": "50", "name": "旧名称"}, source="import",
    )  # fmt: skip
    rows = Indicator.objects.filter(pk=myopia.pk)
    then = reading.rows_of(rows, date(2023, 12, 31))[0]
    assert (then.indicator.name, then.promise.target) == ("旧名称", Decimal(50))
    assert then.value is not None
    assert (then.value.year, then.value.value) == (2023, Decimal(56))
    now = reading.rows_of(rows, AT.date())[0]
    assert now.promise.target == Decimal("53.2")
    assert now.value is not None
    assert now.value.year == 2024
    assert Indicator.objects.get(pk=myopia.pk).name == "示例近视率"


def test_thirty_six_rows_cost_a_fixed_number_of_queries(
    cast: Cast, indicator: Indicator, django_assert_max_num_queries: Any
) -> None:
    for order in range(2, 37):
        make_indicator(indicator.plan, cast.environment, order)
    with django_assert_max_num_queries(5):
        assert len(reading.rows_of(Indicator.objects.all(), AT.date())) == 36


# --- pages ---------------------------------------------------------------------------------------------------------


def test_the_table_and_panel_answer_the_four_questions(
    cast: Cast, indicator: Indicator, myopia: Indicator, records: Records
) -> None:
    computing.refresh(AT)
    page = cast.client("other").get("/planning/indicators/?at=2025-07-25").content.decode()
    for said in ("72.549", "有差距", "个百分点", "剩余", "优良天数 148 ÷ 有效天数 204", "示例规则 1", "204 行", "以外地站点数据示例",
                 "填写差距说明", "换一版标准试算", "由公式算出", "应有 205，有效 204", "示例近视率", "初步值"):  # fmt: skip
        assert said in page, said


@pytest.mark.parametrize(
    "query", ["?kind=约束性", "?judged=behind", "?source=computed", "?q=优良", "?organisation={unit}"]
)
def test_filters_leave_the_other_indicator_out_and_the_export_agrees(
    cast: Cast, indicator: Indicator, myopia: Indicator, records: Records, query: str
) -> None:
    computing.refresh(AT)
    asked = query.format(unit=cast.environment.pk) + "&at=2025-07-25"
    client = cast.client("planner")
    page = client.get(f"/planning/indicators/{asked}").content.decode()
    assert "示例近视率" not in page
    assert "导出 1 行" in page
    text = client.get(f"/planning/indicators/export/{asked}&form=csv").content.decode("utf-8-sig")
    assert text.count("\r\n") == 2
    assert "以外地站点数据示例" in text


def test_odd_addresses_are_answered_in_words(cast: Cast, indicator: Indicator) -> None:
    client = cast.client("planner")
    assert client.get("/planning/indicators/?at=2025-02-31").status_code == 422
    assert client.get("/planning/indicators/?plan=x&i=y&kind=z&judged=w&organisation=v").status_code == 200
    assert client.get("/planning/indicators/?at=2999-01-01").status_code == 200
    assert client.get("/planning/indicators/999999/").status_code == 404
    assert client.get("/planning/indicators/values/999999/").status_code == 404
    assert client.get(f"/planning/indicators/{indicator.pk}/trial/").status_code == 404


def test_forms_keep_what_was_typed_and_refuse_by_role(cast: Cast, myopia: Indicator) -> None:
    path = f"/planning/indicators/{myopia.pk}/type/"
    client = cast.client("officer")
    wrong = {"year": "2024", "value": "五十", "as_of": "2024-12-31", "source": "打好的来源"}
    answer = client.post(path, wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "不是数" in page
    assert "打好的来源" in page
    for changes in ({"year": "20x4"}, {"as_of": "昨天"}, {"file": SimpleUploadedFile("a.exe", b"MZ")}):
        assert client.post(path, {**wrong, "value": "55", **changes}).status_code == 422
    assert not IndicatorValue.objects.exists()
    sent = {**wrong, "value": "５５．５", "file": SimpleUploadedFile("表.csv", "年,数\n".encode())}
    assert client.post(path, sent).status_code == 302
    row = IndicatorValue.objects.get()
    assert (row.value, row.stored.name if row.stored else "") == (Decimal("55.5"), "表.csv")
    assert client.get(f"/planning/indicators/values/{row.pk}/").status_code == 200
    assert cast.client("other").get(path).status_code == 403
    assert cast.client("other").post(path, sent).status_code == 403
    assert cast.client("officer").get(f"/planning/indicators/{myopia.pk}/formula/").status_code == 403


def test_a_gap_is_explained_once_and_leaves_the_workbench(cast: Cast, indicator: Indicator, records: Records) -> None:
    computing.refresh(AT)
    officer = cast.actor("other")
    assert [line.verb for line in waiting(officer, AT)] == ["填写差距说明"]
    assert list(waiting(cast.actor("officer"), AT)) == []
    client, path = cast.client("other"), f"/planning/indicators/{indicator.pk}/explain/"
    assert client.post(path, {"year": "2025", "cause": "沙尘", "measures": " "}).status_code == 422
    assert client.post(path, {"year": "2025", "cause": "示例原因", "measures": "示例措施"}).status_code == 302
    assert GapNote.objects.get().written_by
    assert list(waiting(officer, clock.now())) == []
    assert "示例措施" in client.get(f"/planning/indicators/{indicator.pk}/").content.decode()


def test_missing_figures_wait_with_their_due_day(cast: Cast, myopia: Indicator) -> None:
    (line,) = waiting(cast.actor("officer"), AT)
    assert (line.verb, line.due_at.date() if line.due_at else None) == ("填数", date(2025, 3, 31))
    for order in range(3, 7):
        make_indicator(myopia.plan, cast.emergency, order, name=f"示例{order}")
    (line,) = waiting(cast.actor("officer"), AT)
    assert (line.fact, line.verb) == ("5 项指标缺数", "填数")
    assert [hit.title for hit in find(cast.actor("leader"), "近视")] == ["示例近视率"]


def test_choosing_a_formula_computes_at_once(cast: Cast, indicator: Indicator, records: Records) -> None:
    client = cast.client("planner")
    path = f"/planning/indicators/{indicator.pk}/formula/"
    assert client.post(path, {"formula": "no"}).status_code == 422
    assert client.post(path, {"formula": "test.good_days"}).status_code == 302
    assert IndicatorValue.objects.filter(source="computed").count() == 2


def test_the_planner_names_the_responsible_unit(cast: Cast, indicator: Indicator) -> None:
    path = f"/planning/indicators/{indicator.pk}/unit/"
    assert cast.client("other").post(path, {"organisation": cast.street.pk}).status_code == 403
    assert cast.client("planner").post(path, {"organisation": "x"}).status_code == 422
    assert cast.client("planner").post(path, {"organisation": cast.emergency.pk}).status_code == 302
    indicator.refresh_from_db()
    assert indicator.responsible == cast.emergency
    assert Entry.objects.latest("id").verb == "planning_values.assigned"


def test_trial_stands_beside_and_stores_nothing(cast: Cast, indicator: Indicator, records: Records) -> None:
    computing.refresh(AT)
    before = IndicatorValue.objects.count()
    page = cast.client("auditor").get(f"/planning/indicators/{indicator.pk}/trial/?at=2025-07-25").content.decode()
    assert "示例规则 1" in page
    assert "示例规则 2" in page
    assert "-8" in page
    assert IndicatorValue.objects.count() == before


def test_the_public_sees_indicators_without_people(
    cast: Cast, indicator: Indicator, myopia: Indicator, records: Records
) -> None:
    computing.refresh(AT)
    actions.type_in(actor=cast.actor("planner"), indicator=myopia, typed=typed(), at=AT)
    for path in ("/public/indicators/", f"/public/indicators/{indicator.pk}/", f"/public/indicators/{myopia.pk}/"):
        page = Client().get(path).content.decode()
        assert not [post.person.name for post in cast.posts.values() if post.person.name in page], path
    assert "以外地站点数据示例" in Client().get("/public/indicators/").content.decode()
    assert "手填" in Client().get(f"/public/indicators/{myopia.pk}/").content.decode()


def test_with_nothing_imported_the_pages_say_so(cast: Cast) -> None:
    assert "先导入一份规划" in cast.client("planner").get("/planning/indicators/").content.decode()
    assert Client().get("/public/indicators/").status_code == 200
    assert cast.client("planner").get("/planning/indicators/export/?form=csv").status_code == 200


def test_demonstration_types_only_into_its_own_plan_and_only_once(cast: Cast, myopia: Indicator) -> None:
    own = make_indicator(make_plan(is_demo=True, title="示例规划"), None, 1, name="示例自有指标")
    demonstration.load(AT)
    count = IndicatorValue.objects.count()
    demonstration.load(AT)
    assert IndicatorValue.objects.count() == count == IndicatorValue.objects.filter(indicator=own).count() == 4
    assert not IndicatorValue.objects.exclude(source_text__contains="示例").exists()
