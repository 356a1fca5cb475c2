"""Whatever is done at random instants: one class for each household at any instant, streets add up to all, stays to the people in shelters."""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.response import log
from anlan.packs.safety.relief import queries, rules
from anlan.packs.safety.relief.actions import households, sites, telling
from anlan.packs.safety.relief.models import Household, Opening, Stay
from anlan.packs.safety.relief.tests.support import Ground, ground
from anlan.packs.safety.relief.types import CLASSES, FIVE

pytestmark = pytest.mark.django_db

ACTS = ("register", "confirm", "move", "leave", "strike", "void", "open", "job", "change")
steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 400), st.integers(0, 5), st.integers(1, 9)), min_size=4, max_size=26
)


def act(place: Ground, name: str, at: datetime, pick: int, size: int, openings: list[Opening]) -> None:
    rows = list(
        Household.objects.select_related(
            "incident__organisation", "organisation", "opening__shelter__organisation"
        ).order_by("pk")
    )
    row = rows[pick % len(rows)] if rows else None
    opening = openings[pick % len(openings)] if openings else None
    match name:
        case "open":
            shelter = (place.square, place.park)[pick % 2]
            openings += sites.order(actor=SYSTEM, incident=place.incident, expected={shelter: 9}, minutes=5, at=at)
            sites.open_site(actor=SYSTEM, opening=openings[-1], at=at)
        case "register":
            street = (place.cast.street, place.other)[size % 2]
            situation = ("home", "unreached", "relatives", "shelter")[pick % 4]
            place.register(
                at=at, who="duty", situation=situation, opening=opening, organisation=street, values={"people": size}
            )
        case "confirm" if row:
            what = list(FIVE) if size > 5 else [list(FIVE)[size % 5]]
            households.confirm(actor=SYSTEM, households=[row], what=what, verdict="given", at=at)
        case "strike" if row and (found := row.confirmations.filter(struck_at=None).first()):
            households.strike(actor=SYSTEM, confirmation=found, reason="错了", at=at)
        case "move" if row:
            situation = ("home", "relatives", "shelter")[size % 3]
            households.move(
                actor=SYSTEM, household=row, situation=situation, opening=opening, version=row.version, at=at
            )
        case "leave" if row:
            households.move(actor=SYSTEM, household=row, situation="left", text="走了", version=row.version, at=at)
        case "change" if row:
            households.change(
                actor=SYSTEM, household=row, values={"head": "示例", "people": size}, version=row.version, at=at
            )
        case "void" if row and size > 7:
            households.void(actor=SYSTEM, household=row, reason="错了", version=row.version, at=at)
        case "job":
            telling.note_limit(at)
            telling.tell_all(at)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(steps, st.lists(st.integers(0, 30 * 60), min_size=1, max_size=5))
def test_one_class_each_and_sums_that_add_up(
    cast: Cast, told: list[tuple[str, int, int, int]], looks: list[int]
) -> None:
    with transaction.atomic():
        played(ground(cast), told, looks)
        transaction.set_rollback(True)  # the next example begins with an empty district


def played(place: Ground, told: list[tuple[str, int, int, int]], looks: list[int]) -> None:
    assert not Household.objects.exists()
    cast = place.cast
    openings: list[Opening] = []
    at = cast.at
    for name, minutes, pick, size in told:
        at += timedelta(minutes=minutes / 4)
        with suppress(Refused), transaction.atomic():
            act(place, name, at, pick, size, openings)
    limit = timedelta(hours=12)
    for look in [cast.at + timedelta(minutes=one) for one in looks]:
        rows = Household.objects.filter(incident=place.incident).select_related("organisation", "incident")
        lines = queries.lines(rows, look)
        there = [one for one in rows if one.registered_at <= look and (one.voided_at is None or one.voided_at > look)]
        assert sorted(one.row.pk for one in lines) == sorted(one.pk for one in there)
        assert all(one.klass in CLASSES for one in lines)
        total, streets = rules.summed(one.klass for one in lines), queries.streets(lines)
        for name in CLASSES:
            assert getattr(total, name) == sum(getattr(one.sum, name) for one in streets)
        if look > cast.at + limit:
            assert total.running == 0
    inside = sum(queries.in_shelter([place.square.pk, place.park.pk]).values())
    assert inside == queries.totals(place.incident)["sheltered"]
    for row in Household.objects.all():
        stays = list(row.stays.order_by("since", "pk"))
        assert all(one.until == two.since for one, two in itertools.pairwise(stays))  # no gap, no overlap
        assert (stays[-1].until is None) is (row.voided_at is None)
        assert stays[-1].people == row.people
    assert Stay.objects.filter(until=None).count() == Household.objects.filter(voided_at=None).count()
    place.incident.refresh_from_db()
    assert log.verify(place.incident) == ""
