"""What the nine registers of the campaigns refuse, what they count, and whom they remind."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.base.clock import civil_date
from anlan.kernel.capability import registers
from anlan.kernel.registry import actions
from anlan.kernel.registry.cells import row_of
from anlan.packs.safety.registers.business_park import CAMPAIGN as PARK
from anlan.packs.safety.registers.dangerous_work import CAMPAIGN as WORK
from anlan.packs.safety.registers.dock import CAMPAIGN as DOCK
from anlan.packs.safety.registers.fire_key_place import CAMPAIGN as KEY_PLACE
from anlan.packs.safety.registers.fire_lane import CAMPAIGN as LANE
from anlan.packs.safety.registers.old_compound import CAMPAIGN as COMPOUND
from anlan.packs.safety.registers.parcel_outlet import CAMPAIGN as PARCEL
from anlan.packs.safety.registers.railway_side import CAMPAIGN as RAILWAY
from anlan.packs.safety.registers.warehouse import CAMPAIGN as WAREHOUSE
from anlan.packs.safety.registers.warehouse import REQUIREMENTS
from anlan.packs.safety.subjects.campaign import Campaign, lines

CAMPAIGNS = (WAREHOUSE, PARCEL, LANE, KEY_PLACE, COMPOUND, RAILWAY, DOCK, WORK, PARK)
DAY = date(2026, 3, 2)


def faults(campaign: Campaign, **changed: Any) -> list[str]:
    """The columns at fault of the campaign's first demonstration row, changed."""
    dates = {one.name for one in campaign.sheet.columns if one.kind == "date"}
    row = {**campaign.rows[0], **changed}
    given = {
        name: DAY + timedelta(days=value) if name in dates and isinstance(value, int) else value
        for name, value in row.items()
    }
    return [one.column for one in row_of(given, campaign.sheet)[1]]


@pytest.mark.pure
@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda one: one.slug)
def test_what_is_lacking_has_a_day_for_the_second_look(campaign: Campaign) -> None:
    name = next(iter(campaign.requirements))
    cleared = {
        "checked_on": DAY,
        "second_look_on": None,
        "second_looked_on": None,
        **dict.fromkeys(campaign.requirements, True),
    }
    assert "second_look_on" not in faults(campaign, **cleared, **({"most_seen": 1} if campaign is DOCK else {}))
    assert "second_look_on" in faults(campaign, **{**cleared, name: False})
    assert "second_look_on" not in faults(campaign, **{**cleared, name: False, "second_look_on": DAY})
    assert "second_look_on" in faults(campaign, **{**cleared, name: False, "second_look_on": DAY - timedelta(days=1)})
    assert "checked_on" in faults(campaign, checked_on=None, second_look_on=DAY)


@pytest.mark.pure
@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda one: one.slug)
def test_the_demonstration_rows_are_sound(campaign: Campaign) -> None:
    assert len(campaign.rows) >= 1
    for row in campaign.rows:
        assert faults(campaign, **row) == [], row["code"]


@pytest.mark.pure
def test_the_seven_requirements_and_the_threshold() -> None:
    assert len(REQUIREMENTS) == 7
    assert faults(WAREHOUSE, area="299.9", sampled_on=DAY, checked_on=DAY) == []
    assert faults(WAREHOUSE, area="300", sampled_on=DAY, checked_on=DAY) == ["sampled_on"]
    assert "checked_on" in faults(WAREHOUSE, area="120", sampled_on=DAY, checked_on=None)


@pytest.mark.pure
def test_what_single_registers_refuse() -> None:
    assert faults(PARCEL, kind="sorting", machines="") == ["machines"]
    assert set(faults(LANE, clear=False, second_look_on=DAY)) == {"measure", "done_by"}
    assert faults(LANE, width="3.9") == ["wide"]
    assert faults(COMPOUND, grade="blue", second_look_on=DAY) == ["grade"]
    assert faults(COMPOUND, grade="red", measure="") == ["measure"]
    assert faults(DOCK, most_seen=201, limit=200, second_look_on=None, counted=True) == ["second_look_on"]
    assert faults(WORK, size="2.9") == ["size"]
    assert faults(WORK, size="4.9", experts_on=None) == []
    assert faults(WORK, size="5", experts_on=None) == ["experts_on"]
    assert set(faults(WORK, plan_approved=False, second_look_on=DAY)) == {"plan_approved"}
    assert faults(WORK, size="-1") == ["size"]
    assert faults(WAREHOUSE, area="很大") == ["area"]


