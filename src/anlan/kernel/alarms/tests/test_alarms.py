"""From an event of the store to a closed alarm: once, by whom, in time; and what is refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms import actions, consuming, queries
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.alarms.models import Alarm, Rule
from anlan.kernel.alarms.rules import edition
from anlan.kernel.alarms.settings import check_settings
from anlan.kernel.alarms.types import Told, Watch, event
from anlan.kernel.alarms.watching import watches
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import reading
from anlan.kernel.observations.actions import move_device
from anlan.kernel.observations.models import Device, Edition, Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import EMPTY, Commit, Event

pytestmark = pytest.mark.django_db(transaction=True)


def tell(store: Store, told: Told, rule: Rule, stream: Stream, since: datetime, minutes: int = 0) -> Event:
    start = reading.ms(since)
    one = event(told, Watch(rule.pk, stream.pk, "above", limit=30), start, start + minutes * 60_000, 34.5)
    store.append(Commit(start, EMPTY, events=(one,)))
    return one


def raised(cast: Cast, store: Store, rule: Rule, stream: Stream) -> Alarm:
    tell(store, "raised", rule, stream, cast.at)
    assert consuming.consume(cast.at) == 1
    return Alarm.objects.get()


def test_an_event_becomes_one_alarm_however_often_it_is_read(
    cast: Cast, store: Store, rule: Rule, stream: Stream
) -> None:
    alarm = raised(cast, store, rule, stream)
    assert (alarm.state, alarm.value, alarm.limit, alarm.since) == ("raised", 34.5, 30.0, cast.at)
    assert consuming.consume(cast.at) == 0
    assert Entry.objects.filter(verb="alarms.alarm.raised").count() == 1
    tell(store, "raised", rule, stream, cast.at)  # the same key again: the store keeps one
    assert consuming.consume(cast.at) == 0


def test_acknowledged_then_over_is_cleared_and_over_first_waits_for_a_person(
    cast: Cast, store: Store, rule: Rule, stream: Stream
) -> None:
    alarm = raised(cast, store, rule, stream)
    officer = cast.actor("monitor")
    actions.acknowledge(actor=officer, alarm=alarm, at=cast.at)
    tell(store, "returned", rule, stream, cast.at, 60)
    consuming.consume(cast.at)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.acknowledged_by, alarm.returned_at) == (
        "cleared",
        officer.name,
        cast.at + timedelta(hours=1),
    )
    later = cast.at + timedelta(hours=3)
    tell(store, "raised", rule, stream, later)
    tell(store, "returned", rule, stream, later, 5)
    consuming.consume(later)
    second = Alarm.objects.exclude(pk=alarm.pk).get()
    assert second.state == "returned"
    actions.acknowledge(actor=officer, alarm=second, at=later)
    assert second.state == "cleared"
    with pytest.raises(Refused, match="现在不能"):
        actions.acknowledge(actor=officer, alarm=second, at=later)


def test_ended_by_hand_needs_a_reason_and_stays_ended(cast: Cast, store: Store, rule: Rule, stream: Stream) -> None:
    alarm, officer = raised(cast, store, rule, stream), cast.actor("monitor")
    with pytest.raises(Refused, match="处置结果"):
        actions.clear(actor=officer, alarm=alarm, outcome=" ", at=cast.at)
    actions.clear(actor=officer, alarm=alarm, outcome="误报：校准", at=cast.at)
    tell(store, "returned", rule, stream, cast.at, 5)
    consuming.consume(cast.at)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.outcome, alarm.returned_at is not None) == ("cleared", "误报：校准", True)


def test_two_people_at_once_never_both_win(cast: Cast, store: Store, rule: Rule, stream: Stream) -> None:
    alarm = raised(cast, store, rule, stream)
    other = Alarm.objects.get()
    actions.acknowledge(actor=cast.actor("monitor"), alarm=alarm, at=cast.at)
    with pytest.raises(Refused, match="别人"):
        actions.acknowledge(actor=cast.actor("monitor"), alarm=other, at=cast.at)


def test_unanswered_ones_climb_by_the_clock_and_shelved_ones_rest(
    cast: Cast, store: Store, rule: Rule, stream: Stream
) -> None:
    alarm, officer = raised(cast, store, rule, stream), cast.actor("monitor")
    assert actions.climb(cast.at + timedelta(minutes=14)) == 0
    assert actions.climb(cast.at + timedelta(minutes=15)) == 1
    assert [one.title for one in queries.waiting(cast.actor("leader"), cast.at)]
    for wrong in (cast.at, cast.at - timedelta(hours=1), cast.at + timedelta(days=8)):
        with pytest.raises(Refused, match="搁置须有结束时间"):
            actions.shelve(actor=officer, alarm=alarm, ends_at=wrong, reason="检修", at=cast.at)
    actions.shelve(actor=officer, alarm=alarm, ends_at=cast.at + timedelta(hours=2), reason="检修", at=cast.at)
    assert actions.climb(cast.at + timedelta(hours=1)) == 0
    assert list(queries.waiting(officer, cast.at + timedelta(hours=1))) == []
    assert actions.climb(cast.at + timedelta(hours=3)) == 1  # its end came
    for _again in range(5):
        actions.climb(cast.at + timedelta(days=1) + _again * timedelta(hours=1))
    alarm.refresh_from_db()
    assert alarm.climbed == edition(alarm.raised_at).most_climbs
    assert [one.level for one in alarm.climbs.all()] == [1, 2, 3]


def test_a_rule_is_never_changed_but_followed(cast: Cast, rule: Rule, stream: Stream) -> None:
    before = Edition.objects.get().number
    later = cast.at + timedelta(days=1)
    newer = actions.set_rule(actor=SYSTEM, slug="nox", title="氮氧化物超限", form="above", kind="boiler", code="nox", settings={"limit": 25},
                             priority=2, basis="示例新版", at=later)  # fmt: skip
    rule.refresh_from_db()
    assert (rule.valid_to, newer.valid_to, Edition.objects.get().number > before) == (later, None, True)
    given = {one.rule: (one.limit, one.valid_from, one.valid_to) for one in watches()}
    assert given[rule.pk][2] == given[newer.pk][1] == reading.ms(later)
    own = actions.set_rule(actor=SYSTEM, slug="nox", title="许可限值", form="above", kind="boiler", code="nox", settings={"limit": 50}, priority=2,
                           basis="许可证", at=later, station=stream.station)  # fmt: skip
    assert [one.rule for one in watches() if one.valid_to > reading.ms(later)] == [
        own.pk
    ]  # a permit's limit replaces the general one


@pytest.mark.parametrize(
    ("form", "given", "word"),
    [
        ("above", {}, "限值"), ("above", {"limit": "30"}, "数字"), ("above", {"limit": True}, "数字"), ("above", {"limit": 1, "hold_s": -1}, "负数"),
        ("outside", {"low": 9, "limit": 6}, "小于"), ("outside", {"limit": 6}, "下限"), ("bits", {}, "状态位"), ("twin", {"limit": 1}, "数据流"),
        ("gap", {}, "持续"), ("above", {"limit": 1, "colour": "red"}, "没有设置项"), ("all", {}, "条件"),
    ],
)  # fmt: skip
def test_settings_that_make_no_rule(form: str, given: dict[str, Any], word: str) -> None:
    with pytest.raises(Refused, match=word):
        check_settings(form, given)


def test_rules_out_of_a_file_are_loaded_once_and_wrong_files_change_nothing(cast: Cast) -> None:
    text = '[[rule]]\nslug="a"\ntitle="t"\nform="above"\nkind="boiler"\ncode="nox"\npriority=2\nbasis="b"\nsettings={limit=1}\n'
    assert (load_rules(SYSTEM, text, cast.at), load_rules(SYSTEM, text, cast.at)) == (1, 0)
    for wrong in (
        "[[rule]",
        '[[rule]]\nslug="x"\n',
        text.replace("boiler", "nothing").replace('"a"', '"c"'),
        text.replace('title="t"', 'title="t"\ncolour=1'),
    ):
        with pytest.raises(Refused):
            load_rules(SYSTEM, wrong, cast.at)
    assert Rule.objects.count() == 1


def test_a_stranger_waits_for_a_person_once(cast: Cast, store: Store) -> None:
    body = json.dumps({"told": "unknown", "protocol": "hj212", "identity": "X", "said": "ST=32"})
    store.append(Commit(1, EMPTY, events=(Event("unknown/hj212/X", 1, body),)))
    consuming.consume(cast.at)
    assert (Device.objects.get().state, consuming.consume(cast.at)) == ("waiting", 0)
    with pytest.raises(Refused, match="监测点"):
        move_device(actor=cast.actor("monitor"), device=Device.objects.get(), move="admit", at=cast.at)


def test_who_may_not_see_the_station_does_not_find_its_alarm(
    cast: Cast, store: Store, rule: Rule, stream: Stream
) -> None:
    alarm = raised(cast, store, rule, stream)
    assert cast.client("monitor").get(reverse("alarm", args=[alarm.pk])).status_code == 200
    assert cast.client("street").get(reverse("alarm", args=[alarm.pk])).status_code == 404
    assert cast.client("street").get(reverse("station", args=["T-1"])).status_code == 404


def test_pages_answer_with_the_sentence_where_it_failed(cast: Cast, store: Store, rule: Rule, stream: Stream) -> None:
    alarm, client = raised(cast, store, rule, stream), cast.client("monitor")
    refused = client.post(reverse("alarm_move", args=[alarm.pk, "shelve"]), {"ends_at": "tomorrow", "reason": "x"})
    assert (refused.status_code, "结束时间读不出" in refused.content.decode()) == (422, True)
    bulk = client.post(reverse("alarms_bulk"), {"row": [str(alarm.pk)]})
    assert bulk.status_code == 200
    alarm.refresh_from_db()
    assert alarm.state == "acknowledged"
    assert client.get(reverse("alarm_load")).status_code == client.get(reverse("alarms")).status_code == 200
    changed = client.post(reverse("alarm_rule_change", args=[rule.pk]), {"limit": "x", "basis": "b"})
    assert changed.status_code == 422
    assert client.post(reverse("alarm_rule_change", args=[rule.pk]), {"limit": "28", "basis": "b"}).status_code == 302
    assert Rule.objects.get(valid_to=None).settings["limit"] == 28
