"""Reads of key projects and box items: what the viewer may see, milestones and money summed for a page, what may be done now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from anlan.kernel.access import policy
from anlan.kernel.access.moves import Offer, offers
from anlan.kernel.access.types import Actor, Reason
from anlan.kernel.planning.models import Milestone, Money, Project
from anlan.kernel.planning.queries import Purse, by_number
from anlan.kernel.planning.rules import PROJECT_MOVES


def projects(viewer: Actor) -> QuerySet[Project]:
    """Those the viewer's organisation leads or shares, and those nobody leads yet; the whole district for its staff."""
    shared = Q(lead=None) | Q(partners__path__startswith=viewer.path) if viewer.path else Q(lead=None)
    rows = policy.visible_to(
        viewer, "planning.read", Project.objects.filter(retired_on=None), "lead__path", also=shared
    )
    return rows.select_related("plan", "lead")


def filtered(rows: QuerySet[Project], wanted: Mapping[str, str], today: date) -> QuerySet[Project]:
    """The list's filters, all from the URL."""
    rows = by_number(rows, plan_id=wanted.get("plan", ""))
    for name in ("kind", "state"):
        if value := wanted.get(name, ""):
            rows = rows.filter(**{name: value})
    if words := wanted.get("q", "").strip():
        rows = rows.filter(Q(title__contains=words) | Q(text__contains=words))
    match wanted.get("late", ""):
        case "late":
            rows = rows.filter(Exists(late_milestones(today).filter(project=OuterRef("pk"))))
        case "unled":
            rows = rows.filter(lead=None)
    return rows.order_by("plan_id", "order")


def late_milestones(today: date) -> QuerySet[Milestone]:
    return Milestone.objects.filter(state="open", due_on__lt=today)


@dataclass(frozen=True)
class Line:
    """One project as the list shows it: milestones done of all, how many are late, the next open one, money in yuan."""

    project: Project
    steps: int
    done: int
    late: int
    purse: Purse

    @property
    def done_percent(self) -> int | None:
        return self.done * 100 // self.steps if self.steps else None

    @property
    def spent_percent(self) -> Decimal | None:
        return spent_share(self.purse)


def spent_share(purse: Purse) -> Decimal | None:
    """Spent of planned in per cent, to one decimal; None where nothing is planned."""
    return round(purse.spent * 100 / purse.planned, 1) if purse.planned else None


def lines(rows: Sequence[Project], today: date) -> list[Line]:
    """Two queries for the whole page."""
    ids = [one.pk for one in rows]
    steps = {
        row["project_id"]: row
        for row in Milestone.objects.filter(project_id__in=ids).exclude(state="dropped").order_by().values("project_id")
        .annotate(steps=Count("id"), done=Count("id", filter=Q(state="done")),
                  late=Count("id", filter=Q(state="open", due_on__lt=today)))
    }  # fmt: skip
    sums = {
        (row["project_id"], row["kind"]): row["total"]
        for row in Money.objects.filter(project_id__in=ids).order_by().values("project_id", "kind").annotate(total=Sum("amount"))
    }  # fmt: skip
    found = []
    for one in rows:
        counts = steps.get(one.pk, {"steps": 0, "done": 0, "late": 0})
        purse = Purse(*(sums.get((one.pk, kind)) or Decimal(0) for kind in ("planned", "allocated", "spent")))
        found.append(Line(one, counts["steps"], counts["done"], counts["late"], purse))
    return found


def by_year(rows: QuerySet[Money]) -> list[tuple[int, Purse]]:
    """The money of each year, corrections included."""
    sums = {
        (row["year"], row["kind"]): row["total"]
        for row in rows.order_by().values("year", "kind").annotate(total=Sum("amount"))
    }
    kinds = ("planned", "allocated", "spent")
    return [
        (year, Purse(*(sums.get((year, kind)) or Decimal(0) for kind in kinds)))
        for year in sorted({year for year, _kind in sums})
    ]


def project_offers(project: Project, actor: Actor) -> list[Offer]:
    """现在可以做: the legal moves; completion says which milestones stand in its way."""
    left = project.milestones.filter(state="open").count()
    found = []
    for offer in offers(PROJECT_MOVES, project, actor):
        if offer.reason and offer.move.slug == "finish" and left:
            sentence = f"还有 {left} 个节点没有销号。"
            found.append(Offer(offer.move, Reason(False, sentence, offer.reason.holders)))
        else:
            found.append(offer)
    return found
