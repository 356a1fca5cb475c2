"""From records to values: bind indicators to formulas by name, and recompute what has changed.

A value is recomputed when the fingerprint of its inputs, or the formula itself, changes. A different answer is a new
version; the same answer changes nothing, so the job may run as often as it likes.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.journal.record import record
from anlan.kernel.planning.models import Indicator
from anlan.kernel.planning.types import Computed, Formula
from anlan.kernel.planning.values import formulas
from anlan.kernel.planning.values.models import Binding, IndicatorValue

_PLACES = Decimal("0.000001")


def bind_by_name(at: datetime) -> int:
    """Give every indicator without a binding the one formula that names it. A person's choice is never touched."""
    made = 0
    for indicator in Indicator.objects.filter(binding=None, retired_on=None):
        formula = formulas.answering(indicator.name)
        if formula is not None:
            _row, created = Binding.objects.get_or_create(
                indicator=indicator, defaults={"formula": formula.slug, "set_at": at, "set_by": SYSTEM.name}
            )
            made += created
    return made


def _fingerprint(formula: Formula, year: int) -> str:
    """Of the inputs and of the formula's own words: a changed definition recomputes too."""
    own = hashlib.sha256(f"{formula.slug}|{formula.unit}|{formula.text}".encode()).hexdigest()[:16]
    return f"{own}:{hashlib.sha256(formula.fingerprint(year).encode()).hexdigest()}"


def refresh(at: datetime) -> int:
    """Recompute what changed, for every bound indicator and every year of its plan up to `at`. Returns new versions."""
    bind_by_name(at)
    bound = Binding.objects.exclude(formula="").filter(indicator__retired_on=None)
    prints: dict[tuple[str, int], str] = {}
    return sum(
        refresh_one(one, at, prints) for one in bound.select_related("indicator__plan", "indicator__responsible")
    )


def refresh_one(binding: Binding, at: datetime, prints: dict[tuple[str, int], str] | None = None) -> int:
    """The same for one indicator. `prints` shares the fingerprints among indicators of one run."""
    formula, plan, made = formulas.named(binding.formula), binding.indicator.plan, 0
    prints = {} if prints is None else prints
    if formula is None:
        return 0
    # The printed baseline stands for its year; without one it is computed like the others.
    first = plan.first_year - (binding.indicator.baseline is None)
    for year in range(first, min(plan.last_year, civil_date(at).year) + 1):
        key = (formula.slug, year)
        if key not in prints:
            prints[key] = _fingerprint(formula, year)
        if binding.checked.get(str(year)) != prints[key]:
            made += _compute(binding, formula, year, prints[key], at)
    return made


def _compute(binding: Binding, formula: Formula, year: int, fingerprint: str, at: datetime) -> int:
    """Compute one year; a new answer is a new version. Returns 1 when a version was made."""
    answer = formula.compute(year, min(civil_date(at), date(year, 12, 31)))
    with transaction.atomic():
        indicator = binding.indicator
        held = (
            IndicatorValue.objects.select_for_update()
            .filter(indicator=indicator, year=year, superseded_at=None)
            .first()
        )
        binding.checked[str(year)] = fingerprint
        Binding.objects.filter(pk=binding.pk).update(checked=binding.checked)
        # With nothing recorded for the year there is nothing to say, unless a figure has to be taken back.
        empty = held is None and answer.value is None and not answer.valid
        if empty or (held is not None and _same(held, answer)):
            return 0
        row = _version(indicator, formula, year, answer, held, at)
        if held is not None:
            IndicatorValue.objects.filter(pk=held.pk).update(superseded_at=at)
        row.save()
        record(
            actor=SYSTEM, verb="planning_values.computed", subject_kind="indicator", subject_id=indicator.pk, at=at,
            org_path=indicator.responsible.path if indicator.responsible else "",
            old={"value": held.value, "version": held.version} if held else None,
            new={"year": year, "value": row.value, "version": row.version, "rule": row.rule, "inputs": row.inputs_hash},
        )  # fmt: skip
    return 1


def _same(old: IndicatorValue, answer: Computed) -> bool:
    value = None if answer.value is None else answer.value.quantize(_PLACES)
    return old.source == "computed" and (old.value, old.inputs_hash, old.rule, old.sentence, old.as_of, old.substitution) == (
        value, answer.inputs_hash, answer.rule, answer.sentence, answer.as_of, answer.substitution,
    )  # fmt: skip


def _version(
    indicator: Indicator, formula: Formula, year: int, answer: Computed, old: IndicatorValue | None, at: datetime
) -> IndicatorValue:
    return IndicatorValue(
        indicator=indicator, year=year, version=old.version + 1 if old else 1, unit=answer.unit, formula=formula.slug,
        value=None if answer.value is None else answer.value.quantize(_PLACES), window_from=answer.window[0],
        window_to=answer.window[1], as_of=answer.as_of, expected=answer.expected, valid=answer.valid,
        ratio_of=answer.ratio[0] if answer.ratio else None, ratio_in=answer.ratio[1] if answer.ratio else None,
        rule=answer.rule, sentence=answer.sentence, inputs_hash=answer.inputs_hash,
        steps=[asdict(step) for step in answer.steps], substitution=answer.substitution, note=answer.note,
        source="computed", computed_at=at, entered_by=SYSTEM.name,
    )  # fmt: skip
