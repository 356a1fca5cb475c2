"""Drills run on the same path and their own clock; injects come once and not before; what is learnt becomes work with a limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.casework.models import Case
from anlan.kernel.journal.models import Entry
from anlan.kernel.response import lessons, log
from anlan.kernel.response.actions import command, drills, saying, tasking
from anlan.kernel.response.models import Drill
from anlan.kernel.response.tests.support import flood, plan, shift

pytestmark = pytest.mark.django_db
SCRIPT = """
[[inject]]
minute = 60
text = "三个院落进水"
values = { affected = 640 }
[[inject]]
minute = 10
text = "下沉桥积水"
"""


def _drill(cast: Cast, pace: float = 60) -> Drill:
    shift(cast, "duty", "duty")
    shift(cast, "commander", "commander")
    return drills.start(
        actor=cast.actor("planner"), organisation=cast.district, title="防汛双盲演练", kind="flood", place="示例路", script=drills.read(SCRIPT), at=cast.at, pace=pace,
        streets=(cast.street,),
    )  # fmt: skip


def test_injects_come_by_the_drills_own_clock_once_and_not_before(cast: Cast) -> None:
    drill = _drill(cast)
    incident = drill.incident
    assert incident.number.startswith("YL-")
    for real, expected in ((0, 0), (9, 0), (10, 1), (11, 1), (59, 1), (60, 2), (600, 2)):
        drills.inject_due(cast.at + timedelta(seconds=real))
        drills.inject_due(cast.at + timedelta(seconds=real))
        assert len(log.board(incident).injects) == expected, real
    board = log.board(incident)
    assert board.count("affected") == 640
    assert all("演练" in one["text"] for one in board.notes if "积水" in one["text"])
    assert log.verify(type(incident).objects.get(pk=incident.pk)) == ""


def test_players_play_on_the_same_path_and_are_scored_on_the_drills_clock(cast: Cast) -> None:
    incident, version = _drill(cast).incident, plan(cast)
    duty, commander = cast.actor("duty"), cast.actor("commander")
    at = cast.at + timedelta(seconds=5)  # five minutes on the drill's clock
    command.move(actor=duty, incident=incident, move="verify", at=at)
    command.decide_grade(actor=duty, incident=incident, grade=4, at=at)
    command.move(actor=duty, incident=incident, move="assess", at=at)
    tasking.activate(actor=commander, incident=incident, version=version, scenario="downpour", level=3, at=at)
    board = log.board(incident)
    assert board.activated_at == cast.at + timedelta(minutes=5)
    tasking.progress(actor=duty, incident=incident, task="A1", state="done", at=cast.at + timedelta(seconds=12))
    assert log.board(incident).tasks["A1"].done_at == cast.at + timedelta(minutes=12)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("x = [", "读不出"),
        ("", "1–200 条"),
        ('[[inject]]\ntext = "x"', "minute"),
        ("[[inject]]\nminute = -1\ntext = 'x'", "minute"),
        ("[[inject]]\nminute = 1", "text"),
        ("[[inject]]\nminute = 1\ntext = 'x'\nvalues = { cows = 1 }", "不认识"),
        ("[[inject]]\nminute = 1\ntext = 'x'\nvalues = { dead = -1 }", "不小于 0"),
    ],
)
def test_a_faulty_script_is_refused_in_words(script: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        drills.read(script)


def test_who_may_direct_and_see_the_script(cast: Cast) -> None:
    drill = _drill(cast)
    page = f"/command/drills/{drill.incident.number}/"
    assert "三个院落进水" in cast.client("planner").get(page).content.decode()
    assert cast.client("duty").get(page).status_code == 403
    assert "三个院落进水" not in cast.client("duty").get(f"/incidents/{drill.incident.number}/").content.decode()
    with pytest.raises(Refused, match="1–120"):
        drills.start(
            actor=cast.actor("planner"),
            organisation=cast.district,
            title="x",
            kind="flood",
            place="y",
            script=[],
            at=cast.at,
            pace="快",
        )
    assert (
        cast.client("planner")
        .post("/command/drills/", {"title": "一", "kind": "flood", "place": "某处", "pace": "10", "script": SCRIPT})
        .status_code
        == 302
    )
    assert (
        cast.client("planner")
        .post("/command/drills/", {"title": "一", "kind": "flood", "place": "某处", "pace": "10", "script": "["})
        .status_code
        == 422
    )


def test_a_lesson_becomes_one_case_and_the_log_knows_it(cast: Cast) -> None:
    incident = flood(cast)
    (entry,) = saying.cause(
        actor=cast.actor("duty"), incident=incident, text="泵站备用电源没有试过", lesson="每月试机一次", at=cast.at
    )
    root = f"/incidents/{incident.number}/"
    client = cast.client("commander")
    assert client.post(f"{root}lessons/{entry.pk}/", {"owner-said": "没有", "kind": "plan"}).status_code == 422
    for _twice in range(2):
        assert (
            client.post(
                f"{root}lessons/{entry.pk}/", {"owner-said": cast.emergency.code, "kind": "resource"}
            ).status_code
            == 302
        )
    case = Case.objects.get(process=lessons.SLUG)
    assert case.title == "每月试机一次"
    assert [one["case"] for one in log.board(incident).links] == [case.number]
    assert case.number in client.get(f"{root}review/").content.decode()
    assert incident.number in client.get(f"/cases/{case.number}/").content.decode()


def test_the_journal_and_the_cases_live_in_the_houses_time(cast: Cast) -> None:
    incident = _drill(cast, pace=60).incident
    real = cast.at + timedelta(minutes=2)  # two hours on the drill's clock
    (entry,) = saying.cause(actor=cast.actor("commander"), incident=incident, text="通知太慢", at=real)
    assert entry.received_at == cast.at + timedelta(hours=2)
    assert Entry.objects.filter(verb="response.cause").get().at == real
    case = lessons.open_lesson(
        actor=cast.actor("commander"), incident=incident, entry=entry.pk, owner=cast.emergency, kind="train", at=real
    )
    assert case.opened_at == real
    assert log.board(incident).links[-1]["at"] == cast.at + timedelta(hours=2)
