"""The facts of a review, from live data as of a day: indicators, tasks, projects, money, organisations, marks.

The answer is plain JSON. Numbers that are not counts are text, exactly as they will be printed; every figure of an
indicator names the version it comes from, the rule, and the hash of its inputs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from anlan.base.clock import civil_date
from anlan.kernel.access import undo
from anlan.kernel.access.models import Organisation
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning.models import Milestone, Money, Plan, Progress, Task
from anlan.kernel.planning.queries import facts_of_plan_at, unattached
from anlan.kernel.planning.reviews.scoring import (
    STANDINGS,
    Edition,
    IndicatorFact,
    MoneyFact,
    Score,
    edition_on,
    score,
    walked,
)
from anlan.kernel.planning.rules import alarms
from anlan.kernel.planning.values import reading, shown
from anlan.kernel.planning.values.judging import RULE, WORDS, plain

_AFTER = {
    "planning.task.accepted": "accepted",
    "planning.task.reported": "working",
    "planning.task.finished": "finished",
    "planning.task.confirmed": "confirmed",
    "planning.task.returned": "returned",
    "planning.task.reopened": "working",
}
_ALARMS = ("overdue_long", "overdue", "silent")


@dataclass(frozen=True)
class Stand:
    """A task on the as-of day."""

    task: Task
    state: str
    standing: str
    percent: int


def _states(tasks: list[Task], day: date) -> dict[int, str]:
    """Each task's state at the end of `day`, from the journal: the last move made until then."""
    keys = [str(task.pk) for task in tasks]
    entries = Entry.objects.filter(
        subject_kind="task", subject_id__in=keys, verb__in=(*_AFTER, undo.VERB), at__lt=reading.end_of(day)
    ).order_by("id")
    gone = undo.taken_back(entries)
    return {int(one.subject_id): _AFTER[one.verb] for one in entries if one.verb in _AFTER and one.pk not in gone}


def stands(plan: Plan, day: date) -> list[Stand]:
    """The plan's tasks as they stood: state, deadline in force, last report."""
    rows = Task.objects.filter(plan=plan).filter(Q(retired_on=None) | Q(retired_on__gt=day))
    tasks = list(rows.select_related("lead"))
    states, terms = _states(tasks, day), facts_of_plan_at(plan, "task", day)
    heard: dict[int, tuple[date, int | None]] = {}
    # In the order in which they were made: a clock set back does not make an older report the last.
    reports = Progress.objects.filter(task__plan=plan, reported_at__lt=reading.end_of(day)).order_by("id")
    for number, told, percent in reports.values_list("task_id", "as_of", "percent"):
        heard[number] = (told, percent if percent is not None else heard.get(number, (None, None))[1])
    found = []
    for task in tasks:
        state = states.get(task.pk, "issued")
        printed = terms.get(task.pk, {}).get("due_on", task.due_on)
        due = date.fromisoformat(printed) if isinstance(printed, str) else printed
        last, percent = heard.get(task.pk, (min(civil_date(task.stored_at), day), None))
        levels = {one.level for one in alarms(state, due, last, day)}
        standing = (
            state if state in ("confirmed", "finished") else next((one for one in _ALARMS if one in levels), "on_time")
        )
        found.append(Stand(task, state, standing, percent or 0))
    return found


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _indicator(row: reading.Row) -> dict[str, Any]:
    one, value, verdict = row.indicator, row.value, row.verdict
    facts: dict[str, Any] = {
        "id": one.pk, "group": one.group, "number": one.number, "name": one.name, "kind": one.kind, "unit": row.unit_words,
        "baseline": _text(one.baseline), "target": _text(row.promise.target), "working": row.working.why if row.working else "", "target_text": shown.target_words(row),
        "flags": sorted(one.flags), "organisation": str(one.responsible or ""), "state": verdict.state, "word": verdict.word,
        "sentence": verdict.sentence, "gap": _text(verdict.gap), "pace": _text(verdict.pace), "value": None,
        "current": shown.current_words(row), "note": next((note.cause for note in row.notes if value and note.year == value.year), ""),
        "series": [[year, _text(held.value)] for year, held in sorted(row.series.items())],
    }  # fmt: skip
    if value is not None:
        facts |= {
            "value": _text(value.value), "year": value.year, "as_of": value.as_of.isoformat(), "source": value.source,
            "version": value.version, "value_id": value.pk, "expected": value.expected, "valid": value.valid,
            "rule": value.rule, "formula": value.sentence, "source_text": value.source_text, "inputs": value.inputs_hash,
            "substitution": value.substitution,
        }  # fmt: skip
    return facts


def _fact(row: reading.Row) -> IndicatorFact:
    value = row.value.value if row.value and row.value.value is not None else None
    share = walked(row.promise.start, row.verdict.pace, value) if value is not None else Decimal(0)
    return IndicatorFact(kind=row.indicator.kind, state=row.verdict.state, walked=share)


def _score(one: Score) -> dict[str, Any]:
    return {
        "total": None if one.total is None else f"{one.total}", "grade": one.grade,
        "parts": [
            {"slug": part.slug, "weight": part.weight, "counted": part.counted, "marks": None if part.marks is None else f"{part.marks}"}
            for part in one.parts
        ],
    }  # fmt: skip


def _sums(rows: Any) -> dict[str, Decimal]:
    found = {row["kind"]: row["total"] for row in rows.values("kind").annotate(total=Sum("amount")).order_by()}
    return {kind: found.get(kind) or Decimal(0) for kind in ("planned", "allocated", "spent")}


