"""Orders, registering, confirming, moving, leaving, what the log is told, who sees it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.actions import dismiss
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.registry import actions as registry
from anlan.kernel.response import log
from anlan.kernel.response.actions import command, intake, saying
from anlan.kernel.response.models import Incident, Member
from anlan.packs.safety.relief import formulas, panels, queries, rules
from anlan.packs.safety.relief.actions import households, sites, telling
from anlan.packs.safety.relief.models import Confirmation, Household, Opening, Stay
from anlan.packs.safety.relief.sheets import HOUSES
from anlan.packs.safety.relief.tests.support import Ground, ground

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(cast: Cast) -> Ground:
    return ground(cast)


def klass(row: Household, at: Any) -> str | None:
    found = queries.line(
        queries.with_confirmations(Household.objects.select_related("incident", "organisation")).get(pk=row.pk), at
    )
    return found.klass if found else None


# ---- sites
def test_an_order_reaches_the_log_the_keeper_and_the_members(place: Ground) -> None:
    (one,) = sites.order(
        actor=place.cast.actor("commander"),
        incident=place.incident,
        expected={place.park: 40},
        minutes=30,
        at=place.after(minutes=5),
    )
    assert one.open_by == place.after(minutes=35)
    assert log.board(_fresh(place)).resources["B2"].state == "called"
    assert Member.objects.filter(incident=place.incident, organisation=place.other, until=None).exists()
    sites.open_site(actor=place.other_keeper, opening=one, at=place.after(minutes=30))
    assert log.board(_fresh(place)).resources["B2"].state == "working"
    sites.close_site(actor=place.other_keeper, opening=one, at=place.after(hours=30))
    assert log.board(_fresh(place)).resources["B2"].state == "released"
    assert Member.objects.get(incident=place.incident, organisation=place.other).until == place.after(hours=30)
    assert [one.verb for one in Entry.objects.filter(verb__startswith="relief.").order_by("pk")] == [
        "relief.ordered",
        "relief.opened",
        "relief.closed",
    ]


def _fresh(place: Ground) -> Any:
    place.incident.refresh_from_db()
    return place.incident


def test_who_orders_and_who_opens(place: Ground) -> None:
    at = place.after(minutes=5)
    with pytest.raises(Refused) as no:
        sites.order(
            actor=place.cast.actor("street"), incident=place.incident, expected={place.square: 5}, minutes=30, at=at
        )
    assert no.value.code == "forbidden"
    (one,) = sites.order(
        actor=place.cast.actor("duty"), incident=place.incident, expected={place.square: 5}, minutes=30, at=at
    )
    with pytest.raises(Refused) as no:
        sites.open_site(actor=place.other_keeper, opening=one, at=at)
    assert no.value.code == "forbidden"
    with pytest.raises(Refused) as no:
        sites.order(
            actor=place.cast.actor("duty"),
            incident=place.incident,
            expected={place.park: 5, place.square: 5},
            minutes=30,
            at=at,
        )
    assert no.value.code == "stale"
    assert Opening.objects.count() == 1  # all of an order or nothing
    sites.cancel(actor=place.cast.actor("duty"), opening=one, reason="不用了", at=at)
    with pytest.raises(Refused):
        sites.open_site(actor=place.cast.actor("keeper"), opening=one, at=at)


@pytest.mark.parametrize(
    ("expected", "minutes", "field"), [(0, 30, "expected"), (5, 0, "minutes"), (5, 9999, "minutes")]
)
def test_a_wrong_order_is_refused_at_its_field(place: Ground, expected: int, minutes: int, field: str) -> None:
    with pytest.raises(Refused) as no:
        sites.order(
            actor=place.cast.actor("duty"),
            incident=place.incident,
            expected={place.square: expected},
            minutes=minutes,
            at=place.at,
        )
    assert no.value.field == field
    with pytest.raises(Refused):
        sites.order(actor=place.cast.actor("duty"), incident=place.incident, expected={}, minutes=30, at=place.at)


def test_a_full_shelter_says_so_and_takes_them_only_when_told_to(place: Ground) -> None:
    (one,) = place.open(at=place.after(hours=8))  # night: 20 places
    night = place.after(hours=9)
    place.register(who="keeper", situation="shelter", opening=one, values={"people": 18}, at=night)
    with pytest.raises(Refused) as no:
        place.register(who="keeper", situation="shelter", opening=one, values={"people": 3}, at=night)
    assert no.value.code == "full"
    place.register(who="keeper", situation="shelter", opening=one, values={"people": 3}, at=night, crowd=True)
    assert queries.in_shelter([place.square.pk])[place.square.pk] == 21
    asset = next(one for one in queries.assets(night) if one.key == "B1")
    assert (asset.kind, asset.amount) == ("shelter", 0)
    with pytest.raises(Refused) as no:
        sites.close_site(actor=place.cast.actor("keeper"), opening=one, at=night)
    assert no.value.code == "guard"


def test_the_hours_of_a_shelter_add_up(place: Ground) -> None:
    (one,) = place.open(at=place.after(minutes=28))  # 15:00
    first = place.register(
        who="keeper", situation="shelter", opening=one, values={"people": 4}, at=place.after(minutes=40)
    )
    place.register(who="keeper", situation="shelter", opening=one, values={"people": 2}, at=place.after(minutes=100))
    households.move(
        actor=place.cast.actor("keeper"),
        household=first,
        situation="left",
        text="回家",
        version=first.version,
        at=place.after(minutes=160),
    )
    assert [people for _mark, people, _room in queries.by_hour(one, place.after(minutes=210))] == [0, 4, 6, 2, 2]


# ---- registering
def test_the_same_form_twice_is_one_household(place: Ground) -> None:
    key = uuid4()
    first = place.register(key=key)
    assert place.register(key=key).pk == first.pk
    assert Household.objects.count() == Stay.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"head": " "}, "head"), ({"people": 0}, "people"), ({"people": "三"}, "people"), ({"people": 2, "elderly": 3}, "elderly"), ({"phone": "abc"}, "phone"),
        ({"paper_id": "110105194912310021"}, "paper_id"), ({"medicine": "药" * 201}, "medicine"), ({"head": "长" * 41}, "head"), ({"infants": -1}, "infants"),
    ],
)  # fmt: skip
def test_wrong_input_is_refused_at_its_field(place: Ground, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as no:
        place.register(values=values)
    assert no.value.field == field
    assert not Household.objects.exists()


def test_a_household_registered_twice_is_pointed_at(place: Ground) -> None:
    first = place.register(values={"phone": "13800001111"})
    with pytest.raises(Refused) as no:
        place.register(values={"phone": "13800001111"})
    assert no.value.code == "twice"
    assert first.number in no.value.message
    place.register(values={"phone": "13800001111"}, another=True)


def test_paper_is_entered_once_and_what_it_claims_changes_nothing(place: Ground) -> None:
    form = households.print_forms(
        actor=place.cast.actor("street"), incident=place.incident, organisation=place.cast.street, count=2, at=place.at
    )[0]
    row = place.register(
        at=place.after(hours=14),
        paper=form.number.lower(),
        given=("food", "water", "shelter", "clothing", "medical"),
        claimed_at=place.after(hours=3),
    )
    assert klass(row, place.after(hours=14)) == "late"
    assert row.claimed_at == place.after(hours=3)
    assert {one.claimed_at for one in row.confirmations.all()} == {place.after(hours=3)}
    for paper in (form.number, "DJ-2020-99999"):
        with pytest.raises(Refused) as no:
            place.register(paper=paper)
        assert no.value.field == "paper"
    with pytest.raises(Refused) as no:
        place.register(at=place.after(hours=2), claimed_at=place.after(hours=5))
    assert no.value.field == "claimed"


def test_a_false_alarm_takes_nobody(place: Ground) -> None:
    command.move(
        actor=place.cast.actor("duty"),
        incident=place.incident,
        move="false_alarm",
        reason="没有积水",
        at=place.after(minutes=9),
    )
    with pytest.raises(Refused) as no:
        place.register()
    assert no.value.code == "illegal"


# ---- the clock
def test_the_clock_ends_with_the_fifth_and_not_needed_has_to_be_said(place: Ground) -> None:
    row = place.register()
    place.confirm(row, "food", "water", "shelter", "clothing", at=place.after(hours=3))
    assert klass(row, place.after(hours=4)) == "running"
    with pytest.raises(Refused) as no:
        place.confirm(row, "medical", verdict="not_needed", at=place.after(hours=5))
    assert no.value.field == "said_by"
    assert place.confirm(row, "medical", verdict="not_needed", text="户主说没有病人", at=place.after(hours=5)) == 1
    assert place.confirm(row, at=place.after(hours=6)) == 0  # what stands is left as it is
    assert klass(row, place.after(hours=5)) == "relieved"
    assert Entry.objects.filter(verb="relief.confirmed").count() == 2


def test_a_confirmation_cannot_be_back_dated(place: Ground) -> None:
    row = place.register()
    place.confirm(row, at=place.after(hours=12, seconds=1), claimed_at=place.after(hours=2))
    assert klass(row, place.after(hours=13)) == "late"
    assert klass(row, place.after(hours=12)) == "running"
    assert Confirmation.objects.filter(recorded_at__gt=queries.deadline_of(place.incident)).count() == 5


def test_who_was_not_reached_is_found_first(place: Ground) -> None:
    row = place.register(situation="unreached")
    with pytest.raises(Refused):
        place.confirm(row, "food", at=place.after(hours=2))
    with pytest.raises(Refused):
        place.register(situation="unreached", given=("food",))
    assert klass(row, place.after(hours=13)) == "unreached"
    households.move(
        actor=place.cast.actor("street"), household=row, situation="home", version=row.version, at=place.after(hours=13)
    )
    assert klass(row, place.after(hours=13)) == "late"
    assert klass(row, place.after(hours=12, minutes=30)) == "unreached"


def test_a_strike_needs_a_reason_and_stays_visible(place: Ground) -> None:
    row = place.register()
    place.confirm(row, at=place.after(hours=3))
    wrong = row.confirmations.get(what="clothing")
    with pytest.raises(Refused):
        households.strike(actor=place.cast.actor("street"), confirmation=wrong, reason=" ", at=place.after(hours=4))
    households.strike(actor=place.cast.actor("street"), confirmation=wrong, reason="送错了户", at=place.after(hours=4))
    assert klass(row, place.after(hours=4)) == "running"
    with pytest.raises(Refused):
        households.strike(actor=place.cast.actor("street"), confirmation=wrong, reason="再来", at=place.after(hours=4))
    assert place.confirm(row, "clothing", at=place.after(hours=5)) == 1
    assert klass(row, place.after(hours=5)) == "relieved"


def test_late_is_on_the_board_at_once_and_noted_once(place: Ground) -> None:
    late, lost, good = place.register(), place.register(situation="unreached"), place.register()
    place.confirm(good, at=place.after(hours=2))
    minute = place.after(hours=12, seconds=30)
    assert [klass(one, minute) for one in (late, lost, good)] == ["late", "unreached", "relieved"]
    assert telling.note_limit(place.after(hours=12)) == 0
    assert telling.note_limit(minute) == 3
    assert telling.note_limit(minute + timedelta(minutes=1)) == 0
    noted = Entry.objects.filter(verb="relief.noted")
    assert {one.subject_id for one in noted} == {str(late.pk), str(lost.pk)}
    assert "2 户" in log.board(_fresh(place)).notes[-1]["text"]


def test_streets_are_listed_slowest_first(place: Ground) -> None:
    mine = place.register()
    theirs = households.register(
        actor=SYSTEM,
        incident=place.incident,
        organisation=place.other,
        values={"head": "示例", "people": 2},
        situation="home",
        at=place.after(hours=1),
        key=uuid4(),
    )
    place.confirm(mine, at=place.after(hours=2))
    found = queries.streets(
        queries.lines(
            queries.counting(place.incident).select_related("organisation", "incident"), place.after(hours=13)
        )
    )
    assert [one.organisation for one in found] == [place.other, place.cast.street]
    assert sum(one.sum.total for one in found) == 2
    assert theirs.organisation == place.other
    told = panels.clocks(place.cast.actor("duty"), place.after(hours=13))
    assert (told[0].title, told[0].value, told[0].unit) == (place.incident.title, "12", "小时")
    assert "“十四五”规划" in told[0].note
    assert [(one.title, one.word, one.value) for one in told[1:]] == [
        (str(place.other), "超时 1 户", "0 / 1"),
        (str(place.cast.street), "都按时", "1 / 1"),
    ]


def test_the_board_shows_open_shelters_first_and_what_they_still_hold(place: Ground) -> None:
    (opening,) = place.open(place.square)
    place.register(situation="shelter", opening=opening)
    told = panels.shelters(place.cast.actor("duty"), place.after(hours=2))
    assert [(one.title, one.value, one.word) for one in told] == [
        ("开放", "1 / 2", ""),
        ("开放的还能住", "57", ""),
        (place.square.name, "3 / 60", "开放"),
        (place.park.name, "0 / 60", "没有开"),
    ]


# ---- moving, leaving, correcting
def test_a_household_moves_between_sites_and_is_in_one_only(place: Ground) -> None:
    one, two = place.open(place.square, place.park)
    row = place.register(who="keeper", situation="shelter", opening=one)
    households.move(
        actor=place.other_keeper,
        household=row,
        situation="shelter",
        opening=two,
        version=row.version,
        at=place.after(hours=2),
    )
    assert queries.in_shelter([place.square.pk, place.park.pk]) == {place.park.pk: 3}
    assert [one.situation for one in row.stays.filter(until=None)] == ["shelter"]
    with pytest.raises(Refused) as no:
        households.move(
            actor=place.cast.actor("street"), household=row, situation="home", version=1, at=place.after(hours=3)
        )
    assert no.value.code == "stale"
    row.refresh_from_db()
    households.move(
        actor=place.cast.actor("street"),
        household=row,
        situation="left",
        text="回家",
        version=row.version,
        at=place.after(hours=3),
    )
    assert queries.in_shelter([place.park.pk]) == {}
    with pytest.raises(Refused):
        households.move(
            actor=place.cast.actor("street"),
            household=row,
            situation="left",
            text="又",
            version=row.version,
            at=place.after(hours=3),
        )


def test_a_keeper_takes_in_only_into_the_own_site(place: Ground) -> None:
    one, _two = place.open(place.square, place.park)
    row = place.register()
    with pytest.raises(Refused) as no:
        households.move(
            actor=place.other_keeper,
            household=row,
            situation="shelter",
            opening=one,
            version=row.version,
            at=place.after(hours=2),
        )
    assert no.value.code == "forbidden"


def test_correcting_people_changes_the_occupancy_from_now_on(place: Ground) -> None:
    (one,) = place.open()
    row = place.register(who="keeper", situation="shelter", opening=one)
    row = households.change(
        actor=place.cast.actor("keeper"),
        household=row,
        values={"head": "示例户", "people": 5},
        version=row.version,
        at=place.after(hours=2),
    )
    assert [stay.people for stay in row.stays.order_by("since", "pk")] == [3, 5]
    assert "示例户" not in "".join(
        one.new_text + one.old_text for one in Entry.objects.filter(verb__startswith="relief.")
    )


def test_only_the_command_takes_a_household_out_of_the_figures(place: Ground) -> None:
    row = place.register()
    with pytest.raises(Refused) as no:
        households.void(
            actor=place.cast.actor("street"), household=row, reason="重复", version=row.version, at=place.after(hours=2)
        )
    assert no.value.code == "forbidden"
    households.void(
        actor=place.cast.actor("duty"),
        household=row,
        reason="与另一户重复",
        version=row.version,
        at=place.after(hours=2),
    )
    assert klass(row, place.after(hours=3)) is None
    assert klass(row, place.after(hours=1)) == "running"
    with pytest.raises(Refused):
        place.confirm(row, "food", at=place.after(hours=3))


# ---- the log
def test_registered_people_feed_the_facts_and_never_lower_what_a_person_stated(place: Ground) -> None:
    (one,) = place.open()
    place.register(who="keeper", situation="shelter", opening=one, values={"people": 4})
    board = log.board(_fresh(place))
    assert (board.count("sheltered"), board.count("evacuated")) == (4, 4)
    place.register(situation="relatives", values={"people": 2}, at=place.after(hours=1, seconds=20))
    assert log.board(_fresh(place)).count("evacuated") == 4  # within the same minute it waits for the job
    telling.tell_all(place.after(hours=1, seconds=50))
    assert log.board(_fresh(place)).count("evacuated") == 6
    saying.fact(
        actor=place.cast.actor("duty"), incident=place.incident, values={"evacuated": 100}, at=place.after(hours=2)
    )
    place.register(situation="relatives", values={"people": 3}, at=place.after(hours=3))
    telling.tell_all(place.after(hours=4))
    board = log.board(_fresh(place))
    assert (board.count("sheltered"), board.count("evacuated")) == (4, 100)
    assert telling.tell_all(place.after(hours=5)) == 0
    assert log.verify(place.incident) == ""


def test_losses_feed_the_facts(place: Ground) -> None:
    values = {
        "incident_number": place.incident.number,
        "place": "示例路",
        "rooms": 3,
        "households": 1,
        "degree": "general",
        "stage": "report",
        "assessed_on": place.at.date(),
    }
    registry.add(
        actor=place.cast.actor("street"),
        sheet=HOUSES,
        organisation=place.cast.street,
        values={**values, "code": "F1", "loss": "12.5"},
        at=place.at,
    )
    telling.tell_all(place.after(hours=1))
    assert log.board(_fresh(place)).count("loss") == 12.5
    assert HOUSES.check is not None
    assert [one.column for one in HOUSES.check({**values, "incident_number": "SJ-0"})] == ["incident_number"]


def test_a_failed_registration_leaves_nothing(place: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_said: Any) -> bool:
        raise RuntimeError

    monkeypatch.setattr(households, "tell", broken)
    with pytest.raises(RuntimeError):
        place.register()
    assert not Household.objects.exists()
    assert not Stay.objects.exists()
    assert not Entry.objects.filter(verb__startswith="relief.").exists()


# ---- who sees it
def test_names_are_seen_with_a_reason_and_each_look_is_in_the_journal(place: Ground) -> None:
    row = place.register(values={"medicine": "胰岛素"})
    with pytest.raises(Refused):
        households.unmask(actor=place.cast.actor("street"), household=row, reason=" ", at=place.after(hours=2))
    with pytest.raises(Refused) as no:
        households.unmask(actor=place.cast.actor("auditor"), household=row, reason="审计", at=place.after(hours=2))
    assert no.value.code == "forbidden"
    households.unmask(actor=place.cast.actor("street"), household=row, reason="送药", at=place.after(hours=2))
    entry = Entry.objects.get(verb="relief.unmasked")
    assert "送药" in entry.new_text
    assert "胰岛素" not in "".join(one.new_text for one in Entry.objects.all())


def test_leaving_the_incident_ends_access(place: Ground) -> None:
    _one, two = place.open(place.square, place.park)
    row = place.register(who="keeper", situation="home")
    row = households.move(
        actor=place.other_keeper,
        household=row,
        situation="shelter",
        opening=two,
        version=row.version,
        at=place.after(hours=2),
    )
    assert queries.households(place.other_keeper).filter(pk=row.pk).exists()
    households.unmask(actor=place.other_keeper, household=row, reason="登记床位", at=place.after(hours=2))
    saying.resource(
        actor=place.cast.actor("duty"),
        incident=_fresh(place),
        kind="shelter",
        key="B2",
        title="示例场所B2",
        organisation=place.other.pk,
        state="released",
        at=place.after(hours=3),
    )
    assert not queries.households(place.other_keeper).exists()
    with pytest.raises(Refused) as no:
        households.unmask(
            actor=place.other_keeper, household=Household.objects.get(pk=row.pk), reason="再看", at=place.after(hours=4)
        )
    assert no.value.code == "forbidden"
    with pytest.raises(Refused):
        households.confirm(
            actor=place.other_keeper, households=[row], what=["food"], verdict="given", at=place.after(hours=4)
        )


def test_the_end_of_the_incident_and_of_a_post_end_access(place: Ground) -> None:
    row, street = place.register(), place.cast.actor("street")
    households.unmask(actor=street, household=row, reason="送药", at=place.after(hours=2))
    Incident.objects.filter(pk=place.incident.pk).update(is_open=False, state="archived")
    with pytest.raises(Refused, match="归档"):
        households.unmask(actor=street, household=row, reason="再看", at=place.after(hours=3))
    Incident.objects.filter(pk=place.incident.pk).update(is_open=True, state="aftermath")
    client = place.cast.client("street")
    assert client.get(reverse("relief_names", args=[row.number])).status_code == 200
    dismiss(actor=SYSTEM, post=place.cast.posts["street"], ends_on=date(2025, 1, 1), at=place.after(hours=3))
    assert client.get(reverse("relief_names", args=[row.number])).status_code in (403, 404)
    assert Entry.objects.filter(verb="relief.unmasked").count() == 1


def test_no_page_file_print_or_search_names_a_household(place: Ground) -> None:
    """Everything somebody with district reach can ask for without a reason, and the street itself."""
    hidden = {
        "head": "欧阳隐藏",
        "phone": "13899990042",
        "address": "隐藏路 7 号",
        "members": "隐藏成员",
        "medicine": "隐藏药",
    }
    row = place.register(values=hidden)
    number = place.incident.number
    pages = [
        reverse("relief_board", args=[number]), reverse("relief_households", args=[number]), reverse("relief_household", args=[row.number]),
        f"{reverse('relief_households_export', args=[number])}?form=csv", reverse("incident", args=[number]), reverse("incident_log", args=[number]),
        f"{reverse('incident_log_export', args=[number])}?form=csv", *(f"/search/?q={word}" for word in hidden.values()),
    ]  # fmt: skip
    for who in ("street", "auditor", "leader", "duty"):
        client = place.cast.client(who)
        for address in pages:
            answer = client.get(address)
            body = answer.getvalue().decode("utf-8", "replace").replace("q=", "")
            found = [one for one in hidden.values() if one in body and one not in unquote(address)]
            assert not found, (who, address, found)
    told = "".join(one.new_text + one.old_text for one in Entry.objects.all())
    assert not [one for one in hidden.values() if one in told]


def test_another_street_sees_the_sums_and_no_household(place: Ground) -> None:
    row = place.register()
    assert not queries.households(place.other_keeper, place.incident).exists()
    assert queries.households(place.cast.actor("street"), place.incident).get().pk == row.pk
    assert queries.households(place.cast.actor("leader"), place.incident).exists()
    assert not queries.households(place.cast.actor("school"), place.incident).exists()


# ---- indicators
def test_the_share_within_the_limit_and_its_other_edition(place: Ground) -> None:
    good, eleven, late = place.register(), place.register(), place.register()
    place.confirm(good, at=place.after(hours=2))
    place.confirm(eleven, at=place.after(hours=11))
    place.confirm(late, at=place.after(hours=13))
    day = place.after(days=3).date()
    found = formulas.within(2025, day)
    assert (str(found.value), "2 ÷ 登记的户 3" in found.sentence) == ("66.7", True)
    assert "1 ÷ 登记的户 3" in formulas.within_alternative(2025, day).sentence
    assert found.steps[-1].url.endswith(f"/{place.incident.number}/households/")
    assert formulas.within(2024, day).value is None


def test_a_drill_counts_nowhere(place: Ground) -> None:
    drill = intake.open_incident(
        actor=place.cast.actor("duty"), organisation=place.cast.district, place="演练场", kind="flood", source="演练", at=place.at, mode="drill",
        streets=(place.cast.street,), drill_from=place.at - timedelta(days=30), drill_pace=60,
    )  # fmt: skip
    row = households.register(
        actor=place.cast.actor("street"),
        incident=drill,
        organisation=place.cast.street,
        values={"head": "演练户", "people": 2},
        situation="home",
        at=place.after(minutes=1),
        key=uuid4(),
    )
    assert row.registered_at == place.at - timedelta(days=30) + timedelta(hours=1)  # its own clock, sixty times as fast
    assert formulas.within(2025, place.at.date()).value is None


def test_coverage_goes_back_to_the_communities(place: Ground) -> None:
    assert formulas.coverage(2025, place.at.date()).value is None
    assert rules.reach([], [place.square]) == []
