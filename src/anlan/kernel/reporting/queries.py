"""Reads: a report by its number and code, its course in plain words, reports like it, the public figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import cos, hypot, radians
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from anlan.base.clock import CHINA
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case, Clock, Line
from anlan.kernel.reporting import rules
from anlan.kernel.reporting.models import Report, Reward, Visit

_NOBODY = Report(salt="0" * 32, code="0" * 64)


def by_code(process: str, number: str, code: str) -> Report | None:
    """The report, or None: the same answer in the same time whether the number is unknown or the code wrong."""
    row = (
        Report.objects.select_related("case")
        .filter(case__number=number.strip().upper()[:24], case__process=process)
        .first()
    )
    right = rules.same(code, (row or _NOBODY).salt, (row or _NOBODY).code)
    return row if right else None


@dataclass(frozen=True)
class Told:
    """One line of the course as whoever sent it reads it."""

    at: datetime
    heading: str
    facts: tuple[str, ...]


def course(case: Case) -> list[Told]:
    """Oldest first; nothing that is not in `rules.TOLD`, and never an officer's name."""
    found = []
    for line in Line.objects.filter(case=case).order_by("id"):
        told = rules.TOLD.get(line.step)
        if told:
            found.append(Told(line.at, told[0], tuple(line.facts[name] for name in told[1] if line.facts.get(name))))
    found += [
        Told(one.answered_at, f"答复期限延到 {one.until.astimezone(CHINA):%Y-%m-%d}", ("依据规定批准延期",))
        for one in case.extensions.filter(state="approved").exclude(answered_at=None) if one.answered_at
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.at)


def answer_of(case: Case) -> str:
    """The newest answer of the case, or of the one it was merged into."""
    target = case.merged_into or case
    line = Line.objects.filter(case=target, step__in=("answer", "decline")).order_by("-id").first()
    return str(line.facts.get("答复", "")) if line else ""


def answered_at(case: Case) -> datetime | None:
    line = Line.objects.filter(case=case.merged_into or case, step="answer").order_by("-id").first()
    return line.at if line else None


def may_judge(report: Report, at: datetime) -> bool:
    """Within its days after the newest answer; a second answer may be judged anew."""
    case, answered = report.case, answered_at(report.case)
    open_to = (case.merged_into or case).state in ("answered", "closed")
    return bool(
        open_to
        and answered
        and at - answered <= rules.JUDGE_WITHIN
        and (report.judged_at is None or report.judged_at < answered)
    )


def may_redo(report: Report) -> bool:
    return report.case.state in ("answered", "closed") and not report.case.lines.filter(step="redo").exists()


def similar(case: Case) -> list[Case]:
    """Reports that may be the same matter: of the same kind and days, near by or at a place with the same words."""
    rows = Case.objects.filter(process=case.process, kind=case.kind, opened_at__gte=case.opened_at - timedelta(days=rules.SIMILAR_DAYS),
                               opened_at__lte=case.opened_at + timedelta(days=rules.SIMILAR_DAYS), merged_into=None).exclude(pk=case.pk)  # fmt: skip
    return [one for one in rows.select_related("holder").order_by("-opened_at")[:300] if _near(one, case)][:8]


def _near(one: Case, other: Case) -> bool:
    if (
        one.longitude is not None
        and one.latitude is not None
        and other.longitude is not None
        and other.latitude is not None
    ):
        east = (one.longitude - other.longitude) * 111_320 * cos(radians(one.latitude))
        return hypot(east, (one.latitude - other.latitude) * 110_570) <= rules.SIMILAR_METRES
    words = one.place.replace(" ", ""), other.place.replace(" ", "")
    return bool(words[0] and words[1]) and (words[0] in words[1] or words[1] in words[0])


def part(case: Case, actor: Actor, _at: datetime, *, unmask: str, slug: str) -> tuple[str, Mapping[str, Any]]:
    """The case page's part about who sent it: masked, with the way to the rest and its reason."""
    report = Report.objects.filter(case=case).select_related("reward").first()
    return "kernel/reporting/part.html", {
        "report": report, "reward": getattr(report, "reward", None), "similar": similar(case) if case.is_open else [],
        "unmask": policy.why(actor, unmask, case), "url": f"{slug}_unmask",
    }  # fmt: skip


# ---- the public figures
@dataclass(frozen=True)
class Year:
    """Reports received in a year, by what became of them; shares in per cent with one decimal, None of nothing."""

    received: int
    open: int
    answered: int
    on_time: int
    clocks: int
    judged: Mapping[str, int]
    kinds: Sequence[tuple[str, int]]
    months: Sequence[tuple[int, int]]
    rewards: int
    amount: Decimal

    @property
    def on_time_rate(self) -> Decimal | None:
        return share(self.on_time, self.clocks)

    @property
    def satisfied_rate(self) -> Decimal | None:
        return share(self.judged.get("good", 0) + self.judged.get("fair", 0), sum(self.judged.values()))


def share(part_: int, whole: int) -> Decimal | None:
    return (Decimal(100 * part_) / whole).quantize(Decimal("0.1")) if whole else None


def of_year(process: str, year: int) -> QuerySet[Case]:
    first, last = (
        datetime.combine(day, edge, CHINA)
        for day, edge in ((date(year, 1, 1), time.min), (date(year, 12, 31), time.max))
    )
    return Case.objects.filter(process=process, opened_at__gte=first, opened_at__lte=last)


def years(process: str) -> list[int]:
    return [
        one.year
        for one in Case.objects.filter(process=process).datetimes("opened_at", "year", order="DESC", tzinfo=CHINA)
    ]


def figures(process: str, kinds: Mapping[str, str], year: int) -> Year:
    """Counts only: no place, no organisation, no person."""
    rows = of_year(process, year)
    every = rows.count()
    counted = dict(rows.order_by().values_list("kind").annotate(Count("pk")))
    months: dict[int, int] = {}
    for at in rows.values_list("opened_at", flat=True):
        months[at.astimezone(CHINA).month] = months.get(at.astimezone(CHINA).month, 0) + 1
    stopped = Clock.objects.filter(case__in=rows, limit="answer", stopped_at__isnull=False)
    judged = dict(
        Report.objects.filter(case__in=rows)
        .exclude(satisfaction="")
        .order_by()
        .values_list("satisfaction")
        .annotate(Count("pk"))
    )
    rewards = Reward.objects.filter(report__case__in=rows).aggregate(n=Count("pk"), all=Sum("amount"))
    return Year(
        received=every, open=rows.filter(is_open=True).count(), answered=rows.filter(lines__step="answer").distinct().count(),
        on_time=stopped.filter(stopped_at__lte=F("due_at")).count(), clocks=stopped.count(), judged=judged,
        kinds=[(word, counted.get(slug, 0)) for slug, word in kinds.items()], months=sorted(months.items()),
        rewards=rewards["n"], amount=rewards["all"] or Decimal(0),
    )  # fmt: skip


def refused_visits(at: datetime) -> Sequence[tuple[str, int]]:
    """How many were counted and turned away in the last day, by what they were."""
    rows = Visit.objects.filter(at__gt=at - timedelta(days=1)).order_by()
    return list(rows.values_list("what").annotate(Count("pk")))


def counted(mark: str, what: str, since: datetime) -> int:
    return Visit.objects.filter(Q(mark=mark) & Q(what=what) & Q(at__gt=since)).count()
