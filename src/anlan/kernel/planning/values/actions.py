"""What people do with values: choose the formula, type a figure in with its source, explain a gap."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.files.keeping import keep
from anlan.kernel.journal.record import record
from anlan.kernel.planning.models import Indicator
from anlan.kernel.planning.values import formulas
from anlan.kernel.planning.values.models import Binding, GapNote, IndicatorValue

_LARGEST = Decimal(10) ** 12
_JUMP = 10  # a figure ten times its neighbour is asked about: mostly a slip of the unit


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What a person types in for one year. `sure` confirms a figure that looks like a slip of the unit."""

    year: int
    value: Decimal
    as_of: date
    source: str
    reason: str = ""
    sure: bool = False
    upload: tuple[str, bytes] | None = None


def number(text: str, field: str = "value") -> Decimal:
    """A typed number: full-width digits and thousands commas are read, anything else is refused in one sentence."""
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").removesuffix("%")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise Refused(
            "number", f"“{text[:20]}”不是数。只填数字，单位不用填。" if plain else "没有填数。", field
        ) from None
    if not value.is_finite() or abs(value) >= _LARGEST:
        raise Refused("number", "这个数太大。核对单位后再填。", field)
    if value != value.quantize(Decimal("0.000001")):
        raise Refused("number", "小数最多六位。", field)
    return value


def _org(indicator: Indicator) -> str:
    return indicator.responsible.path if indicator.responsible else ""


@transaction.atomic
def type_in(*, actor: Actor, indicator: Indicator, typed: Typed, at: datetime) -> IndicatorValue:
    """Write a figure with its source. Writing a year again is a correction and needs a reason; the old version stays."""
    policy.require(actor, "planning_values.type", indicator)
    binding = Binding.objects.filter(indicator=indicator).first()
    if binding and binding.formula:
        raise Refused("computed", "这一项由公式算出，不能手填。要手填，先停用公式。", "value")
    old = (
        IndicatorValue.objects.select_for_update()
        .filter(indicator=indicator, year=typed.year, superseded_at=None)
        .first()
    )
    _check(indicator, typed, old, at)
    stored = None
    if typed.upload is not None:
        stored = keep(actor=actor, name=typed.upload[0], content=typed.upload[1], at=at, org_path=_org(indicator))
    if old is not None:
        IndicatorValue.objects.filter(pk=old.pk).update(superseded_at=at)
    row = IndicatorValue.objects.create(
        indicator=indicator, year=typed.year, version=old.version + 1 if old else 1, value=typed.value, unit=indicator.unit,
        window_from=date(typed.year, 1, 1), window_to=typed.as_of, as_of=typed.as_of, source="typed",
        source_text=typed.source.strip(), stored=stored, reason=typed.reason.strip(), computed_at=at, entered_by=actor.name,
    )  # fmt: skip
    record(
        actor=actor, verb=f"planning_values.{'corrected' if old else 'typed'}", subject_kind="indicator", at=at,
        subject_id=indicator.pk, org_path=_org(indicator), old={"value": old.value, "version": old.version} if old else None,
        new={"year": row.year, "value": row.value, "version": row.version, "source": row.source_text, "reason": row.reason},
        content_hash=stored.sha256 if stored else "",
    )  # fmt: skip
    return row


def _check(indicator: Indicator, typed: Typed, old: IndicatorValue | None, at: datetime) -> None:
    """The first thing that is wrong, by field."""
    _check_days(indicator, typed, civil_date(at))
    if len(typed.source.strip()) < 4:
        raise Refused("source", "手填的数要写来源：文件名、报表名或统计口径。", "source")
    for field, text in (("source", typed.source), ("reason", typed.reason)):
        if len(text) > 300:
            raise Refused("long", "超过 300 字。改短后再存。", field)
    if indicator.target is None and indicator.comparator != "city_assigned" and typed.value not in (0, 1):
        raise Refused("value", "这一项没有数值目标：完成填 1，未完成填 0。", "value")
    if old is not None and old.value == typed.value and old.as_of == typed.as_of:
        raise Refused("same", "和现在的数一样，没有改动。", "value")
    if old is not None and not typed.reason.strip():
        raise Refused("reason", f"{typed.year} 年已有数。更正要写理由，原来的版本会保留。", "reason")
    near = _neighbour(indicator, typed.year)
    if near and typed.value and not typed.sure and not 1 / Decimal(_JUMP) <= abs(typed.value / near) <= _JUMP:
        raise Refused("jump", f"与邻近的数 {near.normalize():f} 相差十倍以上。核对单位，无误就勾选“确实如此”。", "sure")


