"""What is known of indicators on a day: definition, value, verdict. Everything a page, an export or a review shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from anlan.base.clock import CHINA
from anlan.kernel.planning.models import Indicator, Plan, Terms
from anlan.kernel.planning.types import Formula, Working
from anlan.kernel.planning.values import formulas
from anlan.kernel.planning.values.judging import GOOD, OPEN, Known, Promise, Verdict, judge
from anlan.kernel.planning.values.models import Binding, FrozenValue, GapNote, IndicatorValue

_DECIMALS = ("baseline", "target")
# The reader's whole answer, hundreds of kilobytes: never fetched with a row.
_READING = "plan__document__reading"
_TEXTS = ("name", "unit", "kind", "comparator", "baseline_text", "target_text", "group")


@dataclass(frozen=True)
class Row:
    """One indicator on one day. `series` maps years to the versions that held; `value` is the newest with a figure."""

    indicator: Indicator
    promise: Promise
    series: Mapping[int, IndicatorValue]
    value: IndicatorValue | None
    verdict: Verdict
    formula: Formula | None
    notes: Sequence[GapNote]

    @property
    def typed(self) -> bool:
        return self.value is not None and self.value.source == "typed"

    @property
    def working(self) -> Working | None:
        """The working definition that stands beside the printed text."""
        return self.formula.works(self.indicator.unit) if self.formula else None

    @property
    def unit_words(self) -> str:
        """The unit, with the printed one beside it where they differ."""
        printed = f"（原文 {self.indicator.unit}）" if self.working and self.indicator.unit else ""
        return f"{self.promise.unit}{printed}"

    @property
    def unexplained(self) -> bool:
        """Behind, and nobody has said why for this year."""
        return self.verdict.behind and not any(self.value and note.year == self.value.year for note in self.notes)


def end_of(day: date) -> datetime:
    """The first instant after the civil day."""
    return datetime.combine(day + timedelta(days=1), time(), CHINA)


def values_on(indicators: Iterable[Indicator], day: date) -> dict[int, dict[int, IndicatorValue]]:
    """`{indicator: {year: version}}` that stand for a day up to `day`, each year by the best that is known of it now.

    A figure of a later day is left out, a later correction of the same days is not: what was wrong then is not repeated.
    """
    rows = IndicatorValue.objects.filter(indicator__in=[one.pk for one in indicators], as_of__lte=day).order_by(
        "version"
    )
    found: dict[int, dict[int, IndicatorValue]] = {}
    for row in rows:
        found.setdefault(row.indicator_id, {})[row.year] = row
    return found


def as_of(indicators: Sequence[Indicator], day: date) -> Sequence[Indicator]:
    """The same indicators with the terms that held on `day` (in memory; nothing is saved)."""
    terms = Terms.objects.filter(kind="indicator", item_id__in=[one.pk for one in indicators], effective_from__lte=day)
    by_item: dict[int, dict[str, Any]] = {}
    for row in terms.filter(Q(effective_to=None) | Q(effective_to__gt=day)).order_by("effective_from", "id"):
        by_item[row.item_id] = row.facts
    for one in indicators:
        facts = by_item.get(one.pk, {})
        for name in _DECIMALS:
            if name in facts:
                setattr(one, name, None if facts[name] is None else Decimal(str(facts[name])))
        for name in _TEXTS:
            if facts.get(name) is not None:
                setattr(one, name, facts[name])
        if "flags" in facts:
            one.flags = list(facts["flags"])
    return indicators


def promise_of(indicator: Indicator, formula: Formula | None = None) -> Promise:
    """What the plan says; where its formula works with another unit or target, that (`Working`)."""
    plan, working = indicator.plan, formula.works(indicator.unit) if formula else None
    made = Promise(
        unit=indicator.unit, baseline=indicator.baseline, target=indicator.target, comparator=indicator.comparator,
        first_year=plan.first_year, last_year=plan.last_year, flags=frozenset(indicator.flags),
    )  # fmt: skip
    if formula is None or working is None:
        return made
    if working.target is None:
        return replace(made, unit=formula.unit)
    return replace(made, unit=formula.unit, target=working.target, comparator=working.comparator, baseline=None)


def _newest(series: Mapping[int, IndicatorValue]) -> IndicatorValue | None:
    return next((series[year] for year in sorted(series, reverse=True) if series[year].value is not None), None)


def known_of(value: IndicatorValue | None, formula: Formula | None) -> Known | None:
    if value is None or value.value is None:
        return None
    ratio = value.ratio if formula and formula.of_days else None
    return Known(value=value.value, year=value.year, as_of=value.as_of, ratio=ratio)


def rows_of(indicators: QuerySet[Indicator], day: date) -> list[Row]:
    """One Row for each indicator not retired by `day`; five queries however many there are."""
    chosen = (
        indicators.filter(Q(retired_on=None) | Q(retired_on__gt=day))
        .select_related("plan__document", "responsible")
        .defer(_READING)
    )
    listed = as_of(list(chosen.order_by("plan_id", "order")), day)
    series, keys = values_on(listed, day), [one.pk for one in listed]
    bindings = dict(Binding.objects.filter(indicator__in=keys).values_list("indicator_id", "formula"))
    notes: dict[int, list[GapNote]] = {}
    for note in GapNote.objects.filter(indicator__in=keys, written_at__lt=end_of(day)).order_by("-id"):
        notes.setdefault(note.indicator_id, []).append(note)
    rows = []
    for one in listed:
        mine = series.get(one.pk, {})
        formula = formulas.named(bindings.get(one.pk, ""))
        value, promise = _newest(mine), promise_of(one, formula)
        verdict = judge(promise, known_of(value, formula), day)
        rows.append(Row(one, promise, mine, value, verdict, formula, notes.get(one.pk, [])))
    return rows


def plans() -> list[Plan]:
    """Plans that have indicators, newest document first, in printed order."""
    found = (
        Plan.objects.filter(indicators__retired_on=None)
        .distinct()
        .select_related("document")
        .defer("document__reading")
    )
    return sorted(found, key=lambda plan: (plan.document.is_demo, -plan.document_id, plan.pk))


def filtered(rows: Sequence[Row], asked: Mapping[str, str]) -> list[Row]:
    """By 属性, responsible unit, judgement, source and words; unknown values filter nothing."""
    tests: list[Callable[[Row], bool]] = []
    if asked.get("kind"):
        tests.append(lambda row: row.indicator.kind == asked["kind"])
    if asked.get("organisation", "").isdigit():
        tests.append(lambda row: row.indicator.responsible_id == int(asked["organisation"]))
    if asked.get("judged"):
        wanted = {"good": GOOD, "behind": ("behind",), "open": OPEN}.get(asked["judged"])
        tests.append(lambda row: wanted is None or row.verdict.state in wanted)
    if asked.get("source") in ("computed", "typed"):
        tests.append(lambda row: row.value is not None and row.value.source == asked["source"])
    if words := asked.get("q", "").strip():
        tests.append(lambda row: words in row.indicator.name)
    return [row for row in rows if all(test(row) for test in tests)]


def counts(rows: Sequence[Row]) -> dict[str, int]:
    """已达标或按期, 有差距, 待定."""
    states = [row.verdict.state for row in rows]
    return {
        "good": sum(state in GOOD for state in states),
        "behind": states.count("behind"),
        "open": sum(state in OPEN for state in states),
    }


def frozen_of(indicator: Indicator) -> list[FrozenValue]:
    return list(FrozenValue.objects.filter(indicator=indicator).order_by("-id"))


def versions_of(indicator: Indicator) -> list[IndicatorValue]:
    return list(
        IndicatorValue.objects.filter(indicator=indicator).select_related("stored").order_by("-year", "-version")
    )
