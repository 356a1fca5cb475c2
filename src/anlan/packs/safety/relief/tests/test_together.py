"""Two people at once, on whichever database the tests run: the last places are given once, a confirmation is one, nothing waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from tests.support.cast import make_cast
from tests.support.together import codes

from anlan.kernel.journal.models import Entry
from anlan.kernel.response import log
from anlan.packs.safety.relief import queries
from anlan.packs.safety.relief.actions import households, sites, telling
from anlan.packs.safety.relief.models import Confirmation, Household, Opening, Stay
from anlan.packs.safety.relief.tests.support import ground
from anlan.packs.safety.relief.types import FIVE

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], object]) -> list[str]:
    """The codes of those refused."""
    return [one for one in codes(*acts) if one]


def test_the_last_places_are_given_once() -> None:
    place = ground(make_cast())
    (one,) = place.open(at=place.after(hours=8))  # 20 places at night
    refused = together(
        *(
            lambda: place.register(
                who="keeper",
                situation="shelter",
                opening=Opening.objects.get(pk=one.pk),
                values={"people": 6},
                at=place.after(hours=9),
            )
            for _each in range(6)
        )
    )
    assert refused == ["full"] * 3
    assert queries.in_shelter([place.square.pk])[place.square.pk] == 18
    assert len(set(Household.objects.values_list("number", flat=True))) == 3


def test_a_phone_that_sends_twice_at_once_registers_once() -> None:
    place = ground(make_cast())
    key = uuid4()
    assert together(*(lambda: place.register(key=key) for _each in range(5))) == []
    assert Household.objects.count() == Stay.objects.count() == 1
    assert Entry.objects.filter(verb="relief.registered").count() == 1


def test_two_confirm_the_same_households_in_the_other_order() -> None:
    place = ground(make_cast())
    rows = [place.register() for _each in range(8)]
    street, duty = place.cast.actor("street"), place.cast.actor("duty")
    refused = together(
        lambda: households.confirm(
            actor=street, households=rows, what=list(FIVE), verdict="given", at=place.after(hours=2)
        ),
        lambda: households.confirm(
            actor=duty, households=rows[::-1], what=list(FIVE), verdict="given", at=place.after(hours=2)
        ),
    )
    assert refused == []
    assert Confirmation.objects.count() == 40
    assert Entry.objects.filter(verb="relief.confirmed").count() == 1


def test_moving_registering_ordering_and_the_jobs_together_end_consistent() -> None:
    place = ground(make_cast())
    one, two = place.open(place.square, place.park, at=place.after(minutes=20))
    rows = [place.register(who="keeper", situation="shelter", opening=one, values={"people": 1}) for _each in range(4)]

    def move(row: Household) -> None:
        households.move(
            actor=place.other_keeper, household=Household.objects.select_related("incident", "organisation", "opening__shelter").get(pk=row.pk), situation="shelter",
            opening=Opening.objects.select_related("shelter__organisation", "incident").get(pk=two.pk), version=1, at=place.after(hours=2),
        )  # fmt: skip

    refused = together(
        *(lambda row=row: move(row) for row in (*rows, *rows)), *(lambda: place.register(situation="relatives", at=place.after(hours=2)) for _each in range(4)),
        lambda: telling.tell_all(place.after(hours=2)), lambda: telling.note_limit(place.after(hours=13)),
    )  # fmt: skip
    assert set(refused) <= {"stale", "same"}
    assert len(refused) == 4
    assert queries.in_shelter([place.square.pk, place.park.pk]) == {place.park.pk: 4}
    place.incident.refresh_from_db()
    assert log.verify(place.incident) == ""
    telling.tell_all(place.after(hours=14))
    place.incident.refresh_from_db()
    board = log.board(place.incident)
    assert (board.count("sheltered"), board.count("evacuated")) == (4, 16)


def test_one_of_two_openings_wins() -> None:
    place = ground(make_cast())
    duty = place.cast.actor("duty")

    def again() -> None:
        sites.order(actor=duty, incident=place.incident, expected={place.square: 5}, minutes=30, at=place.at)

    assert together(again, again, again) == ["stale", "stale"]
    (one,) = Opening.objects.all()
    keeper = place.cast.actor("keeper")

    def opened() -> None:
        row = Opening.objects.select_related("shelter__organisation", "incident").get(pk=one.pk)
        sites.open_site(actor=keeper, opening=row, at=place.at)

    assert together(opened, opened) in (["stale"], ["illegal"])
    assert Entry.objects.filter(verb="relief.opened").count() == 1
