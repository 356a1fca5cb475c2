"""The live stream: who hears what, once and in order, also after a cut line."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.db import connection, transaction
from tests.support.cast import Cast

from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.journal.sealing import seal_all
from anlan.kernel.response.tests.support import flood
from anlan.server.desk import live

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@transaction.atomic
def _write(cast: Cast, kind: str, number: int, path: str) -> None:
    record(actor=cast.actor("planner"), verb="x.y", subject_kind=kind, subject_id=number, at=cast.at, org_path=path)


async def _heard(
    actor: Actor, seq: int | None, until: int, ready: asyncio.Event | None = None
) -> list[tuple[int, str, str]]:
    """(number, kind, id) of the entries told, up to a number; `ready` is set when the line stands."""
    found: list[tuple[int, str, str]] = []
    place = ""
    async for text in live._stream(actor, seq, None):
        lines = dict(line.split(": ", 1) for line in text.strip().splitlines())
        if lines.get("event") == "beat" and ready is not None:
            ready.set()
        place = lines.get("id", place)
        if lines.get("event") == "entry":
            told: dict[str, Any] = json.loads(lines["data"])
            found.append((int(lines["id"].split(".")[0]), told["kind"], told["id"]))
        if place and int(place.split(".")[0]) >= until:
            return found
    raise AssertionError("the stream ended")


def _seal(cast: Cast) -> None:
    seal_all(cast.at)
    connection.close()


async def _play(cast: Cast, street: Actor, worker: Actor, incident: int) -> None:
    start = live._end()
    loop = asyncio.get_running_loop()
    ready = [asyncio.Event(), asyncio.Event()]
    heard = [
        asyncio.create_task(_heard(one, None, start + 4, flag))
        for one, flag in zip((street, worker), ready, strict=True)
    ]
    await asyncio.wait_for(asyncio.gather(*(one.wait() for one in ready)), 20)
    for kind, number, path in (
        ("a", 1, ""),
        ("b", 2, street.path),
        ("incident", incident, cast.emergency.path),
        ("c", 4, cast.education.path),
    ):
        await loop.run_in_executor(None, _write, cast, kind, number, path)
    await loop.run_in_executor(None, _seal, cast)
    first, second = await asyncio.wait_for(asyncio.gather(*heard), 20)
    assert first == [(start + 1, "a", "1"), (start + 2, "b", "2"), (start + 3, "incident", str(incident))]
    assert second == [(start + 1, "a", "1")]  # not of a case in another's house, nor of an incident that is not theirs
    # A line cut after the first entry goes on with the second, and a new one hears nothing old.
    again = await asyncio.wait_for(_heard(street, start + 1, start + 4), 20)
    assert again == first[1:]


def test_who_hears_what_once_and_in_order(cast: Cast) -> None:
    incident = flood(cast)
    incident.members.get_or_create(organisation=cast.street, defaults={"since": cast.at})
    _seal(cast)
    asyncio.run(_play(cast, cast.actor("street"), cast.actor("worker"), incident.pk))
