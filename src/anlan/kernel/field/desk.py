"""What of the field waits for a person: entries kept whole because their form had changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.field import queries
from anlan.kernel.web.types import Waiting

SHOWN = 100


def waiting(actor: Actor, _at: datetime) -> Iterator[Waiting]:
    """Entries of one's own organisation and below that a person has to enter."""
    if not actor.path:
        return
    for row in queries.kept(actor).filter(organisation__path__startswith=actor.path)[:SHOWN]:
        yield Waiting(
            kind="现场记录", title=row.title or str(row), fact=row.sentence, sender=row.person.name, verb="核定",
            url=reverse("field_entry", args=[row.key]), started_at=row.received_at,
        )  # fmt: skip
