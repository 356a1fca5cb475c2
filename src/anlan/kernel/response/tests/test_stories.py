"""The two stories, end to end, on the plans of the library: the downpour, and ammonia at a cold store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.response import cards, log, queries
from anlan.kernel.response.actions import command, intake, reports, saying, tasking
from anlan.kernel.response.clocks import clocks
from anlan.kernel.response.demonstration import book
from anlan.kernel.response.findings import findings
from anlan.kernel.response.models import ContingencyPlan, Incident, PlanVersion
from anlan.kernel.response.pages.review import delays, key_times
from anlan.kernel.response.tests.support import shift

pytestmark = pytest.mark.django_db


def _published(cast: Cast, slug: str) -> PlanVersion:
    made = book(slug)
    row = ContingencyPlan.objects.create(
        slug=slug, title=made.title, kinds=list(made.kinds), organisation=cast.emergency
    )
    text = cards.written(made)
    return PlanVersion.objects.create(
        plan=row,
        number=1,
        edition=made.edition,
        text=text,
        hash=cards.digest(text),
        state="published",
        made_at=cast.at,
        made_by="示例",
    )


def _opened(cast: Cast, kind: str, place: str, **counts: int) -> Incident:
    for who, post in (
        ("duty", "duty"),
        ("commander", "commander"),
        ("team", "rescue"),
        ("officer", "coordination"),
        ("monitor", "monitoring"),
    ):
        shift(cast, who, post)
    duty = cast.actor("duty")
    incident = intake.open_incident(
        actor=duty,
        organisation=cast.district,
        place=place,
        kind=kind,
        source="监测报警",
        at=cast.at,
        counts=counts,
        streets=(cast.street,),
    )
    command.move(actor=duty, incident=incident, move="verify", at=cast.at + timedelta(minutes=2))
    command.decide_grade(actor=duty, incident=incident, grade=4, at=cast.at + timedelta(minutes=3))
    command.move(actor=duty, incident=incident, move="assess", at=cast.at + timedelta(minutes=4))
    return incident


def _finish(cast: Cast, incident: Incident, since: timedelta) -> None:
    """Everybody does what they were given, as it is sent."""
    at = cast.at + since
    for _round in range(40):
        at += timedelta(hours=6)
        tasking.send_due(at)
        left = [one for one in log.board(incident).open_tasks() if one.state != "planned"]
        for one in left:
            tasking.progress(
                actor=cast.actor("commander"),
                incident=incident,
                task=one.key,
                state="done",
                at=at,
                ticked=one.checklist,
            )
        if not log.board(incident).open_tasks():
            return
    raise AssertionError([one.key for one in log.board(incident).open_tasks()])


def test_ammonia_at_a_cold_store(cast: Cast) -> None:
    ammonia(cast)


def ammonia(cast: Cast) -> Incident:
    """Story (b), up to the death on day 31."""
    version, incident = _published(cast, "hazchem"), _opened(cast, "hazchem", "冷库甲", endangered=12)
    duty, commander = cast.actor("duty"), cast.actor("commander")
    assert {one.value for one in queries.proposed(log.board(incident), cast.at) if one.what == "level"} == {
        3
    }  # 12 people in danger
    new, _difference = queries.preview(log.board(incident), version, "ammonia", 3, cast.at + timedelta(minutes=5))
    tasking.activate(
        actor=commander,
        incident=incident,
        version=version,
        scenario="ammonia",
        level=3,
        at=cast.at + timedelta(minutes=5),
        hash=new.hash,
    )
    assert len(log.board(incident).tasks) > 35
    assert {one.rule.slug for one in clocks(log.board(incident), cast.at + timedelta(minutes=6))} == {
        "flash_up",
        "investigation",
    }
    first = reports.draft(actor=duty, incident=incident, stage="first", at=cast.at + timedelta(minutes=40))
    reports.sign(actor=duty, report=first, at=cast.at + timedelta(minutes=45))
    reports.send(actor=duty, report=first, to="市应急指挥中心", at=cast.at + timedelta(minutes=50))
    assert (
        next(
            one for one in clocks(log.board(incident), cast.at + timedelta(hours=1)) if one.rule.slug == "flash_up"
        ).result
        == "met"
    )
    # The toll: one that night, two the next day, three on day six.
    for day, dead in ((0, 1), (1, 2), (6, 3)):
        saying.fact(actor=duty, incident=incident, values={"dead": dead}, at=cast.at + timedelta(days=day, hours=8))
    (found,) = [
        one
        for one in queries.proposed(log.board(incident), cast.at + timedelta(days=6, hours=9))
        if one.what == "grade"
    ]
    assert found.value == 3
    command.decide_grade(
        actor=duty, incident=incident, grade=3, at=cast.at + timedelta(days=6, hours=9), proposal=found.key
    )
    assert "flash_large" in {
        one.rule.slug for one in clocks(log.board(incident), cast.at + timedelta(days=6, hours=10))
    }  # the clocks of that grade
    saying.fact(actor=duty, incident=incident, values={"dead": 4}, at=cast.at + timedelta(days=31))
    assert not [
        one for one in queries.proposed(log.board(incident), cast.at + timedelta(days=31)) if one.what == "grade"
    ]
    kinds = {one.kind for one in findings(log.board(incident), cast.at + timedelta(days=31))}
    assert "missing" in kinds  # nobody wrote the daily follow-ups
    return incident


def test_a_downpour_from_the_orange_warning_to_the_archive(cast: Cast) -> None:
    version, incident = _published(cast, "flood"), _opened(cast, "flood", "示例路下沉桥", affected=640)
    commander, duty = cast.actor("commander"), cast.actor("duty")
    command.decide_colour(
        actor=duty, incident=incident, colour=2, at=cast.at + timedelta(minutes=5), reason="暴雨橙色预警"
    )
    at = cast.at + timedelta(minutes=10)
    tasking.activate(actor=commander, incident=incident, version=version, scenario="downpour", level=2, at=at)
    higher = {key for key, one in log.board(incident).tasks.items() if one.state != "withdrawn"}
    tasking.progress(actor=duty, incident=incident, task="F01", state="done", at=at + timedelta(minutes=5))
    with pytest.raises(Refused, match="理由"):
        tasking.activate(
            actor=commander,
            incident=incident,
            version=version,
            scenario="downpour",
            level=3,
            at=at + timedelta(hours=3),
        )
    tasking.activate(
        actor=commander,
        incident=incident,
        version=version,
        scenario="downpour",
        level=3,
        at=at + timedelta(hours=3),
        reason="雨势减弱，撤销扩大响应的任务",
    )
    board = log.board(incident)
    assert board.level == 3
    assert {key for key in higher if board.tasks[key].state == "withdrawn"} == {
        key for key in higher if key.startswith(("E", "R09"))
    }
    assert board.tasks["F01"].state == "done"
    for minute, stage in ((30, "first"), (60 * 20, "follow")):
        report = reports.draft(actor=duty, incident=incident, stage=stage, at=at + timedelta(minutes=minute))
        reports.sign(actor=commander, report=report, at=at + timedelta(minutes=minute + 5))
        reports.send(actor=duty, report=report, to="市应急指挥中心", at=at + timedelta(minutes=minute + 6))
    _finish(cast, incident, timedelta(hours=20))
    end = cast.at + timedelta(days=4)
    command.move(actor=commander, incident=incident, move="end", at=end, reason="雨停水退")
    command.move(actor=duty, incident=incident, move="aftermath", at=end + timedelta(hours=1))
    final = reports.draft(actor=duty, incident=incident, stage="final", at=end + timedelta(days=1))
    reports.sign(actor=commander, report=final, at=end + timedelta(days=1))
    reports.send(actor=duty, report=final, to="市应急指挥中心", at=end + timedelta(days=1))
    saying.evaluate(actor=commander, incident=incident, text="排水快，转移慢。", at=end + timedelta(days=2))
    command.move(actor=duty, incident=incident, move="evaluate", at=end + timedelta(days=2))
    command.move(actor=duty, incident=incident, move="archive", at=end + timedelta(days=3))
    board = log.board(incident)
    assert board.state == "archived"
    assert delays(board, end)  # tasks were done hours late
    assert {one.title: one.since for one in key_times(board)}["启动预案"] == timedelta(minutes=10)
    with pytest.raises(Refused, match="已经归档"):
        saying.note(actor=duty, incident=incident, text="还想记", at=end + timedelta(days=4))
    assert log.verify(Incident.objects.get(pk=incident.pk)) == ""
