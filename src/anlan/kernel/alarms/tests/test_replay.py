"""The consumer under random replays, restarts and events in another order: the rows are what the events say, once."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.alarms import actions, consuming
from anlan.kernel.alarms.models import Alarm, Consumed, Rule
from anlan.kernel.alarms.types import Told, Watch, event
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import EMPTY, Commit, Event

pytestmark = pytest.mark.django_db(transaction=True)


def _script(chance: random.Random, start: int, rule: Rule, streams: Sequence[Stream]) -> list[Event]:
    """For each stream a history of alarms; the streams' events mixed, each stream's own in their order."""
    found: list[list[Event]] = []
    for stream in streams:
        watch, at, mine = Watch(rule.pk, stream.pk, "above", limit=30), start, []
        for _alarm in range(chance.randrange(1, 6)):
            at += chance.randrange(1, 60) * 60_000
            mine.append(event("raised", watch, at, at, 31.0))
            if chance.random() < 0.8:
                over: Told = chance.choice(["returned", "returned", "withdrawn"])
                mine.append(event(over, watch, at, at + 30_000, 20.0))
        found.append(mine)
    mixed = []
    while any(found):
        mixed.append(chance.choice([one for one in found if one]).pop(0))
    return mixed


@pytest.mark.parametrize("seed", range(12))
def test_events_and_rows_are_equal_whatever_happens_between(
    cast: Cast, store: Store, rule: Rule, stream: Stream, seed: int
) -> None:
    chance = random.Random(seed)
    streams = list(Stream.objects.filter(station=stream.station)[:4])
    script = _script(chance, reading.ms(cast.at), rule, streams)
    officer, at, fed = cast.actor("monitor"), cast.at, 0
    while fed < len(script):
        some = script[fed : fed + chance.randrange(1, 5)]
        again = chance.sample(script[:fed], min(fed, 2))  # a gateway that starts again may tell what it told before
        store.append(Commit(fed, EMPTY, events=(*again, *some)))
        fed += len(some)
        if chance.random() < 0.6:
            consuming.consume(at)
        if (
            chance.random() < 0.3
        ):  # the records were put back to an earlier moment: the cursor stands before what is there
            Consumed.objects.update(event=chance.randrange(0, fed))
        if chance.random() < 0.3:
            reading.close()
        for alarm in (
            Alarm.objects.filter(state__in=("raised", "returned")).order_by("?")[:1] if chance.random() < 0.4 else ()
        ):
            actions.acknowledge(actor=officer, alarm=alarm, at=at)
        at += timedelta(minutes=1)
    Consumed.objects.update(event=0)
    consuming.consume(at)
    bodies = [json.loads(one.body) for _number, one in store.events(0, 10_000)]
    raised = {(one["stream"], one["since"]) for one in bodies if one["told"] == "raised"}
    over = {(one["stream"], one["since"]): one["told"] == "withdrawn" for one in bodies if one["told"] != "raised"}
    rows = {(one.stream_id, reading.ms(one.since)): one for one in Alarm.objects.all()}
    assert set(rows) == raised
    assert {key for key, one in rows.items() if one.returned_at} == set(over)
    assert {key: one.withdrawn for key, one in rows.items() if one.returned_at} == over
    assert all((one.state in ("raised", "acknowledged")) == (one.returned_at is None) for one in rows.values())
    assert Entry.objects.filter(verb="alarms.alarm.raised").count() == len(raised)
    assert Entry.objects.filter(verb__in=("alarms.alarm.returned", "alarms.alarm.withdrawn")).count() == len(over)


def test_a_crash_in_the_middle_of_a_slice_leaves_nothing_of_it(
    cast: Cast, store: Store, rule: Rule, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, at = Watch(rule.pk, stream.pk, "above", limit=30), reading.ms(cast.at)
    store.append(Commit(1, EMPTY, events=(event("raised", watch, at, at, 31.0), event("raised", watch, at + 1, at + 1, 31.0))))  # fmt: skip
    calls = iter([None, Refused("broken", "断了")])
    whole = consuming.note

    def once(*args: object, **facts: object) -> None:
        broken = next(calls, None)
        if broken:
            raise broken
        whole(*args, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(consuming, "note", once)
    with pytest.raises(Refused, match="断了"):
        consuming.consume(cast.at)
    assert (Alarm.objects.count(), Consumed.objects.count()) == (0, 0)
    assert consuming.consume(cast.at) == 2
    assert Alarm.objects.count() == 2
