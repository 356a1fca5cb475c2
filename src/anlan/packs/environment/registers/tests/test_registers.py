"""All dynamic registers: what their demonstration says passes their own checks, wrong values are named, ratios are recounted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access import actions as access
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.actions import make_step
from anlan.kernel.casework.models import Case
from anlan.kernel.penalties.samples import files
from anlan.kernel.planning.values.formulas import answering
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.kernel.registry.types import Sheet
from anlan.packs.environment.registers import (
    bare_land,
    cooking_fume,
    dry_cleaner,
    dust_site,
    fleet,
    machinery,
    oil_quality,
    outfall,
    repair_shop,
    roadside_check,
    sewer_connection,
    vapour_recovery,
    voc_source,
)
from anlan.packs.environment.subjects import looks

pytestmark = pytest.mark.django_db
REGISTERS = tuple(
    one.CAPABILITY for one in (bare_land, cooking_fume, dry_cleaner, dust_site, fleet, machinery, oil_quality, outfall, repair_shop, roadside_check, sewer_connection, vapour_recovery, voc_source)
)  # fmt: skip
SHEETS = {sheet.slug: sheet for one in REGISTERS for sheet in one.sheets}
FORMULAS = {formula.slug: formula for one in REGISTERS for formula in one.formulas}


@pytest.fixture(autouse=True)
def now(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = True
    monkeypatch.setattr(clock, "now", lambda: cast.at)


@pytest.fixture
def loaded(cast: Cast) -> Cast:
    for code, name, kind in (("SL-S02", "示例二街道", "street"), ("SL-S03", "示例三街道", "street"), ("SL-S04", "示例四街道", "street"),
                             ("SL-B12", "区市场监管局", "bureau"), ("SL-B21", "示例交警支队", "bureau")):  # fmt: skip
        access.found_organisation(
            actor=SYSTEM,
            code=code,
            name=name,
            short_name=name,
            kind=kind,
            parent=cast.district,
            at=cast.at,
            is_demo=True,
        )
    for one in REGISTERS:
        assert one.demo
        one.demo(cast.at)
        one.demo(cast.at)
    return cast


def raw(sheet: Sheet, slug: str) -> dict[str, Any]:
    """The first row of a sheet as a form would send it."""
    row = sheet.model.objects.filter(**{sheet.key: slug}).get() if slug else sheet.model.objects.order_by("pk").first()
    return {column.name: "" if (value := getattr(row, column.name)) is None else "是" if value is True else "" if value is False else str(value) for column in sheet.columns}  # fmt: skip


@pytest.mark.parametrize("slug", SHEETS)
def test_the_demonstrations_rows_pass_their_own_checks(loaded: Cast, slug: str) -> None:
    sheet = SHEETS[slug]
    assert sheet.model.objects.exists()
    for row in sheet.model.objects.all():
        assert row_of(raw(sheet, getattr(row, sheet.key)), sheet)[1] == [], row


WRONG: tuple[tuple[str, str, Mapping[str, str], str], ...] = (
    ("dust_sites", "GD-01", {"ends_on": "2023-01-01"}, "ends_on"), ("dust_sites", "GD-01", {"phase": "done"}, "ends_on"),
    ("dust_sites", "GD-01", {"longitude": "116.4", "latitude": "39.9"}, "longitude"), ("dust_sites", "GD-01", {"longitude": ""}, "longitude"),
    ("dust_sites", "GD-01", {"result": "fail"}, "found"), ("dust_sites", "GD-01", {"looked_on": ""}, "looked_on"), ("dust_sites", "GD-01", {"area": "-3"}, "area"),
    ("bare_lands", "LD-01", {"treated": "99999"}, "treated"), ("bare_lands", "LD-01", {"treatment": "none"}, "treatment"), ("bare_lands", "LD-01", {"area": "约两亩"}, "area"),
    ("machines", "JX-01", {"number": ""}, "number"), ("machines", "JX-01", {"stage": "electric"}, "stage"), ("machines", "JX-02", {"number": "X1"}, "coded"),
    ("machines", "JX-01", {"made_on": "2025-01-01"}, "coded_on"), ("fleets", "YC-01", {"old": "90"}, "heavy"), ("fleets", "YC-02", {"gate": "", "linked": "是"}, "gate"),
    ("roadside_checks", "LJ-2025-001", {"verdict": "pass"}, "verdict"), ("roadside_checks", "LJ-2025-002", {"handed_on": "2025-06-04"}, "handed_on"),
    ("roadside_checks", "LJ-2025-001", {"evidence": ""}, "evidence"), ("roadside_checks", "LJ-2025-001", {"handed_on": "2025-06-01"}, "handed_on"),
    ("roadside_checks", "LJ-2025-001", {"value": "NaN"}, "value"), ("roadside_penalties", "LJ-2025-001", {"code": "LJ-2099-001"}, "code"),
    ("roadside_penalties", "LJ-2025-001", {"code": "LJ-2025-002"}, "code"), ("roadside_penalties", "LJ-2025-001", {"document": ""}, "document"),
    ("roadside_penalties", "LJ-2025-001", {"outcome": "waived"}, "fine"), ("roadside_penalties", "LJ-2025-001", {"received_on": "2025-06-01"}, "received_on"),
    ("oil_samples", "YP-2025-01", {"reported_on": ""}, "reported_on"), ("oil_samples", "YP-2025-02", {"measure": ""}, "measure"),
    ("oil_samples", "YP-2025-01", {"reported_on": "2025-01-01"}, "reported_on"), ("vapour_stations", "YQ-02", {"online": "", "linked": "是"}, "online"),
    ("vapour_stations", "YQ-01", {"tested_on": ""}, "tested_on"), ("fume_sources", "YY-02", {"scale": "small"}, "scale"), ("fume_sources", "YY-02", {"model": ""}, "model"),
    ("fume_sources", "YY-01", {"cleaned_on": "2025-01-01"}, "cleaned_on"), ("dry_cleaners", "GX-01", {"closed": "4"}, "closed"),
    ("repair_shops", "QX-03", {"treatment": "burn"}, "treatment"), ("repair_shops", "QX-01", {"carbon_on": ""}, "carbon_on"),
    ("outfalls", "PK-02", {"traced": "", "traced_on": ""}, "traced"), ("outfalls", "PK-02", {"done_on": ""}, "done_on"), ("outfalls", "PK-02", {"done_on": "2020-01-01"}, "done_on"),
    ("outfall_sources", "PK-01-1", {"outfall": "PK-99"}, "outfall"), ("outfall_sources", "PK-01-1", {"measure": ""}, "measure"),
    ("voc_sources", "VOC-01", {"policy_on": ""}, "policy_on"), ("voc_sources", "VOC-01", {"facility": "low"}, "facility"), ("voc_sources", "VOC-01", {"was_low": ""}, "was_low"),
    ("voc_sources", "VOC-01", {"upgraded_on": ""}, "upgraded_on"), ("sewer_connections", "CJ-001", {"done_on": ""}, "done_on"),
    ("sewer_connections", "CJ-001", {"proof": ""}, "proof"), ("sewer_connections", "CJ-001", {"done_on": "2020-01-01"}, "done_on"),
    ("sewer_connections", "CJ-003", {"kind": "<script>"}, "kind"),
)  # fmt: skip


@pytest.mark.parametrize(("slug", "code", "change", "column"), WRONG, ids=lambda one: str(one)[:30])
def test_wrong_values_are_named(loaded: Cast, slug: str, code: str, change: Mapping[str, str], column: str) -> None:
    sheet = SHEETS[slug]
    assert column in [problem.column for problem in row_of({**raw(sheet, code), **change}, sheet)[1]]


def test_every_register_has_wrong_values_above() -> None:
    assert {slug for slug, *_rest in WRONG} == set(SHEETS)


RIGHT = {
    "dust_sites.six": ("50.0", (1, 2)), "dust_sites.video": ("50.0", (1, 2)), "bare_lands.treated": ("71.4", None), "machines.coded": ("66.7", (2, 3)),
    "fleets.gate": ("50.0", (1, 2)), "fleets.clean": ("57.5", None), "roadside_checks.passed": ("33.3", (1, 3)), "roadside_checks.punished": ("50.0", (1, 2)),
    "oil_samples.passed": ("50.0", (1, 2)), "vapour_stations.online": ("50.0", (1, 2)), "vapour_stations.sound": ("66.7", (2, 3)),
    "fume_sources.purified": ("50.0", (1, 2)), "fume_sources.passed": ("50.0", (1, 2)), "dry_cleaners.closed": ("75.0", None),
    "repair_shops.treated": ("50.0", (1, 2)), "outfalls.traced": ("66.7", (2, 3)), "outfalls.done": ("33.3", (1, 3)), "outfall_sources.cut": ("50.0", (1, 2)),
    "voc_sources.policy": ("50.0", (1, 2)), "voc_sources.upgraded": ("50.0", (1, 2)), "sewer_connections.done": ("33.3", (1, 3)),
}  # fmt: skip


@pytest.mark.parametrize("slug", FORMULAS)
def test_ratios_recounted_and_led_back_to_rows(loaded: Cast, slug: str) -> None:
    formula = FORMULAS[slug]
    told = formula.compute(2025, date(2025, 12, 31))
    value, ratio = RIGHT[slug]
    assert (told.value, told.ratio) == (Decimal(value), ratio)
    assert all(answering(name) == formula for name in formula.indicators)
    page = loaded.client("monitor").get(told.steps[0].url)
    assert page.status_code == 200
    assert f"{value}%" in page.content.decode()
    table = loaded.client("monitor").get(f"{told.steps[0].url}&form=csv").content.decode("utf-8-sig")
    assert len(table.splitlines()) == told.expected + 1
    before, sheet = formula.fingerprint(2025), SHEETS[slug.partition(".")[0]]
    row = sheet.model.objects.order_by("pk").first()
    registry.retire(actor=SYSTEM, sheet=sheet, row=row, reason="示例", at=loaded.at)
    assert formula.fingerprint(2025) != before
    sheet.model.objects.update(retired_on=loaded.at.date())
    assert formula.compute(2025, date(2025, 12, 31)).value is None


def test_a_ratio_says_what_it_was_asked_and_hides_what_the_list_masks(loaded: Cast) -> None:
    client = loaded.client("monitor")
    assert client.get("/registry/roadside_checks/ratio/nothing/").status_code == 404
    for year in ("soon", "1", "99999"):
        assert client.get("/registry/roadside_checks/ratio/passed/", {"year": year}).context["year"] == loaded.at.year
    sheet = roadside_check.CHECKS
    roadside_check.RoadsideCheck.objects.filter(code="LJ-2025-001").update(item="示A00001 不透光烟度")
    page = client.get("/registry/roadside_checks/ratio/passed/").content.decode()
    assert "示A0000" not in page
    assert "LJ-2025-001" in page
    formula = FORMULAS["roadside_checks.punished"]
    before = formula.fingerprint(2025)
    penalty = roadside_check.RoadsidePenalty.objects.get(code="LJ-2025-001")
    registry.retire(actor=SYSTEM, sheet=roadside_check.PENALTIES, row=penalty, reason="示例", at=loaded.at)
    assert formula.fingerprint(2025) != before  # also the other department's register
    assert formula.compute(2025, date(2025, 12, 31)).ratio == (0, 2)
    assert sheet.model.objects.count() == 3


def test_a_sum_counts_a_row_at_most_whole_and_leaves_nothing_out(loaded: Cast) -> None:
    row = bare_land.BareLand.objects.get(code="LD-01")
    bare_land.BareLand.objects.filter(pk=row.pk).update(treated=row.area * 3)
    told = FORMULAS["bare_lands.treated"].compute(2025, date(2025, 12, 31))
    assert told.value == Decimal("71.4")  # what is too much in one place does not cover another
    assert told.sentence == "裸地治理率 30000 ÷ 42000 平方米 = 71.4 %"
    assert told.steps[0].text == "2 行，1 行没有做到"
    assert FORMULAS["bare_lands.treated"].compute(2024, date(2024, 12, 31)).value is None  # not in the register then


def test_samples_of_another_year_are_not_counted(loaded: Cast) -> None:
    assert FORMULAS["roadside_checks.passed"].compute(2024, date(2024, 12, 31)).value is None
    assert FORMULAS["roadside_checks.passed"].compute(2025, date(2025, 6, 5)).ratio == (1, 2)  # as known then


# ---- looks
def site(cast: Cast) -> Any:
    return dust_site.DustSite.objects.get(code="GD-01")


def look(cast: Cast, who: str = "monitor", **more: Any) -> looks.SiteLook:
    given: dict[str, Any] = {
        "looked_on": cast.at.date(),
        "result": "fail",
        "found": "车辆没有冲洗",
        "mend_by": cast.at.date() + timedelta(days=3),
        **more,
    }
    at = cast.at + timedelta(days=given.pop("at_day", 0))
    return looks.look(
        actor=cast.actor(who),
        sheet=dust_site.SHEET,
        permission="dust_site.look",
        row=site(cast),
        at=at,
        kind="site",
        **given,
    )


def test_a_look_stands_in_the_row_and_an_older_one_does_not(loaded: Cast) -> None:
    look(loaded)
    row = site(loaded)
    assert (row.looked_on, row.result, row.found) == (loaded.at.date(), "fail", "车辆没有冲洗")
    look(loaded, looked_on=loaded.at.date() - timedelta(days=30), result="pass", found="", mend_by=None)
    assert site(loaded).result == "fail"
    assert looks.of(dust_site.SHEET, row).count() == 2
    assert looks.overdue(dust_site.SHEET, loaded.at.date()) == 0
    assert looks.overdue(dust_site.SHEET, loaded.at.date() + timedelta(days=4)) == 1
    look(loaded, result="mended", found="", mend_by=None)
    assert looks.overdue(dust_site.SHEET, loaded.at.date() + timedelta(days=4)) == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"looked_on": date(2099, 1, 1)}, "looked_on"), ({"looked_on": date(2020, 1, 1)}, "looked_on"), ({"result": "good"}, "result"), ({"found": " "}, "found"),
        ({"found": "长" * 201}, "found"), ({"mend_by": date(2025, 1, 1)}, "mend_by"), ({"result": "pass", "found": ""}, "mend_by"),
    ],
)  # fmt: skip
def test_wrong_looks_are_told(loaded: Cast, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        look(loaded, **more)
    assert caught.value.field == field
    assert not looks.SiteLook.objects.exists()
    assert not Case.objects.filter(process=looks.ORDER).exists()


def test_a_look_through_the_page_keeps_what_was_typed(loaded: Cast) -> None:
    client, row = loaded.client("street"), site(loaded)
    address = reverse("dust_sites_look", args=[row.pk])
    bad = client.post(address, {"looked_on": "2025-07-25", "result": "fail", "found": "", "mend_by": "2025-07-30"})
    assert bad.status_code == 422
    assert "2025-07-30" in bad.content.decode()
    assert client.post(address, {"looked_on": "soon", "result": "fail"}).status_code == 422
    assert (
        client.post(
            address, {"looked_on": "2025-07-25", "result": "fail", "found": "没有冲洗"}, follow=True
        ).status_code
        == 200
    )
    page = client.get(reverse("dust_sites_detail", args=[row.pk])).content.decode()
    assert "没有冲洗" in page
    assert "检查" in page
    other = dust_site.DustSite.objects.get(code="GD-02")  # another street's
    assert (
        client.post(
            reverse("dust_sites_look", args=[other.pk]), {"looked_on": "2025-07-25", "result": "pass"}
        ).status_code
        == 404
    )
    assert loaded.client("auditor").post(address, {"looked_on": "2025-07-25", "result": "pass"}).status_code == 403


# ---- what a failed look opens
def go(cast: Cast, case: Case, who: str, step: str, *kinds: str, days: float = 1, **values: str) -> Case:
    return make_step(
        actor=cast.actor(who), case=Case.objects.get(pk=case.pk), step=step, at=cast.at + timedelta(days=days), note="示例说明", values=values, uploads=files(*kinds)
    )  # fmt: skip


def opened(cast: Cast) -> Case:
    made = look(cast, who="street")
    assert made.case is not None
    return made.case


def test_a_failed_look_opens_one_rectification_and_no_other_does(loaded: Cast) -> None:
    key = uuid4()
    first = look(loaded, who="street", key=key)
    assert look(loaded, who="street", key=key) == first
    case = first.case
    assert case is not None
    assert (case.process, case.state, case.kind, case.owner, case.holder) == (
        looks.ORDER,
        "reported",
        "site",
        loaded.street,
        loaded.environment,
    )
    assert (case.title, case.longitude) == (f"{site(loaded)}：车辆没有冲洗", site(loaded).longitude)
    assert "2025-07-28 前改好" in case.fact
    again = look(loaded, found="还是没有冲洗")
    assert again.case == case
    assert "又查不合格：还是没有冲洗" in case.lines.order_by("-id")[0].note
    assert look(loaded, looked_on=loaded.at.date() - timedelta(days=5), mend_by=None).case is None  # typed in late
    assert look(loaded, result="pass", found="", mend_by=None).case is None
    assert Case.objects.filter(process=looks.ORDER).count() == 1
    assert looks.rectifying(dust_site.SHEET) == 1
    with pytest.raises(Refused):
        looks.look(actor=loaded.actor("monitor"), sheet=dust_site.SHEET, permission="dust_site.look", row=dust_site.DustSite.objects.get(code="GD-02"), at=loaded.at, key=key,
                   looked_on=loaded.at.date(), result="fail", found="别处", mend_by=None)  # fmt: skip


def test_a_further_look_after_the_end_opens_a_new_one(loaded: Cast) -> None:
    case = opened(loaded)
    go(loaded, case, "inspector", "void")
    assert (site(loaded).result, site(loaded).found) == ("pass", f"{case.number} 核查不属实")
    assert look(loaded, at_day=2, looked_on=loaded.at.date() + timedelta(days=2), mend_by=None).case not in (None, case)


def test_closing_stands_in_the_row_and_reopening_too(loaded: Cast) -> None:
    case = opened(loaded)
    go(loaded, case, "inspector", "grade", grade="general")
    go(loaded, case, "inspector", "assign", fixer="示例建筑工地甲", until="2025-08-10")
    for who in ("auditor", "planner"):
        with pytest.raises(Refused):
            go(loaded, case, who, "submit", "after", days=2)
    go(loaded, case, "street", "submit", "after", days=2)
    with pytest.raises(Refused):
        go(loaded, case, "street", "pass", days=3)
    assert site(loaded).result == "fail"
    go(loaded, case, "inspector", "pass", days=3)
    row = site(loaded)
    assert (row.result, row.looked_on, row.found) == (
        "mended",
        loaded.at.date() + timedelta(days=3),
        f"{case.number} 已改好，销号",
    )
    assert looks.rectifying(dust_site.SHEET) == 0
    go(loaded, case, "other", "reopen", days=4)
    assert site(loaded).result == "fail"
    assert looks.rectifying(dust_site.SHEET) == 1
    assert Case.objects.filter(process=looks.ORDER).count() == 1


def test_the_way_from_row_to_case_and_back(loaded: Cast) -> None:
    case = opened(loaded)
    row = loaded.client("street").get(reverse("dust_sites_detail", args=[site(loaded).pk])).content.decode()
    assert reverse("case", args=[case.number]) in row
    assert "没有销号" in row
    page = loaded.client("inspector").get(reverse("case", args=[case.number])).content.decode()
    assert f"{reverse('dust_sites_detail', args=[site(loaded).pk])}#looks" in page
    assert "检查来自" in page
    assert loaded.client("inspector").get(reverse("dust_sites_detail", args=[site(loaded).pk])).status_code == 200
    assert loaded.client("leader").get("/registers/").context["lines"][0].rectifying == 1
    assert loaded.client("worker").get(reverse("dust_sites_detail", args=[site(loaded).pk])).status_code == 403


def test_a_row_without_the_process_is_still_looked_at(loaded: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "ORDER", "gone/away")
    assert look(loaded).case is None
    assert site(loaded).result == "fail"


def test_the_story_of_a_look(loaded: Cast) -> None:
    """With the demonstration's own people; the cast of the tests has no post of both roles."""
    for who, role in (("environment", "environment_officer"),):
        person = Person.objects.create_user(who, None, name="示例·环境", is_demo=True)
        access.appoint(actor=SYSTEM, person=person, organisation=loaded.environment, role=role, title="示例", starts_on=date(2021, 1, 1), at=loaded.at)  # fmt: skip
    for _twice in range(2):
        dust_site._told(loaded.at)
    (case,) = Case.objects.filter(process=looks.ORDER)
    assert (case.state, case.is_demo) == ("rectifying", True)


