"""The board of then is the board that was seen then; what came later is not on it. And the pages."""

from __future__ import annotations

import random
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework import declared
from anlan.kernel.casework.actions import open_case
from anlan.kernel.response import candidates, log
from anlan.kernel.response.actions import command, intake, reports, saying, tasking
from anlan.kernel.response.models import Incident
from anlan.kernel.response.tests.support import assessed, plan, shift

pytestmark = pytest.mark.django_db


def _live(cast: Cast) -> tuple[Incident, dict[datetime, dict[str, Any]]]:
    """An hour of a response; after every act the board as it stood is kept."""
    incident, version = assessed(cast), plan(cast)
    shift(cast, "team", "rescue")
    duty, commander = cast.actor("duty"), cast.actor("commander")
    taken: dict[datetime, dict[str, Any]] = {}
    dice = random.Random(7)
    tasking.activate(
        actor=commander,
        incident=incident,
        version=version,
        scenario="downpour",
        level=3,
        at=cast.at + timedelta(minutes=1),
    )
    for minute in range(2, 62):
        at = cast.at + timedelta(minutes=minute)
        act = dice.randrange(6)
        if act == 0:
            saying.note(actor=duty, incident=incident, text=f"第{minute}分", at=at)
        elif act == 1:
            saying.fact(
                actor=duty,
                incident=incident,
                values={"evacuated": minute * 10},
                at=at,
                occurred_at=at - timedelta(minutes=dice.randrange(30)),
            )
        elif act == 2:
            tasking.climb(at)
        elif act == 3:
            last = incident.entries.filter(kind__in=("note", "fact")).order_by("-seq").first()
            if last and last.pk not in log.board(incident).struck:
                saying.strike(actor=duty, incident=incident, entry=last.pk, reason="记错", at=at)
        elif act == 4:
            saying.resource(
                actor=duty,
                incident=incident,
                kind="team",
                key="t",
                title="一队",
                organisation=cast.emergency.pk,
                state="moving",
                at=at,
            )
        elif minute == 30 or act == 5:
            command.decide_grade(
                actor=duty,
                incident=incident,
                grade=3 if (log.board(incident).grade or 4) == 4 else 4,
                at=at,
                reason="重定",
            )
        taken[at] = asdict(log.board(incident))
    return incident, taken


def test_thirty_random_instants_are_as_they_were_seen(cast: Cast) -> None:
    incident, taken = _live(cast)
    for at in random.Random(11).sample(sorted(taken), 30):
        assert asdict(log.board_at(incident, at)) == taken[at], at
    # A fact that is recorded later, though it happened earlier, is not on the board of then.
    middle = cast.at + timedelta(minutes=20)
    saying.fact(
        actor=cast.actor("duty"),
        incident=incident,
        values={"dead": 1},
        at=cast.at + timedelta(hours=3),
        occurred_at=middle,
    )
    assert "dead" not in log.board_at(incident, middle).counts
    assert log.board(incident).count("dead") == 1


def test_the_pages_of_an_incident(cast: Cast) -> None:
    incident, _taken = _live(cast)
    first = reports.draft(actor=cast.actor("duty"), incident=incident, stage="first", at=cast.at + timedelta(hours=2))
    reports.sign(actor=cast.actor("duty"), report=first, at=cast.at + timedelta(hours=2))
    client = cast.client("commander")
    root = f"/incidents/{incident.number}/"
    for path in (
        "/command/", "/command/?show=all&q=桥", "/incidents/new/", root, f"{root}live/?known=0-0", f"{root}wall/", f"{root}map.svg", f"{root}plan/?level=2", f"{root}log/",
        f"{root}log/?kind=fact", f"{root}log/export/?form=csv", f"{root}reports/", f"{root}reports/1/", f"{root}reports/1/file/?form=docx", f"{root}replay/",
        f"{root}replay/?at=2025-07-25T14:50:00&part=1", f"{root}replay/?at=x", f"{root}review/", f"{root}bundle/", f"{root}tasks/A1/", "/command/plans/", "/command/plans/flood/",
        "/command/plans/flood/1.json", "/public/notices/",
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
    assert cast.client("school").get(root).status_code == 404  # it does not concern the school
    assert cast.client("worker").get(root).status_code == 403
    known = client.get(root).context["known"]
    assert client.get(f"{root}live/?known={known}").status_code in (200, 204)


def test_a_public_report_fills_the_form_and_becomes_one_incident(cast: Cast) -> None:
    case = open_case(
        actor=cast.actor("safety"), process=declared.process("hidden_danger"), owner=cast.enterprise, title="冷库甲氨味重", place="冷库甲", source="alarm", at=cast.at,
        kind=next(iter(declared.process("hidden_danger").kinds or {"": ""})),
    )  # fmt: skip
    (found,) = [one for one in candidates.candidates(SYSTEM, cast.at) if one.link == f"case:{case.number}"]
    incident = intake.open_incident(
        actor=cast.actor("duty"),
        organisation=cast.district,
        place=found.place,
        kind="hazchem",
        source=found.source,
        at=cast.at,
        link={"link": found.link, "title": found.title},
    )
    assert [one["title"] for one in log.board(incident).links] == ["冷库甲氨味重"]
    assert candidates.find(SYSTEM, cast.at, found.link) is None  # it is one


def test_the_forms_of_the_board(cast: Cast) -> None:
    incident = assessed(cast)
    client, root = cast.client("duty"), f"/incidents/{incident.number}/"
    assert client.post(f"{root}do/note/", {"text": "水到膝盖"}).status_code == 302
    assert client.post(f"{root}do/take/", {"post": "duty"}).status_code == 302
    for word, values, said in (
        ("note", {"text": " "}, "没有写内容"), ("fact", {"dead": "-1"}, "不小于 0"), ("fact", {}, "没有填"), ("grade", {"grade": "9"}, "没有选事件分级"),
        ("refuse", {"proposal": "x", "reason": "y"}, "已经不在"), ("order", {"title": "看", "post": "duty", "minutes": "0"}, "时限"),
        ("order", {"title": "看", "post": "duty", "minutes": "10", "organisation-said": "没有"}, "这个单位"), ("offer", {"post": "duty", "to": "999"}, "没有选交给谁"),
        ("strike", {"entry": "x"}, "没有这条记录"), ("correct", {}, "没有要更正"), ("correct", {"longitude": "500", "latitude": "1"}, "不在国内"),
        ("respond", {"level": "3"}, "总指挥"), ("opinion", {"text": "x"}, "在哪里看到"), ("withdraw", {"task": "zz", "reason": "x"}, "没有这项任务"),
        ("note", {"text": "x" * 2001}, "超过 2000"), ("note", {"text": "甲", "occurred_at": "昨天"}, "时间读不出"), ("end", {"reason": "x"}, "现在不能"),
    ):  # fmt: skip
        answer = client.post(f"{root}do/{word}/", values)
        assert answer.status_code in (403, 404, 409, 422), (word, answer.status_code)
        assert said in answer.content.decode(), (word, values)
    assert client.post(f"{root}do/nothing/").status_code == 404
    assert client.post("/incidents/new/", {"place": "", "kind": "flood"}).status_code == 422
    assert "没有写在哪里" in client.post("/incidents/new/", {"place": "", "kind": "flood"}).content.decode()
    assert (
        client.post("/incidents/new/", {"place": "某路", "kind": "fire", "source": "电话", "trapped": "1"}).status_code
        == 302
    )
    assert client.post("/command/plans/none/do/import/").status_code in (403, 404)
