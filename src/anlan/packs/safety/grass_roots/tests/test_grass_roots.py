"""Scores and gaps of streets and communities, reserves against scenarios, the registers' own checks, the pages of each role."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access import actions as access
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.models import Case
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.models import Form, Record, Task
from anlan.kernel.checks.types import form_faults
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.packs.safety.grass_roots import demonstration, queries, rules, sheets
from anlan.packs.safety.grass_roots.formulas import FORMULAS
from anlan.packs.safety.grass_roots.models import MicroStation
from anlan.packs.safety.subjects import reserve
from anlan.packs.safety.subjects.reserve_models import Reserve, ReserveScenario
from anlan.science.stats.rounding import round_half_even

PNG = demonstration._PICTURE


@pytest.mark.pure
def test_the_forms_are_of_a_hundred_points_and_say_that_they_are_unverified() -> None:
    for form in rules.forms():
        assert form_faults(form) == []
        assert form.points == 100
        assert form.source
        assert not form.verified
    heads = {one.title.split("：")[0] for one in rules.forms()[0].items}
    assert heads == {"有班子", "有机制", "有预案", "有队伍", "有物资", "有演练"}


@pytest.mark.pure
@pytest.mark.parametrize(
    ("basis", "amount", "people", "days", "wanted"),
    [
        ("person", "12", 800, 3, 96),
        ("person", "12", 801, 3, 97),
        ("person_day", "300", 800, 3, 7200),
        ("once", "8", 1, 60, 8),
        ("person", "0", 800, 3, 0),
    ],
)
def test_what_a_norm_asks_for(basis: str, amount: str, people: int, days: int, wanted: int) -> None:
    assert reserve.demand(basis, Decimal(amount), people, days) == wanted


@pytest.mark.pure
@given(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000), st.integers(1, 900))
def test_a_gap_is_never_negative_and_closes(stock: int, agreed: int, planned: int, people: int) -> None:
    (one,) = reserve.gaps(
        [("tent", "person", Decimal(100), True)],
        people,
        1,
        {("tent", "stock"): stock, ("tent", "agreement"): agreed},
        {"tent": planned},
    )
    assert (one.demand, one.lacking) == (people, max(0, people - stock - agreed))
    assert 0 <= one.after_plan <= one.lacking
    assert (one.share == 100) is (one.lacking == 0) or one.share > Decimal("99.9")


@pytest.mark.pure
@pytest.mark.parametrize(
    ("sheet", "row", "column"),
    [
        (sheets.STATIONS, {"code": "1", "name": "x", "host": "mall", "people": "4", "trained": "5", "pumps": "1", "suits": "4", "extinguishers": "4"}, "trained"),
        (sheets.STATIONS, {"code": "1", "name": "x", "host": "mall", "people": "3", "trained": "3", "pumps": "2", "suits": "4", "extinguishers": "4"}, "people"),
        (sheets.RESERVES, {"code": "1", "item": "tent", "kind": "agreement", "quantity": "4", "place": "x"}, "partner"),
        (sheets.RESERVES, {"code": "1", "item": "horse", "kind": "stock", "quantity": "4", "place": "x"}, "item"),
        (sheets.PLANS, {"code": "1", "year": "2025", "item": "tent", "kind": "stock", "quantity": "4", "arrived": "5"}, "arrived"),
    ],
)  # fmt: skip
def test_rows_that_are_refused(sheet: Any, row: dict[str, str], column: str) -> None:
    assert column in [one.column for one in row_of(row, sheet)[1]]


@pytest.mark.django_db
def test_a_norm_names_a_scenario_that_is_there(cast: Cast) -> None:
    row = {"code": "1", "scenario": "Q1", "item": "tent", "basis": "once", "amount": "4"}
    assert [one.column for one in row_of(row, sheets.NORMS_SHEET)[1]] == ["scenario"]
    _add(cast, sheets.SCENARIOS, code="Q1", name="内涝", people=100, days=2)
    assert row_of(row, sheets.NORMS_SHEET)[1] == []


def _add(cast: Cast, sheet: Any, **values: Any) -> Any:
    full = {
        column.name: None if column.kind in ("date", "decimal", "longitude", "latitude") else ""
        for column in sheet.columns
    } | values
    return registry.add(actor=SYSTEM, sheet=sheet, organisation=cast.emergency, values=full, at=cast.at)


@pytest.mark.django_db
def test_reserves_against_a_scenario_recounted(cast: Cast) -> None:
    scenario = _add(cast, sheets.SCENARIOS, code="Q1", name="内涝", people=800, days=3)
    _add(
        cast,
        sheets.NORMS_SHEET,
        code="1",
        scenario="Q1",
        item="water",
        basis="person_day",
        amount=Decimal(300),
        verified=False,
    )
    _add(cast, sheets.NORMS_SHEET, code="2", scenario="Q1", item="pump", basis="once", amount=Decimal(4), verified=True)
    _add(cast, sheets.NORMS_SHEET, code="3", scenario="Q2", item="suit", basis="once", amount=Decimal(4), verified=True)
    for code, quantity, kind, until in (
        ("a", 4000, "stock", None),
        ("b", 900, "stock", date(2025, 7, 24)),
        ("c", 1000, "stock", date(2025, 7, 25)),
        ("d", 1000, "agreement", None),
    ):
        _add(cast, sheets.RESERVES, code=code, item="water", kind=kind, quantity=quantity, place="库", expires_on=until)
    _add(cast, sheets.PLANS, code="p", year=2025, item="water", kind="stock", quantity=500, arrived=200)
    _add(cast, sheets.PLANS, code="q", year=2024, item="water", kind="stock", quantity=500, arrived=0)
    water, pump = sorted(
        queries.reserve_gaps(SYSTEM, scenario, date(2025, 7, 25)), key=lambda one: one.item, reverse=True
    )
    assert (water.demand, water.stock, water.agreement, water.lacking, water.planned, water.after_plan) == (
        7200,
        5000,
        1000,
        1200,
        300,
        900,
    )
    assert (water.share, water.verified, pump.lacking, pump.verified) == (Decimal("83.3"), False, 4, True)
    assert queries.expired(SYSTEM, date(2025, 7, 25)) == 1


def community(cast: Cast) -> Organisation:
    return access.found_organisation(
        actor=SYSTEM,
        code="SL-C01",
        name="示例社区1",
        short_name="示例社区1",
        kind="community",
        parent=cast.street,
        is_demo=True,
        at=cast.at,
    )


def scored(cast: Cast, form: str, target: Organisation, *failed: str, hours: int = 1) -> Record:
    planning.load_forms(cast.at)
    row = Form.objects.get(slug=form)
    street, at = cast.actor("street"), cast.at + timedelta(hours=hours)
    task = planning.make_task(
        actor=street, area=rules.AREA, form=row, organisation=cast.street, target=target, at=cast.at
    )
    answers = {
        one.pk: Given(
            "failed" if one.code in failed else "ok",
            note="差" if one.code in failed else "",
            photos=(("a.png", PNG),) if one.photo else (),
        )
        for one in row.items.all()
    }
    return checks.finish(actor=street, task=task, answers=answers, at=at, key=uuid4())


@pytest.mark.django_db
def test_the_newest_score_counts_and_its_gaps(cast: Cast) -> None:
    place = community(cast)
    first = scored(cast, "three_have", place, "place-1", "goods-1")
    assert (first.score.share, Case.objects.count()) == (Decimal("60.0"), 0)
    scored(cast, "three_have", place, "goods-2", hours=3)
    scored(cast, "six_have", cast.street, "team-1")
    street = cast.actor("street")
    (one,) = queries.newest(street, "three_have")
    assert (one.share, one.reached) == (Decimal("85.0"), True)
    assert [answer.item.code for answer in queries.gaps(street)] == ["team-1", "goods-2"]
    (never, _scored) = queries.newest(cast.actor("planner"), "preparedness")
    assert (never.share, never.reached) == (None, False)


@pytest.mark.django_db
def test_who_may_not_score(cast: Cast) -> None:
    planning.load_forms(cast.at)
    form = Form.objects.get(slug="six_have")
    for who in ("planner", "safety", "worker"):
        with pytest.raises(Refused) as caught:
            planning.make_task(actor=cast.actor(who), area=rules.AREA, form=form, organisation=cast.street, at=cast.at)
        assert caught.value.code == "forbidden"


@pytest.mark.django_db
def test_pages_of_each_role(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(days=1))
    community(cast)
    demonstration.load(cast.at)
    for who in ("street", "officer", "regulator", "planner", "leader"):
        client = cast.client(who)
        for page in ("grass_roots", "grass_roots_export", "grass_roots_gaps_export", "reserve_gaps", "reserve_gaps_export", "grass_roots_checks", "grass_roots_check_forms", "micro_stations_list",
                     "reserves_list", "reserve_norms_list", "reserve_scenarios_list", "reserve_plans_list"):  # fmt: skip
            assert client.get(reverse(page)).status_code == 200, (who, page)
    said = cast.client("officer").get(reverse("reserve_gaps")).content.decode()
    assert "暴雨内涝" in said
    assert "定额待核" in said
    assert cast.client("officer").get(reverse("reserve_gaps"), {"scenario": "999"}).status_code == 422
    assert cast.client("worker").get(reverse("grass_roots")).status_code == 403


@pytest.mark.django_db
def test_a_street_scores_a_community_on_the_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at)
    place = community(cast)
    planning.load_forms(cast.at)
    form = Form.objects.get(slug="three_have")
    client = cast.client("street")
    made = client.post(
        reverse("grass_roots_check_task_new"),
        {"form": str(form.pk), "organisation": str(cast.street.pk), "target": str(place.pk)},
    )
    task = Task.objects.get()
    assert made.status_code == 302
    sent: dict[str, Any] = {}
    for item in form.items.all():
        sent[f"r-{item.pk}"] = "failed" if item.code == "rules-1" else "ok"
        if item.code == "rules-1":
            sent[f"t-{item.pk}"] = "没有上墙"
        if item.photo:
            sent[f"p-{item.pk}"] = SimpleUploadedFile("a.png", PNG, "image/png")
    done = client.post(reverse("check_do", args=[task.pk, "finish"]), sent, follow=True).content.decode()
    assert "85" in done
    assert "没有上墙" in client.get(reverse("grass_roots")).content.decode()
    assert "85 / 100" in client.get(reverse("check_print", args=[task.pk])).content.decode()


@pytest.mark.django_db
def test_the_story_is_told_once(cast: Cast) -> None:
    community(cast)
    demonstration.load(cast.at)
    before = (
        MicroStation.objects.count(),
        Reserve.objects.count(),
        ReserveScenario.objects.count(),
        Record.objects.count(),
    )
    assert before == (2, 9, 2, 3)
    demonstration.load(cast.at)
    assert before == (
        MicroStation.objects.count(),
        Reserve.objects.count(),
        ReserveScenario.objects.count(),
        Record.objects.count(),
    )


# ---- as indicators of the plan
def rated(cast: Cast, form: str, target: Organisation, failing: int, days: int = 0) -> Record:
    """A check of the form in which so many items are lacking."""
    planning.load_forms(cast.at)
    sheet = Form.objects.get(slug=form)
    actor, at = cast.actor("regulator"), cast.at + timedelta(days=days)
    task = planning.make_task(
        actor=actor, area=rules.AREA, form=sheet, organisation=cast.emergency, target=target, at=at
    )
    answers = {
        one.pk: Given("failed", note="没有", photos=(("a.png", PNG),)) if place < failing else Given("ok", photos=(("a.png", PNG),))
        for place, one in enumerate(sheet.items.all())
    }  # fmt: skip
    return checks.finish(actor=actor, task=task, answers=answers, at=at, key=uuid4())


@pytest.mark.django_db
def test_the_rates_are_the_newest_scores_recounted_and_lead_back(cast: Cast) -> None:
    formula = {one.slug: one for one in FORMULAS}["grass_roots.six_have"]
    streets = list(Organisation.objects.filter(kind="street", closed_on=None).order_by("path"))
    today = cast.at.date()
    empty = formula.compute(2025, today)
    assert (empty.value, empty.ratio, empty.valid) == (Decimal("0.0"), (0, len(streets)), 0)
    before = formula.fingerprint(2025)
    record = rated(cast, "six_have", streets[0], 0)
    assert formula.fingerprint(2025) != before
    told = formula.compute(2025, today)
    assert told.ratio == (1, len(streets))
    assert told.value == round_half_even(Decimal(100) / len(streets), 1)
    assert f"1 ÷ 街道 {len(streets)}" in told.sentence
    # The newest one counts, on the day it is asked for.
    rated(cast, "six_have", streets[0], 6, days=3)
    assert formula.compute(2025, today).ratio == (1, len(streets))
    worse = formula.compute(2025, today + timedelta(days=3))
    assert worse.ratio == (0, len(streets))
    assert worse.inputs_hash != told.inputs_hash
    client = cast.client("planner")
    for step in worse.steps:
        assert client.get(step.url.partition("#")[0]).status_code == 200
    assert f"/checks/{record.task_id}/" in client.get(worse.steps[1].url).content.decode()
    assert str(streets[0]) in worse.steps[2].text


@pytest.mark.django_db
def test_a_street_s_check_is_no_community_s(cast: Cast) -> None:
    by_slug = {one.slug: one for one in FORMULAS}
    street = Organisation.objects.filter(kind="street").order_by("path")[0]
    rated(cast, "six_have", street, 0)
    three = by_slug["grass_roots.three_have"].compute(2025, cast.at.date())
    assert three.ratio is None or three.ratio[0] == 0
    assert len({name for one in FORMULAS for name in one.indicators}) == sum(len(one.indicators) for one in FORMULAS)