def test_a_day_to_come_is_refused_by_the_form(loaded: Cast) -> None:
    row = site(loaded)
    answer = loaded.client("monitor").post(
        reverse("dust_sites_edit", args=[row.pk]),
        {**raw(dust_site.SHEET, "GD-01"), "looked_on": "2099-01-01", "version": row.version},
    )
    assert answer.status_code == 422
    assert "还没有到" in answer.content.decode()


# ---- two organisations, one matter
def test_ecology_gives_the_evidence_and_the_police_the_fine(loaded: Cast) -> None:
    police = Organisation.objects.get(code="SL-B21")
    person = Person.objects.create_user("police", None, name="示例·韩交警")
    actor = policy.actor_of(
        access.appoint(
            actor=SYSTEM,
            person=person,
            organisation=police,
            role="bureau_officer",
            title="示例",
            starts_on=date(2021, 1, 1),
            at=loaded.at,
        )
    )
    values = {
        "code": "LJ-2025-003",
        "received_on": date(2025, 6, 11),
        "outcome": "fined",
        "decided_on": date(2025, 6, 20),
        "document": "示例 3 号",
        "fine": 200,
        "note": "",
    }
    registry.add(actor=actor, sheet=roadside_check.PENALTIES, organisation=police, values=values, at=loaded.at)
    assert FORMULAS["roadside_checks.punished"].compute(2025, date(2025, 12, 31)).ratio == (2, 2)
    source = roadside_check.RoadsideCheck.objects.get(code="LJ-2025-003")
    with pytest.raises(Refused):  # the police do not change the evidence
        registry.change(
            actor=actor,
            sheet=roadside_check.CHECKS,
            row=source,
            values={"value": Decimal("0.1")},
            version=source.version,
            at=loaded.at,
        )
    penalty = roadside_check.RoadsidePenalty.objects.get(code="LJ-2025-001")
    for who in ("monitor", "other"):  # ecology does not change the fine
        with pytest.raises(Refused):
            registry.change(
                actor=loaded.actor(who),
                sheet=roadside_check.PENALTIES,
                row=penalty,
                values={"fine": Decimal(1)},
                version=penalty.version,
                at=loaded.at,
            )
    for page in (
        reverse("roadside_checks_list"),
        reverse("roadside_checks_detail", args=[source.pk]),
        f"/api/v1/roadside_checks/{source.pk}",
    ):
        said = loaded.client("monitor").get(page).content.decode()
        assert "示A0000" not in said, page  # also not in the row's history
        assert "示**" in said, page


def test_tracing_leads_to_source_rows(loaded: Cast) -> None:
    assert outfall.OutfallSource.objects.filter(outfall="PK-01").count() == 2
    assert loaded.client("monitor").get("/registry/outfall_sources/?q=PK-01").content.decode().count("PK-01-") >= 2


# ---- pages
@pytest.mark.parametrize(("who", "seen"), [("monitor", 15), ("leader", 15), ("street", 15), ("safety", 0)])
def test_the_page_over_all_registers(loaded: Cast, who: str, seen: int) -> None:
    answer = loaded.client(who).get("/registers/")
    if not seen:
        assert answer.status_code == 403
        return
    assert len(answer.context["lines"]) == seen == len(SHEETS)
    assert "施工工地六个百分之百达标率" in answer.content.decode()


def test_layers_show_what_the_person_may_see(loaded: Cast) -> None:
    layer = next(one for one in next(each for each in REGISTERS if each.slug == "sewer_connection").layers)
    assert len(layer.features(loaded.actor("monitor"), loaded.at)["features"]) == 3
    (mine,) = layer.features(loaded.actor("street"), loaded.at)["features"]
    assert mine["properties"]["name"] == sewer_connection.SewerConnection.objects.get(code="CJ-001").name