def _money(plan: Plan, kind: str, year: int) -> dict[str, Any]:
    """In yuan, as now known. Yearly: that year's money; mid-term and final: all up to the year."""
    rows = Money.objects.filter(Q(task__plan=plan) | Q(project__plan=plan))
    rows = rows.filter(year=year) if kind == "yearly" else rows.filter(year__lte=year)
    sources = rows.filter(reverses=None, reversed_by=None).values_list("source", flat=True)
    return {**{key: f"{total:.2f}" for key, total in _sums(rows).items()}, "sources": sorted(set(sources))}


def _projects(plan: Plan, day: date) -> list[dict[str, Any]]:
    """Key projects with their milestones on the day. Boxes are tasks in other words and are not counted again."""
    rows = plan.projects.filter(Q(retired_on=None) | Q(retired_on__gt=day), kind="key_project").select_related("lead")
    steps: dict[int, list[Milestone]] = defaultdict(list)
    for step in Milestone.objects.filter(project__plan=plan).exclude(state="dropped"):
        steps[step.project_id or 0].append(step)
    money: dict[int, Any] = defaultdict(list)
    for row in Money.objects.filter(project__plan=plan, year__lte=day.year):
        money[row.project_id or 0].append(row)
    found = []
    for one in rows:
        due = [step for step in steps[one.pk] if step.due_on <= day]
        sums = {
            kind: sum((row.amount for row in money[one.pk] if row.kind == kind), Decimal(0))
            for kind in ("planned", "allocated", "spent")
        }
        found.append({
            "id": one.pk, "number": one.number, "title": one.title, "lead": str(one.lead or ""),
            "milestones": len(steps[one.pk]), "due": len(due),
            "done": sum(step.done_on is not None and step.done_on <= day for step in steps[one.pk]),
            **{kind: f"{total:.2f}" for kind, total in sums.items()},
        })  # fmt: skip
    return found


def _organisations(rows: list[reading.Row], tasks: list[Stand], edition: Edition) -> list[dict[str, Any]]:
    """Marks of each unit, from the tasks it leads and the indicators it answers for; best first."""
    units: dict[int, Organisation] = {}
    facts: dict[int, list[IndicatorFact]] = defaultdict(list)
    led: dict[int, list[Stand]] = defaultdict(list)
    for row in rows:
        if row.indicator.responsible is not None:
            units[row.indicator.responsible.pk] = row.indicator.responsible
            facts[row.indicator.responsible.pk].append(_fact(row))
    for one in tasks:
        if one.task.lead is not None:
            units[one.task.lead.pk] = one.task.lead
            led[one.task.lead.pk].append(one)
    found = []
    for key, unit in units.items():
        marks = score(edition, indicators=facts[key], tasks=[one.standing for one in led[key]])
        counts = Counter(one.standing for one in led[key])
        found.append({
            "id": key, "name": str(unit), "tasks": len(led[key]), "indicators": len(facts[key]),
            "confirmed": counts["confirmed"], "overdue": counts["overdue"] + counts["overdue_long"], **_score(marks),
        })  # fmt: skip
    return sorted(found, key=lambda one: (-Decimal(one["total"] or 0), one["name"]))


def _late(tasks: Iterable[Stand]) -> list[dict[str, Any]]:
    return [
        {"id": one.task.pk, "number": one.task.number, "title": one.task.title, "lead": str(one.task.lead or ""), "standing": one.standing, "percent": one.percent}
        for one in tasks
        if one.standing in _ALARMS
    ]  # fmt: skip


def gather(plan: Plan, kind: str, year: int, day: date, at: datetime) -> dict[str, Any]:
    """Everything a review of `plan` says as of `day`."""
    edition = edition_on(day)
    rows = reading.rows_of(plan.indicators.all(), day)
    tasks = stands(plan, day)
    money = _money(plan, kind, year)
    purse = MoneyFact(**{key: Decimal(money[key]) for key in ("planned", "allocated", "spent")})
    total = score(edition, indicators=map(_fact, rows), tasks=[one.standing for one in tasks], money=purse)
    states, counts = Counter(row.verdict.state for row in rows), Counter(one.standing for one in tasks)
    return {
        "schema": 1,
        "plan": {
            "id": plan.pk, "title": plan.title, "period": [plan.first_year, plan.last_year],
            "document": plan.document.title, "number": plan.document.number, "is_demo": plan.document.is_demo,
        },
        "kind": kind, "year": year, "as_of": day.isoformat(), "gathered_at": at.isoformat(),
        "edition": {"slug": edition.slug, "title": edition.title, "source": edition.source, "verified": edition.verified},
        "judging": RULE,
        "counts": {"indicators": len(rows), "states": {state: states[state] for state in WORDS}},
        "indicators": [_indicator(row) for row in rows],
        "tasks": {"total": len(tasks), "standings": {one: counts[one] for one in STANDINGS}, "late": _late(tasks)},
        "projects": _projects(plan, day), "money": money,
        "targets": {"total": plan.targets.filter(retired_on=None).count(), "unattached": unattached(plan).count()},
        "organisations": _organisations(rows, tasks, edition), "score": _score(total),
    }  # fmt: skip


def part_of(facts: Mapping[str, Any], slug: str) -> Mapping[str, Any]:
    """One part of a score in the snapshot."""
    return next(one for one in facts["parts"] if one["slug"] == slug)
