"""Choosing one of many: few are a list, many a box; words that mean one are taken, several come back, an id is never read from words."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.web import picking
from anlan.kernel.web.picking import FEW, Choice, Units, units

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(cast: Cast) -> Cast:
    """Sixty firms below the street, one of them closed."""
    for n in range(60):
        row = Organisation.objects.create(
            parent=cast.street, kind="enterprise", code=f"{913_000_000 + n}", name=f"示例第{n:02d}号机械厂", short_name=f"机械{n:02d}" if n % 2 else ""
        )  # fmt: skip
        Organisation.objects.filter(pk=row.pk).update(path=f"{cast.street.path}{row.pk}/")
    Organisation.objects.filter(code="913000007").update(closed_on=cast.at.date())
    return cast


def of(**given: str) -> QueryDict:
    sent = QueryDict(mutable=True)
    sent.update(given)
    return sent


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("示例第03号机械厂（913000003）", "示例第03号机械厂"), ("913000003", "示例第03号机械厂"), ("示例第03号机械厂", "示例第03号机械厂"), ("机械03", "示例第03号机械厂"),
        ("第03号", "示例第03号机械厂"), ("第03 机械厂", "示例第03号机械厂"), ("示例第03号机械厂（别的代码）", ""), ("第07号", ""), ("机械厂", ""), ("厂", ""), ("不存在", ""),
        ("%", ""), ("' OR 1=1 --", ""), ("（", ""),
    ],
)  # fmt: skip
def test_what_words_mean(many: Cast, words: str, name: str) -> None:
    given = of(**{"owner-said": words})
    if name:
        assert picking.chosen(Units(), given, "owner").name == name
        assert picking.filtered(Units(), given, "owner") == picking.chosen(Units(), given, "owner")
        return
    with pytest.raises(Refused) as caught:
        picking.chosen(Units(), given, "owner")
    assert caught.value.field == "owner"
    assert picking.filtered(Units(), given, "owner") is None


def test_digits_that_somebody_writes_are_no_id(many: Cast) -> None:
    """An id that stands in no name and no code: small ones do, by chance."""
    row = Organisation.objects.create(
        pk=777_001,
        parent=many.street,
        kind="enterprise",
        code="SL-Z",
        name="示例编号厂",
        path=f"{many.street.path}777001/",
    )
    assert picking.chosen(Units(), of(owner="777001"), "owner") == row
    with pytest.raises(Refused):
        picking.chosen(Units(), of(**{"owner-said": "777001"}), "owner")


@pytest.mark.parametrize("given", [{}, {"owner": ""}, {"owner-said": "  "}])
def test_nothing_is_nothing(many: Cast, given: dict[str, str]) -> None:
    assert picking.maybe(Units(), of(**given), "owner") is None
    with pytest.raises(Refused, match="没有选单位"):
        picking.chosen(Units(), of(**given), "owner")


@pytest.mark.parametrize("text", ["x", "-1", "9" * 30, "99999999"])
def test_an_id_of_nobody(many: Cast, text: str) -> None:
    with pytest.raises(Refused):
        picking.maybe(Units(), of(owner=text), "owner")


def test_who_is_not_offered_cannot_be_chosen(many: Cast) -> None:
    mine = units(many.actor("safety"), "hidden_danger.report")
    assert mine.only() == many.enterprise
    for given in (of(owner=str(many.street.pk)), of(**{"owner-said": "示例第03号机械厂"})):
        with pytest.raises(Refused):
            picking.chosen(mine, given, "owner")
    assert units(many.actor("planner"), "hidden_danger.report").rows().count() == 0
    assert Units(kinds=("street",)).rows().count() < Units().rows().count()


def test_few_are_a_list_and_many_a_box_of_bounded_size(many: Cast) -> None:
    few = picking.picker(Units(kinds=("street",)), of(), "to", own=many.street.pk)
    assert (few.many, few.value) == (False, str(many.street.pk))
    box = picking.picker(Units(), of(), "to")
    assert (box.many, len(box.choices), box.text, list(box.matches)) == (True, FEW, "", [])
    several = picking.picker(Units(), of(**{"to-said": "机械厂"}), "to")
    assert (several.text, len(several.matches)) == ("机械厂", FEW)
    one = picking.picker(Units(), of(to=str(many.street.pk)), "to")
    assert one.text.endswith(f"（{many.street.code}）")
    assert picking.chosen(Units(), of(**{"to-said": one.text}), "to").pk == many.street.pk


def test_the_script_is_answered_for_what_the_page_offered_and_nothing_else(many: Cast) -> None:
    client, address = many.client("worker"), reverse("pick_organisations")
    firms = Units(kinds=("enterprise",))
    rows = client.get(address, {"of": firms.token(), "q": "机械厂 第03"}).json()["rows"]
    assert [one["text"] for one in rows] == ["示例第03号机械厂（913000003）"]
    all_of_them = client.get(address, {"of": firms.token(), "q": ""}).json()
    assert (len(all_of_them["rows"]), all_of_them["more"]) == (FEW, True)
    assert client.get(address, {"of": firms.token(), "q": str(many.street)}).json()["rows"] == []
    for forged in ("", "x", firms.token()[:-2], firms.token().replace("enterprise", "street")):
        assert client.get(address, {"of": forged}).status_code == 400
    assert many.client(None).get(address, {"of": firms.token()}).status_code in (302, 401)


def test_a_form_with_thousands_stays_small(many: Cast) -> None:
    page = many.client("regulator").get(reverse("hidden_danger_new")).content.decode()
    assert page.count("<option") < 3 * FEW
    assert 'name="owner-said"' in page
    assert 'data-picker="' in page


@pytest.mark.parametrize(
    ("words", "found"), [("F1-1 联锁", ["1"]), ("联锁", ["1", "2"]), ("f2", ["2"]), ("机房", ["1", "2"]), ("没有", []), ("1", ["1"])]
)  # fmt: skip
def test_words_among_a_room_s_own_choices(words: str, found: list[str]) -> None:
    choices = [Choice("1", "F1-1 联锁", "机房"), Choice("2", "F2-2 联锁", "机房")]
    assert [one.value for one in picking.fitting(choices, words)] == found
