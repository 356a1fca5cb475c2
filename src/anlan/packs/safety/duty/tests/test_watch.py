"""Calls that climb once, the self-check, large events and sensitive periods."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.urls import reverse
from tests.support.cast import AT, Cast
from tests.support.together import codes

from anlan.base import clock
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.models import Entry
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.cells import row_of
from anlan.kernel.response.models import DutyShift
from anlan.packs.safety.duty import calling, checking, queries
from anlan.packs.safety.duty.models import (
    Beat,
    Called,
    CallUp,
    CrowdCount,
    LargeEvent,
    SelfCheck,
)
from anlan.packs.safety.duty.rules import WAIT, night_at
from anlan.packs.safety.duty.sheets import EVENTS, PERIODS
from anlan.packs.safety.duty.tests.support import manned, person, refused, shift

pytestmark = pytest.mark.django_db
LIVE = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


# ---- call-up
def called(cast: Cast, **more: Any) -> CallUp:
    shift(cast, "duty", -1)
    shift(cast, "officer", -1, rank=2)
    shift(cast, "other", 11)
    return calling.call(
        actor=cast.actor("duty"),
        posts=("duty",),
        title="暴雨",
        organisation=cast.district,
        at=cast.at,
        key="k1",
        **more,
    )


def levels(row: CallUp) -> list[tuple[str, str]]:
    return [(one.person.username, one.state) for one in row.people.select_related("person").order_by("level")]


def test_a_call_climbs_once_a_level(cast: Cast) -> None:
    row = called(cast)
    wait = WAIT[False]
    assert calling.climb(cast.at + wait - timedelta(seconds=1)) == 0
    assert [calling.climb(cast.at + wait) for _ in range(3)] == [1, 0, 0]
    assert levels(row) == [("duty", "silent"), ("officer", "called")]
    assert [calling.climb(cast.at + 2 * wait) for _ in range(2)] == [1, 0]
    assert levels(row)[2] == ("other", "called")
    assert calling.climb(cast.at + 3 * wait) == 1
    assert len(levels(row)) == 3
    assert queries.unanswered(row) == ["duty"]
    assert any("没有人应答" in one.title for one in queries.waiting(cast.actor("commander"), cast.at))


@LIVE
def test_many_clocks_climb_one_level_once(cast: Cast) -> None:
    row = called(cast)
    due = cast.at + WAIT[False]
    assert codes(*[lambda: calling.climb(due) for _ in range(4)]) == ["", "", "", ""]
    assert levels(row) == [("duty", "silent"), ("officer", "called")]
    assert Entry.objects.filter(verb="duty.call.climbed").count() == 1


@LIVE
def test_an_answer_and_the_clock_at_once(cast: Cast) -> None:
    row = called(cast)
    one = Called.objects.select_related("call__organisation", "person").get()
    due = cast.at + WAIT[False]
    said = codes(
        lambda: calling.answer(actor=cast.actor("duty"), row=one, target="answered", at=due), lambda: calling.climb(due)
    )
    found = levels(row)
    assert found in ([("duty", "answered")], [("duty", "silent"), ("officer", "called")])
    assert (said[0] == "") is (found[0][1] == "answered")


def test_who_answers_goes_and_arrives(cast: Cast) -> None:
    row = called(cast)
    one = Called.objects.select_related("call__organisation", "call__incident", "person").get()
    assert (
        refused(calling.answer, actor=cast.actor("officer"), row=one, target="answered", at=cast.at).code == "forbidden"
    )
    for word in ("answered", "moving", "arrived"):
        calling.answer(actor=cast.actor("duty"), row=one, target=word, at=cast.at)
    assert calling.climb(cast.at + timedelta(hours=3)) == 0
    assert levels(row) == [("duty", "arrived")]
    assert refused(calling.answer, actor=cast.actor("duty"), row=one, target="moving", at=cast.at).code == "illegal"


def test_who_cannot_come_is_passed_over_at_once(cast: Cast) -> None:
    row = called(cast)
    one = Called.objects.select_related("call__organisation", "call__incident", "person").get()
    assert refused(calling.answer, actor=cast.actor("duty"), row=one, target="declined", at=cast.at).field == "note"
    calling.answer(actor=cast.actor("commander"), row=one, target="declined", at=cast.at, note="在外地")
    assert levels(row) == [("duty", "declined"), ("officer", "called")]
    assert Called.objects.get(level=1).by == "示例·commander"


def test_a_call_sent_twice_is_one_and_an_empty_roster_is_said(cast: Cast) -> None:
    assert (
        refused(
            calling.call,
            actor=cast.actor("duty"),
            posts=("press",),
            title="x",
            organisation=cast.district,
            at=cast.at,
            key="k",
        ).field
        == "posts"
    )
    assert (
        called(cast).pk
        == calling.call(
            actor=cast.actor("duty"), posts=("duty",), title="又", organisation=cast.district, at=cast.at, key="k1"
        ).pk
    )
    assert CallUp.objects.count() == 1


def test_the_night_is_tested_once(cast: Cast) -> None:
    due = night_at(cast.at.date())
    DutyShift.objects.create(
        post="duty",
        organisation=cast.district,
        person=person(cast, "duty"),
        starts_at=cast.at,
        ends_at=cast.at + timedelta(days=2),
    )
    assert calling.night_test(due - timedelta(minutes=1)) == 0
    assert [calling.night_test(due + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    assert CallUp.objects.get().is_test


# ---- self-check
def ticks() -> dict[str, str]:
    return dict.fromkeys(("phone", "message", "city", "radio", "screen", "printer", "power"), "ok")


def test_what_can_be_checked_is_checked_by_the_program(cast: Cast) -> None:
    found = {one.slug: one for one in checking.look(cast.at)}
    assert found["database"].sound is True
    assert found["worker"].sound is False
    checking.beat(cast.at - timedelta(seconds=20))
    assert {one.slug: one.sound for one in checking.look(cast.at)}["worker"] is True
    assert {one.slug: one.sound for one in checking.look(cast.at + timedelta(minutes=2))}["worker"] is False
    assert found["phone"].sound is None


def test_a_database_that_takes_nothing_is_said(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_a: object, **_k: object) -> None:
        raise DatabaseError("attempt to write a readonly database")

    monkeypatch.setattr(Beat.objects, "update_or_create", full)
    found = {one.slug: one for one in checking.look(cast.at)}["database"]
    assert (found.sound, "readonly" in found.words) == (False, True)


def test_every_line_is_said_and_faults_need_a_word(cast: Cast) -> None:
    shift(cast, "duty", -0.1)
    duty = cast.actor("duty")
    assert [one.verb for one in queries.waiting(duty, cast.at) if one.kind == "自查"] == ["自查"]
    lacking = ticks()
    del lacking["radio"]
    assert refused(checking.store, actor=duty, ticked=lacking, note="", at=cast.at).field == "radio"
    assert refused(checking.store, actor=duty, ticked=ticks() | {"power": "bad"}, note="", at=cast.at).field == "note"
    row = checking.store(actor=duty, ticked=ticks(), note="服务未启动，已报", at=cast.at)
    assert row.shift is not None
    assert {slug: sound for slug, sound, _words in SelfCheck.objects.get().results}["database"]
    assert not [one for one in queries.waiting(duty, cast.at) if one.kind == "自查"]


# ---- large events and sensitive periods
def event(cast: Cast, **more: Any) -> LargeEvent:
    today = cast.at.date()
    values = {"code": "H1", "name": "示例市集", "kind": "fair", "place": "广场", "host": "示例", "starts_on": today, "opens": "09:00", "ends_on": today, "closes": "21:30",
              "expected": 800, "most": 1000, "permit": "", "plan": "示例"} | more  # fmt: skip
    row = registry.add(actor=SYSTEM, sheet=EVENTS, organisation=cast.district, values=values, at=cast.at)
    assert isinstance(row, LargeEvent)
    return row


def test_a_full_place_is_a_red_fault(cast: Cast) -> None:
    row = event(cast)
    assert any("该报人数" in one.title for one in queries.waiting(cast.actor("duty"), cast.at))
    assert (
        checking.count(actor=cast.actor("duty"), event=row, people="700", spot="东门", note="", at=cast.at)[1]
        == "amber"
    )
    assert (
        checking.count(
            actor=cast.actor("duty"), event=row, people="1000", spot="东门", note="", at=cast.at + timedelta(minutes=5)
        )[1]
        == "red"
    )
    told = [one.title for one in queries.waiting(cast.actor("duty"), cast.at + timedelta(minutes=6))]
    assert "示例市集人数到了上限" in told
    assert not any("该报人数" in one for one in told)
    for wrong in ("", "-1", "x", "1e5", "99999999"):
        assert (
            refused(
                checking.count, actor=cast.actor("duty"), event=row, people=wrong, spot="", note="", at=cast.at
            ).field
            == "people"
        )
    assert (
        refused(checking.count, actor=cast.actor("team"), event=row, people="1", spot="", note="", at=cast.at).code
        == "forbidden"
    )
    assert CrowdCount.objects.count() == 2


def test_a_strengthened_roster_is_lacking_until_it_is_filled(cast: Cast) -> None:
    row = event(cast)
    manned(cast, post="security", people=2, edges="08:00", until_on=cast.at.date(), event=row)
    shift(cast, "officer", -10, 48, post="security")
    found = queries.lacking(cast.at, cast.at + timedelta(days=7))
    assert [(one.there, one.wanted, one.level, one.why) for one in found] == [(1, 2, "amber", "示例市集")]
    assert "示例市集" in cast.client("duty").get(reverse("large_events_detail", args=[row.pk])).content.decode()


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"opens": "9点"}, "opens"),
        ({"closes": "08:00"}, "closes"),
        ({"expected": "2000"}, "expected"),
        ({"ends_on": "2025-07-01"}, "ends_on"),
    ],
)
def test_wrong_events_are_refused(change: dict[str, str], column: str) -> None:
    row = {"code": "H1", "name": "示例", "kind": "展会", "place": "广场", "host": "示例", "starts_on": "2025-07-25", "opens": "09:00", "ends_on": "2025-07-25", "closes": "21:30",
           "expected": "800", "most": "1000"}  # fmt: skip
    assert row_of(row, EVENTS)[1] == []
    assert [one.column for one in row_of(row | change, EVENTS)[1]] == [column]


def test_a_period_says_where_it_is_from() -> None:
    row = {"code": "1", "name": "示例", "starts_on": "2025-07-25", "ends_on": "2025-07-20", "measures": "加强"}
    assert {one.column for one in row_of(row, PERIODS)[1]} >= {"source"}
