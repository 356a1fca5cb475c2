"""What a register gives beside its pages: a map layer, what is due on the workbench, a ratio with its way back to the rows, and a
demonstration from a table. A register says only what is particular; none of this needs a room of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Max, Min, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Least
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.policy import reach
from anlan.kernel.access.types import SYSTEM, Actor, Page
from anlan.kernel.maps.types import Layer
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.kernel.registry import actions, queries
from anlan.kernel.registry.cells import row_of, shown
from anlan.kernel.registry.types import Sheet
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.types import Waiting
from anlan.science.stats.rounding import round_half_even

SHOWN = 8  # rows of one date on one workbench; what is more is counted in a line of its own
Rows = QuerySet[Any]


# ---- on the map
def layer(sheet: Sheet, *, slug: str, title: str, sign: str = "", value: Callable[[Any], str] = str) -> Layer:
    """The rows that have a place. `sign` names the column whose word stands beside the point."""

    def features(actor: Actor, _at: datetime) -> Mapping[str, Any]:
        rows = queries.visible(sheet, actor).filter(retired_on=None).exclude(longitude=None).exclude(latitude=None)
        found = [
            {
                "type": "Feature", "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
                "properties": {"name": str(row), "sign": shown(getattr(row, sign), sheet.column(sign)) if sign else "", "value": value(row),
                               "url": reverse(f"{sheet.slug}_detail", args=[row.pk])},
            }
            for row in rows
        ]  # fmt: skip
        return {"type": "FeatureCollection", "features": found}

    return Layer(
        slug=slug, title=title, permission=sheet.read, kind="point", features=features, source=f"{sheet.title}台账"
    )


# ---- on the workbench
@dataclass(frozen=True, kw_only=True)
class Due:
    """A date of a register's rows that must not pass: `column` is the date, `ahead` the days it is shown before, `where` which rows
    it counts for. Who may write rows of their own organisation gets a line a row; who writes for the whole district, or holds
    `counts`, gets one line with the numbers, unless another line of the capability tells them (`counted` False)."""

    sheet: Sheet
    column: str
    kind: str
    verb: str
    ahead: int = 30
    where: Q = field(default_factory=Q)
    counts: str = ""
    counted: bool = True

    @property
    def word(self) -> str:
        return "复核" if self.column == "review_due_on" else self.sheet.column(self.column).title

    def rows(self, rows: Rows, today: date) -> Rows:
        """Those of `rows` whose date has come or comes within `ahead` days."""
        limit = {f"{self.column}__lte": today + timedelta(days=self.ahead)}
        return rows.filter(self.where, retired_on=None, **limit)


def end_of(day: date) -> datetime:
    """The last second of a civil day."""
    return datetime.combine(day, time(23, 59, 59), CHINA)


def waiting(*dues: Due) -> Callable[[Actor, datetime], Iterator[Waiting]]:
    """What a capability gives as `waiting` for the dates of its registers."""

    def lines(actor: Actor, at: datetime) -> Iterator[Waiting]:
        for due in dues:
            yield from _lines(due, actor, civil_date(at))

    return lines


def _lines(due: Due, actor: Actor, today: date) -> Iterator[Waiting]:
    writes = reach(actor, due.sheet.write)
    if writes == "district" or (due.counts and reach(actor, due.counts)):
        yield from _counted(due, due.rows(queries.visible(due.sheet, actor), today), today) if due.counted else ()
    elif writes == "own" and actor.path:
        mine = due.sheet.model.objects.select_related("organisation").filter(organisation__path__startswith=actor.path)
        yield from _each(due, due.rows(mine, today), today)


def _each(due: Due, rows: Rows, today: date) -> Iterator[Waiting]:
    name = due.word
    first = list(rows.order_by(due.column, "pk")[: SHOWN + 1])
    for row in first[:SHOWN]:
        day = getattr(row, due.column)
        yield Waiting(kind=due.kind, title=str(row), fact=f"{name} {day}" + ("，已过期" if day < today else ""), sender=due.sheet.title,
                      verb=due.verb, url=reverse(f"{due.sheet.slug}_detail", args=[row.pk]), due_at=end_of(day))  # fmt: skip
    if len(first) > SHOWN:
        yield from _counted(due, rows, today)


def _counted(due: Due, rows: Rows, today: date) -> Iterator[Waiting]:
    told = rows.aggregate(
        all=Count("pk"), late=Count("pk", filter=Q(**{f"{due.column}__lt": today})), first=Min(due.column)
    )
    if told["all"]:
        asked = "review=due" if due.column == "review_due_on" else f"due={due.column}&sort={due.column}"
        yield Waiting(kind=due.kind, title=f"{due.sheet.title} {told['all']} 项", fact=f"{due.word}：已过期 {told['late']}，{due.ahead} 天内 {told['all'] - told['late']}",
                      sender=due.sheet.title, verb="看", url=f"{reverse(f'{due.sheet.slug}_list')}?{asked}",
                      due_at=end_of(told["first"]))  # fmt: skip


# ---- as an indicator
Term = Q | Combinable | Callable[[date], Q]
EVERY_ROW = Q(pk__isnull=False)
_NUMBER: DecimalField[Decimal, Decimal] = DecimalField(max_digits=20, decimal_places=4)


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A share over the rows of a register, one decimal: what is done (`part`) ÷ what is to be done (`whole`). Each is a condition, maybe of the
    day (a row counts 1), or a sum of columns (areas, vehicles: a row adds at most its whole, one of 0 is left out). `of_year`: the column whose
    day must lie in the year; without it the register counts as it stands. `under`: what stands before the dot of the formula's slug, when it is
    not the sheet's; `also`: further registers that it is computed from."""

    slug: str
    title: str
    text: str
    part: Term
    whole: Term = EVERY_ROW
    indicators: Sequence[str] = ()
    of_year: str = ""
    unit: str = "个"
    rule: str = "本系统的台账口径"
    under: str = ""
    also: tuple[Any, ...] = ()


