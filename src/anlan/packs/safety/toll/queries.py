"""Counting: which incidents of a year took lives or property, and what the year is measured by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.exchange.delivery.models import Parcel
from anlan.kernel.response import grading, log
from anlan.kernel.response.models import Incident, LogEntry
from anlan.packs.safety.toll import rules
from anlan.packs.safety.toll.models import AccidentRuling, CultureBase, YearFigure
from anlan.packs.safety.toll.rules import Year

_ASIDE = ("false_alarm", "duplicate")


@dataclass(frozen=True)
class Counted:
    """An incident with what is counted of it. `late`: deaths told after the days within which they count; `ruled`: somebody said what it is."""

    incident: Incident
    field: str
    dead: Decimal
    late: Decimal
    loss: Decimal
    ruled: bool

    @property
    def year(self) -> int:
        return civil_date(self.incident.occurred_at).year


def _instant(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), CHINA)


def incidents(first: date, last: date) -> QuerySet[Incident]:
    """Real incidents that occurred from the first to the last day."""
    return Incident.objects.filter(
        mode="real", occurred_at__gte=_instant(first), occurred_at__lt=_instant(last + timedelta(days=1))
    ).exclude(state__in=_ASIDE)


def counted(first: date, last: date) -> list[Counted]:
    """Those with deaths or losses told, the oldest first. Deaths of an accident count when they came within the days of the law
    (`grading.window`), those of a disaster whenever they came."""
    told = LogEntry.objects.filter(
        Q(payload__values__has_any_keys=["dead", "loss"]) | Q(payload__counts__has_any_keys=["dead", "loss"]), incident=OuterRef("pk"), kind__in=("opened", "fact")
    )  # fmt: skip
    rows = list(incidents(first, last).filter(Exists(told)).order_by("occurred_at", "pk"))
    ruled = dict(
        AccidentRuling.objects.filter(number__in=[one.number for one in rows], retired_on=None).values_list("number", "field")
    )  # fmt: skip
    found = []
    for incident, board in log.boards(rows):
        kind = grading.kinds().get(board.kind)
        field = ruled.get(incident.number) or rules.field_of(board.kind, kind.group if kind else "")
        newest = Decimal(str(board.count("dead")))
        dead = newest if field == "disaster" else Decimal(str(grading.toll(board).dead))
        found.append(
            Counted(incident, field, dead, newest - dead, Decimal(str(board.count("loss"))), incident.number in ruled)
        )
    return found


def years(
    span: Sequence[int], until: date, fields: Iterable[str], amount: str, earlier: str, measure: str
) -> tuple[list[Year], list[Counted]]:  # fmt: skip
    """Each year's sum of `amount` (dead, loss) over the fields, and its `measure`. A year without any record takes what was typed in for it."""
    kept = tuple(fields)
    every = counted(date(span[0], 1, 1), until)
    rows = [one for one in every if one.field in kept and getattr(one, amount)]
    typed = {one.year: one for one in YearFigure.objects.filter(year__in=span, retired_on=None)}
    made = []
    for year in span:
        row, last = typed.get(year), min(until, date(year, 12, 31))
        by = getattr(row, measure) if row else None
        if incidents(date(year, 1, 1), last).exists():
            told: Decimal | None = sum((getattr(one, amount) for one in rows if one.year == year), Decimal(0))
            hand = False
        else:
            said = getattr(row, earlier) if row else None
            told, hand = (None if said is None else Decimal(said)), said is not None
        made.append(Year(year=year, amount=told, measure=None if by is None else Decimal(by), typed=hand))
    return made, rows


def parcels(first: date, last: date) -> QuerySet[Parcel]:
    """What was sent to the city from the first to the last day, one row a parcel."""
    return Parcel.objects.filter(
        peer__kind="city", made_at__gte=_instant(first), made_at__lt=_instant(last + timedelta(days=1))
    )


def bases(until: date) -> QuerySet[CultureBase]:
    return CultureBase.objects.filter(state="open", opened_on__lte=until).filter(
        Q(retired_on=None) | Q(retired_on__gt=until)
    )


def _fingerprint(first: int, last: int) -> str:
    """Changes when an incident of these years, a ruling or a figure of a year does."""
    entries = LogEntry.objects.filter(
        incident__mode="real", incident__occurred_at__gte=_instant(date(first, 1, 1)), incident__occurred_at__lt=_instant(date(last + 1, 1, 1)),
        kind__in=("opened", "fact", "strike", "moved", "corrected", "merged"),
    )  # fmt: skip
    registers = (
        model.objects.aggregate(n=Count("pk"), v=Sum("version"), r=Count("retired_on"))
        for model in (YearFigure, AccidentRuling)
    )
    return hashlib.sha256(repr((entries.count(), *registers)).encode()).hexdigest()[:16]


def fingerprint(year: int) -> str:
    return _fingerprint(year, year)


def period_fingerprint(year: int) -> str:
    return _fingerprint(rules.period(year)[0], year)


def sent_fingerprint(year: int) -> str:
    rows = parcels(date(year, 1, 1), date(year, 12, 31))
    return repr(rows.aggregate(n=Count("pk"), acked=Count("acked_at"), last=Max("acked_at")))


def base_fingerprint(_year: int) -> str:
    return repr(CultureBase.objects.aggregate(n=Count("pk"), v=Sum("version"), r=Count("retired_on")))
