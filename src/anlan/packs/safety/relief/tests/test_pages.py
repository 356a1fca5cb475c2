"""The pages: each opens for whom it is for, refuses with its sentence and keeps what was typed, shows no name."""

from __future__ import annotations

from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.kernel.journal.models import Entry
from anlan.packs.safety.relief.actions import households
from anlan.packs.safety.relief.models import Household
from anlan.packs.safety.relief.tests.support import Ground, ground

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(cast: Cast) -> Ground:
    return ground(cast)


@pytest.fixture(autouse=True)
def _three_hours_later(cast: Cast) -> object:
    with mock.patch.object(clock, "now", return_value=cast.at + timedelta(hours=3)):
        yield


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[-400:]
    return answer.content.decode()


def test_every_page_of_an_incident_opens_and_shows_no_name(place: Ground) -> None:
    (one,) = place.open()
    row = place.register(
        who="keeper",
        situation="shelter",
        opening=one,
        values={
            "head": "欧阳测试",
            "phone": "13812345678",
            "medicine": "胰岛素",
            "address": "甲路九号",
            "members": "欧阳小测",
        },
    )
    number = place.incident.number
    pages = [
        reverse("relief_incidents"), *(reverse(f"relief_{name}", args=[number]) for name in ("board", "board_now", "households", "register", "forms", "forms_print", "board_export", "households_export")),
        reverse("relief_household", args=[row.number]), reverse("relief_site", args=[one.number]), reverse("relief_site_order", args=[one.number]), reverse("relief_names", args=[row.number]),
        reverse("relief_edit", args=[row.number]), reverse("relief_public"), reverse("relief_coverage"), reverse("relief_coverage_export"), reverse("relief_recovery", args=[number]),
    ]  # fmt: skip
    for address in pages:
        shown = place.cast.client("street").get(f"{address}?form=csv")
        assert shown.status_code == 200, address
        body = shown.content.decode(errors="ignore")
        for word in ("欧阳测试", "12345678", "胰岛素", "甲路九号", "欧阳小测"):
            assert word not in body, (address, word)
    text(place.cast.client("duty"), reverse("relief_order", args=[number]))
    for name in (
        "relief_communities",
        "relief_houses",
        "relief_crops",
        "relief_enterprises",
        "relief_transitions",
        "relief_works",
        "shelters",
    ):
        text(place.cast.client("street"), reverse(f"{name}_list"))


def test_a_keeper_registers_on_one_screen(place: Ground) -> None:
    (one,) = place.open()
    client, address = place.cast.client("keeper"), reverse("relief_register", args=[place.incident.number])
    form = {
        "situation": "shelter",
        "opening": one.pk,
        "head": "示例户",
        "people": "4",
        "organisation": place.cast.street.pk,
        "elderly": "1",
        "given": ["food", "water"],
    }
    answer = client.post(address, {**form, "people": "没有"})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert 'value="示例户"' in body
    assert "几口人" in body
    assert client.post(address, form).status_code == 302
    row = Household.objects.get()
    assert (row.people, row.elderly, row.confirmations.count()) == (4, 1, 2)
    assert row.number in text(client, reverse("relief_site", args=[one.number]))


def test_the_household_page_confirms_moves_and_leaves(place: Ground) -> None:
    row = place.register()
    client, address = place.cast.client("street"), reverse("relief_household", args=[row.number])
    assert client.post(address, {"do": "given"}).status_code == 422
    assert client.post(address, {"do": "given", "what": ["food", "water"]}).status_code == 302
    assert client.post(address, {"do": "not_needed", "what": "medical"}).status_code == 422
    assert client.post(address, {"do": "not_needed", "what": "medical", "text": "户主"}).status_code == 302
    assert client.post(address, {"do": "move", "situation": "relatives", "version": "1"}).status_code == 302
    assert client.post(address, {"do": "move", "situation": "home", "version": "1"}).status_code == 409
    assert client.post(address, {"do": "leave", "text": "回家", "version": "2"}).status_code == 302
    assert client.post(address, {"do": "void", "reason": "错", "version": "3"}).status_code == 403
    assert client.post(address, {"do": "nothing"}).status_code == 409
    wrong = row.confirmations.get(what="food").pk
    assert client.post(address, {"do": "strike", "confirmation": wrong, "reason": "送错"}).status_code == 302
    assert "送错" in text(client, address)


