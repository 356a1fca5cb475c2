"""What the pages share: forms read, refusals shown where they happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.response import queries as response
from anlan.kernel.response.models import Incident
from anlan.packs.safety.relief import queries
from anlan.packs.safety.relief.models import Household, Opening

T = "packs/safety/relief/"


def status(refused: Refused | None) -> int:
    return STATUS.get(refused.code, 422) if refused else 200


def tried(request: Request, act: Callable[[], str]) -> Refused | None:
    """Do it and say so; a refusal comes back to be shown where it happened."""
    try:
        messages.success(request, act())
    except Refused as refused:
        if refused.code in ("sign_in", "second_factor", "not_found"):
            raise
        return refused
    return None


def moment(text: str) -> datetime | None:
    """What a field of date and time sends; civil time."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=CHINA)
    except ValueError:
        raise Refused("claimed", "时间写成 2026-01-31 08:30 这样，没有就空着。", "claimed") from None


def private(response_: HttpResponse) -> HttpResponse:
    """Not kept by any browser or proxy on the way."""
    response_["Cache-Control"] = "no-store"
    return response_


def incident(request: Request, number: str) -> Incident:
    return response.incident(request.actor, number)


def clock_context(found: Incident, at: datetime) -> dict[str, Any]:
    """The limit of an incident, on its own time."""
    now = found.now(at)
    deadline = queries.deadline_of(found)
    return {
        "incident": found, "moment_now": now, "deadline": deadline, "passed": now > deadline, "rule": queries.clock_of(found),
        "other": queries.clock_of(found, counts=False),
    }  # fmt: skip


def streets() -> QuerySet[Organisation]:
    return Organisation.objects.filter(kind="street", closed_on=None).order_by("path")


def taking(found: Incident) -> list[Opening]:
    """The openings that take people now."""
    return list(queries.openings(found).filter(state="open"))


def version(request: Request, row: Household) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else row.version
