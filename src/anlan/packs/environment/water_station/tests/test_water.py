"""Months, years, ranking, warning, indicators: by hand and against a count of one's own."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

import docx
import openpyxl
import pytest
from tests.support.cast import Cast

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.observations import reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import Commit, columns
from anlan.kernel.planning.models import Indicator
from anlan.kernel.planning.values import computing
from anlan.kernel.registry import actions as registry
from anlan.packs.environment.water_station import actions, desk, formulas, queries, rules
from anlan.packs.environment.water_station.models import DrinkingResult, Sample, Section
from anlan.packs.environment.water_station.sheets import SAMPLES, SECTIONS
from anlan.science.water import surface

pytestmark = pytest.mark.django_db(transaction=True)
D = Decimal
CLEAN = {item: surface.LIMITS[item][0] / 2 for item in surface.LIMITS if item != "TP_lake"} | {
    "DO": D(9),
    "pH": D("7.5"),
}


def section(cast: Cast, code: str = "T-1", **changed: object) -> Section:
    values = {"code": code, "name": f"甲{code}", "river": "甲河", "level": "city", "target": "III", "target_basis": "", "position": 1, "is_lake": False,
              "station_code": "", "longitude": None, "latitude": None} | changed  # fmt: skip
    row = registry.add(actor=SYSTEM, sheet=SECTIONS, organisation=cast.environment, values=values, at=cast.at)
    assert isinstance(row, Section)
    return row


def sample(cast: Cast, code: str, day: date, **amounts: object) -> None:
    items = {**CLEAN, **amounts}
    values = {rules.ITEM_COLUMNS[item]: value for item, value in items.items()}
    rest = {"code": f"{code}-{day}", "section_code": code, "taken_on": day, "laboratory": ""}
    registry.add(actor=SYSTEM, sheet=SAMPLES, organisation=cast.environment, values={**rest, **values}, at=cast.at)


def hours(store: Store, station: str, code: str, days: Iterable[date], value: float) -> None:
    stream = Stream.objects.get(station__code=station, code=code, nature="raw")
    told = []
    for day in days:
        begin = datetime(day.year, day.month, day.day, tzinfo=CHINA)
        for at in range(1, 25):
            end = reading.ms(begin + timedelta(hours=at))
            told.append((stream.pk, end - 3_600_000, end, value, 0, 0))
    store.append(Commit(told[-1][2], columns(told)))


def may(count: int) -> list[date]:
    return [date(2025, 5, day + 1) for day in range(count)]


def test_fifteen_automatic_days_make_the_month_and_fourteen_do_not(rivers: Cast, store: Store) -> None:
    """SZ-01 has a manual sample in May; ammonia of the station goes first once it has fifteen days."""
    one = Section.objects.get(code="SZ-01")
    hours(store, "SZ-01", "NH3N", may(14), 1.7)
    (month,) = queries.months([one], (2025, 5), (2025, 5))["SZ-01"]
    hand = Sample.objects.get(section_code="SZ-01", taken_on__year=2025, taken_on__month=5)
    assert (month.mean["NH3N"], month.source["NH3N"], month.days) == (hand.nh3n, "hand", 14)
    hours(store, "SZ-01", "NH3N", may(15), 1.7)
    (month,) = queries.months([one], (2025, 5), (2025, 5))["SZ-01"]
    assert (month.mean["NH3N"], month.source["NH3N"], month.source["COD"], month.water_class) == (
        D("1.7"),
        "auto",
        "hand",
        "V",
    )
    assert month.verdict is not None
    assert month.verdict.items == ("NH3N",)


def test_a_year_is_the_mean_of_its_months(cast: Cast) -> None:
    """Eleven clean months and one of 8.0 mg/L ammonia: mean 0.735..., class III; seven months are too few for a verdict without a mark."""
    one = section(cast)
    for month in range(1, 13):
        sample(cast, "T-1", date(2024, month, 5), NH3N=D(8) if month == 3 else D("0.075"))
    (year,) = queries.years([one], 2024, date(2024, 12, 31))
    assert year.mean["NH3N"] == ((D(8) + 11 * D("0.075")) / 12).quantize(D("0.000001"))
    assert (year.water_class, year.meets, year.enough, len(year.months)) == ("III", True, True, 12)
    (early,) = queries.years([one], 2024, date(2024, 7, 9))
    assert (early.enough, len(early.months), early.water_class) == (False, 7, "IV")


def _classes(year: int, level: set[str]) -> list[tuple[Section, str]]:
    """Counted apart from the product: means of the samples in plain fractions."""
    told = []
    for one in Section.objects.filter(level__in=level):
        rows = list(Sample.objects.filter(section_code=one.code, taken_on__year=year))
        places = []
        for item, column in rules.ITEM_COLUMNS.items():
            values = [getattr(row, column) for row in rows]
            mean = sum(values) / len(values)
            limits = surface.LIMITS["TP_lake" if item == "TP" and one.is_lake else item] if item != "pH" else ()
            if item == "pH":
                places.append(0 if 6 <= mean <= 9 else 5)
            elif item == "DO":
                places.append(next((at for at, limit in enumerate(limits) if mean >= limit), 5))
            else:
                places.append(next((at for at, limit in enumerate(limits) if mean <= limit), 5))
        told.append((one, surface.CLASSES[max(places)]))
    return told


def test_the_indicators_equal_a_count_of_our_own(rivers: Cast, store: Store) -> None:
    answers = {one.slug: one.compute(2024, date(2024, 12, 31)) for one in formulas.FORMULAS}
    assessed = _classes(2024, {"national", "city", "district"})
    national = [name for one, name in assessed if one.level == "national"]
    order = surface.CLASSES.index

    def share(part: int, whole: int) -> Decimal:
        return (D(100 * part) / whole).quantize(D("0.1"))

    assert answers["water_station.good_share"].value == share(sum(order(name) <= 2 for name in national), len(national))
    assert answers["water_station.worse_share"].value == share(
        sum(name == "劣V" for _one, name in assessed), len(assessed)
    )
    met = sum(order(name) <= order(one.target) for one, name in assessed)
    assert answers["water_station.target_share"].value == share(met, len(assessed))
    assert 0 < met < len(assessed)  # the demonstration shows both
    assert answers["water_station.black_share"].value == 0
    assert all(one.substitution and one.steps for one in answers.values())
    assert "缺字" in answers["water_station.good_share"].note


def test_a_retired_sample_changes_the_figure_its_count_and_its_fingerprint(cast: Cast) -> None:
    section(cast, level="national")
    sample(cast, "T-1", date(2024, 1, 5), NH3N=D("1.9"))
    sample(cast, "T-1", date(2024, 2, 5))
    formula = formulas.FORMULAS[0]
    before, mark = formula.compute(2024, date(2024, 12, 31)), formula.fingerprint(2024)
    assert (before.value, before.valid, before.expected) == (D("100.0"), 2, 12)  # mean 0.99: III
    assert "不足 8 个月" in before.note
    registry.retire(
        actor=SYSTEM, sheet=SAMPLES, row=Sample.objects.get(taken_on=date(2024, 2, 5)), reason="采样瓶混用", at=cast.at
    )
    after = formula.compute(2024, date(2024, 12, 31))
    assert (after.value, after.valid) == (D("0.0"), 1)
    assert formula.fingerprint(2024) != mark
    assert after.inputs_hash != before.inputs_hash
    assert formula.compute(2023, date(2023, 12, 31)).value is None


def test_the_demonstrations_indicators_are_bound_by_name(rivers: Cast, store: Store) -> None:
    from anlan.kernel.planning import demonstration as plans

    plans.load(rivers.at)
    computing.refresh(rivers.at)
    for name, formula in (
        ("河道断面达标比例", "water_station.target_share"),
        ("黑臭水体比例", "water_station.black_share"),
    ):
        indicator = Indicator.objects.get(name__startswith=name)
        assert indicator.binding.formula == formula
        row = indicator.values.get(year=2024, superseded_at=None)
        assert row.value == formulas.FORMULAS[2 if "断面" in name else 3].compute(2024, date(2024, 12, 31)).value


def test_only_complete_sections_are_ranked_and_equal_ones_share_a_rank(cast: Cast) -> None:
    for code in ("T-1", "T-2", "T-3", "T-4", "T-5"):
        section(cast, code)
    for code in ("T-1", "T-2"):
        sample(cast, code, date(2024, 5, 5))
    sample(cast, "T-3", date(2024, 5, 5), NH3N=D(3))
    sample(cast, "T-3", date(2023, 5, 5), NH3N=D(6))
    sample(cast, "T-4", date(2024, 5, 5), Hg=None)
    report = queries.report(SYSTEM, 2024, 5)
    assert [(one.section.code, one.rank) for one in report.lines] == [("T-1", 1), ("T-2", 1), ("T-3", 3), ("T-4", None)]
    assert report.lines[3].why == "缺 1 项，不排名"
    third = report.lines[2]
    assert third.index == surface.cwqi({**CLEAN, "NH3N": D(3)})
    before = surface.cwqi({**CLEAN, "NH3N": D(6)})
    assert third.index is not None
    assert third.change == ((third.index - before) / before * 100).quantize(D("0.1"))
    assert [one.code for one in report.unmeasured] == ["T-5"]
    assert (report.meeting, report.worse) == (3, 1)
    (river,) = report.rivers
    assert (river.measured, river.sections, river.now.quality if river.now else "") == (
        4,
        5,
        "良好",
    )  # mean ammonia 0.80


def test_the_report_prints_and_exports_every_section(rivers: Cast, store: Store) -> None:
    client = rivers.client("planner")
    paper = docx.Document(io.BytesIO(client.get("/water/report/print.docx?year=2025&month=6").content))
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert set(Section.objects.values_list("name", flat=True)) <= cells
    assert client.get("/water/report/print.pdf?year=2025&month=6").content.startswith(b"%PDF")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/water/report/export/?year=2025&month=6&form=xlsx").content))
    assert book.active.max_row == 20  # type: ignore[union-attr]
    assert "地表水断面水质月报" in client.get("/water/report/?year=2025&month=6&paper=1").content.decode()


def test_the_month_so_far_warns_near_and_over_the_target(
    rivers: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    july = [date(2025, 7, day) for day in range(1, 25)]
    hours(store, "SZ-01", "NH3N", july, 0.93)  # 93 % of III
    hours(store, "SZ-02", "DO", july, 4.2)  # below III
    hours(store, "SZ-02", "TP", july, 0.1)
    lines, month = queries.overview(rivers.actor("monitor"), rivers.at)
    told = {one.section.code: one.now.warned for one in lines if one.now}
    assert [(one.item, one.over, one.share) for one in told["SZ-01"]] == [("NH3N", False, D(93))]
    assert [(one.item, one.over, one.share) for one in told["SZ-02"]] == [("DO", True, D(119))]
    assert month == (2025, 6)
    (fact,) = desk.now(rivers.actor("monitor"), rivers.at)
    assert fact.text == f"6月达标 {sum(one.meets is True for one in lines)} / 19，本月预警 2 个"
    monkeypatch.setattr("anlan.base.clock.now", lambda: rivers.at)
    page = rivers.client("monitor").get("/water/?state=warned").content.decode()
    assert "已到目标限值的 93%" in page
    assert "示例河出境" in page
    assert "示例湖湖心" not in page[page.index("<tbody>") :]


def test_the_newest_hours_only_count_while_fresh(rivers: Cast, store: Store) -> None:
    hours(store, "SZ-01", "NH3N", [date(2025, 7, 24)], 0.3)  # ends at midnight, 14 hours ago
    assert queries.now([Section.objects.get(code="SZ-01")], rivers.at)["SZ-01"].verdict is None
    found = queries.now([Section.objects.get(code="SZ-01")], datetime(2025, 7, 25, 3, tzinfo=CHINA))["SZ-01"]
    assert found.verdict is not None
    assert (found.verdict.water_class, found.missing) == ("II", ("pH", "DO", "CODMn", "TP"))


def test_trends_over_six_years(cast: Cast) -> None:
    one = section(cast)
    for year in range(2019, 2025):
        for month in range(1, 13):
            sample(cast, "T-1", date(year, month, 5), NH3N=D("0.2") + D(month % 7) / 10 - D(year - 2019) / 50)
    given = queries.months([one], (2019, 1), (2024, 12))["T-1"]
    told = {trend.item: trend for trend in queries.trends(one, given)}
    ammonia = told["NH3N"]
    assert ammonia.yearly is not None
    assert (ammonia.yearly.direction, str(ammonia.yearly.rs), len(ammonia.years)) == ("down", "-1.0000", 6)
    assert ammonia.monthly is not None
    assert (ammonia.monthly.direction, ammonia.monthly.pairs) == ("down", 12 * 15)
    assert told["TP"].monthly is None  # never changes: nothing can be said
    body = cast.client("planner").get("/water/sections/T-1/").content.decode()
    assert "显著下降" in body


def test_publishing_a_quarter_of_drinking_water(rivers: Cast) -> None:
    at = rivers.at
    waiting = DrinkingResult.objects.filter(published_at=None)
    assert {(one.year, one.quarter) for one in waiting} == {(2025, 2)}
    public = rivers.client(None)
    assert "2025 年第 2 季度" not in public.get("/public/drinking/").content.decode()
    assert public.get("/public/drinking/?quarter=2025Q2").status_code == 404
    monitor = rivers.actor("monitor")
    assert any(one.kind == "公开" for one in desk.waiting(monitor, at))
    for year, quarter, words in (
        (2025, 3, "还没有过完"),
        (2025, 1, "没有等公布"),
        (2025, 5, "季度写"),
        (2025, 0, "季度写"),
        (1999, 1, "年度"),
    ):
        with pytest.raises(Refused, match=words):
            actions.publish_drinking(actor=monitor, year=year, quarter=quarter, at=at)
    with pytest.raises(Refused, match="不能"):
        actions.publish_drinking(actor=rivers.actor("street"), year=2025, quarter=2, at=at)
    assert actions.publish_drinking(actor=monitor, year=2025, quarter=2, at=at) == 4
    body = public.get("/public/drinking/").content.decode()
    assert "2025 年第 2 季度" in body
    assert "全部达标" in body
    assert "更正" not in body
    DrinkingResult.objects.filter(year=2025, quarter=2).update(updated_at=at + timedelta(days=1))
    assert "有更正" in public.get("/public/drinking/").content.decode()
    failing = public.get("/public/drinking/?quarter=2024Q4").content.decode()
    assert "浑浊度" in failing
    assert "1 处没有全部达标" in failing
    assert public.get("/public/drinking.csv?quarter=2024Q4").content.decode("utf-8-sig").count("\r\n") == 5


def test_loading_twice_changes_nothing(rivers: Cast) -> None:
    from anlan.packs.environment.water_station import demonstration

    before = (Section.objects.count(), Sample.objects.count(), DrinkingResult.objects.count())
    demonstration.load(rivers.at)
    assert (Section.objects.count(), Sample.objects.count(), DrinkingResult.objects.count()) == before
    assert before[0] == 19
