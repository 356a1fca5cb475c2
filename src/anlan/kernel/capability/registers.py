"""What a register gives beside its pages: a map layer, what is due on the workbench, a ratio with its way back to the rows, and a
demonstration from a table. A register says only what is particular; none of this needs a room of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.policy import reach
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.maps.types import Layer
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.kernel.registry import actions, queries
from anlan.kernel.registry.cells import row_of, shown
from anlan.kernel.registry.types import Sheet
from anlan.kernel.web.types import Waiting
from anlan.science.stats.rounding import round_half_even

SHOWN = 8  # rows of one date on one workbench; what is more is counted in a line of its own
Rows = QuerySet[Any]
Condition = Callable[[date], Q]


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
def standing(sheet: Sheet, as_of: date) -> Rows:
    """The rows in use at the end of a civil day. Registers keep what is true now: a past year is judged by today's columns."""
    rows: Rows = sheet.model.objects.filter(Q(retired_on=None) | Q(retired_on__gt=as_of), created_at__lte=end_of(as_of))
    return rows


def every(**columns: Any) -> Condition:
    """A condition that does not depend on the day."""
    return lambda _as_of: Q(**columns)


EVERY_ROW = every()


def ratio(
    sheet: Sheet, *, slug: str, title: str, text: str, part: Condition, whole: Condition = EVERY_ROW, indicators: Sequence[str] = (),
    rule: str = "本系统的台账口径", lacking: str = "",
) -> Formula:  # fmt: skip
    """Rows that are as they should be ÷ rows that count, one decimal. `lacking` is the list's filter that shows the others."""

    def compute(year: int, as_of: date) -> Computed:
        window = (date(year, 1, 1), min(as_of, date(year, 12, 31)))
        rows = standing(sheet, window[1]).filter(whole(window[1]))
        total, good = rows.count(), rows.filter(part(window[1])).count()
        value = round_half_even(Decimal(good * 100) / total, 1) if total else None
        units = rows.values("organisation").distinct().count()
        short = rows.exclude(part(window[1])).values("organisation").distinct().count()
        url = reverse(f"{sheet.slug}_list")
        return Computed(
            value=value, unit="%", window=window, as_of=window[1], expected=total, valid=good, rule=rule,
            sentence=f"{good} ÷ {total} = {value} %" if total else "", note="" if total else f"“{sheet.title}”还没有登记。",
            inputs_hash=hashlib.sha256(repr(sorted(rows.values_list("pk", "version"))).encode()).hexdigest(),
            ratio=(good, total) if total else None,
            steps=(
                Step(title="单位", text=f"{units} 个单位，{short} 个有不达的", link=f"{total} 行", url=url),
                Step(title="没有达到的", text=f"{total - good} 行", link=f"{total - good} 行", url=f"{url}?{lacking}" if lacking else url),
            ),
        )  # fmt: skip

    def fingerprint(_year: int) -> str:
        told = sheet.model.objects.aggregate(
            rows=Count("pk"), last=Max("updated_at"), retired=Count("pk", filter=~Q(retired_on=None))
        )
        return f"{told}"

    return Formula(
        slug=slug,
        title=title,
        unit="%",
        text=text,
        indicators=tuple(indicators),
        compute=compute,
        fingerprint=fingerprint,
    )


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
