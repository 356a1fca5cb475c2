"""In a process of its own, on the database the environment names: fifty live incidents with their logs, then the pages and an activation.

Usage: command_program.py INCIDENTS ENTRIES CARDS. Prints one line of JSON with seconds, five runs each.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.core.management import call_command
from django.test import Client
from tests.support.cast import Cast, make_cast

from anlan.base import clock
from anlan.kernel.response import cards, log
from anlan.kernel.response.actions import command, intake, tasking
from anlan.kernel.response.cards import Book, Card, Phase, PlaceRule, Scenario
from anlan.kernel.response.log import Draft
from anlan.kernel.response.models import ContingencyPlan, DutyShift, Incident, LogEntry, PlanVersion
from anlan.kernel.response.types import POSTS

RUNS = 5


def plan(cast: Cast, number: int) -> PlanVersion:
    posts = list(POSTS)
    some = tuple(
        Card(
            id=f"C{place:03d}", title=f"任务{place}", post=posts[place % len(posts)], start=place % 3 * 10, due=60 + place,
            after=(f"C{place - 7:03d}",) if place % 5 == 0 and place >= 7 else (), place=PlaceRule(rule="each", kind="street") if place % 10 == 9 else PlaceRule(),
        )
        for place in range(number)
    )  # fmt: skip
    book = Book(
        title="量测预案",
        edition="1",
        kinds=("flood",),
        scenarios=(Scenario(slug="s", title="量测", triggers=(), phases=(Phase(slug="p", title="全部", cards=some),)),),
    )
    text = cards.written(book)
    row = ContingencyPlan.objects.create(slug="bench", title=book.title, kinds=["flood"], organisation=cast.emergency)
    return PlanVersion.objects.create(
        plan=row,
        number=1,
        edition="1",
        text=text,
        hash=cards.digest(text),
        state="published",
        made_at=clock.now(),
        made_by="量测",
    )


def incident(cast: Cast, number: int, *, assessed: bool) -> Incident:
    at = clock.now() - timedelta(hours=6)
    made = intake.open_incident(
        actor=cast.actor("duty"),
        organisation=cast.district,
        place=f"某路{number}号",
        kind="flood",
        source="量测",
        at=at,
        streets=(cast.street,),
    )
    if assessed:
        duty = cast.actor("duty")
        command.move(actor=duty, incident=made, move="verify", at=at)
        command.decide_grade(actor=duty, incident=made, grade=4, at=at)
        command.move(actor=duty, incident=made, move="assess", at=at)
    return made


def fill(cast: Cast, made: Incident, entries: int) -> None:
    """Entries as the log writes them, many at once: notes, counts, teams."""
    dice, actor, first = random.Random(made.pk), cast.actor("duty"), clock.now() - timedelta(hours=5)
    rows = []
    while made.seq < entries:
        at = first + timedelta(seconds=made.seq * 4)
        kind = dice.choice(("note", "note", "note", "fact", "resource"))
        payload: dict[str, Any] = {
            "note": {"text": f"第 {made.seq} 条情况，水位仍在上涨"}, "fact": {"values": {"evacuated": made.seq}},
            "resource": {"kind": "team", "key": f"t{made.seq % 20}", "title": f"队{made.seq % 20}", "organisation": cast.emergency.pk, "state": dice.choice(("moving", "on_scene", "working"))},
        }[kind]  # fmt: skip
        entry = log.sealed(actor, made, Draft(kind=kind, payload=payload), at)
        made.seq, made.head = entry.seq, entry.hash
        rows.append(entry)
    LogEntry.objects.bulk_create(rows, batch_size=2000)
    log.project(made, log.fold_all(made), clock.now())


def timed(act: Callable[[], object]) -> list[float]:
    found = []
    for _each in range(RUNS):
        start = time.perf_counter()
        act()
        found.append(time.perf_counter() - start)
    return found


def main() -> None:
    incidents, entries, number = (int(word) for word in sys.argv[1:4])
    call_command("migrate", verbosity=0)
    cast, at = make_cast(), clock.now()
    for who, post in (("duty", "duty"), ("commander", "commander"), ("team", "rescue"), ("officer", "coordination")):
        holder = cast.posts[who]
        DutyShift.objects.create(
            post=post,
            organisation=holder.organisation,
            person=holder.person,
            starts_at=at - timedelta(days=1),
            ends_at=at + timedelta(days=1),
        )
    version = plan(cast, number)
    live = [incident(cast, one, assessed=False) for one in range(incidents)]
    for one in live:
        fill(cast, one, entries)
    client: Client = cast.client("commander")
    dice = random.Random(3)

    def get(path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)

    def cold() -> None:
        log.forget()
        get(f"/incidents/{dice.choice(live).number}/")

    first = live[0]
    get(f"/incidents/{first.number}/")
    found = {
        "cold": timed(cold), "board": timed(lambda: get(f"/incidents/{first.number}/")),
        "replay": timed(lambda: get(f"/incidents/{dice.choice(live).number}/replay/?part=1&at={(at - timedelta(minutes=dice.randrange(300))).strftime('%Y-%m-%dT%H:%M:%S')}")),
        "activate": [], "tasks": 0, "entries": LogEntry.objects.count(),
    }  # fmt: skip
    for one in range(RUNS):
        ready = incident(cast, 1000 + one, assessed=True)
        start = time.perf_counter()
        tasking.activate(
            actor=cast.actor("commander"),
            incident=ready,
            version=version,
            scenario="s",
            level=3,
            at=clock.now(),
            key=uuid4(),
        )
        found["activate"].append(time.perf_counter() - start)
        found["tasks"] = ready.tasks.count()
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