def _worth(term: Term, on: date) -> Any:
    given = term(on) if callable(term) else term
    if isinstance(given, Q):
        return Case(When(given, then=Value(Decimal(1))), default=Value(Decimal(0)), output_field=_NUMBER)
    return Coalesce(Cast(given, _NUMBER), Value(Decimal(0)), output_field=_NUMBER)


def rows_of(sheet: Sheet, one: Ratio, year: int, as_of: date) -> Rows:
    """The rows that count at the end of a civil day with `ratio_part` and `ratio_whole`; those that lack most first. Registers keep what is true
    now: a past year is judged by today's columns."""
    on = min(as_of, date(year, 12, 31))
    rows = sheet.model.objects.filter(Q(retired_on=None) | Q(retired_on__gt=on)).select_related("organisation")
    if one.of_year:
        rows = rows.filter(**{f"{one.of_year}__gte": date(year, 1, 1), f"{one.of_year}__lte": on})
    else:
        rows = rows.filter(created_at__lte=end_of(on))
    rows = rows.annotate(ratio_whole=_worth(one.whole, on)).filter(ratio_whole__gt=0)
    rows = rows.annotate(ratio_part=Least(_worth(one.part, on), F("ratio_whole"), output_field=_NUMBER))
    found: Rows = rows.order_by(F("ratio_part") - F("ratio_whole"), sheet.key)
    return found


def _summed(rows: Rows) -> Mapping[str, Any]:
    """One query: the sums, how many rows, how many lack something, whether every row counts 1."""
    short = Q(ratio_part__lt=F("ratio_whole"))
    told = rows.order_by().aggregate(
        part=Sum("ratio_part"), whole=Sum("ratio_whole"), rows=Count("pk"), short=Count("pk", filter=short), odd=Count("pk", filter=~Q(ratio_whole=1)),
        units=Count("organisation", distinct=True), short_units=Count("organisation", distinct=True, filter=short),
    )  # fmt: skip
    part, whole = told["part"] or Decimal(0), told["whole"] or Decimal(0)
    return {
        **told,
        "part": plain(part),
        "whole": plain(whole),
        "value": round_half_even(100 * part / whole, 1) if whole else None,
    }


def plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def formula(sheet: Sheet, one: Ratio) -> Formula:
    """The indicator of a ratio, with its way back to the rows (`ratio_pages`)."""

    def compute(year: int, as_of: date) -> Computed:
        window = (date(year, 1, 1), min(as_of, date(year, 12, 31)))
        rows = rows_of(sheet, one, year, as_of)
        told, there = _summed(rows), reverse(f"{sheet.slug}_list")
        counted = told["rows"] and not told["odd"]
        inputs = sorted(rows.order_by().values_list("pk", "version", "ratio_part", "ratio_whole"))
        return Computed(
            value=told["value"], unit="%", window=window, as_of=window[1], expected=told["rows"], valid=told["rows"], rule=one.rule,
            sentence=f"{one.title} {told['part']} ÷ {told['whole']} {one.unit} = {told['value']} %" if told["rows"] else "",
            note="" if told["rows"] else f"“{sheet.title}”还没有登记可以算的行。", inputs_hash=hashlib.sha256(repr(inputs).encode()).hexdigest(),
            ratio=(int(told["part"]), told["rows"]) if counted else None,
            steps=(
                Step(title=sheet.title, text=f"{told['rows']} 行，{told['short']} 行没有做到", link="逐行看", url=f"{reverse(f'{sheet.slug}_ratio', args=[one.slug])}?year={year}"),
                Step(title="单位", text=f"{told['units']} 个单位，{told['short_units']} 个有没做到的", link=sheet.title, url=there),
            ),
        )  # fmt: skip

    def fingerprint(_year: int) -> str:
        return repr([
            model.objects.aggregate(rows=Count("pk"), last=Max("updated_at"), retired=Count("retired_on")) for model in (sheet.model, *one.also)
        ])  # fmt: skip

    return Formula(
        slug=f"{one.under or sheet.slug}.{one.slug}", title=one.title, unit="%", text=one.text, indicators=tuple(one.indicators), compute=compute, fingerprint=fingerprint,
    )  # fmt: skip


Rated = Sequence[tuple[Sheet, Sequence[Ratio]]]


def formulas(rated: Rated) -> tuple[Formula, ...]:
    """What a capability gives as `formulas` for the ratios of its registers; `ratio_pages` goes with it."""
    return tuple(formula(sheet, one) for sheet, ratios in rated for one in ratios)


def _name(sheet: Sheet, row: Any) -> str:
    """What the row is called, without a value that its list masks."""
    hidden = [str(getattr(row, one.name)) for one in sheet.columns if one.personal]
    return str(getattr(row, sheet.key)) if any(one and one in str(row) for one in hidden) else str(row)


def _ratio(sheet: Sheet, ratios: Sequence[Ratio], request: Request, word: str) -> HttpResponse:
    """Every row that counts, those that do not do it first; the same as a file."""
    one = next((each for each in ratios if each.slug == word), None)
    if one is None:
        raise Http404
    asked, today = request.GET.get("year", ""), civil_date(request.at)
    year = int(asked) if asked.isdecimal() and len(asked) == 4 and int(asked) >= 1900 else today.year
    rows = rows_of(sheet, one, year, today).filter(pk__in=queries.visible(sheet, request.actor).values("pk"))
    lines = [
        (
            row,
            _name(sheet, row),
            getattr(row, sheet.key),
            plain(row.ratio_part),
            plain(row.ratio_whole),
            row.ratio_part >= row.ratio_whole,
        )
        for row in rows
    ]
    if request.GET.get("form"):
        cells = ((key, name, str(row.organisation), done, every) for row, name, key, done, every, _good in lines)
        return exported(request.GET["form"], one.title, ("编号", "名称", "单位", "做到", "应做"), cells)
    context = {"sheet": sheet, "one": one, "year": year, "lines": lines, "told": _summed(rows), "detail": f"{sheet.slug}_detail", "list": f"{sheet.slug}_list"}  # fmt: skip
    return render(request, "kernel/capability/ratio.html", context)


def ratio_pages(rated: Rated) -> tuple[Page, ...]:
    """The rows behind the ratios."""
    return tuple(
        Page(path=f"registry/{sheet.slug}/ratio/<slug:word>/", name=f"{sheet.slug}_ratio", view=partial(_ratio, sheet, ratios), permission=sheet.read,
             title=f"{sheet.title}比例", section="registry")
        for sheet, ratios in rated if ratios
    )  # fmt: skip


# ---- in the demonstration
def load(sheet: Sheet, rows: Iterable[Mapping[str, Any]], at: datetime) -> None:
    """Invented rows: `organisation` is a code; a whole number in a column of dates is days from today. What is there already stays.
    A row that the sheet itself would refuse stops the demonstration."""
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
    dates = {column.name for column in sheet.columns if column.kind == "date"}
    for given in rows:
        organisation = units.get(given["organisation"])
        if organisation is None or sheet.model.objects.filter(**{sheet.key: given[sheet.key]}).exists():
            continue
        raw = {
            name: civil_date(at) + timedelta(days=value) if name in dates and isinstance(value, int) else value
            for name, value in given.items()
        }
        values, problems = row_of(raw, sheet)
        if problems:
            message = f"demonstration of {sheet.slug}: {given[sheet.key]}: {[one.message for one in problems]}"
            raise ValueError(message)
        actions.add(actor=SYSTEM, sheet=sheet, organisation=organisation, values=values, at=at, is_demo=True)
