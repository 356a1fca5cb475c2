"""The plan's safety indicators, figures computed by hand: from incidents, parcels to the city, and what a person typed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.exchange.delivery.models import Parcel, Peer
from anlan.kernel.planning.models import Indicator, Plan
from anlan.kernel.planning.types import Computed
from anlan.kernel.planning.values import actions as values
from anlan.kernel.planning.values import computing, reading
from anlan.kernel.planning.values import formulas as installed
from anlan.kernel.planning.values.tests.test_values import make_plan
from anlan.kernel.registry import actions
from anlan.kernel.registry.cells import row_of
from anlan.kernel.registry.models import Entry
from anlan.kernel.response.actions import command, intake, saying
from anlan.kernel.response.models import Incident
from anlan.kernel.response.tests.support import shift
from anlan.packs.safety.toll import demonstration, formulas, queries, rules
from anlan.packs.safety.toll.rules import Year
from anlan.packs.safety.toll.sheets import CULTURE, RULINGS, YEARS, check_ruling, check_year

pytestmark = pytest.mark.django_db
END = date(2025, 12, 31)


def figures(cast: Cast, year: int, **more: str) -> Entry:
    given = {
        "year": str(year),
        "gdp": "400",
        "residents": "64",
        "trade_workers": "100000",
        "source": "示例统计公报",
        **more,
    }
    values, problems = row_of(given, YEARS)
    assert not problems
    made: Entry = actions.add(actor=SYSTEM, sheet=YEARS, organisation=cast.emergency, values=values, at=cast.at)
    return made


def happened(cast: Cast, kind: str, on: date, mode: str = "", **counts: int) -> Incident:
    at = datetime(on.year, on.month, on.day, 9, tzinfo=CHINA)
    incident = intake.open_incident(
        actor=cast.actor("duty"), organisation=cast.district, place="示例路", kind=kind, source="来电", at=at, counts=counts, key=uuid4()
    )  # fmt: skip
    if mode:
        Incident.objects.filter(pk=incident.pk).update(mode=mode)
    return incident


def dies(cast: Cast, incident: Incident, days: float, **counts: int) -> None:
    saying.fact(
        actor=cast.actor("duty"), incident=incident, values=counts, at=incident.occurred_at + timedelta(days=days)
    )


def ruled(cast: Cast, incident: Incident, field: str) -> None:
    given, problems = row_of(
        {"number": incident.number, "field": field, "ruled_on": "2025-07-01", "basis": "示例批复"}, RULINGS
    )
    assert not problems
    actions.add(actor=SYSTEM, sheet=RULINGS, organisation=cast.emergency, values=given, at=cast.at)


def test_an_empty_district_has_no_rate_and_no_nought(cast: Cast) -> None:
    """No figures, no incidents: nothing is known. With figures alone a year without any record is not a year without deaths."""
    for formula in formulas.FORMULAS[:4]:
        assert formula.compute(2025, END).value is None, formula.slug
    figures(cast, 2025)
    found = formulas.by_product(2025, END)
    assert found.value is None
    assert "没有任何事件记录" in found.note


def test_a_year_with_records_and_no_deaths_is_nought(cast: Cast) -> None:
    figures(cast, 2025)
    happened(cast, "fire", date(2025, 3, 1), trapped=1)
    assert formulas.by_product(2025, END).value == 0
    assert formulas.by_workers(2025, END).value == 0


def test_a_missing_denominator_is_said_and_never_divides(cast: Cast) -> None:
    happened(cast, "hazchem", date(2025, 3, 1), dead=2)
    for formula in (formulas.by_product, formulas.by_workers):
        found = formula(2025, END)
        assert (found.value, found.sentence) == (None, "")
        assert "缺 2025 年的" in found.note
    figures(cast, 2025, gdp="")
    assert formulas.by_product(2025, END).value is None
    assert formulas.by_workers(2025, END).value == Decimal("2.000")  # 2 ÷ 100,000 × 100,000


def test_deaths_at_work_by_product_and_by_workers(cast: Cast) -> None:
    """3 + 1 + 1 at work of 5 + 2 in all ÷ 400 亿元 = 0.0125; in trade 3 ÷ 100,000 = 3 per 100,000."""
    figures(cast, 2025)
    happened(cast, "hazchem", date(2025, 1, 5), dead=3)  # in trade, by its kind
    happened(cast, "traffic", date(2025, 2, 5), dead=1)
    happened(cast, "utility", date(2025, 2, 6), dead=1)  # other
    ruled(cast, happened(cast, "fire", date(2025, 3, 5), dead=2), "none")  # in a home
    happened(cast, "flood", date(2025, 4, 5), dead=4)  # a disaster
    happened(cast, "hazchem", date(2025, 5, 5), mode="drill", dead=9)
    happened(cast, "hazchem", date(2024, 12, 31), dead=5)  # of the year before
    product, workers = formulas.by_product(2025, END), formulas.by_workers(2025, END)
    assert (product.value, product.unit) == (Decimal("0.0125"), "人/亿元")
    assert (workers.value, workers.unit) == (Decimal("3.000"), "人/十万人")
    assert product.sentence == "2025 年生产安全事故死亡 5 人 ÷ 地区生产总值 400 亿元 = 0.0125 人/亿元"
    # Completeness: three incidents and one year asked for, none ruled, the year there; the chain says so and leads to each.
    assert (product.expected, product.valid) == (4, 1)
    assert "3 起没有认定" in product.steps[0].text
    assert {one.url for one in product.steps if one.link == "看复盘"} == {
        reverse("incident_review", args=[one.number]) for one in Incident.objects.filter(mode="real", kind__in=("hazchem", "traffic", "utility"), occurred_at__year=2025)
    }  # fmt: skip
    assert product.steps[-1].url == reverse("toll_years_list")


def test_a_ruling_moves_the_deaths_and_completes_the_figure(cast: Cast) -> None:
    figures(cast, 2025)
    one = happened(cast, "gas", date(2025, 1, 5), dead=2)
    before = queries.fingerprint(2025)
    assert formulas.by_workers(2025, END).value == Decimal("2.000")
    ruled(cast, one, "other")
    assert queries.fingerprint(2025) != before
    found = formulas.by_workers(2025, END)
    assert found.value == 0
    assert formulas.by_product(2025, END).value == Decimal("0.0050")
    assert formulas.by_product(2025, END).valid == 2


@pytest.mark.parametrize(("kind", "within", "after"), [("hazchem", 30, 31), ("traffic", 7, 8), ("fire", 7, 8)])
def test_a_death_counts_within_the_days_of_the_law_and_not_after(
    cast: Cast, kind: str, within: int, after: int
) -> None:
    figures(cast, 2025)
    one = happened(cast, kind, date(2025, 6, 1), dead=1)
    dies(cast, one, within, dead=2)
    assert formulas.by_product(2025, END).value == Decimal("0.0050")
    dies(cast, one, after, dead=3)
    found = formulas.by_product(2025, END)
    assert found.value == Decimal("0.0050")
    assert "另有 1 人在法定天数以后死亡" in found.steps[0].text


def test_an_accident_at_the_end_of_the_year_counts_in_its_year(cast: Cast) -> None:
    figures(cast, 2025)
    dies(cast, happened(cast, "hazchem", END), 20, dead=4)  # in January
    assert formulas.by_product(2025, END).value == Decimal("0.0100")


def test_a_false_alarm_and_a_duplicate_do_not_count(cast: Cast) -> None:
    figures(cast, 2025)
    shift(cast, "duty", "duty")
    one, two = (happened(cast, "hazchem", date(2025, 7, day), dead=1) for day in (24, 25))
    command.move(actor=cast.actor("duty"), incident=two, move="duplicate", at=cast.at, values={"into": one.number})
    assert formulas.by_product(2025, END).value == Decimal("0.0025")


def _five(cast: Cast, **last: str) -> None:
    for year in range(2021, 2025):
        figures(cast, year, disaster_deaths="0", disaster_loss="1000", earlier_source="示例年报")
    figures(cast, 2025, **last)


def test_disasters_over_the_years_of_the_plan(cast: Cast) -> None:
    """Loss 4 × 1,000 + 2,000 = 6,000 万元 ÷ (5 × 400 亿元) = 0.03 %; deaths 1 ÷ (5 × 64 万人) = 0.03125 per 100,000."""
    _five(cast)
    flood = happened(cast, "flood", date(2025, 7, 1), loss=2000)
    dies(cast, flood, 40, dead=1)  # of a disaster it counts whenever it comes
    loss, dead = formulas.loss_share(2025, END), formulas.disaster_deaths(2025, END)
    assert (loss.value, loss.unit, dead.value) == (Decimal("0.030"), "%", Decimal("0.031"))
    assert "2021、2022、2023、2024 年没有事件记录" in loss.steps[-1].text
    assert formulas.loss_share(2022, date(2022, 12, 31)).value == Decimal("0.025")  # 2,000 ÷ 800 亿元
    happened(cast, "hazchem", date(2025, 7, 2), loss=9000)  # an accident's loss is not a disaster's
    assert formulas.loss_share(2025, END).value == Decimal("0.030")


def test_one_missing_year_leaves_the_mean_unknown(cast: Cast) -> None:
    _five(cast, gdp="")
    happened(cast, "flood", date(2025, 7, 1), loss=2000)
    found = formulas.loss_share(2025, END)
    assert found.value is None
    assert "缺 2025 年的地区生产总值" in found.note
    assert formulas.disaster_deaths(2025, END).value == 0


@pytest.mark.pure
def test_rates_by_hand() -> None:
    def year(amount: str | None, measure: str | None) -> Year:
        return Year(
            year=2025,
            amount=None if amount is None else Decimal(amount),
            measure=None if measure is None else Decimal(measure),
        )

    assert rules.rate([], Decimal(1), 2) is None
    assert rules.rate([year("1", "0")], Decimal(1), 2) is None  # nothing is divided by nought
    assert rules.rate([year(None, "4")], Decimal(1), 2) is None
    assert rules.rate([year("0", "4")], Decimal(1), 2) == 0
    assert rules.rate([year("1", "3"), year("1", "4")], Decimal(100), 2) == Decimal("28.57")
    assert [list(rules.period(year)) for year in (2021, 2023, 2026)] == [[2021], [2021, 2022, 2023], [2026]]


def _parcel(cast: Cast, peer: Peer, seq: int, state: str) -> None:
    Parcel.objects.create(
        id=uuid4(), peer=peer, seq=seq, subject="x", words="x", text="{}", signature="", state=state, made_at=cast.at, since=cast.at,
        acked_at=cast.at if state == "acked" else None,
    )  # fmt: skip


def test_the_city_acknowledges(cast: Cast) -> None:
    assert formulas.city_link(2025, END).value is None
    city, next_door = (
        Peer.objects.create(code=code, title=code, kind=kind, key="0" * 64, state="linked", organisation=cast.district, made_at=cast.at, made_by="示例")
        for code, kind in (("CITY", "city"), ("NEAR", "neighbour"))
    )  # fmt: skip
    for seq, state in enumerate(("acked", "acked", "dead"), start=1):
        _parcel(cast, city, seq, state)
    _parcel(cast, next_door, 1, "queued")  # not the city
    found = formulas.city_link(2025, END)
    assert (found.value, found.expected, found.valid) == (Decimal("66.7"), 3, 2)
    assert found.steps[1].link == "1 件"
    assert formulas.city_link(2024, date(2024, 12, 31)).value is None


def test_culture_bases_that_are_open(cast: Cast) -> None:
    for code, state, opened in (("1", "open", "2025-05-01"), ("2", "building", ""), ("3", "open", "2025-07-20")):
        given, problems = row_of(
            {"code": code, "name": f"示例基地{code}", "state": state, "opened_on": opened}, CULTURE
        )
        assert not problems
        actions.add(actor=SYSTEM, sheet=CULTURE, organisation=cast.emergency, values=given, at=cast.at)
    assert formulas.culture_bases(2025, date(2025, 7, 25)).value == 2
    assert formulas.culture_bases(2025, date(2025, 6, 1)).value == 1


# ---- the printed promise and the working definition
PRINTED = (
    ("单位国内生产总值生产安全事故死亡率", "%", "0.01", "<=", "控制在0.01%以内"),
    ("工矿商贸就业十万人生产安全事故死亡率", "%", "0.8", "<=", "控制在0.8%以内"),
    ("年均因灾直接经济损失占河北区生产总值比例", "%", "1", "<=", "控制在1%以内"),
    ("年均每十万人口因灾死亡率", "%", "0.1", "<=", "控制在0.1%以内"),
    ("加强信息化建设力度,全面对接市应急指挥中心", "", None, "=", ""),
    ("建设完善区级安全生产和应急文化基地", "处", "1", ">=", "1处"),
)  # fmt: skip


@pytest.fixture
def plan() -> Plan:
    made = make_plan()
    Plan.objects.filter(pk=made.pk).update(domain="safety")
    for order, (name, unit, target, comparator, text) in enumerate(PRINTED):
        Indicator.objects.create(
            plan=made, key=str(order), order=order, number=order, name=name, unit=unit, target=target and Decimal(target), comparator=comparator, target_text=text
        )  # fmt: skip
    installed.install(formulas.FORMULAS)
    return made


def _row(plan: Plan, name: str) -> reading.Row:
    return reading.rows_of(Indicator.objects.filter(plan=plan, name=name), date(2026, 6, 1))[0]


@pytest.fixture(autouse=True)
def _kept() -> object:
    before = dict(installed.installed())
    yield
    installed.install(before.values())


def test_every_printed_indicator_is_answered_by_one_formula(plan: Plan, cast: Cast) -> None:
    computing.bind_by_name(cast.at)
    assert not Indicator.objects.filter(plan=plan, binding=None).exists()


def test_the_printed_number_is_judged_in_the_working_unit(plan: Plan, cast: Cast) -> None:
    figures(cast, 2025)
    happened(cast, "hazchem", date(2025, 1, 5), dead=5)  # 0.0125 per 亿元, over 0.01
    computing.refresh(datetime(2026, 1, 2, tzinfo=CHINA))
    row = _row(plan, PRINTED[0][0])
    assert (row.promise.unit, row.promise.target, row.verdict.state) == ("人/亿元", Decimal("0.01"), "behind")
    assert row.unit_words == "人/亿元（原文 %）"
    page = cast.client("planner").get(reverse("indicator", args=[row.indicator.pk])).content.decode()
    assert "控制在0.01%以内" in page
    assert "数照印，单位按人/亿元比" in page
    assert "人/亿元" in page


def test_a_sentence_without_a_number_gets_its_measure(plan: Plan, cast: Cast) -> None:
    computing.bind_by_name(cast.at)
    link = _row(plan, PRINTED[4][0])
    assert (link.promise.unit, link.promise.target, link.promise.comparator, link.promise.qualitative) == (
        "%",
        Decimal(100),
        ">=",
        False,
    )


def test_a_printed_unit_that_nobody_worked_out_stays_refused(plan: Plan, cast: Cast) -> None:
    with pytest.raises(Refused, match="单位不同"):
        values.bind(
            actor=cast.actor("planner"), indicator=Indicator.objects.get(plan=plan, name=PRINTED[5][0]), formula="toll.by_product", at=cast.at
        )  # fmt: skip


# ---- the registers
def test_wrong_input(cast: Cast) -> None:
    given, problems = row_of({"year": "2025", "gdp": "-1", "source": ""}, YEARS)
    assert {one.column for one in problems} >= {"gdp", "source"}
    given, _problems = row_of({"year": "2025", "source": "示例公报", "work_deaths": "1", "trade_deaths": "2"}, YEARS)
    assert {one.column for one in check_year(given)} == {"earlier_source", "trade_deaths"}
    assert [one.column for one in check_ruling({"number": "SJ-没有"})] == ["number"]
    drill = happened(cast, "hazchem", date(2025, 1, 5), mode="drill")
    assert [one.column for one in check_ruling({"number": drill.number})] == ["number"]


def test_who_may(cast: Cast) -> None:
    assert cast.client("officer").get(reverse("toll_years_list")).status_code == 200
    assert cast.client("officer").get(reverse("toll_years_new")).status_code == 200
    assert cast.client("leader").get(reverse("toll_years_new")).status_code == 403
    assert cast.client("safety").get(reverse("toll_years_list")).status_code == 403


def test_the_demonstration_is_whole_and_idempotent(cast: Cast) -> None:
    for _twice in range(2):
        demonstration.load(cast.at)
    found: Computed = formulas.by_product(2024, date(2024, 12, 31))
    assert found.value == Decimal("0.0021")  # 1 ÷ 474
    assert "示例" in YEARS.model.objects.get(year=2024).source
    assert formulas.culture_bases(2025, END).value == 1
