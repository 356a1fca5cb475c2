"""The ledger: rows with what has become of them, and the two rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import queries as casework
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.inspector_rectification.rules import SLUG, STATES

WAITING = "待立案"


@dataclass(frozen=True)
class Line:
    """One row of the ledger. `late`: past its day and not closed, or closed after it."""

    item: InspectorItem
    state: str
    closed_on: date | None
    late: bool

    @property
    def done(self) -> bool:
        return self.closed_on is not None


def visible(actor: Actor) -> QuerySet[InspectorItem]:
    """The rows of whoever keeps the list, and those whose case the person may see."""
    mine = Q(case__in=casework.visible(actor, SLUG).values("pk"))
    rows = InspectorItem.objects.filter(retired_on=None).select_related(
        "case__owner", "case__issuer", "case__holder", "organisation"
    )
    return policy.visible_to(actor, f"{SLUG}.read", rows, "organisation__path", also=mine)


def line(item: InspectorItem, today: date) -> Line:
    case = item.case
    closed = civil_date(case.closed_at) if case and case.state == "closed" and case.closed_at else None
    late = (closed or today) > item.target_on
    return Line(item, STATES[case.state] if case else WAITING, closed, late)


def ledger(actor: Actor, asked: Mapping[str, str], today: date) -> list[Line]:
    rows = visible(actor)
    for name in ("round", "kind"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name][:40]})
    state = asked.get("state", "")
    if state == "waiting":
        rows = rows.filter(case=None)
    elif state:
        rows = rows.filter(case__state=state[:20])
    if words := asked.get("q", "").strip()[:80]:
        rows = rows.filter(Q(problem__contains=words) | Q(code=words) | Q(responsible__contains=words))
    lines = [line(one, today) for one in rows.order_by("target_on", "code")]
    return [one for one in lines if one.late] if asked.get("late") else lines


@dataclass(frozen=True)
class Rates:
    """`due`: whose day has come by then; void ones are left out."""

    total: int
    closed: int
    due: int
    on_time: int

    @property
    def closed_rate(self) -> Decimal | None:
        return share(self.closed, self.total)

    @property
    def on_time_rate(self) -> Decimal | None:
        return share(self.on_time, self.due)


def share(part: int, whole: int) -> Decimal | None:
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else None


def rates(on: date) -> Rates:
    """Of the whole register, as it stood on a day: closed afterwards counts as open."""
    rows = (
        InspectorItem.objects.filter(retired_on=None, received_on__lte=on)
        .exclude(case__state__in=("void", "merged"))
        .select_related("case")
    )
    lines = [line(one, on) for one in rows]
    closed = [one for one in lines if one.closed_on and one.closed_on <= on]
    due = [one for one in lines if one.item.target_on <= on]
    on_time = [one for one in due if one.closed_on and one.closed_on <= min(one.item.target_on, on)]
    return Rates(len(lines), len(closed), len(due), len(on_time))


def published() -> list[InspectorItem]:
    return list(
        InspectorItem.objects.filter(is_public=True, retired_on=None)
        .select_related("case")
        .order_by("target_on", "code")
    )
