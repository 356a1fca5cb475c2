"""The database takes nothing any more: boards, logs and replays still read; who writes is told so, and nothing is lost of what stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.urls import reverse
from tests.support.cast import Cast

from anlan.kernel.response import log
from anlan.kernel.response.actions import tasking
from anlan.kernel.response.tests.support import assessed, plan, shift

pytestmark = pytest.mark.django_db


@contextmanager
def read_only() -> Iterator[None]:
    """What a database that was set read-only, or whose disk was, looks like from inside."""
    lite = connection.vendor == "sqlite"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON" if lite else "SET TRANSACTION READ ONLY")
        try:
            yield
        finally:
            if lite:
                cursor.execute("PRAGMA query_only = OFF")
            transaction.set_rollback(True)  # PostgreSQL: what comes after may write again


def test_boards_still_read_and_who_writes_is_told(cast: Cast) -> None:
    incident, version = assessed(cast), plan(cast)
    shift(cast, "team", "rescue")
    tasking.activate(
        actor=cast.actor("commander"), incident=incident, version=version, scenario="downpour", level=3, at=cast.at
    )
    duty = cast.client("duty")
    log.forget()  # a process that has just started
    with read_only():
        for name in (
            "incident",
            "incident_live",
            "incident_wall",
            "incident_log",
            "incident_replay",
            "incident_review",
            "incident_bundle",
        ):
            assert duty.get(reverse(name, args=[incident.number])).status_code == 200, name
        task = duty.get(reverse("incident_task", args=[incident.number, "A1"]))
        assert "通知各岗位到位" in task.content.decode()
        assert duty.get(reverse("incidents")).status_code == 200
        answer = duty.post(reverse("incident_act", args=[incident.number, "note"]), {"text": "水深 40 厘米"})
        assert answer.status_code == 503
        assert "现在只能看，不能记" in answer.content.decode()
