"""Words of the agents about command: an incident ready to respond, its activation, and what is there afterwards."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from uuid import UUID

from django.db import transaction

from anlan.kernel.access.models import Post
from anlan.kernel.journal.models import Entry
from anlan.kernel.response import log
from anlan.kernel.response.actions import tasking
from anlan.kernel.response.models import Incident, Member, PlanVersion, Task
from anlan.kernel.response.tests.support import assessed, plan
from tests.support.cast import Cast, make_cast

KEY = UUID("6b1d7c62-5b0a-4c55-9d5e-2f6d8f0c0a11")


def ready() -> int:
    """A district, a roster, a plan, an incident that was assessed."""
    with transaction.atomic():
        cast = make_cast()
        plan(cast)
        assessed(cast)
    return 0


def _cast() -> Cast:
    incident = Incident.objects.get()
    posts = {one.person.username: one for one in Post.objects.select_related("person", "organisation")}
    named = dict.fromkeys(
        ("district", "emergency", "environment", "street", "enterprise", "education", "school"),
        posts["duty"].organisation,
    )
    return Cast(incident.opened_at, *named.values(), posts)


def activate() -> int:
    """Sign the activation, always with the same key: again it changes nothing."""
    incident, cast = Incident.objects.get(), _cast()
    tasking.activate(
        actor=cast.actor("commander"),
        incident=incident,
        version=PlanVersion.objects.get(),
        scenario="downpour",
        level=3,
        at=cast.at,
        key=KEY,
    )
    return 0


def look() -> int:
    """What is there, and whether the rows are what the log says, as one line of JSON."""
    incident = Incident.objects.get()
    before = sorted(Task.objects.values_list("key", "state")), incident.state, incident.level, Member.objects.count()
    folded = log.fold_all(incident)
    rows = sorted((key, one.state) for key, one in folded.tasks.items()), folded.state, folded.level, before[3]
    told = {
        "entries": incident.entries.count(), "journal": Entry.objects.filter(verb="response.plan").count(), "tasks": before[0], "state": incident.state,
        "fault": log.verify(incident), "same": list(before) == list(rows), "board": len(asdict(folded)["tasks"]),
    }  # fmt: skip
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


WORDS: dict[str, Callable[..., int]] = {"command-ready": ready, "command-activate": activate, "command-look": look}
