"""Titles of communities from application to taking down; the indicator; kit lists; campaigns."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access import actions as access
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.packs.safety.publicity import formulas, queries, titles
from anlan.packs.safety.publicity.models import CommunityTitle
from anlan.packs.safety.publicity.sheets import CAMPAIGNS, EVENTS, KITS
from anlan.packs.safety.publicity.tests.support import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def community(settings: Any, tmp_path: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Organisation:
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    monkeypatch.setattr("anlan.base.clock.now", lambda: cast.at)
    planning.load_forms(cast.at)
    return access.found_organisation(actor=SYSTEM, code="SL-C01", name="示例社区", short_name="社区", kind="community", parent=cast.street, at=cast.at, is_demo=True)  # fmt: skip


def applied(cast: Cast, community: Organisation, level: str = "city") -> CommunityTitle:
    return titles.apply(actor=cast.actor("street"), community=community, given={"level": level, "statement": "有图"}, at=cast.at)  # fmt: skip


def score(cast: Cast, row: CommunityTitle, at: Any, *failed: str) -> None:
    regulator = cast.actor("regulator")
    task = titles.order_check(actor=regulator, row=row, at=at)
    assert titles.order_check(actor=regulator, row=row, at=at) == task
    answers = {
        item.pk: Given("failed" if item.code in failed else "ok", note="差" if item.code in failed else "", photos=(("a.png", picture()),) if item.photo else ())
        for item in task.form.items.all()
    }  # fmt: skip
    checks.finish(actor=regulator, task=task, answers=answers, at=at, key=uuid4())


def grant(cast: Cast, row: CommunityTitle, at: Any, step: str = "grant", **given: str) -> CommunityTitle:
    return titles.move(actor=cast.actor("regulator"), row=row, step=step, given={"document": "示例 1 号", **given}, at=at)  # fmt: skip


def test_from_application_to_taking_down(cast: Cast, community: Organisation) -> None:
    row = applied(cast, community)
    with pytest.raises(Refused, match="已在申报"):
        applied(cast, community)
    with pytest.raises(Refused, match="先安排评分"):
        grant(cast, row, cast.at)
    score(cast, row, cast.at, "risk", "drill")
    with pytest.raises(Refused, match=r"70\.0 %"):
        grant(cast, row, cast.at)
    score(cast, row, cast.at + timedelta(days=1), "risk")
    with pytest.raises(Refused, match="有效期"):
        grant(cast, row, cast.at, expires_on="2020-01-01")
    with pytest.raises(Refused) as named:
        grant(cast, row, cast.at, document="")
    assert named.value.field == "document"
    grant(cast, row, cast.at + timedelta(days=2))
    assert (row.titled_on, row.expires_on) == (date(2025, 7, 27), date(2028, 7, 27))
    with pytest.raises(Refused, match="新评分"):
        grant(cast, row, cast.at, step="renew")
    later = cast.at + timedelta(days=1200)  # it had ended for some months
    assert queries.standing(row, later.date()) == "命名已过期"
    score(cast, row, later)
    grant(cast, row, later, step="renew")
    assert [one.ends_on for one in row.periods.all()] == [date(2028, 7, 27), date(2031, 11, 6)]
    for day, held in ((date(2025, 7, 26), 0), (date(2028, 7, 27), 1), (date(2028, 7, 28), 0), (date(2028, 11, 6), 1)):
        assert queries.holding(day).count() == held, day
    with pytest.raises(Refused, match="理由"):
        titles.move(actor=cast.actor("regulator"), row=row, step="take_down", given={}, at=later)
    titles.move(actor=cast.actor("regulator"), row=row, step="take_down", given={"reason": "弄虚作假"}, at=later)
    assert queries.holding(date(2028, 11, 6)).count() == 0
    assert queries.holding(date(2026, 1, 1)).count() == 1  # what was true then stays true
    assert applied(cast, community).pk != row.pk


def test_who_applied_does_not_decide_and_others_may_not(cast: Cast, community: Organisation) -> None:
    row = applied(cast, community)
    score(cast, row, cast.at)
    row.applicant = cast.posts["regulator"].person
    row.save()
    with pytest.raises(Refused) as same:
        grant(cast, row, cast.at)
    assert same.value.code == "same_person"
    with pytest.raises(Refused) as role:
        titles.move(actor=cast.actor("street"), row=row, step="grant", given={"document": "x"}, at=cast.at)
    assert role.value.code == "forbidden"
    with pytest.raises(Refused):
        titles.apply(actor=cast.actor("officer"), community=community, given={"level": "city", "statement": "x"}, at=cast.at)  # fmt: skip
    with pytest.raises(Refused, match="只有社区"):
        titles.apply(actor=cast.actor("street"), community=cast.enterprise, given={"level": "city", "statement": "x"}, at=cast.at)  # fmt: skip


def test_the_indicator_counts_a_community_once(cast: Cast, community: Organisation) -> None:
    assert formulas.compute(2025, date(2025, 12, 31)).value == 0
    before = formulas.fingerprint(2025)
    for level in ("city", "nation"):
        row = applied(cast, community, level)
        score(cast, row, cast.at)
        grant(cast, row, cast.at)
    found = formulas.compute(2025, date(2025, 12, 31))
    assert (found.value, found.expected) == (Decimal(1), 2)
    assert formulas.fingerprint(2025) != before
    shown = cast.client("planner").get(found.steps[0].url).content.decode()
    assert shown.count("SF-2025-") == 2
    assert formulas.compute(2024, date(2025, 12, 31)).value == 0


def test_the_pages(cast: Cast, community: Organisation) -> None:
    street, regulator = cast.client("street"), cast.client("regulator")
    new = reverse("community_title_new")
    for changes in ({"community": ""}, {"level": "moon"}, {"statement": ""}, {"community": str(cast.enterprise.pk)}):
        assert street.post(new, {"community": str(community.pk), "level": "city", "statement": "有图", **changes}).status_code == 422, changes  # fmt: skip
    assert street.get(new).status_code == 200
    street.post(new, {"community": str(community.pk), "level": "city", "statement": "有图"})
    row = CommunityTitle.objects.get()

    def do(word: str) -> str:
        return reverse("community_title_do", args=[row.pk, word])

    file = SimpleUploadedFile("a.pdf", b"%PDF-1.4 x", "application/pdf")
    assert street.post(do("document"), {"name": "清单", "file": file}).status_code == 302
    assert street.post(do("document"), {"name": "清单"}).status_code == 422
    assert street.post(do("document"), {"name": "坏", "file": SimpleUploadedFile("a.exe", b"MZ")}).status_code == 422
    assert street.post(do("check")).status_code == 403
    assert regulator.post(do("check")).status_code == 302
    assert regulator.post(do("grant"), {"document": "1 号"}).status_code == 422
    assert regulator.get(reverse("community_title_document", args=[row.pk, row.documents.get().pk])).status_code == 200
    for view in ("hand", "held", "lapsed", "all", "x"):
        assert regulator.get(reverse("community_titles"), {"view": view}).status_code == 200
    assert regulator.get(reverse("community_titles"), {"form": "csv"}).status_code == 200
    assert "示范社区" in regulator.get("/desk/").content.decode()
    regulator.post(do("refuse"), {"reason": "没有演练"})
    row.refresh_from_db()
    assert row.state == "refused"
    assert street.post(do("document"), {"name": "晚", "file": SimpleUploadedFile("a.txt", b"x")}).status_code == 409


def kit_item(cast: Cast, code: str, **values: Any) -> None:
    full = {"code": code, "household": "any", "part": "water", "name": f"物品{code}", "amount": Decimal("1.5"), "unit": "升", "per": "person", "renew_months": None,
            "note": "", "source": "示例", "verified": False, **values}  # fmt: skip
    registry.add(actor=SYSTEM, sheet=KITS, organisation=cast.emergency, values=full, at=cast.at)


def test_kit_lists(cast: Cast) -> None:
    kit_item(cast, "1")
    kit_item(cast, "2", household="infant", part="care", per="house", amount=Decimal("0.3"))
    parts = queries.kit(["infant"], 3)
    assert [(word, [one.words for one in lines]) for word, lines in parts] == [("水和食物", ["4.5 升"]), ("日常护理", ["0.5 升"])]  # fmt: skip
    assert len(queries.kit([], 3)) == 1
    citizen, page = cast.client(None), reverse("public_kit")
    assert "物品2" in citizen.get(page, {"people": "3", "household": ["infant", "moon"]}).content.decode()
    for wrong in ("0", "21", "-1", "三", "999999"):
        assert citizen.get(page, {"people": wrong}).status_code == 422, wrong
    assert citizen.get(page).status_code == 200


def test_events_belong_to_a_campaign_and_are_counted(cast: Cast) -> None:
    campaign = {"code": "YUE", "name": "安全生产月", "topic": "work", "starts_on": date(2025, 6, 1), "ends_on": date(2025, 6, 30), "aim": 5, "note": ""}  # fmt: skip
    registry.add(actor=SYSTEM, sheet=CAMPAIGNS, organisation=cast.emergency, values=campaign, at=cast.at)
    event = {"code": "1", "campaign": "YUE", "name": "咨询", "kind": "stall", "held_on": "2025-06-10", "place": "广场", "people": "50", "reached": "900", "counted_by": ""}  # fmt: skip
    values, problems = row_of(event, EVENTS)
    assert problems == []
    for changes, column in (({"campaign": "X"}, "campaign"), ({"held_on": "2025-07-01"}, "held_on"), ({"people": "100"}, "counted_by"), ({"people": "-1"}, "people")):  # fmt: skip
        assert [one.column for one in row_of({**event, **changes}, EVENTS)[1]] == [column]
    assert [one.column for one in row_of({**campaign, "ends_on": "2025-05-01"}, CAMPAIGNS)[1]] == ["ends_on"]
    for code in ("1", "2"):
        registry.add(actor=SYSTEM, sheet=EVENTS, organisation=cast.emergency, values={**values, "code": code}, at=cast.at)  # fmt: skip
    line = queries.campaigns(cast.actor("planner"))[0]
    assert (line["events"], line["people"], line["reached"]) == (2, 100, 1800)
    assert ">1800<" in cast.client("planner").get(reverse("publicity_overview")).content.decode()
    assert cast.client("planner").get(reverse("publicity_overview"), {"form": "csv"}).status_code == 200
