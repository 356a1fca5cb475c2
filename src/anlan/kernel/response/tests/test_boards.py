"""The boards "1+5": who sees which board and which panel, what an empty district shows, what a wall leaves out, when a live board answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.support.cast import Cast

from anlan.base import clock
from anlan.kernel.response import declared, overview
from anlan.kernel.response.actions import saying, tasking
from anlan.kernel.response.boards import BOARDS, BoardPanel, LossModel, PanelLine, faults
from anlan.kernel.response.grading import kinds
from anlan.kernel.response.models import DutyShift
from anlan.kernel.response.tests import support

LINE = "某一行"
ADDRESSES = {slug: "/command/boards/" if slug == "general" else f"/command/boards/{slug}/" for slug in BOARDS}


def _nothing(_what: object, _at: datetime) -> list[PanelLine]:
    return []


def _seven(_actor: object, _at: datetime) -> list[PanelLine]:
    return [PanelLine(title=LINE, value="7")]


def _many(_actor: object, _at: datetime) -> list[PanelLine]:
    return [PanelLine(title=f"第{number}行", value="1") for number in range(14)]


def _panel(**more: object) -> BoardPanel:
    plain: dict[str, object] = {"slug": "x", "title": "示例栏", "boards": ("flood",), "permission": "response.boards", "lines": _nothing, "empty": "没有。"}  # fmt: skip
    return BoardPanel(**{**plain, **more})  # type: ignore[arg-type]


@pytest.fixture
def only() -> Iterator[list[BoardPanel]]:
    """The boards with the panels of the test alone."""
    former = list(declared._panels)
    declared._panels[:] = []
    yield declared._panels
    declared._panels[:] = former


@pytest.mark.pure
def test_boards_are_one_and_five_and_name_what_there_is() -> None:
    assert len(BOARDS) == 6
    assert not BOARDS["general"].kinds
    assert not BOARDS["general"].hazards
    for one in BOARDS.values():
        assert set(one.kinds) <= kinds().keys()
        assert one.slug == "general" or one.kinds


@pytest.mark.pure
def test_a_sign_without_a_word_is_no_line() -> None:
    with pytest.raises(ValueError, match="sign without a word"):
        PanelLine(title="示例", value="1", sign="red")


@pytest.mark.pure
def test_faults_of_panels_are_said() -> None:
    assert faults([_panel(boards=("moon",))]) == ["board panel 'x': no board 'moon'"]
    assert faults([_panel(), _panel()]) == ["board panel 'x' is declared twice"]
    assert faults(declared._panels) == []
    assert {slug for panel in declared._panels for slug in panel.boards} == set(BOARDS)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["duty", "leader", "commander", "officer", "regulator", "auditor"])
@pytest.mark.parametrize("slug", list(BOARDS))
def test_every_board_opens_in_an_empty_district(cast: Cast, slug: str, who: str) -> None:
    client = cast.client(who)
    page = client.get(ADDRESSES[slug])
    assert page.status_code == 200
    text = page.content.decode()
    for word in ("现在", "任务", "资源", "通报", "没有在办的事件，所以没有任务。"):
        assert word in text
    assert client.get(ADDRESSES[slug], {"wall": "1"}).status_code == 200
    assert client.get(f"/command/boards/{slug}/map.svg").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["street", "head", "worker", "expert", "team", "keeper", "school", "admin"])
def test_others_are_refused(cast: Cast, who: str) -> None:
    client = cast.client(who)
    for address in (*ADDRESSES.values(), "/command/boards/flood/live/", "/command/boards/flood/map.svg"):
        assert client.get(address).status_code == 403


@pytest.mark.django_db
def test_a_board_that_is_none(cast: Cast) -> None:
    assert cast.client("duty").get("/command/boards/moon/live/").status_code == 404
    assert cast.client("duty").get("/command/boards/moon/map.svg").status_code == 404


@pytest.mark.django_db
def test_a_panel_asks_for_its_own_permission(cast: Cast, only: list[BoardPanel]) -> None:
    only.append(_panel(slug="mine", title="值班栏", permission="duty.plan", lines=_seven))  # fmt: skip
    assert LINE in cast.client("duty").get(ADDRESSES["flood"]).content.decode()
    text = cast.client("leader").get(ADDRESSES["flood"]).content.decode()
    assert LINE not in text
    assert "您的岗位不能看：" in text
    assert "值班栏" in text
    assert LINE not in cast.client("duty").get(ADDRESSES["earthquake"]).content.decode()


@pytest.mark.django_db
def test_what_one_can_do_is_offered_to_who_may(cast: Cast) -> None:
    assert "/earthquakes/new/" in cast.client("duty").get(ADDRESSES["earthquake"]).content.decode()
    assert "/earthquakes/new/" not in cast.client("auditor").get(ADDRESSES["earthquake"]).content.decode()


@pytest.mark.django_db
def test_incidents_stand_on_their_boards_with_what_is_late(cast: Cast) -> None:
    incident = support.assessed(cast)
    version = support.plan(cast)
    chief = cast.actor("commander")
    tasking.activate(actor=chief, incident=incident, version=version, scenario="downpour", level=3, at=cast.at)
    tasking.send_due(cast.at)
    at = cast.at + timedelta(minutes=30)
    for slug, there in (("general", True), ("flood", True), ("disaster", True), ("geological", False), ("work_safety", False)):  # fmt: skip
        told = overview.picture(BOARDS[slug], cast.actor("duty"), at)
        assert bool(told.incidents) is there
        assert bool(told.late) is there
    told = overview.picture(BOARDS["flood"], cast.actor("duty"), at)
    assert told.incidents[0].level == "Ⅲ级响应"
    assert told.incidents[0].elapsed == timedelta(minutes=30)
    assert told.tasks[0].late
    assert told.late == told.incidents[0].late
    assert {one.title: one.value for one in told.cells}["超时任务"] == str(told.late)


@pytest.mark.django_db
def test_a_drill_is_counted_apart(cast: Cast) -> None:
    support.flood(cast, mode="drill")
    told = overview.picture(BOARDS["general"], cast.actor("duty"), cast.at)
    assert not told.incidents
    assert told.drills == 1


@pytest.mark.django_db
def test_live_answers_204_until_something_changes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.at)
    client = cast.client("duty")
    first = client.get("/command/boards/flood/live/")
    assert first.status_code == 200
    known = re.search(r"known=(\w+)", first.content.decode())
    assert known
    told = overview.picture(BOARDS["flood"], cast.actor("duty"), cast.at)
    assert overview.picture(BOARDS["flood"], cast.actor("duty"), cast.at).known == told.known
    support.flood(cast)
    assert overview.picture(BOARDS["flood"], cast.actor("duty"), cast.at).known != told.known
    again = client.get("/command/boards/flood/live/", {"known": known.group(1)})
    assert again.status_code == 200
    assert "示例路下沉桥" in again.content.decode()
    moment = re.search(r"known=(\w+)", again.content.decode())
    assert moment
    assert client.get("/command/boards/flood/live/", {"known": moment.group(1)}).status_code == 204


@pytest.mark.django_db
def test_the_wall_has_no_names_and_nothing_to_press(cast: Cast) -> None:
    holder, now = cast.posts["duty"], clock.now()
    DutyShift.objects.create(
        post="duty", organisation=holder.organisation, person=holder.person, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=8)
    )  # fmt: skip
    page = cast.client("leader").get(ADDRESSES["general"]).content.decode()
    assert "示例·duty" in page
    wall = cast.client("leader").get(ADDRESSES["general"], {"wall": "1"}).content.decode()
    assert "值班长" in wall
    body = wall[wall.index("<body") :]
    assert "示例·" not in body
    assert not re.search(r"<(button|a|form|input)\b", body)


@pytest.mark.django_db
def test_the_wall_says_how_much_it_leaves_out(cast: Cast, only: list[BoardPanel]) -> None:
    only += [_panel(slug=f"p{number}", title=f"第{number}栏", lines=_many if number == 8 else _nothing) for number in range(9)]  # fmt: skip
    wall = cast.client("leader").get(ADDRESSES["flood"], {"wall": "1"}).content.decode()
    assert "4 / 14" in wall
    assert "没有上墙的栏：第6栏、第7栏" in wall  # what has lines comes before what has none
    assert wall.count('class="panel"') == 8


@pytest.mark.django_db
def test_forces_whose_number_nobody_said_make_the_sum_a_least(cast: Cast) -> None:
    incident, duty = support.flood(cast), cast.actor("duty")
    for key, people in (("a", 12), ("b", None)):
        saying.resource(actor=duty, incident=incident, kind="team", key=key, organisation=cast.emergency.pk, title=f"示例{key}队", state="on_scene", people=people, at=cast.at)  # fmt: skip
    told = overview.picture(BOARDS["flood"], duty, cast.at)
    assert {one.title: one.value for one in told.cells}["出动力量"] == "≥12"


@pytest.mark.django_db
def test_a_loaded_loss_model_speaks_on_the_earthquake_board(cast: Cast) -> None:
    text = cast.client("duty").get(ADDRESSES["earthquake"]).content.decode()
    assert "没有装入" in text
    declared._losses[:] = [LossModel(title="示例模型", source="示例", lines=_nothing)]
    try:
        assert "没有装入" not in cast.client("duty").get(ADDRESSES["earthquake"]).content.decode()
    finally:
        declared._losses[:] = []
