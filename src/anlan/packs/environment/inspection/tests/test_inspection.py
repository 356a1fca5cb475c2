"""The environment's side: the draw and what comes of it, an order that is reviewed by another, a penalty, cards with rule and reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.casework.actions import make_step, open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.draw import actions as draws
from anlan.kernel.draw.types import Listing
from anlan.kernel.penalties import queries as published
from anlan.kernel.penalties.models import Penalty, Publication
from anlan.kernel.penalties.samples import files
from anlan.kernel.registry import actions as registry
from anlan.packs.environment.inspection import rules
from anlan.packs.environment.inspection.cards import CARD
from anlan.packs.environment.inspection.models import Card, GreenInspector, GreenRecusal, GreenTarget
from anlan.packs.environment.inspection.office import PENALTY, PLANS, POOL

pytestmark = pytest.mark.django_db


def go(cast: Cast, case: Case, who: str, step: str, *kinds: str, days: float = 1, **values: str) -> Case:
    return make_step(
        actor=cast.actor(who),
        case=case,
        step=step,
        at=cast.at + timedelta(days=days),
        note="示例说明",
        values=values,
        uploads=files(*kinds),
    )


def registers(cast: Cast) -> None:
    stamps = {"created_at": cast.at, "updated_at": cast.at}
    GreenTarget.objects.create(
        organisation=cast.enterprise, code="W1", name="示例冷库甲", category="industry", level="red", **stamps
    )
    GreenTarget.objects.create(
        organisation=cast.street,
        code="W2",
        name="示例工地",
        category="site",
        level="blue",
        last_on=date(2025, 7, 1),
        **stamps,
    )
    for code in ("H1", "H2", "H3"):
        GreenInspector.objects.create(
            organisation=cast.environment, code=code, name="示例", valid_until=date(2030, 1, 1), **stamps
        )
    GreenRecusal.objects.create(
        organisation=cast.environment, code="R", inspector_code="H1", target_code="W1", reason="kin", **stamps
    )


def drawn(cast: Cast) -> Case:
    registers(cast)
    on = cast.at.date()
    listing = Listing(
        number="", title="示例双随机", objects=tuple(POOL.objects({}, on)), inspectors=tuple(POOL.inspectors(on)), conflicts=tuple(POOL.conflicts(on)), draw=1,
        frozen_at=cast.at, source="示例指数", form="两位小数", known_at=cast.at + timedelta(hours=1),
    )  # fmt: skip
    who = cast.actor("inspector")
    draw = draws.freeze(actor=who, pool=POOL, organisation=cast.environment, listing=listing, at=cast.at)
    draws.reveal(
        actor=who, pool=POOL, draw=draw, value="3217.08", value_from="示例网站", at=cast.at + timedelta(hours=2)
    )
    (number,) = draws.start(actor=who, pool=POOL, draw=draw, at=cast.at + timedelta(hours=3))
    assert draws.start(actor=who, pool=POOL, draw=draw, at=cast.at + timedelta(hours=4)) == [number]
    return Case.objects.get(number=number)


def test_from_the_draw_to_a_reviewed_order(cast: Cast) -> None:
    """W2 was drawn lately and H1 is a relative: W1 goes to H2 and H3."""
    case = drawn(cast)
    assert (case.owner, case.kind, case.grade) == (cast.enterprise, "industry", "red")
    assert set(case.inspected.inspectors) == {"H2", "H3"}
    case = go(cast, case, "inspector", "go", first="H3", second="H2", shown="1")
    case = go(cast, case, "inspector", "record", "scene", found="台账不全", present="环保岗位")
    case = go(cast, case, "head", "answer", attitude="agree", statement="马上补")
    case = go(cast, case, "inspector", "order", what="补齐台账", until="2025-08-20")
    order = Case.objects.get(parent=case)
    assert (order.process, order.state) == ("inspection/order", "rectifying")
    order = go(cast, order, "safety", "submit", "after", days=3)
    with pytest.raises(Refused):
        go(cast, order, "safety", "pass", days=4)
    assert go(cast, order, "inspector", "pass", days=4).is_open is False
    go(cast, case, "inspector", "publish", days=2, summary="台账不全，责令改正。")
    assert GreenTarget.objects.get(code="W1").last_on == date(2025, 7, 27)
    assert Publication.objects.get(case=case).issuer == cast.environment


def test_the_bureaus_do_not_reach_into_each_other(cast: Cast) -> None:
    case = drawn(cast)
    for who in ("regulator", "officer", "legal"):
        with pytest.raises(Refused) as caught:
            go(cast, case, who, "go", first="H2", second="H3", shown="1")
        assert caught.value.code == "forbidden", who
        assert cast.client(who).get(reverse("case", args=[case.number])).status_code == 404, who


def penalty(cast: Cast) -> Case:
    return open_case(actor=cast.actor("inspector"), process=PENALTY, owner=cast.enterprise, title="废气超标", source="regulator", issuer=cast.environment,
                     holder=cast.environment, at=cast.at)  # fmt: skip


def test_discretion_review_and_transfer(cast: Cast) -> None:
    case = penalty(cast)
    given: dict[str, Any] = {"violation": "air", "circumstance": "light"}
    with pytest.raises(Refused) as caught:
        go(cast, case, "inspector", "propose", "filing", "inquiry", amount="99999", **given)
    assert caught.value.field == "outside"
    case = go(cast, case, "inspector", "propose", "filing", "inquiry", amount="200000", **given)
    assert Penalty.objects.get(case=case).is_heavy
    with pytest.raises(Refused):
        go(cast, case, "legal", "pass_review")  # of another bureau
    case = go(cast, case, "green_legal", "pass_review")
    case = go(cast, case, "other", "transfer", "transfer", to="示例公安", crime="污染环境罪")
    assert (case.state, case.is_open) == ("transferred", True)


def card(cast: Cast, rule: str = "over") -> Case:
    return open_case(actor=cast.actor("inspector"), process=CARD, owner=cast.enterprise, title="废气超标", source="regulator", issuer=cast.environment,
                     holder=cast.environment, at=cast.at, values={"rule": rule}, uploads=files("basis"))  # fmt: skip


def test_a_card_is_given_by_another_published_and_ended_with_a_reason(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(days=3))
    case = card(cast)
    with pytest.raises(Refused):
        go(cast, case, "inspector", "give", summary="废气超标。")
    with pytest.raises(Refused) as caught:
        go(cast, case, "other", "give", summary="head废气超标。")
    assert caught.value.code == "personal"
    case = go(cast, case, "other", "give", summary="废气超标，限制生产。")
    assert (case.grade, Card.objects.get(case=case).given_on) == ("yellow", date(2025, 7, 26))
    page = Client().get(reverse("public_enforcement"), {"kind": "card"}).content.decode()
    assert "黄牌" in page
    assert "摘牌为止" in page
    with pytest.raises(Refused) as caught:
        go(cast, card(cast, "still"), "other", "give", summary="仍超标。")
    assert caught.value.code == "twice"
    for kinds, values, field in (((), {"why": "已达标"}, "file_recheck"), (("recheck",), {"why": ""}, "why")):
        with pytest.raises(Refused) as caught:
            go(cast, case, "other", "end", *kinds, days=2, **values)
        assert caught.value.field == field
    case = go(cast, case, "other", "end", "recheck", days=2, why="复查达标")
    row = Publication.objects.get(case=case)
    assert case.is_open is False
    assert "复查达标" in row.withdrawn_reason
    assert not published.shown(date(2025, 7, 28)).exists()


@pytest.mark.pure
def test_card_rules_are_dated() -> None:
    for one in rules.card_rules():
        assert one.law
        assert rules.card_rule(one.code, one.valid_from - timedelta(days=1)) is None
        assert rules.card_rule(one.code, date(2025, 1, 1)) == one


def test_pages_of_each_role(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(days=1))
    case = drawn(cast)
    for who in ("inspector", "other", "green_legal", "head", "planner", "leader", "auditor", "monitor"):
        assert cast.client(who).get(reverse("case", args=[case.number])).status_code == 200, who
    for page in (
        "inspection_discretion",
        "inspection_draws",
        "inspection_card_list",
        "inspection_order_list",
        "inspection_penalty_list",
    ):
        assert cast.client("inspector").get(reverse(page)).status_code == 200, page
    assert cast.client("worker").get(reverse("inspection_list")).status_code == 403


def test_the_plan_of_the_year(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planned against done by line and month, under the environment's own permissions."""
    monkeypatch.setattr(clock, "now", lambda: cast.at)
    case = drawn(cast)
    go(cast, case, "inspector", "go", days=0.2, first="H3", second="H2", shown="1")
    go(cast, case, "inspector", "record", "scene", days=0.3, found="台账不全", present="环保岗位")
    for code, month, way in (("A", None, "random"), ("B", 7, "random"), ("C", 7, "plan")):
        values = {
            "code": code,
            "year": 2025,
            "month": month,
            "category": "industry",
            "level": "",
            "way": way,
            "number": 2,
            "basis": "",
        }
        registry.add(
            actor=cast.actor("inspector"), sheet=PLANS, organisation=cast.environment, values=values, at=cast.at
        )
    page = cast.client("inspector").get(reverse("inspection_plan"))
    assert [(one.plan.code, one.done) for one in page.context["lines"]] == [("A", 1), ("B", 1), ("C", 0)]
    assert (page.context["planned"], page.context["done"]) == (6, 1)
    assert "1 / 4" in page.content.decode()
    assert cast.client("leader").get(reverse("inspection_plan_export")).status_code == 200
    for who in ("regulator", "worker"):
        assert cast.client(who).get(reverse("inspection_plan")).status_code == 403, who
    with pytest.raises(Refused):
        registry.add(
            actor=cast.actor("regulator"),
            sheet=PLANS,
            organisation=cast.environment,
            values={**values, "code": "D"},
            at=cast.at,
        )
