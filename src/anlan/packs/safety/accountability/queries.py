"""The scorecard: computed from the records each time, for organisations alone, with the way back to every number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case, Clock, Line
from anlan.packs.safety.accountability.models import DutyItem, WorkItem
from anlan.packs.safety.accountability.rules import LESS, SLUG, Counted, Rule, rule, score
from anlan.packs.safety.accountability.sheets import READ

KINDS = {"bureau": "部门", "street": "街道", "enterprise": "企业"}


@dataclass(frozen=True)
class Card:
    """One organisation's line: what was counted and the score, None when nothing can be judged."""

    organisation: Organisation
    counted: Counted
    score: Decimal | None


def _year(on: date) -> Q:
    first, last = (
        datetime.combine(day, edge, CHINA)
        for day, edge in ((date(on.year, 1, 1), time.min), (date(on.year, 12, 31), time.max))
    )
    return Q(opened_at__gte=first, opened_at__lte=last)


def _works(on: date) -> tuple[Counter[int], Counter[int]]:
    due, good = Counter[int](), Counter[int]()
    for owner, last, done in WorkItem.objects.filter(year=on.year, retired_on=None).values_list("organisation", "due_on", "done_on"):  # fmt: skip
        if last <= on or done is not None:
            due[owner] += 1
            good[owner] += done is not None and done <= last
    return good, due


def _dangers(on: date, at: datetime) -> tuple[Counter[int], Counter[int]]:
    """Hidden dangers of the year that ended or are late; good ones missed no clock."""
    missed = Clock.objects.filter(case=OuterRef("pk"), stopped_at__gt=F("due_at"))
    rows = Case.objects.filter(_year(on), process="hidden_danger").exclude(state__in=("void", "merged"))
    rows = rows.filter(Q(is_open=False) | Q(due_at__lt=at)).annotate(missed=Exists(missed))
    whole, good = Counter[int](), Counter[int]()
    for owner, is_open, late in rows.values_list("owner", "is_open", "missed"):
        whole[owner] += 1
        good[owner] += not is_open and not late
    return good, whole


def _ladder(on: date) -> Counter[int]:
    """Points lost: the highest step of each ladder case of the year counts, withdrawn ones do not."""
    lost = Counter[int]()
    rows = Case.objects.filter(_year(on), process=f"{SLUG}/ladder").exclude(state="withdrawn")
    steps: dict[int, set[str]] = {}
    for case, step in Line.objects.filter(case__in=rows, step__in=LESS).values_list("case", "step"):
        steps.setdefault(case, set()).add(step)
    for pk, owner in rows.values_list("pk", "owner"):
        lost[owner] += max((LESS[one] for one in steps.get(pk, ())), default=LESS["remind"])
    return lost


def scorecards(viewer: Actor, at: datetime, kind: str = "") -> tuple[Rule | None, list[Card]]:
    """The rule in force and a line an organisation, the best first, those without a score last."""
    on = civil_date(at)
    by = rule(on)
    owners = Organisation.objects.filter(closed_on=None, kind__in=[kind] if kind in KINDS else list(KINDS))
    owners = policy.visible_to(viewer, READ, owners, "path")
    if by is None:
        return None, []
    works_good, works_due = _works(on)
    dangers_good, dangers_all = _dangers(on, at)
    duties: Mapping[int, int] = Counter(
        DutyItem.objects.filter(year=on.year, retired_on=None).values_list("organisation", flat=True)
    )
    lost = _ladder(on)
    cards = []
    for one in owners:
        counted = Counted(
            works_good[one.pk], works_due[one.pk], dangers_good[one.pk], dangers_all[one.pk], duties.get(one.pk, 0), lost[one.pk]
        )  # fmt: skip
        cards.append(Card(one, counted, score(counted, by)))
    return by, sorted(cards, key=lambda one: (one.score is None, -(one.score or Decimal(0)), one.organisation.path))
