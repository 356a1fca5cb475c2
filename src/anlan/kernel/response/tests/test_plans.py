"""Plans as data: read and refused, activated as a pure function, changed with the level."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.response import cards, desk, log, queries
from anlan.kernel.response.actions import intake, tasking
from anlan.kernel.response.activation import Asset, Facts, Holder, activate, change
from anlan.kernel.response.cards import Card, PlaceRule, ResourceRule
from anlan.kernel.response.models import Incident, Task
from anlan.kernel.response.tests.support import BOOK, assessed, plan, shift

FACTS = Facts(
    level=3,
    organisation=1,
    organisation_name="区",
    place="桥",
    longitude=117.2,
    latitude=39.1,
    streets=(("S1", "一街", 11), ("S2", "二街", 12)),
    counts={"evacuated": 640},
)
ROSTER = [
    Holder(post="duty", rank=1, organisation=1, organisation_name="区", person=5, name="方"),
    Holder(post="commander", rank=1, organisation=1, organisation_name="区", person=6, name="罗"),
    Holder(post="rescue", rank=1, organisation=2, organisation_name="队", person=7, name="石"),
]
REGISTRY = [
    Asset(kind="team", key="t1", title="一队", organisation=2, organisation_name="队", longitude=117.21, latitude=39.1, skills=("排水",)),
    Asset(kind="team", key="t2", title="二队", organisation=2, organisation_name="队", longitude=117.3, latitude=39.1, skills=("排水",)),
    Asset(kind="team", key="t3", title="三队", organisation=2, organisation_name="队", longitude=117.2, latitude=39.1, skills=("排水",), ready=False),
    Asset(kind="supply", key="s1", title="一库沙袋", organisation=3, organisation_name="库", longitude=117.2, latitude=39.11, skills=("沙袋",), amount=300),
    Asset(kind="supply", key="s2", title="二库沙袋", organisation=3, organisation_name="库", longitude=117.2, latitude=39.2, skills=("沙袋",), amount=500),
]  # fmt: skip


def _book(*some: Card) -> cards.Book:
    scenario = BOOK.scenarios[0]
    phase = msgspec.structs.replace(scenario.phases[0], cards=some)
    return msgspec.structs.replace(BOOK, scenarios=(msgspec.structs.replace(scenario, phases=(phase,)),))


@pytest.mark.pure
def test_the_same_input_twice_gives_the_same_hash_in_whatever_order() -> None:
    first = activate(BOOK, "downpour", FACTS, ROSTER, REGISTRY)
    for seed in range(20):
        roster, registry = list(ROSTER), list(REGISTRY)
        random.Random(seed).shuffle(roster)
        random.Random(seed).shuffle(registry)
        assert activate(BOOK, "downpour", FACTS, roster, registry).hash == first.hash
    other = msgspec.structs.replace(FACTS, level=2) if isinstance(FACTS, msgspec.Struct) else replace(FACTS, level=2)
    assert activate(BOOK, "downpour", other, ROSTER, REGISTRY).hash != first.hash


@pytest.mark.pure
def test_a_gap_in_the_roster_goes_to_the_deputy_then_to_the_duty_leader_never_to_nobody() -> None:
    book = _book(
        Card(id="A", title="甲", post="medical", deputy="rescue"),
        Card(id="B", title="乙", post="medical", deputy="press"),
    )
    done = activate(book, "downpour", FACTS, ROSTER, [])
    assert [(one.by, one.person) for one in done.tasks] == [("rescue", 7), ("duty", 5)]
    assert len(done.gaps) == 2
    nobody = activate(book, "downpour", FACTS, [], [])
    assert {(one.organisation, one.person) for one in nobody.tasks} == {(1, None)}
    assert all("没有人在岗" in one for one in nobody.gaps)


@pytest.mark.pure
def test_places_and_resources() -> None:
    book = _book(
        Card(id="A", title="转移", post="evacuation", place=PlaceRule(rule="each", kind="street")),
        Card(id="B", title="排水", post="rescue", resources=(ResourceRule(kind="team", skill="排水", count=3),)),
        Card(
            id="C",
            title="堵口",
            post="rescue",
            resources=(ResourceRule(kind="supply", item="沙袋", per="evacuated", each=1.0),),
        ),
        Card(id="D", title="再堵", post="rescue", resources=(ResourceRule(kind="supply", item="沙袋", amount=300),)),
    )
    done = {one.key: one for one in activate(book, "downpour", FACTS, ROSTER, REGISTRY).tasks}
    assert [done["A@S1"].organisation, done["A@S2"].organisation] == [11, 12]
    assert [one.key for one in done["B"].uses] == ["t1", "t2"]  # nearest first, never the one that is not ready
    assert [(one.key, one.amount) for one in done["C"].uses] == [("s1", 300), ("s2", 340)]
    assert [(one.key, one.amount) for one in done["D"].uses] == [("s2", 160)]  # what is taken is taken
    gaps = activate(book, "downpour", FACTS, ROSTER, REGISTRY).gaps
    assert any("只有 2 支，缺 1 支" in one for one in gaps)
    assert any("缺 140" in one for one in gaps)


@pytest.mark.pure
def test_a_change_of_level_keeps_what_is_done_and_withdraws_what_is_not_needed() -> None:
    higher = activate(BOOK, "downpour", replace(FACTS, level=2), ROSTER, REGISTRY)
    lower = activate(BOOK, "downpour", FACTS, ROSTER, REGISTRY)
    up = change({one.key: "accepted" for one in lower.tasks}, higher)
    assert [one.key for one in up.added] == ["B1"]
    assert up.withdrawn == ()
    standing = {one.key: "done" if one.key == "A1" else "accepted" for one in higher.tasks}
    down = change(standing, lower)
    assert down.withdrawn == ("B1",)
    assert "A1" in down.kept
    assert change({**standing, "B1": "done"}, lower).withdrawn == ()


@pytest.mark.pure
@pytest.mark.parametrize(
    ("change_", "words"),
    [
        ({"post": "cook"}, "岗位“cook”不认识"),
        ({"due": -5}, "完成时间"),
        ({"after": ["A9"]}, "不在预案里"),
        ({"after": ["A1"]}, "绕成了圈"),
        ({"title": " "}, "要有名称"),
        ({"level": 7}, "级别 7 不认识"),
        ({"place": {"rule": "each"}}, "哪一类地点"),
        ({"resources": [{"kind": "supply", "per": "cows", "each": 1}]}, "没有这个数"),
        ({"colour": "red"}, "读不出"),
        ({"accept": 0}, "接受时限"),
        ({"id": "A2"}, "写了两次"),
    ],
)
def test_a_faulty_plan_is_refused_in_words(change_: dict[str, object], words: str) -> None:
    plain = json.loads(cards.written(BOOK))
    plain["scenarios"][0]["phases"][0]["cards"][0] |= change_
    with pytest.raises(Refused, match=words):
        cards.read(json.dumps(plain))


@pytest.mark.pure
def test_written_and_read_again_is_the_same() -> None:
    text = cards.written(BOOK)
    assert cards.written(cards.read(text)) == text
    with pytest.raises(Refused, match="读不出"):
        cards.read(b"\xff\xfe not json")


@pytest.mark.django_db
def test_activation_sends_what_is_due_and_the_rest_when_its_forerunner_is_done(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    shift(cast, "team", "rescue")
    commander = cast.actor("commander")
    new, _difference = queries.preview(log.board(incident), version, "downpour", 3, cast.at)
    with pytest.raises(Refused, match="再看一遍预览"):
        tasking.activate(
            actor=commander, incident=incident, version=version, scenario="downpour", level=3, at=cast.at, hash="0" * 64
        )
    tasking.activate(
        actor=commander, incident=incident, version=version, scenario="downpour", level=3, at=cast.at, hash=new.hash
    )
    states = dict(Task.objects.values_list("key", "state"))
    assert states == {"A1": "sent", "A2": "planned", f"A3@{cast.street.code}": "sent"}
    with pytest.raises(Refused, match="研判"):
        tasking.activate(
            actor=commander, incident=assessed_again(cast), version=version, scenario="downpour", level=3, at=cast.at
        )
    tasking.progress(
        actor=cast.actor("duty"), incident=incident, task="A1", state="done", at=cast.at + timedelta(minutes=9)
    )
    pump = log.board(incident).tasks["A2"]
    assert pump.state == "sent"
    assert pump.person == cast.posts["team"].person_id
    assert pump.due_at == cast.at + timedelta(minutes=69)  # the span is kept


def assessed_again(cast: Cast) -> Incident:
    return intake.open_incident(
        actor=cast.actor("duty"), organisation=cast.district, place="另一处", kind="flood", source="电话", at=cast.at
    )


@pytest.mark.django_db
def test_what_nobody_accepts_climbs_once_a_level(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    tasking.activate(
        actor=cast.actor("commander"), incident=incident, version=version, scenario="downpour", level=3, at=cast.at
    )
    street = f"A3@{cast.street.code}"
    tasking.progress(
        actor=cast.actor("duty"), incident=incident, task="A1", state="accepted", at=cast.at + timedelta(minutes=1)
    )
    for minute, raised in ((4, 0), (6, 1), (7, 1), (12, 2), (13, 2), (18, 3), (40, 3)):
        tasking.climb(cast.at + timedelta(minutes=minute))
        tasking.climb(cast.at + timedelta(minutes=minute))
        assert log.board(incident).tasks[street].raised == raised, minute
    assert log.board(incident).tasks["A1"].raised == 0


@pytest.mark.django_db
def test_finishing_needs_the_list_and_only_its_people_may(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    shift(cast, "team", "rescue")
    tasking.activate(
        actor=cast.actor("commander"), incident=incident, version=version, scenario="downpour", level=3, at=cast.at
    )
    tasking.progress(actor=cast.actor("duty"), incident=incident, task="A1", state="done", at=cast.at)
    team = cast.actor("team")
    with pytest.raises(Refused, match="这项任务是"):
        tasking.progress(actor=cast.actor("street"), incident=incident, task="A2", state="accepted", at=cast.at)
    tasking.progress(actor=team, incident=incident, task="A2", state="accepted", at=cast.at)
    with pytest.raises(Refused, match="还有 1 项没有办：泵已启动"):
        tasking.progress(actor=team, incident=incident, task="A2", state="done", at=cast.at)
    tasking.progress(actor=team, incident=incident, task="A2", state="done", at=cast.at, ticked=("泵已启动",))
    assert log.board(incident).tasks["A2"].state == "done"


@pytest.mark.django_db
def test_a_phone_that_comes_back_after_the_task_was_withdrawn_loses_nothing(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    tasking.activate(
        actor=cast.actor("commander"), incident=incident, version=version, scenario="downpour", level=3, at=cast.at
    )
    street, key = f"A3@{cast.street.code}", uuid4()
    tasking.withdraw(actor=cast.actor("commander"), incident=incident, tasks=[street], reason="水退", at=cast.at)
    for _each in range(2):
        tasking.progress(
            actor=cast.actor("duty"),
            incident=incident,
            task=street,
            state="done",
            at=cast.at + timedelta(hours=2),
            key=key,
            note="已转移 12 户",
        )
    board = log.board(incident)
    assert board.tasks[street].state == "withdrawn"
    assert sum("已转移 12 户" in one["text"] for one in board.notes) == 1


@pytest.mark.django_db
def test_a_late_task_stands_on_the_desk_its_card_names(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    tasking.activate(
        actor=cast.actor("commander"), incident=incident, version=version, scenario="downpour", level=3, at=cast.at
    )
    street = f"A3@{cast.street.code}"

    def hurried(who: str, minutes: int) -> list[str]:
        return [
            one.title
            for one in desk.waiting(cast.actor(who), cast.at + timedelta(minutes=minutes))
            if one.verb == "催办"
        ]

    assert hurried("duty", 119) == []
    assert log.board(incident).tasks[street].title in hurried(
        "duty", 121
    )  # on_late is the duty leader unless the card says otherwise
    assert hurried("commander", 121) == []
    assert hurried("street", 121) == []
