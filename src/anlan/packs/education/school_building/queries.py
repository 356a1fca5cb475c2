"""What a bureau plans with: the buildings of each school by grade, what has run out, what has no works; each takes the viewer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from anlan.kernel.access.types import Actor
from anlan.kernel.registry.queries import visible
from anlan.packs.education.school_building.models import BuildingWork, SchoolBuilding
from anlan.packs.education.school_building.rules import GRADES
from anlan.packs.education.school_building.sheets import BUILDINGS, WORKS

OPEN_WORKS = ("planned", "designed", "running", "finished")
UNSAFE = Q(grade__in=("C", "D"))


def expired(today: date) -> Q:
    """In use, and never appraised or appraised too long ago."""
    return Q(used=True) & (Q(grade="none") | Q(appraisal_due_on__lt=today))


@dataclass
class School:
    """One line: how many buildings and m² a school has, by grade; appraisals run out, unsafe ones without works, works behind."""

    name: str
    buildings: int = 0
    area: Decimal = Decimal(0)
    people: int = 0
    grades: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GRADES, 0))
    expired: int = 0
    bare: int = 0
    behind: int = 0

    def add(self, row: SchoolBuilding, today: date, behind: int) -> None:
        self.buildings += 1
        self.area += row.area
        self.people += row.people or 0
        self.grades[row.grade] += 1
        self.expired += row.used and (
            row.grade == "none" or (row.appraisal_due_on is not None and row.appraisal_due_on < today)
        )
        self.bare += row.grade in ("C", "D") and row.works == "none"
        self.behind += behind


def schools(actor: Actor, today: date) -> tuple[list[School], School]:
    """The schools, the worst first, and all of them together."""
    late: dict[str, int] = {}
    for work in works(actor).filter(state__in=OPEN_WORKS, planned_done_on__lt=today):
        late[work.building_code] = late.get(work.building_code, 0) + 1
    found: dict[str, School] = {}
    whole = School("合计")
    for row in visible(BUILDINGS, actor).filter(retired_on=None):
        for line in (found.setdefault(row.school, School(row.school)), whole):
            line.add(row, today, late.get(row.code, 0))
    order = sorted(
        found.values(), key=lambda one: (-one.grades["D"], -one.grades["C"], -one.expired, -one.behind, one.name)
    )
    return order, whole


def works(actor: Actor) -> QuerySet[BuildingWork]:
    rows: QuerySet[BuildingWork] = visible(WORKS, actor).filter(retired_on=None)
    return rows


def running(actor: Actor) -> list[tuple[BuildingWork, SchoolBuilding | None]]:
    """Works that are not accepted, the first to end first, each with its building."""
    rows = list(works(actor).filter(state__in=OPEN_WORKS).order_by("planned_done_on", "code")[:200])
    known = {one.code: one for one in SchoolBuilding.objects.filter(code__in=[row.building_code for row in rows])}
    return [(row, known.get(row.building_code)) for row in rows]
