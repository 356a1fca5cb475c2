"""Small warehouses are drawn in public, visited, looked at again; what is late is seen; anyone gets the same draw from list and value."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.draw import actions as draws
from anlan.kernel.draw.models import Draw
from anlan.kernel.draw.types import Listing
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.packs.safety.registers.dock import CAMPAIGN as DOCK
from anlan.packs.safety.registers.warehouse import CAMPAIGN as WAREHOUSE
from anlan.packs.safety.registers.warehouse import REQUIREMENTS, Warehouse
from anlan.packs.safety.subjects import sampling, visits
from anlan.packs.safety.subjects.campaign import lines
from anlan.packs.safety.subjects.visits import CampaignVisit

pytestmark = pytest.mark.django_db
ALL = list(REQUIREMENTS)


@pytest.fixture(autouse=True)
def now(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at)


def store(cast: Cast, code: str, area: int = 120, more: dict[str, Any] | None = None) -> Any:
    raw = {"code": code, "name": f"示例仓{code}", "kind": "storage", "area": area, **(more or {})}
    values, problems = row_of(raw, WAREHOUSE.sheet)
    assert problems == []
    return registry.add(actor=cast.actor("street"), sheet=WAREHOUSE.sheet, organisation=cast.street, values=values, at=cast.at - timedelta(days=300))  # fmt: skip


def drawn(cast: Cast, count: int = 1) -> Draw:
    at, on = cast.at, civil_date(cast.at)
    pool, who = sampling.pool(WAREHOUSE), cast.actor("regulator")
    listing = Listing(number="", title="示例抽查", objects=tuple(pool.objects({}, on)), inspectors=(), draw=count, inspectors_each=0, frozen_at=at,
                      source="示例指数", form="两位小数", known_at=at + timedelta(hours=1))  # fmt: skip
    draw = draws.freeze(actor=who, pool=pool, organisation=cast.emergency, listing=listing, at=at)
    draws.reveal(actor=who, pool=pool, draw=draw, value="3217.08", value_from="示例网站", at=at + timedelta(hours=2))
    draws.start(actor=who, pool=pool, draw=draw, at=at + timedelta(hours=3))
    return draw


def look(cast: Cast, row: Any, who: str = "street", days: float = 3, **more: Any) -> CampaignVisit:
    at = cast.at + timedelta(days=days)
    row.refresh_from_db()
    given = {
        "kind": "sample",
        "done_on": civil_date(at),
        "held": ALL,
        "again_on": None,
        "note": "",
        "version": row.version,
        "at": at,
        **more,
    }
    return visits.record(actor=cast.actor(who), register=WAREHOUSE, row=row, **given)


def test_only_small_ones_are_drawn_with_weight_and_reason(cast: Cast) -> None:
    today = civil_date(cast.at)
    store(cast, "W1")
    store(cast, "W2", area=300)
    for code, ago in (("W3", 200), ("W4", 20)):
        day = today - timedelta(days=ago)
        store(cast, code, more={**dict.fromkeys(ALL, "是"), "checked_on": day, "sampled_on": day})
    store(cast, "W5", more={"checked_on": today - timedelta(days=9), "second_look_on": today - timedelta(days=1)})
    registry.retire(actor=cast.actor("street"), sheet=WAREHOUSE.sheet, row=store(cast, "W6"), reason="关了", at=cast.at)
    found = sampling.candidates(WAREHOUSE, {}, today)
    assert [(one.id, one.weight, bool(one.excluded)) for one in found] == [
        ("W1", 3, False),
        ("W3", 1, False),
        ("W4", 1, True),
        ("W5", 2, True),
    ]
    assert "180 天内不重复" in found[2].excluded
    assert "回头看" in found[3].excluded
    assert sampling.candidates(WAREHOUSE, {"kind": "parcel"}, today) == []


def test_a_draw_gives_one_visit_each_and_never_two(cast: Cast) -> None:
    for code in ("W1", "W2", "W3"):
        store(cast, code)
    draw = drawn(cast, 2)
    draws.start(
        actor=cast.actor("regulator"), pool=sampling.pool(WAREHOUSE), draw=draw, at=cast.at + timedelta(hours=4)
    )
    assert CampaignVisit.objects.filter(draw=draw, state="open").count() == 2
    assert {one.due_on for one in CampaignVisit.objects.all()} == {civil_date(cast.at) + timedelta(days=visits.WITHIN)}
    assert sum("已抽中" in one.excluded for one in sampling.candidates(WAREHOUSE, {}, civil_date(cast.at))) == 2
    for who in ("street", "officer", "auditor"):
        with pytest.raises(Refused) as caught:
            draws.start(actor=cast.actor(who), pool=sampling.pool(WAREHOUSE), draw=draw, at=cast.at)
        assert caught.value.code == "forbidden", who


def test_one_that_was_retired_meanwhile_does_not_hold_up_the_others(cast: Cast) -> None:
    for code in ("W1", "W2"):
        store(cast, code)
    at, on = cast.at, civil_date(cast.at)
    pool, who = sampling.pool(WAREHOUSE), cast.actor("regulator")
    listing = Listing(number="", title="示例抽查", objects=tuple(pool.objects({}, on)), inspectors=(), draw=2, inspectors_each=0, frozen_at=at,
                      source="示例指数", form="两位小数", known_at=at + timedelta(hours=1))  # fmt: skip
    draw = draws.freeze(actor=who, pool=pool, organisation=cast.emergency, listing=listing, at=at)
    draws.reveal(actor=who, pool=pool, draw=draw, value="1", value_from="示例", at=at + timedelta(hours=2))
    gone = Warehouse.objects.get(code="W1")
    registry.retire(actor=cast.actor("street"), sheet=WAREHOUSE.sheet, row=gone, reason="拆了", at=at)
    draws.start(actor=who, pool=pool, draw=draw, at=at + timedelta(hours=3))
    assert dict(CampaignVisit.objects.values_list("name", "state")) == {"示例仓W1": "excused", "示例仓W2": "open"}
    assert [one.name for one in CampaignVisit.objects.filter(state="excused") if "停用" in one.note] == ["示例仓W1"]


def test_anyone_repeats_it_from_the_public_page(cast: Cast, tmp_path: Path) -> None:
    for code in ("W1", "W2", "W3"):
        store(cast, code)
    draw = drawn(cast, 2)
    page = Client().get(reverse("public_draw", args=[draw.number])).content.decode()
    assert draw.list_hash in page
    assert "候选检查人员" not in page
    (tmp_path / "list.json").write_bytes(Client().get(reverse("public_draw_list", args=[draw.number])).content)
    (tmp_path / "repeat.py").write_bytes(Client().get(reverse("public_draw_script")).content)
    done = subprocess.run(
        [sys.executable, "repeat.py", "list.json", "3217.08"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert draw.list_hash in done.stdout
    assert [done.stdout.index(one["object"]) for one in draw.result] == sorted(
        done.stdout.index(one["object"]) for one in draw.result
    )
    told = json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))
    told["objects"][0]["weight"] = 9
    (tmp_path / "list.json").write_text(
        json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")), encoding="utf-8"
    )
    again = subprocess.run(
        [sys.executable, "repeat.py", "list.json", "3217.08"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert draw.list_hash not in again.stdout


def test_what_failed_is_looked_at_again_until_it_holds(cast: Cast) -> None:
    row = store(cast, "W1")
    drawn(cast)
    first = look(cast, row, held=ALL[1:], again_on=civil_date(cast.at) + timedelta(days=10))
    row.refresh_from_db()
    assert (first.state, first.lacking, row.sampled_on == row.checked_on == first.done_on) == ("done", [ALL[0]], True)
    assert visits.wanted(WAREHOUSE, row) == "again"
    late = cast.at + timedelta(days=12)
    waiting = WAREHOUSE.capability.waiting
    assert waiting is not None
    assert [(one.kind, "已过期" in one.fact) for one in waiting(cast.actor("street"), late)] == [("回头看", True)]
    (line,) = (
        one for one in lines((WAREHOUSE, DOCK), cast.actor("regulator"), civil_date(late)) if one.campaign is WAREHOUSE
    )
    assert (line.again, line.late, line.drawn) == (1, 1, 0)
    look(cast, row, kind="again", days=12, held=ALL[2:], again_on=civil_date(cast.at) + timedelta(days=20))
    row.refresh_from_db()
    assert (row.second_look_on, row.second_looked_on) == (civil_date(cast.at) + timedelta(days=20), None)
    look(cast, row, kind="again", days=21)
    row.refresh_from_db()
    assert row.second_looked_on == civil_date(cast.at) + timedelta(days=21)
    assert visits.wanted(WAREHOUSE, row) == ""
    assert list(waiting(cast.actor("street"), cast.at + timedelta(days=30))) == []
    assert [one.kind for one in visits.of_row(WAREHOUSE, row)] == ["again", "again", "sample"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"held": ALL[1:]}, "again_on"), ({"held": [*ALL, "gold"]}, "held"), ({"done_on": date(2099, 1, 1)}, "done_on"), ({"done_on": date(2025, 7, 1)}, "done_on"),
        ({"held": ALL[1:], "again_on": date(2025, 7, 1)}, "again_on"), ({"note": "长" * 201}, "note"), ({"kind": "again"}, ""), ({"kind": "x"}, ""), ({"version": 99}, ""),
    ],
)  # fmt: skip
def test_wrong_visits_are_told_and_leave_nothing(cast: Cast, more: dict[str, Any], field: str) -> None:
    row = store(cast, "W1")
    drawn(cast)
    with pytest.raises(Refused) as caught:
        look(cast, row, **more)
    assert caught.value.field == field
    row.refresh_from_db()
    assert (row.checked_on, CampaignVisit.objects.get().state) == (None, "open")


def test_what_was_not_drawn_is_not_recorded_and_nothing_is_recorded_twice(cast: Cast) -> None:
    row = store(cast, "W1")
    with pytest.raises(Refused):
        look(cast, row)
    drawn(cast)
    with pytest.raises(Refused):
        look(cast, row, who="auditor")
    look(cast, row)
    with pytest.raises(Refused):
        look(cast, row)
    assert Warehouse.objects.get(pk=row.pk).second_look_on is None


def test_one_that_was_drawn_may_be_left_out_with_a_reason_alone(cast: Cast) -> None:
    store(cast, "W1")
    draw = drawn(cast)
    visit = CampaignVisit.objects.get()

    def excuse(who: str, reason: str) -> None:
        visits.excuse(
            actor=cast.actor(who),
            register=WAREHOUSE,
            hold=sampling.hold(WAREHOUSE),
            visit=visit,
            reason=reason,
            at=cast.at,
        )

    for who, reason in (("regulator", " "), ("street", "已经搬走")):
        with pytest.raises(Refused):
            excuse(who, reason)
    excuse("regulator", "已经搬走")
    visit.refresh_from_db()
    assert (visit.state, Draw.objects.get().result == draw.result) == ("excused", True)


def test_pages_of_the_round(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    row = store(cast, "W1")
    drawn(cast)
    after = cast.at + timedelta(days=visits.WITHIN + 1)
    monkeypatch.setattr(clock, "now", lambda: after)
    page = cast.client("regulator").get(reverse("warehouse_visits")).content.decode()
    assert "超期" in page
    assert "示例仓W1" in page
    assert [one.kind for one in WAREHOUSE.capability.waiting(cast.actor("regulator"), after)] == ["抽查"]  # type: ignore[misc]
    assert "示例仓W1" in cast.client("planner").get(reverse("warehouse_visits_export"), {"form": "csv"}).content.decode(
        "utf-8-sig"
    )
    assert cast.client("worker").get(reverse("warehouse_visits")).status_code == 403
    street, address = cast.client("street"), reverse("campaign_warehouses_visit", args=[row.pk])
    row.refresh_from_db()
    typed = {
        "kind": "sample",
        "version": row.version,
        "done_on": civil_date(after).isoformat(),
        "note": "账不对",
        **{f"held_{one}": "1" for one in ALL[1:]},
    }
    bad = street.post(address, typed)
    assert bad.status_code == 422
    assert "账不对" in bad.content.decode()
    assert bad.content.decode().count(" checked") == len(ALL) - 1
    assert street.post(address, {**typed, "done_on": "明天"}).status_code == 422
    assert street.post(address, {**typed, "again_on": "2025-09-01"}).status_code == 302
    said = street.get(reverse("campaign_warehouses_detail", args=[row.pk])).content.decode()
    assert "记回头看" in said
    assert REQUIREMENTS[ALL[0]] in said
    form = cast.client("regulator").get(reverse("warehouse_draw_new")).content.decode()
    assert "inspectors_each" not in form


def test_second_looks_are_recorded_on_registers_that_do_not_sample(cast: Cast) -> None:
    raw = {
        **DOCK.rows[0],
        "code": "D1",
        "most_seen": 100,
        "checked_on": civil_date(cast.at),
        "second_look_on": civil_date(cast.at),
    }
    values, problems = row_of(raw, DOCK.sheet)
    assert problems == []
    row = registry.add(
        actor=cast.actor("street"), sheet=DOCK.sheet, organisation=cast.street, values=values, at=cast.at
    )
    made = visits.record(actor=cast.actor("street"), register=DOCK, row=row, kind="again", done_on=civil_date(cast.at), held=list(DOCK.requirements), again_on=None,
                         note="", version=row.version, at=cast.at)  # fmt: skip
    assert (made.kind, made.draw, visits.wanted(DOCK, row)) == ("again", None, "")