def _store(cast: Cast, campaign: Campaign, code: str, **changed: Any) -> Any:
    raw = {**campaign.rows[0], "code": code, "checked_on": civil_date(cast.at), **changed}
    values, problems = row_of(raw, campaign.sheet)
    assert problems == []
    return actions.add(actor=cast.actor("street"), sheet=campaign.sheet, organisation=cast.street, values=values, at=cast.at)  # fmt: skip


@pytest.mark.django_db
def test_the_rate_leaves_the_sampled_ones_out(cast: Cast) -> None:
    today = civil_date(cast.at)
    _store(cast, WAREHOUSE, "W-1")
    _store(cast, WAREHOUSE, "W-2", training=False, second_look_on=today)
    _store(cast, WAREHOUSE, "W-3", checked_on="")
    _store(cast, WAREHOUSE, "W-4", area="120", sampled_on=today)
    told = WAREHOUSE.capability.formulas[0].compute(today.year, today)
    assert (told.value, told.ratio) == (Decimal("33.3"), (1, 3))
    assert "1 ÷ 3" in told.sentence
    assert told.steps[0].url.startswith("/registry/campaign_warehouses/ratio/met_rate/")
    page = cast.client("street").get(told.steps[0].url).content.decode()
    assert "W-4" not in page
    assert page.index("W-2") < page.index("W-1")
    line = next(one for one in lines(CAMPAIGNS, cast.actor("regulator"), today) if one.campaign is WAREHOUSE)
    assert (line.rows, line.checked, line.met, line.again, line.late, line.sampled) == (3, 2, 1, 1, 0, 1)
    empty = LANE.capability.formulas[0].compute(today.year, today)
    assert empty.value is None
    assert "还没有登记" in empty.note


@pytest.mark.django_db
def test_the_second_look_waits_for_the_street_until_it_was_made(cast: Cast) -> None:
    today = civil_date(cast.at)
    row = _store(cast, WAREHOUSE, "W-1", training=False, second_look_on=today + timedelta(days=20))
    waiting = WAREHOUSE.capability.waiting
    assert waiting is not None
    assert list(waiting(cast.actor("street"), cast.at)) == []
    later = cast.at + timedelta(days=7)
    first = list(waiting(cast.actor("street"), later))
    assert [(one.kind, one.title) for one in first] == [("回头看", str(row))]
    assert list(waiting(cast.actor("regulator"), later)) == []  # the regulator has one line of all nine
    WAREHOUSE.model.objects.filter(pk=row.pk).update(second_looked_on=today + timedelta(days=7))
    assert list(waiting(cast.actor("street"), later)) == []


@pytest.mark.django_db
def test_pages_of_the_overview_and_of_a_register(cast: Cast) -> None:
    _store(cast, WAREHOUSE, "W-1", training=False, second_look_on=civil_date(cast.at))
    page = cast.client("regulator").get("/registry/campaign_areas/")
    assert page.status_code == 200
    assert "仓储物流场所" in page.content.decode()
    assert cast.client("regulator").get("/registry/campaign_areas/export/?form=csv").status_code == 200
    assert cast.client("worker").get("/registry/campaign_areas/").status_code == 403
    listed = cast.client("street").get("/registry/campaign_warehouses/?training=0").content.decode()
    assert "示例冷链仓" in listed
    assert "示例冷链仓" not in cast.client("street").get("/registry/campaign_warehouses/?training=1").content.decode()
    assert "示例冷链仓" in cast.client("street").get("/registry/campaign_warehouses/?training=x").content.decode()


@pytest.mark.django_db
def test_many_dates_are_one_line_more(cast: Cast) -> None:
    today = civil_date(cast.at)
    for number in range(registers.SHOWN + 3):
        _store(cast, WAREHOUSE, f"W-{number}", training=False, second_look_on=today)
    waiting = WAREHOUSE.capability.waiting
    assert waiting is not None
    found = list(waiting(cast.actor("street"), cast.at))
    assert len(found) == registers.SHOWN + 1
    assert found[-1].title == f"仓储物流场所 {registers.SHOWN + 3} 项"
    assert "due=second_look_on" in found[-1].url
