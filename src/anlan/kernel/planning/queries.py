"""Reads for pages, exports and reports; every one takes the viewer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.core.cache import cache
from django.db.models import Count, Model, Prefetch, Q, QuerySet, Sum

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.moves import Offer, offers
from anlan.kernel.access.types import Actor, Reason
from anlan.kernel.planning.models import Indicator, Money, Plan, Target, Task, TaskOwner, Terms
from anlan.kernel.planning.models.promises import OPEN_STATES
from anlan.kernel.planning.rules import LEAD_ONLY, MOVES, Alarm, alarms, clock_rule

M = TypeVar("M", bound=Model)
SORTS = {
    "order": ("plan_id", "order"),
    "due": ("due_on", "order"),
    "state": ("state", "order"),
    "percent": ("percent", "order"),
}


def plans(_viewer: Actor) -> QuerySet[Plan]:
    """Published plans are public; demonstration plans come last."""
    return Plan.objects.select_related("document").defer("document__reading").order_by("document__is_demo", "id")


def tasks(viewer: Actor, permission: str = "planning.read") -> QuerySet[Task]:
    """Tasks the viewer may see: the district's, or those their organisation owns or co-owns."""
    rows = Task.objects.filter(retired_on=None)
    return policy.visible_to(viewer, permission, rows, "owners__organisation__path")


def with_owners(rows: QuerySet[Task]) -> QuerySet[Task]:
    return rows.select_related("plan", "lead").prefetch_related(
        Prefetch("owners", TaskOwner.objects.select_related("organisation").order_by("order"))
    )


def with_owner_names(rows: QuerySet[Task]) -> QuerySet[Task]:
    """For a list: the printed departments only, one query for the page."""
    names = TaskOwner.objects.only("task_id", "order", "printed", "is_lead").order_by("order")
    return rows.prefetch_related(Prefetch("owners", names))


def by_number(rows: QuerySet[M], **wanted: str) -> QuerySet[M]:
    """Rows where each column is the number in the address; no rows for what is no number (or none a database holds)."""
    for name, word in wanted.items():
        if word:
            rows = rows.filter(**{name: int(word)}) if word.isdecimal() and len(word) < 10 else rows.none()
    return rows


def filtered(rows: QuerySet[Task], wanted: Mapping[str, str], today: date) -> QuerySet[Task]:
    """The list's filters, all from the URL; unknown values filter nothing out and nothing in."""
    rows = by_number(rows, plan_id=wanted.get("plan", ""), deadline_year=wanted.get("year", ""))
    for name in ("state", "deadline_kind"):
        if value := wanted.get(name, ""):
            rows = rows.filter(**{name: value})
    if unit := wanted.get("unit", ""):
        rows = rows.filter(pk__in=TaskOwner.objects.filter(printed=unit).values("task_id"))
    if flag := wanted.get("flag", ""):
        rows = rows.filter(flags__icontains=f'"{flag}"')
    if words := wanted.get("q", "").strip():
        rows = rows.filter(Q(title__contains=words) | Q(text__contains=words) | Q(number=words))
    return _late(rows, wanted.get("late", ""), today)


def quiet(today: date) -> Q:
    """Open tasks of which nothing was heard for the days of the clock rule."""
    since = today - timedelta(days=clock_rule(today).silent_days)
    return Q(state__in=OPEN_STATES) & (Q(reported_at__date__lt=since) | Q(reported_at=None, stored_at__date__lt=since))


def _late(rows: QuerySet[Task], late: str, today: date) -> QuerySet[Task]:
    match late:
        case "overdue":
            return rows.filter(due_on__lt=today, state__in=OPEN_STATES)
        case "silent":
            return rows.filter(quiet(today))
        case "year":
            return rows.filter(due_on__year=today.year, state__in=OPEN_STATES)
        case _:
            return rows


def task_alarms(task: Task, today: date) -> list[Alarm]:
    """The clocks of this task that have gone off by `today`."""
    heard = task.reported_at or task.stored_at
    return alarms(task.state, task.due_on, civil_date(heard), today)