def test_ticked_households_are_confirmed_together(place: Ground) -> None:
    rows = [place.register() for _each in range(3)]
    client, address = place.cast.client("street"), reverse("relief_households", args=[place.incident.number])
    assert client.post(address, {"what": ["food"]}).status_code == 422
    assert client.post(address, {"row": [one.pk for one in rows[:2]], "what": ["food", "water"]}).status_code == 302
    body = text(client, f"{address}?lacks=food")
    assert rows[2].number in body
    assert rows[0].number not in body


def test_names_are_shown_on_that_answer_only(place: Ground) -> None:
    row = place.register(values={"head": "欧阳测试"})
    client, address = place.cast.client("street"), reverse("relief_names", args=[row.number])
    assert client.post(address, {"reason": ""}).status_code == 422
    shown = client.post(address, {"reason": "联系家属"})
    assert "欧阳测试" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert "欧阳测试" not in text(client, address)
    assert Entry.objects.filter(verb="relief.unmasked").count() == 1
    edit = reverse("relief_edit", args=[row.number])
    assert "欧阳测试" in client.post(edit, {"reason": "改人数"}).content.decode()
    assert client.post(edit, {"do": "change", "head": "欧阳测试", "people": "5", "version": "1"}).status_code == 302
    assert Household.objects.get().people == 5
    assert place.cast.client("leader").get(address).status_code == 403


def test_who_left_or_never_belonged_gets_nothing(place: Ground) -> None:
    row = place.register()
    outsider = Client()
    outsider.force_login(place.other_person, backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in (
        reverse("relief_board", args=[place.incident.number]),
        reverse("relief_household", args=[row.number]),
        reverse("relief_names", args=[row.number]),
    ):
        assert outsider.get(address).status_code == 404
    assert place.cast.client("school").get(reverse("relief_board", args=[place.incident.number])).status_code == 403


def test_an_order_from_the_page(place: Ground) -> None:
    client, address = place.cast.client("duty"), reverse("relief_order", args=[place.incident.number])
    bad = client.post(address, {"shelter": place.square.pk, f"expected-{place.square.pk}": "", "minutes": "60"})
    assert bad.status_code == 422
    assert (
        client.post(
            address, {"shelter": place.square.pk, f"expected-{place.square.pk}": "40", "minutes": "60"}
        ).status_code
        == 302
    )
    body = text(place.cast.client("keeper"), "/desk/")
    assert "开设令" in body


def test_paper_forms_are_numbered_and_what_is_out_is_shown(place: Ground) -> None:
    client, address = place.cast.client("street"), reverse("relief_forms", args=[place.incident.number])
    answer = client.post(address, {"count": "3", "organisation": place.cast.street.pk})
    assert answer.status_code == 302
    assert text(client, answer["Location"]).count("<article") == 3
    assert text(client, address).count("没有录入") == 3
    assert client.post(address, {"count": "0", "organisation": place.cast.street.pk}).status_code == 422


def test_the_public_page_hides_small_counts_and_drills(place: Ground) -> None:
    (one,) = place.open()
    for _each in range(3):
        place.register(who="keeper", situation="shelter", opening=one)
    body = text(Client(), reverse("relief_public"))
    assert "不公布" in body
    assert "示例场所B1" in body
    households.void(
        actor=place.cast.actor("duty"),
        household=Household.objects.all()[0],
        reason="重复登记",
        version=1,
        at=place.after(hours=2),
    )
    place.incident.mode = "drill"
    place.incident.save(update_fields=["mode"])
    assert "示例场所B1" not in text(Client(), reverse("relief_public"))
