"""The tables of the law: grades, the window of a toll, clocks of reports, late and missing and jumping ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.response import cards, log, queries
from anlan.kernel.response.actions import command, intake, reports, saying
from anlan.kernel.response.clocks import clocks
from anlan.kernel.response.findings import findings
from anlan.kernel.response.fold import Board, Count
from anlan.kernel.response.grading import HazardWarning, Toll, grade, proposals
from anlan.kernel.response.models import Incident, SituationReport
from anlan.kernel.response.tests.support import BOOK, flood

VECTORS = [
    ((2, 0, 0), 4),
    ((3, 0, 0), 3),
    ((2, 10, 0), 3),
    ((0, 0, 1000), 3),
    ((9, 50, 0), 2),
    ((29, 99, 9999), 2),
    ((29, 100, 0), 1),
]


@pytest.mark.pure
@pytest.mark.parametrize(
    ("toll", "expected"),
    [*VECTORS, ((30, 0, 0), 1), ((0, 0, 10000), 1), ((0, 0, 999.99), 4), ((10, 0, 0), 2), ((0, 1, 0), 4)],
)
def test_the_grade_of_an_accident(toll: tuple[float, float, float], expected: int) -> None:
    found = grade(Toll(dead=toll[0], badly_injured=toll[1], loss=toll[2]), "事故灾难", date(2025, 7, 25))
    assert found is not None
    assert found.grade == expected


@pytest.mark.pure
def test_no_toll_and_other_classes_are_not_graded() -> None:
    assert grade(Toll(), "事故灾难", date(2025, 7, 25)) is None
    assert grade(Toll(dead=5), "自然灾害", date(2025, 7, 25)) is None


def _ammonia(**counts: list[tuple[int, float]]) -> Board:
    """Days after the accident and the toll then."""
    board = Board(kind="hazchem", occurred_at=AT, opened_at=AT, state="responding")
    for slug, values in counts.items():
        board.history[slug] = [Count(value, AT + timedelta(days=day), day, None) for day, value in values]  # type: ignore[arg-type]
    return board


@pytest.mark.pure
def test_a_toll_of_three_on_day_six_regrades_and_a_death_on_day_31_does_not() -> None:
    assert [one.value for one in proposals(_ammonia(dead=[(0, 1), (1, 2)]), None, ())] == [4]
    later = _ammonia(dead=[(0, 1), (1, 2), (6, 3)])
    later.grade = 4
    assert [one.value for one in proposals(later, None, ())] == [3]
    later.grade = 3
    later.history["dead"].append(Count(10, AT + timedelta(days=31), 9, None))  # type: ignore[arg-type]
    assert proposals(later, None, ()) == []
    fire = _ammonia(dead=[(0, 1), (8, 3)])
    fire.kind, fire.grade = "fire", 4
    assert proposals(fire, None, ()) == []  # fire and traffic: seven days


@pytest.mark.pure
def test_warnings_and_facts_propose_a_level_until_it_is_decided_or_refused() -> None:
    board = Board(kind="flood", occurred_at=AT, opened_at=AT, state="assessed")
    orange = HazardWarning(hazard="rain", colour=2, words="暴雨橙色预警")
    assert proposals(board, BOOK, ()) == []
    (found,) = proposals(board, BOOK, [orange])
    assert (found.what, found.value) == ("level", 3)
    assert proposals(board, BOOK, [HazardWarning(hazard="rain", colour=3, words="暴雨黄色预警")]) == []
    board.counts["evacuated"] = Count(500, AT, 1, None)  # type: ignore[arg-type]
    assert [one.value for one in proposals(board, BOOK, [orange])] == [2]
    board.level = 2
    assert proposals(board, BOOK, [orange]) == []


@pytest.mark.pure
def test_clocks_follow_grade_and_reports() -> None:
    board = _ammonia()
    assert {one.rule.slug: one.due_at - AT for one in clocks(board, AT)} == {"flash_up": timedelta(hours=2)}
    board.grade, board.graded_at = 3, AT + timedelta(minutes=30)
    running = {one.rule.slug for one in clocks(board, AT + timedelta(minutes=31))}
    assert running == {"flash_up", "flash_large", "investigation"}
    board.reports.append(
        {"number": 1, "stage": "first", "state": "sent", "sent_at": AT + timedelta(hours=3), "facts": {}}
    )
    found = {one.rule.slug: one for one in clocks(board, AT + timedelta(hours=30))}
    assert found["flash_up"].result == "missed"
    assert (
        found["follow_daily"].result == "late" if found["follow_daily"].due_at < AT + timedelta(hours=30) else "running"
    )
    assert {one.kind for one in findings(board, AT + timedelta(hours=30))} >= {"late"}
    assert {one.kind for one in findings(board, AT + timedelta(hours=40))} == {"late", "missing"}


@pytest.mark.django_db
def test_another_grade_than_proposed_and_a_refusal_need_a_reason(cast: Cast) -> None:
    incident, duty = flood(cast), cast.actor("duty")
    saying.fact(actor=duty, incident=incident, values={"dead": 3}, at=cast.at)
    intake.correct(actor=duty, incident=incident, at=cast.at, kind="hazchem")
    (found,) = queries.proposed(log.board(incident), cast.at)
    assert found.value == 3
    with pytest.raises(Refused, match="理由"):
        command.decide_grade(actor=duty, incident=incident, grade=2, at=cast.at)
    with pytest.raises(Refused, match="理由"):
        command.refuse(actor=duty, incident=incident, proposal=found.key, reason="", at=cast.at)
    command.refuse(actor=duty, incident=incident, proposal=found.key, reason="死亡人数还在核", at=cast.at)
    assert queries.proposed(log.board(incident), cast.at) == []
    saying.fact(actor=duty, incident=incident, values={"dead": 4}, at=cast.at + timedelta(minutes=5))
    assert [one.value for one in queries.proposed(log.board(incident), cast.at)] == [3]  # the ground changed


@pytest.mark.django_db
def test_the_chain_of_reports(cast: Cast) -> None:
    incident, duty = flood(cast), cast.actor("duty")
    with pytest.raises(Refused, match="先报初报"):
        reports.draft(actor=duty, incident=incident, stage="follow", at=cast.at)
    first = reports.draft(actor=duty, incident=incident, stage="first", at=cast.at)
    assert "被困2人" in first.body
    with pytest.raises(Refused, match="签发报告"):
        reports.sign(actor=cast.actor("leader"), report=first, at=cast.at)
    reports.sign(actor=duty, report=first, at=cast.at)
    with pytest.raises(Refused, match="别人刚改过"):
        reports.edit(actor=duty, report=SituationReport.objects.get(pk=first.pk), body="改", at=cast.at)
    reports.send(actor=duty, report=first, to="市应急指挥中心", at=cast.at + timedelta(minutes=20))
    saying.fact(actor=duty, incident=incident, values={"evacuated": 640, "trapped": 0}, at=cast.at + timedelta(hours=1))
    second = reports.draft(actor=duty, incident=incident, stage="follow", at=cast.at + timedelta(hours=1))
    assert "已转移640人（新增）" in second.body
    with pytest.raises(Refused, match="被困由2减为0"):
        reports.sign(actor=duty, report=second, at=cast.at + timedelta(hours=1))
    reports.sign(actor=duty, report=second, at=cast.at + timedelta(hours=1), explanation="两人已救出")
    reports.send(actor=duty, report=second, to="市应急指挥中心", at=cast.at + timedelta(hours=1))
    reports.received(actor=duty, report=second, at=cast.at + timedelta(hours=2), by="市值班室")
    board = log.board(incident)
    assert [(one["stage"], one["state"]) for one in board.reports] == [("first", "sent"), ("follow", "received")]
    assert any(one.kind == "jump" for one in findings(board, cast.at + timedelta(hours=3)))
    # Somebody enters later that one was dead before the first report.
    saying.fact(actor=duty, incident=incident, values={"dead": 1}, at=cast.at + timedelta(hours=4), occurred_at=cast.at)
    assert any(one.kind == "hidden" for one in findings(log.board(incident), cast.at + timedelta(hours=4)))


@pytest.mark.django_db
def test_a_press_release_is_approved_by_another_and_a_drill_is_never_published(cast: Cast) -> None:
    incident = flood(cast)
    release = reports.draft_press(actor=cast.actor("commander"), incident=incident, at=cast.at)
    assert "被困" not in release.text
    with pytest.raises(Refused, match="不能审定自己"):
        reports.approve_press(actor=cast.actor("commander"), release=release, at=cast.at)
    leader = cast.actor("leader")
    command.take_post(actor=leader, incident=incident, post="deputy", at=cast.at)
    reports.approve_press(actor=leader, release=release, at=cast.at)
    with pytest.raises(Refused, match="别人刚改过"):
        reports.edit_press(actor=leader, release=release, title="改", text="改")
    reports.publish_press(actor=leader, release=release, at=cast.at)
    fixed = reports.draft_press(actor=leader, incident=incident, at=cast.at, corrects=release)
    assert fixed.title.startswith("更正")
    Incident.objects.update(mode="drill")
    drill = reports.draft_press(actor=cast.actor("commander"), incident=Incident.objects.get(), at=cast.at)
    with pytest.raises(Refused, match="不对外发布"):
        reports.publish_press(actor=leader, release=drill, at=cast.at)


def test_the_book_of_the_tests_is_sound() -> None:
    assert cards.faults(BOOK) == []
