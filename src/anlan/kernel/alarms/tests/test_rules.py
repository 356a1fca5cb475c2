"""Rules through their pages: tried, added, followed, ended; permits; what is refused and what stays."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms import actions, queries
from anlan.kernel.alarms.load import load
from anlan.kernel.alarms.models import Alarm, Climb, Permit, Rule, Shelf
from anlan.kernel.alarms.settings import check_settings
from anlan.kernel.alarms.trial import trial
from anlan.kernel.alarms.watching import watches
from anlan.kernel.alarms.why import course, why
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import Commit, columns

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


def fill(store: Store, stream: Stream, last: datetime, values: Sequence[float | None], sent: int = 0) -> None:
    """Hourly values, the last one ending at `last`."""
    end = reading.ms(last)
    rows = [
        (stream.pk, end - 3_600_000 * (back + 1), end - 3_600_000 * back, value, sent, 0 if value is not None else 3)
        for back, value in enumerate(reversed(values))
    ]
    store.append(Commit(end, columns(rows)))


def put(rule: Rule, stream: Stream, at: datetime, **more: Any) -> Alarm:
    return Alarm.objects.create(
        **{"rule": rule, "stream": stream, "organisation": stream.station.organisation, "priority": rule.priority, "since": at, "raised_at": at,
           "value": 34.5, "limit": 30.0, "answer_due_at": at + timedelta(minutes=15), **more}
    )  # fmt: skip


# ---- trial
def test_a_rule_is_tried_on_what_is_stored_and_nothing_is_kept(
    cast: Cast, store: Store, rule: Rule, stream: Stream
) -> None:
    fill(store, stream, cast.at, [20, 34, 35, 20, None, 31, 20, 40])
    found = trial(rule, 7, cast.at)
    assert [(one.raised, one.returned, one.value) for one in found.found] == [
        (cast.at - 6 * HOUR, cast.at - 4 * HOUR, 34.0), (cast.at - 2 * HOUR, cast.at - HOUR, 31.0), (cast.at, None, 40.0)]  # fmt: skip
    assert (found.streams, found.rows) == (1, 8)
    assert (
        trial(Rule(slug="x", form="above", kind="boiler", code="nox", settings={"limit": 36}, priority=2), 7, cast.at)
        .found[0]
        .value
        == 40
    )
    assert (Rule.objects.count(), Alarm.objects.count()) == (1, 0)
    for days in (0, 31):
        with pytest.raises(Refused, match="试算"):
            trial(rule, days, cast.at)


def test_silences_are_tried_as_the_clock_would_have_told_them(cast: Cast, store: Store, stream: Stream) -> None:
    fill(store, stream, cast.at - 10 * HOUR, [1, 2])
    fill(store, stream, cast.at - 5 * HOUR, [3])
    gap = Rule(slug="x", form="gap", kind="boiler", code="nox", settings={"hold_s": 7200}, priority=3)
    found = trial(gap, 1, cast.at).found
    assert [(one.since, one.returned) for one in found] == [
        (cast.at - 10 * HOUR, cast.at - 5 * HOUR), (cast.at - 5 * HOUR, None)]  # fmt: skip
    assert found[0].raised - (cast.at - 8 * HOUR) < timedelta(seconds=1)


def test_the_trial_page_says_how_often_and_when(cast: Cast, store: Store, rule: Rule, stream: Stream) -> None:
    client = cast.client("monitor")
    at = clock.now().replace(minute=0, second=0, microsecond=0)  # the page reads the clock
    fill(store, stream, at, [20, 34, 20, 34, 20])
    told = client.post(reverse("alarm_rule_change", args=[rule.pk]), {"word": "try", "days": "2"}).content.decode()
    assert "会报 2 次" in told
    assert (
        "会报 0 次"
        in client.post(
            reverse("alarm_rule_change", args=[rule.pk]), {"word": "try", "days": "2", "limit": "50"}
        ).content.decode()
    )
    assert Rule.objects.get().settings == {"limit": 30}
    assert client.post(reverse("alarm_rule_change", args=[rule.pk]), {"word": "try", "days": "999"}).status_code == 422


# ---- adding, following, ending
NEW = {"kind": "boiler", "form": "above", "code": "nox", "slug": "nox_night", "title": "夜间", "limit": "20", "hold": "10", "priority": "2",
       "basis": "示例", "whole": "1", "weekday": ["0", "1"], "start": "22:00", "end": "06:00", "unless": "nox nox"}  # fmt: skip


def test_a_new_rule_with_everything_a_form_can_say(cast: Cast, store: Store, rule: Rule, stream: Stream) -> None:
    client = cast.client("monitor")
    assert client.post(reverse("alarm_rule_new"), NEW).status_code == 302
    made = Rule.objects.get(slug="nox_night")
    assert made.settings == {"limit": 20, "hold_s": 600, "unless": [["nox", "nox"]], "calendar": {"weekdays": [0, 1], "start": 1320, "end": 360}}  # fmt: skip
    assert (made.made_by, Entry.objects.filter(verb="alarms.rule.set", subject_id=str(made.pk)).count()) == (
        "示例·monitor",
        1,
    )
    watch = next(one for one in watches() if one.rule == made.pk)
    assert (watch.hold, watch.unless, watch.calendar is not None) == (600_000, ((rule.pk, stream.pk),), True)
    page = client.get(reverse("alarm_rule", args=[made.pk])).content.decode()
    assert "周一、二 22:00 到次日 6:00" in page
    # A box emptied in the full form says no; one not in the form stays.
    client.post(
        reverse("alarm_rule_change", args=[made.pk]),
        {**NEW, "hold": "", "unless": "", "weekday": list("0123456"), "start": "", "end": ""},
    )
    assert Rule.objects.get(slug="nox_night", valid_to=None).settings == {"limit": 20}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"slug": "Nox Night"}, "编号"), ({"slug": ""}, "编号"), ({"slug": "nox"}, "已有规则"), ({"code": "nothing"}, "数据流"), ({"limit": ""}, "限值"),
        ({"limit": "1e400"}, "数字"), ({"limit": "三十"}, "数字"), ({"hold": "-5"}, "负数"), ({"basis": "  "}, "依据"), ({"title": " "}, "名称"),
        ({"priority": "9"}, "优先级"), ({"priority": ""}, "优先级"), ({"station": "no-such"}, "没有编号"), ({"weekday": []}, "星期"),
        ({"start": "25:61"}, "时间读不出"), ({"start": "22:00", "end": "22:00"}, "起止"), ({"unless": "only_one_word"}, "一行一条"),
    ],
)  # fmt: skip
def test_what_makes_no_rule_keeps_what_was_typed(
    cast: Cast, store: Store, rule: Rule, wrong: dict[str, Any], word: str
) -> None:
    answer = cast.client("monitor").post(reverse("alarm_rule_new"), {**NEW, **wrong})
    page = answer.content.decode()
    assert (answer.status_code, word in page, 'value="夜间"' in page or "title" in wrong) == (422, True, True)
    assert Rule.objects.count() == 1


def test_two_who_follow_the_same_version_and_an_old_one(cast: Cast, store: Store, rule: Rule) -> None:
    client = cast.client("monitor")
    first = client.post(reverse("alarm_rule_change", args=[rule.pk]), {"limit": "28", "basis": "b"})
    second = client.post(reverse("alarm_rule_change", args=[rule.pk]), {"limit": "27", "basis": "b"})
    assert (first.status_code, second.status_code) == (302, 409)
    with pytest.raises(Refused, match="别人"):
        actions.set_rule(actor=SYSTEM, slug="nox", title="t", form="above", kind="boiler", code="nox", settings={"limit": 1}, priority=2, basis="b",
                         at=clock.now(), follows=rule)  # fmt: skip
    assert [one.settings["limit"] for one in Rule.objects.order_by("valid_from")] == [30, 28]


def test_who_may_not_change_rules_sees_why_and_who_does_not_see_the_kind_sees_none(
    cast: Cast, store: Store, rule: Rule
) -> None:
    leader = cast.client("leader")
    assert "当前岗位不能" in leader.get(reverse("alarm_rule", args=[rule.pk])).content.decode()
    assert leader.post(reverse("alarm_rule_change", args=[rule.pk]), {"word": "end"}).status_code == 403
    with pytest.raises(Refused):  # holds the permission for rules, but sees boilers only of its own
        actions.set_rule(actor=cast.actor("street"), slug="nox", title="t", form="above", kind="boiler", code="nox", settings={"limit": 1}, priority=2,
                         basis="b", at=cast.at + HOUR)  # fmt: skip


# ---- permits
def test_a_permit_gives_the_limit_and_streams_without_one_are_not_judged(
    cast: Cast, store: Store, stream: Stream
) -> None:
    at = cast.at
    made = actions.set_rule(actor=SYSTEM, slug="permit", title="超许可", form="above", kind="boiler", code="nox", settings={"permit": True},
                            priority=2, basis="示例", at=at)  # fmt: skip
    assert watches() == []
    officer = cast.actor("monitor")
    for basis, low in ((" ", None), ("许可证 1", 90.0)):
        with pytest.raises(Refused):
            actions.set_permit(actor=officer, stream=stream, at=at, limit=80.0, basis=basis, low=low)
    actions.set_permit(actor=officer, stream=stream, limit=80, basis="许可证 1", at=at)
    actions.set_permit(actor=officer, stream=stream, limit=50, basis="许可证 2", at=at + HOUR)
    assert [(one.rule, one.limit) for one in watches()] == [(made.pk, 50.0)]
    assert [(one.limit, one.valid_to) for one in Permit.objects.order_by("pk")] == [(80, at + HOUR), (50, None)]
    alarm = put(made, stream, at + timedelta(minutes=30))
    assert why(alarm, officer).condition == "高于 80 mg/m³，限值取自许可证"  # as it was then
    client = cast.client("monitor")
    back = client.post(reverse("alarm_permit", args=[stream.pk]), {"rule": made.pk, "limit": "x", "basis": "b"})
    assert (back.status_code, Permit.objects.count()) == (422, 2)
    assert (
        client.post(
            reverse("alarm_permit", args=[stream.pk]), {"rule": made.pk, "limit": "40", "basis": "b"}
        ).status_code
        == 302
    )


@pytest.mark.parametrize(
    ("form", "given", "word"),
    [
        ("gap", {"permit": True, "hold_s": 5}, "许可限值"), ("bits", {"mask": 1.5}, "正整数"), ("bits", {"mask": 0}, "正整数"),
        ("above", {"limit": float("nan")}, "数字"), ("all", {"of": [["a"]]}, "一行一条"), ("all", {"of": "abc"}, "一行一条"),
        ("above", {"limit": 1, "calendar": {"weekdays": [9], "start": 0, "end": 5}}, "星期"), ("above", {"limit": 1, "calendar": 5}, "读不懂"),
        ("above", {"limit": 1, "calendar": {"weekdays": [1], "start": 0, "end": 9999}}, "24:00"),
    ],
)  # fmt: skip
def test_settings_no_file_may_hold(form: str, given: dict[str, Any], word: str) -> None:
    with pytest.raises(Refused, match=word):
        check_settings(form, given)


# ---- climbing, shelving, course
def test_it_climbs_from_the_place_to_who_oversees_one_row_a_level(cast: Cast, rule: Rule, stream: Stream) -> None:
    alarm = put(rule, stream, cast.at)
    ladder = [sorted(post.role for post in level) for level in queries.ladder_of(alarm, cast.at)]
    assert ladder == [["bureau_officer", "environment_officer"], ["leader"]]
    leader, officer = cast.actor("leader"), cast.actor("monitor")
    assert (list(queries.waiting(leader, cast.at)), len(list(queries.waiting(officer, cast.at)))) == ([], 1)
    later = cast.at + timedelta(minutes=15)
    assert [actions.climb(later), actions.climb(later)] == [1, 0]
    assert [one.url for one in queries.waiting(leader, later)] == [reverse("alarm", args=[alarm.pk])]
    assert [(one.level, one.told) for one in Climb.objects.all()] == [
        (1, "示例区 示例岗位")
    ] or Climb.objects.count() == 1
    assert Entry.objects.filter(verb="alarms.alarm.climbed").count() == 1
    alarm.refresh_from_db()
    actions.acknowledge(actor=officer, alarm=alarm, at=later)
    assert actions.climb(later + timedelta(days=1)) == 0


def test_a_shelving_ends_by_the_clock_once_and_the_answer_clock_starts_anew(
    cast: Cast, rule: Rule, stream: Stream
) -> None:
    alarm, officer = put(rule, stream, cast.at), cast.actor("monitor")
    actions.shelve(actor=officer, alarm=alarm, ends_at=cast.at + 2 * HOUR, reason="检修", at=cast.at)
    with pytest.raises(Refused, match="已经搁置"):
        actions.shelve(actor=officer, alarm=alarm, ends_at=cast.at + HOUR, reason="检修", at=cast.at)
    assert actions.end_shelves(cast.at + HOUR) == 0
    assert [actions.end_shelves(cast.at + 2 * HOUR), actions.end_shelves(cast.at + 3 * HOUR)] == [1, 0]
    alarm.refresh_from_db()
    assert alarm.answer_due_at == cast.at + 2 * HOUR + timedelta(minutes=15)
    assert [line.verb for line in course(alarm)] == ["alarms.alarm.shelved", "alarms.alarm.shelf_ended"]
    assert Shelf.objects.get().ended_at == cast.at + 2 * HOUR


def test_a_remark_is_a_line_that_stays(cast: Cast, store: Store, rule: Rule, stream: Stream) -> None:
    alarm, client = put(rule, stream, cast.at), cast.client("monitor")
    address = reverse("alarm_move", args=[alarm.pk, "remark"])
    assert client.post(address, {"text": "  "}).status_code == 422
    client.post(address, {"text": "到现场，炉门没关"})
    assert [line.text for line in course(alarm)] == ["到现场，炉门没关"]
    assert cast.client("leader").post(address, {"text": "x"}).status_code == 403
    assert client.post(reverse("alarm_move", args=[alarm.pk, "dance"])).status_code == 404


def test_why_shows_what_counted_and_what_did_not(cast: Cast, store: Store, rule: Rule, stream: Stream) -> None:
    fill(store, stream, cast.at, [None, 20, 34.5])
    told = why(put(rule, stream, cast.at), cast.actor("monitor"))
    assert (told.condition, told.excluded) == ("高于 30 mg/m³", ["1 个值不参与判断：没有值"])
    assert [(one.value, one.usable) for one in told.values] == [(34.5, True), (20.0, True), (None, False)]


# ---- the list
def test_repeated_alarms_are_one_line_and_acknowledged_together(
    cast: Cast, store: Store, rule: Rule, stream: Stream
) -> None:
    three = [
        put(rule, stream, cast.at + place * HOUR, state="returned" if place < 2 else "raised") for place in range(3)
    ]
    client = cast.client("monitor")
    page = client.get(reverse("alarms")).content.decode()
    assert ("合并 3 条" in page, page.count("data-row")) == (True, 1)
    client.post(reverse("alarms_bulk"), {"row": [str(three[2].pk)], "alike": "1"})
    assert sorted(Alarm.objects.values_list("state", flat=True)) == ["acknowledged", "cleared", "cleared"]
    again = client.post(reverse("alarms_bulk"), {"row": [str(three[2].pk)]}).content.decode()
    assert "现在不能" in again


def test_a_flood_is_said_with_its_places_and_the_load_counts_for_who_is_called(
    cast: Cast, store: Store, rule: Rule, stream: Stream
) -> None:
    for place in range(11):
        put(rule, stream, cast.at + timedelta(seconds=place), priority=1)
    at, officer = cast.at + timedelta(minutes=1), cast.actor("monitor")
    flood = queries.flood(officer, at)
    assert flood is not None
    assert (flood.count, flood.places) == (11, [(stream.station.organisation, 11)])
    assert queries.flood(officer, at + timedelta(minutes=30)) is None
    told = load(officer, at)
    assert [(one.name, one.total, one.busiest_hour) for one in told.places] == [("区生态环境局", 11, 11)]
    judged = {one.figure.slug: one.judged for one in told.measured}
    assert (judged["busiest"], judged["chattering"], judged["per_day"], len(told.floods)) == ("over", "over", "ok", 1)
    client = cast.client("monitor")
    for form in ("csv", "xlsx"):
        assert client.get(reverse("alarm_load_export"), {"form": form}).status_code == 200
        assert client.get(reverse("alarms_export"), {"form": form, "state": "all"}).status_code == 200


# ---- two at once
@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs real concurrency")
def test_of_two_people_at_the_same_instant_one_acknowledges(
    cast: Cast, store: Store, rule: Rule, stream: Stream
) -> None:
    alarm, gate, told = put(rule, stream, cast.at), threading.Barrier(2), []

    def act(who: str) -> None:
        mine, actor = Alarm.objects.get(pk=alarm.pk), cast.actor(who)
        gate.wait(5)
        try:
            actions.acknowledge(actor=actor, alarm=mine, at=cast.at)
            told.append("done")
        except Refused as refused:
            told.append(refused.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(who,)) for who in ("monitor", "other")]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)
    assert sorted(told) == ["done", "stale"]
    assert Entry.objects.filter(verb="alarms.alarm.acknowledged").count() == 1
    assert connection.vendor == "postgresql"


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs real concurrency")
def test_two_workers_climb_an_alarm_once(cast: Cast, store: Store, rule: Rule, stream: Stream) -> None:
    put(rule, stream, cast.at)
    gate, told = threading.Barrier(2), []

    def act() -> None:
        gate.wait(5)
        told.append(actions.climb(cast.at + HOUR))
        connections.close_all()

    threads = [threading.Thread(target=act) for _one in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(10)
    assert (sorted(told), Climb.objects.count()) == ([0, 1], 1)
