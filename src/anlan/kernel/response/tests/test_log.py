"""The log grows, is chained, is written once; the rows are what the log says."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.journal.models import Entry
from anlan.kernel.response import log, queries
from anlan.kernel.response.actions import command, intake, saying, tasking
from anlan.kernel.response.models import Incident, LogEntry, Member, Task
from anlan.kernel.response.tests.support import assessed, flood, plan, shift

pytestmark = pytest.mark.django_db


def test_four_fields_open_an_incident_and_the_same_key_opens_it_once(cast: Cast) -> None:
    key = uuid4()
    first = flood(cast, key=key)
    assert first.title == "示例路下沉桥洪涝、内涝"
    assert first.number.startswith("SJ-2025-")
    assert log.board(first).count("trapped") == 2
    again = intake.open_incident(
        actor=cast.actor("duty"),
        organisation=cast.district,
        place="示例路下沉桥",
        kind="flood",
        source="再报",
        at=cast.at,
        key=key,
    )
    assert again.pk == first.pk
    assert Incident.objects.count() == 1


def test_every_act_is_one_journal_entry_and_the_chain_holds_until_somebody_changes_it(cast: Cast) -> None:
    incident = assessed(cast)
    assert log.verify(incident) == ""
    assert Entry.objects.filter(verb__startswith="response.").count() == 4
    LogEntry.objects.filter(incident=incident, seq=2).update(actor_name="别人")
    assert log.verify(incident) == "第 2 条记录被改动过"
    LogEntry.objects.filter(incident=incident, seq=incident.seq).delete()
    assert log.verify(incident) != ""


def test_a_note_sent_nine_times_is_one_note(cast: Cast) -> None:
    incident, key = flood(cast), uuid4()
    for _each in range(9):
        saying.note(actor=cast.actor("duty"), incident=incident, text="水深 40 厘米", at=cast.at, key=key)
    assert LogEntry.objects.filter(kind="note").count() == 1


def test_what_is_struck_no_longer_counts_and_stays_in_the_log(cast: Cast) -> None:
    incident, duty = flood(cast), cast.actor("duty")
    saying.fact(actor=duty, incident=incident, values={"dead": 3}, at=cast.at + timedelta(minutes=1))
    (wrong,) = saying.fact(actor=duty, incident=incident, values={"dead": 30}, at=cast.at + timedelta(minutes=2))
    assert log.board(incident).count("dead") == 30
    with pytest.raises(Refused, match="理由"):
        saying.strike(actor=duty, incident=incident, entry=wrong.pk, reason=" ", at=cast.at + timedelta(minutes=3))
    saying.strike(actor=duty, incident=incident, entry=wrong.pk, reason="多打一个 0", at=cast.at + timedelta(minutes=3))
    assert log.board(incident).count("dead") == 3
    assert log.board_at(incident, cast.at + timedelta(minutes=2)).count("dead") == 30  # as it was known then
    opened = LogEntry.objects.get(incident=incident, seq=1)
    with pytest.raises(Refused, match="不能划去"):
        saying.strike(actor=duty, incident=incident, entry=opened.pk, reason="x", at=cast.at)


def test_a_count_that_comes_late_does_not_replace_a_newer_one(cast: Cast) -> None:
    incident, duty = flood(cast), cast.actor("duty")
    at = cast.at + timedelta(hours=3)
    saying.fact(actor=duty, incident=incident, values={"evacuated": 600}, at=at)
    saying.fact(
        actor=duty, incident=incident, values={"evacuated": 120}, at=at, occurred_at=cast.at + timedelta(hours=1)
    )
    assert log.board(incident).count("evacuated") == 600


def test_a_phone_with_a_wrong_clock_is_corrected_by_its_offset_and_never_writes_the_future(cast: Cast) -> None:
    incident, duty = flood(cast), cast.actor("duty")
    at = cast.at + timedelta(minutes=30)
    (ahead,) = saying.note(
        actor=duty, incident=incident, text="甲", at=at, occurred_at=at + timedelta(minutes=8), skew=600
    )
    assert ahead.occurred_at == at - timedelta(minutes=2)
    (mad,) = saying.note(
        actor=duty, incident=incident, text="乙", at=at, occurred_at=at + timedelta(days=300), skew=86400 * 300
    )
    assert mad.occurred_at == at


def test_rows_are_rebuilt_from_the_log_as_they_were(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    shift(cast, "team", "rescue")
    tasking.activate(
        actor=cast.actor("commander"), incident=incident, version=version, scenario="downpour", level=3, at=cast.at
    )
    before = list(Task.objects.order_by("key").values("key", "state", "organisation", "person", "due_at", "raise_at"))
    members = set(Member.objects.values_list("organisation", "until"))
    live = asdict(log.board(incident))
    Task.objects.all().delete()
    Incident.objects.update(state="reported", level=None)
    assert asdict(log.rebuild(incident, cast.at)) == live
    assert (
        list(Task.objects.order_by("key").values("key", "state", "organisation", "person", "due_at", "raise_at"))
        == before
    )
    assert set(Member.objects.values_list("organisation", "until")) == members
    incident.refresh_from_db()
    assert (incident.state, incident.level) == ("responding", 3)


def test_the_second_of_two_commanders_is_told_that_something_was_decided(cast: Cast) -> None:
    incident = assessed(cast)
    seen = incident.decided
    command.decide_grade(actor=cast.actor("duty"), incident=incident, grade=3, at=cast.at, seen=seen)
    with pytest.raises(Refused, match="刚作了决定"):
        command.decide_grade(actor=cast.actor("duty"), incident=incident, grade=2, at=cast.at, seen=seen)
    assert Incident.objects.get().grade == 3


def test_leaving_an_incident_ends_access(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    shift(cast, "team", "rescue")
    commander = cast.actor("commander")
    assert not queries.visible(cast.actor("team")).exists()
    tasking.activate(actor=commander, incident=incident, version=version, scenario="downpour", level=3, at=cast.at)
    assert queries.visible(cast.actor("team")).get() == incident
    assert queries.visible(cast.actor("street")).get() == incident
    assert not queries.visible(cast.actor("school")).exists()
    mine = [one.key for one in Task.objects.filter(organisation=cast.emergency)]
    tasking.withdraw(actor=commander, incident=incident, tasks=mine, reason="不需要", at=cast.at)
    assert not queries.visible(cast.actor("team")).exists()


def test_a_process_whose_clock_is_ten_minutes_behind_puts_nothing_before_what_it_builds_on(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    shift(cast, "team", "rescue")
    late = cast.at + timedelta(minutes=30)
    behind = late - timedelta(minutes=10)
    tasking.activate(
        actor=cast.actor("commander"), incident=incident, version=version, scenario="downpour", level=3, at=late
    )
    duty = cast.actor("duty")
    tasking.progress(actor=duty, incident=incident, task="A1", state="accepted", at=behind)
    tasking.progress(actor=duty, incident=incident, task="A1", state="declined", at=behind, note="电话打不通")
    tasking.progress(actor=duty, incident=incident, task="A1", state="done", at=late + timedelta(minutes=1))
    board = log.board(incident)
    assert (board.tasks["A1"].state, log.verify(incident)) == ("done", "")
    assert log.fold_all(incident) == board
    sent, accepted = board.tasks["A1"].sent_at, board.tasks["A1"].accepted_at
    assert sent is not None
    assert accepted is not None
    assert accepted >= late  # no span is negative
    # What was known then: never an answer to a task that was not there yet.
    for minutes in (0, 20, 25, 29, 30, 31):
        then = log.board_at(incident, cast.at + timedelta(minutes=minutes))
        assert bool(then.tasks) == (minutes >= 30), minutes


def test_a_phone_that_was_away_for_two_hours_tells_what_happened_then(cast: Cast) -> None:
    """The response is over by then: the note stands at its own time, the count does not go over the newer one, and neither was known before."""
    incident, duty = flood(cast), cast.actor("duty")
    then, back = cast.at + timedelta(minutes=10), cast.at + timedelta(hours=2, minutes=10)
    saying.fact(actor=duty, incident=incident, values={"evacuated": 640}, at=cast.at + timedelta(hours=1))
    key = uuid4()
    for _again in range(2):  # it sends again until it has the receipt
        saying.note(actor=duty, incident=incident, text="桥下两人救出", at=back, occurred_at=then, key=key)
    saying.fact(actor=duty, incident=incident, values={"evacuated": 38}, at=back, occurred_at=then)
    board = log.board(incident)
    assert board.count("evacuated") == 640
    (note,) = [one for one in board.notes if one["text"] == "桥下两人救出"]
    assert note["at"] == then
    before = log.board_at(incident, back - timedelta(minutes=1))
    assert not [one for one in before.notes if one["text"] == "桥下两人救出"]
