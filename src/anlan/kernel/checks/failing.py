"""How often a thing failed: by checks, and by cases that somebody entered by hand about it. The same danger counts once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from anlan.kernel.casework import subjects
from anlan.kernel.casework.models import Case
from anlan.kernel.checks.models import Answer


@dataclass(frozen=True)
class Failure:
    """One failure: of a check (`answer`, with the case it opened), or as somebody reported it (`case` alone)."""

    at: datetime
    case: Case | None
    answer: Answer | None = None


def checked(kind: str, since: datetime) -> QuerySet[Answer]:
    """Standing failures of what an item looks at, since then."""
    return Answer.objects.filter(
        item__subject_kind=kind, result="failed", record__state="standing", record__at__gte=since
    )


def reported(kind: str, since: datetime) -> QuerySet[Case]:
    """Cases entered by hand since then: not what a check opened, nor what one of those was joined to as the same danger."""
    opened = Answer.objects.filter(case=OuterRef("pk"))
    joined = Answer.objects.filter(
        case__merged_into=OuterRef("pk"), result="failed", record__state="standing", item__subject_kind=kind, item__subject_id=OuterRef("subject_id"),
    )  # fmt: skip
    rows = subjects.reported(kind).filter(opened_at__gte=since)
    return rows.exclude(Exists(opened)).exclude(Exists(joined))


def failures(kind: str, number: str, since: datetime) -> list[Failure]:
    """Of one thing, newest first."""
    answers = checked(kind, since).filter(item__subject_id=number).select_related("item", "case", "record__task")
    cases = reported(kind, since).filter(subject_id=number)
    found = [
        *(Failure(one.record.at, one.case, one) for one in answers),
        *(Failure(one.opened_at, one) for one in cases),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def often(kind: str, since: datetime, times: int) -> list[tuple[str, int]]:
    """(id, failures) of the things that failed at least so often since then."""
    counted = Counter(checked(kind, since).order_by().values_list("item__subject_id", flat=True))
    counted.update(reported(kind, since).order_by().values_list("subject_id", flat=True))
    return [(number, n) for number, n in sorted(counted.items()) if n >= times]
