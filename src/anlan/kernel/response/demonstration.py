"""The command's part of the demonstration (示例): the set of plans, and the downpour of the story."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import msgspec

from anlan.kernel.access.demonstration import people, units
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.response import cards, log
from anlan.kernel.response.actions import command, drills, intake, plans, reports, saying, tasking
from anlan.kernel.response.cards import Book
from anlan.kernel.response.models import ContingencyPlan, Incident, PlanVersion

LIBRARY = Path(__file__).with_name("library")
SET = 22  # beside the overall plan
_DRILL = uuid5(NAMESPACE_URL, "anlan:demonstration:drill")
_KEY = uuid5(NAMESPACE_URL, "anlan:demonstration:downpour")


def book(slug: str) -> Book:
    """A worked-out plan of the library."""
    return msgspec.convert(tomllib.loads((LIBRARY / f"{slug}.toml").read_text(encoding="utf-8")), Book)


def demo(at: datetime) -> None:
    """The set of plans."""
    there = units()
    _set(there["SL"], there["SL-B11"], people(), at)


def story(at: datetime) -> None:
    """The downpour; after the packs have brought roster, teams, stock and shelters."""
    there, actors = units(), people()
    if not Incident.objects.filter(key=_KEY).exists():
        _downpour(there, actors, at)
    if Incident.objects.filter(key=_DRILL).exists():
        return
    drills.start(
        actor=actors["planner"], organisation=there["SL"], title="示例防汛双盲演练", kind="flood", place="示例路下沉桥", at=at, is_demo=True, key=_DRILL,
        script=drills.read((LIBRARY / "drill_flood.toml").read_text(encoding="utf-8")), streets=(there["SL-S01"],),
    )  # fmt: skip


def _set(district: Organisation, bureau: Organisation, actors: dict[str, Actor], at: datetime) -> None:
    named = tomllib.loads((LIBRARY / "set.toml").read_text(encoding="utf-8"))
    rows = [
        plans.name_plan(
            actor=SYSTEM, slug=one["slug"], title=one["title"], organisation=district if one["slug"] == "overall" else bureau, at=at, position=number,
            kinds=tuple(one["kinds"]), source=named["source"], is_demo=True,
        )
        for number, one in enumerate(named["plan"])
    ]  # fmt: skip
    for number in range(len(rows), SET + 1):
        plans.name_plan(
            actor=SYSTEM, slug=f"unnamed-{number}", title=f"专项预案（未列名之{number - len(rows) + 1}）", organisation=bureau, at=at, position=number, named=False,
            source="规划写“1+22”，未逐一列名", is_demo=True,
        )  # fmt: skip
    for slug in ("flood", "hazchem"):
        plan = ContingencyPlan.objects.get(slug=slug)
        if not plan.versions.exists():
            version = plans.take_in(actor=actors["commander"], plan=plan, text=cards.written(book(slug)), at=at)
            plans.publish(actor=actors["commander"], version=version, at=at)


def _downpour(there: dict[str, Organisation], actors: dict[str, Actor], at: datetime) -> None:
    """The downpour, an hour and three quarters in: plan Ⅲ, the first reports sent, some tasks done, some late."""
    start = at - timedelta(minutes=106)

    def minute(number: int) -> datetime:
        return start + timedelta(minutes=number)

    duty, commander, street, team = actors["duty"], actors["commander"], actors["street"], actors["team"]
    streets = tuple(one for one in (there.get(code) for code in ("SL-S01", "SL-S02", "SL-S03")) if one)
    incident = intake.open_incident(
        actor=duty, organisation=there["SL"], place="示例路下沉桥一带", kind="flood", source="市民来电", at=minute(0), counts={"trapped": 2}, key=_KEY,
        title="示例片区短时强降雨积水", longitude=streets[0].longitude or 117.2, latitude=streets[0].latitude or 39.16, streets=streets, is_demo=True,
    )  # fmt: skip
    for post, who in (("duty", duty), ("commander", commander)):
        command.take_post(actor=who, incident=incident, post=post, at=minute(2))
    command.move(actor=duty, incident=incident, move="verify", at=minute(6))
    command.decide_colour(actor=duty, incident=incident, colour=2, at=minute(8), reason="示例气象台发布暴雨橙色预警")
    command.decide_grade(actor=duty, incident=incident, grade=4, at=minute(10))
    command.move(actor=duty, incident=incident, move="assess", at=minute(12))
    saying.fact(actor=duty, incident=incident, values={"affected": 640, "trapped": 0}, at=minute(15))
    version = PlanVersion.objects.get(plan__slug="flood", state="published")
    tasking.activate(actor=commander, incident=incident, version=version, scenario="downpour", level=3, at=minute(20))
    first = reports.draft(actor=duty, incident=incident, stage="first", at=minute(30))
    reports.sign(actor=commander, report=first, at=minute(33), explanation="两名被困人员已救出")
    reports.send(actor=duty, report=first, to="市应急指挥中心（示例）", at=minute(35))
    _work(incident, actors, start)
    saying.resource(
        actor=team, incident=incident, kind="team", key="demo-team-1", title="示例排水抢险队", organisation=there["SL-B11"].pk, state="on_scene", at=minute(52), people=18
    )  # fmt: skip
    reports.draft_press(actor=duty, incident=incident, at=minute(60))
    saying.note(actor=street, incident=incident, text="六号路积水 42 厘米，仍上涨", at=minute(70))
    saying.fact(actor=street, incident=incident, values={"evacuated": 38}, at=minute(80))


SLOW = ("R01", "F04")  # what is late in the story


def _work(incident: Incident, actors: dict[str, Actor], start: datetime) -> None:
    """Minute by minute: what is sent is accepted by whom it went to, and finished shortly before its end; two are late."""
    persons = {one.person_id: one for one in actors.values()}
    for minute in range(22, 106, 4):
        at = start + timedelta(minutes=minute)
        tasking.send_due(at)
        for task in list(log.board(incident).open_tasks()):
            who = persons.get(task.person) or actors["commander"]
            if task.state == "sent" and task.sent_at and task.sent_at + timedelta(minutes=2) <= at:
                tasking.progress(actor=who, incident=incident, task=task.key, state="accepted", at=at)
            elif task.state == "accepted" and task.card not in SLOW and task.due_at - timedelta(minutes=8) <= at:
                tasking.progress(
                    actor=who, incident=incident, task=task.key, state="done", at=at, ticked=task.checklist
                )