def _check_days(indicator: Indicator, typed: Typed, today: date) -> None:
    plan = indicator.plan
    if not plan.first_year - 1 <= typed.year <= plan.last_year:
        raise Refused("year", f"年份应在 {plan.first_year - 1} 到 {plan.last_year} 之间。", "year")
    if typed.year > today.year:
        raise Refused("year", f"{typed.year} 年还没有开始。", "year")
    if typed.as_of > today:
        raise Refused("as_of", "截至日期在今天以后。", "as_of")
    if typed.as_of.year != typed.year:
        raise Refused("as_of", f"截至日期应在 {typed.year} 年内。", "as_of")


def _neighbour(indicator: Indicator, year: int) -> Decimal | None:
    """The known figure nearest in time (another year's, or the baseline)."""
    known = dict(
        IndicatorValue.objects.filter(indicator=indicator, superseded_at=None, value__isnull=False)
        .exclude(year=year)
        .values_list("year", "value")
    )
    if indicator.baseline is not None:
        known.setdefault(indicator.plan.first_year - 1, indicator.baseline)
    known.pop(year, None)
    return known[min(known, key=lambda one: abs(one - year))] if known else None


@transaction.atomic
def bind(*, actor: Actor, indicator: Indicator, formula: str, at: datetime) -> Binding:
    """Choose the formula of an indicator, or none: then values are typed in. Stored versions stay as they are."""
    policy.require(actor, "planning_values.bind", indicator)
    if formula and formulas.named(formula) is None:
        raise Refused("formula", "没有这个公式。", "formula")
    chosen = formulas.named(formula)
    if (
        chosen
        and formulas.normal(chosen.unit) != formulas.normal(indicator.unit)
        and not _same_unit(chosen.unit, indicator.unit)
        and not chosen.works(indicator.unit)
    ):
        raise Refused("unit", f"单位不同：公式是“{chosen.unit}”，指标是“{indicator.unit}”。", "formula")
    old = Binding.objects.filter(indicator=indicator).first()
    row, _created = Binding.objects.update_or_create(
        indicator=indicator,
        defaults={"formula": formula, "automatic": False, "checked": {}, "set_at": at, "set_by": actor.name},
    )
    record(
        actor=actor, verb="planning_values.bound", subject_kind="indicator", subject_id=indicator.pk, at=at,
        org_path=_org(indicator), old={"formula": old.formula} if old else None, new={"formula": formula},
    )  # fmt: skip
    return row


@transaction.atomic
def assign(*, actor: Actor, indicator: Indicator, organisation: Organisation, at: datetime) -> None:
    """Name the unit that answers for an indicator: it types values in and explains gaps."""
    policy.require(actor, "planning_values.bind", indicator)
    if organisation.closed_on is not None and organisation.closed_on <= civil_date(at):
        raise Refused("organisation", "这个单位已撤销。", "organisation")
    old = indicator.responsible
    indicator.responsible = organisation
    indicator.save(update_fields=["responsible"])
    record(
        actor=actor, verb="planning_values.assigned", subject_kind="indicator", subject_id=indicator.pk, at=at,
        org_path=organisation.path, old={"organisation": old.code} if old else None, new={"organisation": organisation.code},
    )  # fmt: skip


_UNITS = ({"%", "百分比"}, {"μg/m³", "µg/m³", "ug/m3", "微克/立方米"}, {"mg/m³", "mg/m3", "毫克/立方米"})


def _same_unit(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _UNITS)


@transaction.atomic
def explain(*, actor: Actor, indicator: Indicator, year: int, cause: str, measures: str, at: datetime) -> GapNote:
    """填写差距说明: the cause and what is done."""
    policy.require(actor, "planning_values.explain", indicator)
    for field, text, sentence in (("cause", cause, "没有写原因。"), ("measures", measures, "没有写措施。")):
        if not text.strip():
            raise Refused("empty", sentence, field)
        if len(text) > 2000:
            raise Refused("long", "超过 2000 字。改短后再存。", field)
    if not indicator.plan.first_year - 1 <= year <= indicator.plan.last_year:
        raise Refused("year", "年份不在规划期内。", "year")
    note = GapNote.objects.create(
        indicator=indicator, year=year, cause=cause.strip(), measures=measures.strip(), written_at=at,
        written_by=actor.name, written_for=actor.on_behalf_of,
    )  # fmt: skip
    record(
        actor=actor, verb="planning_values.explained", subject_kind="indicator", subject_id=indicator.pk, at=at,
        org_path=_org(indicator), new={"year": year, "cause": note.cause, "measures": note.measures},
    )  # fmt: skip
    return note
