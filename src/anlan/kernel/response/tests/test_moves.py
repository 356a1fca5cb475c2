"""The table of moves, cell by cell: every state, every move, every kind of post."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.cast import Cast

from anlan.base.errors import Refused
from anlan.kernel.response import log, queries
from anlan.kernel.response.actions import command, intake, saying
from anlan.kernel.response.fold import Board
from anlan.kernel.response.guide import move_lines
from anlan.kernel.response.models import Incident
from anlan.kernel.response.tests.support import assessed, flood
from anlan.kernel.response.types import ENDS, MOVES, POSTS, STATES, IncidentMove

pytestmark = pytest.mark.django_db
CELLS = [(state, row.slug) for state in STATES for row in MOVES]


@pytest.mark.pure
@pytest.mark.parametrize(("state", "slug"), CELLS)
def test_a_move_is_possible_in_its_states_alone(state: str, slug: str) -> None:
    row, board = command.find(slug), Board(state=state, place="某处", kind="flood", grade=4, evaluation="好")
    board.reports.append({"stage": "final", "state": "sent"})
    assert (command.obstacle(board, row) == "") == (state in row.sources)


@pytest.mark.pure
def test_every_state_is_reached_and_every_open_one_is_left() -> None:
    targets = {row.target for row in MOVES}
    assert targets | {"reported"} == set(STATES)
    assert {source for row in MOVES for source in row.sources} == set(STATES) - ENDS
    assert {post for row in MOVES for post in row.posts} <= set(POSTS)


@pytest.mark.parametrize("row", MOVES, ids=lambda row: row.slug)
def test_only_its_posts_make_a_move(cast: Cast, row: IncidentMove) -> None:
    incident = flood(cast)
    board = log.board(incident)
    for post in POSTS:
        board.posts.clear()
        board.posts |= {"duty": (-1, "别人"), "commander": (-1, "别人"), post: (cast.posts["leader"].person_id, "示例")}

        def act(post: str = post) -> str:
            return queries.require_post(
                incident, board, cast.actor("leader"), row.permission, row.posts, row.title, cast.at
            )

        if post in row.posts:
            assert act() == post
        else:
            with pytest.raises(Refused, match="办"):
                act()


def test_the_way_to_the_archive(cast: Cast) -> None:
    incident = assessed(cast)
    commander, duty = cast.actor("commander"), cast.actor("duty")
    with pytest.raises(Refused, match="响应级别"):
        command.move(actor=commander, incident=incident, move="respond", at=cast.at)
    command.move(actor=commander, incident=incident, move="respond", at=cast.at, values={"level": 3})
    assert Incident.objects.get().level == 3
    with pytest.raises(Refused, match="理由"):
        command.move(actor=commander, incident=incident, move="end", at=cast.at)
    command.move(actor=commander, incident=incident, move="end", at=cast.at, reason="水退")
    with pytest.raises(Refused, match="理由"):
        command.move(actor=commander, incident=incident, move="reopen", at=cast.at, values={"level": 4})
    command.move(actor=commander, incident=incident, move="reopen", at=cast.at, reason="又下雨", values={"level": 4})
    command.move(actor=commander, incident=incident, move="end", at=cast.at, reason="水退")
    command.move(actor=duty, incident=incident, move="aftermath", at=cast.at)
    with pytest.raises(Refused, match="发出终报（核报）、评估结论"):
        command.move(actor=duty, incident=incident, move="evaluate", at=cast.at)
    saying.evaluate(actor=commander, incident=incident, text="排水快，转移慢", at=cast.at)


def test_a_duplicate_leaves_its_line_with_the_other(cast: Cast) -> None:
    first = flood(cast)
    second = intake.open_incident(
        actor=cast.actor("duty"),
        organisation=cast.district,
        place="下沉桥",
        kind="flood",
        source="另一人来电",
        at=cast.at,
    )
    with pytest.raises(Refused, match="另一个事件"):
        command.move(
            actor=cast.actor("duty"), incident=second, move="duplicate", at=cast.at, values={"into": second.number}
        )
    command.move(actor=cast.actor("duty"), incident=second, move="duplicate", at=cast.at, values={"into": first.number})
    second.refresh_from_db()
    assert (second.state, second.is_open, second.merged_into) == ("duplicate", False, first)
    assert [one["number"] for one in log.board(Incident.objects.get(pk=first.pk)).links] == [second.number]


def test_posts_pass_with_two_signatures(cast: Cast) -> None:
    incident = flood(cast)
    leader, commander = cast.actor("leader"), cast.actor("commander")
    with pytest.raises(Refused, match="值班员不能上这个岗"):
        command.take_post(actor=cast.actor("duty"), incident=incident, post="commander", at=cast.at)
    command.take_post(actor=commander, incident=incident, post="commander", at=cast.at)
    with pytest.raises(Refused, match="请他交岗"):
        command.take_post(actor=leader, incident=incident, post="commander", at=cast.at)
    with pytest.raises(Refused, match="不在这个岗上"):
        command.offer_post(
            actor=leader, incident=incident, post="commander", to=cast.posts["leader"].person, at=cast.at
        )
    command.offer_post(actor=commander, incident=incident, post="commander", to=cast.posts["leader"].person, at=cast.at)
    assert log.board(incident).posts["commander"][1] == "示例·commander"  # not yet
    with pytest.raises(Refused, match="没有人把这个岗交给你"):
        command.sign_post(actor=cast.actor("duty"), incident=incident, post="commander", at=cast.at)
    command.sign_post(actor=leader, incident=incident, post="commander", at=cast.at)
    assert log.board(incident).posts["commander"][1] == "示例·leader"


@pytest.mark.pure
def test_the_guide_prints_the_table_of_moves() -> None:
    text = (Path(__file__).parents[5] / "docs" / "guide" / "response.md").read_text(encoding="utf-8")
    assert "\n".join(move_lines()) in text


def test_a_duplicate_is_told_to_both_or_to_none(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first = flood(cast)
    second = intake.open_incident(
        actor=cast.actor("duty"),
        organisation=cast.district,
        place="下沉桥",
        kind="flood",
        source="另一人来电",
        at=cast.at,
    )

    def broken(*_given: object) -> None:
        raise OSError("cut")

    monkeypatch.setattr(command, "_told_the_other", broken)
    with pytest.raises(OSError, match="cut"):
        command.move(
            actor=cast.actor("duty"), incident=second, move="duplicate", at=cast.at, values={"into": first.number}
        )
    second.refresh_from_db()
    assert (second.state, log.board(second).state) == ("reported", "reported")