def is_lead(task: Task, actor: Actor) -> bool:
    return task.lead is not None and bool(actor.path) and task.lead.path.startswith(actor.path)


def task_offers(task: Task, actor: Actor) -> list[Offer]:
    """现在可以做: the legal moves of the state; what only the lead may do says so to the others."""
    found = []
    for offer in offers(MOVES, task, actor):
        if offer.reason and offer.move.slug in LEAD_ONLY and not is_lead(task, actor):
            lead = task.lead.short_name if task.lead else "未对应单位"
            found.append(Offer(offer.move, Reason(False, f"由牵头单位{lead}办理。", offer.reason.holders)))
        else:
            found.append(offer)
    return found


def facts_at(kind: str, item_id: int, day: date) -> dict[str, Any]:
    """What an item said on a day; empty before it existed."""
    row = (
        Terms.objects.filter(kind=kind, item_id=item_id, effective_from__lte=day)
        .filter(Q(effective_to=None) | Q(effective_to__gt=day))
        .order_by("-effective_from", "-id")
        .first()
    )
    return dict(row.facts) if row else {}


def facts_of_plan_at(plan: Plan, kind: str, day: date) -> dict[int, dict[str, Any]]:
    """The terms of all of a plan's tasks or indicators on a day, by item id."""
    model = Task if kind == "task" else Indicator
    ids = model.objects.filter(plan=plan).values("pk")
    rows = Terms.objects.filter(kind=kind, item_id__in=ids, effective_from__lte=day).filter(
        Q(effective_to=None) | Q(effective_to__gt=day)
    )
    return {row.item_id: dict(row.facts) for row in rows.order_by("effective_from", "id")}


@dataclass(frozen=True)
class Purse:
    """Planned, allocated and spent yuan of one task or project, in a year or in all."""

    planned: Decimal
    allocated: Decimal
    spent: Decimal


def purse(rows: QuerySet[Money]) -> Purse:
    sums = {row["kind"]: row["total"] for row in rows.values("kind").annotate(total=Sum("amount")).order_by()}
    return Purse(*(sums.get(kind) or Decimal(0) for kind in ("planned", "allocated", "spent")))


def unattached(plan: Plan) -> QuerySet[Target]:
    return plan.targets.filter(retired_on=None, indicator=None, task=None, project=None)


def printed_departments() -> list[str]:
    """Every printed department, for the filter; read again a minute later at most, since only an import changes it."""
    return cast("list[str]", cache.get_or_set("planning:departments", _printed_departments, timeout=60))


def _printed_departments() -> list[str]:
    rows = TaskOwner.objects.filter(is_group=False).order_by("printed")
    return list(rows.values_list("printed", flat=True).distinct()[:200])


def unmatched_departments() -> list[dict[str, Any]]:
    """Printed names that no organisation bears, with how many tasks wait for it."""
    rows = TaskOwner.objects.filter(organisation=None, is_group=False, task__retired_on=None)
    return list(rows.values("printed").annotate(count=Count("id")).order_by("-count", "printed"))


@dataclass(frozen=True)
class Tally:
    """A plan at a glance."""

    plan: Plan
    tasks: int
    open: int
    overdue: int
    done: int
    indicators: int
    projects: int
    targets: int
    unattached: int


def tally(plan: Plan, today: date) -> Tally:
    rows = Task.objects.filter(plan=plan, retired_on=None)
    counts = rows.aggregate(
        tasks=Count("id"),
        open=Count("id", filter=Q(state__in=OPEN_STATES)),
        overdue=Count("id", filter=Q(state__in=OPEN_STATES, due_on__lt=today)),
        done=Count("id", filter=Q(state="confirmed")),
    )
    return Tally(
        plan=plan, **counts, indicators=plan.indicators.filter(retired_on=None).count(),
        projects=plan.projects.filter(retired_on=None).count(), targets=plan.targets.filter(retired_on=None).count(),
        unattached=unattached(plan).count(),
    )  # fmt: skip
