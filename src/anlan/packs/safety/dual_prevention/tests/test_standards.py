"""A standard of 200 risks is adopted, ten are changed, the next edition comes: none of the ten is lost, a person decides what both changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access import actions as access
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.journal.models import Entry
from anlan.packs.safety.dual_prevention import actions, queries, standards
from anlan.packs.safety.dual_prevention.models import Adoption, Edition, Measure, Risk, RiskVersion
from anlan.packs.safety.dual_prevention.tests.test_merging import row
from anlan.packs.safety.dual_prevention.types import MeasureRow, ordered

pytestmark = pytest.mark.django_db


def peer(cast: Cast, code: str = "SL-E33") -> tuple[Organisation, Actor]:
    """A second firm with its safety officer."""
    made = access.found_organisation(
        actor=SYSTEM,
        code=code,
        name=f"示例冷库{code}",
        short_name=code,
        kind="enterprise",
        parent=cast.street,
        at=cast.at,
        is_demo=True,
    )
    person = Person.objects.create_user(code.lower(), "anlan-demo", name="示例·韩", is_demo=True)
    post = access.appoint(
        actor=SYSTEM,
        person=person,
        organisation=made,
        role="enterprise_officer",
        title="安全员",
        starts_on=date(2021, 1, 1),
        at=cast.at,
    )
    return made, policy.actor_of(post)


def published(cast: Cast, count: int = 200) -> Edition:
    actions.write_rows(
        actor=cast.actor("safety"),
        organisation=cast.enterprise,
        rows=[row(n) for n in range(count)],
        at=cast.at,
        why="建清单",
    )
    return standards.publish(
        actor=cast.actor("regulator"),
        organisation=cast.enterprise,
        title="标准",
        name="一",
        approval="专家组",
        at=cast.at,
    )


def change(cast: Cast, who: Actor, firm: Organisation, code: str, **parts: object) -> None:
    risk = Risk.objects.get(organisation=firm, code=code)
    fresh = replace(queries.register(firm)[code], **parts)  # type: ignore[arg-type]
    actions.write_risk(
        actor=who,
        organisation=firm,
        row=fresh,
        at=cast.at + timedelta(hours=1),
        why="改",
        risk=risk,
        version=risk.version,
    )


def test_two_hundred_adopted_ten_changed_upgraded_none_lost(cast: Cast) -> None:  # noqa: PLR0915 - one story told to its end
    first = published(cast)
    firm, who = peer(cast)
    adoption, told = standards.take(actor=who, organisation=firm, edition=first, at=cast.at)
    assert (
        told.new,
        Risk.objects.filter(organisation=firm).count(),
        Measure.objects.filter(risk__organisation=firm).count(),
    ) == (200, 200, 400)
    assert Risk.objects.filter(organisation=firm, looked_at=None).count() == 200
    # The firm changes ten: seven in its own way, one removed, one added, one measure added.
    for n in range(7):
        change(cast, who, firm, f"R{n:03d}", post=f"本库岗位 {n}", l="1")
    actions.retire(actor=who, risk=Risk.objects.get(organisation=firm, code="R007"), reason="没有这台设备", at=cast.at)
    actions.write_risk(actor=who, organisation=firm, row=row(900, title="本库自己的"), at=cast.at)
    mine = queries.register(firm)["R008"]
    change(
        cast, who, firm, "R008", measures=(*mine.measures, MeasureRow(code="本1", kind="training", text="本库加的培训"))
    )
    ten = {code: queries.register(firm)[code] for code in (*(f"R{n:03d}" for n in range(7)), "R900", "R008")}
    # The first firm's register moves on: 30 others change, two of the ten too, two go, three come.
    safety = cast.actor("safety")
    for n in range(20, 50):
        change(cast, safety, cast.enterprise, f"R{n:03d}", title=f"第二版 {n}")
    change(cast, safety, cast.enterprise, "R000", l="6")  # both changed the grade
    change(cast, safety, cast.enterprise, "R001", title="第二版 1")  # another part of one of the ten
    for code in ("R002", "R100"):  # one of the ten, and one that nobody changed
        actions.retire(
            actor=safety, risk=Risk.objects.get(organisation=cast.enterprise, code=code), reason="淘汰", at=cast.at
        )
    actions.write_rows(
        actor=safety, organisation=cast.enterprise, rows=[row(n) for n in (300, 301, 302)], at=cast.at, why="加"
    )
    second = standards.publish(
        actor=cast.actor("regulator"),
        organisation=cast.enterprise,
        standard=first.standard,
        name="二",
        approval="专家组",
        at=cast.at,
    )

    merge = standards.preview(firm, second)
    assert {(one.code, one.part) for one in merge.open} == {("R000", "grade"), ("R002", "row")}
    assert [merge.count(kind) for kind in ("update", "added", "removed", "own_added", "own_removed")] == [
        31,
        3,
        1,
        1,
        1,
    ]
    with pytest.raises(Refused) as caught:
        standards.take(actor=who, organisation=firm, edition=second, at=cast.at, version=adoption.version)
    assert caught.value.code == "conflicts"
    assert queries.adoption(firm).edition == first  # type: ignore[union-attr]

    decisions = {one.key: "theirs" if one.code == "R000" else "mine" for one in merge.open}
    adoption, told = standards.take(
        actor=who,
        organisation=firm,
        edition=second,
        at=cast.at + timedelta(hours=2),
        decisions=decisions,
        version=adoption.version,
    )
    assert (told.new, told.changed, told.retired) == (3, 32, 1)
    now = queries.register(firm)
    assert len(now) == 200 - 1 + 1 - 1 + 3
    for code, before in ten.items():
        expected = before
        if code == "R000":
            expected = replace(before, l="6")
        elif code == "R001":
            expected = replace(before, title="第二版 1")
        assert ordered(now[code]) == ordered(expected), code
    assert "R007" not in now
    assert "R100" not in now
    assert now["R025"].title == "第二版 25"
    entry = Entry.objects.get(verb="dual_prevention.standard_upgraded")
    assert sorted(entry.new["decisions"].values()) == ["mine", "theirs"]
    assert RiskVersion.objects.filter(risk__organisation=firm, risk__code="R000").first().why.startswith("升级到")  # type: ignore[union-attr]
    # What was kept is still the firm's own at the next edition: nothing is asked twice.
    again = standards.preview(firm, second)
    assert again.open == ()
    assert again.count("own_added") == 2  # its own risk, and the one that the standard dropped and it kept
    with pytest.raises(Refused, match="已经是"):
        standards.take(actor=who, organisation=firm, edition=second, at=cast.at, version=adoption.version)
    with pytest.raises(Refused, match="旧版"):
        standards.take(actor=who, organisation=firm, edition=first, at=cast.at, version=adoption.version)


def test_two_upgrades_at_once_never_both_win(cast: Cast) -> None:
    first = published(cast, 5)
    firm, who = peer(cast)
    standards.take(actor=who, organisation=firm, edition=first, at=cast.at)
    with pytest.raises(Refused) as caught:
        standards.take(actor=who, organisation=firm, edition=first, at=cast.at)
    assert caught.value.code == "stale"
    change(cast, cast.actor("safety"), cast.enterprise, "R001", title="新")
    second = standards.publish(
        actor=cast.actor("regulator"),
        organisation=cast.enterprise,
        standard=first.standard,
        name="二",
        approval="专家组",
        at=cast.at,
    )
    standards.take(actor=who, organisation=firm, edition=second, at=cast.at, version=1)
    with pytest.raises(Refused) as caught:
        standards.take(actor=who, organisation=firm, edition=second, at=cast.at, version=1)
    assert caught.value.code == "stale"
    assert Adoption.objects.count() == 1


def test_adopting_over_an_own_register_asks(cast: Cast) -> None:
    first = published(cast, 5)
    firm, who = peer(cast)
    actions.write_rows(
        actor=who, organisation=firm, rows=[row(1, title="本库原来的"), row(800)], at=cast.at, why="原有"
    )
    merge = standards.preview(firm, first)
    assert [(one.code, one.part) for one in merge.open] == [("R001", "title")]
    standards.take(actor=who, organisation=firm, edition=first, at=cast.at, decisions={merge.open[0].key: "mine"})
    assert queries.register(firm)["R001"].title == "本库原来的"
    assert "R800" in queries.register(firm)


def test_publishing_is_refused(cast: Cast) -> None:
    regulator = cast.actor("regulator")
    with pytest.raises(Refused, match="空的"):
        standards.publish(actor=regulator, organisation=cast.enterprise, title="x", name="一", approval="y", at=cast.at)
    first = published(cast, 3)
    for words, field in (({"name": ""}, "name"), ({"approval": " "}, "approval"), ({"title": ""}, "title")):
        with pytest.raises(Refused) as caught:
            standards.publish(
                actor=regulator,
                organisation=cast.enterprise,
                at=cast.at,
                **{"title": "x", "name": "一", "approval": "y", **words},  # type: ignore[arg-type]
            )
        assert caught.value.field == field
    with pytest.raises(Refused, match="一样"):
        standards.publish(
            actor=regulator, organisation=cast.enterprise, standard=first.standard, name="二", approval="y", at=cast.at
        )
    with pytest.raises(Refused) as caught:
        standards.publish(
            actor=cast.actor("safety"), organisation=cast.enterprise, title="x", name="一", approval="y", at=cast.at
        )
    assert caught.value.code == "forbidden"
    _firm, who = peer(cast)
    with pytest.raises(Refused) as caught:
        standards.take(actor=who, organisation=cast.enterprise, edition=first, at=cast.at)
    assert caught.value.code == "forbidden"


def test_the_pages_of_adopting_and_upgrading(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at + timedelta(hours=3))
    first = published(cast, 6)
    firm, who = peer(cast)
    client = cast.client("safety")
    client.force_login(
        Person.objects.get(username="sl-e33"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert "套用" in client.get(reverse("risk_standards")).content.decode()
    take = reverse("risk_take", args=[first.pk])
    assert "标准新增" in client.get(take).content.decode()
    assert "6" in client.post(take, {"version": "0"}, follow=True).content.decode()
    change(cast, who, firm, "R001", l="1")
    change(cast, cast.actor("safety"), cast.enterprise, "R001", l="6")
    regulator = cast.client("regulator")
    wrong = regulator.post(reverse("risk_publish"), {"standard": str(first.standard_id), "name": "二", "approval": ""})
    assert wrong.status_code == 422
    made = regulator.post(
        reverse("risk_publish"), {"standard": str(first.standard_id), "name": "二", "approval": "专家组"}, follow=True
    )
    assert made.status_code == 200
    second = Edition.objects.get(name="二")
    upgrade = reverse("risk_take", args=[second.pk])
    page = client.get(upgrade).content.decode()
    assert "两边都改了" in page
    assert "L1 E6 C7" in page
    assert client.post(upgrade, {"version": "1"}).status_code == 422
    key = standards.preview(firm, second).open[0].key
    assert client.post(upgrade, {"version": "1", f"d-{key}": "mine"}).status_code == 302
    assert queries.register(firm)["R001"].l == "1"
    for address in (
        reverse("risk_edition", args=[second.pk]),
        reverse("risk_edition_export", args=[second.pk]),
        upgrade,
    ):
        assert client.get(address).status_code == 200
    assert client.get(reverse("risk_edition", args=[999])).status_code == 404
