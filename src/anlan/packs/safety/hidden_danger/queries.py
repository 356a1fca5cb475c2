"""Figures of hidden dangers: the monthly form, the enterprises' table, the rates of the plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from anlan.base.clock import CHINA
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import queries
from anlan.kernel.casework.models import Case
from anlan.kernel.checks import queries as checks
from anlan.kernel.checks.models import Record
from anlan.packs.safety.hidden_danger.process import SLUG


def between(first: date, last: date) -> Q:
    """Entered on a civil day from `first` to `last`, both included."""
    low, high = _span(first, last)
    return Q(opened_at__gte=low, opened_at__lte=high)


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    return datetime.combine(first, time.min, CHINA), datetime.combine(last, time.max, CHINA)


def dangers(actor: Actor) -> QuerySet[Case]:
    """What this person may see, without those that were none."""
    return queries.visible(actor, SLUG).exclude(state__in=("void", "merged"))


@dataclass(frozen=True)
class Month:
    """One line of the monthly form. Money in yuan."""

    units: int
    general_found: int
    general_closed: int
    major_found: int
    major_closed: int
    in_plan: int
    five: int
    listed: int
    funds: Decimal

    @property
    def general_rate(self) -> Decimal | None:
        return share(self.general_closed, self.general_found)

    @property
    def major_rate(self) -> Decimal | None:
        return share(self.major_closed, self.major_found)


def share(part: int, whole: int) -> Decimal | None:
    """Per cent with one decimal; None of nothing."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else None


def month(rows: QuerySet[Case], first: date, last: date) -> Month:
    """Of the dangers entered in the span: found, closed by now, planned, listed. An ungraded one counts as general."""
    mine = rows.filter(between(first, last))
    major, general = mine.filter(grade="major"), mine.exclude(grade="major")
    planned = major.filter(lines__step="assign_major").distinct()
    return Month(
        units=mine.values("owner").distinct().count(), general_found=general.count(), general_closed=general.filter(is_open=False).count(),
        major_found=major.count(), major_closed=major.filter(is_open=False).count(), in_plan=planned.count(), five=planned.count(),
        listed=mine.exclude(supervised_at=None).count(), funds=mine.aggregate(all=Sum("hidden_danger__fund"))["all"] or Decimal(0),
    )  # fmt: skip


@dataclass(frozen=True)
class Enterprise:
    """One line of the enterprises' table: facts of an organisation, never of a person."""

    organisation: Organisation
    found: int
    open: int
    late: int
    closed: int
    on_time: int
    returns: int

    @property
    def closed_rate(self) -> Decimal | None:
        return share(self.closed, self.found)

    @property
    def on_time_rate(self) -> Decimal | None:
        return share(self.on_time, self.closed)


def ranking(rows: QuerySet[Case], first: date, last: date, at: datetime) -> list[Enterprise]:
    """Enterprises by what is late, then by what is open; those that reported nothing are at the end, found 0."""
    mine = rows.filter(between(first, last))
    told = {
        row["owner"]: row
        for row in mine.values("owner").annotate(
            found=Count("id", distinct=True), open=Count("id", Q(is_open=True), distinct=True), late=Count("id", Q(is_open=True, due_at__lt=at), distinct=True),
            closed=Count("id", Q(is_open=False), distinct=True), sent_back=Sum("returns"),
        )
    }  # fmt: skip
    overdue = dict(late_closed(mine))
    lines = []
    for one in enterprises():
        row = told.get(one.pk)
        if row is None:
            lines.append(Enterprise(one, 0, 0, 0, 0, 0, 0))
            continue
        lines.append(
            Enterprise(
                one,
                row["found"],
                row["open"],
                row["late"],
                row["closed"],
                row["closed"] - overdue.get(one.pk, 0),
                row["sent_back"] or 0,
            )
        )
    return sorted(lines, key=lambda line: (-line.late, -line.open, line.found == 0, line.organisation.path))


def late_closed(rows: QuerySet[Case]) -> Iterable[tuple[int, int]]:
    """(owner, how many of its closed dangers missed a deadline on the way)."""
    missed = rows.filter(is_open=False, clocks__stopped_at__gt=F("clocks__due_at"))
    return [(row["owner"], row["number"]) for row in missed.values("owner").annotate(number=Count("id", distinct=True))]


def enterprises() -> QuerySet[Organisation]:
    return Organisation.objects.filter(kind="enterprise", closed_on=None).order_by("path")


def on_line(actor: Actor, first: date, last: date) -> tuple[int, int]:
    """(enterprises that entered a danger or finished a check themselves in the span, enterprises): 上线率 is their ratio."""
    known = set(enterprises().values_list("pk", flat=True))
    told = dangers(actor).filter(between(first, last), source__in=("self", "shift", "post", "check"))
    low, high = _span(first, last)
    records = Record.objects.filter(
        task__in=checks.visible(actor).order_by().values("pk"), state="standing", at__gte=low, at__lte=high
    )
    used = {*told.values_list("owner", flat=True), *records.values_list("task__organisation", flat=True)}
    return len(known & used), len(known)
