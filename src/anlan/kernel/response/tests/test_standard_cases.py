"""The public standard cases: the tables of grades and clocks cell by cell, and what other systems hold about reopening, command and agencies."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from tests.support.cast import AT, Cast

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.response import log
from anlan.kernel.response.actions import command, intake, saying, tasking
from anlan.kernel.response.clocks import clock_rules, clocks
from anlan.kernel.response.fold import Board
from anlan.kernel.response.grading import Toll, grade, kinds
from anlan.kernel.response.tests.support import assessed, flood, plan, shift
from anlan.kernel.response.types import GRADES, MOVES

# ---- 国务院令第493号第三条: (grade, from this many on); 以上 includes, 以下 excludes
BANDS: dict[str, list[tuple[int, float, float]]] = {
    "dead": [(4, 1, 3), (3, 3, 10), (2, 10, 30), (1, 30, 1000)],
    "badly_injured": [(4, 1, 10), (3, 10, 50), (2, 50, 100), (1, 100, 10_000)],
    "loss": [(4, 0.01, 1000), (3, 1000, 5000), (2, 5000, 10_000), (1, 10_000, 1e9)],
}
CELLS = [(column, *band) for column, bands in BANDS.items() for band in bands]


def _graded(**toll: float) -> int | None:
    found = grade(Toll(**toll), "事故灾难", date(2025, 7, 25))
    return found.grade if found else None


@pytest.mark.pure
@pytest.mark.parametrize(("column", "expected", "first", "end"), CELLS)
def test_each_cell_at_both_its_edges(column: str, expected: int, first: float, end: float) -> None:
    step = 0.01 if column == "loss" else 1
    assert _graded(**{column: first}) == expected
    assert _graded(**{column: end - step}) == expected
    if expected > 1:
        assert _graded(**{column: end}) == expected - 1


@pytest.mark.pure
def test_of_any_three_columns_the_worst_wins() -> None:
    for dead, injured, loss in product(*BANDS.values()):
        toll = {"dead": dead[1], "badly_injured": injured[1], "loss": loss[1]}
        assert _graded(**toll) == min(dead[0], injured[0], loss[0]), toll


# ---- the clocks, written out by hand: which run for a class and grade, from when, how long
ACCIDENT = {"flash_up": ("opened", timedelta(hours=2))}
GRADED = {"investigation": ("occurred", timedelta(days=60))}
LARGE = {"flash_large": ("graded", timedelta(hours=1))}
EXPECTED: dict[tuple[str, int | None], dict[str, tuple[str, timedelta]]] = {
    ("事故灾难", None): ACCIDENT, ("事故灾难", 4): {**ACCIDENT, **GRADED},
    **{("事故灾难", one): {**ACCIDENT, **GRADED, **LARGE} for one in (1, 2, 3)},
    **{("自然灾害", one): {"disaster_first": ("opened", timedelta(hours=2))} for one in (None, *GRADES)},
    **{(group, one): {} for group in ("公共卫生事件", "社会安全事件") for one in (None, *GRADES)},
}  # fmt: skip
AFTER_FIRST: dict[tuple[str, int | None], dict[str, timedelta]] = {
    **{("事故灾难", one): {"follow_daily": timedelta(hours=24)} for one in (3, 4)},
    **{("事故灾难", one): {"follow_twice": timedelta(hours=12)} for one in (1, 2)},
    **{("自然灾害", one): {"disaster_follow": timedelta(hours=24)} for one in (None, *GRADES)},
}  # fmt: skip


def _board(group: str, level: int | None) -> Board:
    kind = next(one.slug for one in kinds().values() if one.group == group)
    graded = AT + timedelta(minutes=40) if level else None
    return Board(
        kind=kind,
        occurred_at=AT,
        opened_at=AT + timedelta(minutes=10),
        state="responding",
        grade=level,
        graded_at=graded,
    )


def _start(word: str) -> datetime:
    return {"opened": AT + timedelta(minutes=10), "graded": AT + timedelta(minutes=40), "occurred": AT}[word]


def _end(start: datetime, length: timedelta) -> datetime:
    """A limit in days ends with its last day, one in hours to the second."""
    end = start.astimezone(CHINA) + length
    return end if length <= timedelta(days=1) else end.replace(hour=23, minute=59, second=59)


@pytest.mark.pure
@pytest.mark.parametrize(("group", "level"), EXPECTED)
def test_each_cell_of_the_clocks_starts_ends_and_is_late_to_the_second(group: str, level: int | None) -> None:
    board, at = _board(group, level), AT + timedelta(hours=1)
    found = {one.rule.slug: one for one in clocks(board, at)}
    assert {slug: one.due_at for slug, one in found.items()} == {
        slug: _end(_start(start), length) for slug, (start, length) in EXPECTED[group, level].items()
    }
    for slug, one in found.items():
        after = {each.rule.slug: each.result for each in clocks(board, one.due_at + timedelta(seconds=1))}
        in_time = {each.rule.slug: each.result for each in clocks(board, one.due_at)}
        assert (in_time[slug], after[slug]) == ("running", "late"), slug


@pytest.mark.pure
@pytest.mark.parametrize(("group", "level"), EXPECTED)
def test_follow_ups_run_from_the_first_report_until_the_end(group: str, level: int | None) -> None:
    board, sent = _board(group, level), AT + timedelta(hours=1)
    board.reports.append({"number": 1, "stage": "first", "state": "sent", "sent_at": sent, "facts": {}})
    wanted = AFTER_FIRST.get((group, level), {})

    def follows(at: datetime) -> dict[str, datetime]:
        return {one.rule.slug: one.due_at for one in clocks(board, at) if one.rule.every and one.stopped_at is None}

    assert follows(sent + timedelta(minutes=1)) == {slug: sent + every for slug, every in wanted.items()}
    second = sent + timedelta(hours=3)
    board.reports.append({"number": 2, "stage": "follow", "state": "sent", "sent_at": second, "facts": {}})
    assert follows(second + timedelta(minutes=1)) == {slug: second + every for slug, every in wanted.items()}
    board.ended_at = second + timedelta(hours=1)
    assert follows(second + timedelta(hours=2)) == {}
    if group == "自然灾害":
        final = {one.rule.slug: one.due_at for one in clocks(board, second + timedelta(hours=2))}
        assert final["disaster_final"] == _end(board.ended_at, timedelta(days=5))


@pytest.mark.pure
def test_every_clock_of_the_table_is_in_these_cells() -> None:
    named = {slug for cell in EXPECTED.values() for slug in cell} | {
        slug for cell in AFTER_FIRST.values() for slug in cell
    }
    assert {one.slug for one in clock_rules()} == named | {"disaster_final"}
    assert all(one.law for one in clock_rules())


# ---- what is named there from other systems
@pytest.mark.pure
def test_the_table_asks_a_reason_for_what_goes_back_or_leaves() -> None:
    assert {one.slug for one in MOVES if one.says} == {"false_alarm", "transfer", "stand_down", "end", "reopen"}


@pytest.mark.django_db
def test_reopening_needs_a_reason_and_it_stands_in_the_log(cast: Cast) -> None:
    incident, commander = assessed(cast), cast.actor("commander")
    command.move(actor=commander, incident=incident, move="respond", at=cast.at, values={"level": 3})
    command.move(actor=commander, incident=incident, move="end", at=cast.at, reason="水退")
    for reason in ("", "   "):
        with pytest.raises(Refused, match="没有写“恢复响应”的理由"):
            command.move(
                actor=commander, incident=incident, move="reopen", at=cast.at, reason=reason, values={"level": 3}
            )
    assert log.board(incident).state == "ended"
    command.move(actor=commander, incident=incident, move="reopen", at=cast.at, reason="又下雨", values={"level": 3})
    last = incident.entries.filter(kind="moved").order_by("-seq")[0]
    assert (log.board(incident).state, last.payload["reason"]) == ("responding", "又下雨")


@pytest.mark.django_db
def test_one_incident_has_one_command(cast: Cast) -> None:
    """One level, one plan, one holder of a post: a second is refused, or takes the place of the first with what it changes."""
    incident, version, commander = assessed(cast), plan(cast), cast.actor("commander")
    tasking.activate(actor=commander, incident=incident, version=version, scenario="downpour", level=3, at=cast.at)
    with pytest.raises(Refused, match="现在不能“启动响应”"):
        command.move(actor=commander, incident=incident, move="respond", at=cast.at, values={"level": 2})
    command.take_post(actor=commander, incident=incident, post="commander", at=cast.at)
    with pytest.raises(Refused, match="请他交岗") as no:
        command.take_post(actor=cast.actor("leader"), incident=incident, post="commander", at=cast.at)
    assert no.value.code == "taken"
    assert len(log.board(incident).tasks) == len({one.key for one in log.board(incident).tasks.values()})
    # The same call again is the same incident, not another command of it.
    key = incident.key
    again = intake.open_incident(
        actor=cast.actor("duty"), organisation=cast.district, place="示例路下沉桥", kind="flood", source="又一个来电", at=cast.at, key=key
    )  # fmt: skip
    assert again.pk == incident.pk


@pytest.mark.django_db
def test_nothing_moves_to_another_agency_without_its_consent(cast: Cast) -> None:
    """A post passes when the other side signs; a team of another incident is not moved by this one's log; a unit that it does not concern
    does not act in it."""
    incident, commander = flood(cast), cast.actor("commander")
    shift(cast, "team", "rescue")
    command.take_post(actor=commander, incident=incident, post="commander", at=cast.at)
    command.offer_post(actor=commander, incident=incident, post="commander", to=cast.posts["leader"].person, at=cast.at)
    assert log.board(incident).posts["commander"][1] == "示例·commander"
    with pytest.raises(Refused, match="没有人把这个岗交给"):
        command.sign_post(actor=cast.actor("duty"), incident=incident, post="commander", at=cast.at)
    for who in ("other", "school", "head"):  # agencies that have nothing in it
        acts: list[Any] = [
            lambda actor: saying.note(actor=actor, incident=incident, text="记一条", at=cast.at),
            lambda actor: saying.resource(
                actor=actor, incident=incident, kind="team", key="T1", title="示例队", organisation=cast.emergency.pk, state="called", at=cast.at
            ),
        ]  # fmt: skip
        for act in acts:
            with pytest.raises(Refused) as no:
                act(cast.actor(who))
            assert no.value.code == "forbidden", who
    with pytest.raises(Refused, match="没有写“移交”的理由"):
        command.move(
            actor=cast.actor("duty"), incident=incident, move="transfer", at=cast.at, values={"to": "市应急指挥中心"}
        )
